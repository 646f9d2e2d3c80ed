"""The truth of a simulated province: what its systems say, judged."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from typing import TypeVar

from khop.sandbox.files.office import Office
from khop.sandbox.truth.finding import Finding
from khop.sandbox.truth.judge import verdicts, verdicts_on_rows
from khop.sandbox.truth.statements import Answer, PostEvent, Record, Row, Statements, Time
from khop.sandbox.truth.times import Clock
from khop.sandbox.world.calendar import midnight
from khop.sandbox.world.dossiers import Dossier, PortalEntry, canonical, history
from khop.sandbox.world.paper import LogbookRow, RegisterRow
from khop.sandbox.world.post_events import DELIVERED, Event
from khop.sandbox.world.register import fold

T = TypeVar("T")

_MILLISECOND = 1_000
_SECOND = 1_000_000


#: Names that stand for nobody (docs/rules.md, D7).
_NOBODY = ("chuyen vien", "can bo", "admin", "quan tri", "mot cua", "tiep nhan")

#: Dossiers judged at once. A million of them would take gigabytes as statements.
_BATCH = 200


class WorldTruth:
    """Judges a province at one moment. ``silent``: codes about which the portal never answers;
    ``unreadable``: codes of dossiers in list items that cannot be read."""

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

    def judge_at(self, clock: Clock) -> None:
        """Judge at another moment from now on."""
        self._clock = clock

    def findings(
        self, natives: Mapping[str, Sequence[Dossier]], portal: Mapping[str, PortalEntry]
    ) -> list[Finding]:
        """All findings, sorted by rule and subject. ``natives``: the one-stop's records by code."""
        known: set[str] = set()
        found: list[Finding] = []
        for part in _parts(list(natives.values())):
            records = [_record(d) for of_code in part for d in of_code]
            codes = _codes(records)
            known |= codes
            found += self._judged(self._about(codes, records, portal))
        unknown = {*portal, *self._office.paper.codes()} - known - set(self._unreadable)
        found += self._judged(self._about(unknown, [], portal))
        found += self._rows_without_code(natives)
        return sorted(found, key=lambda finding: finding.order_key)

    def has_no_finding(self, natives: Iterable[Dossier], portal: Mapping[str, PortalEntry]) -> bool:
        """Whether no rule fires for the dossier with these records."""
        records = list(map(_record, natives))
        return not self._judged(self._about(_codes(records), records, portal))

    def _about(
        self, codes: Collection[str], records: list[Record], portal: Mapping[str, PortalEntry]
    ) -> Statements:
        """What all systems say under these codes. ``records``: the one-stop's, all of them."""
        paper = self._office.paper
        answers = [_present(portal[code]) for code in codes if code in portal]
        if records:
            answers += [
                Answer(code=code, presence="absent")
                for code in codes
                if code not in portal and code not in self._silent
            ]
        return Statements(
            records=records,
            answers=answers,
            events=[_post_event(event) for code in codes for event in self._events.get(code, ())],
            rows=[
                *(_paper_row(row, "") for code in codes for row in paper.logbook_of(code)),
                *(_paper_row(row, "") for code in codes for row in paper.register_of(code)),
            ],
        )

    def _judged(self, said: Statements) -> list[Finding]:
        return [Finding.of(verdict) for verdict in verdicts(said, self._clock)]

    def _rows_without_code(self, natives: Mapping[str, Sequence[Dossier]]) -> Iterator[Finding]:
        places = {row.n: self._office.place(row.n) for row in self._office.paper.nameless()}
        rows = [_paper_row(row, places[row.n].subject) for row in self._office.paper.nameless()]
        by_subject = {place.subject: place for place in places.values()}
        applicants = {row.applicant for row in rows}
        matters = {(row.unit, row.procedure) for row in rows}
        records = (
            _record(d)
            for of_code in natives.values()
            for d in of_code
            if d.citizen in applicants or (d.unit, d.procedure) in matters
        )
        for verdict in verdicts_on_rows(rows, records, self._clock):
            yield Finding.of(verdict, by_subject[verdict.subject])


def _parts(items: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(items), _BATCH):
        yield items[start : start + _BATCH]


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
        held=d.holder == "" or _names_a_person(d.holder),
    )


def _names_a_person(holder: str | None) -> bool:
    name = fold(" ".join((holder or "").split()))
    return name not in {"", *_NOBODY}


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
    """A row of paper. A person written by name and day of birth is compared with no number."""
    logbook = row if isinstance(row, LogbookRow) else None
    return Row(
        subject=subject,
        kind="register" if logbook is None else "logbook",
        code=None if row.code is None else canonical(row.code),
        unit=row.unit,
        procedure=row.procedure,
        applicant=row.citizen,
        applicant_known_by="name" if row.person == "name" else "number",
        received=None if logbook is None else _time(logbook.received),
        returned=None if logbook is None else _time(logbook.returned),
        signed=_time(midnight(row.signed), True) if isinstance(row, RegisterRow) else None,
    )


def _time(seconds: int | None, by_day: bool = False) -> Time | None:
    return None if seconds is None else (seconds * _SECOND, by_day)
