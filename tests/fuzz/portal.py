"""Sample answers of the portal, the readers of its lists, and a province that it calls."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from khop.connectors.dvcqg.inbound import Due, StoredFile, Taken
from khop.errors import RecordError
from khop.mappings.dvcqg.catalogue import (
    dictionary_items,
    online_services,
    procedure_codes,
    procedure_entry,
    procedure_names,
    sector_items,
    technical_id,
    unit_items,
)
from khop.mappings.dvcqg.opinion import FeedbackReader, read_answers, read_questions
from khop.mappings.states.status import portal_channels
from tests.fuzz.answers import FuzzedAnswer
from tests.fuzz.samples import bodies

T = TypeVar("T")

CODE = "H99.12-250114-0007"
ANSWERS = [
    body
    for body in bodies("dvcqg", "*.json")
    if isinstance(body, dict) and {key.casefold() for key in body} & {"error_code", "errorcode"}
]
FOUND = [
    *(ANSWERS),
    {"error_code": "0", "message": "", "result": [{"MaHoSo": CODE, "TrangThaiHoSo": "4"}]},
    {"errorCode": 0, "result": {"data": [{"MAHOSO": CODE}]}},
    {"result": {"error_code": "00", "message": "", "data": None}},
    {"error_code": 0, "message": json.dumps({"error_code": 0, "result": [{"MaHoSo": CODE}]})},
    {"error_code": 0, "message": "Phiên làm việc hết hạn", "result": []},
    {"error_code": 3, "message": "Hồ sơ đã tồn tại"},
]


def assert_answered(answer: FuzzedAnswer) -> None:
    """The answer is complete, and has a success status and a code of zero."""
    assert answer.whole
    assert 200 <= answer.status < 300
    folded = answer.body.replace(b"\x00", b"").replace(b"_", b"").lower()
    assert b"errorcode" in folded
    assert b"0" in folded


def rows_of(body: Any) -> list[Any]:
    found = body.get("result", body.get("data")) if isinstance(body, dict) else body
    return found if isinstance(found, list) else [found]


CATALOGUES: tuple[Callable[[Any], object], ...] = (
    procedure_codes,
    lambda rows: procedure_entry(rows, "1.001612", portal_channels({}, {})),
    lambda rows: [procedure_names(row) for row in rows],
    online_services,
    unit_items,
    sector_items,
    dictionary_items,
    technical_id,
    read_questions,
    read_answers,
    FeedbackReader({"id": "MAPAKN", "text": "NOIDUNG", "sent_at": "NGAYGUI"}).read,
)


class FakeProvince:
    """A province that accepts every call, or fails at every call."""

    def __init__(self, *, fails: bool) -> None:
        self._fails = fails

    def _gives(self, value: T) -> T:
        if self._fails:
            raise RecordError("x", "y")
        return value

    def dossier(self, code: str) -> Mapping[str, object] | None:
        return self._gives({"MaHoSo": code})

    def receive_dossier(self, reference: str, dossier: object) -> Taken:
        return self._gives(Taken.NEW)

    def receive_amendment(self, reference: str, amendment: object, updating: bool) -> Taken:
        return self._gives(Taken.DUPLICATE)

    def receive_payment(self, reference: str, proof: object) -> Taken:
        return self._gives(Taken.NEW)

    def receive_tax_notice(self, reference: str, notice: object) -> Taken:
        return self._gives(Taken.NEW)

    def due(self, code: str) -> Due | None:
        return self._gives(Due({"x": 1}))

    def file(self, uid: str) -> StoredFile | None:
        return self._gives(StoredFile("application/pdf", b"x"))
