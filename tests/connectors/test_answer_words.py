"""What a message says: success, that nothing was found, or something else."""

from __future__ import annotations

import unicodedata
from typing import Literal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.answer_words import NOTHING_FOUND, SUCCESS, AnswerWords, is_about_session

WORDS = AnswerWords()

SAY_SUCCESS = [
    "Thành công",
    "Success",
    "OK",
    "Đồng bộ thành công",
    "Đồng bộ hồ sơ H99.18.03-261110-0101 thành công!",
    "[DVCQG] Thành công",
    "Đồng bộ thành công 1/1 hồ sơ",
    "Cập nhật kết quả thành công",
    "Gửi hồ sơ lên Cổng Dịch vụ công Quốc gia thành công",
    "The dossier was successfully synchronised",
]
SAY_NOTHING_FOUND = [
    "Không có dữ liệu",
    "Không tìm thấy",
    "Không tìm thấy hồ sơ H99.18.03-261110-0101 trên hệ thống",
    "Không tồn tại hồ sơ có mã 000.14.18.H99-261110-0101.",
    "Mã hồ sơ không tồn tại",
    "Không có bản ghi nào",
    "Không tìm thấy kết quả phù hợp với điều kiện",
    "Thành công. Không có dữ liệu",
    "Chưa có câu trả lời",
    "Đơn hàng không tồn tại",
    "No data found",
    "No records found.",
    "Dossier not found",
    "Hệ thống không tìm thấy hồ sơ",
]
SAY_SOMETHING_ELSE = [
    "Không kết nối được trục",
    "Không tìm thấy trục liên thông",
    "Hệ thống đang bận",
    "Hệ thống đang bận, vui lòng thử lại",
    "Session không hợp lệ hoặc đã hết hạn",
    "Session không tồn tại",
    "Không tìm thấy phiên làm việc",
    "Bạn không có quyền truy cập",
    "Không có kết nối",
    "Không có dữ liệu do hệ thống bảo trì",
    "Không thành công",
    "Chưa thành công",
    "Unsuccessful",
    "Đồng bộ thành công 0/1 hồ sơ",
    "Đồng bộ thành công 0 hồ sơ",
    "Đã gửi thành công, đang chờ xử lý",
    "Kết nối thành công nhưng không đọc được dữ liệu",
    "Đồng bộ thành công một phần",
    "Thành công một nửa",
    "Tiếp nhận thành công, hồ sơ sẽ được xử lý sau",
    "Success: false",
    "isSuccess=N",
    "Đã hủy thành công",
    "Xóa hồ sơ thành công",
    "Lưu tạm thành công",
    "Successfully rolled back",
    "success with warnings",
    "successfully 1 of 2",
    "Đồng bộ thành công 1, bỏ qua 1 hồ sơ",
    "Skipped. OK",
    "Bấm OK để tiếp tục",
    "HTTP404 not found",
    "ORA-942 does not exist",
    "Hệ thống bận. OK",
    "Chưa có kết quả",
    "Thiếu tham số",
    "Service not found",
    "Không tìm thấy dịch vụ TraCuuHoSo",
    "Lỗi 500",
    "null",
    "...",
    "0",
    "-",
]


@pytest.mark.parametrize("form", ["NFC", "NFD"])
@pytest.mark.parametrize("message", SAY_SUCCESS)
def test_a_message_of_success(message: str, form: Literal["NFC", "NFD"]) -> None:
    written = unicodedata.normalize(form, message)
    for text in (written, written.upper(), f"  {written}\n"):
        assert WORDS.mean_success(text)
        assert WORDS.mean_answered(text)


@pytest.mark.parametrize("message", SAY_NOTHING_FOUND)
def test_a_message_that_nothing_was_found_is_an_answer(message: str) -> None:
    assert WORDS.mean_answered(message)
    assert WORDS.mean_answered(message.casefold())


@pytest.mark.parametrize("message", SAY_SOMETHING_ELSE)
def test_any_other_message_is_neither(message: str) -> None:
    assert not WORDS.mean_success(message)
    assert not WORDS.mean_answered(message)


def test_no_message_is_an_answer_but_says_no_success() -> None:
    for message in ("", "  ", "\n"):
        assert WORDS.mean_answered(message)
        assert not WORDS.mean_success(message)


def test_the_words_of_a_deployment_replace_the_packaged_ones() -> None:
    own = AnswerWords(success=("Đã ghi nhận",), nothing_found=("Chưa đồng bộ",))
    assert own.mean_success("Đã ghi nhận hồ sơ")
    assert own.mean_answered("Hồ sơ H99.18.03-261110-0101 chưa đồng bộ")
    assert not own.mean_success("Thành công")
    assert not own.mean_answered("Không tìm thấy")
    more = AnswerWords((*SUCCESS, "đã ghi nhận"), (*NOTHING_FOUND, "chưa đồng bộ"))
    assert more.mean_success("Thành công")
    assert more.mean_success("Đã ghi nhận")


def test_without_words_only_an_empty_message_is_an_answer() -> None:
    none = AnswerWords((), ("  ",))
    assert none.mean_answered("")
    assert not none.mean_answered("Thành công")
    assert not none.mean_success("Thành công")


@pytest.mark.parametrize(
    ("message", "about"),
    [
        ("Session không hợp lệ hoặc đã hết hạn", True),
        ("Phiên làm việc đã kết thúc", True),
        ("Vui lòng đăng nhập lại", True),
        ("Hệ thống đang bận", False),
        ("", False),
    ],
)
def test_a_message_about_the_session_is_recognised(message: str, about: bool) -> None:
    assert is_about_session(message) is about


@given(st.text(max_size=60))
def test_words_around_a_failure_never_make_it_an_answer(noise: str) -> None:
    message = f"{noise} Không kết nối được trục {noise}"
    assert not WORDS.mean_answered(message)
    assert not WORDS.mean_success(message)


def test_a_very_long_message_is_no_answer() -> None:
    assert not WORDS.mean_answered("có " * 100_000)
    assert not WORDS.mean_answered("không có " * 100_000)
