"""The three definitions of "on time" side by side, and where they part."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.mappings.records import ENDED, Instant, Precision, Status
from khop.mappings.time.calendar import WorkingCalendar
from khop.mappings.time.deadline_rules import Band, Definition, Ground, Measure, deadline_rules
from khop.mappings.time.deadlines import Stop
from khop.mappings.time.progress import Progress
from khop.mappings.time.punctuality import (
    CALCULATORS,
    Because,
    Judgement,
    Verdict,
    agree,
    by_portal_766,
    by_province,
    by_receipt_slip,
    judge,
    near_due,
    overdue_in_process,
    points,
)
from khop.mappings.time.time_limits import Limit, LimitClock
from khop.mappings.time.working_hours import WorkingHours

CLOCK = LimitClock(WorkingHours(WorkingCalendar()), deadline_rules())
V, B = Verdict, Because


def local(text: str) -> Instant:
    """An instant from local time; with precision day when no time is written."""
    moment = datetime.fromisoformat(text)
    precision = Precision.SECOND if len(text) > 10 else Precision.DAY
    return Instant.of(datetime.fromisoformat(f"{moment.isoformat()}+07:00"), precision)


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


# --- side by side


def test_the_words_that_are_stored_and_shown() -> None:
    assert " ".join(Verdict) == (
        "early on_time late in_time overdue withdrawn no_due excluded unknown"
    )
    assert " ".join(Because) == (
        "compared longest_limit supplement_repeated clock_stands no_due_date no_end_date "
        "only_return_known citizen_withdrew not_received status_unknown"
    )


def test_every_judgement_names_its_definition() -> None:
    found = judge(done("2026-03-05T10:00"), END_OF_MONTH, CLOCK)
    assert [judgement.definition for judgement in found] == [
        Definition.RECEIPT_SLIP,
        Definition.PORTAL_766,
        Definition.PROVINCIAL,
    ]
    assert [judgement.definition for judgement in found] == list(CLOCK.rules.definitions)
    assert (by_receipt_slip, by_portal_766, by_province) == CALCULATORS


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        ("2026-03-05T23:00", "early on_time early"),
        ("2026-03-06T09:59", "on_time on_time on_time"),
        ("2026-03-06T10:00", "on_time on_time on_time"),
        ("2026-03-06T10:00:01", "on_time late on_time"),
        ("2026-03-06T23:59", "on_time late on_time"),
        ("2026-03-06", "on_time on_time on_time"),
        ("2026-03-07T00:00", "late late late"),
        ("2026-03-07", "late late late"),
    ],
)
def test_ended_dossiers(finished: str, expected: str) -> None:
    progress = done(finished)
    assert verdicts(progress) == expected.split()
    assert counted(progress) == verdicts(progress)
    for judgement in judge(progress, END_OF_MONTH, CLOCK):
        assert (judgement.because, judgement.end, judgement.due) == (
            B.COMPARED,
            progress.finished,
            DUE,
        )


def test_known_defect_saturday_completion_is_judged_by_its_own_day() -> None:
    # No working day has passed since Friday, and still Friday was promised.
    assert verdicts(done("2026-03-07T08:00")) == ["late", "late", "late"]


def test_a_due_day_off_leaves_the_working_days_equal() -> None:
    saturday = local("2026-03-07T10:00")
    assert verdicts(done("2026-03-06T16:00", due=saturday)) == ["on_time", "on_time", "early"]
    assert verdicts(done("2026-03-05T16:00", due=saturday)) == ["early", "on_time", "early"]


def test_known_defect_an_evening_in_utc_counts_on_its_local_day() -> None:
    evening = Instant.of(datetime.fromisoformat("2026-03-06T17:30:00+00:00"))
    assert verdicts(of(9, finished=evening, due=local("2026-03-06"))) == ["late", "late", "late"]
    before = Instant.of(datetime.fromisoformat("2026-03-06T16:30:00+00:00"))
    assert verdicts(of(9, finished=before, due=local("2026-03-06"))) == ["on_time"] * 3


def test_a_limit_in_hours_is_compared_by_the_minute() -> None:
    hours = (Limit(4, Measure.WORKING_HOUR),)

    def verdict(finished: str, limits: tuple[Limit, ...] = hours, due: Instant = DUE) -> Verdict:
        progress = done(finished, limits=limits, due=due)
        return by_receipt_slip(progress, END_OF_MONTH, CLOCK).verdict

    assert verdict("2026-03-06T09:59:59.999999") is V.EARLY
    assert verdict("2026-03-06T10:00") is V.ON_TIME
    assert verdict("2026-03-06T10:00:59.999999") is V.ON_TIME
    assert verdict("2026-03-06T10:01:00") is V.LATE
    mixed = (*hours, Limit(1, Measure.WORKING_DAY))
    assert verdict("2026-03-06T10:01:00", mixed) is V.ON_TIME
    assert verdict("2026-03-06T10:01:00", due=local("2026-03-06")) is V.ON_TIME
    assert verdict("2026-03-06") is V.ON_TIME


@pytest.mark.parametrize(
    ("at", "expected"),
    [
        ("2026-03-06T10:00", "in_time in_time in_time"),
        ("2026-03-06T10:00:01", "overdue overdue overdue"),
    ],
)
@pytest.mark.parametrize("status", [2, 4])
def test_dossiers_in_process(status: int, at: str, expected: str) -> None:
    assert verdicts(of(status), local(at)) == expected.split()
    assert counted(of(status), local(at)) == expected.split()
    assert overdue_in_process(of(status), local(at)) is expected.startswith("overdue")


@pytest.mark.parametrize("status", [status for status in Status if status not in (2, 4)])
def test_only_states_two_and_four_are_overdue_in_process(status: Status) -> None:
    assert not overdue_in_process(of(status), END_OF_MONTH)


def test_a_due_day_is_not_past_before_it_ends() -> None:
    day = local("2026-03-06")
    assert not overdue_in_process(of(4, due=day), local("2026-03-06T23:59"))
    assert overdue_in_process(of(4, due=day), local("2026-03-07T00:00"))


# --- without due date


@pytest.mark.parametrize("status", [2, 4, 5, 6, 8, 9, 10])
def test_a_dossier_without_due_date_is_never_on_time_silently(status: int) -> None:
    end = local("2026-03-05T10:00")
    progress = of(status, due=None, finished=end if status >= 9 else None, closed=end)
    if status == 5:
        progress = replace(progress, supplements=(supplement("2026-03-04T10:00"),))
    assert verdicts(progress) == ["no_due", "no_due", "no_due"]
    reported = V.ON_TIME if status >= 9 else V.IN_TIME
    assert counted(progress) == [None, None, reported]
    because = {judgement.because for judgement in judge(progress, END_OF_MONTH, CLOCK)}
    assert because == {B.NO_DUE_DATE}
    assert not overdue_in_process(progress, END_OF_MONTH)
    assert not agree(judge(progress, END_OF_MONTH, CLOCK))


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
def test_the_portal_compares_with_the_longest_limit_instead(
    limits: Sequence[tuple[int, Measure]], finished: str, verdict: Verdict
) -> None:
    progress = done(finished, due=None, limits=tuple(Limit(*limit) for limit in limits))
    found = by_portal_766(progress, END_OF_MONTH, CLOCK)
    assert (found.verdict, found.counted_as, found.because) == (verdict, verdict, B.LONGEST_LIMIT)


def test_the_longest_limit_needs_a_reception() -> None:
    limits = (Limit(3, Measure.WORKING_DAY),)
    progress = done("2026-03-05T09:00", due=None, received=None, limits=limits)
    assert by_portal_766(progress, END_OF_MONTH, CLOCK).verdict is V.NO_DUE


def test_hours_from_a_day_are_no_longest_limit() -> None:
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


# --- supplements


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


# --- states


@pytest.mark.parametrize("status", [5, 6])
def test_a_clock_that_stands_hides_an_overdue_dossier(status: int) -> None:
    progress = of(status, supplements=(supplement("2026-03-04T10:00"),))
    for calculator in (by_receipt_slip, by_province):
        in_time = calculator(progress, DUE, CLOCK)
        assert (in_time.verdict, in_time.because) == (V.IN_TIME, B.CLOCK_STANDS)
        assert not in_time.hidden_overdue
        hidden = calculator(progress, Instant(DUE.us + 1), CLOCK)
        assert (hidden.verdict, hidden.counted_as) == (V.IN_TIME, V.IN_TIME)
        assert hidden.hidden_overdue


def test_a_terminated_dossier_has_ended_for_two_and_is_open_for_the_third() -> None:
    progress = of(8, closed=local("2026-03-05T10:00"))
    assert verdicts(progress) == ["early", "on_time", "in_time"]
    assert by_province(progress, END_OF_MONTH, CLOCK).hidden_overdue
    assert not by_receipt_slip(progress, END_OF_MONTH, CLOCK).hidden_overdue


def test_a_withdrawn_dossier_is_nobodys_merit() -> None:
    progress = of(7, closed=local("2026-03-20T10:00"))
    assert verdicts(progress) == ["withdrawn", "late", "withdrawn"]
    assert counted(progress) == [None, V.LATE, V.ON_TIME]
    for calculator in (by_receipt_slip, by_province):
        assert calculator(progress, END_OF_MONTH, CLOCK).because is B.CITIZEN_WITHDREW


def test_a_refusal_is_a_result_that_provincial_reports_leave_out() -> None:
    progress = of(3, closed=local("2026-03-20T10:00"))
    assert verdicts(progress) == ["late", "late", "excluded"]
    assert counted(progress)[2] is None
    assert by_province(progress, END_OF_MONTH, CLOCK).because is B.NOT_RECEIVED


@pytest.mark.parametrize(
    ("status", "received"), [(1, RECEIVED), (1, None), (3, None), (5, None), (7, None), (8, None)]
)
def test_what_was_never_received_is_judged_by_none(status: int, received: Instant | None) -> None:
    progress = of(status, received=received, closed=local("2026-03-20T10:00"))
    for judgement in judge(progress, END_OF_MONTH, CLOCK):
        assert judgement.verdict is V.EXCLUDED
        assert judgement.counted_as is None
        assert judgement.because is B.NOT_RECEIVED


@pytest.mark.parametrize("status", [2, 4, 6])
def test_a_missing_reception_date_excludes_nothing_that_was_received(status: int) -> None:
    assert "excluded" not in verdicts(of(status, received=None))
    assert verdicts(done("2026-03-05T10:00", received=None)) == ["early", "on_time", "early"]


def test_an_unknown_state_is_unknown() -> None:
    for judgement in judge(of(None, finished=DUE), END_OF_MONTH, CLOCK):
        assert (judgement.verdict, judgement.counted_as) == (V.UNKNOWN, None)
        assert judgement.because is B.STATUS_UNKNOWN


@pytest.mark.parametrize("status", [9, 10])
def test_an_end_without_its_date_is_unknown(status: int) -> None:
    for judgement in judge(of(status), END_OF_MONTH, CLOCK):
        assert (judgement.verdict, judgement.counted_as) == (V.UNKNOWN, None)
        assert judgement.because is B.NO_END_DATE


# --- agency and service


def test_a_unit_is_not_punished_because_the_citizen_came_late() -> None:
    progress = of(10, finished=local("2026-03-05T10:00"), returned=local("2026-03-20T10:00"))
    assert verdicts(progress) == ["early", "on_time", "early"]
    assert verdicts(progress.as_service()) == ["late", "late", "late"]


def test_a_late_hand_over_proves_no_late_result() -> None:
    progress = of(10, returned=local("2026-03-20T10:00"))
    assert verdicts(progress) == ["unknown", "late", "unknown"]
    assert counted(progress) == [V.LATE, V.LATE, V.LATE]
    for calculator in (by_receipt_slip, by_province):
        assert calculator(progress, END_OF_MONTH, CLOCK).because is B.ONLY_RETURN_KNOWN
    in_time = of(10, returned=local("2026-03-05T10:00"))
    assert verdicts(in_time) == ["early", "on_time", "early"]


# --- agreement, points, bands


def made(*verdicts: Verdict | None) -> list[Judgement]:
    return [Judgement(Definition.PROVINCIAL, V.UNKNOWN, v, B.COMPARED) for v in verdicts]


@pytest.mark.parametrize(
    ("verdicts", "same"),
    [
        ((V.EARLY, V.ON_TIME, V.IN_TIME), True),
        ((V.LATE, V.OVERDUE), True),
        ((V.EARLY, V.LATE), False),
        ((V.IN_TIME, V.OVERDUE), False),
        ((V.ON_TIME, None), False),
        ((None, None), True),
        ((), True),
    ],
)
def test_figures_agree_or_do_not(verdicts: tuple[Verdict | None, ...], same: bool) -> None:
    assert agree(made(*verdicts)) is same


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        ("2026-03-05T10:00", [2, None, None]),
        ("2026-03-06T12:00", [1, None, None]),
        ("2026-03-09T10:00", [0, None, None]),
    ],
)
def test_points_of_the_definition_that_scores(finished: str, expected: list[int | None]) -> None:
    judgements = judge(done(finished), END_OF_MONTH, CLOCK)
    assert [points(judgement, CLOCK.rules) for judgement in judgements] == expected


def test_what_has_not_ended_scores_nothing() -> None:
    assert points(by_receipt_slip(of(4), END_OF_MONTH, CLOCK), CLOCK.rules) is None


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
def test_near_due(due: str, at: str, band: str | None) -> None:
    found = near_due(local(due), local(at), CLOCK)
    assert (found and found.id) == band


def test_what_has_no_due_date_is_not_near_it() -> None:
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


# --- properties

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
