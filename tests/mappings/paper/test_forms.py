"""Slips: which form a row is of, and what is kept of it."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

import pytest

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.paper.forms import form_in, read_form
from khop.mappings.paper.items import NoRow
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.mappings.paper.sheets import FILE, KEY, Lines, read, reject_of, replayed, row_of, rows_of

CODE = "H99.18.03-261110-0001"
OTHER = "H99.18.03-261110-0002"
HEADERS: list[Cell] = [
    "STT",
    "Mẫu số",
    "Số phiếu",
    "Mã hồ sơ",
    "Ngày lập phiếu",
    "Người nhận",
    "Lý do",
]
DAY = date(2026, 11, 12)


@pytest.mark.parametrize(
    ("text", "form"),
    [
        ("02", "02"),
        (2, "02"),
        (3.0, "03"),
        ("Mẫu số 02", "02"),
        ("mẫu 05", "05"),
        ("MẪU PHIẾU SỐ 3", "03"),
        ("Mẫu 02/PYCBS", "02"),
        ("Phiếu yêu cầu bổ sung, hoàn thiện hồ sơ", "02"),
        ("PHIEU YEU CAU BO SUNG HO SO", "02"),
        ("Mẫu số 02 - Phiếu yêu cầu bổ sung", "02"),
        ("Phiếu từ chối giải quyết hồ sơ", "03"),
        ("Thông báo dừng giải quyết hồ sơ", "05"),
        ("Thông báo về việc bổ sung hồ sơ", "02"),
        ("Thông báo", "notice"),
        ("Tin nhắn SMS", "notice"),
        ("", None),
        ("-", None),
    ],
)
def test_a_form_is_told_by_its_number_or_name(text: str | int, form: str | None) -> None:
    assert read_form(text, "Mẫu", DAY) == form


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("Mẫu số 04", "no slip"),
        ("Thư xin lỗi", "no slip"),
        ("01", "no slip"),
        ("Phiếu kiểm soát quá trình giải quyết hồ sơ", "no slip"),
        ("Mẫu số 02 - Phiếu từ chối", "more than one"),
        ("Phiếu bổ sung, từ chối", "more than one"),
        ("Công văn", "no form"),
        ("12", "no form"),
        (True, "true or false"),
    ],
)
def test_another_text_is_refused(text: str | bool, why: str) -> None:
    with pytest.raises(RecordError, match=why):
        read_form(text, "Mẫu", DAY)


def test_the_number_05_was_another_form_before_july_2025() -> None:
    with pytest.raises(RecordError, match="control sheet"):
        read_form("Mẫu 05", "Mẫu", date(2025, 6, 30))
    assert read_form("Mẫu 05", "Mẫu", date(2025, 7, 1)) == "05"
    assert read_form("Thông báo dừng giải quyết", "Mẫu", date(2025, 6, 30)) == "05"


def test_a_title_tells_a_form_unless_it_names_several() -> None:
    assert form_in(["UBND XÃ MẪU 3", "SỔ THEO DÕI PHIẾU YÊU CẦU BỔ SUNG"]) == "02"
    assert form_in(["SỔ PHIẾU BỔ SUNG, TỪ CHỐI"]) is None
    assert form_in(["UBND xã Mẫu 3", "Năm 2026"]) is None


def test_a_slip_has_form_number_code_day_and_whether_it_gives_a_reason() -> None:
    cells: list[Cell] = [
        1,
        "02",
        "15/PBS",
        CODE,
        "12/11/2026",
        "Nguyễn Văn Mẫu",
        "Thiếu giấy tờ của ông Mẫu",
    ]
    row = row_of(read([HEADERS, cells], PaperKind.SLIPS))
    assert (row.kind, row.form, row.number, row.symbol) == (PaperKind.SLIPS, "02", "15", "PBS")
    assert (row.code, row.has_reason) == (CODE, True)
    assert row.signed_at is not None
    assert row.signed_at.local_date == DAY
    assert "Nguyễn" not in repr(row)
    assert "Thiếu" not in repr(row)
    without = row_of(read([HEADERS, [*cells[:6], "-"]], PaperKind.SLIPS))
    assert without.has_reason is False


@pytest.mark.parametrize(
    ("cells", "field", "why"),
    [
        ([1, "", "15", CODE, "12/11/2026"], "form", "is not told"),
        ([1, "Công văn", "15", CODE, "12/11/2026"], "Mẫu số", "no form"),
        ([1, "02", "15", CODE, ""], "Ngày lập phiếu", "no date"),
        ([1, "02", "15", CODE, "31/02/2026"], "Ngày lập phiếu", "exists"),
        ([1, "02", "15", "H99.18", "12/11/2026"], "Mã hồ sơ", "shape"),
    ],
)
def test_a_row_without_form_day_or_usable_code_is_refused(
    cells: list[Cell], field: str, why: str
) -> None:
    reject = reject_of(read([HEADERS, cells], PaperKind.SLIPS))
    assert reject.field == field
    assert why in reject.reason


TWO: list[list[Cell]] = [
    ["SỔ PHIẾU YÊU CẦU BỔ SUNG HỒ SƠ"],
    ["STT", "Mã hồ sơ", "Ngày"],
    [1, CODE, "12/11/2026"],
    ["II. Phiếu từ chối"],
    [2, CODE, "13/11/2026"],
    ["Tổng cộng", "2", ""],
    ["SỔ THÔNG BÁO"],
    ["STT", "Mã hồ sơ", "Ngày gửi thông báo"],
    [1, OTHER, "14/11/2026"],
]


def test_the_nearest_line_above_tells_the_form() -> None:
    lines: list[list[Cell]] = [*TWO[:1], ["STT", "Mã hồ sơ", "Ngày phiếu"], *TWO[2:]]
    found = read(lines, PaperKind.SLIPS, name="Phiếu dừng giải quyết")
    assert [row.form for row in found if isinstance(row, PaperRow)] == ["02", "03", "notice"]


def test_the_sheet_tells_the_form_where_no_line_does_and_the_settings_before_both() -> None:
    lines: list[list[Cell]] = [["Mã hồ sơ", "Ngày phiếu"], [CODE, "12/11/2026"]]
    assert row_of(read(lines, PaperKind.SLIPS, name="Từ chối")).form == "03"
    assert row_of(read(lines, PaperKind.SLIPS, name="Từ chối", form="02")).form == "02"
    assert isinstance(read(lines, PaperKind.SLIPS, name="Sheet1")[0], Reject)


def slip(day: int) -> list[Cell]:
    return [1, "02", day, CODE, f"{day}/11/2026"]


def keys_of(found: Sequence[PaperRow | Reject]) -> list[str]:
    return [row.row_key for row in found if isinstance(row, PaperRow)]


def test_several_slips_of_one_dossier_keep_their_keys_when_rows_move() -> None:
    first, second = slip(11), slip(12)
    keys = keys_of(read([HEADERS, first, second], PaperKind.SLIPS))
    turned = keys_of(read([HEADERS, second, first], PaperKind.SLIPS))
    assert len(set(keys)) == 2
    assert turned == keys[::-1]


def test_a_refused_slip_is_read_again_with_the_form_that_its_title_told() -> None:
    sheet = Lines([["SỔ PHIẾU TỪ CHỐI"], ["Mã hồ sơ", "Ngày phiếu"], [CODE, "31/02/2026"]])
    items = list(PaperReader(PaperKind.SLIPS, KEY).read([sheet], FILE))
    (reject,) = (item for item in rows_of(items) if isinstance(item, Reject))
    assert sum(isinstance(item, NoRow) for item in items) == 2
    payload = reject.payload
    assert isinstance(payload, dict)
    payload["cells"][1] = "12/11/2026"
    assert replayed(PaperReader(PaperKind.SLIPS, KEY), payload).form == "03"
