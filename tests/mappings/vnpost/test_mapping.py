"""Events of the post as evidence (docs/systems/vnpost.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.records import Instant, Precision, StatusKind
from khop.mappings.vnpost.mapping import FeedMapping, OrderNumbers, epoch_time, postal_codes
from tests import paths

SAMPLES = paths.SAMPLES / "vnpost"
OID = "65f7a0c00000000000000003"
EVENT = {
    "_id": {"$oid": OID},
    "CustomerCode": "DEMOCUST",
    "OrderNumber": "H99.01-260318-0011",
    "EventTime": 1773810000000,
    "POSID": "101000",
    "ItemCode": "HC000000002VN",
    "StatusCode": 4,
    "StatusMessage": "Phát thành công",
    "Notes": "Người nhận ký: Nguyễn Văn Mẫu, 0990000001",
}
AT = Instant.of(datetime(2026, 3, 18, 5, 0, tzinfo=UTC))
PLAIN = OrderNumbers()
SUFFIXED = OrderNumbers("-G", "-T")


def feed(channel: str = "ngsp", numbers: OrderNumbers = PLAIN, **codes: object) -> FeedMapping:
    return FeedMapping("post", postal_codes(channel, **codes), numbers)  # type: ignore[arg-type]


def test_an_event_becomes_evidence() -> None:
    record = feed().record(EVENT)
    assert (record.source, record.native_id, record.entry_id) == ("post", "H99.01-260318-0011", OID)
    assert record.code == "H99.01-260318-0011"
    assert record.kind is StatusKind.DELIVERED
    assert record.event_at == AT
    assert record.entered_at is None
    assert record.status_raw == "4 Phát thành công"
    assert record.status is None
    assert (record.unit, record.item) == ("101000", "HC000000002VN")


def test_notes_and_personal_numbers_are_not_kept() -> None:
    record = feed().record({**EVENT, "StatusMessage": "Đã gọi 0990000001"})
    assert "0990000001" not in repr(record)
    assert "Mẫu" not in repr(record)


def test_every_sample_event_is_read() -> None:
    kinds = []
    for entry in json.loads((SAMPLES / "tracking-response.json").read_text("utf-8")):
        for event in (entry["body"].get("_embedded") or {}).get("rh:doc", []):
            record = feed().record(event)
            assert record.code == event["OrderNumber"]
            assert record.item == event["ItemCode"]
            assert record.event_at is not None
            assert record.event_at.us == event["EventTime"] * 1000
            kinds.append((event["StatusCode"], record.kind))
    assert len(kinds) == 8
    assert all((code == 4) == (kind is StatusKind.DELIVERED) for code, kind in kinds)
    assert {kind for code, kind in kinds if code != 4} == {StatusKind.POSTAL_EVENT}


@pytest.mark.parametrize("code", [4, "4", " 4 ", "04", 4.0, {"$numberInt": "4"}])
def test_a_code_may_be_written_in_many_ways(code: object) -> None:
    record = feed().record({**EVENT, "StatusCode": code})
    assert record.kind is StatusKind.DELIVERED
    assert record.status_raw == "4 Phát thành công"


def test_an_event_without_a_known_code_is_a_postal_event() -> None:
    for code, raw in ((None, "Phát thành công"), ("PTC", "PTC Phát thành công")):
        record = feed().record({**EVENT, "StatusCode": code})
        assert record.kind is StatusKind.POSTAL_EVENT
        assert record.status_raw == raw
    bare = {key: EVENT[key] for key in ("_id", "OrderNumber")}
    record = feed().record(bare)
    assert (record.status_raw, record.item, record.unit, record.event_at) == (None,) * 4


def test_the_meaning_of_a_code_depends_on_its_channel() -> None:
    at_100 = {**EVENT, "StatusCode": 100}
    assert feed("ngsp").record(at_100).kind is StatusKind.POSTAL_EVENT
    assert feed("parcel").record(at_100).kind is StatusKind.DELIVERED
    assert feed("third").record(at_100).kind is StatusKind.POSTAL_EVENT
    assert feed("third").record({**EVENT, "StatusCode": 90}).kind is StatusKind.DELIVERED
    assert feed("myvnpost").record({**EVENT, "StatusCode": 14}).kind is StatusKind.DELIVERED


def test_a_deployment_names_its_own_codes() -> None:
    mapping = feed(delivered=[5], handed=[2])
    assert mapping.record({**EVENT, "StatusCode": 5}).kind is StatusKind.DELIVERED
    assert mapping.record({**EVENT, "StatusCode": 2}).kind is StatusKind.HANDED_TO_POST
    assert mapping.record(EVENT).kind is StatusKind.POSTAL_EVENT


@pytest.mark.parametrize(
    "written",
    [
        1773810000000,
        1773810000,
        1773810000.0,
        "1773810000000",
        "1773810000",
        {"$numberLong": "1773810000000"},
        {"$date": 1773810000000},
        {"$date": {"$numberLong": "1773810000000"}},
        {"$date": "2026-03-18T05:00:00Z"},
        "2026-03-18T12:00:00+07:00",
        "18/03/2026 12:00:00",
        "20260318120000",
    ],
)
def test_the_time_of_an_event_has_many_forms(written: object) -> None:
    assert feed().record({**EVENT, "EventTime": written}).event_at == AT


@pytest.mark.parametrize("written", [None, 0, "0", "", "  ", 0.0, {"$numberLong": "0"}])
def test_an_event_without_a_time_is_kept_without_one(written: object) -> None:
    assert feed().record({**EVENT, "EventTime": written}).event_at is None
    without = {key: value for key, value in EVENT.items() if key != "EventTime"}
    assert feed().record(without).event_at is None


@pytest.mark.parametrize("written", [1, -1, True, 10**15, 10**25, "hôm qua", [1], {"a": 1}])
def test_an_event_with_an_impossible_time_stays_and_its_time_is_lost(written: object) -> None:
    lost: list[str] = []
    record = feed().record({**EVENT, "EventTime": written}, lost)
    assert record == replace(feed().record(EVENT), event_at=None)
    assert lost == ["EventTime"]


def test_an_event_without_a_readable_post_office_stays() -> None:
    lost: list[str] = []
    assert feed().record({**EVENT, "POSID": [1]}, lost) == replace(feed().record(EVENT), unit=None)
    assert lost == ["POSID"]


def test_the_keys_of_an_event_are_read_in_any_spelling() -> None:
    for spell in (str.upper, str.lower, lambda key: f" {key} "):
        assert feed().record({spell(key): value for key, value in EVENT.items()}) == feed().record(
            EVENT
        )


def test_a_day_written_as_digits_is_a_day() -> None:
    at = epoch_time("20260318", "EventTime")
    assert at is not None
    assert at.precision is Precision.DAY


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)))
def test_milliseconds_and_seconds_are_distinguished(moment: datetime) -> None:
    at = Instant.of(moment.replace(microsecond=0, tzinfo=UTC))
    assert epoch_time(at.us // 1_000_000, "t") == at
    assert epoch_time(at.us // 1_000, "t") == at
    assert epoch_time(str(at.us // 1_000), "t") == at


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"_id": None}, "_id"),
        ({"_id": {"$oid": "7"}}, "_id"),
        ({"OrderNumber": None}, "OrderNumber"),
        ({"OrderNumber": "  "}, "OrderNumber"),
        ({"OrderNumber": "__4711"}, "OrderNumber"),
        ({"OrderNumber": ["H99"]}, "OrderNumber"),
        ({"ItemCode": {"a": 1}}, "ItemCode"),
        ({"StatusCode": True}, "StatusCode"),
        ({"StatusCode": 4.5}, "StatusCode"),
    ],
)
def test_an_unusable_event_raises_with_its_field(change: dict[str, object], field: str) -> None:
    with pytest.raises(RecordError) as caught:
        feed().record({**EVENT, **change})
    assert caught.value.field == field


@pytest.mark.parametrize("event", [None, "text", 7, [], {}])
def test_anything_but_an_event_raises_a_record_error(event: object) -> None:
    with pytest.raises(RecordError):
        feed().record(event)


_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=20),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner),
    max_leaves=6,
)


@given(st.dictionaries(st.sampled_from(sorted(EVENT)), _JSON))
def test_no_event_raises_anything_but_a_record_error(changes: dict[str, object]) -> None:
    try:
        record = feed(numbers=SUFFIXED).record({**EVENT, **changes})
    except RecordError:
        return
    assert record.code
    assert record.entry_id


@pytest.mark.parametrize(
    ("number", "code"),
    [
        ("h99.01-260318-0001", "H99.01-260318-0001"),
        ("H99.01-260318-0001__8f3a", "H99.01-260318-0001"),
        ("000.00.12.H99/2603 18/0005", "000.00.12.H99/260318/0005"),
        ("Mã HS: H99.01\u2013260318\u20130001", "H99.01-260318-0001"),
        ("'H99.01-260318-0001", "H99.01-260318-0001"),
        ("H99.01-260318-0001-G", "H99.01-260318-0001"),
        ("H99.01-260318-0001-t", "H99.01-260318-0001"),
        ("H99.01-260318-0001-T__7", "H99.01-260318-0001"),
    ],
)
def test_an_order_number_gives_the_code_of_its_dossier(number: str, code: str) -> None:
    assert SUFFIXED.code(number) == code
    record = feed(numbers=SUFFIXED).record({**EVENT, "OrderNumber": number})
    assert (record.native_id, record.code) == (number, code)


def test_without_suffixes_only_the_old_addition_is_cut() -> None:
    assert PLAIN.code("H99.01-260318-0001-T") == "H99.01-260318-0001-T"
    assert PLAIN.of("H99", collecting=True) == PLAIN.of("H99", collecting=False) == "H99"
    assert PLAIN.all_of("H99") == ("H99",)
    assert SUFFIXED.all_of("H99") == ("H99-T", "H99-G")


def test_delivered_papers_of_a_collecting_order_are_no_delivered_result() -> None:
    mapping = feed(numbers=SUFFIXED, handed=[2])
    for code in (2, 4):
        event = {**EVENT, "OrderNumber": "H99.01-260318-0001-G", "StatusCode": code}
        assert mapping.record(event).kind is StatusKind.PAPERS_COLLECTED
    event = {**EVENT, "OrderNumber": "H99.01-260318-0001-T"}
    assert mapping.record(event).kind is StatusKind.DELIVERED
