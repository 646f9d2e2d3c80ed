"""The columns of form II.06a in which a dossier is counted."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from khop.errors import ConfigError
from khop.mappings.records import Channel, DossierRecord, Instant, Precision, Status
from khop.mappings.statistics.bucket_rules import bucket_rules
from khop.mappings.statistics.buckets import Column, LeftOut, Note, Placement, place
from khop.mappings.statistics.report_dossier import Punctuality, ReportDossier, by_receipt_slip
from tests.mappings.statistics.dossiers import MARCH, dossier, on


def placed(one: ReportDossier, *args: Any) -> Placement:
    found = place(one, *(args or (MARCH,)))
    assert isinstance(found, Placement)
    return found


@pytest.mark.parametrize(
    ("one", "reason"),
    [
        (dossier(4, deleted=True), LeftOut.DELETED),
        (dossier(4, test=True), LeftOut.TEST),
        (dossier(None), LeftOut.UNMAPPED),
        (dossier(1), LeftOut.NEW),
        (dossier(1, None), LeftOut.NEW),
        (dossier(3, None), LeftOut.NEVER_RECEIVED),
        (dossier(5, None), LeftOut.NEVER_RECEIVED),
        (dossier(2, None), LeftOut.NO_RECEPTION),
        (dossier(4, None), LeftOut.NO_RECEPTION),
        (dossier(6, None), LeftOut.NO_RECEPTION),
        (dossier(7, None), LeftOut.NO_RECEPTION),
        (dossier(8, None), LeftOut.NO_RECEPTION),
        (dossier(9, None, finished=on(3, 12)), LeftOut.NO_RECEPTION),
        (dossier(10, None, finished=on(3, 12)), LeftOut.NO_RECEPTION),
        (dossier(3), LeftOut.NO_END),
        (dossier(7), LeftOut.NO_END),
        (dossier(8), LeftOut.NO_END),
        (dossier(9), LeftOut.NO_END),
        (dossier(10), LeftOut.NO_END),
        (dossier(9, finished=on(3, 9, 23.99)), LeftOut.ENDED_BEFORE_RECEPTION),
        (dossier(9, on(2, 10), finished=on(2, 28, 23.99)), LeftOut.BEFORE_PERIOD),
        (dossier(4, on(4, 1, 0)), LeftOut.AFTER_PERIOD),
        (dossier(9, on(4, 1, 0)), LeftOut.AFTER_PERIOD),
    ],
)
def test_a_dossier_left_out_has_its_reason(one: ReportDossier, reason: LeftOut) -> None:
    assert place(one, MARCH) is reason


def test_only_bad_data_is_an_error() -> None:
    assert [reason.value for reason in LeftOut if reason.is_error] == [
        "unmapped",
        "no_reception",
        "no_end",
        "ended_before_reception",
    ]


@pytest.mark.parametrize(
    ("channel", "column"),
    [(Channel.ONLINE, 4), (Channel.COUNTER, 5), (Channel.POST, 5), (None, 5)],
)
def test_received_in_the_period_by_channel(channel: Channel | None, column: int) -> None:
    assert placed(dossier(4, channel=channel)).intake == column


@pytest.mark.parametrize("channel", [None, *Channel])
def test_received_before_the_period_is_carried_over(channel: Channel | None) -> None:
    assert placed(dossier(4, on(2, 28, 23.99), channel=channel)).intake == 6


def test_both_ends_of_the_period_are_in_it() -> None:
    assert placed(dossier(4, on(3, 1, 0))).intake == 5
    assert placed(dossier(4, on(3, 31, 23.99))).intake == 5
    assert placed(dossier(9, on(2, 10), finished=on(3, 1, 0))).outcome == 8
    assert placed(dossier(9, finished=on(3, 31, 23.99))).outcome == 10


@pytest.mark.parametrize("status", [3, 8, 9, 10])
@pytest.mark.parametrize(
    ("finished", "column"),
    [(on(3, 19, 23.99), 8), (on(3, 20, 0), 9), (on(3, 20, 23.99), 9), (on(3, 21, 0), 10)],
)
def test_an_ended_dossier_is_judged_by_the_receipt_slip(
    status: int, finished: Instant, column: int
) -> None:
    found = placed(dossier(status, finished=finished))
    assert found == Placement(Column.RECEIVED_OTHERWISE, Column(column))


def test_a_withdrawn_dossier_is_on_time_and_noted() -> None:
    late = dossier(7, finished=on(3, 30))
    assert placed(late).outcome is Column.ON_TIME
    assert placed(late).notes == {Note.WITHDRAWN}


def test_an_end_on_the_day_of_reception_counts() -> None:
    assert placed(dossier(9, on(3, 10, 9), finished=on(3, 10, 8))).outcome is Column.EARLY


def test_a_dossier_without_due_date_is_noted_as_not_judged() -> None:
    ended = placed(dossier(9, due=None, finished=on(3, 30)))
    assert (ended.outcome, ended.notes) == (Column.ON_TIME, frozenset({Note.NOT_JUDGED}))
    still_open = placed(dossier(4, due=None))
    assert (still_open.outcome, still_open.notes) == (
        Column.OPEN_IN_TIME,
        frozenset({Note.NOT_JUDGED}),
    )


def test_a_procedure_without_limit_is_on_time_and_needs_no_note() -> None:
    ended = placed(dossier(9, due=None, finished=on(3, 30), no_due=True))
    assert (ended.outcome, ended.notes) == (Column.ON_TIME, frozenset())
    still_open = placed(dossier(4, due=None, no_due=True))
    assert (still_open.outcome, still_open.notes) == (Column.OPEN_IN_TIME, frozenset())


def test_without_an_end_the_return_of_the_result_counts() -> None:
    found = placed(dossier(10, returned_at=on(3, 21)))
    assert (found.outcome, found.notes) == (Column.LATE, frozenset({Note.END_FROM_RETURN}))


def test_a_late_hand_over_does_not_make_a_dossier_late() -> None:
    found = placed(dossier(10, finished=on(3, 18), returned_at=on(3, 30)))
    assert found == Placement(Column.RECEIVED_OTHERWISE, Column.EARLY)


def test_another_calculator_replaces_the_receipt_slip() -> None:
    one = dossier(9, finished=on(3, 30))
    for answer, column in (("early", 8), (Punctuality.ON_TIME, 9), ("late", 10)):
        assert placed(one, MARCH, None, lambda _, answer=answer: answer).outcome == column
    unjudged = placed(one, MARCH, None, lambda _: None)
    assert (unjudged.outcome, unjudged.notes) == (Column.ON_TIME, frozenset({Note.NOT_JUDGED}))


@pytest.mark.parametrize("answer", ["overdue", 10, "", [], True])
def test_a_calculator_with_another_answer_is_refused(answer: Any) -> None:
    with pytest.raises(ConfigError, match="early, on_time, late or None") as caught:
        place(dossier(9, finished=on(3, 12)), MARCH, None, lambda _: answer)
    assert caught.value.key == "calculator"


def test_the_receipt_slip_does_not_judge_open_dossiers() -> None:
    assert by_receipt_slip(dossier(4)) is None
    assert by_receipt_slip(dossier(4, no_due=True)) is Punctuality.ON_TIME


@pytest.mark.parametrize("status", [2, 4])
@pytest.mark.parametrize(
    ("due", "column"), [(on(3, 30, 23.99), 13), (on(3, 31, 0), 12), (on(4, 5), 12)]
)
def test_in_process_is_late_from_the_day_after_it_was_due(
    status: int, due: Instant, column: int
) -> None:
    assert placed(dossier(status, due=due)) == Placement(Column.RECEIVED_OTHERWISE, Column(column))


@pytest.mark.parametrize("status", [5, 6])
def test_a_waiting_dossier_is_in_column_12_with_a_note(status: int) -> None:
    # A printed template names state 5 under "đúng hạn" and under "trong hạn" at once.
    in_time = placed(dossier(status, due=on(3, 31)))
    assert (in_time.outcome, in_time.notes) == (Column.OPEN_IN_TIME, frozenset({Note.WAITING}))
    past = placed(dossier(status, due=on(3, 30)))
    assert (past.outcome, past.notes) == (
        Column.OPEN_IN_TIME,
        frozenset({Note.WAITING, Note.PAST_DUE}),
    )
    no_due = placed(dossier(status, due=None))
    assert (no_due.outcome, no_due.notes) == (Column.OPEN_IN_TIME, frozenset({Note.WAITING}))


@pytest.mark.parametrize("status", [2, 4, 5, 6])
def test_the_end_date_of_an_open_dossier_is_ignored(status: int) -> None:
    one = dossier(status, due=on(4, 5), finished=on(3, 15))
    assert placed(one).outcome is Column.OPEN_IN_TIME
    assert placed(replace(one, received_at=on(2, 1), finished_at=on(2, 5))).intake == 6


@pytest.mark.parametrize("status", [3, 7, 8, 9, 10])
def test_a_dossier_that_ended_after_the_period_counts_as_open(status: int) -> None:
    late = placed(dossier(status, finished=on(4, 1, 0)))
    assert (late.outcome, late.notes) == (Column.OPEN_LATE, frozenset({Note.STATE_NOT_KNOWN}))
    in_time = placed(dossier(status, due=on(3, 31), finished=on(4, 1, 0)))
    assert (in_time.outcome, in_time.notes) == (
        Column.OPEN_IN_TIME,
        frozenset({Note.STATE_NOT_KNOWN}),
    )
    no_due = placed(dossier(status, due=None, finished=on(4, 1, 0)))
    assert no_due.notes == {Note.STATE_NOT_KNOWN, Note.NOT_JUDGED}


def test_a_stopped_dossier_is_open_where_only_other_states_are_ended() -> None:
    rules = bucket_rules({"states": {"ended": [3, 7, 9, 10]}})
    stopped = dossier(8, finished=on(3, 12))
    assert placed(stopped).outcome is Column.EARLY
    found = placed(stopped, MARCH, rules)
    assert (found.outcome, found.notes) == (
        Column.OPEN_IN_TIME,
        frozenset({Note.WAITING, Note.PAST_DUE}),
    )


def test_days_are_local_days() -> None:
    # 2026-03-31 17:00 UTC is the first of April in Việt Nam.
    utc = Instant.of(datetime(2026, 3, 31, 17, tzinfo=UTC))
    assert place(dossier(4, utc), MARCH) is LeftOut.AFTER_PERIOD
    before = Instant.of(datetime(2026, 3, 31, 16, 59, 59, tzinfo=UTC))
    assert placed(dossier(4, before)).intake == 5


def test_a_record_becomes_a_dossier_of_the_report() -> None:
    record = DossierRecord(
        "igate", "1", "H99-1",
        status=Status.FINISHED, received_at=on(3, 1), due_at=on(3, 2), finished_at=on(3, 3),
        returned_at=on(3, 4), channel=Channel.POST, no_due=True,
    )  # fmt: skip
    assert ReportDossier.of(record) == ReportDossier(
        Status.FINISHED, on(3, 1), on(3, 2), on(3, 3), on(3, 4), Channel.POST, True
    )


def test_a_day_without_a_time_is_that_day() -> None:
    due = replace(on(3, 20, 0), precision=Precision.DAY)
    assert placed(dossier(9, due=due, finished=on(3, 20, 16))).outcome is Column.ON_TIME


def test_the_packaged_rules() -> None:
    rules = bucket_rules()
    assert rules.never_counted == {1}
    assert rules.before_reception == {3, 5}
    assert rules.ended == {3, 7, 8, 9, 10}
    assert rules.on_time == {7}
    assert rules.in_process == {2, 4}
    assert rules.online == {2}


def test_a_province_replaces_lists() -> None:
    rules = bucket_rules({"states": {"on_time": [7, 8]}, "channels": {"online": [2, 3]}})
    assert rules == replace(
        bucket_rules(),
        on_time=frozenset({Status.WITHDRAWN, Status.STOPPED}),
        online=frozenset({Channel.ONLINE, Channel.POST}),
    )
    assert placed(dossier(4, channel=Channel.POST), MARCH, rules).intake == 4
    assert bucket_rules({"states": {"source": "ours", "on_time": [7, 8]}}).on_time == {7, 8}
    assert bucket_rules({}) == bucket_rules({"states": {"source": "ours"}}) == bucket_rules()


@pytest.mark.parametrize(
    ("overrides", "key", "message"),
    [
        ([], "report", "a table"),
        ({"state": {}}, "report.state", "states or channels"),
        ({"states": [1]}, "report.states", "a table"),
        ({"states": {"open": [1]}}, "report.states.open", "a list khop has; write one of "),
        ({"states": {"online": [2]}}, "report.states.online", "a list khop has; write one of "),
        ({"channels": {"ended": [2]}}, "report.channels.ended", "a list khop has; write one of "),
        ({"states": {"ended": 9}}, "report.states.ended", "a list of codes such as "),
        ({"states": {"ended": [11]}}, "report.states.ended", "11"),
        ({"states": {"ended": ["9"]}}, "report.states.ended", "'9'"),
        ({"states": {"ended": [True]}}, "report.states.ended", "True"),
        ({"states": {"ended": [9.0]}}, "report.states.ended", "9.0"),
        ({"states": {"ended": [[]]}}, "report.states.ended", "no code"),
        ({"channels": {"online": [4]}}, "report.channels.online", "4"),
        ({"states": {"on_time": [5]}}, "report.states.on_time", "among ended; add it there$"),
        (
            {"states": {"ended": [3, 8, 9, 10]}},
            "report.states.on_time",
            "among ended; add it there$",
        ),
        (
            {"states": {"in_process": [2, 9]}},
            "report.states.in_process",
            "among ended; keep it in one$",
        ),
    ],
)
def test_a_wrong_list_is_refused_by_its_path(overrides: Any, key: str, message: str) -> None:
    with pytest.raises(ConfigError, match=f": (is|holds|names) .*{message}") as caught:
        bucket_rules(overrides)
    assert caught.value.key == key


def test_the_path_of_rules_begins_where_the_caller_says() -> None:
    with pytest.raises(ConfigError) as caught:
        bucket_rules({"states": {"ended": [0]}}, key="reports.ii06")
    assert caught.value.key == "reports.ii06.states.ended"
