"""The six counters of dossiers that make statistics wrong."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.records import Channel, Instant, Status
from khop.mappings.statistics.error_counters import (
    StatisticsError,
    count_statistics_errors,
    statistics_errors,
)
from khop.mappings.statistics.report_dossier import ReportDossier

TODAY = date(2026, 11, 22)


def at(day: int, hour: float = 9) -> Instant:
    """A local time of November 2026."""
    return Instant.of(datetime(2026, 11, day, tzinfo=UTC) + timedelta(hours=hour - 7))


def dossier(status: int | None, *times: Instant | None, **known: Any) -> ReportDossier:
    received, finished = (*times, None, None)[:2]
    state = None if status is None else Status(status)
    return ReportDossier(state, received, None, finished, **known)


@pytest.mark.parametrize(
    ("one", "errors"),
    [
        (dossier(4, at(1)), []),
        (dossier(9, at(1), at(2)), []),
        (dossier(4), ["no_reception"]),
        (dossier(2), ["no_reception"]),
        (dossier(6), ["no_reception"]),
        (dossier(7), ["no_reception"]),
        (dossier(8), ["no_reception"]),
        (dossier(5), []),
        (dossier(9, at(1)), ["no_end"]),
        (dossier(10, at(1)), ["no_end"]),
        (dossier(10, at(1), returned_at=at(2)), ["no_end"]),
        (dossier(8, at(1)), []),
        (dossier(7, at(1)), []),
        (dossier(4, at(22, 23.99)), []),
        (dossier(4, at(23, 0)), ["received_in_future"]),
        (dossier(9, at(1), at(22, 23.99)), []),
        (dossier(9, at(1), at(23, 0)), ["ended_in_future"]),
        (dossier(9, at(3, 0), at(2, 23.99)), ["ended_before_reception"]),
        (dossier(9, at(3, 10), at(3, 9)), []),
        (dossier(9), ["no_end", "no_reception"]),
        (dossier(4, at(24), at(23)),
         ["ended_before_reception", "ended_in_future", "received_in_future"]),
        (dossier(4, at(1), channel=Channel.ONLINE, information_only=True),
         ["information_only_online"]),
        (dossier(4, at(1), channel=Channel.ONLINE, information_only=False), []),
        (dossier(4, at(1), channel=Channel.ONLINE), []),
        (dossier(4, at(1), channel=Channel.COUNTER, information_only=True), []),
        (dossier(4, at(1), channel=None, information_only=True), []),
    ],
)  # fmt: skip
def test_the_six_counters(one: ReportDossier, errors: list[str]) -> None:
    assert sorted(statistics_errors(one, TODAY)) == errors


@pytest.mark.parametrize("status", [None, 1, 3])
def test_new_and_refused_dossiers_have_no_statistics_error(status: int | None) -> None:
    bad = dossier(status, at(24), at(23), channel=Channel.ONLINE, information_only=True)
    assert statistics_errors(bad, TODAY) == frozenset()


def test_deleted_and_test_dossiers_have_no_statistics_error() -> None:
    bad = dossier(9)
    assert statistics_errors(replace(bad, deleted=True), TODAY) == frozenset()
    assert statistics_errors(replace(bad, test=True), TODAY) == frozenset()


def test_the_list_counts_each_dossier_in_each_counter_that_fits() -> None:
    counts = count_statistics_errors([dossier(9), dossier(10), dossier(4), dossier(5)], TODAY)
    assert counts == {
        "information_only_online": 0,
        "no_reception": 3,
        "no_end": 2,
        "received_in_future": 0,
        "ended_in_future": 0,
        "ended_before_reception": 0,
    }
    assert list(counts) == list(StatisticsError)


@pytest.mark.parametrize("today", [None, "2026-11-22", datetime(2026, 11, 22), 20261122])
def test_a_datetime_as_today_is_refused(today: Any) -> None:
    for one in (dossier(4), dossier(1)):
        with pytest.raises(RecordError, match="is not a day"):
            statistics_errors(one, today)


times = st.none() | st.integers(1, 28).map(at)


@given(st.lists(st.builds(dossier, st.integers(1, 10), times, times), max_size=20))
def test_counters_are_the_sum_of_the_dossiers(dossiers: list[ReportDossier]) -> None:
    found = [error for one in dossiers for error in statistics_errors(one, TODAY)]
    counts = count_statistics_errors(iter(dossiers), TODAY)
    assert counts == {error: found.count(error) for error in StatisticsError}
