"""Whether a dossier was on time, by three definitions side by side.

::

    receipt_slip   total time against the time allowed: early, on time, late
    portal_766     the moment of the end, supplement time subtracted, against the appointment
    provincial     the day of the end against the day of the appointment

The definitions disagree, so all three are given. Every judgement has its definition, khop's own
verdict (``verdict``), and how the figures of that definition count the dossier (``counted_as``). A
dossier without due date is never on time for khop, although some reports count it so.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum

from khop.mappings.records import ACTIVE, ENDED, Instant, Precision, Status
from khop.mappings.time.deadline_rules import Band, DeadlineRules, Definition, Measure
from khop.mappings.time.progress import Progress
from khop.mappings.time.time_limits import LimitClock
from khop.mappings.time.working_hours import is_after, local_day
from khop.text.local_time import DAY_US

_HOUR_US, _MINUTE_US = 3_600_000_000, 60_000_000
_SUNDAY = 6
#: States in which a dossier without reception date was never received.
_NEVER_RECEIVED = frozenset(
    {Status.NOT_RECEIVED, Status.SUPPLEMENT, Status.WITHDRAWN, Status.STOPPED}
)


class Verdict(StrEnum):
    """Ended: early, on time, late. Open: in time, overdue. Else why it is not judged."""

    EARLY = "early"
    ON_TIME = "on_time"
    LATE = "late"
    IN_TIME = "in_time"
    OVERDUE = "overdue"
    WITHDRAWN = "withdrawn"
    NO_DUE = "no_due"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


class Because(StrEnum):
    """The reason of a verdict."""

    COMPARED = "compared"
    #: Without due date, compared with the longest limit of the catalogue.
    LONGEST_LIMIT = "longest_limit"
    SUPPLEMENT_REPEATED = "supplement_repeated"
    #: The clock is stopped: states 5, 6, 8.
    CLOCK_STANDS = "clock_stands"
    NO_DUE_DATE = "no_due_date"
    NO_END_DATE = "no_end_date"
    #: Late by the hand-over; the day the result was ready is not known.
    ONLY_RETURN_KNOWN = "only_return_known"
    CITIZEN_WITHDREW = "citizen_withdrew"
    NOT_RECEIVED = "not_received"
    STATUS_UNKNOWN = "status_unknown"


@dataclass(frozen=True, slots=True)
class Judgement:
    """The judgement of one dossier by one definition.

    ``counted_as``: how the figures of that definition count it, None when they do not.
    ``hidden_overdue``: its due date is past, and it is not overdue only because of its state.
    """

    definition: Definition
    verdict: Verdict
    counted_as: Verdict | None
    because: Because
    end: Instant | None = None
    due: Instant | None = None
    hidden_overdue: bool = False


def judge(progress: Progress, at: Instant, clock: LimitClock) -> tuple[Judgement, ...]:
    """The three judgements at the moment ``at``, the end of the reported period.

    Raises RecordError for days outside the calendar.
    """
    return tuple(calculator(progress, at, clock) for calculator in CALCULATORS)


def agree(judgements: Iterable[Judgement]) -> bool:
    """Whether all figures count the dossier alike; early counts as on time, overdue as late."""
    alike = {Verdict.EARLY: Verdict.ON_TIME, Verdict.OVERDUE: Verdict.LATE}
    alike[Verdict.IN_TIME] = Verdict.ON_TIME
    counted = (judgement.counted_as for judgement in judgements)
    return len({None if c is None else alike.get(c, c) for c in counted}) <= 1


def points(judgement: Judgement, rules: DeadlineRules) -> int | None:
    """The points that the definition gives for it; None where it gives none."""
    definition = rules.definitions[judgement.definition]
    return definition.points.get(judgement.verdict.value)


def overdue_in_process(progress: Progress, at: Instant) -> bool:
    """Đang xử lý quá hạn: in state 2 or 4 and due before ``at``; False without a due date."""
    return progress.status in ACTIVE and _past(progress, at)


def near_due(
    due: Instant | None, at: Instant, clock: LimitClock, bands: Iterable[Band] | None = None
) -> Band | None:
    """The first band that the due date lies in at ``at``; None when it is past or unknown.

    ``bands``: the unit's own; None for those of the rules.
    """
    if due is None or is_after(at, due):
        return None
    bands = clock.rules.bands if bands is None else bands
    return next((band for band in bands if _within(band, due, at, clock)), None)


def by_receipt_slip(progress: Progress, at: Instant, clock: LimitClock) -> Judgement:
    """Total time against the time allowed, in whole working days (TT 01/2018 art. 13).

    In minutes where every limit of the procedure is in hours. A dossier that ends on a day off
    after the due day is late, although no working day has passed.
    """
    blank = _blank(Definition.RECEIPT_SLIP, progress)
    if (outside := _outside(blank, progress)) is not None:
        return outside
    if progress.status is Status.WITHDRAWN:
        return replace(blank, verdict=Verdict.WITHDRAWN, because=Because.CITIZEN_WITHDREW)
    if progress.due is None:
        return replace(blank, verdict=Verdict.NO_DUE, because=Because.NO_DUE_DATE)
    if progress.status not in ENDED:
        return _running(blank, progress, at)
    return _ended(blank, progress, _by_total_time(progress, clock))


def by_portal_766(progress: Progress, at: Instant, clock: LimitClock) -> Judgement:
    """The moment of the end, less the time of supplements, against the appointment.

    A dossier with more than one request is late. An unanswered request counts as the end; without
    any end, ``at`` does. Without an appointment the longest limit of the catalogue is used.
    """
    blank = _blank(Definition.PORTAL_766, progress)
    if (outside := _outside(blank, progress)) is not None:
        return outside
    ended = progress.status in ENDED
    if len(progress.supplements) > 1:
        late = Verdict.LATE if ended else Verdict.OVERDUE
        return replace(_same(blank, late), because=Because.SUPPLEMENT_REPEATED)
    end = _portal_end(progress, at)
    if end is None:
        return replace(blank, because=Because.NO_END_DATE)
    due, because = _portal_due(progress, clock)
    if due is None:
        return replace(blank, verdict=Verdict.NO_DUE, because=because, end=end)
    past = is_after(_less_supplements(end, progress), due)
    good, bad = (Verdict.ON_TIME, Verdict.LATE) if ended else (Verdict.IN_TIME, Verdict.OVERDUE)
    return replace(_same(blank, bad if past else good), because=because, end=end, due=due)


def by_province(progress: Progress, at: Instant, clock: LimitClock) -> Judgement:
    """The day of the end against the day of the appointment, as provincial reports compare.

    These reports count dossiers without appointment and withdrawn ones as on time, refused ones
    not at all, and terminated ones as open.
    """
    blank = _blank(Definition.PROVINCIAL, progress)
    if (outside := _outside(blank, progress)) is not None:
        return outside
    if progress.status is Status.NOT_RECEIVED:
        return replace(blank, verdict=Verdict.EXCLUDED, because=Because.NOT_RECEIVED)
    open_still = progress.status not in ENDED or progress.status is Status.STOPPED
    good = Verdict.IN_TIME if open_still else Verdict.ON_TIME
    if progress.status is Status.WITHDRAWN:
        withdrawn = replace(blank, verdict=Verdict.WITHDRAWN, counted_as=good)
        return replace(withdrawn, because=Because.CITIZEN_WITHDREW)
    if progress.due is None:
        without = replace(blank, verdict=Verdict.NO_DUE, counted_as=good)
        return replace(without, because=Because.NO_DUE_DATE)
    if open_still:
        return _running(blank, progress, at)
    return _ended(blank, progress, _by_days(progress))


#: A new definition is one more calculator here and a row in ``data/deadline_rules.toml``.
CALCULATORS: tuple[Callable[[Progress, Instant, LimitClock], Judgement], ...] = (
    by_receipt_slip,
    by_portal_766,
    by_province,
)


def _blank(definition: Definition, progress: Progress) -> Judgement:
    """A judgement that is unknown and counted nowhere, to be filled in."""
    return Judgement(
        definition, Verdict.UNKNOWN, None, Because.COMPARED, progress.end, progress.due
    )


def _same(blank: Judgement, verdict: Verdict) -> Judgement:
    return replace(blank, verdict=verdict, counted_as=verdict)


def _outside(blank: Judgement, progress: Progress) -> Judgement | None:
    """The judgement of a dossier that no definition judges; None for any other dossier."""
    status = progress.status
    if status is None:
        return replace(blank, because=Because.STATUS_UNKNOWN)
    never = progress.received is None and status in _NEVER_RECEIVED
    if status is Status.NEW or never:
        return replace(blank, verdict=Verdict.EXCLUDED, because=Because.NOT_RECEIVED)
    return None


def _running(blank: Judgement, progress: Progress, at: Instant) -> Judgement:
    past = _past(progress, at)
    if progress.status in ACTIVE:
        return _same(blank, Verdict.OVERDUE if past else Verdict.IN_TIME)
    waiting = _same(blank, Verdict.IN_TIME)
    return replace(waiting, because=Because.CLOCK_STANDS, hidden_overdue=past)


def _ended(blank: Judgement, progress: Progress, compared: Verdict | None) -> Judgement:
    if compared is None:
        return replace(blank, because=Because.NO_END_DATE)
    judged = _same(blank, compared)
    if compared is Verdict.LATE and not progress.end_is_certain:
        return replace(judged, verdict=Verdict.UNKNOWN, because=Because.ONLY_RETURN_KNOWN)
    return judged


def _past(progress: Progress, at: Instant) -> bool:
    return progress.due is not None and is_after(at, progress.due)


def _by_total_time(progress: Progress, clock: LimitClock) -> Verdict | None:
    end, due = progress.end, progress.due
    if end is None or due is None:
        return None
    hours = progress.limits and all(x.measure is Measure.WORKING_HOUR for x in progress.limits)
    if hours and Precision.DAY not in (end.precision, due.precision):
        return _compare(end.us // _MINUTE_US, due.us // _MINUTE_US)
    if local_day(end) > local_day(due):
        return Verdict.LATE
    count = clock.calendar.ord
    return Verdict.EARLY if count(local_day(end)) < count(local_day(due)) else Verdict.ON_TIME


def _by_days(progress: Progress) -> Verdict | None:
    end, due = progress.end, progress.due
    if end is None or due is None:
        return None
    return _compare(local_day(end).toordinal(), local_day(due).toordinal())


def _compare(end: int, due: int) -> Verdict:
    if end == due:
        return Verdict.ON_TIME
    return Verdict.EARLY if end < due else Verdict.LATE


def _portal_end(progress: Progress, at: Instant) -> Instant | None:
    if progress.status in ENDED:
        return progress.end
    if progress.status is Status.SUPPLEMENT:
        asked = [stop.began for stop in progress.supplements if stop.ended is None]
        return asked[0] if asked else None
    return at


def _portal_due(progress: Progress, clock: LimitClock) -> tuple[Instant | None, Because]:
    if progress.due is not None:
        return progress.due, Because.COMPARED
    received = progress.received
    if received is None or not progress.limits:
        return None, Because.NO_DUE_DATE
    if received.precision is Precision.DAY:
        # Hours cannot be counted from a day.
        limits = [x for x in progress.limits if x.measure is not Measure.WORKING_HOUR]
    else:
        limits = list(progress.limits)
    ends = [clock.settle(clock.end(received, x), x.measure) for x in limits]
    return (max(ends), Because.LONGEST_LIMIT) if ends else (None, Because.NO_DUE_DATE)


def _less_supplements(end: Instant, progress: Progress) -> Instant:
    waited = sum(s.ended.us - s.began.us for s in progress.supplements if s.ended is not None)
    return Instant(end.us - waited, end.precision)


def _within(band: Band, due: Instant, at: Instant, clock: LimitClock) -> bool:
    day, today = local_day(due), local_day(at)
    if band.working_days is not None:
        return clock.calendar.age(today, day) <= band.working_days
    if band.hours is not None:
        # A dossier that is due on a day is due at the end of that day.
        last = due.us + (DAY_US if due.precision is Precision.DAY else 0)
        return last - at.us <= band.hours * _HOUR_US
    return day <= today + timedelta(days=_SUNDAY - today.weekday())
