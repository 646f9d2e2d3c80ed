"""What is on file that explains what a rule sees: exceptions, outages, migrations.

They keep people from being accused of what was right, or of what they could not help
(docs/domain.md, Audit). What they excuse is counted, never lost.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, time, timedelta

import ibis
import ibis.expr.types as ir

from khop.config.model import RuleException, RuleSettings, Window
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.records import Instant
from khop.sync.reconciling.rules.rule import Clock, Excuse, Rule, any_of, start_us
from khop.text.local_time import LOCAL


def excused(case: ir.Table, rule: Rule, clock: Clock, settings: RuleSettings) -> ir.BooleanValue:
    """Whether something on file explains what the rule sees of the case."""
    return any_of(_excuses(case, rule, clock, settings))


def has_excuses(rule: Rule, settings: RuleSettings) -> bool:
    """Whether anything on file is about this rule."""
    registers = {Excuse.OUTAGE: settings.outages, Excuse.MIGRATION: settings.migrations}
    return any(rule.id in e.rules for e in settings.exceptions) or any(
        registers[excuse] for excuse in rule.excused_by
    )


def _excuses(
    case: ir.Table, rule: Rule, clock: Clock, settings: RuleSettings
) -> Iterator[ir.BooleanValue]:
    for exception in settings.exceptions:
        if rule.id in exception.rules:
            yield _excepted(case, exception)
    if Excuse.OUTAGE in rule.excused_by:
        for window in settings.outages:
            yield _entered_after_outage(case, window, clock.of(rule.id))
    if Excuse.MIGRATION in rule.excused_by:
        for window in settings.migrations:
            yield _entered_between(case, window.start, window.end)


def _excepted(case: ir.Table, exception: RuleException) -> ir.BooleanValue:
    holds: ir.BooleanValue = ibis.literal(True)
    if exception.procedures:
        wanted = sorted({base_procedure(text) or text for text in exception.procedures})
        holds &= any_of(case[f"{side}_procedure"].isin(wanted) for side in ("os", "lb", "rg"))
    if exception.units:
        units = sorted(exception.units)
        names = ("os_unit", "os_unit_code", "lb_unit", "rg_unit")
        holds &= any_of(case[name].isin(units) for name in names)
    received = ibis.coalesce(case.os_received_us, case.lb_received_us)
    if exception.first:
        holds &= received >= start_us(exception.first)
    if exception.last:
        holds &= received < start_us(exception.last + timedelta(days=1))
    return holds


def _entered_after_outage(case: ir.Table, window: Window, clock: Clock) -> ir.BooleanValue:
    """Entered until the end of the working day after the outage, and not late before it began."""
    first, last = (moment.astimezone(LOCAL).date() for moment in (window.start, window.end))
    until = clock.calendar.add_working_days(last, 1)
    end = datetime.combine(until + timedelta(days=1), time(), tzinfo=LOCAL).astimezone(UTC)
    received = ibis.coalesce(case.lb_received_ord, case.os_received_ord)
    in_time = received >= clock.calendar.ord(first) - clock.number("days")
    return _entered_between(case, window.start, end - timedelta(microseconds=1)) & in_time


def _entered_between(case: ir.Table, start: datetime, end: datetime) -> ir.BooleanValue:
    return case.os_entered_us.between(Instant.of(start).us, Instant.of(end).us)
