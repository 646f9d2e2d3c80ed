"""What an answer says besides its code, its message and its data.

A gateway may write a failure under any key, at any level, beside a code that means success:
``{error_code: 0, result: [], errorMessage: "…"}``, ``{status: 500, data: []}``. No list has all
such keys. So each text and code of the answer has to agree with what the answer is taken for.

::

    a key named as a code or state   0, 1, 2xx, true, or a text that agrees
    a key named as an error          blank, 0, false, an empty list
    a key named as a message         blank, or a text that agrees, in any list or object below it
    any other key                    no sentence, except one that agrees

Inside an object that is a record (a dossier, an order), descriptions, other keys and texts of a
state are the record's own.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass

from khop.connectors.answer_words import folded, names_nothing
from khop.connectors.http.answers import json_within
from khop.connectors.http.values import bare_keys, text_of

_DEEPEST = 8
_MESSAGE = re.compile(
    r"(?:.*(?:mess?age|msg)|thongbao|thongdiep|mota|noidung|desc|details?$|reason|lydo|warn|canhbao"
    r"|remark|notice|notes?$|ghichu|info$|title$)"
)
_MESSAGE_OF_RECORD = re.compile(r".*(?:mess?age|msg)|thongbao")
_ERROR = re.compile(
    r"(?:ds|danhsach|list|so)?loi|.*(?:error|errs?$|fail|(?<!de)fault|exception|thatbai|rejected)"
)
_CODE = re.compile(
    r"(?:error|err|status|state|result|response|resp|return|http|res)?(?:code|status)$|httpcode$"
    r"|maloi$|maketqua$|trangthaiketqua$"
)
_SUCCESS = re.compile(r"(?:is)?(?:success(?:ful)?|succeeded|ok|valid)$|thanhcong$|issucceed")
_YES = frozenset({"", "true", "1", "y", "yes"})
_BLANK = frozenset({"", "0", "00", "false", "none", "null", "no error", "no errors"})
_GOOD = re.compile(r"[+-]?0+(?:[.,]0+)?|0*1|2\d\d|true|null|none")
_FAILED = re.compile(r"err|fail|reject|invalid|exception|denied|\bloi\b|that bai|tu choi")
_STATES = range(300)
_STATE = "trangthai"
_TIME = re.compile(r"time|date|thoigian|ngay")
_HOLDER = re.compile(r"data$|results?$|ketqua$|value$")
#: Keys that count what was found.
_COUNT = re.compile(
    r"(?!.*(?:time|page|trang|ms$)).*(?:total|count|tongso|soluong|numberof|sobanghi)"
)


@dataclass(frozen=True, slots=True)
class Remarks:
    """What the remarks of an answer have to agree with.

    ``agrees``: tells it of a text. ``record_keys``: an object with one of these keys (lower case,
    no underscores) is a record. ``good``: further codes of success.
    """

    agrees: Callable[[str], bool]
    record_keys: frozenset[str] = frozenset()
    good: frozenset[str] = frozenset()

    def disagree(self, body: object, depth: int = 0) -> bool:
        """Whether something in an answer, or in a part of it, does not agree."""
        body = json_within(body)
        if depth > _DEEPEST:
            return False
        if isinstance(body, list):
            return any(self.disagree(each, depth + 1) for each in body)
        fields = bare_keys(body)
        record = not self.record_keys.isdisjoint(fields)
        return any(
            self._is_other(key, json_within(value), record) or self.disagree(value, depth + 1)
            for key, value in fields.items()
        )

    def _is_other(self, key: str, value: object, record: bool) -> bool:
        if value is None:
            return False
        if _CODE.match(key) or (record and key == _STATE):
            return self._is_bad_state(value) if record else self._is_bad_code(value)
        if _SUCCESS.match(key):
            return _word(value) not in _YES and not self._says_so(value)
        if _ERROR.match(key):
            return bool(value) and _word(value) not in _BLANK and not self._says_so(value)
        if _HOLDER.match(key) and value is False:
            return True
        if (_MESSAGE_OF_RECORD if record else _MESSAGE).match(key):
            return self._is_other_text(value, 0)
        sentence = isinstance(value, str) and " " in value.strip()
        return sentence and not (record or _TIME.search(key)) and self._differs(str(value))

    def _is_bad_code(self, value: object) -> bool:
        word = _word(value).removesuffix(".0")
        good = _GOOD.fullmatch(word) or word in self.good or isinstance(value, Mapping | list)
        return not (good or self._says_so(value) or names_nothing(word))

    def _is_bad_state(self, value: object) -> bool:
        """Whether the state of a record is a failure, as far as numbers and texts of states go."""
        word = _word(value)
        if word.lstrip("-").isdecimal():
            return int(word[:9]) not in _STATES
        return value is False or _FAILED.search(word) is not None

    def _is_other_text(self, value: object, depth: int) -> bool:
        value = json_within(value)
        if isinstance(value, Mapping):
            fields = bare_keys(value)  # with a code or a message of its own it is another answer
            value = [] if any(map(is_remark, fields)) else list(fields.values())
        if isinstance(value, list):
            return depth < _DEEPEST and any(self._is_other_text(each, depth + 1) for each in value)
        return value is not None and value is not True and self._differs(_word(value))

    def _differs(self, text: str) -> bool:
        return not (names_nothing(text) or self.agrees(text))

    def _says_so(self, value: object) -> bool:
        return isinstance(value, str) and bool(value.strip()) and self.agrees(value)


def is_remark(key: str) -> bool:
    """Whether a key (lower case, no underscores) is named as a code, an error or a message."""
    return any(named.match(key) for named in (_CODE, _SUCCESS, _ERROR, _MESSAGE))


def counts_some(body: object, depth: int = 0) -> bool:
    """Whether an answer counts things that it found, at any level."""
    body = json_within(body)
    if isinstance(body, list):
        return depth < _DEEPEST and any(counts_some(each, depth + 1) for each in body)
    return depth < _DEEPEST and any(
        (_COUNT.match(key) is not None and text_of(value).lstrip("0").isdecimal())
        or counts_some(value, depth + 1)
        for key, value in bare_keys(body).items()
    )


def _word(value: object) -> str:
    return folded(str(value)) if isinstance(value, str | int | float) else "-"
