"""Properties of judgements: each definition judges, and a later end is never judged better."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.records import ENDED, Instant, Status
from khop.mappings.time.deadline_rules import Definition, Ground, Measure
from khop.mappings.time.deadlines import Stop
from khop.mappings.time.progress import Progress
from khop.mappings.time.punctuality import (
    judge,
)
from khop.mappings.time.time_limits import Limit
from tests.mappings.moments import local
from tests.mappings.time.courses import (
    CLOCK,
    B,
    V,
)

MOMENTS = st.datetimes(datetime(2020, 1, 1), datetime(2026, 12, 31)).map(
    lambda moment: local(moment.isoformat(timespec="seconds"))
)
MAYBE = st.none() | MOMENTS | MOMENTS.map(lambda m: local(m.local_date.isoformat()))
STOPS = st.builds(
    lambda began, length: Stop(
        Ground.SUPPLEMENT,
        began,
        None if length is None else Instant(began.us + length // timedelta(microseconds=1)),
    ),
    MOMENTS,
    st.none() | st.timedeltas(timedelta(0), timedelta(days=40)),
)
LIMITS = st.builds(Limit, st.integers(1, 90), st.sampled_from(Measure))
COURSES = st.builds(
    Progress,
    status=st.none() | st.sampled_from(Status),
    received=MAYBE,
    due=MAYBE,
    finished=MAYBE,
    returned=MAYBE,
    closed=MAYBE,
    supplements=st.lists(STOPS, max_size=2).map(tuple),
    limits=st.lists(LIMITS, max_size=2).map(tuple),
    service=st.booleans(),
)


@given(COURSES, MOMENTS)
def test_every_course_is_judged_three_times(progress: Progress, at: Instant) -> None:
    ended, running = {V.EARLY, V.ON_TIME, V.LATE}, {V.IN_TIME, V.OVERDUE}
    for judgement in judge(progress, at, CLOCK):
        # Terminated is still open in provincial reports.
        open_there = judgement.definition is Definition.PROVINCIAL and progress.status == 8
        is_ended = progress.status in ENDED and not open_there
        assert judgement.verdict not in (running if is_ended else ended)
        other_grounds = (B.LONGEST_LIMIT, B.SUPPLEMENT_REPEATED)
        if progress.due is None and judgement.because not in other_grounds:
            assert judgement.verdict not in ended | running
        if judgement.verdict in ended | running:
            assert judgement.counted_as is judgement.verdict


@given(COURSES, MOMENTS, st.timedeltas(timedelta(0), timedelta(days=400)))
def test_a_later_end_is_never_judged_better(
    progress: Progress, at: Instant, later: timedelta
) -> None:
    rank = {V.EARLY: 0, V.ON_TIME: 1, V.IN_TIME: 1, V.LATE: 2, V.OVERDUE: 2}
    sooner = replace(progress, status=Status.FINISHED, finished=at)
    moved = replace(sooner, finished=Instant(at.us + later // timedelta(microseconds=1)))
    for first, second in zip(judge(sooner, at, CLOCK), judge(moved, at, CLOCK), strict=True):
        if first.verdict in rank and second.verdict in rank:
            assert rank[first.verdict] <= rank[second.verdict]
