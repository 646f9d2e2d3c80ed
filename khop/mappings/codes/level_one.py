"""Level-1 codes: the ministries (G) and provinces (H) at the top of every organisation code.

The table has validity and succession, such as the 63 provinces that became 34 on 1 July 2025
(``data/level_one.toml``; docs/domain.md, Codes). A code that is not in the table is unknown, not
wrong. A code that ended still occurs in old data.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache

from pydantic import ConfigDict

from khop.errors import ConfigError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.facts.packaged import load_table
from khop.mappings.facts.rows import holds_on, plain_day, read_rows, refuse_reversed


class Evidence(StrEnum):
    """How it is known which organisation a code means (``data/level_one.toml``)."""

    SEEN = "seen"
    INTERPOLATED = "interpolated"
    UNVERIFIED = "unverified"


@dataclass(frozen=True, slots=True)
class LevelOne:
    """A ministry or province under one name.

    ``valid_from`` and ``valid_to`` are its first and last day, None where not known or not yet
    there. ``successor`` is the code of the organisation that followed after ``valid_to`` by
    ``legal_basis``, None where not known.
    """

    __pydantic_config__ = ConfigDict(extra="forbid")

    code: str
    name: str
    evidence: Evidence = Evidence.UNVERIFIED
    valid_from: date | None = None
    valid_to: date | None = None
    successor: str | None = None
    legal_basis: str | None = None

    def __post_init__(self) -> None:
        """Raises ValueError for a row that cannot be used."""
        refuse_reversed(self.valid_from, self.valid_to)
        for code in (self.code, self.successor):
            if code is not None and code != canonical_code(code):
                raise ValueError(f"write {canonical_code(code)}")
        if self.successor is not None and self.valid_to is None:
            raise ValueError("has a successor, so it needs valid_to, its last day")

    def in_force(self, day: date) -> bool:
        """Whether the organisation existed on ``day``."""
        return holds_on(day, self.valid_from, self.valid_to)


class LevelOneTable:
    """Rows by level-1 code.

    ``rows`` come in any order; those of one code must not overlap in time. Raises ConfigError,
    which names ``key`` and the code.
    """

    def __init__(self, rows: Iterable[LevelOne], *, key: str = "level_one") -> None:
        self._rows: dict[str, tuple[LevelOne, ...]] = {}
        for row in sorted(rows, key=lambda row: row.valid_from or date.min):
            before = self._rows.get(row.code, ())
            if before and (before[-1].valid_to or date.max) >= (row.valid_from or date.min):
                raise ConfigError("two rows of this code overlap", key=f"{key}.{row.code}")
            self._rows[row.code] = (*before, row)

    def __iter__(self) -> Iterator[LevelOne]:
        """All rows, by code and then by time."""
        return (row for _, rows in sorted(self._rows.items()) for row in rows)

    def rows(self, code: str) -> tuple[LevelOne, ...]:
        """All rows of a code, oldest first; none for an unknown code."""
        return self._rows.get(canonical_code(code), ())

    def on(self, code: str, day: date) -> LevelOne | None:
        """The row of a code on ``day``; None for an unknown code and where no row is valid."""
        plain_day(day)
        return next((row for row in self.rows(code) if row.in_force(day)), None)

    def current(self, code: str, day: date) -> LevelOne | None:
        """The row on ``day`` of the organisation of ``code``, or of its successor.

        None when the code is unknown, when its successor is not known, and before it began.
        """
        seen: set[str] = set()
        while (found := self.on(code, day)) is None:
            ended = [row for row in self.rows(code) if row.valid_to and row.valid_to < day]
            if not ended or ended[-1].successor is None or code in seen:
                return None
            seen.add(code)
            code = ended[-1].successor
        return found

    def predecessors(self, code: str, day: date) -> tuple[str, ...]:
        """The other codes that ``code`` has succeeded by ``day``, sorted."""
        code = canonical_code(code)
        current = {other: self.current(other, day) for other in self._rows if other != code}
        return tuple(sorted(other for other, row in current.items() if row and row.code == code))


@cache
def packaged_level_one() -> LevelOneTable:
    """The packaged ministries and provinces."""
    return LevelOneTable(_packaged_rows())


def level_one_table(own: object, *, key: str = "level_one") -> LevelOneTable:
    """The packaged table; a province's own rows replace all packaged rows of their codes.

    ``own`` is a list of tables as in khop.toml, ``key`` its path for messages. Raises ConfigError.
    """
    rows = read_rows(LevelOne, own, key)
    replaced = {row.code for row in rows}
    kept = (row for row in _packaged_rows() if row.code not in replaced)
    return LevelOneTable((*kept, *rows), key=key)


def _packaged_rows() -> tuple[LevelOne, ...]:
    table = load_table("level_one")
    lists = ("ministries", "provinces")
    return tuple(row for kind in lists for row in read_rows(LevelOne, table[kind]["rows"], kind))
