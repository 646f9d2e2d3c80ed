"""Properties of due dates for drawn courses with any stops."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from itertools import pairwise

from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.records import Instant
from khop.mappings.time.deadline_rules import (
    Ground,
    Measure,
)
from khop.mappings.time.deadlines import (
    Stop,
)
from khop.mappings.time.time_limits import Limit
from khop.mappings.time.working_hours import local_day
from tests.mappings.moments import instant
from tests.mappings.time.due import (
    AGE,
    of,
)

MOMENTS = st.datetimes(datetime(2015, 1, 1), datetime(2035, 1, 1))
LIMITS = st.builds(
    Limit,
    st.integers(1, 60),
    st.sampled_from([m for m in Measure if m is not Measure.SAME_DAY]),
)


@st.composite
def courses(draw: st.DrawFn) -> tuple[Instant, list[Stop]]:
    """A reception and pauses after it, none of them overlapping."""
    moment = draw(MOMENTS)
    received, stops = instant(moment), []
    for gap, length in draw(st.lists(st.tuples(st.integers(1, 60), st.integers(0, 200)))):
        began = moment + timedelta(hours=gap)
        moment = began + timedelta(hours=length)
        stops.append(Stop(Ground.FINANCIAL_DUTY, instant(began), instant(moment)))
    return received, stops


def paused_days(stops: Sequence[Stop]) -> int:
    return sum(AGE(local_day(s.began), local_day(s.ended)) for s in stops if s.ended is not None)


@given(courses(), st.integers(1, 60))
def test_working_days_between_start_and_due_are_the_limit_and_the_pauses(
    course: tuple[Instant, list[Stop]], amount: int
) -> None:
    received, stops = course
    found = of(*stops, start=received, limit=Limit(amount, Measure.WORKING_DAY))
    assert found.due is not None
    ended = {s.ended: s for s in stops if s.ended is not None}
    assert AGE(local_day(received), local_day(found.history[0].due)) == amount
    taken = [(before, ended[after.since]) for before, after in pairwise(found.history)]
    at_due = [s for before, s in taken if s.began.us <= before.due.us <= (s.ended or s.began).us]
    counted = AGE(local_day(received), local_day(found.due))
    # A stop at the moment the dossier would have been due takes the rest of that day.
    assert 0 <= counted - amount - paused_days([s for _, s in taken]) <= len(at_due)
    assert all(s.ended is None or s.ended.us <= found.due.us for _, s in taken)


def test_hours_used_up_when_the_clock_stopped_end_when_it_goes_on() -> None:
    # Received Monday 07:00 with two hours; stopped from 09:00, when they were over, to 18:00.
    received = instant(datetime(2015, 2, 2, 7))
    stop = Stop(
        Ground.FINANCIAL_DUTY,
        instant(datetime(2015, 2, 2, 9)),
        instant(datetime(2015, 2, 2, 18)),
    )
    night = Stop(
        Ground.FINANCIAL_DUTY,
        instant(datetime(2015, 2, 2, 19)),
        instant(datetime(2015, 2, 3, 8)),
    )
    limit = Limit(2, Measure.WORKING_HOUR)
    assert of(stop, start=received, limit=limit).due == instant(datetime(2015, 2, 3, 7))
    assert of(stop, night, start=received, limit=limit).due == instant(datetime(2015, 2, 3, 8))


@given(courses(), LIMITS)
def test_no_pause_makes_the_due_date_earlier(
    course: tuple[Instant, list[Stop]], limit: Limit
) -> None:
    received, stops = course
    dues = [change.due.us for change in of(*stops, start=received, limit=limit).history]
    assert dues == sorted(dues)


@given(courses(), LIMITS, st.randoms(use_true_random=False))
def test_the_order_of_events_does_not_matter(
    course: tuple[Instant, list[Stop]], limit: Limit, random: st.DataObject
) -> None:
    received, stops = course
    shuffled = list(stops)
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    whole_order, other = (
        of(*whole_order, start=received, limit=limit) for whole_order in (stops, shuffled)
    )
    assert whole_order == other


@given(courses(), LIMITS)
def test_a_pause_in_two_halves_counts_as_one(
    course: tuple[Instant, list[Stop]], limit: Limit
) -> None:
    received, stops = course
    halves = []
    for each in stops[:1]:
        assert each.ended is not None
        middle = Instant((each.began.us + each.ended.us) // 2)
        halves += [Stop(each.ground, each.began, middle), Stop(each.ground, middle, each.ended)]
    whole = of(*stops[:1], start=received, limit=limit)
    split = of(*halves, start=received, limit=limit)
    assert whole.due == split.due
