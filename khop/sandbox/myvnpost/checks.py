"""What the commercial post demands of an order (docs/systems/vnpost.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

#: The district of every address since addresses have two levels.
TWO_LEVELS = "VNPOST"

#: (code, name) of provinces, districts under a province, communes under a district. They stand
#: for the post's own table; nothing may be computed from them (docs/systems/vnpost.md).
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

Wrong = tuple[str, str]


def order_faults(body: Mapping[str, Any], customer: str) -> list[Wrong]:
    """(kind, field) of all that is wrong with the body of CreateOrder."""
    information = body.get("informationOrder")
    head: list[Wrong] = []
    if str(body.get("orderCreationStatus")) not in ("0", "1"):
        head.append(("bad_code_value", "orderCreationStatus"))
    if body.get("type") != "GUI":
        head.append(("bad_code_value", "type"))
    if body.get("customerCode") != customer:
        head.append(("bad_code_value", "customerCode"))
    if not isinstance(information, dict):
        return [*head, ("missing_field", "informationOrder")]
    return [*head, *_missing(information), *_choices(information), *_district(information)]


def charge_faults(body: Mapping[str, Any]) -> list[Wrong]:
    """(kind, field) of all that is wrong with the body of ServicesCharge."""
    needed = ("serviceCode", "weight")
    return [("missing_field", name) for name in needed if not body.get(name)] + list(_weight(body))


def _missing(order: Mapping[str, Any]) -> Iterator[Wrong]:
    for name in _TEXTS:
        if not order.get(name):
            yield "missing_field", name
    for party in ("sender", "receiver"):
        for name in _PLACES:
            if not order.get(f"{party}{name}"):
                yield "missing_field", f"{party}{name}"
    yield from _weight(order)


def _weight(order: Mapping[str, Any]) -> Iterator[Wrong]:
    """Grams, written as text."""
    weight = order.get("weight")
    if weight and not (isinstance(weight, str) and weight.isascii() and weight.isdigit()):
        yield "wrong_type", "weight"


def _choices(order: Mapping[str, Any]) -> Iterator[Wrong]:
    for name, known in _CHOICES.items():
        value = order.get(name)
        if value is not None and str(value) not in known:
            yield "bad_code_value", name


def _district(order: Mapping[str, Any]) -> Iterator[Wrong]:
    """A district is of the old list, or the constant that stands for none."""
    known = {TWO_LEVELS, *(code for _, code, _ in DISTRICTS)}
    for party in ("sender", "receiver"):
        code = order.get(f"{party}DistrictCode")
        if code and str(code) not in known:
            yield "bad_code_value", f"{party}DistrictCode"
