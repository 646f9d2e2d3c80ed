"""Due dates: where the clock starts, by law and by the portal's computation."""

from __future__ import annotations

from datetime import time

import pytest

from khop.mappings.records import Channel, Instant
from khop.mappings.time.calendar import DayError
from khop.mappings.time.deadline_rules import (
    Measure,
    ProcedureClock,
)
from khop.mappings.time.deadlines import (
    Deadline,
    DueChange,
    Extension,
    Missing,
    Note,
    Stop,
    Terms,
    clock_start,
    due_dates,
)
from khop.mappings.time.time_limits import Limit
from tests.mappings.moments import local
from tests.mappings.time.due import (
    CLOCK,
    DUE,
    LAW,
    PORTAL,
    RECEIVED,
    TEN_DAYS,
    extension,
    of,
    stop,
)


def test_stored_words_are_stable() -> None:
    assert " ".join(Missing) == "start limit time_of_day clock_stands"
    assert " ".join(Note) == (
        "stop_after_due supplement_repeated supplement_late extension_after_due "
        "extension_repeated extension_not_later notice_too_late no_reason"
    )


def test_a_limit_alone_gives_the_due_date() -> None:
    found = of()
    assert found == Deadline(LAW, DUE, history=(DueChange(DUE, RECEIVED, "limit"),))
    assert found.original == DUE


@pytest.mark.parametrize(
    ("start", "limit", "missing"),
    [
        (None, TEN_DAYS, Missing.START),
        (RECEIVED, None, Missing.LIMIT),
        (None, None, Missing.START),
        (local("2026-03-02"), Limit(4, Measure.WORKING_HOUR), Missing.TIME_OF_DAY),
    ],
)
def test_an_unknown_due_date_has_its_reason(
    start: Instant | None, limit: Limit | None, missing: Missing
) -> None:
    found = of(start=start, limit=limit)
    assert (found.due, found.missing, found.original) == (None, missing, None)


@pytest.mark.parametrize(
    "event",
    [
        stop("supplement", "2026-03-02", "2026-03-02T15:00"),
        stop("supplement", "2026-03-02T10:00", "2026-03-03"),
        extension("2026-03-02T10:00", "2026-03-05"),
    ],
)
def test_hours_cannot_be_counted_from_days(event: Stop | Extension) -> None:
    assert of(event, limit=Limit(8, Measure.WORKING_HOUR)).missing is Missing.TIME_OF_DAY
    assert of(event).missing is None


def test_the_fifteen_hour_rule_starts_the_clock_the_next_working_day() -> None:
    special = ProcedureClock(cutoff=time(15))
    afternoon = local("2026-03-06T15:01")
    assert of(start=afternoon, procedure=special).due == local("2026-03-23T07:00")
    assert of(start=afternoon).due == local("2026-03-20T15:01")
    assert of(start=local("2026-03-06T15:00"), procedure=special).due == local("2026-03-20T15:00")


def test_the_fifteen_hour_rule_holds_for_a_restart_too() -> None:
    special = ProcedureClock(cutoff=time(15))
    asked = stop("supplement", "2026-03-03T10:00", "2026-03-06T16:00")
    assert of(asked, procedure=special).due == local("2026-03-23T07:00")


def test_a_pause_before_the_clock_starts_is_ignored() -> None:
    special = ProcedureClock(cutoff=time(15))
    duty = stop("financial_duty", "2026-03-06T15:30", "2026-03-09T08:00")
    found = of(duty, start=local("2026-03-06T15:10"), procedure=special)
    assert found.due == local("2026-03-23T07:00")


@pytest.mark.parametrize(
    ("received", "due"),
    [
        ("2026-03-06T14:00", "2026-03-06T17:00"),
        ("2026-03-06T15:30", "2026-03-09T17:00"),
        ("2026-03-06T18:00", "2026-03-09T17:00"),
    ],
)
def test_an_in_day_procedure_is_due_at_the_close_of_its_day(received: str, due: str) -> None:
    special = ProcedureClock(cutoff=time(15), in_day=True)
    assert of(start=local(received), limit=None, procedure=special).due == local(due)
    assert of(start=local(received), procedure=special).due == local(due)


def test_calendar_days_are_moved_off_a_day_off_once_after_a_pause() -> None:
    five = Limit(5, Measure.CALENDAR_DAY)
    found = of(stop("financial_duty", "2026-03-03T10:00", "2026-03-04T10:00"), limit=five)
    # Monday 2 + 5 is Saturday 7, promised for Monday 9; with one day of pause Sunday 8.
    assert found.original == local("2026-03-09T09:00")
    assert found.due == local("2026-03-09T09:00")


def test_a_dossier_known_by_days_is_due_by_days() -> None:
    found = of(stop("financial_duty", "2026-03-04", "2026-03-06T10:00"), start=local("2026-03-02"))
    assert found.due == local("2026-03-18")


@pytest.mark.parametrize(
    ("channel", "options", "start"),
    [
        (None, {}, "2026-03-02T09:00"),
        (Channel.COUNTER, {"handed_over": local("2026-03-01T09:00")}, "2026-03-02T09:00"),
        (Channel.ONLINE, {}, "2026-03-02T09:00"),
        (Channel.POST, {"handed_over": local("2026-03-01T09:00")}, "2026-03-01T09:00"),
        (Channel.POST, {}, None),
        (None, {"competent_received": local("2026-03-03T09:00")}, "2026-03-02T09:00"),
        (
            Channel.POST,
            {"non_territorial": True, "competent_received": local("2026-03-03T09:00")},
            "2026-03-03T09:00",
        ),
        (Channel.ONLINE, {"non_territorial": True}, None),
    ],
)
def test_the_clock_starts_by_channel_and_territory(
    channel: Channel | None, options: dict[str, Instant], start: str | None
) -> None:
    found = clock_start(RECEIVED, channel, **options)  # type: ignore[arg-type]
    assert found == (None if start is None else local(start))


def test_only_the_laws_clock_may_start_elsewhere() -> None:
    started, promised = local("2026-03-03T08:00"), local("2026-03-18")
    both = due_dates(CLOCK, Terms(TEN_DAYS), RECEIVED, started=started, promised=promised)
    assert both.statutory.due == local("2026-03-17T08:00")
    assert both.portal.due == DUE
    assert both.promised == local("2026-03-18")
    assert (both.statutory.definition, both.portal.definition) == (LAW, PORTAL)


def test_a_start_that_is_not_known_is_not_guessed_from_the_reception() -> None:
    started = clock_start(RECEIVED, Channel.POST)
    both = due_dates(CLOCK, Terms(TEN_DAYS), RECEIVED, started=started)
    assert (both.statutory.due, both.statutory.missing) == (None, Missing.START)
    assert both.portal.due == DUE
    assert due_dates(CLOCK, Terms(TEN_DAYS), RECEIVED).statutory.due == DUE


def test_both_definitions_see_every_event() -> None:
    terms = Terms(
        None,
        ProcedureClock(in_day=True),
        [stop("supplement", "2026-03-02T10:00", "2026-03-03T10:00")],
        [extension("2026-03-02T11:00", "2026-03-06T10:00")],
    )
    both = due_dates(CLOCK, terms, RECEIVED)
    for found in (both.statutory, both.portal):
        assert [change.cause for change in found.history] == ["limit", "supplement", "extension"]


@pytest.mark.parametrize(
    ("start", "amount", "provisional"),
    [
        ("2026-03-02T09:00", 10, False),
        ("2026-11-20T09:00", 1, True),  # due on the undecided Monday
        ("2026-11-20T09:00", 3, True),
        ("2026-11-24T09:00", 3, False),
        ("2026-12-30T09:00", 1, False),
        ("2026-12-30T09:00", 5, True),
    ],
)
def test_a_due_date_that_a_notice_may_still_move(
    start: str, amount: int, provisional: bool
) -> None:
    found = of(start=local(start), limit=Limit(amount, Measure.WORKING_DAY))
    assert found.provisional is provisional


def test_the_latest_version_decides_what_is_provisional() -> None:
    found = of(extension("2026-12-10T10:00", "2027-01-05T10:00"), start=local("2026-12-01T09:00"))
    assert (found.original, found.provisional) == (local("2026-12-15T09:00"), True)


def test_a_limit_beyond_the_calendar_raises_a_day_error() -> None:
    with pytest.raises(DayError):
        of(start=local("2100-12-20T09:00"))
