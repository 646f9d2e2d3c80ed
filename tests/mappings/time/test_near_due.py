"""Bands of dossiers that are nearly due."""

from __future__ import annotations

import pytest

from khop.mappings.time.deadline_rules import Band, deadline_rules
from khop.mappings.time.punctuality import (
    near_due,
)
from khop.mappings.time.time_limits import LimitClock
from tests.mappings.moments import local
from tests.mappings.time.courses import (
    CLOCK,
    DUE,
    END_OF_MONTH,
)


@pytest.mark.parametrize(
    ("due", "at", "band"),
    [
        ("2026-03-06T10:00", "2026-03-06T10:00", "one_day"),
        ("2026-03-06T10:00", "2026-03-06T10:01", None),
        ("2026-03-06T10:00", "2026-03-05T08:00", "one_day"),
        ("2026-03-06T10:00", "2026-03-04T08:00", "three_days"),
        ("2026-03-09T10:00", "2026-03-06T08:00", "one_day"),
        ("2026-03-06T10:00", "2026-03-03T08:00", "three_days"),
        ("2026-03-06T10:00", "2026-03-02T08:00", "this_week"),
        ("2026-03-08T10:00", "2026-03-02T08:00", "this_week"),
        ("2026-03-09T10:00", "2026-03-02T08:00", None),
        ("2026-03-06", "2026-03-06T23:00", "one_day"),
        ("2026-03-06", "2026-03-07T00:00", None),
        ("2026-11-25T10:00", "2026-11-23T10:00", "one_day"),
    ],
)
def test_a_due_date_falls_into_the_first_band(due: str, at: str, band: str | None) -> None:
    found = near_due(local(due), local(at), CLOCK)
    assert (found and found.id) == band


def test_without_due_date_there_is_no_band() -> None:
    assert near_due(None, END_OF_MONTH, CLOCK) is None


@pytest.mark.parametrize(
    ("due", "at", "near"),
    [
        ("2026-03-07T10:00", "2026-03-06T10:00", True),
        ("2026-03-07T10:00:00.000001", "2026-03-06T10:00", False),
        ("2026-03-06", "2026-03-06T00:00", True),
        ("2026-03-06", "2026-03-05T23:59", False),
    ],
)
def test_a_band_in_hours_of_clock_time(due: str, at: str, near: bool) -> None:
    band = Band("24h", hours=24)
    found = near_due(local(due), local(at), CLOCK, [band])
    assert found == (band if near else None)


def test_a_unit_has_bands_of_its_own() -> None:
    own = LimitClock(CLOCK.hours, deadline_rules({"near_due": [{"id": "x", "working_days": 0}]}))
    assert near_due(DUE, local("2026-03-05T10:00"), own) is None
    found = near_due(DUE, local("2026-03-06T08:00"), own)
    assert found is not None
    assert found.id == "x"
    assert near_due(DUE, local("2026-03-06T08:00"), own, []) is None
