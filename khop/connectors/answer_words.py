"""What the message of an answer says: success, that nothing was found, or something else.

A message is never searched for words of failure: there is no list of all the ways to fail. It
means success, or that nothing was found, only when it says so; every other message means that the
outcome is not known.

Messages are compared without case, Vietnamese marks and punctuation.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field

from khop.text.normal_form import normal_form

#: A call that was carried out.
SUCCESS = (
    "thành công",
    "success",
    "successful",
    "successfully",
    "succeeded",
    "ok",
    "okay",
    "done",
    "completed",
    "đã hoàn thành",
)
#: A question that was answered: there is nothing of that kind.
NOTHING_FOUND = (
    "không tìm thấy",
    "không tìm được",
    "không tìm ra",
    "không thấy",
    "không có",
    "không tồn tại",
    "chưa có",
    "chưa tồn tại",
    "not found",
    "no data",
    "no result",
    "no results",
    "no record",
    "no records",
    "no order",
    "no items",
    "does not exist",
    "not exist",
    "not exists",
    "empty",
    "hệ thống không tìm thấy",
    "hệ thống không có",
    "hệ thống chưa có",
)
#: What a message may name besides, without another meaning.
_BESIDES = (
    "tra cứu", "tìm kiếm", "truy vấn", "lấy", "đọc", "kết quả", "câu trả lời", "câu hỏi",
    "trả về", "hồ sơ", "mã hồ sơ", "số hồ sơ", "dữ liệu", "thông tin", "danh sách", "chi tiết",
    "bản ghi", "công dân", "đơn hàng", "bưu gửi", "bưu phẩm", "vận đơn", "đơn", "mã", "số",
    "lịch sử", "trạng thái", "tiến độ", "nào", "này", "phù hợp", "tương ứng", "thỏa mãn",
    "thoả mãn", "điều kiện", "theo yêu cầu", "với", "theo", "cho", "của", "có", "được", "đã",
    "trên hệ thống", "trong hệ thống", "tại hệ thống", "trên cổng", "trong cơ sở dữ liệu",
    "trong csdl", "trong csdlqg", "trong csdl quốc gia", "trong csdl quốc gia về dân cư",
    "trong cơ sở dữ liệu quốc gia về dân cư", "trên cổng dịch vụ công",
    "trên cổng dịch vụ công quốc gia", "trên cổng dvcqg", "trên dvcqg", "trên cổng dvc",
    "data", "record", "records", "result", "results", "dossier", "dossiers", "order", "orders",
    "item", "items", "parcel", "query", "search", "for", "with", "the", "a", "of", "is", "was",
    "were", "this", "list", "history", "found", "in system", "in the system",
)  # fmt: skip
#: What takes a success back, or says it of something else.
_DOUBTS = (
    "không", "chưa", "lỗi", "thất bại", "nhưng", "tuy nhiên", "ngoại trừ", "một phần", "đang",
    "chờ xử lý", "chờ duyệt", "chờ phê duyệt", "hàng đợi", "kết nối", "đăng nhập", "phiên",
    "từ chối", "sai", "thiếu", "bị hủy", "bị huỷ", "0", "00",
    "session", "token", "timeout", "error", "errors", "fail", "fails", "failed", "failure", "not",
    "no", "but", "except", "partial", "partially", "pending", "queued", "waiting", "exception",
    "unable", "cannot", "rejected", "denied", "invalid",
)  # fmt: skip
_LONGEST = 1_000
_SIGNS = re.compile(r"[^\w/]+|_+")
_COUNT = re.compile(r"(\d{1,4})/(\d{1,4})")
#: Codes, numbers and dates that a message quotes: they say nothing about the outcome.
_QUOTED = re.compile(r"(?<!\S)(?=\S*\d)(?:\S*[^\W\d]\S*|\S{5,})(?!\S)")
_WORDS_OF_SESSION = (
    "phien", "session", "token", "dang nhap", "het han", "expired", "login", "unauthorized",
    "unauthorised", "xac thuc nguoi dung", "chua xac thuc",
)  # fmt: skip


def folded(text: str) -> str:
    """``text`` for comparing: no case, no Vietnamese marks, any Unicode form, single spaces."""
    bare = normal_form("NFD", text.casefold()).replace("đ", "d")
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(kept.split())


def is_about_session(message: str) -> bool:
    """Whether a message may be about the session, which a new login would renew."""
    text = folded(message)
    return any(word in text for word in _WORDS_OF_SESSION)


@dataclass(frozen=True, slots=True)
class AnswerWords:
    """The phrases of one system. ``success`` and ``nothing_found``: as above."""

    success: tuple[str, ...] = SUCCESS
    nothing_found: tuple[str, ...] = NOTHING_FOUND
    _success: tuple[str, ...] = field(init=False, repr=False)
    _cover: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        success = tuple(filter(None, map(_plain, self.success)))
        object.__setattr__(self, "_success", tuple(f" {phrase} " for phrase in success))
        cores = _either((*success, *map(_plain, self.nothing_found)))
        besides = _either(map(_plain, _BESIDES))
        object.__setattr__(
            self,
            "_cover",
            re.compile(rf"(?:{besides} )*+{cores} (?:(?:{cores}|{besides}) )*+"),
        )

    def mean_success(self, message: str) -> bool:
        """Whether a call was carried out: the message says success and nothing that takes it back,
        such as "không thành công" or "thành công 0/1"."""
        text = _plain(message)
        said = any(phrase in f" {text} " for phrase in self._success)
        doubted = any(phrase in f" {text} " for phrase in _FOLDED_DOUBTS)
        return said and not doubted and all(map(_is_whole, text.split()))

    def mean_answered(self, message: str) -> bool:
        """Whether a question that found nothing was answered: the message is empty, says success,
        or says nothing but that nothing was found."""
        if not message.strip():
            return True
        text = _plain(message)
        return bool(text) and (
            self._cover.fullmatch(f"{text} ") is not None or self.mean_success(message)
        )


def _plain(text: str) -> str:
    """The folded text without punctuation and quoted codes, but with the bar of ``1/2``; "" for a
    text longer than messages are."""
    if len(text) > _LONGEST:
        return ""
    words = _SIGNS.sub(" ", _QUOTED.sub(" ", folded(text))).split()
    return " ".join(word for word in words if word != "/")


def _either(phrases: Iterable[str]) -> str:
    longest_first = sorted(set(filter(None, phrases)), key=lambda text: (-len(text), text))
    return f"(?:{'|'.join(map(re.escape, longest_first)) or '(?!)'})"


def _is_whole(word: str) -> bool:
    """False for ``0/1``, of which not all was done."""
    count = _COUNT.fullmatch(word)
    return count is None or count[1] == count[2]


_FOLDED_DOUBTS = tuple(f" {_plain(phrase)} " for phrase in _DOUBTS)
