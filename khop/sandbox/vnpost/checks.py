"""Checks of an order, a document, a price question and a query, as the post makes them.

Source: docs/systems/vnpost.md.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from typing import Any

from khop.loopback import Request
from khop.sandbox.common.records import Defect

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
#: Unreserved characters, escapes, and the delimiters of a query (RFC 3986, HTML forms).
_ENCODED = re.compile(r"[A-Za-z0-9\-._~%&=+*]*")


def order_defects(order: Mapping[str, Any]) -> list[Defect]:
    """The defects of the body of order/post (docs/systems/vnpost.md)."""
    return [
        *(defect for name in _ORDER_TEXTS for defect in _text(order, name)),
        *(defect for name in _ORDER_PLACES for defect in _place(order, name)),
        *_optional(order),
        *(Defect("unknown_field", name, False) for name in order if name not in _ORDER_FIELDS),
        *_composed(order),
    ]


def document_defects(document: Mapping[str, Any]) -> list[Defect]:
    """The defects of the body of document/post (docs/systems/vnpost.md)."""
    wrong = [
        Defect("missing_field" if document.get(name) is None else "wrong_type", name)
        for name, kind in _DOCUMENT_FIELDS.items()
        if not isinstance(document.get(name), kind)
        or (kind is int and isinstance(document[name], bool))
    ]
    procedure = document.get("Procedure")
    if isinstance(procedure, dict):
        wrong += [
            Defect(f.kind, f"Procedure.{f.where}")
            for name in _PROCEDURE_FIELDS
            for f in _text(procedure, name)
        ]
    for name, flag in _DOCUMENT_PERSONS.items():
        if document.get(flag) is True:
            wrong += [Defect(f.kind, f"{name}.{f.where}") for f in _person(document.get(name))]
    return [*wrong, *_composed(document)]


def price_defects(question: Mapping[str, Any]) -> list[Defect]:
    """The defects of a price question (docs/systems/vnpost.md)."""
    weight = question.get("weight")
    defects = []
    if isinstance(weight, bool) or not isinstance(weight, int | float) or weight <= 0:
        defects.append(Defect("wrong_type", "weight"))
    if question.get("mainSrv") != "HCC":
        defects.append(Defect("bad_code_value", "mainSrv"))
    for party in ("sender", "receiver"):
        place = question.get(party)
        if not isinstance(place, dict) or not isinstance(place.get("provCode"), int):
            defects.append(Defect("missing_field", f"{party}.provCode"))
    return defects


def unencoded(request: Request) -> bool:
    """Whether the query has characters that must be percent-encoded (docs/systems/vnpost.md)."""
    _, _, query = request.target.partition("?")
    return _ENCODED.fullmatch(query) is None


def _text(body: Mapping[str, Any], name: str) -> Iterator[Defect]:
    value = body.get(name)
    if value is None or value == "" or (isinstance(value, str) and not value.strip()):
        yield Defect("missing_field", name)
    elif not isinstance(value, str):
        yield Defect("wrong_type", name)


def _place(body: Mapping[str, Any], name: str) -> Iterator[Defect]:
    """A province number of the post's own table. Text is accepted, but is a violation."""
    value = body.get(name)
    if isinstance(value, str) and value.isascii() and value.isdigit() and int(value):
        yield Defect("wrong_type", name, False)
    elif isinstance(value, bool) or not isinstance(value, int) or value <= 0:
        yield Defect("missing_field" if value in (None, "", 0, "0") else "wrong_type", name)


def _optional(order: Mapping[str, Any]) -> Iterator[Defect]:
    for name, kinds in _ORDER_OPTIONAL.items():
        value = order.get(name)
        if value is None:
            continue
        if isinstance(value, bool) or not isinstance(value, kinds):
            understood = isinstance(value, str) and re.fullmatch(r"\d+(\.\d+)?", value)
            yield Defect("wrong_type", name, not understood)
        elif name == "CODAmount" and float(value) < 0:
            yield Defect("bad_amount", name)


def _person(person: object) -> Iterator[Defect]:
    if not isinstance(person, dict):
        yield Defect("missing_field", "")
        return
    for name in _PERSON_TEXTS:
        yield from _text(person, name)
    for name in _PERSON_PLACES:
        value = person.get(name)
        if value is not None and (isinstance(value, bool) or not isinstance(value, int)):
            yield Defect("wrong_type", name)


def _composed(body: Mapping[str, Any]) -> Iterator[Defect]:
    """Text must be composed Unicode (docs/systems/vnpost.md). Decomposed text is accepted, but is a
    violation."""
    for name, value in body.items():
        if isinstance(value, str) and not unicodedata.is_normalized("NFC", value):
            yield Defect("not_nfc", name, False)
        elif isinstance(value, dict):
            yield from (Defect(f.kind, f"{name}.{f.where}", False) for f in _composed(value))
