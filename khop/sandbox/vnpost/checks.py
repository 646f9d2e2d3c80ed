"""What the post demands of an order, a document, a price question and a query.

Source: docs/systems/vnpost.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from khop.loopback import Request

_ORDER_TEXTS = (
    "CustomerCode", "OrderNumber", "SenderAddress", "SenderName", "SenderTel", "ReceiverName",
    "ReceiverAddress", "ReceiverTel",
)  # fmt: skip
_ORDER_PLACES = ("SenderProvince", "ReceiverProvince")
_ORDER_OPTIONAL = {
    "CODAmount": (int, float),
    "SenderDistrict": (int,),
    "ReceiverDistrict": (int,),
    "FlagConfig": (int,),
    "SenderEmail": (str,),
    "SenderDesc": (str,),
    "Description": (str,),
    "ReceiverEmail": (str,),
    "ItemCode": (str,),
}
_ORDER_FIELDS = frozenset((*_ORDER_TEXTS, *_ORDER_PLACES, *_ORDER_OPTIONAL))
_DOCUMENT_FIELDS = {
    "CustomerCode": str,
    "OrderNumber": str,
    "Procedure": dict,
    "IsSendDocument": bool,
    "IsReceiveResult": bool,
    "State": int,
}
_DOCUMENT_PERSONS = {"DocumentSender": "IsSendDocument", "ResultReceiver": "IsReceiveResult"}
_PROCEDURE_FIELDS = ("Code", "Title")
_PERSON_TEXTS = ("Name", "Phone", "Address")
_PERSON_PLACES = ("ProvinceCode", "DistrictCode")
#: The unreserved characters, the escapes, and what parts a query (RFC 3986, HTML forms).
_ENCODED = re.compile(r"[A-Za-z0-9\-._~%&=+*]*")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong; ``refused``: the post does not take such a message."""

    kind: str
    where: str
    refused: bool = True


def order_faults(order: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with the body of order/post (docs/systems/vnpost.md)."""
    return [
        *(fault for name in _ORDER_TEXTS for fault in _text(order, name)),
        *(fault for name in _ORDER_PLACES for fault in _place(order, name)),
        *_optional(order),
        *(Fault("unknown_field", name, False) for name in order if name not in _ORDER_FIELDS),
        *_composed(order),
    ]


def document_faults(document: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with the body of document/post (docs/systems/vnpost.md)."""
    wrong = [
        Fault("missing_field" if document.get(name) is None else "wrong_type", name)
        for name, kind in _DOCUMENT_FIELDS.items()
        if not isinstance(document.get(name), kind)
        or (kind is int and isinstance(document[name], bool))
    ]
    procedure = document.get("Procedure")
    if isinstance(procedure, dict):
        wrong += [
            Fault(f.kind, f"Procedure.{f.where}")
            for name in _PROCEDURE_FIELDS
            for f in _text(procedure, name)
        ]
    for name, flag in _DOCUMENT_PERSONS.items():
        if document.get(flag) is True:
            wrong += [Fault(f.kind, f"{name}.{f.where}") for f in _person(document.get(name))]
    return [*wrong, *_composed(document)]


def price_faults(question: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a price question (docs/systems/vnpost.md)."""
    weight = question.get("weight")
    faults = []
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight <= 0:
        faults.append(Fault("wrong_type", "weight"))
    if question.get("mainSrv") != "HCC":
        faults.append(Fault("bad_code_value", "mainSrv"))
    for party in ("sender", "receiver"):
        place = question.get(party)
        if not isinstance(place, dict) or not isinstance(place.get("provCode"), int):
            faults.append(Fault("missing_field", f"{party}.provCode"))
    return faults


def unencoded(request: Request) -> bool:
    """Whether the query holds characters that must be percent-encoded (docs/systems/vnpost.md)."""
    _, _, query = request.target.partition("?")
    return _ENCODED.fullmatch(query) is None


def _text(body: Mapping[str, Any], name: str) -> Iterator[Fault]:
    value = body.get(name)
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        yield Fault("missing_field", name)
    elif not isinstance(value, str):
        yield Fault("wrong_type", name)


def _place(body: Mapping[str, Any], name: str) -> Iterator[Fault]:
    """A province number of the post's own table. Text is understood, but not what is agreed."""
    value = body.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and int(value):
        yield Fault("wrong_type", name, False)
    elif isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        yield Fault("missing_field" if value in (None, "", 0, "0") else "wrong_type", name)


def _optional(order: Mapping[str, Any]) -> Iterator[Fault]:
    for name, kinds in _ORDER_OPTIONAL.items():
        value = order.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, kinds):
            understood = isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value)
            yield Fault("wrong_type", name, not understood)
        elif name == "CODAmount" and float(value) < 0:
            yield Fault("bad_amount", name)


def _person(person: object) -> Iterator[Fault]:
    if not isinstance(person, dict):
        yield Fault("missing_field", "")
        return
    for name in _PERSON_TEXTS:
        yield from _text(person, name)
    for name in _PERSON_PLACES:
        value = person.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            yield Fault("wrong_type", name)


def _composed(body: Mapping[str, Any]) -> Iterator[Fault]:
    """Text is to be sent composed (docs/systems/vnpost.md); decomposed text is understood."""
    for name, value in body.items():
        if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
            yield Fault("not_nfc", name, False)
        elif isinstance(value, dict):
            yield from (Fault(f.kind, f"{name}.{f.where}", False) for f in _composed(value))
