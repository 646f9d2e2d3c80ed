"""Slots of tasks: periods and lines of cron, in local time."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.config.slots import MOST_COUNTED, Calendar, Every, calendar_of
from khop.text.local_time import local_datetime, utc_us

HOUR_US = 3_600_000_000


def local(text: str) -> int:
    return utc_us(datetime.fromisoformat(text))


@pytest.mark.parametrize(
    ("text", "now", "latest", "following"),
    [
        ("every 15m", "2026-11-30T08:14:59", "2026-11-30T08:00:00", "2026-11-30T08:15:00"),
        ("every 15m", "2026-11-30T08:15:00", "2026-11-30T08:15:00", "2026-11-30T08:30:00"),
        ("every 1d", "2026-11-30T23:59:59", "2026-11-30T00:00:00", "2026-12-01T00:00:00"),
        ("every 6h", "2026-11-30T05:00:00", "2026-11-30T00:00:00", "2026-11-30T06:00:00"),
        ("cron 30 2 * * sun", "2026-11-30T08:00:00", "2026-11-29T02:30:00", "2026-12-06T02:30:00"),
        ("cron 30 2 * * sun", "2026-11-29T02:30:00", "2026-11-29T02:30:00", "2026-12-06T02:30:00"),
        ("cron 0 7 * * mon-fri", "2026-11-28T09:00:00", "2026-11-27T07:00:00",
         "2026-11-30T07:00:00"),
        ("cron 0 0 1 * *", "2026-12-01T00:00:00", "2026-12-01T00:00:00", "2027-01-01T00:00:00"),
        ("cron 0 8 * * mon#1", "2026-11-30T08:00:00", "2026-11-02T08:00:00",
         "2026-12-07T08:00:00"),
        ("cron 0 0 29 2 *", "2026-11-30T08:00:00", "2024-02-29T00:00:00", "2028-02-29T00:00:00"),
    ],
)  # fmt: skip
def test_slots_are_in_local_time(text: str, now: str, latest: str, following: str) -> None:
    calendar = calendar_of(text)
    assert local_datetime(calendar.latest(local(now))) == datetime.fromisoformat(latest)
    assert local_datetime(calendar.following(local(now))) == datetime.fromisoformat(following)


calendars = st.sampled_from(
    ["every 10s", "every 7m", "every 1h", "every 5d", "cron */20 * * * *", "cron 15 3 * * *",
     "cron 0 7 * * mon-fri", "cron 0 0 L * *"]
).map(calendar_of)  # fmt: skip
moments = st.datetimes(datetime(2020, 1, 1), datetime(2040, 1, 1)).map(utc_us)


@given(calendar=calendars, now_us=moments)
def test_a_slot_is_the_last_before_the_next(calendar: Calendar, now_us: int) -> None:
    latest, following = calendar.latest(now_us), calendar.following(now_us)
    assert latest <= now_us < following
    assert calendar.latest(latest) == latest
    assert calendar.following(latest) == following
    assert calendar.latest(following - 1) == latest


@given(calendar=calendars, now_us=moments, hours=st.integers(0, 400))
def test_slots_are_counted_as_they_are_walked(calendar: Calendar, now_us: int, hours: int) -> None:
    first, last = calendar.latest(now_us), calendar.latest(now_us + hours * HOUR_US // 4)
    slot, walked = first, 1
    while slot < last and walked < MOST_COUNTED:
        slot, walked = calendar.following(slot), walked + 1
    counted = calendar.count(first, last)
    assert counted == walked


def test_years_are_counted_up_to_a_limit() -> None:
    hundred_years = int(timedelta(days=36_500).total_seconds()) * 1_000_000
    for text in ("every 10s", "cron * * * * *"):
        calendar = calendar_of(text)
        first = calendar.latest(0)
        assert calendar.count(first, calendar.latest(hundred_years)) == MOST_COUNTED
    assert Every("every 1h", 3600).count(HOUR_US, 0) == 0


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("every 5", "a number and s, m, h or d"),
        ("every -5m", "a number and s, m, h or d"),
        ("every 9s", "from 10 seconds"),
        ("every 8d", "to 7 days"),
        ("cron 30 2 * * 0", "sun mon tue"),
        ("cron 30 2 * * 1-5", "sun mon tue"),
        ("cron 30 2 * *", "four|4 fields"),
        ("cron 0 30 2 * * sun", "6 fields"),
        ("cron 61 2 * * *", "no line of cron"),
        ("cron 0 0 31 2 *", "never comes|no line of cron"),
        ("daily", "is no schedule"),
        ("", "is no schedule"),
    ],
)
def test_what_is_no_schedule_is_refused(text: str, says: str) -> None:
    with pytest.raises(ValueError, match=says):
        calendar_of(text)


def test_a_schedule_is_written_in_one_way() -> None:
    assert calendar_of(" every  15m ").text == "every 15m"
    assert calendar_of("cron 30  2 * * SUN").text == "cron 30 2 * * sun"
