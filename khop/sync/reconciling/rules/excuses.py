"""Excuses: exceptions, outages and migrations for which a rule does not fire (docs/rules.md).

They prevent findings about cases that were correct, or that the officer could not influence
(docs/domain.md, Audit). Excused cases are counted in the run's summary.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime, time, timedelta
from typing import TYPE_CHECKING

from khop.config.model import RuleException, RuleSettings, Window
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.records import Instant
from khop.mappings.units.names import UnitNames
from khop.sync.reconciling.rules.clock import Clock, start_us
from khop.sync.reconciling.rules.rule import Excuse, Rule, any_of, truth, unread
from khop.text.local_time import LOCAL

if TYPE_CHECKING:
    import ibis.expr.types as ir


def excused(case: ir.Table, rule: Rule, clock: Clock) -> ir.BooleanValue:
    """Whether an exception or a registered event explains what the rule sees of the case."""
    return any_of(_excuses(case, rule, clock))


def has_excuses(rule: Rule, settings: RuleSettings) -> bool:
    """Whether the province has exceptions or registered events that concern this rule."""
    excepted = any(rule.id in exception.rules for exception in settings.exceptions)
    return excepted or any(registered(settings)[excuse] for excuse in rule.excused_by)


def registered(settings: RuleSettings) -> Mapping[Excuse, Sequence[Window]]:
    """The events that the province has registered, by kind."""
    return {Excuse.OUTAGE: settings.outages, Excuse.MIGRATION: settings.migrations}


def spans_us(windows: Sequence[Window]) -> tuple[tuple[int, int], ...]:
    """The first and the last moment of each event, in microseconds of UTC."""
    return tuple((Instant.of(each.start).us, Instant.of(each.end).us) for each in windows)


def _excuses(case: ir.Table, rule: Rule, clock: Clock) -> Iterator[ir.BooleanValue]:
    settings = clock.settings
    for exception in settings.exceptions:
        if rule.id in exception.rules:
            yield _excepted(case, exception, clock.tables.unit_names)
    if Excuse.OUTAGE in rule.excused_by:
        for window in settings.outages:
            yield _entered_after_outage(case, window, clock.of(rule.id))
    if Excuse.MIGRATION in rule.excused_by:
        for window in settings.migrations:
            yield _entered_between(case, window.start, window.end)


_PAPER_UNITS = ("lb_unit", "lb_unit_code", "rg_unit", "rg_unit_code")


def _excepted(case: ir.Table, exception: RuleException, units: UnitNames) -> ir.BooleanValue:
    """Whether the case is one of these; a value that could not be read may be any."""
    holds = truth(True)
    if exception.procedures:
        wanted = sorted({base_procedure(text) or text for text in exception.procedures})
        names = tuple(f"{side}_procedure" for side in ("os", "lb", "rg"))
        holds &= any_of(case[name].isin(wanted) for name in names) | unread(case, *names)
    if exception.units:
        written = sorted({text for unit in exception.units for text in units.written(unit)})
        names = ("os_unit", "os_unit_code", *_PAPER_UNITS)
        holds &= any_of(case[name].isin(written) for name in names) | unread(case, *names)
    received = case.os_received_us.coalesce(case.lb_received_us)
    lost = received.isnull() & unread(case, "os_received", "lb_received")
    if exception.first:
        holds &= (received >= start_us(exception.first)).coalesce(lost)
    if exception.last:
        holds &= (received < start_us(exception.last + timedelta(days=1))).coalesce(lost)
    return holds


def _entered_after_outage(case: ir.Table, window: Window, clock: Clock) -> ir.BooleanValue:
    """Entered between the start of the outage and the end of the next working day, and not late
    already when the outage began."""
    first, last = (moment.astimezone(LOCAL).date() for moment in (window.start, window.end))
    until = clock.calendar.add_working_days(last, 1)
    end = datetime.combine(until + timedelta(days=1), time(), tzinfo=LOCAL).astimezone(UTC)
    received = case.lb_received_ord.coalesce(case.os_received_ord)
    in_time = received >= clock.calendar.ord(first) - clock.number("days")
    return _entered_between(case, window.start, end - timedelta(microseconds=1)) & in_time


def _entered_between(case: ir.Table, start: datetime, end: datetime) -> ir.BooleanValue:
    return case.os_entered_us.between(Instant.of(start).us, Instant.of(end).us)
