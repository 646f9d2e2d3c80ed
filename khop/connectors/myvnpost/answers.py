"""MyVNPost's answers; refusals come under status 200 too (docs/systems/vnpost.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from khop.connectors.answer_remarks import Remarks, counts_some
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.values import bare_keys, first_text
from khop.connectors.vnpost.prices import amount
from khop.errors import ConnectorError, RateLimited, Refused, Unauthorised
from khop.text.masking import short_text
from khop.text.normal_form import normal_form

_NUMBER = re.compile(r"\d{1,9}(?=\D|$)", re.ASCII)
_LONGEST_CODE = 40
_DEEPEST = 4
#: Keys under which an answer holds its objects, in the order in which they are looked at.
_HOLDERS = ("data", "results", "result", "items", "orders", "content", "rows", "list")
#: Keys of an order and of a row of a list: an object with one of these holds nothing further.
_OF_AN_OBJECT = frozenset(
    {"statushistory", "itemcode", "saleordercode", "originalid", "caseid", "totalfee"}
)
#: Words for an order in a refusal. A refusal for an unknown address may contain the operation's
#: name, as in `No static resource GetStatusHistoryOrder.`, so whole words are required.
_OF_AN_ORDER = re.compile(r"(?<![\w/])(?:đơn|bưu gửi|bưu phẩm|don hang|order|parcel)\b")


@dataclass(frozen=True, slots=True)
class CreatedOrder:
    """``item_code``: the waybill. ``original_id``: the id for a cancellation. ``fee``: provisional,
    đồng with VAT; None where the answer has none."""

    item_code: str | None
    original_id: str | None
    sale_order_code: str | None
    status: str | None
    fee: int | None


@dataclass(frozen=True, slots=True)
class CancelAnswer:
    """``case_id``: the number of the cancellation."""

    original_id: str
    case_id: str | None
    message: str


def judge(answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
    """The error of a refusal under status 2xx; None leaves the error to the status."""
    if failure := gateway_error(answer, outcome):
        return failure
    if not 200 <= answer.status < 300:
        return None
    try:
        body = answer.json()
    except ValueError:
        return None
    return _refusal(body, outcome) if isinstance(body, Mapping) and _refuses(body) else None


def says_unknown(refusal: Refused, words: AnswerWords) -> bool:
    """Whether a refusal means an unknown order, and not a wrong address."""
    text = normal_form("NFC", refusal.detail or "").casefold()
    named = refusal.http_status == 404 and _OF_AN_ORDER.search(text) is not None
    return named and words.mean_answered(text)


def read_created(answer: Answer) -> CreatedOrder:
    """The created order. Raises ValueError when the answer names none."""
    found = next(iter(_objects(answer.json())), None)
    if found is None:
        raise Unusable("an answer without an order")
    order = CreatedOrder(
        item_code=_text(found, "itemCode"),
        original_id=_text(found, "originalID"),
        sale_order_code=_text(found, "saleOrderCode"),
        status=_text(found, "status"),
        fee=amount(found.get("totalfee")),
    )
    if order.item_code is None and order.original_id is None:
        raise Unusable("an order without itemCode and originalID")
    return order


def read_cancel(answer: Answer, original_id: str, system: str, words: AnswerWords) -> CancelAnswer:
    """The outcome of a cancellation.

    One answer is published: a blank type, a case and "OK". So it counts as done when its message
    says success, or when there is a case and neither message nor type. With a type it is Refused.
    Raises ValueError for another message, and when the answer does not name this order.
    """
    entries = _objects(answer.json())
    own = [each for each in entries if _text(each, "originalId") == original_id]
    if len(entries) == 1 and _text(entries[0], "originalId") is None:
        own = entries
    if not own:
        raise Unusable("a cancellation answer that does not name the order")
    kind, case = _text(own[0], "type"), _text(own[0], "caseId")
    written = _text(own[0], "message") or ""
    message = short_text(written)
    silent = not written and kind is None and case not in (None, "0")
    if silent or words.mean_success(written):
        return CancelAnswer(original_id, case, message)
    if kind is None and written:
        raise Unusable("a cancellation whose message says neither success nor failure")
    raise Refused(
        system,
        "orderCancel",
        http_status=answer.status,
        code=short_text(kind)[:_LONGEST_CODE] if kind else None,
        detail=message or None,
    )


def read_orders(answer: Answer, words: AnswerWords) -> tuple[Mapping[str, object], ...]:
    """Orders of ``getOrder``, as the post writes them: a list with one object that holds
    ``results``. Raises ValueError as ``read_history``."""
    body = answer.json()
    found = _held(body, 0)
    if not found:
        _check_nothing(body, words)
    orders = [
        row for each in found for row in ([each] if _is_object(bare_keys(each)) else _held(each, 1))
    ]
    return tuple(row for row in orders if isinstance(row, Mapping))


def sale_order_codes(orders: Iterable[Mapping[str, object]], item_code: str) -> set[str]:
    """Our own numbers of the orders that a waybill belongs to."""
    known = map(bare_keys, orders)
    own = (each for each in known if _text(each, "itemCode") in (item_code, None))
    return {code for each in own if (code := _text(each, "saleOrderCode"))}


def read_history(answer: Answer, words: AnswerWords) -> tuple[object, ...]:
    """The orders of a history, unchecked.

    They are in a list, under ``data`` or another known key, also inside each other. Raises
    ValueError when there is none under a known key, and for an empty answer whose message does
    not say that there is nothing.
    """
    body = answer.json()
    found = _held(body, 0)
    if not any(bare_keys(each).get("statushistory") for each in found):
        _check_nothing(body, words)
    return tuple(found)


def read_fee(answer: Answer, system: str) -> int:
    """``totalFee``, of an object or of the first in a list."""
    body = answer.json()
    try:
        found = next(iter(_objects(body)), None)
    except Unusable:
        found = None  # an object without any known key has no fee either
    if found is None or found.get("totalfee") in (None, ""):
        raise Refused(
            system, "ServicesCharge", http_status=answer.status, detail="no fee in the answer"
        )
    fee = amount(found["totalfee"])
    if fee is None:
        raise Unusable("a fee that is no amount")
    return fee


def read_rows(answer: Answer) -> tuple[Mapping[str, object], ...]:
    """A code list: rows in a list, or under ``data``, as the post writes them."""
    body = json_within(answer.json())
    if isinstance(body, Mapping):
        fields = bare_keys(body)
        body = json_within(next((fields[key] for key in _HOLDERS if key in fields), None))
    if not isinstance(body, list):
        raise Unusable("a code list that is no list")
    return tuple(row for row in body if isinstance(row, Mapping))


def _refuses(body: Mapping[object, object]) -> bool:
    fields = bare_keys(body)
    failed = str(fields.get("success")).casefold() in ("false", "0")
    error = fields.get("error")
    return failed or bool(error) or ({"timestamp", "path"} <= fields.keys() and "status" in fields)


def _refusal(body: Mapping[object, object], outcome: CallOutcome) -> ConnectorError:
    match = _NUMBER.match(str(body.get("status", "")).strip())
    status = int(match[0]) if match else 200
    error = body.get("error")
    code = short_text(error)[:_LONGEST_CODE] if isinstance(error, str) else None
    text = next((body[k] for k in ("message", "description") if isinstance(body.get(k), str)), "")
    detail = short_text(str(text)) or None
    if status >= 500:
        return outcome.unanswered(status, detail, code)
    if status == 429:
        return outcome.error(RateLimited, status, detail, code)
    kind = Unauthorised if status in (401, 403) else Refused
    return outcome.error(kind, status, detail, code)


def _objects(value: object) -> list[dict[str, object]]:
    """The objects of an answer, with keys in lower case and without underscores."""
    return [bare_keys(each) for each in _held(value, 0) if isinstance(each, Mapping)]


def _held(value: object, depth: int) -> list[object]:
    """The entries of a list, also inside the objects around it; [] for nothing under a known key.
    Raises Unusable where no key is known."""
    value = json_within(value)
    if value is None or value == "":
        return []
    if isinstance(value, list):
        return value
    fields = bare_keys(value)
    if _is_object(fields) or depth == _DEEPEST:
        return [value]
    holders = [key for key in _HOLDERS if key in fields]
    if not holders:
        raise Unusable("an answer without a known key: `data` is missing")
    held = next((key for key in holders if fields[key]), holders[0])
    return _held(fields[held], depth + 1)


def _is_object(fields: Mapping[str, object]) -> bool:
    return bool(_OF_AN_OBJECT & fields.keys())


def _check_nothing(body: object, words: AnswerWords) -> None:
    """Raises Unusable when an answer without entries has a message of another meaning."""
    remarks = Remarks(words.mean_answered, _OF_AN_OBJECT)
    if remarks.disagree(body) or counts_some(body):
        raise Unusable("an empty answer whose message does not say that nothing was found")


def _text(found: Mapping[str, object], key: str) -> str | None:
    return first_text(found, key.casefold()) or None
