"""Checks of an order, as the commercial post makes them (docs/systems/vnpost.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from khop.sandbox.common.records import Defect

#: The district code of an address of two levels, without a district.
TWO_LEVELS = "VNPOST"

#: Provinces (code, name), districts (province, code, name) and communes (district, code, name).
#: They are invented: the post's own table is not public (docs/systems/vnpost.md).
PROVINCES = (("10", "Hà Nội"), ("49", "Thừa Thiên Huế"), ("70", "TP Hồ Chí Minh"))
DISTRICTS = (("10", "1110", "Ba Đình"), ("49", "4910", "Huế"), ("70", "7270", "Quận Mẫu"))
COMMUNES = (
    ("1110", "11110", "Phường Mẫu"),
    ("4910", "49106", "Phường Ví Dụ"),
    ("7270", "72710", "Phường Thử"),
)
NEW_COMMUNES = (("10", "11115", "Phường Mẫu"), ("49", "49115", "Phường Ví Dụ"))

_TEXTS = (
    "senderName", "senderPhone", "senderAddress", "receiverName", "receiverPhone",
    "receiverAddress", "serviceCode", "saleOrderCode", "weight",
)  # fmt: skip
_PLACES = ("ProvinceCode", "ProvinceName", "DistrictCode", "CommuneCode", "CommuneName")
_CHOICES: dict[str, tuple[object, ...]] = {
    "vehicle": ("BO",),
    "sendType": ("1", "2"),
    "isBroken": ("0", "1"),
    "deliveryTime": ("N", "S", "C"),
    "deliveryRequire": ("1", "2"),
}


def order_defects(body: Mapping[str, Any], customer: str) -> list[Defect]:
    """The defects of the body of CreateOrder."""
    information = body.get("informationOrder")
    head: list[Defect] = []
    if str(body.get("orderCreationStatus")) not in ("0", "1"):
        head.append(Defect("bad_code_value", "orderCreationStatus"))
    if body.get("type") != "GUI":
        head.append(Defect("bad_code_value", "type"))
    if body.get("customerCode") != customer:
        head.append(Defect("bad_code_value", "customerCode"))
    if not isinstance(information, dict):
        return [*head, Defect("missing_field", "informationOrder")]
    return [*head, *_missing(information), *_choices(information), *_district(information)]


def charge_defects(body: Mapping[str, Any]) -> list[Defect]:
    """The defects of the body of ServicesCharge."""
    needed = ("serviceCode", "weight")
    missing = [Defect("missing_field", name) for name in needed if not body.get(name)]
    return [*missing, *_weight(body)]


def _missing(order: Mapping[str, Any]) -> Iterator[Defect]:
    for name in _TEXTS:
        if not order.get(name):
            yield Defect("missing_field", name)
    for party in ("sender", "receiver"):
        for name in _PLACES:
            if not order.get(f"{party}{name}"):
                yield Defect("missing_field", f"{party}{name}")
    yield from _weight(order)


def _weight(order: Mapping[str, Any]) -> Iterator[Defect]:
    """The weight is in grams, as text."""
    weight = order.get("weight")
    if weight and not (isinstance(weight, str) and weight.isascii() and weight.isdigit()):
        yield Defect("wrong_type", "weight")


def _choices(order: Mapping[str, Any]) -> Iterator[Defect]:
    for name, known in _CHOICES.items():
        value = order.get(name)
        if value is not None and str(value) not in known:
            yield Defect("bad_code_value", name)


def _district(order: Mapping[str, Any]) -> Iterator[Defect]:
    """A district must be in the list of old districts, or be the code for no district."""
    known = {TWO_LEVELS, *(code for _, code, _ in DISTRICTS)}
    for party in ("sender", "receiver"):
        code = order.get(f"{party}DistrictCode")
        if code and str(code) not in known:
            yield Defect("bad_code_value", f"{party}DistrictCode")
