"""The three definitions of "on time" side by side, and where they differ."""

from __future__ import annotations

from dataclasses import replace
from datetime import datetime

import pytest

from khop.mappings.records import Instant, Status
from khop.mappings.time.deadline_rules import Definition, Measure
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
    overdue_in_process,
    points,
)
from khop.mappings.time.time_limits import Limit
from tests.mappings.moments import local
from tests.mappings.time.courses import (
    CLOCK,
    DUE,
    END_OF_MONTH,
    RECEIVED,
    B,
    V,
    counted,
    done,
    of,
    supplement,
    verdicts,
)


def test_stored_words_are_stable() -> None:
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


@pytest.mark.parametrize("status", [5, 6])
def test_a_stopped_clock_hides_an_overdue_dossier(status: int) -> None:
    progress = of(status, supplements=(supplement("2026-03-04T10:00"),))
    for calculator in (by_receipt_slip, by_province):
        in_time = calculator(progress, DUE, CLOCK)
        assert (in_time.verdict, in_time.because) == (V.IN_TIME, B.CLOCK_STANDS)
        assert not in_time.hidden_overdue
        hidden = calculator(progress, Instant(DUE.us + 1), CLOCK)
        assert (hidden.verdict, hidden.counted_as) == (V.IN_TIME, V.IN_TIME)
        assert hidden.hidden_overdue


def test_a_terminated_dossier_is_open_for_provincial_reports_only() -> None:
    progress = of(8, closed=local("2026-03-05T10:00"))
    assert verdicts(progress) == ["early", "on_time", "in_time"]
    assert by_province(progress, END_OF_MONTH, CLOCK).hidden_overdue
    assert not by_receipt_slip(progress, END_OF_MONTH, CLOCK).hidden_overdue


def test_a_withdrawn_dossier_has_the_verdict_withdrawn() -> None:
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
def test_a_dossier_never_received_is_excluded_by_every_definition(
    status: int, received: Instant | None
) -> None:
    progress = of(status, received=received, closed=local("2026-03-20T10:00"))
    for judgement in judge(progress, END_OF_MONTH, CLOCK):
        assert judgement.verdict is V.EXCLUDED
        assert judgement.counted_as is None
        assert judgement.because is B.NOT_RECEIVED


@pytest.mark.parametrize("status", [2, 4, 6])
def test_a_missing_reception_date_excludes_nothing_that_was_received(status: int) -> None:
    assert "excluded" not in verdicts(of(status, received=None))
    assert verdicts(done("2026-03-05T10:00", received=None)) == ["early", "on_time", "early"]


def test_an_unknown_state_gives_an_unknown_verdict() -> None:
    for judgement in judge(of(None, finished=DUE), END_OF_MONTH, CLOCK):
        assert (judgement.verdict, judgement.counted_as) == (V.UNKNOWN, None)
        assert judgement.because is B.STATUS_UNKNOWN


@pytest.mark.parametrize("status", [9, 10])
def test_an_end_without_its_date_gives_an_unknown_verdict(status: int) -> None:
    for judgement in judge(of(status), END_OF_MONTH, CLOCK):
        assert (judgement.verdict, judgement.counted_as) == (V.UNKNOWN, None)
        assert judgement.because is B.NO_END_DATE


def test_a_late_hand_over_does_not_make_a_ready_result_late() -> None:
    progress = of(10, finished=local("2026-03-05T10:00"), returned=local("2026-03-20T10:00"))
    assert verdicts(progress) == ["early", "on_time", "early"]
    assert verdicts(progress.as_service()) == ["late", "late", "late"]


def test_a_late_hand_over_alone_gives_an_unknown_verdict() -> None:
    progress = of(10, returned=local("2026-03-20T10:00"))
    assert verdicts(progress) == ["unknown", "late", "unknown"]
    assert counted(progress) == [V.LATE, V.LATE, V.LATE]
    for calculator in (by_receipt_slip, by_province):
        assert calculator(progress, END_OF_MONTH, CLOCK).because is B.ONLY_RETURN_KNOWN
    in_time = of(10, returned=local("2026-03-05T10:00"))
    assert verdicts(in_time) == ["early", "on_time", "early"]


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
def test_agreement_compares_how_figures_count(
    verdicts: tuple[Verdict | None, ...], same: bool
) -> None:
    assert agree(made(*verdicts)) is same


@pytest.mark.parametrize(
    ("finished", "expected"),
    [
        ("2026-03-05T10:00", [2, None, None]),
        ("2026-03-06T12:00", [1, None, None]),
        ("2026-03-09T10:00", [0, None, None]),
    ],
)
def test_only_one_definition_gives_points(finished: str, expected: list[int | None]) -> None:
    judgements = judge(done(finished), END_OF_MONTH, CLOCK)
    assert [points(judgement, CLOCK.rules) for judgement in judgements] == expected


def test_an_open_dossier_gives_no_points() -> None:
    assert points(by_receipt_slip(of(4), END_OF_MONTH, CLOCK), CLOCK.rules) is None
