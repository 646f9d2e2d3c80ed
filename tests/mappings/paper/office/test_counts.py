"""Counts of the certification book, feedback and ratings: what is read, and what is refused."""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date
from typing import Any

import pytest

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.paper.items import NoRow, PaperItem, SheetRead
from khop.mappings.paper.office.labels import read_label, read_outcome, read_score
from khop.mappings.paper.office.rows import CountRow, FeedbackRow, OfficeRow, RatingRow
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, Reject
from tests.mappings.paper.sheets import FILE, KEY, Lines

Row = list[Cell]
CODE = "H99.18.03-261110-0001"
UNIT: Row = ["Đơn vị: UBND xã Mẫu 3"]
COUNTS: Row = ["STT", "Ngày", "Mã TTHC", "Loại việc", "Số việc", "Số bản"]
FEEDBACK: Row = [
    *("STT", "Mã PAKN", "Ngày tiếp nhận", "Loại", "Ngày chuyển xử lý", "Ngày trả lại"),
    *("Ngày yêu cầu bổ sung", "Ngày trả lời", "Ngày công khai", "Kết quả", "Mã hồ sơ liên quan"),
    *("Lĩnh vực", "Đánh giá", "Nội dung", "Người gửi"),
]
ONE: Row = [
    *(1, "PA.26.001", "10/11/2026", "Phản ánh", "11/11/2026", ""),
    *("", "20/11/2026", "21/11/2026", "Hợp lệ", CODE),
    *("Chậm giải quyết", "Hài lòng", "Trả chậm hai tuần", "Nguyễn Văn Mẫu"),
]
RATINGS: Row = ["STT", "Mã hồ sơ", "Đơn vị", "Ngày đánh giá", "Mức độ hài lòng", "Kênh"]


def read_all(kind: PaperKind, lines: Sequence[Row], **options: Any) -> list[PaperItem]:
    reader = PaperReader(kind, KEY, **options)
    return list(reader.read([Lines(lines)], FILE, date(2026, 11, 30)))


def good(kind: PaperKind, *lines: Row, **options: Any) -> list[Any]:
    return [each for each in read_all(kind, lines, **options) if isinstance(each, OfficeRow)]


def bad(kind: PaperKind, *lines: Row, **options: Any) -> list[Reject]:
    return [each for each in read_all(kind, lines, **options) if isinstance(each, Reject)]


def test_a_count_has_day_unit_procedure_and_number() -> None:
    line: Row = [1, "10/11/2026", "2.000815", "Chứng thực bản sao", "1.200", 4000]
    (row,) = good(PaperKind.COUNTS, UNIT, COUNTS, line)
    assert isinstance(row, CountRow)
    assert (row.unit, row.procedure, row.amount) == ("UBND xã Mẫu 3", "2.000815", 1200)
    assert row.done_at.local_date == date(2026, 11, 10)


@pytest.mark.parametrize(
    ("line", "field"),
    [
        ([1, "", "2.000815", "", 12], "Ngày"),
        ([1, "31/02/2026", "2.000815", "", 12], "Ngày"),
        ([1, "01/12/2026", "2.000815", "", 12], "Ngày"),
        ([1, "10/11/2026", "2.000815", "", ""], "Số việc"),
        ([1, "10/11/2026", "2.000815", "", "mười hai"], "Số việc"),
        ([1, "10/11/2026", "2.000815", "", 12.5], "Số việc"),
    ],
)
def test_a_count_without_a_day_that_has_come_or_a_number_is_refused(line: Row, field: str) -> None:
    (reject,) = bad(PaperKind.COUNTS, UNIT, COUNTS, line)
    assert reject.field == field


def test_a_count_of_no_unit_is_refused_and_the_sum_is_no_row() -> None:
    line: Row = [1, "10/11/2026", "2.000815", "", 12, ""]
    total: Row = ["Tổng cộng", "", "", "", 12, ""]
    (reject,) = bad(PaperKind.COUNTS, COUNTS, line, total)
    assert reject.field == "unit"
    kinds = [
        each.kind
        for each in read_all(PaperKind.COUNTS, [COUNTS, line, total])
        if isinstance(each, NoRow)
    ]
    assert kinds == ["headers", "total"]


def test_an_unreadable_procedure_is_told_and_the_count_stays() -> None:
    (row,) = good(PaperKind.COUNTS, UNIT, COUNTS, [1, "10/11/2026", "sao y", "", 12])
    assert (row.procedure, row.unread, row.amount) == (None, ("procedure",), 12)


def test_a_corrected_count_is_the_same_row() -> None:
    lines: list[Row] = [[1, "10/11/2026", "2.000815", "", n] for n in (12, 13)]
    first, second = (good(PaperKind.COUNTS, UNIT, COUNTS, line)[0] for line in lines)
    assert first.row_key == second.row_key
    twice = good(PaperKind.COUNTS, UNIT, COUNTS, *lines)
    assert len({row.row_key for row in twice}) == 2


def test_feedback_has_its_steps_and_nothing_of_the_person() -> None:
    (row,) = good(PaperKind.FEEDBACK, FEEDBACK, ONE)
    assert isinstance(row, FeedbackRow)
    assert (row.feedback_id, row.code, row.feedback_kind) == ("PA.26.001", CODE, "Phản ánh")
    assert (row.outcome, row.category, row.score) == ("valid", "Chậm giải quyết", "satisfied")
    days = [row.received_at, row.forwarded_at, row.refused_at, row.asked_at, row.answered_at]
    assert [day and day.local_date.day for day in days] == [10, 11, None, None, 20]
    assert "Nguyễn" not in repr(row)
    assert "hai tuần" not in repr(row)


@pytest.mark.parametrize(
    ("place", "cell", "field"),
    [
        (1, "", "Mã PAKN"),
        (1, "Nguyễn Văn Mẫu", "Mã PAKN"),
        (2, "", "Ngày tiếp nhận"),
        (2, "21/11/2026", "Ngày chuyển xử lý"),
        (7, "09/11/2026", "Ngày trả lời"),
    ],
)
def test_feedback_without_number_or_day_or_with_steps_before_it_is_refused(
    place: int, cell: Cell, field: str
) -> None:
    (reject,) = bad(PaperKind.FEEDBACK, FEEDBACK, [*ONE[:place], cell, *ONE[place + 1 :]])
    assert reject.field == field


@pytest.mark.parametrize(
    ("place", "cell", "name"),
    [
        (7, "đã trả lời", "answered_at"),
        (9, "Chưa rõ", "outcome"),
        (9, "Chưa thật hợp lệ", "outcome"),
        (10, "xem hồ sơ 12", "code"),
        (11, "Tôi nộp hồ sơ đất từ tháng chín mà đến nay vẫn chưa có kết quả nào", "category"),
        (12, 5, "score"),
    ],
)
def test_another_cell_costs_itself_alone(place: int, cell: Cell, name: str) -> None:
    (row,) = good(PaperKind.FEEDBACK, FEEDBACK, [*ONE[:place], cell, *ONE[place + 1 :]])
    assert row.unread == (name,)
    assert getattr(row, name) is None


@pytest.mark.parametrize(
    ("text", "outcome"),
    [
        ("Hợp lệ", "valid"),
        ("Không hợp lệ", "returned"),
        ("Trả lại do thiếu thông tin", "returned"),
        ("Không thuộc thẩm quyền giải quyết của xã", "other_authority"),
        ("Thuộc thẩm quyền của cơ quan khác", "other_authority"),
        ("Đã chuyển xử lý", "valid"),
    ],
)
def test_an_outcome_is_one_of_three(text: str, outcome: str) -> None:
    assert read_outcome(text, "Kết quả") == outcome


@pytest.mark.parametrize("text", ["Hợp lệ, trả lại", "Chưa hẳn hợp lệ", "Khác", "12"])
def test_an_outcome_that_may_be_two_is_none(text: str) -> None:
    with pytest.raises(RecordError):
        read_outcome(text, "Kết quả")


def test_a_rating_has_dossier_unit_day_score_and_channel() -> None:
    line: Row = [1, CODE, "UBND xã Mẫu 3", "10/11/2026 08:30", "RẤT HÀI LÒNG", "Máy tại quầy"]
    (row,) = good(PaperKind.RATINGS, RATINGS, line)
    assert isinstance(row, RatingRow)
    assert (row.code, row.unit, row.score) == (CODE, "UBND xã Mẫu 3", "very_satisfied")
    assert (row.channel, row.rated_at.local_date) == ("Máy tại quầy", date(2026, 11, 10))


def test_equal_ratings_without_a_code_are_counted() -> None:
    lines: list[Row] = [
        [n, "", "UBND xã Mẫu 3", "10/11/2026", "Hài lòng", "Quầy"] for n in (1, 2, 3)
    ]
    assert len({row.row_key for row in good(PaperKind.RATINGS, RATINGS, *lines)}) == 3


def test_a_number_is_a_rating_only_where_khop_toml_says_which() -> None:
    line: Row = [1, "", "UBND xã Mẫu 3", "10/11/2026", 5, "Quầy"]
    (reject,) = bad(PaperKind.RATINGS, RATINGS, line)
    assert "scores" in reject.reason
    scores = {"5": "very_satisfied", "Bình thường": "satisfied"}
    (row,) = good(PaperKind.RATINGS, RATINGS, line, scores=scores)
    assert row.score == "very_satisfied"
    payload = json.loads(json.dumps(reject.payload))
    assert PaperReader(PaperKind.RATINGS, KEY, scores=scores).replay(payload) == row


@pytest.mark.parametrize("text", ["Chưa thực sự hài lòng", "Bình thường", "5 sao", "x"])
def test_a_rating_of_other_words_is_refused(text: str) -> None:
    with pytest.raises(RecordError):
        read_score(text, "Đánh giá", {})


def test_what_a_citizen_wrote_is_no_label() -> None:
    assert read_label("Chậm giải quyết", "Lĩnh vực") == "Chậm giải quyết"
    assert read_label("-", "Lĩnh vực") is None
    with pytest.raises(RecordError):
        read_label("a" * 61, "Lĩnh vực")


@pytest.mark.parametrize(
    ("kind", "headers"),
    [
        (PaperKind.COUNTS, COUNTS),
        (PaperKind.FEEDBACK, FEEDBACK),
        (PaperKind.RATINGS, RATINGS),
    ],
)
def test_every_header_is_known(kind: PaperKind, headers: Row) -> None:
    (sheet,) = (each for each in read_all(kind, [headers]) if isinstance(each, SheetRead))
    assert sheet.columns_unread == ()
