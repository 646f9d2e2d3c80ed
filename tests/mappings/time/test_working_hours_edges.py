"""Working hours of units whose day has one session, or three."""

from __future__ import annotations

from datetime import time, timedelta

import pytest

from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.working_hours import Session, WorkingHours, parse_sessions
from tests.mappings.moments import local


def unit(sessions: str | None = None) -> WorkingHours:
    own = None if sessions is None else parse_sessions(sessions)
    return WorkingHours(WorkingCalendar(), own)


def test_a_unit_without_sessions_of_its_own_works_eight_hours_a_day() -> None:
    usual = unit()
    assert usual.sessions == (Session(time(7), time(11, 30)), Session(time(13, 30), time(17)))
    friday, monday = local("2026-11-20T07:00"), local("2026-11-23T07:00")
    assert usual.between(friday, monday) == timedelta(hours=8)
    assert usual.add(friday, timedelta(hours=9)) == local("2026-11-23T08:00")


def test_a_day_is_as_long_as_its_sessions_together() -> None:
    centre = unit("7:30-11:30, 13:00-16:30, 17:00-19:00")
    friday, tuesday = local("2026-03-06T07:30"), local("2026-03-10T07:30")
    assert centre.between(friday, tuesday) == timedelta(hours=19)
    assert centre.add(friday, timedelta(hours=19)) == local("2026-03-09T19:00")


@pytest.mark.parametrize(
    ("clock", "end"),
    [
        ("06:00", "11:30"),
        ("11:30", "11:30"),
        ("11:31", "16:30"),
        ("16:30", "16:30"),
        ("16:59", "19:00"),
        ("19:00", "19:00"),
        ("21:00", "19:00"),
    ],
)
def test_the_end_of_the_session_a_moment_lies_in(clock: str, end: str) -> None:
    centre = unit("7:30-11:30, 13:00-16:30, 17:00-19:00")
    assert centre.session_end(local(f"2026-03-06T{clock}")) == local(f"2026-03-06T{end}")


def test_after_its_only_session_a_unit_is_closed() -> None:
    through = unit("8h-16h")
    evening = local("2026-03-06T18:00")
    assert through.session_end(evening) == local("2026-03-06T16:00")
    assert through.next_opening(evening) == local("2026-03-09T08:00")
