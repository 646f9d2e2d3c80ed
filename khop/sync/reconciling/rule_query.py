"""The rules as columns of one query over the cases.

A case whose one-stop state is unmapped fires no rule; a rule does not fire for a case that an
excuse covers. The SQL is kept for all runs of the process with one configuration: what depends on
``now`` and on numbers stands in the table ``run_values`` (``rules.clock``).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache, reduce
from operator import or_
from typing import NamedTuple

import ibis
import ibis.expr.types as ir

from khop.config.model import RuleSettings
from khop.sync.reconciling.buckets.outcome import Outcome
from khop.sync.reconciling.evidence import found_by
from khop.sync.reconciling.finding_states import Found
from khop.sync.reconciling.rechecks import aging_cases, recheck_rows
from khop.sync.reconciling.rules import RULES, Clock, Rule
from khop.sync.reconciling.rules.clock import RUN_VALUES, Limit, Value, run_values
from khop.sync.reconciling.rules.excuses import excused, has_excuses
from khop.sync.reconciling.rules.rule import fires
from khop.sync.reconciling.sql import Question, garbage_left, question
from khop.sync.reconciling.warehouse import Cases


def active_rules(settings: RuleSettings) -> list[Rule]:
    """The rules that are not turned off."""
    return [rule for rule in RULES.values() if rule.id not in settings.off]


def judge(cases: Cases, clock: Clock, key: str, outcome: Outcome) -> None:
    """Run the rules over cases of a ledger (``warehouse.ledger_cases``); adds to the outcome.

    ``key`` names the configuration: clocks with the same key, whatever their ``now``, give the
    same queries.
    """
    asked = prepared(cases, clock, key)
    aging = cases.run(asked.aging) if asked.aging is not None else ()
    outcome.add(found(cases, asked, clock), recheck_rows(aging, asked.limits, clock))
    counted = sizes(cases, asked)
    outcome.cases += counted.cases
    outcome.unmapped += counted.unmapped
    outcome.excused += counted.excused


def prepared(cases: Cases, clock: Clock, key: str) -> Questions:
    """The queries about these cases, once the values of the run are where the queries read them.
    ``key``: as in ``judge``."""
    asked = questions(KeyedClock(key, clock), cases.table.schema(), cases.dialect)
    if asked.values:
        cases.load(RUN_VALUES, run_values(asked.values, clock))
    return asked


def found(cases: Cases, asked: Questions, clock: Clock) -> Iterator[Found]:
    """The findings of all rules."""
    rules, names = active_rules(clock.settings), clock.tables.unit_names
    for row in cases.run(asked.flagged) if asked.flagged is not None else ():
        for rule in rules:
            if row[f"fires_{rule.id}"]:
                yield found_by(rule, row, names)


class Sizes(NamedTuple):
    """How many cases there are, how many with a one-stop state that no table knows, and how often
    an excuse kept a rule from firing."""

    cases: int
    unmapped: int
    excused: int


def sizes(cases: Cases, asked: Questions) -> Sizes:
    (counts,) = cases.run(asked.counts)
    (excuses,) = cases.run(asked.excused) if asked.excused is not None else ({},)
    return Sizes(
        cases=int(counts["total"]),
        unmapped=int(counts["unmapped"] or 0),
        excused=sum(count or 0 for count in excuses.values()),
    )


@dataclass(frozen=True, slots=True)
class KeyedClock:
    """A clock that is compared with others by its ``key`` alone."""

    key: str
    clock: Clock = field(compare=False)


@dataclass(frozen=True, slots=True)
class Questions:
    """The queries of a run; None where no rule could answer. ``limits``: of the columns of
    ``aging``. ``values``: of the run, which the queries read."""

    flagged: Question | None
    excused: Question | None
    aging: Question | None
    counts: Question
    limits: tuple[Limit, ...]
    values: Mapping[str, Value]


@lru_cache(maxsize=16)
@garbage_left()
def questions(keyed: KeyedClock, schema: ibis.Schema, dialect: str) -> Questions:
    """The queries about cases of this schema. They are kept."""
    cases, clock = ibis.table(schema, "cases"), keyed.clock.afresh()
    rules = active_rules(clock.settings)
    flags = flagged(cases, rules, clock) if rules else None
    excuses = _excused_counts(cases, rules, clock)
    aging = aging_cases(cases, clock)

    def asked(expression: ir.Table | None) -> Question | None:
        if expression is None:
            return None
        return question(clock.asked.in_query(expression, cases), dialect)

    return Questions(
        flagged=asked(flags),
        excused=asked(excuses),
        aging=asked(aging),
        counts=question(_counts(cases), dialect),
        limits=clock.asked.limits,
        values=clock.asked.values,
    )


def flagged(cases: ir.Table, rules: Sequence[Rule], clock: Clock) -> ir.Table:
    """The cases for which at least one rule fires, with a column ``fires_RULE`` for each rule and
    ``graver_RULE`` for each rule whose severity depends on the case."""
    fired = {
        f"fires_{rule.id}": ~excused(cases, rule, clock) & condition
        if has_excuses(rule, clock.settings)
        else condition
        for rule, condition in _conditions(cases, rules, clock)
    }
    graver = {
        f"graver_{rule.id}": fires(rule.graver(cases, clock.of(rule.id)))
        for rule in rules
        if rule.graver is not None
    }
    flags = cases.mutate(**fired, **graver)
    return flags.filter(reduce(or_, (flags[name] for name in fired)))


def _conditions(
    cases: ir.Table, rules: Iterable[Rule], clock: Clock
) -> Iterator[tuple[Rule, ir.BooleanValue]]:
    """Each rule as a boolean over the cases, excuses aside."""
    mapped = cases.os_status.notnull() | cases.os_status_raw.isnull()
    for rule in rules:
        yield rule, mapped & fires(rule.predicate(cases, clock.of(rule.id)))


def _excused_counts(cases: ir.Table, rules: Sequence[Rule], clock: Clock) -> ir.Table | None:
    """How many cases of each rule an excuse covers; None where nothing is excused."""
    concerned = [rule for rule in rules if has_excuses(rule, clock.settings)]
    counts = {
        rule.id: (condition & excused(cases, rule, clock)).cast("int32").sum()
        for rule, condition in _conditions(cases, concerned, clock)
    }
    return cases.aggregate(**counts) if counts else None


def _counts(cases: ir.Table) -> ir.Table:
    unmapped = cases.os_status.isnull() & cases.os_status_raw.notnull()
    return cases.aggregate(total=cases.count(), unmapped=unmapped.cast("int32").sum())
