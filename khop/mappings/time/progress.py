"""The course of a dossier: the moments that decide whether it was on time.

``Progress``        the moments that are compared
``progress_of``     a record and its history -> Progress
``stops_in``        a history -> the times the clock was stopped
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from khop.mappings.records import (
    DONE,
    ENDED,
    OPEN,
    DossierRecord,
    Instant,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.mappings.time.deadline_rules import Ground
from khop.mappings.time.deadlines import Stop
from khop.mappings.time.time_limits import Limit
from khop.mappings.time.working_hours import is_after

_GROUNDS = {Status.SUPPLEMENT: Ground.SUPPLEMENT, Status.FINANCIAL_DUTY: Ground.FINANCIAL_DUTY}


@dataclass(frozen=True, slots=True)
class Change:
    """A change of state, and when it happened."""

    status: Status
    at: Instant


@dataclass(frozen=True, slots=True)
class Progress:
    """The course of one dossier.

    ``due``: the appointment (NgayHenTra). ``finished``: the result was ready (9); ``returned``:
    it was handed over (10); ``closed``: refused, withdrawn or terminated (3, 7, 8).
    ``supplements``: requests after reception. ``limits``: the time limits of the catalogue.
    ``earlier_ends``: ends before it was reopened. ``service``: the hand-over counts as the end.
    """

    status: Status | None
    received: Instant | None = None
    due: Instant | None = None
    finished: Instant | None = None
    returned: Instant | None = None
    closed: Instant | None = None
    supplements: tuple[Stop, ...] = ()
    limits: tuple[Limit, ...] = ()
    earlier_ends: tuple[Change, ...] = ()
    service: bool = False

    @property
    def end(self) -> Instant | None:
        """The end that counts: result ready, else handed over, else closed.

        With ``service``, "result ready" is not used.
        """
        return (None if self.service else self.finished) or self.returned or self.closed

    @property
    def end_is_certain(self) -> bool:
        """Whether the end is the day of the result, not a hand-over used in its place.

        A citizen may come for a result long after it was ready.
        """
        return self.service or self.finished is not None or self.returned is None

    def as_service(self) -> Progress:
        """The same course with the hand-over as its end, for the time the citizen waited."""
        return replace(self, service=True)


def progress_of(
    record: DossierRecord,
    history: Iterable[StatusRecord] = (),
    limits: Sequence[Limit] = (),
) -> Progress:
    """The course of a dossier, from its record and its history.

    An end that the record lacks is taken from the history. A dossier that is open again has no
    end; its ends before that are ``earlier_ends``.
    """
    changes = _changes(history)
    status, received = record.status, record.received_at
    done, ended = status in DONE, status in ENDED
    reached = dict(_since_reopening(changes)) if ended else {}
    return Progress(
        status=status,
        received=received,
        due=record.due_at,
        finished=(record.finished_at or reached.get(Status.FINISHED)) if done else None,
        returned=(record.returned_at or reached.get(Status.RETURNED)) if done else None,
        closed=_closed(status, record, reached) if ended and not done else None,
        supplements=_supplements(changes, received),
        limits=tuple(limits),
        earlier_ends=tuple(c for c in changes[: _reopening(changes, ended)] if c.status in ENDED),
    )


def stops_in(history: Iterable[StatusRecord]) -> tuple[Stop, ...]:
    """The times the dossier was in state 5 or 6, oldest first; the last may be open."""
    return tuple(_stops(_changes(history)))


def _changes(history: Iterable[StatusRecord]) -> list[Change]:
    """Changes of state by event time; entries without time or mapped state are left out."""
    entries = [
        Change(entry.status, entry.event_at)
        for entry in history
        if entry.kind is StatusKind.STATUS
        and entry.status is not None
        and entry.event_at is not None
    ]
    return sorted(entries, key=lambda entry: entry.at.us)


def _stops(changes: Sequence[Change]) -> Iterator[Stop]:
    standing: Change | None = None
    for change in changes:
        if standing is not None and change.status is standing.status:
            continue
        if standing is not None:
            yield Stop(_GROUNDS[standing.status], standing.at, change.at)
        standing = change if change.status in _GROUNDS else None
    if standing is not None:
        yield Stop(_GROUNDS[standing.status], standing.at)


def _closed(
    status: Status | None, record: DossierRecord, reached: Mapping[Status, Instant]
) -> Instant | None:
    return record.finished_at or (None if status is None else reached.get(status))


def _supplements(changes: Sequence[Change], received: Instant | None) -> tuple[Stop, ...]:
    """Requests after reception; a request before it does not stop the clock."""
    if received is None:
        return ()
    asked = (stop for stop in _stops(changes) if stop.ground is Ground.SUPPLEMENT)
    return tuple(stop for stop in asked if not is_after(received, stop.began))


def _reopening(changes: Sequence[Change], ended: bool) -> int:
    """The number of changes before the last reopening; all of them when it is open now."""
    if not ended:
        return len(changes)
    opened = (place for place, change in enumerate(changes) if change.status in OPEN)
    return max(opened, default=0)


def _since_reopening(changes: Sequence[Change]) -> Iterator[tuple[Status, Instant]]:
    """Changes since the dossier was last open, latest first, so that in a mapping of them the
    first arrival in a state stays."""
    since = changes[_reopening(changes, ended=True) :]
    return ((change.status, change.at) for change in reversed(since))
