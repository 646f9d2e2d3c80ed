"""Answers to the post when it reads the barcode of a receipt (docs/systems/vnpost.md).

``barcode_of`` finds the barcode in a call: in its query, or in its body.

The functions have no input or output of their own: the caller finds the dossier and stores the wish
for delivery.
"""

from __future__ import annotations

import hmac
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import parse_qsl

from khop.connectors.http.answers import json_within
from khop.connectors.http.values import bare_keys, first_text
from khop.errors import RecordError
from khop.text.cleaning import clean_text

Answer = tuple[int, Mapping[str, str] | None]

_BARCODE = re.compile(r"D-([0-9A-Za-z]{1,64})-(\d{1,18})-(\d{1,9})", re.ASCII | re.IGNORECASE)
_FOUND, _NOTHING = 200, 204
_FIELD, _NAME = "ma_bien_nhan", "mabiennhan"
_LONGEST_BODY = 64 * 1024


@dataclass(frozen=True, slots=True)
class Barcode:
    """``D-<security>-<dossier>-<counter>``. ``security`` proves that the caller has the receipt."""

    security: str = field(repr=False)
    dossier_id: str
    counter: int


@dataclass(frozen=True, slots=True)
class CounterDossier:
    """The facts that are shown to the holder of a receipt."""

    security: str = field(repr=False)
    code: str
    applicant_name: str = field(repr=False)
    procedure_name: str


Find = Callable[[str], CounterDossier | None]


def barcode_of(query: Mapping[str, str], body: bytes = b"") -> str:
    """The text of the barcode in a call: under ``ma_bien_nhan`` in the query, in a body of JSON
    (also inside ``data``) or of a form, or as the whole body.

    Raises RecordError, which says what is missing, when there is none.
    """
    if found := first_text(bare_keys(query), _NAME):
        return found
    if len(body) > _LONGEST_BODY:
        raise RecordError(_FIELD, "is not looked for: the body is too long")
    text = body.decode("utf-8-sig", "replace").strip()
    if not text:
        raise RecordError(_FIELD, "is missing in the query, and the call has no body")
    read = json_within(text)
    fields = bare_keys(read)
    for held in (fields, bare_keys(json_within(fields.get("data")))):
        if found := first_text(held, _NAME):
            return found
    if found := first_text(bare_keys(dict(parse_qsl(text))), _NAME):
        return found
    bare = text.strip('"')
    if _BARCODE.fullmatch(bare):
        return bare
    raise RecordError(_FIELD, "is neither in the query nor in the body of the call")


def read_barcode(text: str) -> Barcode:
    """The parts of a barcode. Raises RecordError when it is not one of a receipt."""
    match = _BARCODE.fullmatch(clean_text(text))
    if match is None:
        raise RecordError("ma_bien_nhan", "is no barcode of a receipt")
    return Barcode(match[1], match[2], int(match[3]))


def answer_lookup(barcode: str, find: Find) -> Answer:
    """(status, body) of the answer to a look-up.

    An unknown dossier, a wrong security part and a text that is no barcode all give 204, so that
    callers cannot test which codes exist.
    """
    found = _proven(barcode, find)
    if found is None:
        return _NOTHING, None
    return _FOUND, {
        "dossierNo": found.code,
        "applicantName": found.applicant_name,
        "serviceName": found.procedure_name,
    }


def answer_wish(barcode: str, find: Find, keep: Callable[[CounterDossier], bool]) -> Answer:
    """(status, body) of the answer to a wish for delivery of the result by post.

    ``keep`` stores the wish and returns whether it did. A refusal is also 200.
    """
    found = _proven(barcode, find)
    done = found is not None and keep(found)
    return _FOUND, {"status": "succeed" if done else "failed"}


def _proven(barcode: str, find: Find) -> CounterDossier | None:
    try:
        asked = read_barcode(barcode)
    except RecordError:
        return None
    found = find(asked.dossier_id)
    if found is None or not found.security:
        return None
    same = hmac.compare_digest(found.security.encode(), asked.security.encode())
    return found if same else None
