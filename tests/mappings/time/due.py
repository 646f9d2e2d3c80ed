"""Stops, extensions and the due dates that tests count from them."""

from __future__ import annotations

from khop.mappings.records import Instant
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import (
    Definition,
    Ground,
    Measure,
    ProcedureClock,
    deadline_rules,
)
from khop.mappings.time.deadlines import (
    Deadline,
    Extension,
    Stop,
    Terms,
    deadline,
)
from khop.mappings.time.time_limits import Limit, LimitClock
from khop.mappings.time.working_hours import WorkingHours
from tests.mappings.moments import local

HOURS = WorkingHours(WorkingCalendar())
CLOCK = LimitClock(HOURS, deadline_rules())
LAW, PORTAL = Definition.STATUTORY, Definition.PORTAL_766
TEN_DAYS = Limit(10, Measure.WORKING_DAY)
AGE = HOURS.calendar.age


# Monday; ten working days later is Monday, 16 March, and no holiday lies between.
RECEIVED, DUE = local("2026-03-02T09:00"), local("2026-03-16T09:00")


def stop(ground: str, began: str, ended: str | None = None) -> Stop:
    return Stop(Ground(ground), local(began), None if ended is None else local(ended))


def extension(decided: str, due: str, reason: str = "đợi ý kiến") -> Extension:
    return Extension(local(decided), local(due), reason)


def of(
    *events: Stop | Extension,
    definition: Definition = LAW,
    limit: Limit | None = TEN_DAYS,
    start: Instant | None = RECEIVED,
    procedure: ProcedureClock | None = None,
    clock: LimitClock = CLOCK,
) -> Deadline:
    stops = [event for event in events if isinstance(event, Stop)]
    extensions = [event for event in events if isinstance(event, Extension)]
    special = ProcedureClock() if procedure is None else procedure
    return deadline(definition, clock, Terms(limit, special, stops, extensions), start)
