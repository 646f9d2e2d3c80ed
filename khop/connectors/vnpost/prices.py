"""The post's prices (docs/systems/vnpost.md)."""

from __future__ import annotations

import re
from collections.abc import Mapping

from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.values import lower_keys
from khop.errors import Refused
from khop.text.masking import short_text

_AMOUNT = re.compile(r"(\d{1,15})(?:\.0*)?", re.ASCII)


def amount(value: object) -> int | None:
    """Whole đồng from a number or its text; None for anything ambiguous."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    match = _AMOUNT.fullmatch(str(value).strip())
    # "30.500" and "30.000" may mean thousands or a fraction; "30.0" and "30.00" are unambiguous.
    if match is None or (isinstance(value, str) and value.strip().endswith(".000")):
        return None
    return int(match[1])


def read_price(answer: Answer, system: str) -> int:
    """``content.price``. Raises Refused when the answer has no price, ValueError when it cannot
    be read."""
    body = json_within(answer.json())
    if not isinstance(body, Mapping):
        raise Unusable("a price that is not in an object")
    fields = lower_keys(body)
    held = next((fields[key] for key in ("content", "data", "result") if fields.get(key)), None)
    price = lower_keys(json_within(held)).get("price")
    if price is None or price == "":
        message = fields.get("message")
        detail = short_text(message) if isinstance(message, str) else "no price in the answer"
        raise Refused(system, "price", http_status=answer.status, detail=detail)
    dong = amount(price)
    if dong is None:
        raise Unusable("a price that is no amount")
    return dong
