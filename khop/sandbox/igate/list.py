"""The filters and orders of the list, without sorting at each call (docs/systems/igate.md)."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Callable, Mapping
from datetime import datetime
from threading import Lock

from khop.sandbox.world.calendar import DAY, from_date, midnight
from khop.sandbox.world.dossiers import LABELS, Dossier, canonical
from khop.sandbox.world.world import Row, World

Test = Callable[[Dossier], bool]
_KEPT = 8
#: The parameters that are no filters.
_PAGING = frozenset({"page", "size", "spec", "sort"})
_DATES: dict[str, str] = {
    "applied": "submitted",
    "accepted": "received",
    "appointment": "due",
    "result-returned": "returned",
}


class BadQuery(ValueError):
    """A query parameter is invalid."""


class Listing:
    """Pages of the world's rows.

    A list without a filter and by change time is the world's own. Other lists are kept until a
    row changes.
    """

    def __init__(self, world: World) -> None:
        self._world = world
        self._kept: OrderedDict[tuple[int, str, tuple[str, ...]], list[Row]] = OrderedDict()
        self._lock = Lock()

    def page(self, query: Mapping[str, str], page: int, size: int) -> tuple[list[Row], int]:
        """The rows of a zero-based page, and the number of all rows. Raises BadQuery."""
        key, descending = _order(query.get("sort", ""))
        filters = tuple(f"{k}={v}" for k, v in sorted(query.items()) if v and k not in _PAGING)
        with self._world.lock:
            rows = self._rows(query, key, filters)
            return _slice(rows, page, size, descending), len(rows)

    def _rows(self, query: Mapping[str, str], key: str, filters: tuple[str, ...]) -> list[Row]:
        if not filters and key == "updatedDate":
            return self._world.rows
        kept = (self._world.version, key, filters)
        with self._lock:
            if kept not in self._kept:
                self._kept[kept] = self._find(query, key)
                if len(self._kept) > _KEPT:
                    self._kept.popitem(last=False)
            return self._kept[kept]

    def _find(self, query: Mapping[str, str], key: str) -> list[Row]:
        tests = [test for k, v in query.items() if v and (test := _test(k, v))]
        rows: list[Row]
        if tests:
            found = self._candidates(query)
            rows = [d for d in found if all(test(d) for test in tests)]
        else:
            rows = list(self._world.rows)
        if key == "appointmentDate":
            rows.sort(key=lambda row: (row.due or 0) if isinstance(row, Dossier) else 0)
        return rows

    def _candidates(self, query: Mapping[str, str]) -> list[Dossier]:
        if code := query.get("code-match"):
            natives = self._world.natives(code)
            return sorted(natives, key=lambda d: d.order_key)
        return [row for row in self._world.rows if isinstance(row, Dossier)]


def _slice(rows: list[Row], page: int, size: int, descending: bool) -> list[Row]:
    start = page * size
    if not descending:
        return rows[start : start + size]
    end = len(rows) - start
    return rows[max(0, end - size) : max(0, end)][::-1]


def _order(sort: str) -> tuple[str, bool]:
    key, _, direction = (sort or "updatedDate,desc").partition(",")
    if key not in ("updatedDate", "appointmentDate") or direction not in ("", "asc", "desc"):
        raise BadQuery(sort)
    return key, direction == "desc"


def _test(name: str, value: str) -> Test | None:
    """The test of one parameter; None for one that is ignored."""
    match name:
        case "code":
            return lambda d: value.upper() in d.code_wire.upper()
        case "code-match":
            return lambda d: d.code_wire == value or d.code == canonical(value)
        case "nation-code-match":
            return lambda d: d.alias == canonical(value)
        case "dossier-status":
            wanted = set(value.split(","))
            return lambda d: str(LABELS[d.status][0]) in wanted
        case "procedure-id":
            return lambda d: f"64d0{d.procedure:020x}" == value
        case "ancestor-agency-id":
            return lambda d: f"64e0{d.unit:020x}" == value
    stem, _, side = name.rpartition("-")
    field = _DATES.get(stem)
    if field is None or side not in ("from", "to"):
        return None
    return _within(field, side, _day_start(value))


def _within(field: str, side: str, start: int) -> Test:
    def test(d: Dossier) -> bool:
        moment = getattr(d, field)
        if moment is None:
            return False
        return bool(moment >= start if side == "from" else moment < start + DAY)

    return test


def _day_start(text: str) -> int:
    try:
        day = datetime.strptime(text, "%d/%m/%Y").date()
    except ValueError as error:
        raise BadQuery(text) from error
    return midnight(from_date(day))
