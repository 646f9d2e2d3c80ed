"""Time limits of a procedure, read from a catalogue and counted on a calendar.

::

    TimeLimit (as written)  --read_limit-->  Limit  --LimitClock.end-->  when it has run out

Working days are counted as whole days from the next one. The time of day at which a dossier is due
is the one at which the clock started, unless the rules set another (docs/domain.md, Calendar).
"""

from __future__ import annotations

from calendar import monthrange
from dataclasses import dataclass
from datetime import date, timedelta

from khop.errors import RecordError
from khop.mappings.catalogue_records import TimeLimit
from khop.mappings.records import Instant, Precision
from khop.mappings.time.calendar import FIRST_DAY, LAST_DAY, DayError
from khop.mappings.time.deadline_rules import DeadlineRules, DueTime, Measure, ProcedureClock
from khop.mappings.time.working_hours import (
    WorkingHours,
    at,
    clock_us,
    is_after,
    local_day,
    since_midnight,
)
from khop.text.cleaning import fold_label

_HOUR = timedelta(hours=1)
#: No limit is longer than this many of its unit; a larger number is a typing error.
LONGEST = 9_999


@dataclass(frozen=True, slots=True)
class Limit:
    """``amount`` times ``measure``; for SAME_DAY the amount is 1.

    Raises RecordError when the amount is not a whole number above zero.
    """

    amount: int
    measure: Measure

    def __post_init__(self) -> None:
        if isinstance(self.amount, bool) or not isinstance(self.amount, int) or self.amount < 1:
            raise RecordError("limit", "is no whole number above zero")


def read_limit(limit: TimeLimit, rules: DeadlineRules) -> Limit | None:
    """The limit as it is counted; None without a usable number or a known unit.

    A number is usable from 1 to 9,999. A limit is never guessed from its text.
    """
    amount, unit = limit.amount, limit.unit
    if isinstance(amount, bool) or not isinstance(amount, int) or not isinstance(unit, str):
        return None
    known = rules.units.get(fold_label(unit))
    if known is None or not 1 <= amount <= LONGEST:
        return None
    measure, times = known
    return Limit(amount * times, measure)


class LimitClock:
    """Counts limits in the working time of one unit, by one province's rules."""

    def __init__(self, hours: WorkingHours, rules: DeadlineRules) -> None:
        self.hours = hours
        self.rules = rules
        self.calendar = hours.calendar

    def starts(self, received: Instant, procedure: ProcedureClock) -> Instant:
        """When the clock of a dossier starts that was received at ``received``.

        It is the moment itself, or the next opening when it is later than the procedure's
        cut-off. Exactly at the cut-off is in time; so is a moment without time of day.
        """
        cutoff = procedure.cutoff
        if cutoff is None or clock_us(received) <= since_midnight(cutoff):
            return received
        return self._next_opening_day(received)

    def transferred_by(self, received: Instant) -> Instant:
        """By when the file must be with the professional unit: the close of the same working day,
        or the start of the next one (NĐ 61/2018 art. 18.2)."""
        day = local_day(received)
        late = clock_us(received) > since_midnight(self.rules.same_day_until)
        if late or not self.calendar.is_working(day):
            return self._next_opening_day(received)
        return self.hours.closing(day)

    def end(self, start: Instant, limit: Limit) -> Instant:
        """When a limit that began at ``start`` has run out, before ``settle``.

        Raises RecordError for hours from a start without time of day, DayError outside the
        calendar.
        """
        match limit.measure:
            case Measure.SAME_DAY:
                return self._close_of_day(start)
            case Measure.WORKING_HOUR:
                return self.hours.add(start, _hours(limit.amount))
            case Measure.WORKING_DAY:
                day = self.calendar.add_working_days(local_day(start), limit.amount)
            case Measure.CALENDAR_DAY:
                day = _days_later(local_day(start), limit.amount)
            case Measure.MONTH:
                day = _months_later(local_day(start), limit.amount)
        return _same_clock(day, start)

    def shift(self, due: Instant, began: Instant, ended: Instant, measure: Measure) -> Instant:
        """``due`` moved by the length of a pause, in the unit that ``measure`` counts.

        Working days for limits in working days and of the same day; calendar days for limits in
        calendar days and months. Raises as ``end`` does.
        """
        if measure is Measure.WORKING_HOUR:
            return self.hours.add(due, self.hours.between(began, ended))
        day, first, last = local_day(due), local_day(began), local_day(ended)
        if measure in (Measure.WORKING_DAY, Measure.SAME_DAY):
            moved = self.calendar.add_working_days(day, self.calendar.age(first, last))
        else:
            moved = _days_later(day, (last - first).days)
        return _same_clock(moved, due)

    def settle(self, due: Instant, measure: Measure, resumed: Instant | None = None) -> Instant:
        """``due`` as it is promised: moved off days off, at the time of day of the rules.

        Never before ``resumed``, when the clock last started: pauses are counted in whole days,
        and the stopped part of a day must not count against the authority.
        """
        promised = self._promised(due, measure)
        if resumed is None or not is_after(resumed, promised):
            return promised
        if measure is Measure.WORKING_HOUR:
            # Hours are counted exactly, so no time was worked between the two.
            return self.hours.next_opening(resumed)
        return self._promised(self._later_than(resumed, due), measure)

    def _promised(self, due: Instant, measure: Measure) -> Instant:
        day = local_day(due)
        by_days = measure in (Measure.CALENDAR_DAY, Measure.MONTH)
        if by_days and self.rules.roll_to_working_day:
            due = _same_clock(self.calendar.working_day_from(day), due)
        if due.precision is Precision.DAY or measure is Measure.WORKING_HOUR:
            return due
        match self.rules.due_time:
            case DueTime.SESSION_END:
                return self.hours.session_end(due)
            case DueTime.DAY_END:
                return self.hours.closing(local_day(due))
        return due

    def _later_than(self, moment: Instant, due: Instant) -> Instant:
        """The first working day on which the time of day of ``due`` is not before ``moment``."""
        day = self.calendar.working_day_from(local_day(moment))
        found = _same_clock(day, due)
        if is_after(moment, found):
            return _same_clock(self.calendar.add_working_days(day, 1), due)
        return found

    def _close_of_day(self, start: Instant) -> Instant:
        day = self.calendar.working_day_from(local_day(start))
        if start.precision is Precision.DAY:
            return at(day, 0, Precision.DAY)
        closing = self.hours.closing(day)
        if closing.us > start.us:
            return closing
        return self.hours.closing(self.calendar.add_working_days(day, 1))

    def _next_opening_day(self, moment: Instant) -> Instant:
        return self.hours.opening(self.calendar.add_working_days(local_day(moment), 1))


def _same_clock(day: date, moment: Instant) -> Instant:
    return at(day, clock_us(moment), moment.precision)


def _hours(number: int) -> timedelta:
    try:
        return number * _HOUR
    except OverflowError:
        raise _too_late() from None


def _days_later(day: date, number: int) -> date:
    ordinal = day.toordinal() + number
    if ordinal > LAST_DAY.toordinal():
        raise _too_late()
    return date.fromordinal(ordinal)


def _months_later(day: date, number: int) -> date:
    """The same day of a later month, or that month's last (Civil Code 2015 art. 148.3)."""
    years, month = divmod(day.month - 1 + number, 12)
    year = day.year + years
    if year > LAST_DAY.year:
        raise _too_late()
    return date(year, month + 1, min(day.day, monthrange(year, month + 1)[1]))


def _too_late() -> DayError:
    return DayError(f"the calendar counts {FIRST_DAY.year}-{LAST_DAY.year} only")
