"""The answers of VNPT's adapter for ministries, in every known form (docs/systems/igate.md).

::

    {code, message, data}                     the envelope; code 200, any case; also JSON in a text
    data: {access_token, expires_in, …}       token
    {value} or data: {value} or data: "…"     next value
    data: [{IdTepTin, HashTepTin}]            upload, in one known program
    data: [{response: {data: [{…}]}}]         upload, in another
    data: {idHoSo, maHoSo}                    create; idHoSo may be missing

``data`` may be JSON in a text, or stand under ``result``. A good code is success only with a
message that is empty or says success. Pure functions. An answer of another form raises Unusable,
a ValueError.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.checks import is_header_safe
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.values import lower_keys, text_of
from khop.errors import AlreadyExists, ConnectorError, Refused, Unauthorised
from khop.text.masking import short_text
from khop.text.normal_form import normal_form

_DEEPEST = 4
_NO_CONTENT = 204
#: Codes of success besides those of HTTP.
_GOOD = frozenset({"0", "00"})
#: Keys of what an answer holds.
_HOLDERS = ("data", "result", "results")
#: Keys of a dossier.
_RECORD = frozenset({"idhoso", "mahoso"})
#: The portal's text for a dossier that exists (docs/systems/dvcqg.md), which the platform uses too.
_EXISTS = "đã tồn tại"


@dataclass(frozen=True, slots=True)
class Uploaded:
    """A stored file: its id, and its hash ("" where the answer has none)."""

    native_id: str
    hash: str = ""


@dataclass(frozen=True, slots=True)
class Created:
    """A filed dossier: the platform's id and code; None where the answer lacks them."""

    native_id: str | None
    code: str | None


@dataclass(frozen=True, slots=True)
class MinistryReply:
    """``code``: as text, None where the answer has none. ``fields``: the answer's keys in lower
    case. ``text``: the body where it is no JSON object."""

    code: str | None
    message: str = field(repr=False)
    data: object = field(repr=False)
    fields: Mapping[str, object] = field(repr=False)
    text: str = field(default="", repr=False)
    whole: object = field(default=None, repr=False, compare=False)

    @classmethod
    def of(cls, answer: Answer) -> MinistryReply:
        """The reply in an answer. Raises ValueError for markup, broken JSON, and an empty body
        under another status than 204."""
        if answer.status == _NO_CONTENT:
            return cls(None, "", None, {})
        try:
            body = json_within(answer.json())
        except ValueError:
            if (
                answer.is_markup
                or not answer.body.strip()
                or answer.text.lstrip().startswith(("{", "["))
            ):
                raise
            return cls(None, "", None, {}, answer.text)
        if not isinstance(body, Mapping):
            return cls(None, "", body, {}, answer.text, body)
        keys = lower_keys(body)
        code = keys.get("code")
        known = isinstance(code, str | int) and not isinstance(code, bool)
        return cls(
            str(code).strip() if known else None,
            text_of(keys.get("message")),
            json_within(next((keys[key] for key in _HOLDERS if keys.get(key) is not None), None)),
            keys,
            whole=body,
        )

    @property
    def ok(self) -> bool:
        """Whether the code means success. Without a code the HTTP status alone decides."""
        if not self.code or self.code in _GOOD:
            return True
        return self.http_code is not None and 200 <= self.http_code < 300

    @property
    def http_code(self) -> int | None:
        """The code, if it has the form of an HTTP status."""
        digits = self.code or ""
        return int(digits) if len(digits) == 3 and digits.isascii() and digits.isdigit() else None


def judge_reply(answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
    """The error that an answer means; None leaves it to the HTTP status.

    A refusal may come under status 200, with an HTTP status or a code of the platform in its body.
    Only the refusal of a write can mean that a dossier exists.
    """
    try:
        reply = MinistryReply.of(answer)
    except ValueError:
        return gateway_error(answer, outcome)
    good = 200 <= answer.status < 300 and reply.ok
    if outcome.write and not good and _says_exists(reply.message):
        return _error(AlreadyExists, answer, reply, outcome)
    if not 200 <= answer.status < 300 or reply.ok:
        return gateway_error(answer, outcome)
    inner = reply.http_code or 0
    if inner >= 500:
        return outcome.unanswered(inner, short_text(reply.message) or None)
    kind = Unauthorised if inner in (401, 403) else Refused
    return _error(kind, answer, reply, outcome)


def read_token(reply: MinistryReply) -> tuple[str, object]:
    """(token, ``expires_in`` as written), from the envelope or from a bare answer."""
    keys = lower_keys(reply.data) or reply.fields
    token = keys.get("access_token")
    if not isinstance(token, str) or not is_header_safe(token):
        raise Unusable("a token answer without a usable access_token")
    return token, keys.get("expires_in")


def read_next_value(reply: MinistryReply) -> str:
    inner = lower_keys(reply.data).get("value", reply.data)
    value = text_of(reply.fields.get("value")) or text_of(inner)
    if not value or not value.isprintable() or len(value) > 100:
        raise Unusable("an answer without the next value")
    return value


def read_upload(reply: MinistryReply) -> Uploaded:
    keys = _file_keys(reply.data, 0)
    native_id = text_of(keys.get("idteptin"))
    if not native_id:
        raise Unusable("an upload answer without the file's id")
    return Uploaded(native_id, text_of(keys.get("hashteptin")))


def read_created(reply: MinistryReply, words: AnswerWords) -> Created:
    """The filed dossier. Raises Unusable for an answer that shows none and does not say success."""
    keys = _created_keys(reply.data, 0) or reply.fields
    created = Created(text_of(keys.get("idhoso")) or None, text_of(keys.get("mahoso")) or None)
    _check_message(reply, words)
    said = reply.code is not None or words.mean_success(reply.message)
    if created == Created(None, None) and not said:
        raise Unusable("an answer that does not show whether the dossier was accepted")
    return created


def read_done(reply: MinistryReply, words: AnswerWords) -> None:
    """Accept an answer to step 5 or 6. Its form is not known, so the HTTP status and the code
    decide. Raises Unusable for a message or text that does not mean success."""
    text = reply.text.strip().strip('"')
    if text and text.casefold() != "true" and not words.mean_success(text):
        raise Unusable("a text that means neither success nor failure")
    _check_message(reply, words)


def _check_message(reply: MinistryReply, words: AnswerWords) -> None:
    if reply.message and not words.mean_success(reply.message):
        raise Unusable("an answer whose message says neither success nor failure")
    if Remarks(words.mean_success, _RECORD).disagree(reply.whole):
        raise Unusable("an answer that lists errors")


def _created_keys(data: object, depth: int) -> Mapping[str, object]:
    """The keys of the filed dossier, without the objects and lists around it."""
    data = json_within(data)
    if isinstance(data, list):
        data = data[0] if data else None
    keys = lower_keys(data)
    if {"idhoso", "mahoso"} & keys.keys() or depth == _DEEPEST:
        return keys
    inner = next((keys[key] for key in _HOLDERS if keys.get(key) is not None), None)
    return keys if inner is None else _created_keys(inner, depth + 1)


def _error(
    kind: type[ConnectorError], answer: Answer, reply: MinistryReply, outcome: CallOutcome
) -> ConnectorError:
    code = short_text(reply.code)[:40] if reply.code else None
    return outcome.error(kind, answer.status, short_text(reply.message) or None, code)


def _file_keys(value: object, depth: int) -> Mapping[str, object]:
    """The keys of the stored file, without the objects and lists around it."""
    value = json_within(value)
    if isinstance(value, list):
        value = value[0] if value else None
    keys = lower_keys(value)
    if "idteptin" in keys or depth == _DEEPEST:
        return keys
    inner = next((keys[k] for k in ("response", *_HOLDERS) if keys.get(k) is not None), None)
    return _file_keys(inner, depth + 1) if inner is not None else {}


def _says_exists(message: str) -> bool:
    return _EXISTS in normal_form("NFC", message).casefold()
