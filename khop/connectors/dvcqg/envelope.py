"""The portal's answer, in every known form (docs/systems/dvcqg.md).

::

    {error_code, message, result}          the plain form; any case, errorCode too
    {error_code, message, data}            ``data`` in place of ``result``
    {error_code, result: {data: [...]}}    ``result`` is an object; ``items``, ``rows`` … too
    {result: {error_code, message, data}}  inside a further object
    {error_code, message: "<JSON>"}        the answer itself is JSON text in ``message``
    cập nhật … thành công                  plain text, only for progress

Pure functions. An answer of another form raises Unusable, a ValueError.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from enum import Enum

from khop.connectors.answer_remarks import Remarks, counts_some, is_remark
from khop.connectors.answer_words import AnswerWords, folded, is_about_session, names_nothing
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.values import bare_keys, text_of

_ZERO = re.compile(r"[+-]?0+(?:[.,]0+)?")
# The beginning of JSON text or of a web page; "[DVCQG] …" is a text for people.
_PACKED = re.compile(r'\s*(?:"?\{\s*\\*["}]|"?\[\s*\\*["{\[\]]|<)')
_DIGIT = re.compile(r"\d")
_DEEPEST = 4

# Compared without case, marks and Unicode form; see ``folded``.
_EXISTS = "da ton tai"
_DONE = "thanh cong"
_FAILED = ("khong thanh cong", "chua thanh cong", "that bai")
_WORDS = AnswerWords()
#: Keys under which an answer holds what was found, in the order in which they are looked at.
_HOLDERS = (
    "result", "data", "results", "items", "rows", "records", "list", "content", "value",
    "response", "hoso", "dshoso", "danhsach", "danhsachhoso",
)  # fmt: skip
#: Keys of the answer itself, and of one thing found.
_ENVELOPE = frozenset({*_HOLDERS, "errorcode", "message", "session", "signature"})
_ROWS = (list, Mapping, type(None))
_OF_A_ROW = ("mahoso", "mattc", "matthc")
_RECORD = frozenset(_OF_A_ROW)
#: Keys of a request that an answer may repeat, or add to itself.
_REPEATED = frozenset({
    "service", "madonvi", "mahoso", "dstcode", "isupdating", "time", "timestamp", "requestid",
    "traceid", "version",
})  # fmt: skip
#: Keys that only a dossier has.
_OF_STATE = frozenset({"matrangthai", "trangthaihoso", "ngaytiepnhan", "ngayhentra"})
_SESSION = re.compile(r"[A-Za-z0-9._~+/=:-]{8,4096}")


@dataclass(frozen=True, slots=True)
class Reply:
    """``code``: the portal's code as text, every form of zero as ``"0"``; None where there is
    none. ``message``: its text, "" where there is none. ``result``: the data found, as JSON.
    ``fields``: all keys of the answer, folded (lower case, no underscore). ``whole``: the answer
    as JSON, with what stands around the reply.
    """

    code: str | None
    message: str = field(repr=False)
    result: object = field(repr=False)
    fields: Mapping[str, object] = field(repr=False)
    whole: object = field(default=None, repr=False, compare=False)

    @property
    def ok(self) -> bool:
        return self.code == "0"


class Verdict(Enum):
    """Meaning of a reply for the call."""

    ACCEPTED = "accepted"
    EXISTS = "exists"
    REFUSED = "refused"
    #: Neither: a message that the words of this portal do not explain.
    UNCLEAR = "unclear"


def read_reply(answer: Answer) -> Reply:
    """The reply in an answer, which must be JSON with a code. Raises ValueError."""
    body = json_within(answer.json())
    reply = _opened(body, 0)
    if reply is None or reply.code is None:
        raise Unusable("an answer without an error code")
    return replace(reply, whole=body)


def read_text_reply(answer: Answer) -> Reply:
    """As ``read_reply``, but accepts an answer without a code, and plain text."""
    try:
        body = answer.json()
    except ValueError:
        # Truncated JSON may have lost the word "không", so it is not read as text.
        if answer.is_markup or not answer.body.strip() or _PACKED.match(answer.text):
            raise
        body = answer.text
    body = json_within(body)
    if isinstance(body, str):
        return Reply(None, body, None, {})
    reply = _opened(body, 0)
    if reply is None:
        raise Unusable("an answer that is neither an object nor text")
    return replace(reply, whole=body)


def judge_read(reply: Reply, words: AnswerWords = _WORDS) -> Verdict:
    """ACCEPTED when the portal answered the question; "none found" is an answer.

    A zero code without rows is an answer only when all its texts are empty, say success, or say
    that nothing was found, and nothing in it reports an error; any other is UNCLEAR: taken as
    absence, it would cause the dossier to be created again. Raises Unusable when rows may stand
    where none are known.
    """
    if not reply.ok:
        return Verdict.REFUSED
    answered = bool(rows(reply)) or (
        words.mean_answered(reply.message)
        and not Remarks(words.mean_answered, _RECORD).disagree(reply.whole)
    )
    return Verdict.ACCEPTED if answered else Verdict.UNCLEAR


def judge_write(reply: Reply, words: AnswerWords = _WORDS, *, create: bool = False) -> Verdict:
    """The outcome of a write.

    "Đã tồn tại" means EXISTS under any code but zero; under zero only for a create. A zero code
    is a success only when its message and what else it says are empty or say success; a reply
    without a code must say "thành công". Any other is UNCLEAR.
    """
    if says_exists(reply.message) and (create or not reply.ok):
        return Verdict.EXISTS
    if _says(reply.message, _FAILED) or (reply.code is not None and not reply.ok):
        return Verdict.REFUSED
    if reply.code is None:  # a gateway's "OK" says nothing about the steps
        done = _DONE in folded(reply.message) and words.mean_success(reply.message)
    else:
        done = not reply.message.strip() or words.mean_success(reply.message)
    done = done and _is_carried_out(reply, words)
    return Verdict.ACCEPTED if done else Verdict.UNCLEAR


def judge_progress(reply: Reply, words: AnswerWords = _WORDS) -> Verdict:
    """The outcome of progress steps, for which the text decides under any code
    (docs/systems/dvcqg.md)."""
    if _DONE in folded(reply.message) and words.mean_success(reply.message):
        return Verdict.ACCEPTED
    return judge_write(reply, words)


def _is_carried_out(reply: Reply, words: AnswerWords) -> bool:
    """Whether nothing in the answer to a write reports another outcome, such as that of the one
    dossier in its ``result``."""
    result = json_within(reply.result)
    if result is False or (isinstance(result, str) and not _is_done_text(result, words)):
        return False
    return not Remarks(words.mean_success, _RECORD).disagree(reply.whole)


def _is_done_text(text: str, words: AnswerWords) -> bool:
    return names_nothing(text) or " " not in text.strip() or words.mean_success(text)


def says_exists(message: str) -> bool:
    """Whether the message means that the portal has the dossier already."""
    return _EXISTS in folded(message)


def refusal_form(operation: str, code: str | None, message: str | None) -> str | None:
    """A key for similar refusals: the text without words that hold digits, which name a dossier.
    None for a refusal that may be about the session."""
    words = [word for word in folded(message or "").split() if not _DIGIT.search(word)]
    text = " ".join(words)
    if is_about_session(text):
        return None
    return f"{operation}|{code}|{text}"


def session_of(reply: Reply) -> str | None:
    """The session key of a login's reply, also inside ``result`` or ``data``, or in their place;
    None where there is none."""
    found = json_within(reply.result)
    session = text_of(reply.fields.get("session")) or text_of(bare_keys(found).get("session"))
    if session:
        return session
    bare = text_of(found)
    return bare if _SESSION.fullmatch(bare) else None


def rows(reply: Reply) -> tuple[Mapping[str, object], ...]:
    """The objects found; empty for null, "", [] and a missing key. Raises Unusable, also when
    there are none under a known key and the answer has more under unknown ones."""
    found = _rows(reply.result, 0)
    if not found and _holds_more(reply.fields):
        raise Unusable("an answer whose result is not under a known key")
    return found


def _says(message: str, phrases: tuple[str, ...]) -> bool:
    text = folded(message)
    return any(phrase in text for phrase in phrases)


def _rows(value: object, depth: int) -> tuple[Mapping[str, object], ...]:
    value = json_within(value)
    if value is None or (isinstance(value, str) and not value.strip()):
        return ()
    if isinstance(value, Mapping):
        return _rows_within(value, depth)
    if not isinstance(value, list):
        raise Unusable("a result that is neither a list nor an object")
    found = tuple(item for item in value if item is not None)
    if not all(isinstance(item, Mapping) for item in found):
        raise Unusable("a result list that holds something other than objects")
    return found


def _rows_within(value: Mapping[str, object], depth: int) -> tuple[Mapping[str, object], ...]:
    """The rows in an object: those of the key that holds them, else the object itself."""
    fields = bare_keys(value)
    holder = None if depth >= _DEEPEST else _holder(fields)
    if holder is None:
        return (value,) if value else ()
    found = _rows(fields[holder], depth + 1)
    if not found and _holds_more(fields):
        raise Unusable("a result whose rows are not under a known key")
    return found


def _holder(fields: Mapping[str, object]) -> str | None:
    """The key that holds the rows of an object; None for an object that is a row."""
    if "data" in fields:
        return "data"
    if any(key in fields for key in _OF_A_ROW):
        return None
    held = (key for key in _HOLDERS if isinstance(json_within(fields.get(key, "")), _ROWS))
    return next(held, None)


def _holds_more(fields: Mapping[str, object]) -> bool:
    """Whether an answer without rows has something that may be rows: a count above zero, or a
    list or a dossier under a key that is not known."""
    if counts_some(fields):
        return True
    known = bool(fields.keys() & set(_HOLDERS))
    if _OF_STATE & fields.keys() or (
        not known and any(_may_be_a_fact(*each) for each in fields.items())
    ):
        return True
    unknown = (value for key, value in fields.items() if key not in _ENVELOPE)
    return any(_may_be_rows(value, known, 0) for value in unknown)


def _may_be_a_fact(key: str, value: object) -> bool:
    return bool(text_of(value)) and key not in _ENVELOPE | _REPEATED and not is_remark(key)


def _may_be_rows(value: object, known: bool, depth: int) -> bool:
    """Whether a value is a list, which may be empty only beside a known one, or holds one."""
    value = json_within(value)
    if isinstance(value, list):
        return bool(value) or not known
    if not isinstance(value, Mapping) or depth >= _DEEPEST:
        return False
    fields = bare_keys(value)
    named = any(key in fields for key in _OF_A_ROW)
    return named or any(_may_be_rows(inner, known, depth + 1) for inner in fields.values())


def _opened(body: object, depth: int) -> Reply | None:
    """The reply in ``body`` without the objects around it; None when it is no object."""
    if not isinstance(body, Mapping):
        return None
    fields = bare_keys(body)
    outer = Reply(
        _code(fields.get("errorcode")), _text(fields.get("message")), _held(fields), fields
    )
    return outer if depth >= _DEEPEST else _unwrapped(outer, depth)


def _held(fields: Mapping[str, object]) -> object:
    """The value of the first key that holds something; of ``result`` and ``data`` any value."""
    for key in _HOLDERS:
        value = fields.get(key)
        if value and (key in ("result", "data") or isinstance(json_within(value), list | Mapping)):
            return value
    return next((fields[key] for key in ("result", "data") if fields.get(key) is not None), None)


def _unwrapped(outer: Reply, depth: int) -> Reply:
    if outer.code not in (None, "0"):
        return _with_plain_message(outer, depth)
    inner = _opened(json_within(outer.result), depth + 1)
    if inner is not None and inner.code is not None:
        return inner
    packed = json_within(outer.fields.get("message"))
    if outer.result is None and isinstance(packed, str) and _PACKED.match(packed):
        # The message was the answer itself; as plain text it would pass for success or absence.
        raise Unusable("a message that holds an answer which cannot be read")
    if isinstance(packed, list):
        return outer if outer.result is not None else _with_result(outer, packed)
    if not isinstance(packed, Mapping):
        return outer
    return _from_message(outer, packed, depth)


def _with_plain_message(refusal: Reply, depth: int) -> Reply:
    inner = _opened(json_within(refusal.fields.get("message")), depth + 1)
    if inner is None or not inner.message:
        return refusal
    return Reply(refusal.code, inner.message, refusal.result, refusal.fields)


def _from_message(outer: Reply, packed: Mapping[str, object], depth: int) -> Reply:
    inner = _opened(packed, depth + 1)
    assert inner is not None
    if inner.code is not None:
        return inner
    if inner.fields.keys() & {*_HOLDERS, "message"}:
        result = outer.result if inner.result is None else inner.result
        return Reply(outer.code, inner.message, result, outer.fields)
    return _with_result(outer, packed) if outer.result is None else outer


def _with_result(outer: Reply, result: object) -> Reply:
    return Reply(outer.code, "", result or None, outer.fields)


def _code(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    text = str(value).strip()
    return "0" if _ZERO.fullmatch(text) else text or None


def _text(value: object) -> str:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    return str(value)
