"""When a dossier is due, by law and by the portal's computation, with all versions of the date.

::

    reception --limit--> due --stop: pause--------> later by what was stopped
                          |----stop: restart------> the whole limit from the end of the stop
                          |----stop still open----> not known: the clock is stopped
                          '----extension, once----> the new appointment

Every change of a due date is kept, with its time and cause. Nothing that begins after the due date
moves it: a dossier that was late stays late (docs/domain.md, Apologies).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from enum import Enum, StrEnum

from khop.errors import RecordError
from khop.mappings.records import Channel, Instant, Precision
from khop.mappings.time.deadline_rules import (
    Definition,
    Effect,
    Ground,
    GroundRule,
    Measure,
    ProcedureClock,
)
from khop.mappings.time.time_limits import Limit, LimitClock
from khop.mappings.time.working_hours import is_after, local_day

_ORDINARY = ProcedureClock()
_NO_EFFECT = GroundRule(Definition.STATUTORY, Ground.CONSULTATION, Effect.NONE)


@dataclass(frozen=True, slots=True)
class Stop:
    """A stop of the clock on a recorded ground; ``ended`` is None while it is stopped."""

    ground: Ground
    began: Instant
    ended: Instant | None = None


@dataclass(frozen=True, slots=True)
class Extension:
    """An apology with a new appointment (form 04), decided at ``decided``."""

    decided: Instant
    due: Instant
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What the due date of one dossier is counted from, besides the start of the clock.

    ``limit``: of the catalogue, None where it gives none. ``procedure``: the exceptions of the
    procedure. ``stops`` and ``extensions`` come in any order.
    """

    limit: Limit | None
    procedure: ProcedureClock = _ORDINARY
    stops: Sequence[Stop] = ()
    extensions: Sequence[Extension] = ()


class Start(Enum):
    """The start of the law's clock where no other moment is given."""

    AS_RECEIVED = "as_received"


class Missing(StrEnum):
    """Why there is no due date."""

    START = "start"
    LIMIT = "limit"
    #: The limit is in hours, and a moment is known by its day only.
    TIME_OF_DAY = "time_of_day"
    #: A stop has not ended.
    CLOCK_STANDS = "clock_stands"


class Note(StrEnum):
    """Irregularities of a deadline, which need an explanation."""

    STOP_AFTER_DUE = "stop_after_due"
    SUPPLEMENT_REPEATED = "supplement_repeated"
    #: Asked for later than the law allows, so the limit does not start again.
    SUPPLEMENT_LATE = "supplement_late"
    EXTENSION_AFTER_DUE = "extension_after_due"
    EXTENSION_REPEATED = "extension_repeated"
    EXTENSION_NOT_LATER = "extension_not_later"
    #: The apology came later than the days of notice before the old due date allow.
    NOTICE_TOO_LATE = "notice_too_late"
    NO_REASON = "no_reason"


@dataclass(frozen=True, slots=True)
class DueChange:
    """A version of the due date. ``since``: from when it holds; ``cause``: ``limit``, the ground
    of a stop, or ``extension``."""

    due: Instant
    since: Instant
    cause: str


@dataclass(frozen=True, slots=True)
class Deadline:
    """The due date by one definition.

    ``due`` None: not known, for the reason ``missing``; it must never count as on time.
    ``history``: all versions, the original first. ``provisional``: a notice of days off that is
    not out yet may change it.
    """

    definition: Definition
    due: Instant | None
    missing: Missing | None = None
    history: tuple[DueChange, ...] = ()
    notes: tuple[Note, ...] = ()
    provisional: bool = False

    @property
    def original(self) -> Instant | None:
        """The first version of the due date."""
        return self.history[0].due if self.history else None


@dataclass(frozen=True, slots=True)
class Deadlines:
    """Three due dates side by side: by law, by the portal's formula, and as promised.

    ``promised``: the appointment on the receipt slip, as the source wrote it (NgayHenTra).
    """

    statutory: Deadline
    portal: Deadline
    promised: Instant | None = None


def clock_start(
    received: Instant | None,
    channel: Channel | None = None,
    *,
    handed_over: Instant | None = None,
    non_territorial: bool = False,
    competent_received: Instant | None = None,
) -> Instant | None:
    """When the law's clock starts; None where that moment is not known.

    It is the reception on the receipt slip. For a dossier filed by post it is the signature of
    the hand-over minutes (QĐ 45/2016 art. 7.4); for one filed outside the territory, reception by
    the competent authority (NĐ 309/2026 art. 8.3).
    """
    if non_territorial:
        return competent_received
    return handed_over if channel is Channel.POST else received


def due_dates(
    clock: LimitClock,
    terms: Terms,
    received: Instant | None,
    *,
    started: Instant | Start | None = Start.AS_RECEIVED,
    promised: Instant | None = None,
) -> Deadlines:
    """The due dates of one dossier.

    ``started``: when the law's clock started, from ``clock_start``; None where that is not known,
    and then the law's due date is not known either. The portal always counts from reception.
    ``promised``: the appointment on the receipt slip. Raises RecordError for a stop that ends
    before it begins, and for days outside the calendar.
    """
    start = received if isinstance(started, Start) else started
    by_law = deadline(Definition.STATUTORY, clock, terms, start)
    return Deadlines(by_law, deadline(Definition.PORTAL_766, clock, terms, received), promised)


def deadline(
    definition: Definition, clock: LimitClock, terms: Terms, start: Instant | None
) -> Deadline:
    """The due date by one definition. Raises as ``due_dates``."""
    limit = Limit(1, Measure.SAME_DAY) if terms.procedure.in_day else terms.limit
    if start is None or limit is None:
        return Deadline(definition, None, Missing.START if start is None else Missing.LIMIT)
    if limit.measure is Measure.WORKING_HOUR and _some_day_only(start, terms):
        return Deadline(definition, None, Missing.TIME_OF_DAY)
    course = _Course(definition, clock, limit, start, terms.procedure)
    events: list[Stop | Extension] = [*terms.stops, *terms.extensions]
    for event in sorted(events, key=_when):
        course.take(event)
    return course.deadline()


class _Course:
    """The due date of one dossier while its events are taken in order."""

    def __init__(
        self,
        definition: Definition,
        clock: LimitClock,
        limit: Limit,
        received: Instant,
        procedure: ProcedureClock,
    ) -> None:
        self._definition = definition
        self._clock = clock
        self._limit = limit
        self._received = received
        self._procedure = procedure
        # ``_raw`` as counted; ``_due`` as promised, after ``settle``.
        self._raw = self._due = received
        # The moment up to which the clock was stopped or not started.
        self._resumed = received
        self._stands = False
        self._supplements = self._extensions = 0
        self._notes: dict[Note, None] = {}
        self._history: list[DueChange] = []
        self._count_from(received, "limit")

    def take(self, event: Stop | Extension) -> None:
        if self._stands:
            return
        if isinstance(event, Extension):
            self._extend(event)
        else:
            self._stop(event)

    def deadline(self) -> Deadline:
        last = max(change.due for change in self._history)
        return Deadline(
            self._definition,
            None if self._stands else self._due,
            Missing.CLOCK_STANDS if self._stands else None,
            tuple(self._history),
            tuple(self._notes),
            self._clock.calendar.provisional_between(local_day(self._received), local_day(last)),
        )

    def _stop(self, stop: Stop) -> None:
        began, ended = stop.began, stop.ended
        if ended is not None and is_after(began, ended):
            raise RecordError("stops", f"a stop for {stop.ground} ends before it begins")
        if ended is not None and not is_after(ended, self._received):
            return  # the dossier was sent back before it was received
        if is_after(began, self._due):
            self._note(Note.STOP_AFTER_DUE)
            return
        effect = self._effect(stop)
        if effect is Effect.NONE:
            return
        if ended is None:
            self._stands = True
        elif effect is Effect.RESTART:
            self._count_from(max(self._resumed, ended), stop.ground)
        else:
            self._pause(stop.ground, began, ended)

    def _effect(self, stop: Stop) -> Effect:
        ground = stop.ground
        by_law = self._definition is Definition.STATUTORY
        # An announced procedure may exclude consultations from the law's limit only.
        if ground is Ground.CONSULTATION and by_law and self._procedure.stops_for_consultation:
            return Effect.PAUSE
        rule = self._clock.rules.grounds.get((self._definition, ground), _NO_EFFECT)
        asked_after = self._clock.calendar.age(local_day(self._received), local_day(stop.began))
        effect = rule.after(asked_after)
        if ground is Ground.SUPPLEMENT:
            self._supplements += 1
            if self._supplements > 1:
                self._note(Note.SUPPLEMENT_REPEATED)
            if effect is not rule.effect:
                self._note(Note.SUPPLEMENT_LATE)
        return effect

    def _pause(self, ground: Ground, began: Instant, ended: Instant) -> None:
        """Moves the due date by the part of the pause that no earlier stop covers."""
        began = max(began, self._resumed)
        if ended > began:
            self._raw = self._clock.shift(self._raw, began, ended, self._limit.measure)
            self._resumed = ended
            self._settle(ended, ground)

    def _count_from(self, moment: Instant, cause: str) -> None:
        self._resumed = self._clock.starts(moment, self._procedure)
        self._raw = self._clock.end(self._resumed, self._limit)
        self._settle(moment, cause)

    def _settle(self, since: Instant, cause: str) -> None:
        due = self._clock.settle(self._raw, self._limit.measure, self._resumed)
        self._change(due, since, cause)

    def _extend(self, extension: Extension) -> None:
        if is_after(extension.decided, self._due):
            self._note(Note.EXTENSION_AFTER_DUE)
        elif not is_after(extension.due, self._due):
            self._note(Note.EXTENSION_NOT_LATER)
        elif self._extensions >= self._clock.rules.extensions_at_most:
            self._note(Note.EXTENSION_REPEATED)
        else:
            self._extensions += 1
            self._check_notice(extension)
            self._raw = extension.due
            self._change(extension.due, extension.decided, "extension")

    def _check_notice(self, extension: Extension) -> None:
        latest = local_day(self._due) - timedelta(days=self._clock.rules.notice_days)
        if local_day(extension.decided) > latest:
            self._note(Note.NOTICE_TOO_LATE)
        if not extension.reason.strip():
            self._note(Note.NO_REASON)

    def _change(self, due: Instant, since: Instant, cause: str) -> None:
        self._due = due
        self._history.append(DueChange(due, since, str(cause)))

    def _note(self, note: Note) -> None:
        self._notes[note] = None


def _when(event: Stop | Extension) -> tuple[int, bool]:
    """Sort key of events by time; of two at one moment the stop comes first."""
    moment = event.decided if isinstance(event, Extension) else event.began
    return moment.us, isinstance(event, Extension)


def _some_day_only(start: Instant, terms: Terms) -> bool:
    """Whether one of the moments is known by its day only."""
    ends = (stop.ended for stop in terms.stops if stop.ended is not None)
    moments = [start, *(s.began for s in terms.stops), *ends, *(e.due for e in terms.extensions)]
    return any(moment.precision is Precision.DAY for moment in moments)
