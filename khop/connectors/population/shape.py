"""The form of requests in one deployment: the points in which known clients differ.

Known clients build the XML by hand and differ from each other, while the service accepts the
elements in one order only (docs/systems/population.md).
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum

from khop.errors import ConfigError

#: Every field of a request, with its longest value in characters.
LONGEST: Mapping[str, int] = {
    "MaYeuCau": 40,
    "MaDVC": 20,
    "MaTichHop": 20,
    "MaDichVu": 20,
    "MaCanBo": 20,
    "MaDonVi": 35,
    "TaiKhoan": 100,
    "SoDienThoai": 20,
    "SoDinhDanh": 12,
    "SoCMND": 9,
    "HoVaTen": 100,
    "NgayThangNamSinh": 10,
}
#: Every request needs these: they identify the request and name the person.
_NEEDED = ("MaYeuCau", "HoVaTen")
_NUMBERS = ("SoDinhDanh", "SoCMND")
_PREFIX = re.compile(r"[A-Za-z_][A-Za-z0-9_-]{0,19}")
#: The characters of a URI (RFC 3986), without those that are XML markup.
_NAMESPACE = re.compile(r"[A-Za-z][A-Za-z0-9+.-]*:[A-Za-z0-9:/?#\[\]@!$()*+,;=._~%-]+")
#: Prefixes that the envelope uses already.
_TAKEN = frozenset({"soap-env", "xml", "xmlns", "xs", "xsd", "xsi"})


class Operation(StrEnum):
    """The operations that khop calls; each is about one person or one household."""

    AUTHENTICATE = "XacThucThongTinCongDan"
    LOOK_UP = "TraCuuThongTinCongDan"
    RELATIVES = "XacMinhThongTinNhanThan"
    HOUSEHOLD = "CungCapThongTinHoGiaDinh"


class BirthForm(StrEnum):
    """``NESTED``: a group with ``Nam`` or ``NgayThangNam``. ``FLAT``: text."""

    NESTED = "nested"
    FLAT = "flat"


class DateForm(StrEnum):
    COMPACT = "yyyyMMdd"
    DASHED = "yyyy-MM-dd"


@dataclass(frozen=True, slots=True)
class OperationShape:
    """One operation's request. ``code``: its ``MaTichHop``. ``fields``: its elements in order;
    those without a value are left out. ``empty_number``: send the unknown one of the two numbers
    as an empty element. ``path``: appended to the source's address."""

    operation: Operation
    code: str
    fields: tuple[str, ...]
    namespace: str
    prefix: str
    birth: BirthForm = BirthForm.NESTED
    date: DateForm = DateForm.COMPACT
    empty_number: bool = False
    path: str = ""


@dataclass(frozen=True, slots=True)
class DeploymentShape:
    """The values that all requests of one deployment share.

    ``unit``: the agency's code (``MaDonVi``). ``phone``: the value of ``SoDienThoai``.
    ``officers``: ``MaCanBo`` of an officer's account, where it is not the account itself;
    ``TaiKhoan`` is the account. ``soap_action``: the header's value; None to send no header.
    """

    operations: Mapping[Operation, OperationShape]
    unit: str = ""
    phone: str = "0"
    officers: Mapping[str, str] = field(default_factory=dict, repr=False)
    content_type: str = "application/xml"
    soap_action: str | None = '""'


def check_shape(shape: OperationShape, key: str) -> None:
    """Raises ConfigError, which names ``key``, when no request can be built."""
    unknown = [name for name in shape.fields if name not in LONGEST]
    if unknown:
        known = ", ".join(LONGEST)
        raise ConfigError(
            f"there is no element {unknown[0]}; known are {known}", key=f"{key}.fields"
        )
    if len(set(shape.fields)) != len(shape.fields):
        raise ConfigError("an element is listed twice; list each once", key=f"{key}.fields")
    missing = [name for name in _NEEDED if name not in shape.fields]
    if missing or not set(_NUMBERS) & set(shape.fields):
        lacks = missing[0] if missing else " or ".join(_NUMBERS)
        raise ConfigError(f"a request needs {lacks}", key=f"{key}.fields")
    if not _PREFIX.fullmatch(shape.prefix) or shape.prefix.casefold() in _TAKEN:
        raise ConfigError("this prefix cannot be used; write another", key=f"{key}.prefix")
    if not _NAMESPACE.fullmatch(shape.namespace):
        raise ConfigError("write the namespace as one address", key=f"{key}.namespace")
    if len(shape.code) > LONGEST["MaTichHop"]:
        raise ConfigError(f"is longer than {LONGEST['MaTichHop']} characters", key=f"{key}.code")
