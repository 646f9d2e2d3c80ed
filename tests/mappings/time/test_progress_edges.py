"""Courses whose history lacks dates of the record, or has ends only."""

from __future__ import annotations

from datetime import datetime

import pytest

from khop.mappings.records import DossierRecord, Instant, Status, StatusKind, StatusRecord
from khop.mappings.time.progress import Change, progress_of


def on(day: int) -> Instant:
    return Instant.of(datetime.fromisoformat(f"2026-03-{day:02}T09:00+07:00"))


def history(*steps: tuple[int, int]) -> list[StatusRecord]:
    """Entries from pairs of day of March and state."""
    return [
        StatusRecord("igate", "1", f"{state}", "C", StatusKind.STATUS, on(day), Status(state))
        for day, state in steps
    ]


def record(status: int) -> DossierRecord:
    return DossierRecord("igate", "1", "C", status=Status(status), received_at=on(2))


def test_a_history_of_ends_alone_has_no_earlier_end() -> None:
    found = progress_of(record(10), history((6, 9), (9, 10)))
    assert (found.finished, found.returned) == (on(6), on(9))
    assert found.earlier_ends == ()


@pytest.mark.parametrize("status", [2, 4, 5, 6])
def test_a_dossier_that_is_open_again_has_no_end(status: int) -> None:
    found = progress_of(record(status), history((3, 4), (6, 9), (7, status)))
    assert found.end is None
    assert found.earlier_ends == (Change(Status.FINISHED, on(6)),)
