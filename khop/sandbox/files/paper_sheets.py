"""The rows on paper as cells: sheets with titles, several forms of headers, and totals.

The layouts are those that offices use for forms 07 and 06. A later row is added below the others
of its sheet, so that no other row moves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta

from khop.sandbox.world.calendar import LOCAL_OFFSET, to_date
from khop.sandbox.world.paper import Exactness, LogbookRow, Person, RegisterRow
from khop.sandbox.world.register import DEPARTMENTS, PREDECESSOR, Register

Cell = str | int | date | datetime | None
_EPOCH = datetime(1970, 1, 1)
_NBSP = "\u00a0"
_TIME_FORMS: Mapping[Exactness, str] = {
    "second": "%d/%m/%Y %H:%M:%S",
    "minute": "%d/%m/%Y %H:%M",
    "day": "%d/%m/%Y",
}
_SUFFIXES = ("", "", "", ".000.00.00.H99", ".H99")


@dataclass(slots=True)
class Sheet:
    """Rows of cells. ``merged``: (first row, first column, last row, last column), from 0.
    ``places``: the ``n`` of a row -> its number in the sheet, from 1."""

    name: str
    rows: list[list[Cell]] = field(default_factory=list)
    merged: list[tuple[int, int, int, int]] = field(default_factory=list)
    places: dict[int, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Form:
    """One layout. ``columns``: header and kind of the cells. ``group``: a header over the columns
    of times. ``repeat``: the headers are repeated after so many rows. ``texts``: times and days
    are written as text."""

    name: str
    titles: tuple[str, ...]
    columns: tuple[tuple[str, str], ...]
    total: str
    signed: tuple[str, str]
    group: str = ""
    numbered: bool = False
    repeat: int = 0
    texts: bool = True


_TITLES = ("UBND TỈNH MẪU", "SỔ THEO DÕI HỒ SƠ")
_PERIOD = "Kỳ báo cáo: từ ngày 01/01 đến hết ngày 31/12"
_FEET = ("Người lập sổ", "Thủ trưởng đơn vị")

DEPARTMENTS_FORM = Form(
    "Sở, ngành",
    (*_TITLES, "(Mẫu số 07)", _PERIOD),
    (
        ("STT", "index"), ("Mã hồ sơ", "code"), ("Trích yếu", "subject"),
        ("Số bộ hồ sơ", "sets"), ("Chủ hồ sơ", "owner"), ("Số CCCD", "identity"),
        ("Ngày sinh", "birth"), ("Mã TTHC", "procedure"), ("Cơ quan", "unit_name"),
        ("Ngày tiếp nhận", "received"), ("Ngày hẹn trả", "due"), ("Ngày trả", "returned"),
        ("Tên người nhận", "receiver"),
    ),
    "Tổng cộng", _FEET, numbered=True, texts=False,
)  # fmt: skip
COMMUNES_FORM = Form(
    "Các xã",
    (*_TITLES, "(Mẫu số 07)"),
    (
        ("STT", "index"), ("Cơ quan", "unit_code"), ("Mã TTHC", "procedure"),
        ("Mã hồ sơ", "code"), ("Chủ hồ sơ", "owner"), ("Số CCCD", "identity"),
        ("Ngày sinh", "birth"), ("Ngày tiếp nhận", "received"), ("Ngày hẹn trả", "due"),
        ("Ngày trả", "returned"),
    ),
    "Tổng cộng", _FEET, repeat=40,
)  # fmt: skip
ONE_UNIT_FORM = Form(
    "UBND xã Mẫu 1",
    ("SỔ THEO DÕI HỒ SƠ", "Đơn vị: UBND xã Mẫu 1"),
    (
        ("STT", "index"), ("Mã hồ sơ", "code"), ("Chủ hồ sơ", "owner"),
        ("Số CCCD", "identity"), ("Ngày sinh", "birth"), ("Mã TTHC", "procedure"),
        ("Ngày tiếp nhận", "received"), ("Ngày hẹn trả", "due"), ("Ngày trả", "returned"),
        ("Tên người nhận", "receiver"),
    ),
    "Tổng cộng", _FEET, group="Thời gian", numbered=True,
)  # fmt: skip
OLD_FORM = Form(
    "Mau 06",
    ("SO THEO DOI HO SO", "(Mau so 06)"),
    (
        ("STT", "index"), ("MA HO SO", "code"), ("CHU HO SO", "owner"),
        ("SO CMND/CCCD", "identity"), ("NGAY SINH", "birth"), ("MA TTHC", "procedure"),
        ("CO QUAN", "unit_code"), ("NGAY TIEP NHAN", "received"), ("NGAY HEN TRA", "due"),
        ("NGAY TRA KET QUA", "returned"),
    ),
    "TONG CONG", ("Nguoi lap so", "Thu truong don vi"),
)  # fmt: skip
LOGBOOK_FORMS = (DEPARTMENTS_FORM, COMMUNES_FORM, ONE_UNIT_FORM, OLD_FORM)
REGISTER_FORM = Form(
    "",
    ("UBND TỈNH MẪU", "SỔ ĐĂNG KÝ KẾT QUẢ ĐÃ KÝ", _PERIOD),
    (
        ("Số", "number"), ("Ký hiệu", "symbol"), ("Ngày ký", "signed"), ("Mã hồ sơ", "code"),
        ("Mã TTHC", "procedure"), ("Số CCCD", "identity"), ("Ngày sinh", "birth"),
        ("Tổ chức, cá nhân", "owner"), ("Cơ quan", "unit_either"),
    ),
    "Tổng cộng", _FEET,
)  # fmt: skip


def logbook_sheets(rows: Iterable[LogbookRow], register: Register) -> list[Sheet]:
    """The sheets of the logbook; each has its rows in the given order."""
    of_form: dict[str, list[LogbookRow]] = {form.name: [] for form in LOGBOOK_FORMS}
    for row in rows:
        of_form[_form(row).name].append(row)
    return [_sheet(form, of_form[form.name], register) for form in LOGBOOK_FORMS]


def register_sheet(rows: Sequence[RegisterRow], register: Register) -> Sheet:
    """The one sheet of the register."""
    return _sheet(REGISTER_FORM, rows, register)


def _form(row: LogbookRow) -> Form:
    if row.old_unit:
        return OLD_FORM
    if row.unit < DEPARTMENTS:
        return DEPARTMENTS_FORM
    return ONE_UNIT_FORM if row.unit == DEPARTMENTS else COMMUNES_FORM


def _sheet(form: Form, rows: Sequence[LogbookRow | RegisterRow], register: Register) -> Sheet:
    sheet = Sheet(form.name)
    for title in form.titles:
        _across(sheet, form, title)
    sheet.rows.append([None] * len(form.columns))
    _headers(sheet, form)
    for index, row in enumerate(rows, start=1):
        if form.repeat and index > 1 and index % form.repeat == 1:
            _headers(sheet, form)
        sheet.rows.append([_cell(form, name, index, row, register) for _, name in form.columns])
        sheet.places[row.n] = len(sheet.rows)
    _foot(sheet, form, len(rows))
    return sheet


def _across(sheet: Sheet, form: Form, title: str) -> None:
    width = len(form.columns)
    sheet.merged.append((len(sheet.rows), 0, len(sheet.rows), width - 1))
    sheet.rows.append([title, *[None] * (width - 1)])


def _headers(sheet: Sheet, form: Form) -> None:
    headers: list[Cell] = [header for header, _ in form.columns]
    if form.group:
        _grouped(sheet, form, headers)
    else:
        sheet.rows.append(headers)
    if form.numbered:
        sheet.rows.append([f"({number})" for number in range(1, len(headers) + 1)])


def _grouped(sheet: Sheet, form: Form, headers: list[Cell]) -> None:
    """Two rows of headers: one header spans the times, the others span both rows."""
    top = len(sheet.rows)
    under = [name in ("received", "due", "returned") for _, name in form.columns]
    first, last = under.index(True), len(under) - 1 - under[::-1].index(True)
    upper = [None if below else header for header, below in zip(headers, under, strict=True)]
    upper[first] = form.group
    sheet.rows.append(upper)
    sheet.rows.append(
        [header if below else None for header, below in zip(headers, under, strict=True)]
    )
    sheet.merged.append((top, first, top, last))
    sheet.merged += [(top, c, top + 1, c) for c, below in enumerate(under) if not below]


def _foot(sheet: Sheet, form: Form, count: int) -> None:
    blank: list[Cell] = [None] * len(form.columns)
    sheet.rows.append([form.total, count, *blank[2:]])
    sheet.rows.append(blank)
    sheet.rows.append([None, form.signed[0], *blank[3:], form.signed[1]])


def _cell(
    form: Form, name: str, index: int, row: LogbookRow | RegisterRow, register: Register
) -> Cell:
    if name == "index":
        return index
    if isinstance(row, LogbookRow) and name in ("received", "due", "returned"):
        if name == "received" and row.bad_date:
            return row.bad_date
        return _moment(getattr(row, name), row.exactness, form.texts)
    if isinstance(row, RegisterRow) and name in _SIGNED:
        return _SIGNED[name](row)
    return _COMMON[name](form, row, register)


def _moment(moment: int | None, exactness: Exactness, texts: bool) -> Cell:
    if moment is None:
        return None
    local = _EPOCH + timedelta(seconds=moment + LOCAL_OFFSET)
    if texts:
        return format(local, _TIME_FORMS[exactness])
    if exactness == "day":
        return local.date()
    return local.replace(second=0) if exactness == "minute" else local


def _day_text(day: int) -> str:
    return format(to_date(day), "%d/%m/%Y")


def _spelled(row: LogbookRow | RegisterRow) -> str | None:
    """The code as people write it: some in lower case, some with white space."""
    if row.code is None:
        return None
    spellings = {3: row.code.lower(), 5: f" {row.code} ", 7: row.code.replace("-", f"{_NBSP}-")}
    return spellings.get(row.n % 11, row.code)


def _identity(form: Form, row: LogbookRow | RegisterRow, register: Register) -> Cell:
    number = register.citizen(row.citizen).identity
    if row.person == "name":
        return None
    if row.person == "short":
        return int(number)
    return number


def _birth(form: Form, row: LogbookRow | RegisterRow, register: Register) -> Cell:
    day = register.citizen(row.citizen).birthday + 1
    return _day_text(day) if form.texts else to_date(day)


def _owner(person: Person, citizen: int, register: Register) -> str:
    who = register.citizen(citizen)
    return who.name if person == "name" else who.organization or who.name


def _procedure(row: LogbookRow | RegisterRow, register: Register) -> str:
    return register.procedures[row.procedure].code + _SUFFIXES[row.n % len(_SUFFIXES)]


def _unit_code(row: LogbookRow | RegisterRow, register: Register) -> str:
    if isinstance(row, LogbookRow) and row.old_unit:
        return PREDECESSOR.code
    return register.units[row.unit].code


def _unit_either(row: LogbookRow | RegisterRow, register: Register) -> str:
    return _unit_code(row, register) if row.n % 3 == 0 else register.units[row.unit].name


_COMMON: Mapping[str, Callable[[Form, LogbookRow | RegisterRow, Register], Cell]] = {
    "code": lambda form, row, register: _spelled(row),
    "subject": lambda form, row, register: register.procedures[row.procedure].name,
    "sets": lambda form, row, register: 1,
    "owner": lambda form, row, register: _owner(row.person, row.citizen, register),
    "receiver": lambda form, row, register: register.citizen(row.citizen).name,
    "identity": _identity,
    "birth": _birth,
    "procedure": lambda form, row, register: _procedure(row, register),
    "unit_name": lambda form, row, register: register.units[row.unit].name,
    "unit_code": lambda form, row, register: _unit_code(row, register),
    "unit_either": lambda form, row, register: _unit_either(row, register),
}
_SIGNED: Mapping[str, Callable[[RegisterRow], Cell]] = {
    "number": lambda row: str(row.n + 1),
    "symbol": lambda row: "GCN-UBND" if row.n % 4 == 0 else "QĐ-UBND",
    "signed": lambda row: row.bad_date or _day_text(row.signed),
}
