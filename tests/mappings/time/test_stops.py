"""Stops of the clock: supplements restart or pause it, other grounds pause it."""

from __future__ import annotations

import pytest

from khop.errors import RecordError
from khop.mappings.time.deadline_rules import (
    Definition,
    Measure,
    ProcedureClock,
)
from khop.mappings.time.deadlines import (
    Missing,
    Note,
    Terms,
    due_dates,
)
from khop.mappings.time.time_limits import Limit
from tests.mappings.moments import local
from tests.mappings.time.due import (
    CLOCK,
    DUE,
    PORTAL,
    RECEIVED,
    TEN_DAYS,
    extension,
    of,
    stop,
)


@pytest.mark.parametrize(
    ("asked", "answered", "by_law", "by_portal"),
    [
        # asked on the third working day: by law the limit starts again
        ("2026-03-05T10:00", "2026-03-09T14:00", "2026-03-23T14:00", "2026-03-18T09:00"),
        ("2026-03-02T10:00", "2026-03-03T08:00", "2026-03-17T08:00", "2026-03-17T09:00"),
        # asked on the fourth, which is too late for a restart: a pause
        ("2026-03-06T10:00", "2026-03-09T14:00", "2026-03-17T09:00", "2026-03-17T09:00"),
    ],
)
def test_a_supplement_restarts_by_law_and_pauses_on_the_portal(
    asked: str, answered: str, by_law: str, by_portal: str
) -> None:
    both = due_dates(CLOCK, Terms(TEN_DAYS, stops=[stop("supplement", asked, answered)]), RECEIVED)
    assert both.statutory.due == local(by_law)
    assert both.portal.due == local(by_portal)
    assert both.statutory.original == both.portal.original == DUE


def test_a_late_request_is_noted_where_it_changes_the_effect() -> None:
    late = stop("supplement", "2026-03-06T10:00", "2026-03-09T14:00")
    assert of(late).notes == (Note.SUPPLEMENT_LATE,)
    assert of(late, definition=PORTAL).notes == ()
    in_time = stop("supplement", "2026-03-05T10:00", "2026-03-09T14:00")
    assert of(in_time).notes == ()


def test_a_second_request_is_noted() -> None:
    first = stop("supplement", "2026-03-03T10:00", "2026-03-04T10:00")
    second = stop("supplement", "2026-03-05T10:00", "2026-03-06T10:00")
    third = stop("supplement", "2026-03-07T10:00", "2026-03-09T10:00")
    assert of(first, second, definition=PORTAL).notes == (Note.SUPPLEMENT_REPEATED,)
    assert of(first, second, third, definition=PORTAL).notes == (Note.SUPPLEMENT_REPEATED,)
    assert of(first, second).due == local("2026-03-20T10:00")


def test_an_open_supplement_makes_the_due_date_unknown() -> None:
    found = of(stop("supplement", "2026-03-05T10:00"))
    assert (found.due, found.missing) == (None, Missing.CLOCK_STANDS)
    assert found.original == DUE


def test_events_after_an_open_stop_are_ignored() -> None:
    found = of(
        stop("supplement", "2026-03-05T10:00"),
        stop("financial_duty", "2026-03-06T10:00", "2026-03-09T10:00"),
        extension("2026-03-10T10:00", "2026-03-20T10:00"),
    )
    assert (found.missing, len(found.history)) == (Missing.CLOCK_STANDS, 1)


def test_a_request_before_reception_is_no_stop() -> None:
    before = stop("supplement", "2026-02-26T10:00", "2026-02-27T10:00")
    until = stop("supplement", "2026-02-26T10:00", "2026-03-02T09:00")
    assert of(before).due == of(until).due == DUE
    assert of(before).notes == ()
    again = stop("supplement", "2026-03-03T10:00", "2026-03-04T10:00")
    assert Note.SUPPLEMENT_REPEATED not in of(before, again).notes


def test_a_pause_that_began_before_reception_counts_from_it() -> None:
    found = of(stop("financial_duty", "2026-02-26T10:00", "2026-03-04T10:00"))
    assert found.due == local("2026-03-18T09:00")


def test_a_financial_duty_pauses_by_law_only() -> None:
    duty = stop("financial_duty", "2026-03-04T10:00", "2026-03-11T10:00")
    both = due_dates(CLOCK, Terms(TEN_DAYS, stops=[duty]), RECEIVED)
    assert both.statutory.due == local("2026-03-23T09:00")
    assert both.portal.due == DUE
    assert [change.cause for change in both.statutory.history] == ["limit", "financial_duty"]
    assert both.statutory.history[1].since == local("2026-03-11T10:00")


def test_a_duty_that_is_not_yet_paid_stops_the_law_and_not_the_portal() -> None:
    stopped = Terms(TEN_DAYS, stops=[stop("financial_duty", "2026-03-04T10:00")])
    both = due_dates(CLOCK, stopped, RECEIVED)
    assert both.statutory.missing is Missing.CLOCK_STANDS
    assert both.portal.due == DUE


def test_a_consultation_stops_only_where_the_procedure_defines_it() -> None:
    asked = stop("consultation", "2026-03-04T10:00", "2026-03-06T10:00")
    special = ProcedureClock(stops_for_consultation=True)
    assert of(asked).due == DUE
    assert of(asked, procedure=special).due == local("2026-03-18T09:00")
    # The portal's formula excludes supplements only.
    assert of(asked, definition=PORTAL, procedure=special).due == DUE
    duty = stop("financial_duty", "2026-03-04T10:00", "2026-03-06T10:00")
    assert of(duty, definition=PORTAL, procedure=special).due == DUE


def test_a_definition_without_rules_of_its_own_has_no_stops() -> None:
    found = of(
        stop("supplement", "2026-03-04T10:00", "2026-03-06T10:00"),
        definition=Definition.PROVINCIAL,
    )
    assert (found.due, found.notes) == (DUE, ())


def test_two_grounds_at_once_stop_the_clock_once() -> None:
    found = of(
        stop("financial_duty", "2026-03-09T10:00", "2026-03-12T10:00"),
        stop("supplement", "2026-03-10T10:00", "2026-03-11T10:00"),
    )
    assert found.due == local("2026-03-19T09:00")
    overlapping = of(
        stop("supplement", "2026-03-09T10:00", "2026-03-11T10:00"),
        stop("financial_duty", "2026-03-10T10:00", "2026-03-12T10:00"),
    )
    assert overlapping.due == local("2026-03-19T09:00")


def test_a_restart_inside_a_longer_stop_counts_from_the_end_of_that() -> None:
    found = of(
        stop("financial_duty", "2026-03-03T10:00", "2026-03-10T10:00"),
        stop("supplement", "2026-03-04T10:00", "2026-03-05T10:00"),
    )
    assert found.due == local("2026-03-24T10:00")


def test_a_stop_that_ends_at_once_changes_nothing() -> None:
    found = of(stop("financial_duty", "2026-03-04T10:00", "2026-03-04T10:00"))
    assert (found.due, len(found.history)) == (DUE, 1)


@pytest.mark.parametrize(
    ("ended", "due"),
    [
        ("2026-03-16T08:00", "2026-03-16T09:00"),
        ("2026-03-16T09:00", "2026-03-16T09:00"),
        ("2026-03-16T09:01", "2026-03-17T09:00"),
        ("2026-03-17T08:00", "2026-03-17T09:00"),
        ("2026-03-21T10:00", "2026-03-23T09:00"),
    ],
)
def test_no_dossier_falls_due_while_its_clock_is_stopped(ended: str, due: str) -> None:
    assert of(stop("financial_duty", "2026-03-16T08:00", ended)).due == local(due)


def test_calendar_days_do_not_fall_due_in_a_stop_either() -> None:
    four = Limit(4, Measure.CALENDAR_DAY)
    found = of(stop("financial_duty", "2026-03-06T08:00", "2026-03-06T16:00"), limit=four)
    assert found.due == local("2026-03-09T09:00")
    in_day = of(
        stop("financial_duty", "2026-03-02T10:00", "2026-03-02T18:00"),
        procedure=ProcedureClock(in_day=True),
    )
    assert in_day.due == local("2026-03-03T17:00")


def test_a_stop_cannot_end_before_it_begins() -> None:
    with pytest.raises(RecordError, match="financial_duty ends before it begins") as caught:
        of(stop("financial_duty", "2026-03-05T10:00", "2026-03-04T10:00"))
    assert caught.value.field == "stops"


@pytest.mark.parametrize("ground", ["supplement", "financial_duty"])
def test_a_stop_after_the_due_date_does_not_move_it(ground: str) -> None:
    late = stop(ground, "2026-03-16T09:00:01", "2026-03-20T10:00")
    found = of(late)
    assert (found.due, found.notes) == (DUE, (Note.STOP_AFTER_DUE,))
    still_open = of(stop(ground, "2026-03-17T09:00"))
    assert (still_open.due, still_open.missing) == (DUE, None)
    in_time = of(stop(ground, "2026-03-16T09:00", "2026-03-20T08:00"))
    assert in_time.due == local("2026-03-20T09:00")
