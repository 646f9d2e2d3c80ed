"""The simulated post: orders, cancelling, documents, prices, and violations."""

from __future__ import annotations

import json
import unicodedata
from collections import Counter
from typing import Any

import httpx
import pytest

from khop.sandbox.accounts.vnpost import CANCEL_PATH, CUSTOMER_CODE, DOCUMENT_PATH, ORDER_PATH
from khop.sandbox.vnpost.wire import BUS_PATH
from khop.sandbox.world.world import World
from tests import paths
from tests.sandbox.helpers import always
from tests.sandbox.vnpost.client import (
    NUMBER,
    VnpostClient,
    collect_order,
    event_id,
    running_vnpost,
    status_and_message,
)

SAMPLES = paths.SAMPLES / "vnpost"


def test_an_accepted_order_is_in_the_feed(client: VnpostClient) -> None:
    assert client.post() == (100, "Thành công")
    (event,) = [d for d in client.feed() if d["OrderNumber"] == NUMBER]
    assert int(event["StatusCode"]) == 1
    assert event["ItemCode"] is None
    assert client.kinds() == []


def test_an_order_advances_to_its_delivery(client: VnpostClient) -> None:
    client.post()
    moves = [client.app.advance(NUMBER) for _ in range(5)]
    rows = {event_id(d): d for d in client.feed() if d["OrderNumber"] == NUMBER}
    assert moves == [1, 1, 1, 1, 0]
    assert [int(row["StatusCode"]) for row in rows.values()] == [1, 2, 6, 3, 4]
    assert len({row["ItemCode"] for row in rows.values()} - {None}) == 1


def test_a_second_order_is_answered_with_101_and_a_violation(client: VnpostClient) -> None:
    client.post()
    assert client.post()[0] == 101
    assert [(v.kind, v.code) for v in client.violations] == [("doubled_order", NUMBER)]


def test_both_directions_of_a_dossier_have_one_order_number(client: VnpostClient) -> None:
    assert client.post()[0] == 100
    assert client.post(**collect_order())[0] == 100
    assert [e.direction for e in client.app.events(NUMBER)] == ["return", "collect"]
    assert client.kinds() == []


def test_an_order_of_the_world_is_answered_with_101_and_no_violation(
    client: VnpostClient, world: World
) -> None:
    known = next(e.order for e in world.post if e.direction == "return")
    assert client.post(OrderNumber=known)[0] == 101
    assert client.kinds() == []


@pytest.mark.parametrize(
    "field", ["OrderNumber", "SenderTel", "ReceiverName", "ReceiverAddress", "ReceiverProvince"]
)
def test_an_order_without_a_required_field_is_refused(client: VnpostClient, field: str) -> None:
    status, message = client.post(**{field: None})
    assert status == 400
    assert field in message
    assert [(v.kind, v.detail) for v in client.violations] == [("missing_field", field)]
    assert len(client.app.events(NUMBER)) == 0


def test_a_province_as_text_is_accepted_and_a_violation(client: VnpostClient) -> None:
    assert client.post(SenderProvince="10", CODAmount="0")[0] == 100
    assert client.kinds() == ["wrong_type", "wrong_type"]


def test_decomposed_names_and_unknown_fields_are_violations(client: VnpostClient) -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Văn Mẫu")
    assert client.post(ReceiverName=name, Recipient="x")[0] == 100
    assert client.kinds() == ["unknown_field", "not_nfc"]


def test_another_customer_is_refused(client: VnpostClient) -> None:
    assert client.post(CustomerCode="OTHER")[0] == 400


def test_a_form_in_place_of_json_is_refused_and_a_violation(client: VnpostClient) -> None:
    status, _ = status_and_message(client.http.post(ORDER_PATH, data={"OrderNumber": NUMBER}))
    assert status == 400
    assert client.kinds() == ["wrong_content"]


def test_a_second_cancel_is_a_violation(client: VnpostClient) -> None:
    client.post()
    assert client.cancel()[0] == 100
    assert client.app.events(NUMBER)[-1].code == 5
    assert client.kinds() == []
    assert client.cancel() == (101, "Đơn hàng đã hủy")
    assert client.kinds() == ["repeated_cancel"]


def test_a_cancelled_order_can_be_placed_again(client: VnpostClient) -> None:
    client.post()
    client.cancel()
    assert client.post()[0] == 100
    assert client.cancel()[0] == 100
    assert client.kinds() == []


def test_unknown_and_fetched_orders_cannot_be_cancelled(client: VnpostClient, world: World) -> None:
    assert client.cancel("H99.18.03-260820-9999")[0] == 404
    client.post()
    client.app.advance(NUMBER)
    assert client.cancel()[0] == 102
    assert client.cancel(world.post[0].order)[0] == 102
    assert client.kinds() == []


def test_an_encoded_number_with_slash_and_blank_is_accepted(client: VnpostClient) -> None:
    number = "000.00.12.H99/2603 18/0005"
    client.post(OrderNumber=number)
    target = f"{CANCEL_PATH}?CustomerCode={CUSTOMER_CODE}"
    encoded = "000.00.12.H99%2F2603%2018%2F0005"
    assert status_and_message(client.http.get(f"{target}&OrderNumber={encoded}"))[0] == 100
    assert client.kinds() == []


def test_an_unencoded_query_and_personal_data_in_it_are_violations(client: VnpostClient) -> None:
    client.http.get(f"{CANCEL_PATH}?CustomerCode={CUSTOMER_CODE}&OrderNumber=H99/1")
    assert client.kinds() == ["unencoded_query"]
    client.cancel("099000000001")
    assert client.kinds()[1:] == ["personal_data_in_url"]


def bodies(name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads((SAMPLES / name).read_text("utf-8"))
    return [item["body"] for item in items]


def test_sample_orders_and_documents_have_the_expected_violations(client: VnpostClient) -> None:
    collects = bodies("order-collect-request.json")
    returns = bodies("order-return-request.json")
    answers = [
        status_and_message(client.http.post(ORDER_PATH, json=body)) for body in collects + returns
    ]
    assert {status for status, _ in answers} == {100}
    noted = Counter((v.kind, v.detail) for v in client.violations)
    assert noted == {
        ("not_nfc", "SenderName"): 1,
        ("wrong_type", "CODAmount"): 1,
        ("wrong_type", "SenderProvince"): 1,
        ("wrong_type", "SenderDistrict"): 1,
    }
    number = "H99.01-260318-0001"
    assert [e.direction for e in client.app.events(number)] == ["collect", "return"]
    documents = bodies("document-post-request.json")
    answers = [status_and_message(client.http.post(DOCUMENT_PATH, json=body)) for body in documents]
    assert {status for status, _ in answers} == {100}
    assert len(client.violations) == sum(noted.values())


def document(**changes: Any) -> dict[str, Any]:
    person = {
        "Name": "Nguyễn Văn Mẫu", "Phone": "0990000001", "ProvinceCode": 10,
        "ProvinceTitle": "Tỉnh Mẫu", "DistrictCode": None, "DistrictTitle": None,
        "Address": "Thôn 1", "Email": None,
    }  # fmt: skip
    procedure = {"Code": "1.001600", "Title": "Đăng ký", "Category": "Hộ tịch", "Elements": ""}
    return {
        "CustomerCode": CUSTOMER_CODE,
        "OrderNumber": NUMBER,
        "Procedure": procedure,
        "IsSendDocument": True,
        "DocumentSender": person,
        "IsReceiveResult": False,
        "ResultReceiver": None,
        "State": 0,
    } | changes


def test_a_document_with_one_direction_is_accepted(client: VnpostClient) -> None:
    assert status_and_message(client.http.post(DOCUMENT_PATH, json=document()))[0] == 100
    assert client.kinds() == []


@pytest.mark.parametrize(
    ("changes", "kind", "where"),
    [
        ({"IsReceiveResult": True}, "missing_field", "ResultReceiver."),
        ({"IsSendDocument": "true"}, "wrong_type", "IsSendDocument"),
        ({"State": None}, "missing_field", "State"),
        ({"Procedure": {"Code": "1.001600"}}, "missing_field", "Procedure.Title"),
    ],
)
def test_a_document_with_a_missing_field_is_refused(
    client: VnpostClient, changes: dict[str, Any], kind: str, where: str
) -> None:
    assert status_and_message(client.http.post(DOCUMENT_PATH, json=document(**changes)))[0] == 400
    assert [(v.kind, v.detail) for v in client.violations] == [(kind, where)]


def test_the_bus_answers_price_questions(client: VnpostClient) -> None:
    question = {
        "weight": 250, "mainSrv": "HCC", "isreturn": 1,
        "sender": {"provCode": 10, "distCode": 1110},
        "receiver": {"provCode": 40, "distCode": 4010},
    }  # fmt: skip
    answer = client.http.post(f"{BUS_PATH}?service=getprice", json=question).json()
    assert int(answer["content"]["price"]) == 30_500
    without = client.http.post(f"{BUS_PATH}?service=getprice", json={"weight": 250}).json()
    assert "content" not in without


def test_a_write_that_is_cut_off_may_have_taken_effect(world: World) -> None:
    with running_vnpost(world, faults=always("commit_then_reset")) as client:
        client.log_in()
        with pytest.raises(httpx.HTTPError):
            client.post()
        assert len(client.app.events(NUMBER)) == 1
