"""The systems of a province, for tests that draw what happens: they misbehave on demand, and
every call is an instant at which the process can be killed.

The portal watches the engine: what the engine may never do is added to ``FakePortal.breaches``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date

import sqlalchemy as sa

from khop.adapters.ports import EvidencePage, SourcePage
from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    RecordError,
    Refused,
    Unreachable,
)
from khop.mappings.records import (
    DONE,
    Applicant,
    DossierReading,
    DossierRecord,
    FullDossier,
    Status,
    Step,
)
from khop.sync.ledger.schema import outbox, progress_step
from tests.sync.fakes import NAME, NUMBER, PHONE, FakeFeed, FakePortal, WindowedOneStop
from tests.sync.installation import Fuse, SeesLedger


@dataclass
class OneStop(WindowedOneStop):
    """A list of dossiers with pages of two."""

    connections: int = 1
    page_size: int = 2
    fuse: Fuse = field(default_factory=Fuse)
    #: Every version each dossier ever had.
    said: dict[str, list[DossierRecord]] = field(default_factory=dict)
    #: How the next pages are answered, one word each.
    mischief: list[str] = field(default_factory=list)
    #: Called before the next pages, one each; may change dossiers.
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    #: Native ids whose detail is not answered; each is used once.
    silent: list[str] = field(default_factory=list)
    rows_served: int = 0

    def put(self, *records: DossierRecord) -> None:
        super().put(*records)
        for one in records:
            self.said.setdefault(one.native_id, []).append(one)

    def page(self, number: int) -> SourcePage:
        self.fuse.instant()
        if self.meanwhile:
            self.meanwhile.pop(0)()
        page = self._answer(number, self.mischief.pop(0) if self.mischief else "honest")
        self.rows_served += page.fetched
        return page

    def _answer(self, number: int, mischief: str) -> SourcePage:
        honest = self.honest_page(number)
        if mischief == "silent":
            raise Unreachable(self.name, "list")
        if mischief == "another":
            return replace(self.honest_page(number + 1), asked=number)
        if mischief == "previous" and number:
            return replace(self.honest_page(number - 1), asked=number, number=number)
        if mischief == "short":
            return replace(honest, readings=honest.readings[:-1])
        if mischief == "disordered":
            return replace(honest, readings=honest.readings[::-1])
        return honest

    def window_page(self, field: str, first: date, last: date, number: int) -> SourcePage:
        self.fuse.instant()
        return super().window_page(field, first, last, number)

    def detail(self, native_id: str) -> DossierReading:
        self._reach(native_id)
        return DossierReading(self.dossiers[native_id], self.histories[native_id])

    def full(self, native_id: str) -> FullDossier:
        self._reach(native_id)
        full = super().full(native_id)
        person = Applicant(name=NAME, identity_number=NUMBER, phone=PHONE)
        steps = tuple(replace(step, actor=NAME) for step in full.steps)
        return replace(full, applicant=person, summary=NAME, steps=steps)

    def _reach(self, native_id: str) -> None:
        self.fuse.instant()
        if native_id in self.silent:
            self.silent.remove(native_id)
            raise Unreachable(self.name, "detail")
        if native_id not in self.dossiers:
            raise Refused(self.name, "detail", http_status=404)
        if native_id in self.bad:
            raise RecordError("agency", "is a number")

    def replay(self, payload: object) -> DossierReading:
        raise RecordError("agency", "is a number")


@dataclass
class CheckingPortal(FakePortal, SeesLedger):
    """A portal that also checks what the engine had looked up and written before it sends."""

    connections: int = 1
    fuse: Fuse = field(default_factory=Fuse)
    #: Faults by operation and code: ("before" or "after" it took effect, what is raised). Each
    #: is used once. "another": somebody else creates the dossier first.
    faults: dict[tuple[str, str], list[tuple[str, ConnectorError | RecordError]]] = field(
        default_factory=dict
    )
    #: The answers of look-ups by code, newest last: whether the dossier is there.
    answered: dict[str, list[bool]] = field(default_factory=dict)
    #: Codes with an unanswered write and no look-up since.
    unsure: set[str] = field(default_factory=set)
    one_stop: OneStop | None = None

    def look_up(self, code: str) -> DossierRecord | None:
        self.asked.append(code)
        with self._call("look_up", code):
            pass
        found = self.dossiers.get(code)
        self.answered.setdefault(code, []).append(found is not None)
        self.unsure.discard(code)
        return found

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """As the national portal: a status is required, and an end date when the dossier ended."""
        found = list(self.unsendable.get(record.code, ()))
        if record.status is None:
            found.append("no_status")
        if record.status in DONE and record.finished_at is None:
            found.append("no_end_date")
        return tuple(found)

    def create(self, dossier: FullDossier) -> None:
        code = dossier.record.code
        self._watch_write("create", dossier)
        if not self.answered.get(code) or self.answered[code][-1]:
            self.breaches.append(f"create without an absence {code}")
        with self._call("create", code):
            super().create(dossier)

    def update(self, dossier: FullDossier) -> None:
        self._watch_write("update", dossier)
        with self._call("update", dossier.record.code):
            super().update(dossier)

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        self._watch_steps(code, steps)
        with self._call("progress", code):
            super().progress(code, steps)

    @contextmanager
    def _call(self, operation: str, code: str) -> Iterator[None]:
        waiting = self.faults.get((operation, code), [])
        when, fault = waiting.pop(0) if waiting else ("", None)
        writes = operation in ("create", "update")
        if writes:
            self.unsure.add(code)  # until it is answered
        self.fuse.instant()
        if when == "another":
            self.hold(replace(self._ours(code), status=Status.RECEIVED))
            self.unsure.discard(code)
            raise AlreadyExists(self.name, operation)
        if fault is not None and when == "before":
            self._settle(code, fault)
            raise fault
        yield
        self.fuse.instant()
        if fault is not None:
            self._settle(code, fault)
            raise fault
        if writes:
            self.unsure.discard(code)

    def _settle(self, code: str, fault: Exception) -> None:
        """Every fault but OutcomeUnknown tells whether the write took effect."""
        if not isinstance(fault, OutcomeUnknown):
            self.unsure.discard(code)

    def _ours(self, code: str) -> DossierRecord:
        assert self.one_stop is not None
        return next(r for r in self.one_stop.dossiers.values() if r.code == code)

    def _watch_write(self, operation: str, dossier: FullDossier) -> None:
        record, code = dossier.record, dossier.record.code
        checks = {
            "unanswered write not looked up": code in self.unsure,
            "portal-born": bool(record.aliases),
            "not sendable": bool(self.problems(record, dossier.steps)),
            "not what the one-stop said": record not in self._said(record.native_id),
            "not in the outbox": "sending" not in self._pushes(code),
        }
        self.breaches += [
            f"{operation} of {code}: {what}" for what, is_so in checks.items() if is_so
        ]

    def _watch_steps(self, code: str, steps: Sequence[Step]) -> None:
        assert self.ledger is not None
        with self.ledger.read() as connection:
            query = sa.select(progress_step.c.event_us, progress_step.c.status).where(
                progress_step.c.code == code, progress_step.c.state == "sending"
            )
            noted = {tuple(row) for row in connection.execute(query)}
        if any((step.event_at.us, int(step.status)) not in noted for step in steps):
            self.breaches.append(f"steps of {code}: not in the outbox")

    def _said(self, native_id: str) -> Sequence[DossierRecord]:
        assert self.one_stop is not None
        return self.one_stop.said.get(native_id, ())

    def _pushes(self, code: str) -> set[str]:
        assert self.ledger is not None
        with self.ledger.read() as connection:
            query = sa.select(outbox.c.state).where(outbox.c.code == code)
            return set(connection.scalars(query))


@dataclass
class DisorderedFeed(FakeFeed):
    """A feed of events that may repeat and disorder them."""

    mischief: list[str] = field(default_factory=list)
    fuse: Fuse = field(default_factory=Fuse)

    def events(self, after: str | None) -> EvidencePage:
        self.fuse.instant()
        mischief = self.mischief.pop(0) if self.mischief else "honest"
        if mischief == "silent":
            raise Unreachable(self.name, "events")
        page = super().events(after)
        if mischief == "again":
            start = max(0, int(after or "0") - self.size)
            return self.page_of(start, int(page.position or "0"))
        if mischief == "disordered":
            return replace(page, records=page.records[::-1], rejects=page.rejects[::-1])
        return page
