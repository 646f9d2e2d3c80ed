"""Reconciling: the rules over the cases, and the findings brought up to date (docs/rules.md).

::

    cases that can have changed -> rules, one query -> findings in the ledger
        (increments)                 (rule_query)        (finding_states)

A run over the same ledger at the same ``now`` changes nothing. A run that looks only at the cases
that can have changed finds what a run over all cases finds.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from khop.config.domain_tables import Tables
from khop.config.model import ReconcileSettings
from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.mappings.time.calendar import DayError
from khop.sync.ledger import Ledger, dirty
from khop.sync.ledger.schema import cursor
from khop.sync.reconciling.buckets.case_buckets import Room, case_buckets
from khop.sync.reconciling.buckets.outcome import Outcome
from khop.sync.reconciling.buckets.work_folder import work_folder
from khop.sync.reconciling.cases.days import day_table
from khop.sync.reconciling.finding_states import write_findings
from khop.sync.reconciling.increments import (
    OF_EXPORTS,
    basis_digest,
    is_better_whole,
    note_begin,
    read_last_reconcile,
    subjects_to_see,
    write_last_reconcile,
)
from khop.sync.reconciling.ledger_inputs import Selection
from khop.sync.reconciling.matching import match_rows
from khop.sync.reconciling.near_codes import match_codes
from khop.sync.reconciling.rechecks import write_rechecks
from khop.sync.reconciling.rule_query import active_rules, judge
from khop.sync.reconciling.rules import RULES, Clock
from khop.sync.reconciling.rules.excuses import spans_us
from khop.sync.results import NoProgress, Progress, RuleCount
from khop.text.digest import hex_digest
from khop.version import __version__

#: The task whose progress is shown: buckets of cases.
_TASK = "reconcile"


@dataclass(frozen=True, slots=True)
class Reconciled:
    """What a reconcile saw and changed. ``subjects``: how many were looked at; None means all."""

    cases: int
    unmapped: int
    counts: tuple[RuleCount, ...]
    subjects: int | None = None
    excused: int = 0


@dataclass(frozen=True, slots=True)
class Scope:
    """``sources``: those that count. ``one_stops``: those of them that list dossiers."""

    sources: Sequence[str]
    one_stops: Sequence[str]


def reconcile(
    ledger: Ledger,
    clock: Clock,
    scope: Scope,
    *,
    whole: bool = False,
    memory_mb: int = ReconcileSettings().memory_mb,
    progress: Progress | None = None,
    on_write: Callable[[sa.Connection, Reconciled], None] = lambda connection, done: None,
) -> Reconciled:
    """Run the rules at the ``now`` of the clock and bring the findings up to date.

    Looks at the cases that can have changed since the last reconcile. Looks at all of them when
    ``whole``, when there was no reconcile, when ``now`` lies before the last one, when rules,
    numbers, calendar or sources differ from those of the last one, and when very many changed.
    ``memory_mb``: what the process may take (``case_buckets``). ``progress``: tells of the buckets
    of cases. ``on_write`` is called in the transaction that writes the findings. Raises KhopError
    for a ``now`` outside of the calendar, LedgerError.
    """
    check_now(clock)
    told = progress or NoProgress()
    told.start(_TASK)
    run = _begin(ledger, clock, scope, whole)
    with work_folder(ledger.database.work_place) as folder:
        outcome = Outcome(folder)
        _judge(ledger, run, Room(memory_mb, folder), outcome, told)
        with ledger.write() as connection:
            done = _write(connection, run, outcome)
            on_write(connection, done)
    told.finish(_TASK)
    return done


@dataclass(frozen=True, slots=True)
class _Run:
    """What is settled before the rules run. ``last``: the row of the last reconcile. ``subjects``:
    what the run looks at; None means all cases."""

    clock: Clock
    scope: Scope
    phantoms: bool
    basis: str
    last: sa.Row[Any] | None
    subjects: set[str] | None

    @property
    def now_us(self) -> int:
        return Instant.of(self.clock.now).us


def _begin(ledger: Ledger, clock: Clock, scope: Scope, whole: bool) -> _Run:
    """Choose the subjects of this run, and bring the candidates of rows of paper up to date."""
    phantoms = lists_complete(ledger, scope.one_stops)
    basis = basis_digest(clock.settings, basis_of(clock.tables, scope, phantoms))
    now_us = Instant.of(clock.now).us
    with ledger.write() as connection:
        last = read_last_reconcile(connection)
        if last is None:
            note_begin(connection, now_us)
        elif last.basis.startswith(OF_EXPORTS):
            raise KhopError(
                "the findings of this ledger come from exports of provinces: compare them with "
                "`khop reconcile --engine spark`"
            )
        changed = dirty.take(connection)
        subjects = None
        if not (
            whole
            or last is None
            or last.basis != basis
            or now_us < last.now_us
            or is_better_whole(changed, last.cases)
        ):
            subjects = subjects_to_see(connection, dirty.taken(connection), now_us)
        codes = match_codes(connection, clock.tables, scope.sources, subjects)
        rows = match_rows(connection, clock.tables, scope.sources, subjects)
        for part in chain([codes], rows):
            # Commit these marks first, so that the run after an aborted one looks at them too.
            dirty.mark(connection, part)
            if subjects is not None:
                subjects |= part
        dirty.take(connection)
    return _Run(clock, scope, phantoms, basis, last, subjects)


def _judge(ledger: Ledger, run: _Run, room: Room, outcome: Outcome, progress: Progress) -> None:
    """Run the rules over the cases of the subjects."""
    if run.subjects is not None and not run.subjects:
        return
    only = None if run.subjects is None else sorted(run.subjects)
    with case_buckets(
        ledger,
        Selection(run.phantoms, only, run.scope.sources, run.scope.one_stops),
        room,
        extra={"day": day_table(run.clock.calendar)},
        shapes=run.clock.tables.codes.dossier,
        migrations=spans_us(run.clock.settings.migrations),
    ) as buckets:
        for cases in buckets.cases:
            judge(cases, run.clock, run.basis, outcome)
            progress.advance(_TASK, total=buckets.number)


def _write(connection: sa.Connection, run: _Run, outcome: Outcome) -> Reconciled:
    """Bring findings, rechecks and the row of the last reconcile up to date."""
    last, subjects, now_us = run.last, run.subjects, run.now_us
    before_us = None if last is None else last.now_us
    counts = write_findings(
        connection, outcome.found(), now_us, before_us=before_us, subjects=subjects
    )
    write_rechecks(connection, outcome.rechecks(), subjects)
    sizes = outcome if last is None or subjects is None else last
    write_last_reconcile(connection, now_us, run.basis, sizes.cases, sizes.unmapped)
    dirty.drop_taken(connection)
    return Reconciled(
        cases=sizes.cases,
        unmapped=sizes.unmapped,
        counts=tuple(
            counts.get(rule.id, RuleCount(rule.id, 0, 0, 0, 0))
            for rule in active_rules(run.clock.settings)
        ),
        subjects=None if subjects is None else len(subjects),
        excused=outcome.excused,
    )


def lists_complete(ledger: Ledger, one_stops: Sequence[str]) -> bool:
    """Whether each of these lists was read to its end at least once."""
    with ledger.read() as connection:
        read = connection.scalars(sa.select(cursor.c.source).where(cursor.c.complete))
        return bool(one_stops) and set(one_stops) <= set(read)


def check_now(clock: Clock) -> None:
    """Raises KhopError when the calendar does not count today."""
    try:
        clock.calendar.first_with_ord(clock.today_ord)
    except DayError as error:
        raise KhopError(f"the rules cannot run at {clock.now:%Y-%m-%d}: {error.reason}") from None


def basis_of(tables: Tables, scope: Scope, phantoms: bool) -> Mapping[str, Any]:
    """What findings depend on beside the cases and the settings of the rules."""
    own = tables.own
    return {
        "version": __version__,
        "known_rules": list(RULES),
        "calendar": own.calendar.model_dump(mode="json"),
        "codes": own.codes,
        "transitions": own.transitions,
        "units": [_digest(tables, name) for name in (own.units.file, own.units.relations)],
        "sources": (list(scope.sources), list(scope.one_stops)),
        "phantoms": phantoms,
    }


def _digest(tables: Tables, name: Path | None) -> str:
    """Digest of a file of the province's units."""
    content = b"" if name is None else (tables.folder / name).read_bytes()
    return hex_digest(content)
