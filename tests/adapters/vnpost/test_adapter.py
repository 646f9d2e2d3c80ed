"""The public-administration post as an adapter."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

import pytest

from khop.adapters.ports import Context, EvidenceSource, Role
from khop.adapters.vnpost.adapter import ADAPTER as VNPOST
from khop.adapters.vnpost.adapter import VnpostAdapter
from khop.errors import AlreadyExists, ConfigError, OutcomeUnknown, RecordError
from khop.mappings.records import Applicant, DossierRecord, FullDossier
from tests.adapters.post import LoopbackPost

DOSSIER = FullDossier(
    record=DossierRecord(source="igate", native_id="1", code="H99.01-260318-0001"),
    applicant=Applicant(name="Nguyễn Văn Mẫu", phone="0990000001", address="12 ngõ Ví Dụ, Hà Nội"),
    procedure_name="Đăng ký khai sinh",
)


def vnpost(post: LoopbackPost, context: Context, **changes: Any) -> VnpostAdapter:
    root = f"{post.url}/apiVNPostNGSP/p1.0"
    given = {
        "adapter": "vnpost",
        "role": "post",
        "token_url": f"{post.url}/token",
        "order_url": f"{root}/order/post",
        "cancel_url": f"{root}/order/cancel",
        "tracking_url": f"{root}/order/tracking",
        "price_url": f"{post.url}/bus?service=getprice",
        "document_url": f"{root}/document/post",
        "consumer_key": "khop",
        "consumer_secret": {"file": "secret"},
        "customer_code": "DEMOCUST",
        "page_size": 2,
        "provinces": {"Hà Nội": 10},
        "office": {
            "name": "UBND phường Mẫu",
            "address": "Số 1 phố Mẫu",
            "phone": "02400000001",
            "province": 10,
        },
        **changes,
    }
    settings = VNPOST.settings.model_validate(given)
    built = VNPOST.build("vnpost", Role.POST, settings, context)
    assert isinstance(built, VnpostAdapter)
    return built


@pytest.fixture
def adapter(post: LoopbackPost, context: Context) -> Iterator[VnpostAdapter]:
    built = vnpost(post, context)
    yield built
    built.close()


TRACKING = "/apiVNPostNGSP/p1.0/order/tracking"


ORDER, CANCEL = "/apiVNPostNGSP/p1.0/order/post", "/apiVNPostNGSP/p1.0/order/cancel"


EVENTS = [
    {"_id": {"$oid": f"{number:024x}"}, "OrderNumber": f"H99-260318-{number:04}", "StatusCode": 4}
    for number in range(1, 6)
]


def feed(query: dict[str, str], sent: Any) -> dict[str, object]:
    later = [event for event in EVENTS if event["_id"]["$oid"] > query["lastId"]]  # type: ignore[index]
    found = later[: int(query["pagesize"])]
    return {"_returned": len(found), "_embedded": {"rh:doc": found}} if found else {"_returned": 0}


def test_the_feed_is_read_page_by_page_to_its_end(
    adapter: VnpostAdapter, post: LoopbackPost
) -> None:
    post.answers[TRACKING] = feed
    assert isinstance(adapter, EvidenceSource)
    position, codes, last = None, [], False
    while not last:
        page = adapter.events(position)
        codes += [record.code for record in page.records]
        position, last = page.position or position, page.last
    assert codes == [event["OrderNumber"] for event in EVENTS]
    assert position == f"{5:024x}"
    assert adapter.events(position).fetched == 0
    assert [query["lastId"][-1] for _, path, query, _ in post.asked if path == TRACKING] == [
        *"0245"
    ]


def test_an_unusable_event_is_a_reject_and_the_feed_continues(
    adapter: VnpostAdapter, post: LoopbackPost
) -> None:
    bad = {"_id": {"$oid": "0" * 23 + "7"}, "OrderNumber": "", "Notes": "Nguyễn Văn Mẫu"}
    post.answers[TRACKING] = lambda query, sent: {"_embedded": {"rh:doc": [EVENTS[0], bad]}}
    page = adapter.events(None)
    assert page.fetched == 2
    assert page.position == "0" * 23 + "7"
    assert not page.last
    (reject,) = page.rejects
    assert (reject.field, reject.native_id, reject.payload) == ("OrderNumber", "0" * 23 + "7", bad)
    assert "Mẫu" not in repr(reject)
    mended = {**bad, "OrderNumber": "H99-260318-0009"}
    assert adapter.replay_event(mended).code == "H99-260318-0009"
    with pytest.raises(RecordError):
        adapter.replay_event(bad)


def test_a_check_logs_in_and_reads_past_the_end_of_the_feed(
    adapter: VnpostAdapter, post: LoopbackPost
) -> None:
    post.answers[TRACKING] = feed
    health = adapter.check()
    assert health.ok
    assert [step.name for step in health.steps] == ["reach", "login", "read"]
    assert post.asked[-1][2] == {"pagesize": "1", "lastId": "f" * 24}


def test_orders_are_sent_and_cancelled(adapter: VnpostAdapter, post: LoopbackPost) -> None:
    post.answers[ORDER] = lambda query, sent: {"Status": 100}
    post.answers[CANCEL] = lambda query, sent: {"Status": "101", "Message": "Đơn hàng đã hủy"}
    adapter.order_collect(DOSSIER)
    adapter.order_return(DOSSIER, cod_amount=30500)
    collect, back = post.asked[1][3], post.asked[2][3]
    assert collect["SenderName"] == back["ReceiverName"] == "Nguyễn Văn Mẫu"
    assert back["CODAmount"] == 30500
    assert collect["OrderNumber"] == "H99.01-260318-0001"
    with pytest.raises(AlreadyExists, match="đã hủy"):
        adapter.cancel("H99.01-260318-0001", collecting=True)
    assert post.asked[-1][2]["OrderNumber"] == "H99.01-260318-0001"


def test_a_dossier_is_announced_and_a_price_is_read(
    adapter: VnpostAdapter, post: LoopbackPost
) -> None:
    post.answers["/apiVNPostNGSP/p1.0/document/post"] = lambda query, sent: {"Message": "?"}
    with pytest.raises(OutcomeUnknown):
        adapter.announce(DOSSIER, sends=True, receives=False)
    post.answers["/bus"] = lambda query, sent: {"content": {"price": "30500"}}
    assert adapter.price("Số 2, Hà Nội", 250) == 30500
    assert post.asked[-1][2] == {"service": "getprice"}
    assert post.asked[-1][3]["sender"] == {"provCode": 10, "distCode": 0}
    with pytest.raises(RecordError):
        adapter.price("Số 2, Hà Nội", 0)


def test_the_hanoi_post_is_notified_where_configured(post: LoopbackPost, context: Context) -> None:
    without = vnpost(post, context)
    with pytest.raises(ConfigError, match=r"sources\.vnpost\.cls"):
        without.notify_ready(DOSSIER)
    cls = {"url": f"{post.url}/cls", "username": "demo", "password": {"file": "secret"}}
    adapter = vnpost(post, context, cls=cls)
    post.answers["/cls"] = lambda query, sent: {}
    adapter.notify_ready(DOSSIER)
    assert post.asked[-1][3]["MaHoSo"] == "H99.01-260318-0001"
    without.close()
    adapter.close()


def test_an_order_requires_the_settings_of_the_office(post: LoopbackPost, context: Context) -> None:
    adapter = vnpost(post, context, office={})
    with pytest.raises(ConfigError, match=r"sources\.vnpost\.office"):
        adapter.order_collect(DOSSIER)
    adapter.close()
    assert not post.asked


@pytest.mark.parametrize(
    ("changes", "key"),
    [
        ({"consumer_secret": None}, "consumer_secret"),
        ({"consumer_key": ""}, "consumer_key"),
        ({"token_url": None}, "token_url"),
        ({"access": "lgsp_key"}, "key_token"),
        ({"access": "front"}, "access_token"),
        ({"access": "lgsp_tttt", "consumer_secret": None}, "consumer_secret"),
        ({"token_url": "post.example.vn"}, "token_url"),
    ],
)
def test_each_access_names_its_missing_key(
    post: LoopbackPost, context: Context, changes: Any, key: str
) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.vnpost\.{key}"):
        vnpost(post, context, **changes)


@pytest.mark.parametrize(
    "changes",
    [
        {"access": "lgsp_key", "key_token": {"file": "secret"}},
        {"access": "lgsp_tttt"},
        {"access": "front", "access_token": {"file": "secret"}, "token_url": None},
    ],
)
def test_every_access_reaches_the_feed(post: LoopbackPost, context: Context, changes: Any) -> None:
    post.answers[TRACKING] = feed
    adapter = vnpost(post, context, **changes)
    assert adapter.events(None).fetched == 2
    adapter.close()
