"""The post's answer to an order: ``{Status, Message}`` (docs/systems/vnpost.md).

==============  ==============================================================
Status          meaning
==============  ==============================================================
100             accepted, when the Message is empty or says success; with
                another one the outcome is not known: OutcomeUnknown
101             the order exists, perhaps from an earlier try; for a
                cancellation: already cancelled. Both meanings are assumed,
                so neither counts as success: AlreadyExists
missing         unreadable; after a write OutcomeUnknown
any other       refused, whatever the HTTP status
==============  ==============================================================
"""

from __future__ import annotations

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.values import lower_keys
from khop.errors import AlreadyExists, Refused
from khop.text.masking import short_text

ACCEPTED, ALREADY = "100", "101"
_LONGEST_CODE = 40
_LONGEST_NUMBER = 6
_ADVICE = {"cancel": "it was probably cancelled before; look at its events in the feed"}
_ADVICE_FOR_ORDERS = "perhaps from an earlier try; look for its number in the feed first"


def check_accepted(answer: Answer, system: str, operation: str, words: AnswerWords) -> None:
    """Raises AlreadyExists or Refused for a message that was not accepted; ValueError when the
    answer is no result, or does not say whether it was accepted."""
    body = answer.json()
    code, message = read_result(body)
    if code == ACCEPTED:
        said = Remarks(words.mean_success, good=frozenset({ACCEPTED}))
        if (message and not words.mean_success(_message(body))) or said.disagree(body):
            raise Unusable("a Status 100 whose Message says neither success nor failure")
        return
    if code == ALREADY:
        advice = _ADVICE.get(operation, _ADVICE_FOR_ORDERS)
        detail = f"{advice}; it says: {message}" if message else advice
        raise AlreadyExists(system, operation, http_status=answer.status, code=code, detail=detail)
    raise Refused(system, operation, http_status=answer.status, code=code, detail=message or None)


def read_result(body: object) -> tuple[str, str]:
    """(Status as text, Message masked). Raises ValueError when there is no Status."""
    fields = _fields(body)
    if not fields:
        raise Unusable("a result that is not an object")
    code = _code(fields.get("status"))
    if not code:
        raise Unusable("a result without a Status")
    return code, short_text(_message(body))


def _fields(body: object) -> dict[str, object]:
    """The keys of a result, also of one inside ``data`` or ``result``."""
    fields = lower_keys(json_within(body))
    for key in ("data", "result"):
        inner = lower_keys(json_within(fields.get(key)))
        if "status" not in fields and "status" in inner:
            return inner
    return fields


def _message(body: object) -> str:
    message = _fields(body).get("message")
    return message if isinstance(message, str) else ""


def _code(value: object) -> str:
    """``100``, ``100.0``, ``"100"`` and ``" 100.0 "`` are one Status; "" for none."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    text = str(value).strip()
    whole, _, rest = text.partition(".")
    if whole.isascii() and whole.isdigit() and not rest.strip("0"):
        text = str(int(whole)) if len(whole) <= _LONGEST_NUMBER else ""
    return short_text(text)[:_LONGEST_CODE]
