"""The client of MyVNPost: orders, cancellations, histories, fees, renewal of the token."""

from __future__ import annotations

import json
from typing import Any

import pytest

from khop.connectors.myvnpost.wire import AddonService, ParcelOrder
from khop.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.myvnpost.server import HOST, ClientOf, Entries, FakeMyVnpost, refusal
from tests.connectors.scripted import FakeTime


def parcel(**changes: Any) -> ParcelOrder:
    office = {"Name": "UBND phường Mẫu", "Phone": "02400000001", "Address": "Số 1 phố Mẫu"}
    place = {"ProvinceCode": "10", "ProvinceName": "Hà Nội", "CommuneCode": "11000",
             "CommuneName": "Phường Mẫu"}  # fmt: skip
    both: dict[str, Any] = {f"{who}{key}": value for who in ("sender", "receiver")
            for key, value in {**office, **place}.items()}  # fmt: skip
    return ParcelOrder(
        **both, serviceCode="CTN009", saleOrderCode="H99.01-260318-0011", weight="250", **changes
    )


def test_the_login_is_sent_as_the_sample(
    client_of: ClientOf, post: FakeMyVnpost, entries: Entries
) -> None:
    post.body = {"data": []}
    client_of().history("H99.01-260318-0011")
    asked = entries[0]
    assert post.logins[0].method == asked["http"]["method"]
    assert post.logins[0].url.path == asked["http"]["path"]
    assert json.loads(post.logins[0].content) == asked["body"]
    assert post.calls[0].headers["token"] == "t1"
    assert "authorization" not in post.calls[0].headers


@pytest.mark.parametrize(
    ("prefix", "path"),
    [("", "/orderCancel"), ("customer-partner/", "/customer-partner/orderCancel")],
)
def test_paths_have_a_prefix_or_none(
    client_of: ClientOf, post: FakeMyVnpost, entries: Entries, prefix: str, path: str
) -> None:
    post.body = entries[3]["body"]
    client_of(base_url=f"{HOST}/MYVNP_API/", path_prefix=prefix).cancel("0000-demo")
    assert post.calls[0].url.path == f"/MYVNP_API{path}"


def test_an_order_is_created(client_of: ClientOf, post: FakeMyVnpost, entries: Entries) -> None:
    post.body = entries[1]["body"]
    addon = (AddonService(code="GTG021", propValue="PROP0018:30500"),)
    made = client_of().create(parcel(addonService=addon))
    assert (made.item_code, made.original_id) == ("CH000000001VN", "0000-demo")
    assert (made.status, made.fee, made.sale_order_code) == ("1", 30500, "H99.01-260318-0011")
    sent = json.loads(post.calls[0].content)
    assert {k: v for k, v in sent.items() if k != "informationOrder"} == {
        "orderCreationStatus": 1, "type": "GUI", "customerCode": "T000000001",
        "contractCode": "HD01",
    }  # fmt: skip
    order = sent["informationOrder"]
    assert order["addonService"] == [{"code": "GTG021", "propValue": "PROP0018:30500"}]
    assert order["receiverDistrictCode"] == "VNPOST"
    assert order["vehicle"] == "BO"
    assert "receiverEmail" not in order
    client_of().create(parcel(), draft=True)
    assert json.loads(post.calls[1].content)["orderCreationStatus"] == 0


def test_an_order_shows_no_personal_data_in_repr() -> None:
    assert "02400000001" not in repr(parcel())


def test_amounts_and_states_may_be_text(client_of: ClientOf, post: FakeMyVnpost) -> None:
    post.body = {"originalID": 7, "status": "1", "totalFee": "30500.0"}
    made = client_of().create(parcel())
    assert (made.original_id, made.status, made.fee) == ("7", "1", 30500)


@pytest.mark.parametrize("body", [{}, [], {"message": "OK"}, {"itemCode": ""}, "OK"])
def test_a_created_order_without_an_id_has_an_unknown_outcome(
    client_of: ClientOf, post: FakeMyVnpost, body: object
) -> None:
    post.body = body
    with pytest.raises(OutcomeUnknown):
        client_of().create(parcel())
    assert len(post.calls) == 1


def test_an_order_is_corrected_under_its_id(
    client_of: ClientOf, post: FakeMyVnpost, entries: Entries
) -> None:
    post.body = entries[1]["body"]
    assert client_of().correct("0000-demo", parcel()).item_code == "CH000000001VN"
    assert post.calls[0].url.path.endswith("/orderCorrection")
    assert json.loads(post.calls[0].content)["OriginalId"] == "0000-demo"


def test_an_order_is_cancelled_by_its_id(
    client_of: ClientOf, post: FakeMyVnpost, entries: Entries
) -> None:
    post.body = entries[3]["body"]
    answer = client_of().cancel("0000-demo")
    assert (answer.case_id, answer.message) == ("7", "OK")
    assert json.loads(post.calls[0].content) == entries[2]["body"]
    assert post.calls[0].url.path == entries[2]["http"]["path"]


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        ([{"type": "ERROR", "message": "Đã lấy hàng", "originalId": "0000-demo"}], Refused),
        ([{"type": "", "message": "Không được", "originalId": "0000-demo"}], OutcomeUnknown),
        ([{"message": "Đang chờ duyệt", "originalId": "0000-demo", "caseId": 7}], OutcomeUnknown),
        ([{"message": "", "originalId": "0000-demo", "caseId": 0}], Refused),
        ([{"type": "", "message": "OK", "originalId": "another", "caseId": 7}], OutcomeUnknown),
        ([], OutcomeUnknown),
        ({"message": "?"}, OutcomeUnknown),
        (refusal(400), Refused),
        (refusal(500), OutcomeUnknown),
    ],
)
def test_a_cancellation_counts_only_with_a_text_or_case(
    client_of: ClientOf, post: FakeMyVnpost, body: object, kind: type[Exception]
) -> None:
    post.body = body
    with pytest.raises(kind):
        client_of().cancel("0000-demo")
    assert len(post.calls) == 1


def test_a_cancellation_is_not_repeated(client_of: ClientOf, post: FakeMyVnpost) -> None:
    post.status, post.body = 429, {}
    with pytest.raises(RateLimited):
        client_of().cancel("0000-demo")
    post.status = 503
    with pytest.raises(OutcomeUnknown):
        client_of().cancel("0000-demo")
    assert len(post.calls) == 2


def test_an_order_is_read_from_every_list_form(client_of: ClientOf, post: FakeMyVnpost) -> None:
    post.body = [{"results": [{"itemCode": "CH000000001VN"}]}]
    assert client_of().order("CH000000001VN") == ({"itemCode": "CH000000001VN"},)
    assert dict(post.calls[0].url.params) == {"type": "1", "code": "CH000000001VN"}
    post.body = [{"results": None}]
    assert client_of().order("CH000000001VN") == ()
    post.body = {"itemCode": "CH000000001VN"}
    assert client_of().order("CH000000001VN") == ({"itemCode": "CH000000001VN"},)


@pytest.mark.parametrize(
    ("body", "kind"),
    [
        (refusal(400), Refused),
        (refusal("400 BAD_REQUEST"), Refused),
        ({"success": False, "message": "?"}, Refused),
        (refusal(429), RateLimited),
        (refusal("503"), Unreachable),
    ],
)
def test_a_refusal_may_come_under_200(
    client_of: ClientOf, post: FakeMyVnpost, body: object, kind: type[Exception]
) -> None:
    post.body = body
    with pytest.raises(kind) as caught:
        client_of().history("H99.01-260318-0011")
    assert isinstance(caught.value, ConnectorError)
    assert "0990000001" not in str(caught.value)


@pytest.mark.parametrize("answer", [(401, {}), (403, {}), (200, refusal(401, "UNAUTHORIZED"))])
def test_a_refused_token_is_renewed_once(
    client_of: ClientOf, post: FakeMyVnpost, answer: Any
) -> None:
    post.good, post.refusal, post.body = (lambda number: number > 1), answer, {"data": []}
    client = client_of()
    assert client.history("H99.01-260318-0011") == ()
    assert len(post.logins) == 2
    assert len(post.calls) == 2
    post.good = lambda number: False
    with pytest.raises(Unauthorised):
        client.history("H99.01-260318-0011")
    assert len(post.logins) == 3


def test_a_token_is_used_for_session_seconds(
    client_of: ClientOf, post: FakeMyVnpost, time: FakeTime
) -> None:
    post.body = {"data": []}
    client = client_of(session_seconds=60)
    client.history("a")
    time.now += 59
    client.history("a")
    time.now += 2
    client.history("a")
    assert len(post.logins) == 2


@pytest.mark.parametrize(
    ("answer", "kind", "advice"),
    [
        ((200, {"success": False, "token": None}), Unauthorised, "check username"),
        ((401, refusal(401)), Unauthorised, "check username"),
        ((400, refusal(400)), Unauthorised, "check username"),
        ((404, {}), Refused, "check base_url"),
    ],
)
def test_a_refused_login_says_what_to_do(
    client_of: ClientOf, post: FakeMyVnpost, answer: Any, kind: type[ConnectorError], advice: str
) -> None:
    post.login = answer
    with pytest.raises(kind, match=advice) as caught:
        client_of().login()
    assert caught.value.operation == "login"
    assert len(post.logins) == 1


def test_a_login_answer_without_a_token_is_unreadable(
    client_of: ClientOf, post: FakeMyVnpost
) -> None:
    post.login = (200, {"success": True, "token": ""})
    with pytest.raises(Unreadable):
        client_of().login()


@pytest.mark.parametrize("body", [{"totalFee": "30500"}, [{"totalFee": 30500.0}]])
def test_a_fee_may_be_number_or_text(client_of: ClientOf, post: FakeMyVnpost, body: object) -> None:
    post.body = body
    assert client_of().charge({"serviceCode": "CTN009"}) == 30500
    post.body = {"message": "Không tính được"}
    with pytest.raises(Refused):
        client_of().charge({"serviceCode": "CTN009"})


def test_places_are_the_posts_own_lists(client_of: ClientOf, post: FakeMyVnpost) -> None:
    post.body = [{"code": "10"}, {"code": "70"}]
    assert [row["code"] for row in client_of().places("getNewProvinceAll")] == ["10", "70"]
    assert post.calls[0].url.path.endswith("/getNewProvinceAll")
    post.body = {"data": "none"}
    with pytest.raises(Unreadable):
        client_of().places("getAllProvince")
