"""A ministry's list as a file: the states that are known, and what is refused."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from khop.connectors.spreadsheets.model import Cell
from khop.mappings.paper.items import NoRow, SheetRead
from khop.mappings.paper.office.rows import MinistryRow
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, Reject, Status
from khop.mappings.states.status import portal_statuses
from tests.mappings.paper.sheets import FILE, KEY, Lines

Row = list[Cell]
HEADERS: Row = [
    *("STT", "Mã hồ sơ", "Trạng thái", "Mã TTHC", "Đơn vị giải quyết"),
    *("Ngày tiếp nhận", "Ngày hoàn thành", "Ngày cập nhật"),
]
ONE: Row = [
    *(1, "H99.18.03-261110-0001", "Đã xử lý xong", "1.001612", "UBND xã Mẫu 3"),
    *("10/11/2026", "12/11/2026", "12/11/2026 09:30"),
]


def one(line: Row, **options: Any) -> Any:
    reader = PaperReader(PaperKind.MINISTRY, KEY, **options)
    items = reader.read([Lines([HEADERS, line])], FILE, date(2026, 11, 30))
    (row,) = (each for each in items if not isinstance(each, NoRow | SheetRead))
    return row


def with_cell(place: int, cell: Cell) -> Row:
    return [*ONE[:place], cell, *ONE[place + 1 :]]


def test_a_dossier_of_a_ministry_has_code_state_procedure_unit_and_days() -> None:
    row = one(ONE)
    assert isinstance(row, MinistryRow)
    assert (row.code, row.procedure, row.unit) == (ONE[1], "1.001612", "UBND xã Mẫu 3")
    assert (row.status, row.status_raw) == (Status.FINISHED, "Đã xử lý xong")
    assert row.received_at is not None
    assert row.finished_at is not None
    assert row.changed_at is not None
    assert row.finished_at.local_date == date(2026, 11, 12)
    assert row.changed_at.precision == "second"


@pytest.mark.parametrize(("cell", "status"), [(4, 4), ("4", 4), ("đang xử lý", 4), ("", None)])
def test_a_state_is_a_name_or_number_of_the_portal(cell: Cell, status: int | None) -> None:
    assert one(with_cell(2, cell)).status == status


def test_another_state_costs_its_cell_until_khop_toml_names_it() -> None:
    line = with_cell(2, "Chờ thẩm định")
    row = one(line)
    assert (row.status, row.status_raw, row.unread) == (None, "Chờ thẩm định", ("status",))
    named = portal_statuses({}, {"Chờ thẩm định": 4})
    assert one(line, statuses=named).status == Status.PROCESSING


@pytest.mark.parametrize(
    ("place", "cell", "field"),
    [
        (1, "", "Mã hồ sơ"),
        (1, "H99.18", "Mã hồ sơ"),
        (6, "09/11/2026", "Ngày hoàn thành"),
        (7, "09/11/2026", "Ngày cập nhật"),
    ],
)
def test_a_row_without_a_usable_code_or_with_days_that_contradict_is_refused(
    place: int, cell: Cell, field: str
) -> None:
    reject = one(with_cell(place, cell))
    assert isinstance(reject, Reject)
    assert reject.field == field


def test_a_dossier_keeps_its_key_when_its_state_changes() -> None:
    assert one(with_cell(2, 4)).row_key == one(ONE).row_key
