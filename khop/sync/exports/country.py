"""Findings of several provinces in one ledger, from their exports.

The ledger is the supervising body's own and has nothing but such findings: each province's are
written in one transaction, and those of a province that is not compared this time stay.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime

import sqlalchemy as sa

from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.sync.exports.judging import Export, Judged, judge_export
from khop.sync.exports.subjects import of_province, stored_subjects
from khop.sync.ledger import dirty
from khop.sync.reconciling.finding_states import write_findings
from khop.sync.reconciling.increments import (
    OF_EXPORTS,
    basis_digest,
    read_last_reconcile,
    write_last_reconcile,
)
from khop.sync.reconciling.reconcile import Scope, basis_of, check_now
from khop.sync.reconciling.rule_query import active_rules
from khop.sync.reconciling.rules import Clock
from khop.sync.reconciling.spark_session import Spark
from khop.sync.results import CountrySummary, RuleCount, SharedCode
from khop.sync.run_context import RunContext
from khop.text.local_time import local_text

RECONCILE = "reconcile"


@dataclass(frozen=True, slots=True)
class Country:
    """The comparison of some provinces. ``clock``: its ``now`` is when findings are written.
    ``fixed``: judge all provinces at this moment, not each at that of its export."""

    context: RunContext
    clock: Clock
    fixed: datetime | None

    def of(self, export: Export) -> Clock:
        """The clock that the rules measure with."""
        return replace(self.clock, now=self.fixed or export.manifest.made)

    @property
    def now_us(self) -> int:
        return Instant.of(self.clock.now).us


def check_ledger(connection: sa.Connection) -> None:
    """Raises KhopError for a ledger with findings of sources of its own."""
    last = read_last_reconcile(connection)
    if last is not None and not last.basis.startswith(OF_EXPORTS):
        raise KhopError(
            "this ledger has findings of its own sources: exports of provinces are compared in a "
            "ledger of their own"
        )


def reconcile_provinces(country: Country, spark: Spark, exports: Sequence[Export]) -> Provinces:
    """Run the rules over each export, and bring the findings of its province up to date."""
    progress = country.context.progress
    progress.start(RECONCILE, sum(export.manifest.buckets for export in exports))
    done = Provinces(country)
    for export in exports:
        clock = country.of(export)
        check_now(clock)
        judged = judge_export(
            spark, export, clock, _basis(clock, export), lambda: progress.advance(RECONCILE)
        )
        with country.context.write() as connection:
            done.write(connection, export, judged)
    progress.finish(RECONCILE)
    return done


def _basis(clock: Clock, export: Export) -> str:
    said = export.manifest
    scope = Scope(said.sources, said.one_stops)
    return basis_digest(clock.settings, basis_of(clock.tables, scope, said.lists_complete))


class Provinces:
    """What was written of the provinces so far."""

    def __init__(self, country: Country) -> None:
        self._country = country
        self._made: dict[str, str] = {}
        self._sums: Counter[str] = Counter()
        self._counts: dict[str, RuleCount] = {}

    def write(self, connection: sa.Connection, export: Export, judged: Judged) -> None:
        """Bring the findings of a province up to date."""
        country, province = self._country, export.manifest.province
        last = read_last_reconcile(connection)
        found = sorted(
            (of_province(each, province) for each in judged.found), key=lambda each: each.key
        )
        counts = write_findings(
            connection,
            found,
            country.now_us,
            before_us=None if last is None else last.now_us,
            subjects={*stored_subjects(connection, province), *(each.subject for each in found)},
        )
        self._add(counts.values())
        self._sums.update(cases=judged.cases, unmapped=judged.unmapped, excused=judged.excused)
        self._made[province] = local_text(export.manifest.made_us)
        sizes = self._sums["cases"], self._sums["unmapped"]
        write_last_reconcile(connection, country.now_us, f"{OF_EXPORTS}{province}", *sizes)
        # Decisions of people mark dossiers to be compared again. All of them are.
        dirty.take(connection)
        dirty.drop_taken(connection)

    def summary(self, run: int, shared: Sequence[SharedCode]) -> CountrySummary:
        rules = active_rules(self._country.clock.settings)
        none = RuleCount("", 0, 0, 0, 0)
        return CountrySummary(
            run=run,
            cases=self._sums["cases"],
            unmapped=self._sums["unmapped"],
            excused=self._sums["excused"],
            provinces=dict(self._made),
            counts=tuple(self._counts.get(r.id, replace(none, rule=r.id)) for r in rules),
            shared=tuple(shared),
        )

    def _add(self, counts: Iterable[RuleCount]) -> None:
        """What happened in this province is added; how many there are is of the whole ledger."""
        for count in counts:
            before = self._counts.get(count.rule, count)
            happened = (
                {}
                if before is count
                else {
                    name: getattr(before, name) + getattr(count, name)
                    for name in ("new", "reopened", "resolved")
                }
            )
            self._counts[count.rule] = replace(count, **happened)
