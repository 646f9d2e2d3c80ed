"""The portal's answer, in every known form (docs/systems/dvcqg.md).

::

    {error_code, message, result}          the plain form; any case, errorCode too
    {error_code, message, data}            ``data`` in place of ``result``
    {error_code, result: {data: [...]}}    ``result`` is an object
    {result: {error_code, message, data}}  inside a further object
    {error_code, message: "<JSON>"}        the answer itself is JSON text in ``message``
    cập nhật … thành công                  plain text, only for progress

Pure functions. An answer of another form raises Unusable, a ValueError.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import Enum

from khop.connectors.http.answers import Answer, Unusable, read_json
from khop.connectors.http.values import bare_keys
from khop.text.normal_form import normal_form

_ZERO = re.compile(r"[+-]?0+(?:[.,]0+)?")
# The beginning of JSON text or of a web page; "[DVCQG] …" is a text for people.
_PACKED = re.compile(r'\s*(?:"?\{\s*\\*["}]|"?\[\s*\\*["{\[\]]|<)')
_DIGIT = re.compile(r"\d")
_DEEPEST = 4

# Compared without case, marks and Unicode form; see ``folded``.
_EXISTS = "da ton tai"
_OF_SESSION = ("phien", "session", "token", "dang nhap", "het han", "expired")
_DONE = "thanh cong"
_FAILED = ("khong thanh cong", "chua thanh cong", "that bai")
_NOT_ANSWERED = (*_FAILED, "het han", "het phien", "khong hop le", "chua dang nhap")
# A call that failed although its code is zero. "loi" alone does not count: "tra loi" is an answer.
_BROKEN = (
    "co loi", "xay ra loi", "loi he thong", "bao tri", "thu lai", "qua thoi gian", "timeout",
    "time out", "expired", "exception",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Reply:
    """``code``: the portal's code as text, every form of zero as ``"0"``; None where there is
    none. ``message``: its text, "" where there is none. ``result``: the data found, as JSON.
    ``fields``: all keys of the answer, folded (lower case, no underscore).
    """

    code: str | None
    message: str = field(repr=False)
    result: object = field(repr=False)
    fields: Mapping[str, object] = field(repr=False)

    @property
    def ok(self) -> bool:
        return self.code == "0"


class Verdict(Enum):
    """Meaning of a reply for the call."""

    ACCEPTED = "accepted"
    EXISTS = "exists"
    REFUSED = "refused"


def read_reply(answer: Answer) -> Reply:
    """The reply in an answer, which must be JSON with a code. Raises ValueError."""
    reply = _opened(_unpacked(answer.json()), 0)
    if reply is None or reply.code is None:
        raise Unusable("an answer without an error code")
    return reply


def read_text_reply(answer: Answer) -> Reply:
    """As ``read_reply``, but accepts an answer without a code, and plain text."""
    try:
        body = answer.json()
    except ValueError:
        # Truncated JSON may have lost the word "không", so it is not read as text.
        if answer.is_markup or not answer.body.strip() or _PACKED.match(answer.text):
            raise
        body = answer.text
    body = _unpacked(body)
    if isinstance(body, str):
        return Reply(None, body, None, {})
    reply = _opened(body, 0)
    if reply is None:
        raise Unusable("an answer that is neither an object nor text")
    return reply


def judge_read(reply: Reply) -> Verdict:
    """ACCEPTED when the portal answered the question; "none found" is an answer.

    A zero code without rows and with a message of failure is no answer: taken as absence, it
    would cause the dossier to be created again.
    """
    if not reply.ok:
        return Verdict.REFUSED
    failed = not rows(reply) and _says(reply.message, (*_NOT_ANSWERED, *_BROKEN))
    return Verdict.REFUSED if failed else Verdict.ACCEPTED


def judge_write(reply: Reply, *, create: bool = False) -> Verdict:
    """The outcome of a write. Raises Unusable when the reply does not tell it.

    "Đã tồn tại" means EXISTS under any code but zero; under zero only for a create, since the
    dossier of an update exists. A reply without a code must state success; one with code zero
    must not report a failed call.
    """
    if says_exists(reply.message) and (create or not reply.ok):
        return Verdict.EXISTS
    if _says(reply.message, _FAILED):
        return Verdict.REFUSED
    if reply.code is not None and not reply.ok:
        return Verdict.REFUSED
    if _DONE in folded(reply.message) or (reply.ok and not _says(reply.message, _BROKEN)):
        return Verdict.ACCEPTED
    raise Unusable("a text that means neither success nor failure")


def judge_progress(reply: Reply) -> Verdict:
    """The outcome of progress steps, for which the text decides under any code
    (docs/systems/dvcqg.md). Raises Unusable when the reply does not tell it."""
    if _DONE in folded(reply.message) and not _says(reply.message, _FAILED):
        return Verdict.ACCEPTED
    return judge_write(reply)


def says_exists(message: str) -> bool:
    """Whether the message means that the portal has the dossier already."""
    return _EXISTS in folded(message)


def refusal_form(operation: str, code: str | None, message: str | None) -> str | None:
    """A key for similar refusals: the text without words that hold digits, which name a dossier.
    None for a refusal that may be about the session."""
    words = [word for word in folded(message or "").split() if not _DIGIT.search(word)]
    text = " ".join(words)
    if any(word in text for word in _OF_SESSION):
        return None
    return f"{operation}|{code}|{text}"


def session_of(reply: Reply) -> str | None:
    """The session key of a login's reply; None where there is none."""
    value = reply.fields.get("session")
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def rows(reply: Reply) -> tuple[Mapping[str, object], ...]:
    """The objects found; empty for null, "", [] and a missing key. Raises Unusable."""
    return _rows(reply.result, 0)


def folded(text: str) -> str:
    """``text`` for comparing: no case, no Vietnamese marks, any Unicode form, single spaces."""
    bare = normal_form("NFD", text.casefold()).replace("đ", "d")
    kept = "".join(sign for sign in bare if not unicodedata.combining(sign))
    return " ".join(kept.split())


def _says(message: str, phrases: tuple[str, ...]) -> bool:
    text = folded(message)
    return any(phrase in text for phrase in phrases)


def _rows(value: object, depth: int) -> tuple[Mapping[str, object], ...]:
    value = _unpacked(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if isinstance(value, Mapping):
        fields = bare_keys(value)
        if "data" in fields and depth < _DEEPEST:
            return _rows(fields["data"], depth + 1)
        return (value,) if value else ()
    if not isinstance(value, list):
        raise Unusable("a result that is neither a list nor an object")
    found = tuple(item for item in value if item is not None)
    if not all(isinstance(item, Mapping) for item in found):
        raise Unusable("a result list that holds something other than objects")
    return found


def _opened(body: object, depth: int) -> Reply | None:
    """The reply in ``body`` without the objects around it; None when it is no object."""
    if not isinstance(body, Mapping):
        return None
    fields = bare_keys(body)
    found = fields.get("result")
    outer = Reply(
        _code(fields.get("errorcode")),
        _text(fields.get("message")),
        fields.get("data") if found is None else found,
        fields,
    )
    return outer if depth >= _DEEPEST else _unwrapped(outer, depth)


def _unwrapped(outer: Reply, depth: int) -> Reply:
    if outer.code not in (None, "0"):
        return _with_plain_message(outer, depth)
    inner = _opened(_unpacked(outer.result), depth + 1)
    if inner is not None and inner.code is not None:
        return inner
    packed = _unpacked(outer.fields.get("message"))
    if outer.result is None and isinstance(packed, str) and _PACKED.match(packed):
        # The message was the answer itself; as plain text it would pass for success or absence.
        raise Unusable("a message that holds an answer which cannot be read")
    if isinstance(packed, list):
        return outer if outer.result is not None else _with_result(outer, packed)
    if not isinstance(packed, Mapping):
        return outer
    return _from_message(outer, packed, depth)


def _with_plain_message(refusal: Reply, depth: int) -> Reply:
    inner = _opened(_unpacked(refusal.fields.get("message")), depth + 1)
    if inner is None or not inner.message:
        return refusal
    return Reply(refusal.code, inner.message, refusal.result, refusal.fields)


def _from_message(outer: Reply, packed: Mapping[str, object], depth: int) -> Reply:
    inner = _opened(packed, depth + 1)
    assert inner is not None
    if inner.code is not None:
        return inner
    if inner.fields.keys() & {"result", "data", "message"}:
        result = outer.result if inner.result is None else inner.result
        return Reply(outer.code, inner.message, result, outer.fields)
    return _with_result(outer, packed) if outer.result is None else outer


def _with_result(outer: Reply, result: object) -> Reply:
    return Reply(outer.code, "", result or None, outer.fields)


def _unpacked(value: object) -> object:
    """The value of JSON text; any other value unchanged."""
    if not isinstance(value, str) or not value.lstrip().startswith(("{", "[")):
        return value
    try:
        return read_json(value.strip())
    except ValueError:
        return value


def _code(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    return "0" if _ZERO.fullmatch(text) else text or None


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
