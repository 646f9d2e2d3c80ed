"""The same item in forms that other answers of iGate have: bare references, lists of translations,
other dates, keys in another spelling (docs/systems/igate.md).

Each says as much as the usual form, so that the truth of a world stays what it is.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime
from typing import Any

Item = dict[str, Any]

_DATES = ("appliedDate", "acceptedDate", "appointmentDate", "completedDate", "returnedDate")


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def _milliseconds(text: str) -> int:
    return int(_moment(text).timestamp() * 1000)


def _parts(text: str) -> list[int]:
    moment = _moment(text)
    micro = moment.microsecond * 1000
    return [*moment.timetuple()[:6], micro]


#: A date in other forms, each to the millisecond.
_DATE_FORMS: tuple[Callable[[str], Any], ...] = (
    _milliseconds,
    _parts,
    lambda text: {"$date": _milliseconds(text)},
    lambda text: {"$date": {"$numberLong": str(_milliseconds(text))}},
    lambda text: f"{_moment(text):%d-%m-%Y %H:%M:%S.%f}",
    lambda text: str(_milliseconds(text)),
)


def oddly(item: Item, bits: int) -> Item:
    """The item in odd forms; ``bits`` selects them."""
    made = dict(item)
    for place, name in enumerate(_DATES):
        if made.get(name) and bits >> place & 1:
            made[name] = _DATE_FORMS[(bits + place) % len(_DATE_FORMS)](made[name])
    for place, (name, forms) in enumerate(_REFERENCES.items()):
        if made.get(name) is not None:
            made[name] = forms[(bits >> place) % len(forms)](made[name])
    if bits & 4:
        made["acceptedDate "] = made.pop("acceptedDate", None)
    if bits & 8:
        made["NationCode"] = made.pop("nationCode", None)
    return made


def _same(value: Any) -> Any:
    return value


def _listed(value: Any) -> Any:
    return [value]


def _shouted(value: Any) -> Any:
    return {f"{key.upper()} ": inner for key, inner in value.items()}


def _inside(value: Any) -> Any:
    return {"data": value}


_REFERENCES: dict[str, tuple[Callable[[Any], Any], ...]] = {
    "dossierStatus": (_same, _listed, _shouted, _inside),
    "agency": (_same, _listed, _inside),
    "applyMethod": (_same, _shouted, _listed, lambda value: value["name"]),
    "procedure": (_same, _listed),
    "applicant": (_same, _shouted),
}
