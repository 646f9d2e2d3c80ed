"""The matrix of changes of state, and violations in histories."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise, product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.errors import ConfigError
from khop.mappings.records import Instant, Precision, Status, StatusKind, StatusRecord
from khop.mappings.states.transitions import (
    StepMark,
    illegal_steps,
    state_on,
    steps_with_evidence,
    transition_matrix,
)

#: The matrix as docs/domain.md (States) prints it, columns 2 to 10: ✓, ! or ✗; - is no cell.
PRINTED = {
    1: "v ! x ! ! ! x x x",
    2: "- ! v ! ! ! ! ! !",
    3: "x - x x x x x x x",
    4: "x ! - ! ! ! ! v !",
    5: "v ! v - ! ! ! x x",
    6: "x ! v ! - ! ! ! x",
    7: "x x ! x x - - x !",
    8: "x x ! x x - - x !",
    9: "x x ! x ! x x - v",
    10: "x x x x x x x x -",
}
MARKS = {"v": StepMark.ORDINARY, "!": StepMark.EVIDENCE, "x": StepMark.FORBIDDEN, "-": None}
START = datetime(2026, 3, 2, 1, 0, tzinfo=UTC)
STATES = st.sampled_from(Status)


def record(
    status: int | None,
    hour: float = 0,
    *,
    by_day: bool = False,
    kind: StatusKind = StatusKind.STATUS,
    entry: str = "",
) -> StatusRecord:
    moment = START + timedelta(hours=hour)
    event = Instant.of(moment, Precision.DAY if by_day else Precision.SECOND)
    return StatusRecord(
        "igate", "1", entry or f"{status}@{hour}", "H99-1", kind, event,
        status=None if status is None else Status(status),
    )  # fmt: skip


def history(*states: int | None) -> list[StatusRecord]:
    return [record(state, hour) for hour, state in enumerate(states)]


def pairs(steps: Any) -> list[tuple[int, int]]:
    return [(step.before.status.value, step.after.status.value) for step in steps]


@pytest.mark.parametrize("before", PRINTED)
def test_the_matrix_is_the_printed_one(before: int) -> None:
    matrix = transition_matrix()
    for after, mark in enumerate(PRINTED[before].split(), start=2):
        cell = matrix.cell(Status(before), Status(after))
        assert (cell and cell.mark) == MARKS[mark], (before, after)


@pytest.mark.parametrize("before", range(2, 11))
def test_no_state_leads_back_to_new(before: int) -> None:
    assert pairs(illegal_steps(history(before, 1))) == [(before, 1)]


@pytest.mark.parametrize(
    ("before", "after", "evidence"),
    [
        (1, 2, "receipt slip"),
        (1, 3, "refusal slip"),
        (1, 5, "slip 02, before acceptance"),
        (1, 6, "fee at submission"),
        (1, 7, "the citizen's request"),
        (2, 4, ""),
        (2, 5, "slip 02 within 3 working days"),
        (2, 9, "a procedure settled in the day"),
        (2, 10, "a procedure settled at once"),
        (4, 3, "expiry or refusal"),
        (4, 5, "slip 02"),
        (4, 6, "notice of the duty"),
        (4, 8, "form 05"),
        (4, 9, "the result, or the document of refusal"),
        (4, 10, "the result handed over at once"),
        (5, 2, "supplement received"),
        (5, 3, "the time for the supplement ran out"),
        (6, 4, "paid"),
        (6, 9, "fee collected with the result"),
        (7, 4, "decision to reopen"),
        (8, 10, "papers returned"),
        (9, 4, "the result is wrong and was recalled"),
        (9, 6, "fee on return"),
        (9, 10, "handed over"),
    ],
)
def test_a_cell_names_its_evidence(before: int, after: int, evidence: str) -> None:
    cell = transition_matrix().cell(Status(before), Status(after))
    assert cell is not None
    assert cell.evidence == evidence


@pytest.mark.parametrize(
    ("before", "after", "missing"),
    [
        (1, 4, (2,)),
        (1, 9, (2, 4)),
        (1, 10, (2, 4, 9)),
        (5, 9, (4,)),
        (5, 10, (4, 9)),
        (6, 10, (4, 9)),
    ],
)
def test_unrecorded_ordinary_steps_explain_a_gap(
    before: int, after: int, missing: tuple[int, ...]
) -> None:
    course = history(before, after)
    assert illegal_steps(course) == ()
    (step,) = illegal_steps(course, tolerate_missing=False)
    assert step.missing == missing
    assert (step.before, step.after) == (course[0], course[1])
    assert step.cell is not None
    assert step.cell.mark is StepMark.FORBIDDEN


def test_the_pairs_for_sql_are_the_forbidden_cells() -> None:
    printed = {
        (before, after)
        for before, row in PRINTED.items()
        for after, mark in enumerate(row.split(), start=2)
        if mark == "x"
    } | {(before, 1) for before in range(2, 11)}
    gaps = {(1, 4), (1, 9), (1, 10), (5, 9), (5, 10), (6, 10)}
    assert transition_matrix().forbidden_pairs(tolerate_missing=False) == printed
    assert transition_matrix().forbidden_pairs() == printed - gaps


def test_a_step_that_needs_evidence_explains_no_gap() -> None:
    # 4 -> 5 -> 2 would be a way from 4 back to 2, but a request for papers leaves a slip.
    assert transition_matrix().missing_between(Status(4), Status(2)) == ()
    assert pairs(illegal_steps(history(4, 2))) == [(4, 2)]


def test_nothing_is_missing_in_a_direct_step() -> None:
    assert transition_matrix().missing_between(Status(1), Status(2)) == ()
    assert transition_matrix().missing_between(Status(2), Status(2)) == ()


@pytest.mark.parametrize(
    "states",
    [
        (),
        (4,),
        (1, 2, 4, 9, 10),
        (1, 2, 4, 5, 2, 4, 9, 10),
        (1, 5, 2, 4, 6, 4, 9),
        (4, 9, 4, 9, 10),
        (2, 2, 4, 4),
        (7, 8),
        (8, 7),
        (10, 10),
    ],
)
def test_a_legal_history_has_no_violation(states: tuple[int, ...]) -> None:
    assert illegal_steps(history(*states), tolerate_missing=False) == ()


def test_each_illegal_step_is_named_in_order() -> None:
    course = history(1, 2, 4, 9, 5, 10, 4)
    assert pairs(illegal_steps(course)) == [(9, 5), (10, 4)]
    assert pairs(illegal_steps(course, tolerate_missing=False)) == [(9, 5), (5, 10), (10, 4)]


def test_an_illegal_step_without_explanation_has_no_missing_states() -> None:
    (step,) = illegal_steps(history(10, 4))
    assert step.missing == ()


def test_a_feed_out_of_order_is_read_by_event_time() -> None:
    course = history(1, 2, 4, 9, 10)
    assert illegal_steps(reversed(course), tolerate_missing=False) == ()


@given(st.lists(STATES, max_size=8), st.randoms(use_true_random=False), st.booleans())
def test_order_of_arrival_does_not_matter(states: list[Status], random: Any, gaps: bool) -> None:
    course = history(*states)
    shuffled = list(course)
    random.shuffle(shuffled)
    steps = illegal_steps(course, tolerate_missing=gaps)
    assert illegal_steps(shuffled, tolerate_missing=gaps) == steps
    forbidden = transition_matrix().forbidden_pairs(tolerate_missing=gaps)
    assert pairs(steps) == [pair for pair in pairwise(states) if pair in forbidden]


@given(st.lists(STATES, max_size=8))
def test_tolerance_only_removes_violations(states: list[Status]) -> None:
    strict = illegal_steps(history(*states), tolerate_missing=False)
    assert illegal_steps(history(*states)) == tuple(step for step in strict if not step.missing)


@given(st.lists(STATES, max_size=8))
def test_a_state_recorded_twice_changes_nothing(states: list[Status]) -> None:
    twice = history(*(state for state in states for _ in "ab"))
    assert pairs(illegal_steps(twice)) == pairs(illegal_steps(history(*states)))


def test_only_states_with_a_time_are_steps() -> None:
    course = history(2, 4)
    course.insert(1, record(10, 0.5, kind=StatusKind.DELIVERED))
    course.append(
        StatusRecord("igate", "1", "x", "H99-1", StatusKind.STATUS, None, status=Status.NEW)
    )
    assert illegal_steps(course) == ()


def test_a_state_no_table_knows_hides_the_step_over_it() -> None:
    assert illegal_steps(history(10, None, 4)) == ()
    assert illegal_steps(history(None, 4)) == illegal_steps(history(4, None)) == ()
    assert pairs(illegal_steps(history(None, 10, 4))) == [(10, 4)]


def test_records_of_one_moment_have_no_order() -> None:
    assert illegal_steps([record(10, 1), record(9, 1)]) == ()
    assert illegal_steps([record(2), record(9, 1), record(4, 1), record(10, 2)]) == ()
    # In either order of the records of the moment, 10 leads to neither.
    course = [record(10), record(4, 1), record(2, 1)]
    assert pairs(illegal_steps(course)) == [(10, 4)]
    assert pairs(illegal_steps([record(3), record(10), record(4, 1)])) == [(3, 4)]
    assert illegal_steps([record(3), record(9), record(4, 1)]) == ()


def test_a_day_without_a_time_has_no_order_within_it() -> None:
    day = record(9, -8, by_day=True)  # 00:00 local
    assert illegal_steps([day, record(5, 2)]) == ()
    assert illegal_steps([day, record(5, 15.9)]) == ()
    assert pairs(illegal_steps([day, record(5, 16)])) == [(9, 5)]  # 00:00 of the next day


def test_a_local_day_begins_at_seventeen_utc() -> None:
    moment = datetime(2026, 3, 2, 16, 59, 59, tzinfo=UTC)
    late = StatusRecord("s", "1", "a", "c", StatusKind.STATUS, Instant.of(moment), Status.FINISHED)
    next_day = datetime(2026, 3, 2, 17, 0, tzinfo=UTC)
    by_day = Instant.of(next_day, Precision.DAY)
    after = StatusRecord("s", "1", "b", "c", StatusKind.STATUS, by_day, Status.RECEIVED)
    assert pairs(illegal_steps([after, late])) == [(9, 2)]


def test_steps_that_need_evidence() -> None:
    (first, second) = steps_with_evidence(history(1, 2, 4, 5, 4, 8, 2))
    assert pairs([first, second]) == [(4, 5), (4, 8)]
    assert first.cell is not None
    assert (first.cell.evidence, first.missing) == ("slip 02", ())


def test_a_forbidden_step_does_not_need_evidence() -> None:
    assert steps_with_evidence(history(10, 4, 2, 2)) == ()


@given(st.lists(STATES, max_size=8))
def test_a_step_is_never_both_illegal_and_in_need_of_evidence(states: list[Status]) -> None:
    course = history(*states)
    both = set(illegal_steps(course, tolerate_missing=False)) & set(steps_with_evidence(course))
    assert not both


def test_a_province_allows_a_step_of_its_own() -> None:
    own = transition_matrix({"from": {"4": {"ordinary": {"2": "sent back to the counter"}}}})
    assert illegal_steps(history(4, 2), own) == ()
    assert pairs(illegal_steps(history(4, 1, 10, 4), own)) == [(4, 1), (10, 4)]
    cell = own.cell(Status(4), Status(2))
    assert cell is not None
    assert cell.evidence == "sent back to the counter"


def test_a_province_forbids_and_asks_for_evidence() -> None:
    rows = {"2": {"forbidden": [9]}, "9": {"evidence": {"10": "signature"}}}
    own = transition_matrix({"from": rows})
    assert pairs(illegal_steps(history(2, 9), own, tolerate_missing=False)) == [(2, 9)]
    assert pairs(steps_with_evidence(history(9, 10), own)) == [(9, 10)]
    assert steps_with_evidence(history(9, 10)) == ()
    # The way from 9 on now needs evidence, so it explains no gap.
    assert pairs(illegal_steps(history(6, 10), own)) == [(6, 10)]


def test_a_mark_may_list_states_without_their_evidence() -> None:
    cell = transition_matrix({"from": {"1": {"evidence": [2]}}}).cell(Status(1), Status(2))
    assert cell is not None
    assert (cell.mark, cell.evidence) == (StepMark.EVIDENCE, "")


@pytest.mark.parametrize("nothing", [None, {}, {"from": {}}])
def test_no_overrides_are_the_packaged_matrix(nothing: Any) -> None:
    assert transition_matrix(nothing) == transition_matrix()


@pytest.mark.parametrize(
    ("overrides", "key", "message"),
    [
        ({"from": {"0": {}}}, "transitions.from.0", "1 to 10"),
        ({"from": {"11": {}}}, "transitions.from.11", "1 to 10"),
        ({"from": {"010": {}}}, "transitions.from.010", "1 to 10"),
        ({"from": {"new": {}}}, "transitions.from.new", "1 to 10"),
        ({"from": {"٤": {}}}, "transitions.from.٤", "1 to 10"),
        ({"from": {True: {}}}, "transitions.from.True", "1 to 10"),
        ({"from": {"4": {"ordinary": [99]}}}, "transitions.from.4.ordinary.99", "1 to 10"),
        ({"from": {"4": {"ordinary": [2.0]}}}, "transitions.from.4.ordinary.2.0", "1 to 10"),
        (
            {"from": {"4": {"legal": [2]}}},
            "transitions.from.4.legal",
            "ordinary, evidence, forbidden",
        ),
        ({"from": {"4": {"ordinary": 2}}}, "transitions.from.4.ordinary", "table"),
        ({"from": {"4": {"ordinary": {"2": 7}}}}, "transitions.from.4.ordinary.2", "text"),
        ({"from": {"4": [2]}}, "transitions.from.4", "table"),
        ({"from": [4]}, "transitions.from", "table"),
        ({"form": {}}, "transitions.form", "from.STATE"),
        ([], "transitions", "table"),
        ("4", "transitions", "table"),
        (
            {"from": {"4": {"ordinary": [2], "forbidden": [2]}}},
            "transitions.from.4.forbidden",
            "state 2 twice",
        ),
        (
            {"from": {"4": {"ordinary": {"2": ""}}, "04": {"ordinary": {"2": ""}}}},
            "transitions.from.04.ordinary",
            "state 2 twice",
        ),
    ],
)
def test_a_wrong_cell_is_refused_by_its_path(overrides: Any, key: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f": (is|names) .*{message}") as caught:
        transition_matrix(overrides)
    assert caught.value.key == key


def test_the_path_begins_where_the_caller_says() -> None:
    with pytest.raises(ConfigError) as caught:
        transition_matrix({"from": {"4": 1}}, key="rules.steps")
    assert caught.value.key == "rules.steps.from.4"


def test_the_state_at_the_end_of_a_local_day() -> None:
    course = [*history(1, 2), record(4, 15.5), record(9, 16), record(10, 40)]
    assert state_on(course, date(2026, 3, 1)) is None
    assert state_on(course, date(2026, 3, 2)) is Status.PROCESSING
    assert state_on(course, date(2026, 3, 3)) is Status.FINISHED
    assert state_on(reversed(course), date(2026, 3, 4)) is Status.RETURNED


def test_a_state_that_is_not_known_is_not_replaced_by_the_one_before() -> None:
    assert state_on(history(2, None), date(2026, 3, 2)) is None


def test_two_states_of_one_moment_give_none() -> None:
    assert state_on([record(4, 1), record(5, 1)], date(2026, 3, 2)) is None
    assert state_on([record(4, 1), record(4, 1, entry="b")], date(2026, 3, 2)) is Status.PROCESSING
    assert state_on([record(4, -8, by_day=True), record(5, 1)], date(2026, 3, 2)) is None


def test_evidence_of_another_kind_is_no_state() -> None:
    delivered = record(9, 1, kind=StatusKind.DELIVERED)
    assert state_on([record(4), delivered], date(2026, 3, 2)) is Status.PROCESSING
    assert state_on([], date(2026, 3, 2)) is None


@given(st.lists(STATES, min_size=1, max_size=6))
def test_the_state_at_the_end_is_the_last_one(states: list[Status]) -> None:
    assert state_on(history(*states), date(2027, 1, 1)) is states[-1]


@given(STATES, STATES)
def test_tolerance_needs_a_way_of_ordinary_steps(before: Status, after: Status) -> None:
    matrix = transition_matrix()
    way = (before, *matrix.missing_between(before, after), after)
    if len(way) > 2:
        assert all(
            (cell := matrix.cell(*step)) and cell.mark is StepMark.ORDINARY
            for step in pairwise(way)
        )
        assert matrix.allows(before, after)
    for a, b in product((before, after), repeat=2):
        if matrix.allows(a, b, tolerate_missing=False):
            assert matrix.allows(a, b)
