"""Rows of paper files: which lines are rows, their values, and which rows are rejected."""

from __future__ import annotations

import json
from datetime import date, datetime, time, timedelta
from typing import Any

import pytest

from khop.connectors.spreadsheets.model import Cell, CellError
from khop.errors import ConfigError, RecordError
from khop.mappings.identity import applicant_key
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Precision, Reject
from khop.mappings.time.parsing import wire_time
from tests.mappings.paper.sheets import (
    FILE,
    KEY,
    Lines,
    read,
    reject_of,
    replayed,
    row_of,
    rows_of,
)

HEADERS: list[Cell] = [
    "STT", "Mã hồ sơ", "Chủ hồ sơ", "CCCD", "Ngày sinh", "Mã TTHC", "Ngày tiếp nhận",
    "Ngày hẹn trả", "Ngày trả", "Ghi chú",
]  # fmt: skip
CODE = "H99.18.01-261008-0001"
NAME, NUMBER = "Nguyễn Văn Mẫu", "099012345678"


def line(**cells: Cell) -> list[Cell]:
    """A row of the logbook; cells that are not named have their usual value."""
    usual: dict[str, Cell] = {
        "order": 1, "code": CODE, "name": NAME, "identity": NUMBER, "birth": "02/09/1985",
        "procedure": "1.001612", "received": "08/10/2026 08:15", "due": "15/10/2026",
        "returned": "", "note": "",
    }  # fmt: skip
    return list((usual | cells).values())


def logbook(*lines: list[Cell], **settings: Any) -> list[PaperRow | Reject]:
    return read([HEADERS, *lines], **settings)


def test_a_row_of_the_logbook_is_read_in_full() -> None:
    row = row_of(logbook(line(returned=datetime(2026, 10, 14, 15, 20)), unit="UBND xã Mẫu"))
    assert (row.kind, row.sheet, row.row_number, row.code) == (PaperKind.LOGBOOK, "So", 2, CODE)
    assert (row.unit, row.unit_code, row.procedure) == ("UBND xã Mẫu", None, "1.001612")
    assert row.applicant_key == applicant_key(KEY, NUMBER)
    assert row.applicant_mask == "Nguyễn V. M."
    assert wire_time(row.received_at) == "20261008081500"
    assert row.due_at is not None
    assert row.due_at.precision is Precision.DAY
    assert wire_time(row.returned_at) == "20261014152000"
    assert row.fields_lost == ()


def test_a_row_shows_no_personal_data() -> None:
    text = repr(logbook(line(), line(code="")))
    assert NUMBER not in text
    assert NAME not in text
    assert "1985" not in text


def test_a_row_without_a_code_is_kept() -> None:
    row = row_of(logbook(line(code="", identity=99012345678.0)))
    assert row.code is None
    assert row.applicant_key == applicant_key(KEY, NUMBER)


def test_name_and_birth_make_a_key_where_there_is_no_number() -> None:
    keys = {
        row_of(logbook(line(identity="", birth=birth))).applicant_key
        for birth in ("02/09/1985", "2-9-1985", date(1985, 9, 2), 31292)
    }
    assert keys == {applicant_key(KEY, None, NAME, date(1985, 9, 2))}
    assert row_of(logbook(line(identity="", birth=""))).applicant_key is None


def test_lines_that_are_no_rows_are_left_out() -> None:
    blank: list[Cell] = [""] * len(HEADERS)

    def with_cells(**places: Cell) -> list[Cell]:
        cells = list(blank)
        for name, cell in places.items():
            cells[int(name[1:])] = cell
        return cells

    found = logbook(
        [f"({n})" for n in range(1, 11)],
        line(),
        blank,
        with_cells(c0=2),
        with_cells(c0="Trang 2"[:0]),
        HEADERS,
        list(range(1, 11)),
        with_cells(c0="II. Lĩnh vực đất đai"),
        line(code="H99.18.01-261008-0002"),
        with_cells(c0="Tổng cộng: 02 hồ sơ"),
        with_cells(c0="Tổng cộng", c3=2, c6=2, c8=0),
        blank,
        with_cells(c5="Mẫu, ngày 31 tháng 10 năm 2026"),
        with_cells(c1="Người lập biểu", c7="THỦ TRƯỞNG ĐƠN VỊ"),
        with_cells(c1="(Ký, ghi rõ họ tên)"),
        with_cells(c1="Trần Thị Mẫu"),
        with_cells(c1="Lê Văn Thử", c2="Phạm Thị Dụ"),
    )
    assert [row.code for row in found if isinstance(row, PaperRow)] == [
        CODE,
        "H99.18.01-261008-0002",
    ]
    assert [row for row in found if isinstance(row, Reject)] == []


def test_an_unknown_line_is_rejected_not_ignored() -> None:
    lost = line(code="", identity="", birth="", received="", due="")
    rejected = reject_of(logbook(lost))
    assert (rejected.field, rejected.reason) == ("Ngày tiếp nhận or Ngày trả", "has no date")
    assert rejected.native_id == f"{FILE}#So!2"


def test_a_row_after_the_signatures_is_a_row() -> None:
    signature: list[Cell] = ["", "", "Người lập biểu", *[""] * 7]
    assert len(logbook(line(), signature, line(code="H99.18.01-261008-0002"))) == 2


@pytest.mark.parametrize("words", ["ngày 8 tháng 10 năm 2026", "Ngày 08 tháng 10 năm 2026"])
def test_a_day_in_words_makes_a_row_and_no_signature(words: str) -> None:
    row = row_of(logbook(line(code="", identity="", received=words, due="")))
    assert wire_time(row.received_at) == "20261008000000"


@pytest.mark.parametrize(
    ("cells", "field", "why"),
    [
        ({"received": "31/02/2026"}, "Ngày tiếp nhận", "not a date that exists"),
        ({"received": "12/13/2026"}, "Ngày tiếp nhận", "has a month above 12"),
        ({"received": "", "returned": "08/10/126"}, "Ngày trả", "four digits"),
        ({"received": "", "returned": CellError("#REF!")}, "Ngày trả", "formula that failed"),
        ({"received": "", "returned": "đã trả"}, "Ngày trả", "known date form"),
        ({"received": "x", "returned": "đã trả"}, "Ngày tiếp nhận", "known date form"),
        ({"received": "", "returned": "chưa trả"}, "Ngày tiếp nhận or Ngày trả", "no date"),
        ({"code": "1.00E+12"}, "Mã hồ sơ", "rounded"),
        ({"code": 2.6e17}, "Mã hồ sơ", "rounded"),
        ({"code": CellError()}, "Mã hồ sơ", "formula that failed"),
    ],
)
def test_an_unusable_cell_of_evidence_rejects_the_row(
    cells: dict[str, Cell], field: str, why: str
) -> None:
    rejected = reject_of(logbook(line(**cells)))
    assert rejected.field == field
    assert why in rejected.reason
    assert rejected.code == (None if "code" in cells else CODE)


@pytest.mark.parametrize(
    ("cells", "lost", "unread"),
    [
        ({"returned": "Đã trả"}, "Ngày trả", "returned_at"),
        ({"returned": "Công dân xin rút"}, "Ngày trả", "returned_at"),
        ({"returned": "31/02/2026"}, "Ngày trả", "returned_at"),
        ({"returned": CellError("#REF!")}, "Ngày trả", "returned_at"),
        ({"received": "không nhớ", "returned": "19/10/2026"}, "Ngày tiếp nhận", "received_at"),
    ],
)
def test_one_good_day_is_evidence_whatever_the_other_cell_holds(
    cells: dict[str, Cell], lost: str, unread: str
) -> None:
    row = row_of(logbook(line(**cells)))
    assert (row.fields_lost, row.unread) == ((lost,), (unread,))
    assert (row.received_at is None) == (unread == "received_at")
    assert (row.returned_at is None) == (unread == "returned_at")


def test_an_unusable_cell_of_another_column_is_listed_as_lost() -> None:
    row = row_of(logbook(line(due="31/02/2026", identity="9.9E+10", birth="1/1/85")))
    assert row.fields_lost == ("CCCD", "Ngày sinh", "Ngày hẹn trả")
    assert (row.due_at, row.applicant_key) == (None, None)


def test_a_refused_row_is_read_again_from_its_payload() -> None:
    bad = line(
        received="13/13/2026", birth=date(1985, 9, 2), due=datetime(2026, 10, 15, 9), note=time(9)
    )
    first, second = logbook(bad, bad, unit="H99.18.01")
    assert isinstance(first, Reject)
    assert isinstance(second, Reject)
    again = json.loads(json.dumps(second.payload))
    reader = PaperReader(PaperKind.LOGBOOK, KEY)
    with pytest.raises(RecordError, match="Ngày tiếp nhận"):
        reader.replay(again)
    again["cells"][6] = "13/10/2026"
    mended = reader.replay(again)
    same = [line(received="13/10/2026", birth=date(1985, 9, 2), due=datetime(2026, 10, 15, 9))] * 2
    assert mended == logbook(*same, unit="H99.18.01")[1]


def test_a_replay_uses_a_column_configured_since() -> None:
    headers: list[Cell] = ["Mã hồ sơ", "Ngày vào sổ", "Ngày trả"]
    rejected = reject_of(read([headers, [CODE, "08/10/2026", "?"]]))
    payload = json.loads(json.dumps(rejected.payload))
    payload["cells"][2] = ""
    reader = PaperReader(PaperKind.LOGBOOK, KEY, columns={"received": "Ngày vào sổ"})
    assert wire_time(replayed(reader, payload).received_at) == "20261008000000"


@pytest.mark.parametrize(
    "payload",
    [None, {}, [], "x", {"kind": "logbook"}, {"kind": "logbook", "place": {}, "occurrence": 1}],
)
def test_anything_but_a_payload_is_refused(payload: object) -> None:
    with pytest.raises(RecordError, match="payload"):
        PaperReader(PaperKind.LOGBOOK, KEY).replay(payload)


def test_a_payload_of_another_kind_or_with_odd_cells_is_refused() -> None:
    payload: Any = reject_of(logbook(line(received="x"))).payload
    with pytest.raises(RecordError, match="payload"):
        PaperReader(PaperKind.REGISTER, KEY).replay(payload)
    for odd in ({"date": "never"}, {"when": "x"}, {}, {"seconds": 1e300}, {"seconds": "x"}):
        with pytest.raises(RecordError):
            PaperReader(PaperKind.LOGBOOK, KEY).replay(payload | {"cells": [odd]})


def test_a_row_keeps_its_key_when_it_is_filled_in() -> None:
    for cells in ({}, {"code": ""}, {"code": "", "identity": ""}):
        before = row_of(logbook(line(**cells)))
        after = row_of(
            logbook(HEADERS, line(**cells, returned="14/10/2026", note="đã trả", order=7))
        )
        assert before.row_key == after.row_key


def test_equal_rows_are_numbered() -> None:
    keys = [row.row_key for row in logbook(line(), line(), line()) if isinstance(row, PaperRow)]
    assert len(set(keys)) == 3
    assert keys == [f"{keys[0]}", f"{keys[0]}-2", f"{keys[0]}-3"]


def test_a_rejected_row_does_not_change_other_keys() -> None:
    good = [line(), line(), line()]
    broken = [line(), line(received="x"), line()]
    assert row_keys(logbook(*broken)) == [row_keys(logbook(*good))[place] for place in (0, 2)]


def row_keys(found: list[PaperRow | Reject]) -> list[str]:
    return [row.row_key for row in found if isinstance(row, PaperRow)]


def test_keys_differ_by_what_identifies_a_row_and_by_installation() -> None:
    rows = logbook(
        line(),
        line(code=""),
        line(code="", procedure="1.001613"),
        line(code="", received="9/10/2026"),
    )
    assert len(set(row_keys(rows))) == 4
    other = rows_of(PaperReader(PaperKind.LOGBOOK, b"other").read([Lines([HEADERS, line()])], FILE))
    assert row_keys(other) != row_keys(logbook(line()))


def test_the_unit_comes_from_row_title_or_settings() -> None:
    headers: list[Cell] = ["Mã hồ sơ", "Ngày trả"]
    table: list[list[Cell]] = [headers, [CODE, "08/10/2026"]]

    def unit(*above: list[Cell], **settings: Any) -> tuple[str | None, str | None]:
        row = row_of(read([*above, *table], **settings))
        return row.unit, row.unit_code

    assert unit() == (None, None)
    assert unit(["Đơn vị: UBND xã Mẫu"]) == ("UBND xã Mẫu", None)
    assert unit(["Cơ quan:", "Sở Tài chính"]) == ("Sở Tài chính", None)
    assert unit(["DON VI : Sở Tài chính"]) == ("Sở Tài chính", None)
    assert unit(["Mã đơn vị: H99.18.01"], ["Đơn vị: UBND xã Mẫu"]) == ("UBND xã Mẫu", "H99.18.01")
    assert unit(["Đơn vị: hồ sơ"], ["Đơn vị tính: bộ"]) == (None, None)
    assert unit(["Đơn vị: UBND xã Mẫu"], unit="Sở Y tế") == ("Sở Y tế", None)
    assert unit(unit="000.00.05.H99") == (None, "000.00.05.H99")


def test_the_rows_own_unit_comes_before_that_of_a_section() -> None:
    headers: list[Cell] = ["Mã hồ sơ", "Ngày trả", "Đơn vị", "Mã đơn vị"]
    found = read(
        [
            headers,
            [CODE, "08/10/2026", "", ""],
            ["Đơn vị: UBND xã Mẫu 2", "", "", ""],
            [CODE, "08/10/2026", "", ""],
            [CODE, "08/10/2026", "Sở Y tế", ""],
            [CODE, "08/10/2026", "H99.05", ""],
            [CODE, "08/10/2026", "Sở Nội vụ", "H99.06"],
        ]
    )
    assert [(row.unit, row.unit_code) for row in found if isinstance(row, PaperRow)] == [
        (None, None),
        ("UBND xã Mẫu 2", None),
        ("Sở Y tế", None),
        (None, "H99.05"),
        ("Sở Nội vụ", "H99.06"),
    ]


REGISTER: list[Cell] = ["Số, ký hiệu", "Ngày ký", "Mã hồ sơ", "Cơ quan ban hành"]


def test_the_register_has_number_symbol_and_day() -> None:
    row = row_of(
        read([REGISTER, ["123/QĐ-UBND", "8/10/2026", CODE, "UBND xã Mẫu"]], PaperKind.REGISTER)
    )
    assert (row.number, row.symbol, row.unit) == ("123", "QĐ-UBND", "UBND xã Mẫu")
    assert row.signed_at is not None
    assert row.signed_at.precision is Precision.DAY
    apart: list[Cell] = ["Số", "Ký hiệu", "Ngày ban hành", "Mã hồ sơ"]
    same = row_of(read([apart, [123.0, "QĐ-UBND", 46303, CODE]], PaperKind.REGISTER))
    assert (same.number, same.symbol, same.signed_at) == (row.number, row.symbol, row.signed_at)


def test_a_registered_document_without_a_code_is_known_by_unit_number_symbol_and_day() -> None:
    def key(*cells: Cell) -> str:
        return row_of(read([REGISTER, list(cells)], PaperKind.REGISTER)).row_key

    first = key("123/QĐ-UBND", "08/10/2026", "", "A")
    assert first == key("0123/qđ-ubnd", date(2026, 10, 8), "", "a")
    assert first != key("123/QĐ-UBND", "08/10/2026", "", "B")
    assert first != key("124/QĐ-UBND", "08/10/2026", "", "A")
    assert first != key("123/QĐ-UBND", "09/10/2026", "", "A")


def test_a_register_row_needs_its_day() -> None:
    for day in ("", "chưa", "31/02/2026"):
        assert reject_of(read([REGISTER, ["1/QĐ", day, CODE, ""]], PaperKind.REGISTER)).code == CODE


APOLOGY: list[Cell] = [
    "Mã hồ sơ", "Ngày hẹn trả cũ", "Số/ngày văn bản xin lỗi", "Lý do", "Ngày hẹn trả mới",
]  # fmt: skip


def test_an_apology_has_the_missed_and_the_new_due_day() -> None:
    cells: list[Cell] = [CODE, "08/10/2026", "12/XL-UBND ngày 07/10/2026", "Thẩm tra", "20/10/2026"]
    row = row_of(read([APOLOGY, cells], PaperKind.APOLOGY))
    assert (row.number, row.symbol) == ("12", "XL-UBND")
    days = (row.due_at, row.signed_at, row.new_due_at)
    assert [wire_time(day)[:8] for day in days] == ["20261008", "20261007", "20261020"]


def test_an_apology_whose_day_cannot_be_read_is_refused() -> None:
    cells: list[Cell] = [CODE, "08/10/2026", "12/XL-UBND ngày 31/02/2026", "", ""]
    assert "exists" in reject_of(read([APOLOGY, cells], PaperKind.APOLOGY)).reason
    row = row_of(read([APOLOGY, [*cells[:4], "20/10/2026"]], PaperKind.APOLOGY))
    assert row.unread == ("number", "symbol", "signed_at")


def test_sheets_without_headers_are_skipped_unless_no_sheet_has_any() -> None:
    guide, table = Lines([["Hướng dẫn"]], "HD"), Lines([HEADERS, line()], "So")
    reader = PaperReader(PaperKind.LOGBOOK, KEY)
    assert len(rows_of(reader.read([guide, table], FILE))) == 1
    with pytest.raises(ConfigError, match=r"so\.xlsx: no row of headers.*received .'ngày tiếp"):
        list(reader.read([guide], FILE))
    with pytest.raises(ConfigError, match="sheet Thang 2"):
        list(reader.read([table, Lines([["Mã hồ sơ", "Ngày vào"], []], "Thang 2"),
                          Lines([["Mã hồ sơ", "Chủ hồ sơ"]], "Thang 2")], FILE))  # fmt: skip


def test_counts_of_days_follow_the_workbook() -> None:
    row = row_of(logbook(line(received=46303 - 1462), from_1904=True))
    assert wire_time(row.received_at) == "20261008000000"
    cells = line(received="x", returned="x")
    rejected = reject_of(logbook(cells, from_1904=True))
    payload = json.loads(json.dumps(rejected.payload))
    payload["cells"][6] = 46303 - 1462
    assert replayed(PaperReader(PaperKind.LOGBOOK, KEY), payload).received_at == row.received_at


def test_a_duration_is_kept_in_the_payload() -> None:
    rejected = reject_of(logbook(line(received=timedelta(hours=30))))
    assert json.loads(json.dumps(rejected.payload))["cells"][6] == {"seconds": 108000.0}
