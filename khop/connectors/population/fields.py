"""The values of one request, checked before anything is sent."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Protocol

from khop.connectors.population.shape import (
    LONGEST,
    BirthForm,
    DateForm,
    DeploymentShape,
    OperationShape,
)
from khop.connectors.population.wire import Question
from khop.errors import RecordError

_NUMBER = re.compile(r"[0-9]{12}")
_OLD_NUMBER = re.compile(r"[0-9]{9}")
_FIRST_YEAR, _LAST_YEAR = 1000, 9999
Value = str | Mapping[str, str]


class Asker(Protocol):
    """The purpose of a question: ``procedure`` on the portal and the ``officer`` who asks."""

    @property
    def procedure(self) -> str: ...
    @property
    def officer(self) -> str: ...


@dataclass(frozen=True, slots=True, repr=False)
class Fields:
    """The values of one request, in any form. Both numbers are text, "" for unknown."""

    texts: Mapping[str, str]
    birth: date | int | None


def fill(
    deployment: DeploymentShape,
    shape: OperationShape,
    question: Question,
    asker: Asker,
    request_id: str,
) -> Fields:
    """The fields of a request. Raises RecordError for a question that cannot be asked."""
    check_question(question, shape)
    procedure, officer = _stated("procedure", asker), _stated("officer", asker)
    texts = {
        "MaYeuCau": request_id,
        "MaDVC": procedure,
        "MaTichHop": shape.code,
        "MaDichVu": shape.code,
        "MaCanBo": deployment.officers.get(officer, officer),
        "MaDonVi": deployment.unit,
        "TaiKhoan": officer,
        "SoDienThoai": deployment.phone,
        "SoDinhDanh": question.number,
        "SoCMND": question.old_number,
        "HoVaTen": question.name,
    }
    for name, text in texts.items():
        if name in shape.fields and len(text) > LONGEST[name]:
            raise RecordError(name, f"is longer than {LONGEST[name]} characters")
    return Fields(texts, question.birth)


def check_question(question: object, shape: OperationShape) -> None:
    """Raises RecordError when ``question`` is not one about one person."""
    if not isinstance(question, Question):
        raise RecordError("question", "is not about one person; ask about each person separately")
    if question.number and not _NUMBER.fullmatch(question.number):
        raise RecordError("SoDinhDanh", "is not 12 digits")
    if question.old_number and not _OLD_NUMBER.fullmatch(question.old_number):
        raise RecordError("SoCMND", "is not 9 digits")
    numbers = {"SoDinhDanh": question.number, "SoCMND": question.old_number}
    if not any(numbers[name] for name in numbers if name in shape.fields):
        raise RecordError("SoDinhDanh", "is missing, and so is the number of an old card")
    if not question.name.strip():
        raise RecordError("HoVaTen", "is missing")
    _check_birth(question.birth, needed="NgayThangNamSinh" in shape.fields)


def element_values(fields: Fields, shape: OperationShape) -> dict[str, Value]:
    """The elements of the request, in its order."""
    found: dict[str, Value] = {}
    for name in shape.fields:
        if name == "NgayThangNamSinh":
            found[name] = birth_value(fields.birth, shape)
        elif fields.texts[name] or (shape.empty_number and name in ("SoDinhDanh", "SoCMND")):
            found[name] = fields.texts[name]
    return found


def birth_value(birth: date | int | None, shape: OperationShape) -> Value:
    """The birth date in the deployment's form. A year is never completed to a date."""
    text = birth_text(birth, shape.date)
    if shape.birth is BirthForm.FLAT:
        return text
    return {"NgayThangNam" if isinstance(birth, date) else "Nam": text}


def birth_text(birth: date | int | None, form: DateForm) -> str:
    """``19850217``, ``1985-02-17`` or ``1985``; "" for None."""
    if isinstance(birth, date):
        day = birth.isoformat()[:10]
        return day if form is DateForm.DASHED else day.replace("-", "")
    return "" if birth is None else str(birth)


def birth_forms(birth: date | int | None) -> tuple[str, ...]:
    """The forms in which a refusal may quote a whole birth date: as it is sent, and as people
    write it. Empty for a year alone, which does not identify a person."""
    if not isinstance(birth, date):
        return ()
    return (
        *(birth_text(birth, form) for form in DateForm),
        *(f"{birth.day:02}{sign}{birth.month:02}{sign}{birth.year}" for sign in "/-."),
    )


def _check_birth(birth: date | int | None, *, needed: bool) -> None:
    if birth is None and needed:
        raise RecordError("NgayThangNamSinh", "is missing; at least the year is needed")
    if isinstance(birth, int) and not _FIRST_YEAR <= birth <= _LAST_YEAR:
        raise RecordError("NgayThangNamSinh", "is not a year of four digits")


def _stated(field: str, asker: object) -> str:
    stated = getattr(asker, field, None)
    if not isinstance(stated, str) or not stated.strip():
        raise RecordError(field, "is missing; a person is asked about for a stated purpose only")
    return stated.strip()
