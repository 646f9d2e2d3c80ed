"""The table ``paper_match``: dossiers that rows of paper without a code may be about.

::

    paper_row without a code  --unit, procedure, applicant, day-->  paper_match

``likeness`` says when a row and a dossier are alike. A row with a candidate is no case of its own
and no evidence of the dossier; people are shown the candidate and decide (docs/rules.md).
"""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from datetime import date
from functools import cached_property
from itertools import product
from typing import Any

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.records import PaperKind
from khop.mappings.time.calendar import DayError, WorkingCalendar
from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.record_rows import instant_of_row
from khop.sync.ledger.schema import paper_match, paper_row, source_record
from khop.sync.reconciling.batches import batches
from khop.sync.reconciling.likeness import TOLERANCE, Traits, UnitKinship, candidates

#: (source, file, key of the row)
RowId = tuple[str, str, str]
#: (source, file, key of the row, code of the dossier)
MatchId = tuple[str, str, str, str]

#: For each kind of row: its time, and the dossier's time that has to be near it. Rows of other
#: kinds are not compared.
_TIMES: Mapping[str, tuple[str, str]] = {
    PaperKind.LOGBOOK: ("received", "received"),
    PaperKind.REGISTER: ("signed", "finished"),
}


def match_rows(
    connection: sa.Connection,
    tables: Tables,
    sources: Collection[str],
    only: Collection[str] | None = None,
) -> set[str]:
    """Bring ``paper_match`` up to date; the rows (``row:KEY``) whose candidates changed.

    ``sources``: those whose rows and dossiers count. ``only``: codes and rows written since the
    last time (``ledger.dirty``); None for all.
    """
    work = _Matching(connection, tables, sources)
    changed: set[str] = set()
    for part in batches(work.rows() if only is None else work.rows_about(only)):
        changed |= work.bring_up_to_date(part)
    return changed


class _Matching:
    """Reads rows and dossiers of one transaction, and writes their candidates."""

    def __init__(self, connection: sa.Connection, tables: Tables, sources: Collection[str]) -> None:
        self._connection = connection
        self._calendar = tables.calendar
        self._units = UnitKinship(tables.units)
        # Filtered in Python: as a condition in SQL it makes the database choose a worse index.
        self._sources = frozenset(sources)

    def rows(self) -> list[sa.Row[Any]]:
        """Every row without a code, and rows with a code that still have candidates."""
        return self._select(_ROWS.where(paper_row.c.code.is_(None))) + [
            row for row in self._select(_MATCHED) if row.code is not None
        ]

    def rows_about(self, changed: Collection[str]) -> list[sa.Row[Any]]:
        """The rows that changed, and the rows with a changed dossier or its applicant."""
        keys = sorted(name.removeprefix(ROW) for name in changed if name.startswith(ROW))
        codes = sorted(name for name in changed if not name.startswith(ROW))
        found: list[sa.Row[Any]] = []
        for part in batches(keys):
            found += self._select(_ROWS.where(paper_row.c.row_key.in_(part)))
        for part in batches(codes):
            found += self._select(_MATCHED.where(paper_match.c.code.in_(part)))
        applicants = self._applicants(codes)
        if None in applicants:  # may be the applicant of any row
            return self.rows()
        for part in batches(sorted(filter(None, applicants))):
            theirs = paper_row.c.applicant_key.in_(part)
            found += self._select(_ROWS.where(theirs, paper_row.c.code.is_(None)))
        return list({row_id(row): row for row in found}.values())

    def bring_up_to_date(self, rows: Sequence[sa.Row[Any]]) -> set[str]:
        """Write the candidates of these rows that changed."""
        dossiers = self._dossiers({row.applicant_key for row in rows if row.applicant_key})
        wanted = {
            (*row_id(row), code): json.dumps(reasons)
            for row in rows
            for code, reasons in self._like(row, dossiers).items()
        }
        have = self._stored(map(row_id, rows))
        gone = [key for key in have if key not in wanted]
        new = {key: why for key, why in wanted.items() if have.get(key) != why}
        _write(self._connection, gone, new)
        return {f"{ROW}{key[2]}" for key in (*gone, *new)}

    def _like(self, row: sa.Row[Any], dossiers: _Dossiers) -> dict[str, tuple[str, ...]]:
        if row.code is not None or row.kind not in _TIMES:
            return {}
        own, theirs = _TIMES[row.kind]
        # A name that is not certain finds its dossier too, and accuses nobody.
        traits = replace(_traits(row, own), unread=frozenset())
        found: dict[str, tuple[str, ...]] = {}
        for code, dossier in dossiers.near(traits, theirs):
            found |= candidates(traits, {code: dossier}, self._units, self._calendar)
        return found

    def _select(self, query: sa.Select[Any]) -> list[sa.Row[Any]]:
        return [row for row in self._connection.execute(query) if row.source in self._sources]

    def _applicants(self, codes: Sequence[str]) -> set[str | None]:
        """The applicants of these dossiers; None for one that could not be read."""
        found: set[str | None] = set()
        for part in batches(codes):
            query = _APPLICANTS.where(source_record.c.code.in_(part))
            for key, unread in self._connection.execute(query):
                if any(name in (unread or "") for name in _APPLICANTS_UNREAD):
                    found.add(None)
                elif key:
                    found.add(key)
        return found

    def _dossiers(self, applicants: Collection[str]) -> _Dossiers:
        found = _Dossiers(self._calendar)
        for row in self._of_any_applicant:
            found.add(row)
        for part in batches(sorted(applicants)):
            query = _DOSSIERS.where(source_record.c.applicant_key.in_(part))
            for row in self._select(query):
                if row.role == Role.ONE_STOP:
                    found.add(row)
        return found

    @cached_property
    def _of_any_applicant(self) -> list[sa.Row[Any]]:
        """Dossiers whose applicant could not be read, or that have an owner beside."""
        written = source_record.c.unread
        named = sa.or_(*(written.contains(name) for name in _APPLICANTS_UNREAD))
        found = self._select(_DOSSIERS.where(written.is_not(None), named))
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


class _Dossiers:
    """Dossiers of some applicants, found by applicant, procedure and working day. One of the three
    that could not be read is found by any."""

    def __init__(self, calendar: WorkingCalendar) -> None:
        self._calendar = calendar
        self._found: dict[object, list[tuple[str, Traits]]] = defaultdict(list)
        self._any_found = False

    def add(self, row: sa.Row[Any]) -> None:
        for time in {theirs for _, theirs in _TIMES.values()}:
            traits = _traits(row, time)
            number = self._number(traits.day)
            if number is not None or "day" in traits.unread:
                self._any_found = self._any_found or bool(traits.unread)
                place = _place(time, traits, number)
                self._found[place].append((row.code, traits))

    def near(self, traits: Traits, time: str) -> Iterator[tuple[str, Traits]]:
        """(code, traits) of the dossiers whose ``time`` is near the day of these traits."""
        if (number := self._number(traits.day)) is None:
            return
        _, applicant, procedure, _ = _place(time, traits, number)
        days: list[int | None] = list(range(number - TOLERANCE, number + TOLERANCE + 1))
        any_of = (None,) if self._any_found else ()
        for place in product((time,), (applicant, *any_of), (procedure, *any_of), (*days, *any_of)):
            yield from self._found.get(place, ())

    def _number(self, day: date | None) -> int | None:
        try:
            return None if day is None else self._calendar.ord(day)
        except DayError:
            return None


def row_id(row: sa.Row[Any]) -> RowId:
    return row.source, row.file, row.row_key


def _traits(row: sa.Row[Any], time: str) -> Traits:
    """What a row of ``paper_row`` or ``source_record`` is compared on; ``time`` gives the day."""
    instant = instant_of_row(row._mapping, time)
    return Traits(
        row.unit,
        row.unit_code,
        row.procedure,
        row.applicant_key,
        None if instant is None else instant.local_date,
        _unread(row.unread, time) if row.unread else frozenset(),
    )


def _unread(written: str, time: str) -> frozenset[str]:
    """The reasons that a column ``unread`` makes unknown."""
    of = {"unit": "unit", "unit_code": "unit", "procedure": "procedure", time: "day"}
    of |= dict.fromkeys(("applicant_key", "owner"), "applicant")
    return frozenset(of[name] for name in written.split() if name in of)


def _place(
    time: str, traits: Traits, number: int | None
) -> tuple[str, str | None, str | None, int | None]:
    """Where a dossier is found; None for what may be any."""
    applicant, procedure = traits.applicant_key or "", base_procedure(traits.procedure or "") or ""
    return (
        time,
        None if "applicant" in traits.unread else applicant,
        None if "procedure" in traits.unread else procedure,
        number,
    )


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


_COMPARED = ("unit", "unit_code", "procedure", "applicant_key", "unread")
#: As the column ``unread`` names it.
_APPLICANTS_UNREAD = (" applicant_key ", " owner ")
_APPLICANTS = sa.select(source_record.c.applicant_key, source_record.c.unread)


def _columns(table: sa.Table, *names: str) -> list[sa.Column[Any]]:
    times = {pair[table is source_record] for pair in _TIMES.values()}
    pairs = [f"{time}{suffix}" for time in sorted(times) for suffix in ("_us", "_day")]
    return [table.c[name] for name in ("source", "code", *names, *_COMPARED, *pairs)]


_ID = ("source", "file", "row_key")
_ROWS = sa.select(*_columns(paper_row, "file", "row_key", "kind")).order_by(
    paper_row.c.applicant_key, *(paper_row.c[name] for name in _ID)
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
