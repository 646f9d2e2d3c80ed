"""Cells: dates in every form, and codes that a spreadsheet changed."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.spreadsheets.model import NO_RESULT, CellError
from khop.errors import RecordError
from khop.mappings.paper.cells import (
    read_identity,
    read_name,
    read_number,
    read_number_and_day,
    read_procedure,
    read_text,
)
from khop.mappings.paper.days import DayStyle, read_birth, read_time
from khop.mappings.records import Precision
from khop.mappings.time.parsing import wire_time

DAY, SECOND = Precision.DAY, Precision.SECOND


@pytest.mark.parametrize(
    "cell",
    [
        "08/10/2026",
        "8/10/2026",
        "08-10-2026",
        "08.10.2026",
        " 08 / 10 / 2026 ",
        "2026-10-08",
        "2026/10/08",
        "20261008",
        "ngày 8 tháng 10 năm 2026",
        "Ngày 08 tháng 10 năm 2026",
        "ngày 08/10/2026",
        "08/10/2026 00:00:00",
        "2026-10-08T00:00:00",
        date(2026, 10, 8),
        datetime(2026, 10, 8),
        46303,
        46303.0,
        20261008.0,
        "".join(chr(ord(c) + 0xFEE0) for c in "08/10/2026"),
    ],
)
def test_a_day_has_the_precision_of_a_day(cell: Any) -> None:
    read = read_time(cell, "Ngày trả")
    assert read is not None
    assert (wire_time(read), read.precision) == ("20261008000000", DAY)


@pytest.mark.parametrize(
    "cell",
    [
        "08/10/2026 14:30",
        "08/10/2026 14:30:00",
        "8/10/2026 14h30",
        "08/10/2026 14h30'".rstrip("'"),
        "08/10/2026 14g30",
        "08/10/2026 14 giờ 30",
        "08/10/2026 14 giờ 30 phút",
        "14h30 ngày 08/10/2026",
        "14:30 08/10/2026",
        "14 giờ 30 phút, ngày 8 tháng 10 năm 2026",
        "lúc 14h30 ngày 08/10/2026",
        "08/10/2026 02:30 CH",
        "08/10/2026 2:30:00 PM",
        "08/10/2026, 14:30",
        "08/10/2026 - 14:30",
        "2026-10-08 14:30",
        "2026-10-08T14:30:00",
        "2026-10-08T14:30:00.000",
        "2026-10-08T07:30:00Z",
        "2026-10-08T14:30:00+07:00",
        "20261008143000",
        20261008143000.0,
        datetime(2026, 10, 8, 14, 30),
        datetime(2026, 10, 8, 14, 29, 59, 999_999),
        46303.604166666664,
    ],
)
def test_a_time_of_day_is_kept(cell: Any) -> None:
    read = read_time(cell, "Ngày trả")
    assert read is not None
    assert (wire_time(read), read.precision) == ("20261008143000", SECOND)


def test_an_hour_without_minutes_and_the_morning_are_read() -> None:
    assert wire_time(read_time("8h 08/10/2026", "f")) == "20261008080000"
    assert wire_time(read_time("08/10/2026 12:05 SA", "f")) == "20261008000500"


def test_a_workbook_may_count_from_1904() -> None:
    assert wire_time(read_time(46303 - 1462, "f", DayStyle(from_1904=True))) == "20261008000000"


@given(st.datetimes(datetime(1990, 1, 1), datetime(2099, 12, 31, 23, 59, 59)))
def test_a_count_of_days_means_what_the_text_means(moment: datetime) -> None:
    moment = moment.replace(microsecond=0)
    count = (moment - datetime(1899, 12, 30)) / timedelta(days=1)
    text = f"{moment:%d/%m/%Y %H:%M:%S}"
    assert read_time(count, "f") == read_time(text, "f") == read_time(moment, "f")


@pytest.mark.parametrize("cell", ["", "  ", "-", "–", "...", "Chưa trả", "chưa có", "Không"])
def test_words_for_no_value_give_none(cell: str) -> None:
    assert read_time(cell, "f") is None
    assert read_text(cell, "f") == ""


@pytest.mark.parametrize(
    ("cell", "why"),
    [
        ("12/13/2026", "has a month above 12: .*; write day/month/year"),
        ("31/02/2026", "not a date that exists"),
        ("32/01/2026", "not a date that exists"),
        ("15/15/2026", "not a date that exists"),
        ("00/01/2026", "not a date that exists"),
        ("29/02/2025", "not a date that exists"),
        ("08/10/026", "not of four digits"),
        ("08/10/2026 24:00", "not a date that exists"),
        ("08/10/2026 14:60", "not a date that exists"),
        ("08/10/2026 14:30 PM", "does not fit am or pm"),
        ("08/10/1926", "a year outside"),
        ("08/10/2226", "a year outside"),
        ("08/10-2026", "known date form"),
        ("hôm qua", "known date form"),
        ("đã trả 8/10/2026", "a note beside the date"),
        ("08/10/2026 và 09/10/2026", "a note beside the date"),
        ("08/10", "has no year"),
        ("46303", "a bare number"),
        ("x" * 65, "too long"),
        (5, "a number and no date"),
        (99012345678.0, "a number and no date"),
        (float("nan"), "a number and no date"),
        (float("inf"), "a number and no date"),
        (True, "true or false"),
        (time(14, 30), "without a day"),
        (timedelta(hours=30), "without a day"),
        (CellError("#REF!"), "formula that failed"),
        (CellError(NO_RESULT), "a formula whose result is not in the file; open the file in"),
        ("2026-10-08T14:30:00+99:99", "zone"),
    ],
)
def test_a_refused_date_is_reported_without_its_value(cell: Any, why: str) -> None:
    with pytest.raises(RecordError, match=why) as refused:
        read_time(cell, "Ngày trả")
    assert refused.value.field == "Ngày trả"
    assert str(cell) not in refused.value.reason


@given(st.text(max_size=80) | st.floats() | st.integers())
def test_any_cell_is_read_or_refused(cell: Any) -> None:
    for reader in (
        read_time, read_birth, read_identity, read_number, read_number_and_day,
        read_procedure, read_text, read_name,
    ):  # fmt: skip
        try:
            reader(cell, "f")
        except RecordError as refused:
            assert refused.field == "f"


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("099012345678", "099012345678"),
        (99012345678.0, "099012345678"),
        ("99012345678", "099012345678"),
        ("99012345678.0", "099012345678"),
        ("0990 1234 5678", "099012345678"),
        (90123456, "090123456"),
        ("không có", ""),
        ("", ""),
    ],
)
def test_an_identity_number_gets_its_lost_zero_back(cell: Any, number: str) -> None:
    assert read_identity(cell, "CCCD") == number


@pytest.mark.parametrize("cell", ["9.9012E+10", "mất giấy tờ", date(2026, 10, 8)])
def test_a_text_that_is_no_identity_number_is_refused(cell: Any) -> None:
    with pytest.raises(RecordError):
        read_identity(cell, "CCCD")


@pytest.mark.parametrize(
    ("cell", "base"),
    [
        ("1.001612", "1.001612"),
        ("1.001612.000.00.00.H99", "1.001612"),
        ("1.012784.H99", "1.012784"),
        (1.001612, "1.001612"),
        (1.00161, "1.001610"),
        ("1,00161", "1.001610"),
        ("", None),
    ],
)
def test_a_procedure_is_its_base_code(cell: Any, base: str | None) -> None:
    assert read_procedure(cell, "Mã TTHC") == base


@pytest.mark.parametrize(
    ("cell", "birth"),
    [
        ("1985", "1985"),
        (1985.0, "1985"),
        ("02/09/1985", date(1985, 9, 2)),
        ("2-9-1985", date(1985, 9, 2)),
        (date(1985, 9, 2), date(1985, 9, 2)),
        (31292, date(1985, 9, 2)),
        (5000, date(1913, 9, 8)),
        ("", None),
    ],
)
def test_a_birth_is_a_day_or_a_year(cell: Any, birth: date | str | None) -> None:
    assert read_birth(cell, "Ngày sinh") == birth


@pytest.mark.parametrize("cell", ["1700", "02/09/85", "2200", 150, "01/01/1700"])
def test_an_impossible_birth_is_refused(cell: Any) -> None:
    with pytest.raises(RecordError):
        read_birth(cell, "Ngày sinh")


def test_a_number_and_its_day_may_share_a_cell() -> None:
    for cell in ("12/XL-UBND ngày 08/10/2026", "12/XL-UBND, 08/10/2026", "12/XL-UBND (08/10/2026)"):
        number, day = read_number_and_day(cell, "f")
        assert (number, wire_time(day)) == ("12/XL-UBND", "20261008000000")
    assert read_number_and_day("12/XL-UBND", "f") == ("12/XL-UBND", None)
    with pytest.raises(RecordError, match="more than one date"):
        read_number_and_day("12/XL 08/10/2026 sửa 09/10/2026", "f")
    with pytest.raises(RecordError, match="exists"):
        read_number_and_day("12/XL ngày 31/02/2026", "f")


def test_the_number_of_a_document_is_written_without_a_decimal_zero() -> None:
    assert [read_number(cell, "Số") for cell in (123.0, "123.0", "0123", "123/QĐ")] == [
        "123", "123", "0123", "123/QĐ",
    ]  # fmt: skip
    with pytest.raises(RecordError, match="changed to a date"):
        read_number(date(2026, 3, 12), "Số")
