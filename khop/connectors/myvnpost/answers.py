"""MyVNPost's answers; refusals come under status 200 too (docs/systems/vnpost.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.values import first_text
from khop.connectors.vnpost.prices import amount
from khop.errors import ConnectorError, RateLimited, Refused, Unauthorised
from khop.text.masking import short_text
from khop.text.normal_form import normal_form

_NUMBER = re.compile(r"\d{1,9}(?=\D|$)", re.ASCII)
_LONGEST_CODE = 40
_DONE = frozenset({"ok", "success", "thành công"})
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


def says_unknown(refusal: Refused) -> bool:
    """Whether a refusal means an unknown order, and not a wrong address."""
    text = normal_form("NFC", refusal.detail or "").casefold()
    return refusal.http_status == 404 and _OF_AN_ORDER.search(text) is not None


def read_created(answer: Answer) -> CreatedOrder:
    """The created order. Raises ValueError when the answer names none."""
    body = answer.json()
    found = next(_objects(body), None)
    if found is None:
        raise Unusable("an answer without an order")
    order = CreatedOrder(
        item_code=_text(found, "itemCode"),
        original_id=_text(found, "originalID", "originalId"),
        sale_order_code=_text(found, "saleOrderCode"),
        status=_text(found, "status"),
        fee=amount(found.get("totalFee")),
    )
    if order.item_code is None and order.original_id is None:
        raise Unusable("an order without itemCode and originalID")
    return order


def read_cancel(answer: Answer, original_id: str, system: str) -> CancelAnswer:
    """The outcome of a cancellation.

    One answer is published: a blank type, a case and "OK". So it counts as done when the text
    means success, or when there is a case and no type; else it is Refused. Raises ValueError when
    the answer does not name this order.
    """
    entries = list(_objects(answer.json()))
    own = [each for each in entries if _text(each, "originalId", "originalID") == original_id]
    if len(entries) == 1 and _text(entries[0], "originalId", "originalID") is None:
        own = entries
    if not own:
        raise Unusable("a cancellation answer that does not name the order")
    kind, case = _text(own[0], "type"), _text(own[0], "caseId")
    message = short_text(_text(own[0], "message") or "")
    if message.casefold() in _DONE or (kind is None and case not in (None, "0")):
        return CancelAnswer(original_id, case, message)
    raise Refused(
        system,
        "orderCancel",
        http_status=answer.status,
        code=short_text(kind)[:_LONGEST_CODE] if kind else None,
        detail=message or None,
    )


def read_orders(answer: Answer) -> tuple[Mapping[str, object], ...]:
    """Orders of ``getOrder``: a list with one object that holds ``results``."""
    body = answer.json()
    found: list[Mapping[str, object]] = []
    for each in _objects(body):
        found += _objects(each["results"]) if "results" in each else [each]
    return tuple(found)


def sale_order_codes(orders: Iterable[Mapping[str, object]], item_code: str) -> set[str]:
    """Our own numbers of the orders that a waybill belongs to."""
    own = (each for each in orders if _text(each, "itemCode") in (item_code, None))
    return {code for each in own if (code := _text(each, "saleOrderCode"))}


def read_history(answer: Answer) -> tuple[object, ...]:
    """The entries of ``data``, unchecked."""
    body = answer.json()
    if isinstance(body, Mapping):
        if "data" not in body:
            raise Unusable("a history without `data`")
        body = body["data"]
    return tuple(body) if isinstance(body, list) else () if body is None else (body,)


def read_fee(answer: Answer, system: str) -> int:
    """``totalFee``, of an object or of the first in a list."""
    found = next(_objects(answer.json()), None)
    if found is None or found.get("totalFee") in (None, ""):
        raise Refused(
            system, "ServicesCharge", http_status=answer.status, detail="no fee in the answer"
        )
    fee = amount(found["totalFee"])
    if fee is None:
        raise Unusable("a fee that is no amount")
    return fee


def read_rows(answer: Answer) -> tuple[Mapping[str, object], ...]:
    """A code list: rows in a list, or under ``data``."""
    body = answer.json()
    rows = body.get("data") if isinstance(body, Mapping) else body
    if not isinstance(rows, list):
        raise Unusable("a code list that is no list")
    return tuple(_objects(rows))


def _refuses(body: Mapping[object, object]) -> bool:
    failed = str(body.get("success")).casefold() == "false"
    error = body.get("error")
    return failed or bool(error) or ({"timestamp", "path"} <= body.keys() and "status" in body)


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


def _objects(value: object) -> Iterator[Mapping[str, object]]:
    """The objects of a list, or the one object in place of a list."""
    for each in value if isinstance(value, list) else [value]:
        if isinstance(each, Mapping):
            yield each


def _text(found: Mapping[str, object], *keys: str) -> str | None:
    return first_text(found, *keys) or None
