"""The facts of a history: when states began, and who has the dossier."""

from __future__ import annotations

from typing import Any

import pytest

from khop.mappings.records import Instant, Precision, Status, StatusKind, StatusRecord
from khop.mappings.states import HistoryFacts, history_facts

R, P, S, W, F, D = (
    Status.RECEIVED,
    Status.PROCESSING,
    Status.SUPPLEMENT,
    Status.WITHDRAWN,
    Status.FINISHED,
    Status.RETURNED,
)


def entry(status: Status | None, us: int | None, **more: Any) -> StatusRecord:
    when = None if us is None else Instant(us)
    return StatusRecord(
        "igate", "1", f"{us}-{status}", "H99", StatusKind.STATUS, when, status, **more
    )


def facts(*entries: StatusRecord, received: Instant | None = None) -> HistoryFacts:
    return history_facts(entries, received)


def test_of_equal_neighbours_the_first_is_when_a_state_began() -> None:
    found = facts(entry(R, 1), entry(W, 5), entry(W, 7))
    assert found.withdrawn_us == 5
    assert facts(entry(W, 1), entry(P, 2), entry(W, 3)).withdrawn_us == 3
    assert facts(entry(Status.NOT_RECEIVED, 4)).refused_us == 4
    assert facts(entry(Status.STOPPED, 4), entry(P, 5)).stopped_us == 4


def test_the_latest_change_is_not_certain_after_an_unknown_state_or_time() -> None:
    assert facts(entry(W, 1), entry(None, 2)).withdrawn_us is None
    assert facts(entry(W, 1), entry(P, None)).withdrawn_us is None


@pytest.mark.parametrize(
    ("received", "first"),
    [
        (Instant(3), 5),
        (Instant(5), 9),
        (Instant(9), None),
        (Instant(0, Precision.DAY), None),
        (None, None),
    ],
)
def test_the_first_request_for_papers_after_the_reception(
    received: Instant | None, first: int | None
) -> None:
    steps = (entry(S, 2), entry(R, 3), entry(S, 5), entry(P, 7), entry(S, 9))
    assert facts(*steps, received=received).supplement_after_us == first


def test_who_entered_and_who_closed() -> None:
    found = facts(
        entry(Status.NEW, 1, actor_key="a"),
        entry(R, 2, actor_key="b"),
        entry(R, 3, actor_key="c"),
        entry(F, 4, actor_key="d"),
        entry(D, 5, actor_key="e"),
    )
    assert (found.entered_by, found.closed_by, found.closed_entered_us) == ("b", "d", 4)
    several = facts(entry(R, 2, actor_key="b"), entry(R, 2, actor_key="c"))
    assert several.entered_by is None


HELD, SHARED = {"held": True, "actor_key": "a"}, {"held": False, "actor_key": "b"}


@pytest.mark.parametrize(
    ("entries", "key", "default"),
    [
        ((), None, None),
        ((entry(R, 1, held=True, actor_key="a"), entry(P, 2, held=False)), None, True),
        ((entry(R, 1, held=False), entry(P, 2, **HELD)), "a", False),
        # the current one counts, wherever it stands
        ((entry(R, 1, current=True, **HELD), entry(P, 2, **SHARED)), "a", False),
        # of several current ones, that of a person
        ((entry(R, 1, current=True, **HELD), entry(P, 2, current=True, **SHARED)), "a", False),
        # what is not known is not nobody
        ((entry(P, 1),), None, None),
        ((entry(P, 1, current=True, **SHARED), entry(P, 2, current=True)), None, None),
        ((entry(P, None, **SHARED), entry(R, 1, **SHARED)), None, None),
        ((entry(P, None, current=True, **SHARED), entry(R, 1, **HELD)), "b", True),
    ],
)
def test_who_has_it_now(
    entries: tuple[StatusRecord, ...], key: str | None, default: bool | None
) -> None:
    found = facts(*entries)
    assert (found.actor_key, found.actor_default) == (key, default)
