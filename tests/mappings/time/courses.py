"""Courses of dossiers and their judgements, for tests of punctuality."""

from __future__ import annotations

from khop.mappings.records import Instant, Status
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import Ground, deadline_rules
from khop.mappings.time.deadlines import Stop
from khop.mappings.time.progress import Progress
from khop.mappings.time.punctuality import (
    Because,
    Verdict,
    judge,
)
from khop.mappings.time.time_limits import LimitClock
from khop.mappings.time.working_hours import WorkingHours
from tests.mappings.moments import local

CLOCK = LimitClock(WorkingHours(WorkingCalendar()), deadline_rules())
V, B = Verdict, Because


# Received on Monday, due on Friday at ten; the report ends with the month.
RECEIVED, DUE, END_OF_MONTH = (
    local("2026-03-02T09:00"),
    local("2026-03-06T10:00"),
    local("2026-03-31T23:59"),
)


def of(status: int | None, **known: object) -> Progress:
    values: dict[str, object] = {"received": RECEIVED, "due": DUE, **known}
    state = None if status is None else Status(status)
    return Progress(state, **values)  # type: ignore[arg-type]


def done(at: str, **known: object) -> Progress:
    return of(9, finished=local(at), **known)


def verdicts(progress: Progress, at: Instant = END_OF_MONTH) -> list[str]:
    return [str(judgement.verdict) for judgement in judge(progress, at, CLOCK)]


def counted(progress: Progress, at: Instant = END_OF_MONTH) -> list[Verdict | None]:
    return [judgement.counted_as for judgement in judge(progress, at, CLOCK)]


def supplement(began: str, ended: str | None = None) -> Stop:
    return Stop(Ground.SUPPLEMENT, local(began), None if ended is None else local(ended))
