"""Checks of a request, as the population database makes them (docs/systems/population.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import Literal

from khop.sandbox.common.records import Defect
from khop.sandbox.population.soap import BCA, GTEL, Tree

VERIFY, LOOK_UP = "XacThucThongTinCongDan", "TraCuuThongTinCongDan"
KIN, HOUSEHOLD = "XacMinhThongTinNhanThan", "CungCapThongTinHoGiaDinh"
OPERATIONS = frozenset({VERIFY, LOOK_UP, KIN, HOUSEHOLD})

UnitPosition = Literal["after_officer", "before_officer", "none"]

_LENGTHS = {
    "MaYeuCau": 40, "MaDVC": 20, "MaTichHop": 20, "MaDichVu": 20, "MaCanBo": 20, "MaDonVi": 35,
    "HoVaTen": 100,
}  # fmt: skip
_PERSON = ("SoDinhDanh", "SoCMND", "HoVaTen")
#: Fields that may be missing or empty; one of the two numbers is needed.
_OPTIONAL = frozenset({"MaDonVi", "TaiKhoan", "SoDienThoai", "SoDinhDanh", "SoCMND"})
#: The service number of an operation, if it is known (docs/systems/population.md).
_SERVICE_NUMBERS = {VERIFY: ("033", "003"), LOOK_UP: ("037",)}
_FOLDED = re.compile(r"[A-Z0-9]+")
_FOLDED_WORDS = re.compile(r"[A-Z0-9]+( [A-Z0-9]+)*")
_DAY = re.compile(r"\d{4}(0[1-9]|1[0-2])(0[1-9]|[12]\d|3[01])")
_DASHED_DAY = re.compile(r"\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])")
_YEAR = re.compile(r"\d{4}")


@dataclass(frozen=True, slots=True)
class Shape:
    """The form of requests in a deployment.

    ``unit``: the position of MaDonVi. ``service``: verification has MaDichVu in place of MaDVC
    and MaTichHop, and no birth. ``kin_space``: the namespace of the kin operation. ``kin_flat``:
    its birth is text, not a group.
    """

    unit: UnitPosition = "after_officer"
    service: bool = False
    kin_space: str = GTEL
    kin_flat: bool = True


@dataclass(frozen=True, slots=True)
class Query:
    """The person that a request asks about; "" for what it does not have."""

    number: str
    card: str
    name: str
    birth: str


def space_of(operation: str, shape: Shape) -> str:
    return shape.kin_space if operation == KIN else BCA


def check(operation: str, tree: Tree, shape: Shape) -> tuple[Query, list[Defect]]:
    """The person that a request asks about, and the defects of the request."""
    fields = dict(reversed(tree))
    spaced = shape.service and operation == VERIFY
    wanted = _names(operation, shape)
    defects = [
        *_order([name for name, _ in tree], wanted),
        *(defect for name in wanted for defect in _text(fields, name)),
        *_numbers(fields),
        *_service(operation, fields),
        *_name(fields, spaced),
    ]
    birth = ""
    if "NgayThangNamSinh" in wanted and "NgayThangNamSinh" in fields:
        flat = operation == KIN and shape.kin_flat
        birth, bad = _birth(fields["NgayThangNamSinh"], flat)
        defects += bad
    number, card, name = (_plain(fields, key) for key in _PERSON)
    return Query(number, card, name.replace(" ", "") if spaced else name, birth), defects


def _names(operation: str, shape: Shape) -> Sequence[str]:
    """The names of the elements of a request, in order."""
    if operation == VERIFY and shape.service:
        return ("MaYeuCau", "MaDichVu", "MaCanBo", *_PERSON)
    head = ("MaYeuCau", "MaDVC", "MaTichHop")
    tail = (*_PERSON, "NgayThangNamSinh")
    if operation == KIN or shape.unit == "before_officer":
        return (*head, "MaDonVi", "MaCanBo", "TaiKhoan", "SoDienThoai", *tail)
    unit = () if shape.unit == "none" else ("MaDonVi",)
    return (*head, "MaCanBo", *unit, "TaiKhoan", "SoDienThoai", *tail)


def _order(names: Sequence[str], wanted: Sequence[str]) -> Iterator[Defect]:
    for name in sorted({name for name in names if names.count(name) > 1}):
        yield Defect("doubled_element", name)
    for name in names:
        if name not in wanted:
            yield Defect("unknown_element", name)
    places = [wanted.index(name) for name in names if name in wanted]
    for before, after in pairwise(places):
        if after < before:
            yield Defect("element_order", wanted[after])


def _text(fields: dict[str, str | Tree], name: str) -> Iterator[Defect]:
    value = fields.get(name, "")
    if name == "NgayThangNamSinh":
        if name not in fields:
            yield Defect("missing_field", name)
    elif not isinstance(value, str):
        yield Defect("unknown_element", name)
    elif not value.strip() and name not in _OPTIONAL:
        yield Defect("missing_field", name)
    elif len(value) > _LENGTHS.get(name, len(value)):
        yield Defect("too_long", name)


def _numbers(fields: dict[str, str | Tree]) -> Iterator[Defect]:
    number, card = _plain(fields, "SoDinhDanh"), _plain(fields, "SoCMND")
    if not number and not card:
        yield Defect("missing_field", "SoDinhDanh")
    if number and not re.fullmatch(r"[0-9]{12}", number):
        yield Defect("bad_number", "SoDinhDanh")
    if card and not re.fullmatch(r"[0-9]{9}", card):
        yield Defect("bad_number", "SoCMND")


def _service(operation: str, fields: dict[str, str | Tree]) -> Iterator[Defect]:
    known = _SERVICE_NUMBERS.get(operation)
    for name in ("MaTichHop", "MaDichVu"):
        value = _plain(fields, name)
        digits = value.isascii() and value.isdigit()
        if value and (not digits or (known is not None and value not in known)):
            yield Defect("bad_service_number", name)


def _name(fields: dict[str, str | Tree], spaced: bool) -> Iterator[Defect]:
    """A name that is not folded is accepted, but belongs to no person."""
    value = _plain(fields, "HoVaTen")
    pattern = _FOLDED_WORDS if spaced else _FOLDED
    if value and not pattern.fullmatch(value):
        yield Defect("name_not_folded", "HoVaTen", refused=False)


def _birth(value: str | Tree, flat: bool) -> tuple[str, list[Defect]]:
    where = "NgayThangNamSinh"
    if isinstance(value, str):
        if not flat:
            return "", [Defect("birth_children", where)]
        good = _YEAR.fullmatch(value) or _DASHED_DAY.fullmatch(value)
        return (value, []) if good else ("", [Defect("bad_birth", where)])
    names = [name for name, _ in value]
    if flat or names not in (["Nam"], ["NgayThangNam"]):
        return "", [Defect("birth_children", where)]
    text = value[0][1] if isinstance(value[0][1], str) else ""
    patterns = (_YEAR,) if names == ["Nam"] else (_DAY, _DASHED_DAY)
    if any(pattern.fullmatch(text) for pattern in patterns):
        return text, []
    return "", [Defect("bad_birth", f"{where}.{names[0]}")]


def _plain(fields: dict[str, str | Tree], name: str) -> str:
    value = fields.get(name, "")
    return value.strip() if isinstance(value, str) else ""
