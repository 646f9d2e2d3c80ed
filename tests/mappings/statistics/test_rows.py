"""Rows of form II.06a and their sums."""

from __future__ import annotations

from datetime import date
from itertools import pairwise
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.records import Channel, Instant, Status
from khop.mappings.statistics.bucket_rules import bucket_rules
from khop.mappings.statistics.buckets import Column, LeftOut, Note, Placement, place
from khop.mappings.statistics.periods import calendar_month
from khop.mappings.statistics.report_dossier import ReportDossier
from khop.mappings.statistics.rows import BrokenIdentity, add_rows, broken_identities, tally
from tests.mappings.statistics.dossiers import MARCH, dossier, on

#: Days of 2026 around March, with and without a time of day.
DAYS = st.dates(date(2026, 1, 20), date(2026, 5, 10))
STATES = st.sampled_from(Status)
COUNTED = [Status(code) for code in (2, 3, 4, 5, 6, 7, 8, 9, 10)]


@st.composite
def courses(draw: st.DrawFn) -> ReportDossier:
    """A dossier with a complete and plausible course, after its end."""
    status = draw(st.sampled_from(COUNTED))
    received = draw(DAYS)
    finished = None
    if status in bucket_rules().ended:
        finished = draw(st.dates(received, date(2026, 6, 30)))
    due = draw(st.none() | DAYS)
    return ReportDossier(
        status,
        instant(received),
        instant(due),
        instant(finished),
        channel=draw(st.sampled_from([None, *Channel])),
        no_due=draw(st.booleans()),
    )


def instant(day: date | None) -> Instant | None:
    return None if day is None else on(day.month, day.day)


any_dossier = st.builds(
    ReportDossier,
    st.none() | STATES,
    st.none() | DAYS.map(instant),
    st.none() | DAYS.map(instant),
    st.none() | DAYS.map(instant),
    st.none() | DAYS.map(instant),
    channel=st.sampled_from([None, *Channel]),
    no_due=st.booleans(),
    deleted=st.booleans(),
    test=st.booleans(),
)


@given(st.lists(any_dossier, max_size=30))
def test_the_sums_hold_for_any_data(dossiers: list[ReportDossier]) -> None:
    row = tally(dossiers, MARCH)
    assert broken_identities(row.columns) == ()
    c = {column.value: count for column, count in row.columns.items()}
    assert set(c) == set(range(3, 14))
    assert c[3] == c[4] + c[5] + c[6]
    assert c[7] == c[8] + c[9] + c[10]
    assert c[11] == c[12] + c[13]
    assert c[3] == c[7] + c[11]
    assert c[3] + sum(row.left_out.values()) == len(dossiers)


@given(st.lists(courses(), max_size=30))
def test_the_carried_over_column_equals_the_open_one_before(courses: list[ReportDossier]) -> None:
    months = [tally(courses, calendar_month(2026, month)) for month in range(1, 8)]
    for previous, this in pairwise(months):
        assert broken_identities(this.columns, previous.columns) == ()
        assert this.columns[Column.CARRIED_OVER] == previous.columns[Column.OPEN]
    ended = sum(row.columns[Column.ENDED] for row in months)
    assert ended == sum(one.finished_at is not None for one in courses)


@given(st.lists(any_dossier, max_size=12), st.lists(any_dossier, max_size=12))
def test_rows_add_up(some: list[ReportDossier], others: list[ReportDossier]) -> None:
    total = add_rows((tally(some, MARCH), tally(others, MARCH)))
    assert total == tally(some + others, MARCH)


def test_no_rows_are_a_row_of_zeros() -> None:
    assert add_rows(()) == tally((), MARCH)
    assert dict(tally((), MARCH).columns) == dict.fromkeys(Column, 0)


@given(any_dossier)
def test_each_dossier_has_one_column_of_each_kind_or_a_reason(one: ReportDossier) -> None:
    found = place(one, MARCH)
    if isinstance(found, Placement):
        assert found.intake in {4, 5, 6}
        assert found.outcome in {8, 9, 10, 12, 13}
    else:
        assert found in LeftOut


def test_a_row_counts_columns_notes_and_reasons() -> None:
    dossiers = [
        dossier(4, channel=Channel.ONLINE),
        dossier(4, on(2, 1), due=on(4, 1)),
        dossier(5),
        dossier(7, finished=on(3, 12)),
        dossier(9, finished=on(3, 12)),
        dossier(9, finished=on(3, 22)),
        dossier(9, finished=on(3, 22)),
        dossier(1),
        dossier(9),
        dossier(9),
    ]
    row = tally(dossiers, MARCH)
    assert [row.columns[column] for column in Column] == [7, 1, 5, 1, 4, 1, 1, 2, 3, 2, 1]
    assert row.notes == {Note.WAITING: 1, Note.PAST_DUE: 1, Note.WITHDRAWN: 1}
    assert row.left_out == {LeftOut.NEW: 1, LeftOut.NO_END: 2}


def test_a_row_follows_the_rules_and_the_calculator_it_is_given() -> None:
    dossiers = [dossier(8, finished=on(3, 12)), dossier(9, finished=on(3, 12))]
    rules = bucket_rules({"states": {"ended": [3, 7, 9, 10]}})
    assert tally(dossiers, MARCH).columns[Column.EARLY] == 2
    assert tally(dossiers, MARCH, rules).columns[Column.EARLY] == 1
    late = tally(dossiers, MARCH, rules, lambda _: "late")
    assert (late.columns[Column.EARLY], late.columns[Column.LATE]) == (0, 1)


GOOD = {3: 10, 4: 2, 5: 3, 6: 5, 7: 6, 8: 1, 9: 2, 10: 3, 11: 4, 12: 3, 13: 1}


@pytest.mark.parametrize(
    ("changed", "broken"),
    [
        ({6: 4}, [BrokenIdentity(3, (4, 5, 6), 10, 9)]),
        ({9: 3}, [BrokenIdentity(7, (8, 9, 10), 6, 7)]),
        ({13: 0}, [BrokenIdentity(11, (12, 13), 4, 3)]),
        ({11: 5, 12: 4}, [BrokenIdentity(3, (7, 11), 10, 11)]),
        ({3: 9}, [BrokenIdentity(3, (4, 5, 6), 9, 10), BrokenIdentity(3, (7, 11), 9, 10)]),
        ({}, []),
    ],
)
def test_a_wrong_sum_is_reported(changed: dict[int, int], broken: list[Any]) -> None:
    assert list(broken_identities({**GOOD, **changed})) == broken


def test_what_was_carried_over_is_checked_against_the_period_before() -> None:
    assert broken_identities(GOOD, {11: 5}) == ()
    assert broken_identities(GOOD, {11: 6}) == (BrokenIdentity(6, (11,), 5, 6, True),)
    assert broken_identities(GOOD, GOOD) == (BrokenIdentity(6, (11,), 5, 4, True),)


@pytest.mark.parametrize("value", [None, -1, "4", 1.0, True])
def test_a_column_that_is_no_count_is_a_record_error(value: Any) -> None:
    with pytest.raises(RecordError) as caught:
        broken_identities({**GOOD, 13: value})
    assert str(caught.value) == "column 13: is missing or is not a count"
    with pytest.raises(RecordError) as caught:
        broken_identities(GOOD, {11: value})
    assert caught.value.field == "previous column 11"


def test_a_row_that_is_no_table_is_a_record_error() -> None:
    nothing: Any = [1, 2]
    with pytest.raises(RecordError) as caught:
        broken_identities(nothing)
    assert caught.value.field == "column 3"


def test_zero_is_a_count() -> None:
    assert broken_identities(dict.fromkeys(GOOD, 0)) == ()
