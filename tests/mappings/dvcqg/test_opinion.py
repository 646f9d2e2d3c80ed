"""Ratings, questions, feedback (docs/systems/dvcqg.md)."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError, RecordError
from khop.mappings.dvcqg.opinion import (
    FeedbackReader,
    Votes,
    answer_row,
    question_row,
    rating_rows,
    read_answers,
    read_questions,
)
from tests.mappings.dvcqg.portal import sample
from tests.mappings.moments import at

UNIT: Any = {"madonvi": "000.00.00.H99", "unit": "UBND tỉnh Mẫu"}
NAMES = {"id": "MaPAKN", "title": "tieude", "text": "NoiDung", "sender": "NguoiGui",
         "sent_at": "NgayGui", "unit": "MaDonVi", "status": "TrangThai"}  # fmt: skip


def test_the_sample_ratings_are_written() -> None:
    rows = rating_rows(
        date(2025, 1, 31),
        "Thái độ phục vụ",
        Votes(18, 20, 2),
        service_votes=Votes(18, 20, 2),
        **UNIT,
    )
    assert rows == sample("rate-01")["data"]


def test_a_month_without_votes_gives_no_row() -> None:
    assert rating_rows(date(2025, 1, 1), "?", Votes(0, 0, 0), **UNIT) == []


def test_a_month_of_bad_votes_gives_a_row_with_zero_satisfied() -> None:
    (row,) = rating_rows(date(2024, 12, 1), "", Votes(0, 0, 3), **UNIT)
    assert (row["NgayTongHop"], row["TongSoNguoiDanhGia"]) == ("12-2024", 3)
    assert row["PhanTramDanhGiaChuaHaiLong"] == "100%"
    assert row != sample("rate-03")["data"][0]


def test_votes_about_the_service_may_be_counted_separately() -> None:
    (row,) = rating_rows(
        date(2025, 2, 1), "?", Votes(1, 0, 0), service_votes=Votes(0, 1, 1), **UNIT
    )
    assert row["PhanTramDanhGiaRatHaiLong"] == "100%"
    assert row["PhanTramDanhGiaDichVuHaiLong"] == "50%"


@given(*[st.integers(0, 10_000)] * 3)
def test_percentages_add_to_a_hundred(very: int, fairly: int, not_at_all: int) -> None:
    votes = Votes(very, fairly, not_at_all)
    if votes.total == 0:
        with pytest.raises(RecordError):
            votes.percentages()
        return
    shares = [int(text.removesuffix("%")) for text in votes.percentages()]
    assert sum(shares) == 100
    for share, count in zip(shares, (very, fairly, not_at_all), strict=True):
        assert abs(share - 100 * count / votes.total) < 1


def test_negative_votes_are_refused() -> None:
    with pytest.raises(RecordError):
        rating_rows(date(2025, 1, 1), "?", Votes(5, -1, 0), **UNIT)


def test_questions_are_read_with_numbers_as_text_or_number() -> None:
    questions, rejects = read_questions([*sample("faq-02")["result"], {"NOIDUNG": "?"}, 5])
    assert [each.id for each in questions] == ["51234", "51235"]
    first, second = questions
    assert (first.answer_id, second.answer_id) == ("", "887")
    assert (first.sector, first.unit, first.state) == ("G05-KH02", "UBND tỉnh Mẫu", "0")
    assert first.asker == {"HOVATEN": "Người Hỏi", "THUDIENTU": "a@example.vn"}
    assert "Người Hỏi" not in repr(first)
    assert second.text == "<p>Thời hạn?</p>"
    assert [reject.field for reject in rejects] == ["HOIDAPID", "item"]


def test_answers_are_read_with_their_numbers() -> None:
    (answer,) = read_answers(sample("faq-03")["result"])
    assert (answer.id, answer.text) == ("887", "3 ngày làm việc")
    assert read_answers([{"TRALOIID": 0, "NOIDUNGTRALOI": None}])[0].id == ""


def test_an_answer_as_the_sample_pushes_it() -> None:
    row = answer_row(
        "51234",
        "Nộp tại bộ phận một cửa",
        date(2025, 1, 15),
        madonvi="000.00.00.H99",
        officer="Trần Thị Cán Bộ",
        title="Chuyên viên",
    )
    assert [row] == sample("faq-05")["data"]
    with pytest.raises(RecordError):
        answer_row("51234", " ", date(2025, 1, 15), madonvi="", officer="", title="")


def test_a_question_keeps_the_one_name_that_is_not_in_capitals() -> None:
    row = question_row(7, "G05-KH02", "Ở đâu?", **UNIT)
    assert list(row) == ["HOIDAPID", "MaLinhVuc", "NOIDUNG", "MADONVI", "TENDONVI"]
    assert row["HOIDAPID"] == 7


def test_feedback_is_read_by_configured_names() -> None:
    (row,) = FeedbackReader(NAMES).read(sample("faq-07")["result"])
    assert (row.id, row.title, row.status) == (
        "PAKN.20250115.0001", "Chậm trả kết quả", "Mới tiếp nhận VPCP",
    )  # fmt: skip
    assert row.sent_at == at(2025, 1, 15, 8)
    assert row.fields_lost == ()
    assert "Người Dân" not in repr(row)


def test_feedback_of_unknown_shape_is_kept_unchanged() -> None:
    item = {"x": [1], "NgayGui": "hôm qua", "MaPAKN": {"a": 1}}
    (row,) = FeedbackReader(NAMES).read([item])
    assert (row.raw, row.id, row.sent_at) == (item, None, None)
    assert set(row.fields_lost) == {"MAPAKN", "NGAYGUI"}
    assert FeedbackReader({}).read([item])[0].fields_lost == ()
    with pytest.raises(RecordError):
        FeedbackReader(NAMES).read(["x"])


def test_an_unknown_feedback_field_is_refused_with_its_key() -> None:
    with pytest.raises(ConfigError, match=r"feedback_fields\.titel"):
        FeedbackReader({"titel": "TieuDe"})


def test_percentages_of_the_service_are_blank_when_nobody_was_asked() -> None:
    (row,) = rating_rows(date(2025, 1, 31), "?", Votes(1, 0, 0), **UNIT)
    assert row["PhanTramDanhGiaRatHaiLong"] == "100%"
    names = ("RatHaiLong", "HaiLong", "ChuaHaiLong")
    assert [row[f"PhanTramDanhGiaDichVu{name}"] for name in names] == ["", "", ""]
