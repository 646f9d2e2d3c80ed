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
#: What a message of success may name besides: the work that was done.
_WORK = (
    "đồng bộ", "cập nhật", "thêm", "thêm mới", "tạo", "tạo mới", "khởi tạo", "lưu", "ghi nhận",
    "gửi", "nhận", "tiếp nhận", "xử lý", "thực hiện", "tải lên", "yêu cầu", "thao tác", "giao dịch",
    "dịch vụ", "quy trình", "quá trình", "bước", "tệp", "giấy tờ", "đánh giá", "hoàn tất",
    "hoàn thành", "rồi", "và", "là", "vào", "lên", "tới", "đến", "cổng", "hệ thống", "cổng dvcqg",
    "cổng dịch vụ công", "cổng dịch vụ công quốc gia", "dvcqg", "true", "số lượng", "một",
    "request", "operation", "transaction", "message", "response", "status", "sync", "synced",
    "synchronised", "synchronized", "create", "created", "update", "updated", "insert", "inserted",
    "save", "saved", "add", "added", "send", "sent", "receive", "received", "accept", "accepted",
    "process", "processed", "upload", "uploaded", "submit", "submitted", "code", "and", "has",
    "have", "been", "are", "all", "to", "row", "rows", "file", "files", "http",
)  # fmt: skip
#: Of a dossier it says that the dossier is there, and has no result yet.
_NO_RESULT_YET = "chua co ket qua"
_LONGEST = 1_000
_SIGNS = re.compile(r"[^\w/]+|_+")
_NUMBER = re.compile(r"\d{1,5}(?:/\d{1,5})?")
#: Codes, numbers and dates that a message quotes: they say nothing about the outcome. Shorter ones,
#: such as ``E404``, may name an error.
_EDGE = r"\s:=,;()\"'"
_QUOTED = re.compile(rf"(?<![^{_EDGE}])(?=(?:[^{_EDGE}\d]*\d){{6}})[^{_EDGE}]+")
_LETTER = re.compile(r"[^\W\d_]")
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
    _done: re.Pattern[str] = field(init=False, repr=False)
    _cover: re.Pattern[str] = field(init=False, repr=False)

    def __post_init__(self) -> None:
        success = tuple(filter(None, map(_plain, self.success)))
        found = (*success, *map(_plain, self.nothing_found))
        object.__setattr__(self, "_done", _covering(success, (*_BESIDES, *_WORK)))
        object.__setattr__(self, "_cover", _covering(found, _BESIDES))

    def mean_success(self, message: str) -> bool:
        """Whether a call was carried out: the message says success, and besides names nothing but
        the work, codes, and counts that are all the same number. "Không thành công", "thành công
        0/1", "success: false" and "đã hủy thành công" do not."""
        words = _plain(message).split()
        counts = {part for word in words if _NUMBER.fullmatch(word) for part in word.split("/")}
        text = " ".join(word for word in words if not _NUMBER.fullmatch(word))
        same = len(counts) < 2 and not any(count.strip("0") == "" for count in counts)
        return same and self._done.fullmatch(f"{text} ") is not None

    def mean_answered(self, message: str) -> bool:
        """Whether a question that found nothing was answered: the message is empty, says success,
        or says nothing but that nothing was found."""
        if not message.strip():
            return True
        text = _plain(message)
        nothing = self._cover.fullmatch(f"{text} ") is not None and _NO_RESULT_YET not in text
        return nothing or self.mean_success(message)


def names_nothing(text: str) -> bool:
    """Whether a text is blank, or only codes, long numbers and dates."""
    if len(text) > _LONGEST:
        return False
    rest, quoted = _QUOTED.subn(" ", folded(text))
    return not text.strip() or (quoted > 0 and _LETTER.search(rest) is None)


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


def _covering(cores: Iterable[str], besides: Iterable[str]) -> re.Pattern[str]:
    """Matches a text with a blank behind it that has one of ``cores``, and ``besides``."""
    core, other = _either(cores), _either(map(_plain, besides))
    return re.compile(rf"(?:(?!{core} ){other} )*+{core} (?:(?:{core}|{other}) )*+")
