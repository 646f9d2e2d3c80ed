"""The table ``near_code``: codes that are no dossier's, but may mean one (docs/rules.md).

::

    code on paper, or on the portal  --other spelling, look-alike letter-->  near_code

Such a code is no case of its own, and nothing that was said under it is evidence of the dossier;
people are shown it beside the dossier and decide. ``mappings.codes.near`` says which codes are
near.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.mappings.codes.dossier import parse_code
from khop.mappings.codes.near import spellings
from khop.mappings.time.calendar import LAST_DAY
from khop.sync.ledger.codes import codes_of_dossiers
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import near_code, paper_row, presence, record_alias, source_record
from khop.sync.reconciling.batches import batches

#: Codes whose spellings are looked for at once; each has about sixty.
_STRIDE = 200


def match_codes(
    connection: sa.Connection,
    tables: Tables,
    sources: Collection[str],
    only: Collection[str] | None = None,
) -> set[str]:
    """Bring ``near_code`` up to date; the codes whose candidates changed.

    ``sources``: those whose rows and dossiers count. ``only``: codes written since the last time
    (``ledger.dirty``); None for all.
    """
    work = _Matching(connection, tables, frozenset(sources))
    if only is None:
        return work.bring_up_to_date(work.named() | work.matched())
    codes = {name for name in only if not name.startswith(ROW)}
    return work.bring_up_to_date(codes | work.affected_by(codes))


class _Matching:
    """Reads codes of one transaction, and writes which dossiers they may mean."""

    def __init__(self, connection: sa.Connection, tables: Tables, sources: frozenset[str]) -> None:
        self._connection = connection
        self._units = tables.units
        self._grammar = tables.codes
        self._sources = sources

    def named(self) -> set[str]:
        """The codes on paper, and those that the portal has, which no dossier has."""
        found = self._connection.execute(_NAMED)
        return {row.code for row in found if row.source in self._sources}

    def matched(self) -> set[str]:
        """The codes with candidates."""
        return set(self._connection.scalars(sa.select(near_code.c.code).distinct()))

    def affected_by(self, changed: Iterable[str]) -> set[str]:
        """The named codes that may mean a dossier under a changed code."""
        wanted = sorted({other for code in changed for other in self._spellings(code)})
        found: set[str] = set()
        for part in batches(wanted):
            for table in (paper_row, presence):
                found.update(
                    self._connection.scalars(sa.select(table.c.code).where(table.c.code.in_(part)))
                )
        for part in batches(sorted(changed)):
            query = sa.select(near_code.c.code).where(near_code.c.dossier.in_(part))
            found.update(self._connection.scalars(query))
        return found

    def bring_up_to_date(self, codes: Collection[str]) -> set[str]:
        changed: set[str] = set()
        ordered = sorted(codes)
        for start in range(0, len(ordered), _STRIDE):
            changed |= self._bring(ordered[start : start + _STRIDE])
        return changed

    def _bring(self, codes: list[str]) -> set[str]:
        wanted = self._candidates(codes)
        have: dict[str, set[str]] = defaultdict(set)
        query = sa.select(near_code).where(near_code.c.code.in_(codes))
        for row in self._connection.execute(query):
            have[row.code].add(row.dossier)
        changed = {code for code in codes if have[code] != wanted.get(code, set())}
        if changed:
            gone = sa.delete(near_code).where(near_code.c.code.in_(sorted(changed)))
            self._connection.execute(gone)
            new = [
                {"code": code, "dossier": dossier}
                for code in sorted(changed)
                for dossier in sorted(wanted.get(code, ()))
            ]
            if new:
                self._connection.execute(sa.insert(near_code), new)
        return changed

    def _candidates(self, codes: list[str]) -> Mapping[str, set[str]]:
        """The dossiers that each of these codes may mean; a dossier's own code means that one."""
        own = codes_of_dossiers(self._connection, codes)
        others = {code: self._spellings(code) for code in codes if code not in own}
        dossiers: set[str] = set()
        for part in batches(sorted({each for found in others.values() for each in found})):
            query = sa.select(source_record.c.code, source_record.c.source).where(
                source_record.c.code.in_(part), source_record.c.role == Role.ONE_STOP.value
            )
            found = self._connection.execute(query)
            dossiers.update(row.code for row in found if row.source in self._sources)
        near = {
            code: {each for each in found & dossiers if not self._two_units(code, each)}
            for code, found in others.items()
        }
        return {code: found for code, found in near.items() if found}

    def _spellings(self, code: str) -> frozenset[str]:
        return spellings(code, self._grammar)

    def _two_units(self, one: str, other: str) -> bool:
        """Whether the codes are of two units of the province's table."""
        first, second = (self._unit(code) for code in (one, other))
        return first is not None and second is not None and first != second

    def _unit(self, code: str) -> Any:
        parts = parse_code(code, self._grammar)
        if parts.unit is None:
            return None
        found = self._units.of_code(parts.unit, parts.date or LAST_DAY)
        return None if found is None else found.id


def _of_no_dossier(table: sa.Table) -> sa.ColumnElement[bool]:
    own = sa.select(source_record.c.code).where(
        source_record.c.code == table.c.code, source_record.c.role == Role.ONE_STOP.value
    )
    alias = sa.select(record_alias.c.alias).where(record_alias.c.alias == table.c.code)
    return sa.and_(~own.exists(), ~alias.exists())


_NAMED = sa.union_all(
    sa.select(paper_row.c.code, paper_row.c.source).where(
        paper_row.c.code.is_not(None), _of_no_dossier(paper_row)
    ),
    sa.select(presence.c.code, presence.c.source).where(
        presence.c.presence == "present", _of_no_dossier(presence)
    ),
)
