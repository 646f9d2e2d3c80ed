"""Working time of a unit: the sessions of its working days.

::

    day      |......|=======|....|=====|.......|      sessions 07:00-11:30, 13:30-17:00
    worked   0      0     4.5h  4.5h   8h     8h      grows inside a session only

A session includes its start and not its end: at 11:30 the morning is over. A length of time that is
used up at the end of a session ends there, not at the start of the next one.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, time, timedelta
from itertools import pairwise

from khop.errors import ConfigError, RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Instant, Precision
from khop.mappings.time.calendar import FIRST_DAY, LAST_DAY, DayError, WorkingCalendar
from khop.text.local_time import DAY_US, LOCAL_OFFSET_US

_EPOCH_ORDINAL = date(1970, 1, 1).toordinal()
_LAST_US = (LAST_DAY.toordinal() + 1 - _EPOCH_ORDINAL) * DAY_US - LOCAL_OFFSET_US
_FIRST_US = (FIRST_DAY.toordinal() - _EPOCH_ORDINAL) * DAY_US - LOCAL_OFFSET_US

_TIME = r"(\d{1,2})(?:[:hHgG](\d{2})?)?"
_SESSION = re.compile(rf"\s*{_TIME}\s*(?:[-–—−]|đến)\s*{_TIME}\s*", re.ASCII)


@dataclass(frozen=True, slots=True, order=True)
class Session:
    """A stretch of a working day, local time, from ``start`` up to and without ``end``."""

    start: time
    end: time


class WorkingHours:
    """The working time of one unit.

    ``sessions``: of every worked day, also of a worked Saturday; None for the usual ones. Raises
    ConfigError for an empty list, for one that ends before it starts, and for overlaps.
    """

    def __init__(
        self, calendar: WorkingCalendar, sessions: Iterable[Session] | None = None
    ) -> None:
        self.calendar = calendar
        self.sessions = usual_sessions() if sessions is None else in_order(sessions)
        self._spans = [(since_midnight(s.start), since_midnight(s.end)) for s in self.sessions]
        self._day_us = sum(end - start for start, end in self._spans)

    def is_open(self, moment: Instant) -> bool:
        """Whether the moment lies in a session. Raises RecordError for a moment without time."""
        day, clock = split(moment)
        return self.calendar.is_working(day) and any(a <= clock < b for a, b in self._spans)

    def next_opening(self, moment: Instant) -> Instant:
        """The moment itself when it lies in a session, else the start of the next one.

        Raises RecordError for a moment without time, DayError when there is none up to 2100.
        """
        day, clock = split(moment)
        if self.calendar.is_working(day):
            for start, end in self._spans:
                if clock < end:
                    return at(day, max(clock, start))
        return self.opening(self.calendar.add_working_days(day, 1))

    def opening(self, day: date) -> Instant:
        """When the first session starts on ``day``, whether or not it is worked."""
        return at(day, self._spans[0][0])

    def closing(self, day: date) -> Instant:
        """When the last session ends on ``day``, whether or not it is worked."""
        return at(day, self._spans[-1][1])

    def session_end(self, moment: Instant) -> Instant:
        """The end of the session that the moment lies in, else of the next one of its day.

        After the last session, the end of that one. Raises RecordError for a moment without time.
        """
        day, clock = split(moment)
        ends = [end for _, end in self._spans]
        return at(day, next((end for end in ends if clock <= end), ends[-1]))

    def add(self, moment: Instant, length: timedelta) -> Instant:
        """The moment at which ``length`` has been worked since ``moment``.

        A length of zero gives the moment itself. Raises RecordError for a moment without time,
        DayError for a length below zero and for an end after 2100.
        """
        if length < timedelta(0):
            raise DayError("working time is added forwards only")
        us = length // timedelta(microseconds=1)
        return self._when(self._worked(moment) + us) if length else moment

    def between(self, first: Instant, last: Instant) -> timedelta:
        """Working time from ``first`` to ``last``; negative when ``last`` is earlier.

        Raises RecordError for a moment without time.
        """
        return timedelta(microseconds=self._worked(last) - self._worked(first))

    def _worked(self, moment: Instant) -> int:
        """Microseconds worked from the calendar's first day up to the moment."""
        day, clock = split(moment)
        worked = self.calendar.ord(day) * self._day_us
        if self.calendar.is_working(day):
            # ``ord`` includes the whole day, so the rest of it is taken off.
            worked -= sum(b - max(a, min(clock, b)) for a, b in self._spans)
        return worked

    def _when(self, worked: int) -> Instant:
        """The first moment at which ``worked`` microseconds have been worked."""
        whole, rest = divmod(worked - 1, self._day_us)
        rest += 1
        day = self.calendar.first_with_ord(whole + 1)
        for start, end in self._spans:
            if rest <= end - start:
                break
            rest -= end - start
        return at(day, start + rest)


def usual_sessions() -> tuple[Session, ...]:
    """The packaged sessions, for units without sessions of their own (``data/calendar.toml``)."""
    rows = load_table("calendar")["sessions"]
    return tuple(Session(row["start"], row["end"]) for row in rows)


def parse_sessions(text: object, key: str = "calendar.sessions") -> tuple[Session, ...]:
    """Sessions as people write them: "07:00-11:30, 13:30-17:00", "7h30 – 11h30; 13h – 17h".

    Raises ConfigError when any part cannot be read, so that the usual sessions never replace
    what a person wrote.
    """
    if not isinstance(text, str):
        raise ConfigError("is not a text such as '07:00-11:30, 13:30-17:00'", key=key)
    return in_order((_session(part, key) for part in re.split("[,;]", text)), key)


def read_unit_sessions(
    rows: Iterable[Mapping[str, object]], file: str
) -> Mapping[str, tuple[Session, ...]]:
    """Unit code -> its sessions, from rows with ``unit`` and ``sessions``.

    ``rows``: as ``csv_rows`` gives them; the headers are row 1. Raises ConfigError, naming the
    file, the row and the column, also for a unit that comes twice.
    """
    found: dict[str, tuple[Session, ...]] = {}
    for number, row in enumerate(rows, 2):
        where = f"{file}, row {number}"
        unit = row.get("unit")
        if not isinstance(unit, str) or not unit.strip():
            raise ConfigError("names no unit", key=f"{where}.unit")
        if unit.strip() in found:
            raise ConfigError(f"{unit.strip()} comes twice", key=f"{where}.unit")
        found[unit.strip()] = parse_sessions(row.get("sessions"), f"{where}.sessions")
    return found


def in_order(sessions: Iterable[Session], key: str = "calendar.sessions") -> tuple[Session, ...]:
    """The sessions sorted by start. Raises ConfigError for no session, empty ones, overlaps."""
    ordered: Sequence[Session] = sorted(sessions)
    if not ordered:
        raise ConfigError("has no session", key=key)
    for session in ordered:
        if session.start >= session.end:
            raise ConfigError(f"{_written(session)} ends before it starts", key=key)
    for first, second in pairwise(ordered):
        if second.start < first.end:
            raise ConfigError(f"{_written(first)} and {_written(second)} overlap", key=key)
    return tuple(ordered)


def local_day(moment: Instant) -> date:
    """The day of Asia/Ho_Chi_Minh. Raises DayError outside 1990-2100."""
    if not _FIRST_US <= moment.us < _LAST_US:
        raise DayError(f"the calendar counts {FIRST_DAY.year}-{LAST_DAY.year} only")
    return moment.local_date


def clock_us(moment: Instant) -> int:
    """Microseconds since local midnight; 0 for a moment known by its day."""
    return (moment.us + LOCAL_OFFSET_US) % DAY_US


def since_midnight(clock: time) -> int:
    """Microseconds from midnight to ``clock``."""
    seconds = (clock.hour * 60 + clock.minute) * 60 + clock.second
    return seconds * 1_000_000 + clock.microsecond


def at(day: date, clock: int, precision: Precision = Precision.SECOND) -> Instant:
    """The instant ``clock`` microseconds after the local midnight of ``day``."""
    days = day.toordinal() - _EPOCH_ORDINAL
    return Instant(days * DAY_US + clock - LOCAL_OFFSET_US, precision)


def split(moment: Instant) -> tuple[date, int]:
    """Local day and microseconds since its midnight. Raises RecordError without a time of day."""
    if moment.precision is Precision.DAY:
        raise RecordError("time", "has no time of day, and working hours are counted from it")
    return local_day(moment), clock_us(moment)


def is_after(first: Instant, second: Instant) -> bool:
    """Whether ``first`` is later; compared by days when either is known by its day only."""
    if Precision.DAY in (first.precision, second.precision):
        return local_day(first) > local_day(second)
    return first.us > second.us


def _session(text: str, key: str) -> Session:
    match = _SESSION.fullmatch(text)
    if match is None:
        raise ConfigError(f"{text.strip()!r} is no session such as 07:00-11:30", key=key)
    start_hour, start_minute, end_hour, end_minute = (int(part or 0) for part in match.groups())
    try:
        return Session(time(start_hour, start_minute), time(end_hour, end_minute))
    except ValueError:
        raise ConfigError(f"{text.strip()!r} has a time that does not exist", key=key) from None


def _written(session: Session) -> str:
    return f"{session.start:%H:%M}-{session.end:%H:%M}"
