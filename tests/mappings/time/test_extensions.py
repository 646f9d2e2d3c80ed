"""Extensions of a due date, and their irregularities."""

from __future__ import annotations

import pytest

from khop.mappings.time.deadline_rules import (
    deadline_rules,
)
from khop.mappings.time.deadlines import (
    DueChange,
    Note,
)
from khop.mappings.time.time_limits import LimitClock
from tests.mappings.moments import local
from tests.mappings.time.due import (
    DUE,
    HOURS,
    extension,
    of,
    stop,
)


def test_one_extension_moves_the_due_date_and_the_original_stays() -> None:
    found = of(extension("2026-03-15T10:00", "2026-03-20T17:00"))
    assert found.due == local("2026-03-20T17:00")
    assert found.original == DUE
    assert found.notes == ()
    assert found.history[1] == DueChange(
        local("2026-03-20T17:00"), local("2026-03-15T10:00"), "extension"
    )


def test_an_extension_is_granted_once() -> None:
    first = extension("2026-03-13T10:00", "2026-03-20T17:00")
    second = extension("2026-03-18T10:00", "2026-03-27T17:00")
    found = of(first, second)
    assert (found.due, found.notes) == (local("2026-03-20T17:00"), (Note.EXTENSION_REPEATED,))
    rules = deadline_rules({"extension": {"at_most": 2}})
    assert of(first, second, clock=LimitClock(HOURS, rules)).due == local("2026-03-27T17:00")


def test_an_apology_after_the_due_date_does_not_move_it() -> None:
    found = of(extension("2026-03-16T09:00:01", "2026-03-20T17:00"))
    assert (found.due, found.notes) == (DUE, (Note.EXTENSION_AFTER_DUE,))


@pytest.mark.parametrize(
    ("decided", "notes"),
    [
        ("2026-03-15T23:59", ()),
        ("2026-03-16T00:00", (Note.NOTICE_TOO_LATE,)),
        ("2026-03-16T09:00", (Note.NOTICE_TOO_LATE,)),
    ],
)
def test_notice_is_due_a_day_before(decided: str, notes: tuple[Note, ...]) -> None:
    found = of(extension(decided, "2026-03-20T17:00"))
    assert (found.due, found.notes) == (local("2026-03-20T17:00"), notes)


def test_a_province_may_ask_for_earlier_notice() -> None:
    clock = LimitClock(HOURS, deadline_rules({"extension": {"notice_days": 3}}))
    assert of(extension("2026-03-13T10:00", "2026-03-20"), clock=clock).notes == ()
    late = of(extension("2026-03-14T10:00", "2026-03-20"), clock=clock)
    assert late.notes == (Note.NOTICE_TOO_LATE,)


@pytest.mark.parametrize("reason", ["", "  "])
def test_an_extension_without_a_reason_is_noted(reason: str) -> None:
    found = of(extension("2026-03-13T10:00", "2026-03-20T17:00", reason))
    assert (found.due, found.notes) == (local("2026-03-20T17:00"), (Note.NO_REASON,))


@pytest.mark.parametrize("due", ["2026-03-16T09:00", "2026-03-12T09:00", "2026-03-16"])
def test_an_extension_to_an_earlier_day_is_ignored(due: str) -> None:
    found = of(extension("2026-03-10T10:00", due))
    assert (found.due, found.notes) == (DUE, (Note.EXTENSION_NOT_LATER,))


def test_an_ignored_extension_does_not_use_up_the_granted_one() -> None:
    none = extension("2026-03-10T10:00", "2026-03-12T09:00")
    real = extension("2026-03-11T10:00", "2026-03-20T17:00")
    assert of(none, real).due == local("2026-03-20T17:00")


def test_a_pause_after_an_extension_moves_the_new_date() -> None:
    found = of(
        extension("2026-03-13T10:00", "2026-03-20T17:00"),
        stop("financial_duty", "2026-03-18T10:00", "2026-03-19T10:00"),
    )
    assert found.due == local("2026-03-23T17:00")
    assert [change.cause for change in found.history] == ["limit", "extension", "financial_duty"]


def test_of_two_events_at_one_moment_the_stop_comes_first() -> None:
    found = of(
        extension("2026-03-13T10:00", "2026-03-20T17:00"),
        stop("financial_duty", "2026-03-13T10:00", "2026-03-16T10:00"),
    )
    assert [change.cause for change in found.history] == ["limit", "financial_duty", "extension"]
    assert found.due == local("2026-03-20T17:00")
