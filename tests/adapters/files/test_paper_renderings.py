"""Every form of one logbook has the same rows."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime, timedelta
from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.spreadsheets.model import Sheet
from khop.connectors.spreadsheets.read import read_sheets
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, PaperRow, Reject
from tests.adapters.files.tables import KEY, written
from tests.connectors.spreadsheets.in_process import own_sheets

COLUMNS = {
    "code": ("Mã hồ sơ", "MaHoSo", "Mã số hồ sơ", "Số hồ sơ"),
    "applicant": ("Chủ hồ sơ", "Tên tổ chức, cá nhân", "Họ và tên chủ hồ sơ"),
    "identity": ("CCCD", "Số CMND/CCCD", "Số định danh cá nhân"),
    "birth": ("Ngày sinh", "Sinh ngày"),
    "procedure": ("Mã TTHC", "Mã thủ tục hành chính"),
    "received": ("Ngày tiếp nhận", "Ngày, giờ tiếp nhận", "Thời gian nhận hồ sơ"),
    "due": ("Ngày hẹn trả", "Hẹn trả kết quả", "Hạn trả"),
    "returned": ("Ngày trả", "Ngày trả kết quả", "Ngày ký nhận"),
}


DAYS = ("%d/%m/%Y", "%d-%m-%Y", "%d.%m.%Y", "%Y-%m-%d")


TIMES = ("%d/%m/%Y %H:%M:%S", "%Y-%m-%dT%H:%M:%S", "%H:%M:%S %d/%m/%Y")


SPELLINGS: tuple[Callable[[str], str], ...] = (
    str,
    str.upper,
    lambda text: unicodedata.normalize("NFD", text),
    lambda text: f"{text} (*)",
    lambda text: "".join(
        c
        for c in unicodedata.normalize("NFD", text.replace("đ", "d"))
        if not unicodedata.combining(c)
    ),
)


moments = st.datetimes(datetime(2025, 1, 1), datetime(2026, 12, 31)).map(
    lambda moment: moment.replace(microsecond=0)
)


entries: st.SearchStrategy[dict[str, Any]] = st.fixed_dictionaries(
    {
        "code": st.sampled_from(["", "H99.01-261008-0001", "000.00.05.H99-261008-0002"]),
        "applicant": st.sampled_from(["Nguyễn Văn Mẫu", "Công ty TNHH Mẫu"]),
        "identity": st.sampled_from(["", "099012345678", "099000000001"]),
        "birth": st.sampled_from(["", "02/09/1985"]),
        "procedure": st.sampled_from(["", "1.001612", "2.000635"]),
        "received": moments,
        "due": moments | st.just(""),
        "returned": moments | st.just(""),
    }
)


def is_possible(entry: dict[str, Any]) -> bool:
    """Whether nothing was due or returned before it was received."""
    later = (entry["due"], entry["returned"])
    return all(each == "" or each >= entry["received"] for each in later)


class Rendering:
    """One form of a logbook, drawn value by value. Its days are all dates, or all texts: of a
    mixture it may be that the program took the month for the day."""

    def __init__(self, draw: Callable[[Any], Any]) -> None:
        self.draw = draw
        self.order = draw(st.permutations(list(COLUMNS)))
        self.workbook = draw(st.booleans())
        self.delimiter = draw(st.sampled_from([",", ";", "\t"]))
        self.encoding = draw(st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]))
        self.from_1904 = draw(st.booleans())
        self.titles = draw(st.integers(0, 4))
        self.dates = draw(st.booleans())

    def file(self, logbook: Sequence[dict[str, Any]]) -> bytes:
        titles = [["SỔ THEO DÕI HỒ SƠ"], [], ["Từ ngày 01/01/2026 đến ngày 31/12/2026"], []]
        body = [[self.cell(name, entry[name]) for name in self.order] for entry in logbook]
        lines = [*titles[: self.titles], self.headers(), *body, ["Tổng cộng"]]
        if self.workbook:
            return written(lines, date_1904=self.from_1904)
        text = io.StringIO()
        csv.writer(text, delimiter=self.delimiter).writerows(lines)
        return text.getvalue().encode(self.encoding)

    def headers(self) -> list[str]:
        spelled = self.draw(st.sampled_from(SPELLINGS))
        return [spelled(self.draw(st.sampled_from(COLUMNS[name]))) for name in self.order]

    def cell(self, name: str, value: Any) -> Any:
        if isinstance(value, datetime):
            return self.moment(value)
        if name == "code" and value:
            return self.draw(st.sampled_from([value, value.lower(), f" {value}\u00a0"]))
        if name == "identity" and value:
            return self.draw(st.sampled_from([value, value[1:], float(value[1:])]))
        if name == "procedure" and value:
            return self.draw(st.sampled_from([value, f"{value}.000.00.00.H99", float(value)]))
        if name == "birth" and value:
            return self.draw(st.sampled_from([value, "2/9/1985", "1985-09-02"]))
        return value

    def moment(self, value: datetime) -> Any:
        whole = value.hour == value.minute == value.second == 0
        forms = DAYS if whole else TIMES
        texts = [value.strftime(form) for form in forms]
        if not self.workbook:
            return self.draw(st.sampled_from(texts))
        zero = datetime(1904, 1, 1) if self.from_1904 else datetime(1899, 12, 30)
        if self.dates:
            return self.draw(st.sampled_from([value, (value - zero) / timedelta(days=1)]))
        return self.draw(st.sampled_from(texts))


@given(st.lists(entries.filter(is_possible), min_size=1, max_size=5), st.data())
def test_every_form_of_a_logbook_has_the_same_rows(
    logbook: list[dict[str, Any]], data: st.DataObject
) -> None:
    first, second = (rows_of(Rendering(data.draw), logbook) for _ in range(2))
    assert first == second
    assert len(first) == len(logbook)


def rows_of(rendering: Rendering, logbook: Sequence[dict[str, Any]]) -> list[PaperRow | Reject]:
    """The rows without sheet and row number."""
    file = rendering.file(logbook)
    sheets: Sequence[Sheet] = (
        own_sheets(file, "so") if rendering.workbook else read_sheets(file, "so").sheets
    )
    found = PaperReader(PaperKind.LOGBOOK, KEY).read(sheets, "so")
    return [
        replace(row, sheet="", row_number=0) if isinstance(row, PaperRow) else row
        for row in found
        if isinstance(row, PaperRow | Reject)
    ]
