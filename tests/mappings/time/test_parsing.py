"""Times and birth dates as systems write them."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.records import Instant, Precision
from khop.mappings.time.parsing import parse_wire_day, parse_wire_time, wire_time
from khop.text.local_time import LOCAL
from tests.mappings.moments import at


def day(*parts: int) -> Instant:
    return Instant.of(datetime(*parts, tzinfo=LOCAL), Precision.DAY)  # type: ignore[arg-type,misc]


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2025-08-20T09:00:00.000+0700", at(2025, 8, 20, 9)),
        ("2025-08-21T10:11:12.345+0700", at(2025, 8, 21, 10, 11, 12, 345_000)),
        ("2025-08-20T02:00:00.000+0000", at(2025, 8, 20, 9)),
        ("2025-08-20T02:00:00Z", at(2025, 8, 20, 9)),
        ("2025-08-20T02:00:00.1234567891Z", at(2025, 8, 20, 9, 0, 0, 123_456)),
        ("2025-08-20T09:00:00.5", at(2025, 8, 20, 9, 0, 0, 500_000)),
        ("2025-08-20T09:00:00+07:00", at(2025, 8, 20, 9)),
        ("2025-08-20T09:00:00+07", at(2025, 8, 20, 9)),
        ("2025-08-20T07:30:00+0530", at(2025, 8, 20, 9)),
        ("2025-08-19T21:00:00-05:00", at(2025, 8, 20, 9)),
        ("2025-08-20T09:00:00", at(2025, 8, 20, 9)),
        ("2025-08-20 09:00:00", at(2025, 8, 20, 9)),
        ("2025-08-20T09:00", at(2025, 8, 20, 9)),
        ("20250820090000", at(2025, 8, 20, 9)),
        ("20/08/2025 09:00:00", at(2025, 8, 20, 9)),
        ("20/08/2025 09:00", at(2025, 8, 20, 9)),
        ("  20/08/2025 09:00 ", at(2025, 8, 20, 9)),
        ("20/08/2025", day(2025, 8, 20)),
        ("2025-08-20", day(2025, 8, 20)),
        ("20250820", day(2025, 8, 20)),
        ("20250820000000", at(2025, 8, 20)),
        ("1990-01-01", day(1990, 1, 1)),
        ("31/12/2099", day(2099, 12, 31)),
        ("20240229", day(2024, 2, 29)),
        ("2025-08-20T02:00:00z", at(2025, 8, 20, 9)),
        ("2025-08-20t09:00:00,5", at(2025, 8, 20, 9, 0, 0, 500_000)),
        ("2025-08-20T16:00:00+14:00", at(2025, 8, 20, 9)),
        ("2025-08-19T12:00:00-14", at(2025, 8, 20, 9)),
        ("2025-08-20T08:01:00+06:01", at(2025, 8, 20, 9)),
        ("2025-08-20T02:59:00+0059", at(2025, 8, 20, 9)),
        ("1/2/2025 3:04", at(2025, 2, 1, 3, 4)),
        ("20250820".ljust(64), day(2025, 8, 20)),
        ("202508200900", at(2025, 8, 20, 9)),
        ("20-08-2025", day(2025, 8, 20)),
        ("20-08-2025 09:00", at(2025, 8, 20, 9)),
        ("20.8.2025", day(2025, 8, 20)),
        ("2025/08/20", day(2025, 8, 20)),
        ("2025/8/20 09:00:00", at(2025, 8, 20, 9)),
        ("2025-08-20 9:00", at(2025, 8, 20, 9)),
        ("20/08/2025T09:00:00", at(2025, 8, 20, 9)),
        ("20/08/2025 09:00:00.5", at(2025, 8, 20, 9, 0, 0, 500_000)),
        ("20/08/2025 02:00:00Z", at(2025, 8, 20, 9)),
        ("20/08/2025 09:00 +07:00", at(2025, 8, 20, 9)),
        ("09:00 20/08/2025", at(2025, 8, 20, 9)),
        ("09:00:30  20-08-2025", at(2025, 8, 20, 9, 0, 30)),
        ("20/08/2025 09:00 SA", at(2025, 8, 20, 9)),
        ("20/08/2025 9:00:00 AM", at(2025, 8, 20, 9)),
        ("20/08/2025 03:30 CH", at(2025, 8, 20, 15, 30)),
        ("20/08/2025 03:30:00pm", at(2025, 8, 20, 15, 30)),
        ("2025-08-20 12:05 SA", at(2025, 8, 20, 0, 5)),
        ("2025-08-20 12:05 CH", at(2025, 8, 20, 12, 5)),
        ("2025-08-20 15:30 CH", at(2025, 8, 20, 15, 30)),
        ("3:30 ch 20/08/2025", at(2025, 8, 20, 15, 30)),
        ("8/20/2025 9:00:00 AM", at(2025, 8, 20, 9)),
        ("08/08/2025 03:30 PM", at(2025, 8, 8, 15, 30)),
        ("2025/08/09 03:30 PM", at(2025, 8, 9, 15, 30)),
        ("11/10/2025 03:30 CH", at(2025, 10, 11, 15, 30)),
        ("Aug 20, 2025 9:00:00 AM", at(2025, 8, 20, 9)),
        ("Aug 20, 2025, 9:00:00 PM", at(2025, 8, 20, 21)),
        ("Wed Aug 20 2025 09:00:00 GMT+0700 (Giờ Đông Dương)", at(2025, 8, 20, 9)),
        ("Wed, 20 Aug 2025 02:00:00 GMT", at(2025, 8, 20, 9)),
        ("20-AUG-2025", day(2025, 8, 20)),
        ("2025-08-20T09:00:00+07:00[Asia/Ho_Chi_Minh]", at(2025, 8, 20, 9)),
        ("2025-08-20 09:00 GMT+7", at(2025, 8, 20, 9)),
        ("2025-08-20 02:00 UTC", at(2025, 8, 20, 9)),
        ("20/08/2025, 09:00:00", at(2025, 8, 20, 9)),
        ("09:00:00, 20/08/2025 ", at(2025, 8, 20, 9)),
        ("2025-08-20 09:00 ICT", at(2025, 8, 20, 9)),
        ("2025-08-20 09:00 UTC+7", at(2025, 8, 20, 9)),
        ("2025-08-20 09:30 GMT+7:30", at(2025, 8, 20, 9)),
        ("2025-08-19 22:30 UTC-330", at(2025, 8, 20, 9)),
        ("2025-08-20 13:30 CH", at(2025, 8, 20, 13, 30)),
        ("12/20/2025 9:00 AM", at(2025, 12, 20, 9)),
        ("20/12/2025 9:00 AM", at(2025, 12, 20, 9)),
        ("12/12/2025 9:00 AM", at(2025, 12, 12, 9)),
    ],
)
def test_every_form_is_read(written: str, meant: Instant) -> None:
    assert parse_wire_time(written, "acceptedDate") == meant


@pytest.mark.parametrize(
    "nothing",
    [
        None,
        "",
        "   ",
        "0001-01-01T00:00:00",
        "0001-01-01T00:00:00.000+0700",
        "0001-01-01",
        "00010101000000",
        "00010101",
        "01/01/0001",
        "01/01/0001 00:00:00",
    ],
)
def test_blank_and_unset_times_give_none(nothing: str | None) -> None:
    assert parse_wire_time(nothing, "acceptedDate") is None


@pytest.mark.parametrize(
    "absurd",
    [
        "0000-00-00",
        "31/02/2026",
        "9999-12-31T23:59:59.000+0700",
        "hôm qua",
        20_261_301,
        1_755_655_200_00.0,
        0,
        -1,
        float("nan"),
        [2026, 11],
        [2026, 11, "10"],
        {"$date": {"$date": {"$date": 1_755_655_200_000}}},
        {"date": "2025-08-20", "zone": "?"},
        True,
        ["20250820"],
        {"$date": 1},
        "1989-12-31T23:59:59.000+0700",
        "2100-01-01",
        "2025-W34-3T09:00:00.000+0700",
        "2025-08-20T24:00:00",
        "2025-08-20T09:60:00.000+0700",
        "2025-13-01T09:00:00.000+0700",
        "2025-08-20T09:00:00+15:00",
        "2025-08-20T09:00:00+0799",
        "2025-08-20T09:00:00+0660",
        "2025-08-20T09:00:00+14:01",
        "2025-08-20T09:00:00-14:01",
        "20250820".ljust(65),
        "08/20/2025",
        "20250820090",
        "2025082009",
        "20/08-2025",
        "2025-08.20",
        "20/08/25",
        "20/08/2025 00:30 CH",
        "20/08/2025 15:30 SA",
        "20/08/2025 13:30 SA",
        "20/08/2025 24:30 CH",
        "20/08/2025 9 giờ",
        "undefined",
        "01/01/1900",
        "08-20-2025",
        "11/10/2025 9:00 AM",
        "9:00 PM 11/10/2025",
        "Foo 20, 2025",
        "Invalid date",
        "2025-08-20 09:00 EST",
        "٢٠٢٥٠٨٢٠",
        "9" * 5_000,
        "2025-08-20T09:00:00." + "1" * 5_000,
    ],
)
def test_other_texts_are_refused_without_showing_them(absurd: object) -> None:
    with pytest.raises(RecordError) as refused:
        parse_wire_time(absurd, "acceptedDate")
    assert refused.value.field == "acceptedDate"
    assert str(absurd)[:8] not in refused.value.reason


@pytest.mark.parametrize(
    ("value", "meant"),
    [
        (1_755_655_200, at(2025, 8, 20, 9)),
        (1_755_655_200_000, at(2025, 8, 20, 9)),
        (1_755_655_200_000.0, at(2025, 8, 20, 9)),
        (1_755_655_200_000_000, at(2025, 8, 20, 9)),
        (1_755_655_200_000_000_000, at(2025, 8, 20, 9)),
        (1_755_655_200.5, at(2025, 8, 20, 9, 0, 0, 500_000)),
        (1_755_655_200.999999, at(2025, 8, 20, 9, 0, 0, 999_999)),
        ("1755655200.5", at(2025, 8, 20, 9, 0, 0, 500_000)),
        # Parts of a millisecond, and of a microsecond, are left out.
        (1_755_655_200_000.5, at(2025, 8, 20, 9)),
        (1_755_655_200_123_456_789, at(2025, 8, 20, 9, 0, 0, 123_456)),
        # The first second of 1990 in UTC.
        (631_152_000, at(1990, 1, 1, 7)),
        ("1755655200", at(2025, 8, 20, 9)),
        ("1755655200000", at(2025, 8, 20, 9)),
        (915_123_600_000, at(1999, 1, 1)),
        (20_250_820, day(2025, 8, 20)),
        (20_250_820_090_000, at(2025, 8, 20, 9)),
        ([2025, 8, 20], day(2025, 8, 20)),
        ([2025, 8, 20, 9, 0], at(2025, 8, 20, 9)),
        ([2025, 8, 20, 9, 0, 30], at(2025, 8, 20, 9, 0, 30)),
        ((2025, 8, 20, 9, 0, 30, 500_000_000), at(2025, 8, 20, 9, 0, 30, 500_000)),
        ({"$date": "2025-08-20T02:00:00Z"}, at(2025, 8, 20, 9)),
        ({"$date": 1_755_655_200_000}, at(2025, 8, 20, 9)),
        ({"$date": {"$numberLong": "1755655200000"}}, at(2025, 8, 20, 9)),
        ({"epochSecond": 1_755_655_200, "nano": 0}, at(2025, 8, 20, 9)),
        ({"seconds": 1_755_655_200}, at(2025, 8, 20, 9)),
        ({"$date": None}, None),
    ],
)
def test_a_value_that_is_no_text_is_read_where_it_is_certain(
    value: object, meant: Instant | None
) -> None:
    assert parse_wire_time(value, "acceptedDate") == meant


@pytest.mark.parametrize(
    ("value", "born"),
    [
        (-315_619_200_000, date(1960, 1, 1)),
        ({"$date": -315_619_200_000}, date(1960, 1, 1)),
        ("315507600000", date(1980, 1, 1)),
        (10_000_000_000, date(1970, 4, 27)),
        (19_800_115, date(1980, 1, 15)),
        ([1980, 1, 15], date(1980, 1, 15)),
    ],
)
def test_a_birth_that_is_no_text_is_read_where_it_is_certain(value: object, born: date) -> None:
    assert parse_wire_day(value, "birthday") == born


@pytest.mark.parametrize("value", [315_532_800, 0, 198_001_150_000, "198001150000", [1980]])
def test_a_birth_that_may_be_two_days_is_refused(value: object) -> None:
    with pytest.raises(RecordError):
        parse_wire_day(value, "birthday")


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31)))
def test_a_written_value_reads_back_as_the_same(local: datetime) -> None:
    instant = Instant.of(local.replace(microsecond=0, tzinfo=LOCAL))
    assert parse_wire_time(wire_time(instant), "NgayTiepNhan") == instant


@given(st.datetimes(datetime(1990, 1, 2), datetime(2099, 12, 30)), st.integers(-14 * 60, 14 * 60))
def test_zones_are_kept_apart(local: datetime, minutes: int) -> None:
    aware = local.replace(tzinfo=timezone(timedelta(minutes=minutes)))
    assert parse_wire_time(aware.isoformat(), "x") == Instant.of(aware)


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31), timezones=st.just(LOCAL)))
def test_the_short_cut_reads_as_the_general_form(moment: datetime) -> None:
    fast = moment.isoformat(timespec="milliseconds").replace("+07:00", "+0700")
    slow = fast.replace("+0700", "+07:00")
    assert parse_wire_time(fast, "x") == parse_wire_time(slow, "x")


@given(st.one_of(st.text(max_size=40), st.from_regex(r"[0-9T:/.+\- Z]{0,30}")))
def test_any_text_is_read_or_refused(text: str) -> None:
    try:
        read = parse_wire_time(text, "x")
    except RecordError as error:
        assert error.field == "x"
    else:
        assert read is None or 1989 < read.local_date.year < 2100


@pytest.mark.parametrize(
    ("value", "reason"),
    [
        (True, "is no value that a date can be read from"),
        ([2025, 8], "is no list of the parts of a date"),
        ({"a": 1}, "is an object that is no date"),
        ("hôm qua", "is not in a known date form"),
        ("31/02/2026", "is not a date that exists"),
        ("2026-02-31T09:00:00.000+0700", "is not a date that exists"),
        ("9" * 65, "is too long to be a date"),
        (10**19, "is no value that a date can be read from"),
    ],
)
@pytest.mark.parametrize("parse", [parse_wire_time, parse_wire_day])
def test_a_refusal_names_the_field_and_the_reason(parse, value, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RecordError) as refused:
        parse(value, "appliedDate")
    assert (refused.value.field, refused.value.reason) == ("appliedDate", reason)


@pytest.mark.parametrize(
    ("parse", "value", "reason"),
    [
        (parse_wire_time, "1989-12-31", "has a year outside 1990-2099"),
        (parse_wire_time, "2100-01-01", "has a year outside 1990-2099"),
        (parse_wire_time, 4_102_444_800, "is not in a known date form"),
        (parse_wire_day, "1879-12-31", "has a year no living person was born in"),
        (parse_wire_day, "2100-01-01", "has a year no living person was born in"),
    ],
)
def test_a_year_too_far_is_named_as_such(parse, value, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RecordError) as refused:
        parse(value, "day")
    assert (refused.value.field, refused.value.reason) == ("day", reason)


@pytest.mark.parametrize(
    ("parse", "value", "reason"),
    [
        (parse_wire_time, 2_025_082_009, "may be the digits of a date or a count since 1970"),
        (parse_wire_time, "2025082009", "may be the digits of a date or a count since 1970"),
        (parse_wire_day, 198_001_150_000, "may be the digits of a date or a count since 1970"),
        (parse_wire_time, "11/10/2025 9:00 AM", "may have the month first"),
        (parse_wire_time, "8/12/2025 9:00 AM", "may have the month first"),
        (parse_wire_time, "12/8/2025 9:00 AM", "may have the month first"),
        (parse_wire_day, "9:00 PM 11/10/2025", "may have the month first"),
    ],
)
def test_a_value_that_may_mean_two_times_is_refused(parse, value, reason) -> None:  # type: ignore[no-untyped-def]
    with pytest.raises(RecordError) as refused:
        parse(value, "day")
    assert (refused.value.field, refused.value.reason) == ("day", reason)


@pytest.mark.parametrize("born", [date(1880, 1, 1), date(2099, 12, 31)])
def test_the_first_and_the_last_birthday(born: date) -> None:
    assert parse_wire_day(born.isoformat(), "birthday") == born


def test_a_day_is_written_as_its_midnight() -> None:
    assert wire_time(day(2025, 8, 20)) == "20250820000000"
    assert wire_time(Instant(at(2025, 8, 20, 15).us, Precision.DAY)) == "20250820000000"


def test_no_time_is_written_as_empty_text() -> None:
    assert wire_time(None) == ""


def test_evening_in_utc_is_written_in_vietnam_with_24_hours() -> None:
    moment = datetime(2025, 8, 20, 8, 5, 9, 999, tzinfo=UTC)
    assert wire_time(Instant.of(moment)) == "20250820150509"


def test_a_birthday_stored_in_utc_is_the_day_after() -> None:
    assert parse_wire_day("1999-12-31T17:00:00.000+0000", "birthday") == date(2000, 1, 1)


@pytest.mark.parametrize("written", ["1950-02-03", "03/02/1950", "19500203"])
def test_birth_dates_before_1990_are_read(written: str) -> None:
    assert parse_wire_day(written, "birthday") == date(1950, 2, 3)


@pytest.mark.parametrize("written", ["", None, "0001-01-01"])
def test_a_blank_birthday_gives_none(written: str | None) -> None:
    assert parse_wire_day(written, "birthday") is None


@pytest.mark.parametrize("written", ["1799-01-01", 195002031, 9_999_999_999, "năm 1950"])
def test_an_impossible_birthday_is_refused(written: object) -> None:
    with pytest.raises(RecordError, match="birthday"):
        parse_wire_day(written, "birthday")


@pytest.mark.parametrize("separator", ["x", "_", "0", "\u00a0x"])
def test_a_date_and_a_time_are_not_joined_by_just_any_sign(separator: str) -> None:
    with pytest.raises(RecordError):
        parse_wire_time(f"2025-08-20{separator}09:00:00.000+0700", "acceptedDate")
