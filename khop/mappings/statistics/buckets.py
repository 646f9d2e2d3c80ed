"""Form II.06a: each dossier in exactly one intake column and one outcome column.

::

    intake    4 in the period, online     5 in the period, otherwise     6 from the period before
    outcome   ended:  8 early   9 on time   10 late        open:  12 in time   13 late
    sums      3 = 4+5+6    7 = 8+9+10    11 = 12+13    3 = 7+11    6 of this = 11 of the last

The algorithm is that of docs/domain.md (Reports); the lists of states and channels are data
(``data/statistics.toml``). Days are local days. A dossier that fits no column is left out with
its reason. Facts that the form hides (no due date, papers asked for) are counted as notes, for
footnotes.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from enum import IntEnum, StrEnum

from khop.errors import ConfigError
from khop.mappings.statistics.bucket_rules import BucketRules, bucket_rules
from khop.mappings.statistics.periods import Period
from khop.mappings.statistics.report_dossier import (
    Calculator,
    Punctuality,
    ReportDossier,
    by_receipt_slip,
)


class Column(IntEnum):
    """The counting columns of the form, by their printed numbers."""

    RECEIVED = 3
    RECEIVED_ONLINE = 4
    RECEIVED_OTHERWISE = 5
    CARRIED_OVER = 6
    ENDED = 7
    EARLY = 8
    ON_TIME = 9
    LATE = 10
    OPEN = 11
    OPEN_IN_TIME = 12
    OPEN_LATE = 13


class LeftOut(StrEnum):
    """Why a dossier is in no column."""

    DELETED = "deleted"
    TEST = "test"
    NEW = "new"
    #: Refused at the counter, or sent back for papers before it was accepted.
    NEVER_RECEIVED = "never_received"
    BEFORE_PERIOD = "before_period"
    AFTER_PERIOD = "after_period"
    UNMAPPED = "unmapped"
    NO_RECEPTION = "no_reception"
    NO_END = "no_end"
    ENDED_BEFORE_RECEPTION = "ended_before_reception"

    @property
    def is_error(self) -> bool:
        """Whether the dossier belongs in the report, and bad data keep it out."""
        return self in _ERRORS


_ERRORS = frozenset(
    {LeftOut.UNMAPPED, LeftOut.NO_RECEPTION, LeftOut.NO_END, LeftOut.ENDED_BEFORE_RECEPTION}
)


class Note(StrEnum):
    """What a column does not show."""

    #: In column 9 because of its state, whatever its dates.
    WITHDRAWN = "withdrawn"
    #: It is not known whether it was in time, mostly for lack of a due date. In column 9 or 12.
    NOT_JUDGED = "not_judged"
    #: In column 12 because of its state: supplement, financial duty, or a stop that is open.
    WAITING = "waiting"
    #: In column 12 because of its state, although its due date is past.
    PAST_DUE = "past_due"
    #: It ended after the period; its state at the end of the period is taken as in process.
    STATE_NOT_KNOWN = "state_not_known"
    #: It has no end of processing, so the return of the result is used.
    END_FROM_RETURN = "end_from_return"


@dataclass(frozen=True, slots=True)
class Placement:
    """Where a dossier is counted: its intake column, its outcome column, and its notes."""

    intake: Column
    outcome: Column
    notes: frozenset[Note] = frozenset()


def place(
    dossier: ReportDossier,
    period: Period,
    rules: BucketRules | None = None,
    calculator: Calculator = by_receipt_slip,
) -> Placement | LeftOut:
    """Where the dossier is counted in the report of ``period``, or why it is not.

    Raises ConfigError when the calculator returns anything but a ``Punctuality`` or None.
    """
    rules = rules or bucket_rules()
    if reason := _outside(dossier, rules):
        return reason
    if dossier.received_at is None:
        early = dossier.status in rules.before_reception
        return LeftOut.NEVER_RECEIVED if early else LeftOut.NO_RECEPTION
    received, ended = dossier.received_at.local_date, _ended_on(dossier, rules)
    if reason := _off(received, ended, period, dossier.status in rules.ended):
        return reason
    intake = _intake(received, period, dossier.channel in rules.online)
    if ended is not None and ended <= period.last:
        outcome, notes = _ended(dossier, rules, calculator)
    else:
        outcome, notes = _open(dossier, rules, period)
    return Placement(intake, outcome, frozenset(notes))


def _outside(dossier: ReportDossier, rules: BucketRules) -> LeftOut | None:
    if dossier.deleted:
        return LeftOut.DELETED
    if dossier.test:
        return LeftOut.TEST
    if dossier.status is None:
        return LeftOut.UNMAPPED
    return LeftOut.NEW if dossier.status in rules.never_counted else None


def _off(received: date, ended: date | None, period: Period, over: bool) -> LeftOut | None:
    """Why its days keep it out: they lie outside the period, or contradict each other.
    ``over``: its state is one of those that have ended."""
    if received > period.last:
        return LeftOut.AFTER_PERIOD
    if ended is None:
        return LeftOut.NO_END if over else None
    if ended < received:
        return LeftOut.ENDED_BEFORE_RECEPTION
    return LeftOut.BEFORE_PERIOD if ended < period.first else None


def _intake(received: date, period: Period, online: bool) -> Column:
    if received < period.first:
        return Column.CARRIED_OVER
    return Column.RECEIVED_ONLINE if online else Column.RECEIVED_OTHERWISE


def _ended_on(dossier: ReportDossier, rules: BucketRules) -> date | None:
    """The day it ended; None for a dossier that is open, whatever dates it has."""
    if dossier.status not in rules.ended or dossier.ended_at is None:
        return None
    return dossier.ended_at.local_date


def _ended(
    dossier: ReportDossier, rules: BucketRules, calculator: Calculator
) -> tuple[Column, set[Note]]:
    notes = {Note.END_FROM_RETURN} if dossier.finished_at is None else set()
    if dossier.status in rules.on_time:
        return Column.ON_TIME, notes | {Note.WITHDRAWN}
    verdict = calculator(dossier)
    if verdict is None:
        return Column.ON_TIME, notes | {Note.NOT_JUDGED}
    try:
        return _COLUMN_OF[Punctuality(verdict)], notes
    except ValueError:
        raise ConfigError(
            f"a calculator answers {', '.join(Punctuality)} or None", key="calculator"
        ) from None


_COLUMN_OF = {
    Punctuality.EARLY: Column.EARLY,
    Punctuality.ON_TIME: Column.ON_TIME,
    Punctuality.LATE: Column.LATE,
}


def _open(dossier: ReportDossier, rules: BucketRules, period: Period) -> tuple[Column, set[Note]]:
    due, later = dossier.due_at, dossier.status in rules.ended
    late = due is not None and due.local_date < period.last
    if not later and dossier.status not in rules.in_process:
        return Column.OPEN_IN_TIME, {Note.WAITING, Note.PAST_DUE} if late else {Note.WAITING}
    notes = {Note.STATE_NOT_KNOWN} if later else set()
    if due is None and not dossier.no_due:
        notes.add(Note.NOT_JUDGED)
    return Column.OPEN_LATE if late else Column.OPEN_IN_TIME, notes
