"""Broken list items: answers no reader can use whole, and what is wrong with each.

None of them can trigger a rule, however much of it a reader rescues: where a state is readable
it is "Không được tiếp nhận" without a reception date.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from khop.sandbox.world.dossiers import LABELS, Dossier

_LONG = 5_000_000
_DEEP = 200


@dataclass(frozen=True, slots=True)
class BrokenItem:
    """``native_id`` is None where the item has none; ``field`` is the wire path to blame.

    ``changed`` (milliseconds of UTC) is only its place in the list. ``code`` is the dossier's
    where a reader can tell it.
    """

    n: int
    native_id: str | None
    kind: str
    field: str
    changed: int
    build: Callable[[], Any]
    code: str | None = None

    @property
    def order_key(self) -> tuple[int, int]:
        return self.changed, self.n


@dataclass(frozen=True, slots=True)
class Seedbed:
    """What a broken item is made from: its number, a fresh code, and times as wire text."""

    n: int
    code: str
    native_id: str
    applied: str
    updated: str

    def sound(self) -> dict[str, Any]:
        """An item with nothing wrong with it."""
        status_id, labels = LABELS[3]
        return {
            "id": self.native_id,
            "code": self.code,
            "nationCode": None,
            "dossierStatus": {"id": status_id, "name": labels[0]},
            "applicant": {"data": {"fullname": "Nguyễn Văn Mẫu", "identityNumber": ""}},
            "procedure": {"code": "1.001600", "translate": {"languageId": 228, "name": "Mẫu"}},
            "agency": {"code": "H99.01", "name": "Sở Tài chính"},
            "applyMethod": {"id": 1, "name": "Trực tiếp"},
            "appliedDate": self.applied,
            "updatedDate": self.updated,
            "undefindedCompleteTime": 0,
        }


def _with(seed: Seedbed, **changes: Any) -> dict[str, Any]:
    return seed.sound() | changes


def _without(seed: Seedbed, key: str) -> dict[str, Any]:
    item = seed.sound()
    del item[key]
    return item


def _deep() -> Any:
    nested: Any = "đáy"
    for _ in range(_DEEP):
        nested = {"a": nested}
    return nested


_NOT_OBJECTS: tuple[Any, ...] = ("hồ sơ", 42, None, [])
_STATES: tuple[Any, ...] = ("Không được tiếp nhận", ["3"], True, {"id": {"id": 3}, "name": 7}, 12.5)
_DATES: tuple[Any, ...] = (
    "0000-00-00",
    "31/02/2026",
    "9999-12-31T23:59:59.000+0700",
    "hôm qua",
    20_260_101,
)

#: (kind, field to blame, builder of the wire item from its seedbed and running number)
KINDS: tuple[tuple[str, str, Callable[[Seedbed, int], Any]], ...] = (
    ("missing_code", "code", lambda s, i: _without(s, "code")),
    ("null_code", "code", lambda s, i: _with(s, code=None)),
    ("number_code", "code", lambda s, i: _with(s, code=99_000 + i)),
    ("missing_id", "id", lambda s, i: _without(s, "id")),
    ("not_an_object", "", lambda s, i: _NOT_OBJECTS[i % len(_NOT_OBJECTS)]),
    (
        "absurd_date",
        "appliedDate",
        lambda s, i: _with(s, appliedDate=_DATES[i % len(_DATES)]),
    ),
    (
        "status_type",
        "dossierStatus",
        lambda s, i: _with(s, dossierStatus=_STATES[i % len(_STATES)]),
    ),
    ("huge_code", "code", lambda s, i: _with(s, code="H" * _LONG)),
    (
        "huge_agency",
        "agency.name",
        lambda s, i: _with(s, agency={"code": "H99.01", "name": "S" * _LONG}),
    ),
    ("deep", "code", lambda s, i: _with(s, code=_deep())),
)

#: In these everything but the field to blame is as it should be.
_WITH_CODE = ("absurd_date", "status_type")
OLDER_DUPLICATE = "older_duplicate"


def broken_item(seed: Seedbed, kind: int, running: int, changed: int) -> BrokenItem:
    """The ``running``-th item of the kind with that index in ``KINDS``."""
    name, field, build = KINDS[kind]
    has_id = name not in ("missing_id", "not_an_object")
    native_id = seed.native_id if has_id else None
    code = seed.code if name in _WITH_CODE else None
    return BrokenItem(seed.n, native_id, name, field, changed, lambda: build(seed, running), code)


def older_duplicate(n: int, d: Dossier, build: Callable[[], Any], changed: int) -> BrokenItem:
    """A second item with the id of ``d``, other content and an older change time."""
    return BrokenItem(n, d.native_id, OLDER_DUPLICATE, "updatedDate", changed, build)
