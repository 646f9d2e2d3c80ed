"""The table ``paper_match``: dossiers that rows of paper without a code may be about.

::

    paper_row without a code  --unit, procedure, applicant, day-->  paper_match

``likeness`` says when a row and a dossier differ. A row with a candidate is no case of its own
and no evidence of the dossier; people are shown the candidate and decide (docs/rules.md).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import groupby
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.mappings.time.calendar import DayError
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import paper_match, paper_row, source_record
from khop.sync.reconciling.batches import batches, parts
from khop.sync.reconciling.likeness import (
    TOLERANCE,
    Traits,
    UnitKinship,
    agreement,
    is_candidate,
    same_applicant,
    same_procedure,
)
from khop.sync.reconciling.near_dossiers import TIMES, Dossiers, number_of, traits_of
from khop.text.local_time import DAY_US, LOCAL_OFFSET_US

#: Rows of one working day that are compared at once with the dossiers near it.
_PART = 5_000
#: Rows of one read.
_PAGE = 1_000

#: (source, file, key of the row)
RowId = tuple[str, str, str]
#: (source, file, key of the row, code of the dossier)
MatchId = tuple[str, str, str, str]


def match_rows(
    connection: sa.Connection,
    tables: Tables,
    sources: Collection[str],
    only: Collection[str] | None = None,
) -> Iterator[set[str]]:
    """Bring ``paper_match`` up to date, part by part while it is read; gives the rows
    (``row:KEY``) of each part whose candidates changed.

    ``sources``: those whose rows and dossiers count. ``only``: codes and rows written since the
    last time (``ledger.dirty``); None for all.
    """
    work = _Matching(connection, tables, sources)
    groups = work.all_groups() if only is None else work.groups(work.rows_about(only))
    for part in groups:
        yield work.bring_up_to_date(part)


class _Matching:
    """Reads rows and dossiers of one transaction, and writes their candidates."""

    def __init__(self, connection: sa.Connection, tables: Tables, sources: Collection[str]) -> None:
        self._connection = connection
        self._calendar = tables.calendar
        self._units = UnitKinship(tables.units)
        # Filtered in Python: as a condition in SQL it makes the database choose a worse index.
        self._sources = frozenset(sources)

    def all_groups(self) -> Iterator[Sequence[sa.Row[Any]]]:
        """The groups of every row without a code, and of rows with a code that still have
        candidates."""
        for _, same_day in groupby(self._read(_UNCODED), self._day):
            yield from parts(same_day, _PART)
        yield from self.groups(self._select(_MATCHED.where(paper_row.c.code.is_not(None))))

    def rows_about(self, changed: Collection[str]) -> list[sa.Row[Any]]:
        """The rows that changed, the rows with a changed dossier, and those it may be about."""
        keys = sorted(name.removeprefix(ROW) for name in changed if name.startswith(ROW))
        codes = sorted(name for name in changed if not name.startswith(ROW))
        found: list[sa.Row[Any]] = []
        for part in batches(keys):
            found += self._select(_ROWS.where(paper_row.c.row_key.in_(part)))
        for part in batches(codes):
            found += self._select(_MATCHED.where(paper_match.c.code.in_(part)))
        dossiers = Dossiers(self._calendar)
        for part in batches(codes):
            self._add(dossiers, _DOSSIERS.where(source_record.c.code.in_(part)))
        if dossiers:
            uncoded = self._read(_UNCODED)
            found += [row for row in uncoded if any(dossiers.near(*self._compared(row)))]
        return list({row_id(row): row for row in found}.values())

    def groups(self, rows: Iterable[sa.Row[Any]]) -> Iterator[Sequence[sa.Row[Any]]]:
        """The rows in parts of one working day, whose dossiers are read together."""
        groups: dict[object, list[sa.Row[Any]]] = defaultdict(list)
        for row in rows:
            groups[self._day(row)].append(row)
        for same_day in groups.values():
            yield from parts(same_day, _PART)

    def _day(self, row: sa.Row[Any]) -> tuple[str, int | None]:
        """The dossier's time that is near the row's own, and the number of the working day."""
        traits, time = self._compared(row)
        return time, number_of(traits.day, self._calendar)

    def bring_up_to_date(self, rows: Sequence[sa.Row[Any]]) -> set[str]:
        """Write the candidates of these rows, of one part, that changed."""
        dossiers = self._dossiers([self._compared(row) for row in rows])
        wanted = {
            (*row_id(row), code): json.dumps(reasons)
            for row in rows
            for code, reasons in self._like(row, dossiers).items()
        }
        have = self._stored(map(row_id, rows))
        gone = [key for key in have if key not in wanted]
        new = {key: why for key, why in wanted.items() if have.get(key) != why}
        _write(self._connection, gone, new)
        return {f"{ROW}{key[2]}" for key in have.keys() ^ wanted.keys()}

    def _like(self, row: sa.Row[Any], dossiers: Dossiers) -> dict[str, tuple[str, ...]]:
        """The candidates of a row, with their reasons.

        Where none has enough in common with the row, but some do not differ from it: the first of
        them, by code.
        """
        traits, time = self._compared(row)
        found: dict[str, tuple[str, ...]] = {}
        first: tuple[str, tuple[str, ...]] | None = None
        for code, dossier in dossiers.near(traits, time):
            may_be_more = is_candidate(_easily_agreed(traits, dossier), dossier)
            if not may_be_more and first is not None and first[0] < code:
                continue
            agreed = agreement(traits, dossier, self._units, self._calendar)
            if agreed is None:
                continue
            if is_candidate(agreed, dossier):
                found[code] = max(found.get(code, ()), agreed, key=lambda why: (len(why), why))
            elif first is None or (code, agreed) < first:
                first = code, agreed
        return found or (dict([first]) if first else {})

    def _compared(self, row: sa.Row[Any]) -> tuple[Traits, str]:
        """What a row is compared on, and the dossier's time that is near its own; without a day for
        a row that has no candidates."""
        own, theirs = TIMES.get(row.kind, ("", ""))
        if row.code is not None or not own:
            return Traits(), ""
        # A name that is not certain finds its dossier too, and accuses nobody.
        return replace(traits_of(row, own), unread=frozenset()), theirs

    def _select(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        return list(self._read(query))

    def _read(self, query: sa.Select[Any]) -> Iterator[sa.Row[Any]]:
        """The rows, a few at a time. Meanwhile nothing is written that the query reads."""
        found = self._connection.execute(query, execution_options={"yield_per": _PAGE})
        return (row for row in found if row.source in self._sources)

    def _dossiers(self, rows: Sequence[tuple[Traits, str]]) -> Dossiers:
        """The dossiers that these rows, all of one working day, may be about."""
        found = Dossiers(self._calendar)
        (number, time), *_ = {(number_of(row.day, self._calendar), time) for row, time in rows}
        if number is None:
            return found
        for vague in self._vague:
            found.add(vague)
        us = source_record.c[f"{time}_us"]
        first, behind = self._span(number)
        near = sa.and_(us >= first, us < behind)
        self._add(found, _DOSSIERS.where(near, _of_applicants([row for row, _ in rows])))
        return found

    def _span(self, number: int) -> tuple[int, int]:
        """The first moment of the working days near one, and the first behind them."""
        first = self._calendar.first_with_ord(max(number - TOLERANCE, 1))
        try:
            behind = self._calendar.first_with_ord(number + TOLERANCE + 1)
        except DayError:
            behind = date.max
        return _midnight(first), _midnight(behind)

    def _add(self, dossiers: Dossiers, query: sa.Select[Any]) -> None:
        for row in self._select(query):
            if row.role == Role.ONE_STOP:
                dossiers.add(row)

    @cached_property
    def _vague(self) -> list[sa.Row[Any]]:
        """Dossiers with a day that could not be read."""
        named = sa.or_(*(_cannot_be_read(theirs) for _, theirs in TIMES.values()))
        found = self._select(_DOSSIERS.where(source_record.c.unread.is_not(None), named))
        return [row for row in found if row.role == Role.ONE_STOP]

    def _stored(self, rows: Iterable[RowId]) -> dict[MatchId, str]:
        files: dict[tuple[str, str], list[str]] = defaultdict(list)
        for source, file, key in rows:
            files[source, file].append(key)
        found: dict[MatchId, str] = {}
        for (source, file), keys in files.items():
            query = sa.select(paper_match).where(
                paper_match.c.source == source,
                paper_match.c.file == file,
                paper_match.c.row_key.in_(keys),
            )
            for row in self._connection.execute(query):
                found[row.source, row.file, row.row_key, row.code] = row.reasons
        return found


def _midnight(day: date) -> int:
    return (day - date(1970, 1, 1)).days * DAY_US - LOCAL_OFFSET_US


def _of_applicants(rows: Iterable[Traits]) -> sa.ColumnElement[bool]:
    """The dossiers whose applicant does not differ from that of each of these rows."""
    rows = list(rows)
    key, kind = source_record.c.applicant_key, source_record.c.applicant_kind
    kinds = {row.applicant_kind if row.applicant_key else None for row in rows}
    if None in kinds or len(kinds) > 1:
        return sa.true()
    keys = sorted({row.applicant_key for row in rows if row.applicant_key})
    vague = sa.or_(*map(_cannot_be_read, _APPLICANT))
    return sa.or_(key.in_(keys), key.is_(None), kind.is_(None), kind.not_in(kinds), vague)


def _cannot_be_read(name: str) -> sa.ColumnElement[bool]:
    return source_record.c.unread.contains(f" {name} ")


def _easily_agreed(row: Traits, dossier: Traits) -> tuple[str, ...]:
    """What a row and a dossier agree in, if they have one unit."""
    one_applicant, one_procedure = same_applicant(row, dossier), same_procedure(row, dossier)
    agreed = {"unit": True, "applicant": one_applicant, "procedure": one_procedure}
    return tuple(name for name, agrees in agreed.items() if agrees)


def row_id(row: sa.Row[Any]) -> RowId:
    return row.source, row.file, row.row_key


def _write(connection: sa.Connection, gone: Sequence[MatchId], new: Mapping[MatchId, str]) -> None:
    if gone:
        at = [
            paper_match.c[name] == sa.bindparam(f"of_{name}")
            for name in ("source", "file", "row_key", "code")
        ]
        keys = [
            {"of_source": s, "of_file": f, "of_row_key": k, "of_code": c} for s, f, k, c in gone
        ]
        connection.execute(sa.delete(paper_match).where(*at), keys)
    if new:
        rows = [
            {"source": s, "file": f, "row_key": k, "code": c, "reasons": why}
            for (s, f, k, c), why in new.items()
        ]
        connection.execute(_UPSERT, rows)


#: As the column ``unread`` names an applicant who may be any: an owner is known by name alone.
_APPLICANT = ("applicant_key", "owner")
_COMPARED = ("unit", "unit_code", "procedure", "applicant_key", "applicant_kind", "unread")


def _columns(table: sa.Table, *names: str) -> list[sa.Column[Any]]:
    times = {pair[table is source_record] for pair in TIMES.values()}
    pairs = [f"{time}{suffix}" for time in sorted(times) for suffix in ("_us", "_day")]
    return [table.c[name] for name in ("source", "code", *names, *_COMPARED, *pairs)]


_ID = ("source", "file", "row_key")
_ROWS = sa.select(*_columns(paper_row, "file", "row_key", "kind")).order_by(
    *(paper_row.c[name] for name in _ID)
)
#: Every row without a code, those of one kind and day one after the other.
_UNCODED = (
    _ROWS.where(paper_row.c.code.is_(None))
    .order_by(None)
    .order_by(
        paper_row.c.kind,
        sa.case(
            {str(kind): paper_row.c[f"{own}_us"] for kind, (own, _) in TIMES.items()},
            value=paper_row.c.kind,
        ),
        *(paper_row.c[name] for name in _ID),
    )
)
_MATCHED = _ROWS.join(
    paper_match, sa.and_(*(paper_row.c[name] == paper_match.c[name] for name in _ID))
).distinct()
_DOSSIERS = sa.select(*_columns(source_record, "role"))

_UPSERT = sa.text(
    f"INSERT INTO {paper_match.name} (source, file, row_key, code, reasons) "
    "VALUES (:source, :file, :row_key, :code, :reasons) "
    "ON CONFLICT (source, file, row_key, code) DO UPDATE SET reasons = excluded.reasons"
)
