"""The end of "this week", and the dates that a judgement has beside its verdict."""

from __future__ import annotations

from datetime import datetime

import pytest

from khop.mappings.records import Instant, Status
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import Band, Measure, deadline_rules
from khop.mappings.time.progress import Progress
from khop.mappings.time.punctuality import (
    Because,
    Verdict,
    by_portal_766,
    by_receipt_slip,
    near_due,
)
from khop.mappings.time.time_limits import Limit, LimitClock
from khop.mappings.time.working_hours import WorkingHours

THIS_WEEK = Band("this_week", this_week=True)


def march(day: int, hour: int = 9, minute: int = 0, second: int = 0) -> Instant:
    clock = f"{hour:02}:{minute:02}:{second:02}"
    return Instant.of(datetime.fromisoformat(f"2026-03-{day:02}T{clock}+07:00"))


def law() -> LimitClock:
    return LimitClock(WorkingHours(WorkingCalendar()), deadline_rules())


def finished(at: Instant, due: Instant | None, *limits: Limit) -> Progress:
    return Progress(Status.FINISHED, march(2), due, finished=at, limits=limits)


@pytest.mark.parametrize("today", range(9, 16))
def test_a_week_ends_on_its_sunday(today: int) -> None:
    """9 March 2026 is a Monday, 15 March a Sunday."""
    clock, bands = law(), [THIS_WEEK]
    assert near_due(march(15, 23), march(today), clock, bands) == THIS_WEEK
    assert near_due(march(16, 0), march(today), clock, bands) is None


def test_the_portal_shows_the_day_that_the_longest_limit_gave() -> None:
    limits = Limit(3, Measure.WORKING_DAY), Limit(5, Measure.WORKING_DAY)
    found = by_portal_766(finished(march(10), None, *limits), march(31), law())
    assert (found.because, found.verdict) == (Because.LONGEST_LIMIT, Verdict.LATE)
    assert (found.end, found.due) == (march(10), march(9))


def test_an_end_is_shown_where_no_day_is_due() -> None:
    found = by_portal_766(finished(march(10), None), march(31), law())
    assert (found.verdict, found.end, found.due) == (Verdict.NO_DUE, march(10), None)
    running = Progress(Status.PROCESSING, march(2), None)
    assert by_portal_766(running, march(31), law()).end == march(31)


@pytest.mark.parametrize(("second", "due_second"), [(0, 59), (59, 0), (30, 30)])
def test_seconds_of_neither_moment_make_a_limit_of_hours_early_or_late(
    second: int, due_second: int
) -> None:
    hours = Limit(4, Measure.WORKING_HOUR)
    progress = finished(march(6, 10, 0, second), march(6, 10, 0, due_second), hours)
    assert by_receipt_slip(progress, march(31), law()).verdict is Verdict.ON_TIME
