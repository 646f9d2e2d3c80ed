"""The course of a dossier, from its record and its history."""

from __future__ import annotations

import pytest

from khop.mappings.records import (
    DossierRecord,
    Instant,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.mappings.time.deadline_rules import Ground, Measure
from khop.mappings.time.deadlines import Stop
from khop.mappings.time.progress import Change, Progress, progress_of, stops_in
from khop.mappings.time.time_limits import Limit
from tests.mappings.moments import local


def on(day: int, hour: int = 9) -> Instant:
    return local(f"2026-03-{day:02}T{hour:02}:00")


def entry(
    status: int | None, at: Instant | None, kind: StatusKind = StatusKind.STATUS
) -> StatusRecord:
    state = None if status is None else Status(status)
    return StatusRecord("igate", "1", f"{status}", "C", kind, at, state)


def history(*steps: tuple[int, int]) -> list[StatusRecord]:
    """Entries from pairs of day of March and state."""
    return [entry(status, on(day)) for day, status in steps]


def record(status: int | None, **times: Instant) -> DossierRecord:
    state = None if status is None else Status(status)
    return DossierRecord("igate", "1", "C", status=state, **times)  # type: ignore[arg-type]


def test_the_course_has_the_dates_of_the_record() -> None:
    limits = [Limit(5, Measure.WORKING_DAY)]
    found = progress_of(
        record(10, received_at=on(2), due_at=on(9), finished_at=on(6), returned_at=on(7)),
        limits=limits,
    )
    assert found == Progress(
        Status.RETURNED, on(2), on(9), on(6), on(7), limits=(Limit(5, Measure.WORKING_DAY),)
    )


def test_known_defect_the_due_date_is_never_the_day_of_creation() -> None:
    found = progress_of(record(4, submitted_at=on(1), received_at=on(2), entered_at=on(3)))
    assert found.due is None
    assert found.received == on(2)


@pytest.mark.parametrize(
    ("status", "field", "at"),
    [
        (9, "finished", 6),
        (10, "finished", 6),
        (10, "returned", 7),
        (3, "closed", 8),
        (7, "closed", 8),
        (8, "closed", 8),
    ],
)
def test_an_end_missing_from_the_record_comes_from_the_history(
    status: int, field: str, at: int
) -> None:
    last = (7, 10) if status == 10 else (8, status)
    steps = history((2, 2), (6, 9), last) if status >= 9 else history((2, 2), last)
    assert getattr(progress_of(record(status), steps), field) == on(at)


def test_the_record_comes_before_the_history() -> None:
    steps = history((6, 9), (7, 10), (8, 8))
    found = progress_of(record(10, finished_at=on(4), returned_at=on(5)), steps)
    assert (found.finished, found.returned, found.closed) == (on(4), on(5), None)
    assert progress_of(record(8, finished_at=on(4)), steps).closed == on(4)


def test_the_end_of_a_closed_dossier_is_no_result() -> None:
    found = progress_of(record(3, finished_at=on(4), returned_at=on(5)))
    assert (found.finished, found.returned, found.closed) == (None, None, on(4))
    assert progress_of(record(7)).closed is None


def test_the_first_arrival_in_a_state_counts() -> None:
    found = progress_of(record(10), history((2, 2), (6, 9), (7, 10), (8, 9), (9, 10)))
    assert (found.finished, found.returned) == (on(6), on(7))


def test_known_defect_reopening_does_not_lose_the_earlier_end() -> None:
    steps = history((2, 2), (6, 9), (7, 10), (8, 4))
    found = progress_of(record(4), steps)
    assert (found.finished, found.returned, found.end) == (None, None, None)
    assert found.earlier_ends == (Change(Status.FINISHED, on(6)), Change(Status.RETURNED, on(7)))


def test_known_defect_the_end_after_reopening_replaces_the_one_before() -> None:
    found = progress_of(record(9), history((2, 2), (6, 9), (8, 4), (12, 9)))
    assert found.finished == on(12)
    assert found.earlier_ends == (Change(Status.FINISHED, on(6)),)


def test_an_open_dossier_whose_history_ends_closed_keeps_that_end_beside() -> None:
    found = progress_of(record(4, finished_at=on(6)), history((2, 2), (6, 9)))
    assert found.end is None
    assert found.earlier_ends == (Change(Status.FINISHED, on(6)),)


def test_a_dossier_that_ended_once_has_no_earlier_end() -> None:
    assert progress_of(record(10), history((2, 2), (6, 9), (7, 10))).earlier_ends == ()
    assert progress_of(record(10), history((6, 9), (7, 10))).finished == on(6)


def test_an_unknown_state_has_no_end() -> None:
    found = progress_of(record(None, finished_at=on(6)), history((2, 2), (6, 9)))
    assert (found.status, found.end) == (None, None)


def test_stops_are_the_times_in_states_5_and_6() -> None:
    found = stops_in(history((2, 2), (3, 5), (4, 5), (5, 2), (6, 6), (7, 5), (9, 4), (10, 6)))
    assert found == (
        Stop(Ground.SUPPLEMENT, on(3), on(5)),
        Stop(Ground.FINANCIAL_DUTY, on(6), on(7)),
        Stop(Ground.SUPPLEMENT, on(7), on(9)),
        Stop(Ground.FINANCIAL_DUTY, on(10)),
    )


def test_a_history_is_read_by_event_time() -> None:
    steps = history((5, 2), (3, 5), (2, 2))
    assert stops_in(steps) == (Stop(Ground.SUPPLEMENT, on(3), on(5)),)


def test_entries_without_time_or_state_are_ignored() -> None:
    steps = [
        *history((2, 2), (3, 5), (6, 4)),
        entry(None, on(4)),
        entry(4, None),
        entry(4, on(5), StatusKind.DELIVERED),
    ]
    assert stops_in(steps) == (Stop(Ground.SUPPLEMENT, on(3), on(6)),)
    assert stops_in([]) == ()


def test_only_requests_after_reception_are_supplements() -> None:
    steps = history((1, 5), (2, 2), (3, 5), (4, 4), (5, 6), (6, 4))
    asked = Stop(Ground.SUPPLEMENT, on(3), on(4))
    assert progress_of(record(4, received_at=on(2)), steps).supplements == (asked,)
    assert progress_of(record(4, received_at=on(3)), steps).supplements == (asked,)
    assert progress_of(record(4, received_at=local("2026-03-03")), steps).supplements == (asked,)
    assert progress_of(record(4, received_at=on(3, 10)), steps).supplements == ()
    assert progress_of(record(4), steps).supplements == ()


@pytest.mark.parametrize(
    ("ends", "end", "service", "certain"),
    [
        ({"finished": 4, "returned": 6}, 4, 6, True),
        ({"returned": 6}, 6, 6, False),
        ({"finished": 4}, 4, None, True),
        ({"closed": 5}, 5, 5, True),
        ({"returned": 6, "closed": 5}, 6, 6, False),
        ({}, None, None, True),
    ],
)
def test_the_agency_is_judged_by_the_result_and_the_service_by_the_hand_over(
    ends: dict[str, int], end: int | None, service: int | None, certain: bool
) -> None:
    found = Progress(Status.RETURNED, **{key: on(day) for key, day in ends.items()})  # type: ignore[arg-type]
    assert found.end == (None if end is None else on(end))
    assert found.as_service().end == (None if service is None else on(service))
    assert found.end_is_certain is certain
    assert found.as_service().end_is_certain
