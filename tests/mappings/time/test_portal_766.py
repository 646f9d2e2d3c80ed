"""The portal's definition of on time: longest limit and supplements (docs/domain.md, QĐ 766)."""

from __future__ import annotations

from collections.abc import Sequence

import pytest

from khop.mappings.time.deadline_rules import Measure
from khop.mappings.time.punctuality import (
    Verdict,
    by_portal_766,
    by_province,
    by_receipt_slip,
)
from khop.mappings.time.time_limits import Limit
from tests.mappings.moments import local
from tests.mappings.time.courses import (
    CLOCK,
    END_OF_MONTH,
    B,
    V,
    counted,
    done,
    of,
    supplement,
    verdicts,
)


@pytest.mark.parametrize(
    ("limits", "finished", "verdict"),
    [
        ([(3, Measure.WORKING_DAY)], "2026-03-05T09:00", V.ON_TIME),
        ([(3, Measure.WORKING_DAY)], "2026-03-05T09:01", V.LATE),
        ([(3, Measure.WORKING_DAY), (4, Measure.WORKING_DAY)], "2026-03-05T09:01", V.ON_TIME),
        ([(5, Measure.CALENDAR_DAY)], "2026-03-09T09:00", V.ON_TIME),
        ([(5, Measure.CALENDAR_DAY)], "2026-03-09T09:01", V.LATE),
        ([(4, Measure.WORKING_HOUR)], "2026-03-02T15:00", V.ON_TIME),
        ([(4, Measure.WORKING_HOUR)], "2026-03-02T15:01", V.LATE),
    ],
)
def test_without_due_date_the_portal_compares_with_the_longest_limit(
    limits: Sequence[tuple[int, Measure]], finished: str, verdict: Verdict
) -> None:
    progress = done(finished, due=None, limits=tuple(Limit(*limit) for limit in limits))
    found = by_portal_766(progress, END_OF_MONTH, CLOCK)
    assert (found.verdict, found.counted_as, found.because) == (verdict, verdict, B.LONGEST_LIMIT)


def test_the_longest_limit_needs_a_reception() -> None:
    limits = (Limit(3, Measure.WORKING_DAY),)
    progress = done("2026-03-05T09:00", due=None, received=None, limits=limits)
    assert by_portal_766(progress, END_OF_MONTH, CLOCK).verdict is V.NO_DUE


def test_a_limit_in_hours_is_not_counted_from_a_day() -> None:
    hours, days = Limit(4, Measure.WORKING_HOUR), Limit(1, Measure.WORKING_DAY)
    day = local("2026-03-02")
    only = done("2026-03-03T16:00", due=None, received=day, limits=(hours,))
    assert by_portal_766(only, END_OF_MONTH, CLOCK).because is B.NO_DUE_DATE
    both = done("2026-03-03T16:00", due=None, received=day, limits=(hours, days))
    assert by_portal_766(both, END_OF_MONTH, CLOCK).verdict is V.ON_TIME


def test_an_open_dossier_beyond_the_longest_limit_is_overdue() -> None:
    limits = (Limit(3, Measure.WORKING_DAY),)
    progress = of(4, due=None, limits=limits)
    assert by_portal_766(progress, local("2026-03-05T09:00"), CLOCK).verdict is V.IN_TIME
    assert by_portal_766(progress, local("2026-03-05T09:01"), CLOCK).verdict is V.OVERDUE


def test_the_portal_subtracts_the_time_of_a_supplement() -> None:
    asked = (supplement("2026-03-03T10:00", "2026-03-05T10:00"),)
    for finished, verdict in (("2026-03-08T10:00", V.ON_TIME), ("2026-03-08T10:01", V.LATE)):
        progress = done(finished, supplements=asked)
        found = by_portal_766(progress, END_OF_MONTH, CLOCK)
        assert (found.verdict, found.end) == (verdict, local(finished))
        assert by_receipt_slip(progress, END_OF_MONTH, CLOCK).verdict is V.LATE
        assert by_province(progress, END_OF_MONTH, CLOCK).verdict is V.LATE


def test_more_than_one_supplement_is_late_on_the_portal_only() -> None:
    asked = (
        supplement("2026-03-03T10:00", "2026-03-03T11:00"),
        supplement("2026-03-04T10:00", "2026-03-04T11:00"),
    )
    ended = done("2026-03-05T10:00", supplements=asked)
    assert verdicts(ended) == ["early", "late", "early"]
    assert by_portal_766(ended, END_OF_MONTH, CLOCK).because is B.SUPPLEMENT_REPEATED
    running = of(4, supplements=asked)
    assert verdicts(running, local("2026-03-05T10:00")) == ["in_time", "overdue", "in_time"]
    assert counted(running, local("2026-03-05T10:00"))[1] is V.OVERDUE


@pytest.mark.parametrize(
    ("asked", "verdict"), [("2026-03-06T10:00", V.IN_TIME), ("2026-03-06T10:01", V.OVERDUE)]
)
def test_a_request_without_answer_is_the_end_on_the_portal(asked: str, verdict: Verdict) -> None:
    progress = of(5, supplements=(supplement(asked),))
    found = by_portal_766(progress, END_OF_MONTH, CLOCK)
    assert (found.verdict, found.end) == (verdict, local(asked))


def test_a_request_whose_time_is_not_known_is_unknown_on_the_portal() -> None:
    for supplements in ((), (supplement("2026-03-03T10:00", "2026-03-04T10:00"),)):
        found = by_portal_766(of(5, supplements=supplements), END_OF_MONTH, CLOCK)
        assert (found.verdict, found.counted_as) == (V.UNKNOWN, None)
        assert found.because is B.NO_END_DATE
