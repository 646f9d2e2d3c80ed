"""The history of MyVNPost's orders as evidence (docs/systems/vnpost.md)."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest

from khop.connectors.myvnpost import WebhookItem, WebhookNews
from khop.errors import RecordError
from khop.mappings.myvnpost.history import HistoryMapping
from khop.mappings.records import Instant, Precision, StatusKind
from khop.mappings.vnpost.mapping import OrderNumbers, postal_codes
from tests import paths

SAMPLES = paths.SAMPLES / "vnpost"
PLAIN = OrderNumbers()
SUFFIXED = OrderNumbers("-G", "-T")


def history(numbers: OrderNumbers = PLAIN) -> HistoryMapping:
    return HistoryMapping("my", postal_codes("myvnpost"), numbers)


def test_the_sample_history_is_read() -> None:
    body = json.loads((SAMPLES / "myvnpost.json").read_text("utf-8"))[4]["body"]
    handed, delivered = history().records("H99.01-260318-0011", body["data"])
    assert handed.kind is StatusKind.HANDED_TO_POST
    assert delivered.kind is StatusKind.DELIVERED
    assert delivered.status_raw == "14 Đã giao hàng"
    assert delivered.code == "H99.01-260318-0011"
    assert delivered.event_at == Instant.of(datetime(2026, 3, 19, 2, 40, 12, tzinfo=UTC))
    assert handed.entry_id != delivered.entry_id


def entry(**changes: object) -> dict[str, list[object]]:
    written = {"statusCode": "14", "statusName": "Đã giao", "createdDate": "19/03/2026"}
    return {"statusHistory": [{**written, "createHour": "09:40:12", **changes}]}


def test_an_entry_keeps_its_id_and_a_repeat_is_one_record() -> None:
    order = entry()
    (only,) = order["statusHistory"]
    twice = {"statusHistory": [only, only]}
    (first,) = history().records("H99", [order])
    assert history().records("H99", [twice, order]) == (first,)
    (other,) = history().records("H99", [entry(createHour="09:40:13")])
    assert other.entry_id != first.entry_id


def test_a_date_without_an_hour_is_a_day_and_no_date_is_no_time() -> None:
    (record,) = history().records("H99", [entry(createHour=None)])
    assert record.event_at is not None
    assert record.event_at.precision is Precision.DAY
    (record,) = history().records("H99", [entry(createdDate=None)])
    assert record.event_at is None
    assert record.kind is StatusKind.DELIVERED


@pytest.mark.parametrize(
    "key", ["statusHistory ", " statusHistory", "StatusHistory", "STATUS_HISTORY", "statushistory"]
)
def test_the_history_is_found_under_every_spelling_of_its_key(key: str) -> None:
    (only,) = entry()["statusHistory"]
    assert isinstance(only, dict)
    written = {f" {name.upper()}": value for name, value in only.items()}
    for entries in ([only], only, [written], json.dumps([only])):
        assert history().records("H99", [{key: entries}]) == history().records("H99", [entry()])


@pytest.mark.parametrize(
    "order",
    [
        {},
        {"itemCode": "CX1VN", "saleOrderCode": "H99"},
        {"itemCode": "CX1VN", "lichSu": [{"statusCode": 14}]},
        {"statusCode": 14, "statusName": "Phát thành công"},
        {"statusHistory": [{"trangThai": 14, "createdDate": "19/03/2026"}]},
    ],
)
def test_an_order_whose_history_has_no_known_key_is_no_answer(order: object) -> None:
    with pytest.raises(RecordError, match="known key"):
        history().records("H99", [order])


@pytest.mark.parametrize(
    ("changes", "fields"),
    [
        ({"createdDate": "31/02/2026"}, ["createdDate"]),
        ({"createdDate": "undefined"}, ["createdDate"]),
        ({"createdDate": [2026, 3]}, ["createdDate"]),
        ({"createdDate": "01/01/1900"}, ["createdDate"]),
        ({"createHour": "9 giờ"}, ["createHour"]),
        ({"createHour": 9}, ["createHour"]),
    ],
)
def test_a_bad_time_keeps_the_event_and_is_named_lost(
    changes: dict[str, object], fields: list[str]
) -> None:
    lost: list[str] = []
    (record,) = history().records("H99", [entry(**changes)], lost)
    assert record.kind is StatusKind.DELIVERED
    assert lost == [f"statusHistory[0].{field}" for field in fields]
    if "createdDate" in fields:
        assert record.event_at is None
    else:
        assert record.event_at is not None
        assert record.event_at.precision is Precision.DAY


@pytest.mark.parametrize("orders", [[], [{"statusHistory": None}], [{"statusHistory": []}]])
def test_an_order_with_an_empty_history_gives_no_record(orders: list[object]) -> None:
    assert history().records("H99", orders) == ()


@pytest.mark.parametrize(
    "order",
    [
        entry(statusCode=[14]),
        {"statusHistory": "none"},
        {"statusHistory": ["text"]},
        {"saleOrderCode": "H99.01-260318-9999", **entry()},
        "text",
    ],
)
def test_an_unusable_history_raises_a_record_error(order: object) -> None:
    with pytest.raises(RecordError):
        history().records("H99.01-260318-0011", [order])


def test_an_order_may_name_its_waybill_and_its_number() -> None:
    order = {**entry(), "itemCode": "CH000000001VN", "saleOrderCode": "H99-T"}
    (record,) = history(SUFFIXED).records("H99-T", [order])
    assert (record.item, record.native_id, record.code) == ("CH000000001VN", "H99-T", "H99")


def test_a_signed_call_is_evidence_under_the_number_that_was_looked_up() -> None:
    sent = datetime(2026, 3, 19, 2, 41, tzinfo=UTC)
    item = WebhookItem("CH000000001VN", "14", number="H99.01-260318-9999")
    record = history().news(WebhookNews(sent, item), "H99.01-260318-0011")
    assert record.kind is StatusKind.DELIVERED
    assert record.event_at == Instant.of(sent)
    assert (record.item, record.code) == ("CH000000001VN", "H99.01-260318-0011")
