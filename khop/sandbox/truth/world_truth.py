"""The truth of a simulated province: what its systems say, judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping

from khop.sandbox.files.office import Office
from khop.sandbox.truth.finding import Finding
from khop.sandbox.truth.judge import verdicts
from khop.sandbox.truth.statements import Answer, PostEvent, Record, Row, Statements, Time
from khop.sandbox.truth.times import Clock
from khop.sandbox.world.calendar import midnight
from khop.sandbox.world.dossiers import Dossier, PortalEntry, canonical, history
from khop.sandbox.world.paper import LogbookRow, Place, RegisterRow
from khop.sandbox.world.post_events import DELIVERED, Event

_MILLISECOND = 1_000
_SECOND = 1_000_000


class WorldTruth:
    """Judges a province at one moment. ``silent``: codes about which the portal never answers;
    ``unreadable``: codes of dossiers in list items that nobody can read."""

    def __init__(
        self,
        clock: Clock,
        office: Office,
        events: Iterable[Event],
        *,
        silent: Collection[str],
        unreadable: Collection[str],
    ) -> None:
        self._clock = clock
        self._office = office
        self._silent = silent
        self._unreadable = unreadable
        self._events: defaultdict[str, list[Event]] = defaultdict(list)
        for event in events:
            self._events[canonical(event.order)].append(event)

    def findings(
        self, dossiers: Iterable[Dossier], portal: Mapping[str, PortalEntry]
    ) -> list[Finding]:
        """All findings, sorted by rule and subject."""
        records = list(map(_record, dossiers))
        paper = self._office.paper
        said = Statements(
            records=records,
            answers=[*map(_present, portal.values()), *self._absent(records, portal)],
            events=[_post_event(event) for of_code in self._events.values() for event in of_code],
            rows=[self._row(row) for row in paper.rows() if not row.bad_date],
            quarantined=set(self._unreadable),
        )
        places = {place.subject: place for place in map(self._place, paper.nameless())}
        found = [
            Finding.of(verdict, places.get(verdict.subject) if verdict.code is None else None)
            for verdict in verdicts(said, self._clock)
        ]
        return sorted(found, key=lambda finding: finding.order_key)

    def is_sound(self, natives: Collection[Dossier], portal: Mapping[str, PortalEntry]) -> bool:
        """Whether no rule fires for the dossier with these records."""
        records = list(map(_record, natives))
        codes = _codes(records)
        paper = self._office.paper
        rows = [self._row(row) for code in codes for row in paper.logbook_of(code)]
        rows += [self._row(row) for code in codes for row in paper.register_of(code)]
        said = Statements(
            records=records,
            answers=[
                *(_present(portal[code]) for code in codes if code in portal),
                *self._absent(records, portal),
            ],
            events=[_post_event(event) for code in codes for event in self._events.get(code, ())],
            rows=rows,
        )
        return next(verdicts(said, self._clock), None) is None

    def _absent(
        self, records: Iterable[Record], portal: Mapping[str, PortalEntry]
    ) -> Iterator[Answer]:
        for code in _codes(records):
            if code not in portal and code not in self._silent:
                yield Answer(code=code, presence="absent")

    def _row(self, row: LogbookRow | RegisterRow) -> Row:
        return _paper_row(row, self._place(row).subject)

    def _place(self, row: LogbookRow | RegisterRow) -> Place:
        return self._office.place(row.n)


def _codes(records: Iterable[Record]) -> set[str]:
    return {code for record in records for code in (record.code, *record.aliases)}


def _record(d: Dossier) -> Record:
    """A native record of the one-stop."""
    steps = sorted(history(d), key=lambda step: step[0])
    return Record(
        native_id=d.native_id,
        code=d.code,
        aliases=() if d.alias is None else (d.alias,),
        status=d.status or None,
        unmapped=d.status == 0,
        submitted=_time(d.submitted),
        received=_time(d.received),
        due=_time(d.due),
        finished=_time(d.finished),
        returned=_time(d.returned),
        entered=next((_time(moment) for moment, state in steps if state == 2), None),
        changed=(d.changed * _MILLISECOND, False),
        no_due=d.no_due,
        channel=d.channel or None,
        unit=d.unit,
        procedure=d.procedure,
        applicant=d.citizen,
        history=tuple((state or None, _time(moment)) for moment, state in steps),
    )


def _present(entry: PortalEntry) -> Answer:
    """The portal's answer about a dossier it has."""
    return Answer(
        code=entry.code,
        presence="present",
        status=entry.status or None,
        submitted=_time(entry.submitted, entry.by_day),
        received=_time(entry.received, entry.by_day),
        due=_time(entry.due, entry.by_day),
        finished=_time(entry.finished, entry.by_day),
        returned=_time(entry.returned, entry.by_day),
    )


def _post_event(event: Event) -> PostEvent:
    """A scan of the post."""
    return PostEvent(
        order=event.order,
        item=event.item,
        code=canonical(event.order),
        delivered=event.code == DELIVERED,
        at=(event.at * _MILLISECOND, False) if event.at else None,
    )


def _paper_row(row: LogbookRow | RegisterRow, subject: str) -> Row:
    """A row of paper. Persons written by name and day of birth are compared with no number."""
    logbook = row if isinstance(row, LogbookRow) else None
    return Row(
        subject=subject,
        kind="register" if logbook is None else "logbook",
        code=None if row.code is None else canonical(row.code),
        unit=row.unit,
        procedure=row.procedure,
        applicant=None if row.person == "name" else row.citizen,
        received=None if logbook is None else _time(logbook.received),
        returned=None if logbook is None else _time(logbook.returned),
        signed=_time(midnight(row.signed), True) if isinstance(row, RegisterRow) else None,
    )


def _time(seconds: int | None, by_day: bool = False) -> Time | None:
    return None if seconds is None else (seconds * _SECOND, by_day)
