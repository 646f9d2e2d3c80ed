"""Answers of the payment systems behind the portal (docs/systems/dvcqg.md).

``read_start``         the address at which the citizen pays: KeyPay, or the Payment Platform
``keypay_checksum``    check_sum of a KeyPay request
``read_callback``      KeyPay's report that a payment ended
``callback_reply``     the answer to it

The Payment Platform's MaXacThuc is not computed, because the order of its fields is not known.
"""

from __future__ import annotations

import hmac
from collections.abc import Mapping
from dataclasses import dataclass, field

from khop.connectors.http.answers import Answer, read_json
from khop.connectors.http.values import bare_keys, first_text
from khop.errors import RecordError, Refused, Unreadable
from khop.text.masking import short_text

_DEEPEST = 4
_PACKED = ("message", "result", "data")


@dataclass(frozen=True, slots=True)
class PaymentStart:
    """``url``: where the citizen pays; valid only for this payment."""

    url: str = field(repr=False)


@dataclass(frozen=True, slots=True)
class PaymentEnd:
    """``transaction``: our own number. ``paid``: whether it succeeded. ``amount``: as written."""

    transaction: str
    paid: bool
    amount: str = ""


def read_start(system: str, answer: Answer) -> PaymentStart:
    """The start of a payment, plain or inside a wrapper's answer.

    Raises Refused with the system's code and masked text, Unreadable for another answer.
    """
    try:
        fields = _innermost(bare_keys(answer.json()), 0)
    except ValueError:
        raise _unreadable(system, answer, "an answer that is no JSON") from None
    code = first_text(fields, "maloi", "error", "errorcode")
    if not code:
        raise _unreadable(system, answer, "an answer without an error code")
    if code.strip("0"):
        detail = short_text(first_text(fields, "motaloi", "msg", "message")) or None
        raise Refused(
            system, "payment", http_status=answer.status, code=short_text(code)[:40], detail=detail
        )
    url = first_text(fields, "urlthanhtoan", "paymenturl")
    if not url.startswith(("https://", "http://")):
        raise _unreadable(system, answer, "an answer without an address to pay at")
    return PaymentStart(url)


def keypay_checksum(
    secret: str,
    *,
    addition_fee: str,
    client_id: str,
    command: str,
    trans_amount: str,
    transaction_id: str,
    version: str,
) -> str:
    """HMAC-SHA-256, in hexadecimal, over the values in this order, joined by a bar.

    Raises RecordError for a value with a bar: other values would have the same checksum.
    """
    values = (addition_fee, client_id, command, trans_amount, transaction_id, version)
    if any("|" in value for value in values):
        raise RecordError("checksum", "a value holds the bar that divides the values")
    key = secret.encode("utf-8", "surrogateescape")
    return hmac.new(key, "|".join(values).encode(), "sha256").hexdigest()


def read_callback(system: str, fields: Mapping[str, object]) -> PaymentEnd:
    """KeyPay's callback. It is no proof: ask KeyPay before a fee counts as paid.

    Raises Unreadable when it names no transaction or no status.
    """
    folded = bare_keys(fields)
    transaction, status = first_text(folded, "transactionid"), first_text(folded, "status")
    if not transaction or not status:
        raise Unreadable(system, "callback", detail="it names no transaction or no status")
    return PaymentEnd(transaction, not status.strip("0"), first_text(folded, "transamount"))


def callback_reply(*, taken: bool, text: str = "") -> dict[str, object]:
    """Our answer to a callback."""
    return {"return_code": 0 if taken else -1, "return_msg": text or ("OK" if taken else "failed")}


def _innermost(fields: Mapping[str, object], depth: int) -> Mapping[str, object]:
    """The answer itself, which wrappers put as an object or as JSON text into a field."""
    if depth >= _DEEPEST or first_text(fields, "errorcode", "error").strip("0"):
        return fields
    for name in _PACKED:
        inner = fields.get(name)
        if isinstance(inner, str) and inner.lstrip().startswith("{"):
            inner = read_json(inner)
        if isinstance(inner, Mapping) and inner:
            around = {key: value for key, value in fields.items() if key != name}
            return _innermost({**around, **bare_keys(inner)}, depth + 1)
    return fields


def _unreadable(system: str, answer: Answer, why: str) -> Unreadable:
    return Unreadable(system, "payment", http_status=answer.status, detail=why)
