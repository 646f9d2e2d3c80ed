"""A province in memory, for tests that draw what happens: its systems misbehave when told to,
and its process can be killed at any durable step.

Systems watch the engine: what it may never do to them goes into ``FakePortal.breaches``.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import date
from functools import cache
from itertools import count
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Adapter, EvidencePage, Health, Role, SourcePage
from khop.config.domain_tables import Tables
from khop.config.model import Config, Province
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
    Reject,
    Status,
    StatusRecord,
    Step,
)
from khop.sync.engine import Engine
from khop.sync.ledger import Lease, Ledger, create_ledger
from khop.sync.ledger.schema import outbox, progress_step
from khop.sync.privacy import Privacy, ensure_key
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal

#: Personal data that the systems carry, and that may be found nowhere else.
NAME = "Nguyễn Thị Mẫu Dấu"
NUMBER = "099090000001"
PHONE = "0990000001"
PERSONAL = (NAME, NUMBER, PHONE)
#: The name of the file that holds an installation's secret.
KEY = "khop.key"
PAYLOAD = {"applicant": NAME, "identityNumber": NUMBER, "phoneNumber": PHONE}


@cache
def tables() -> Tables:
    """The packaged tables; made once, because a calendar takes its time."""
    return Tables()


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An empty ledger with a key beside it: to make one takes longer than an example lasts."""
    folder = tmp_path_factory.mktemp("template")
    create_ledger(f"sqlite:///{folder / 'khop.db'}")
    ensure_key(folder / KEY)
    return folder / "khop.db"


class Killed(BaseException):
    """The process is gone: nothing runs after it, no ``except`` and no clean-up."""


@dataclass
class Fuse:
    """Kills the process at the n-th instant from now at which a kill could matter."""

    left: int | None = None
    dead: bool = False
    last_words: Callable[[], None] = lambda: None

    def instant(self) -> None:
        if self.dead:
            raise Killed
        if self.left is None:
            return
        self.left -= 1
        if self.left <= 0:
            self.dead = True
            self.last_words()
            raise Killed


class MortalLedger(Ledger):
    """A ledger whose process may be killed just before or just after a commit."""

    def __init__(self, path: Path, fuse: Fuse) -> None:
        super().__init__(f"sqlite:///{path}")
        self._fuse = fuse

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[sa.Connection]:
        if self._fuse.dead:
            raise Killed
        with super().write(lease) as connection:
            yield connection
            self._fuse.instant()
        self._fuse.instant()


@dataclass
class OneStop(FakeOneStop):
    """A list of dossiers with pages of two, that can also be asked by the day of reception."""

    connections: int = 1
    page_size: int = 2
    window_fields: tuple[str, ...] = ("accepted",)
    fuse: Fuse = field(default_factory=Fuse)
    #: What each dossier ever was.
    said: dict[str, list[DossierRecord]] = field(default_factory=dict)
    #: Dossiers in a shape that cannot be used.
    bad: set[str] = field(default_factory=set)
    #: What becomes of the next pages, one word each.
    mischief: list[str] = field(default_factory=list)
    #: What happens in the world before the next pages.
    meanwhile: list[Callable[[], None]] = field(default_factory=list)
    #: Details that are not answered, by native id; each is used once.
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

    def honest_page(self, number: int) -> SourcePage:
        rows = sorted(
            self.dossiers.values(),
            key=lambda r: (r.changed_at.us if r.changed_at else 0, r.native_id),
            reverse=True,
        )
        return self._cut(rows, number)

    def window_page(self, field: str, first: date, last: date, number: int) -> SourcePage:
        self.fuse.instant()
        within = [
            one
            for one in self.dossiers.values()
            if one.received_at and first <= one.received_at.local_date <= last
        ]
        return self._cut(sorted(within, key=lambda r: r.native_id), number)

    def _cut(self, rows: Sequence[DossierRecord], number: int) -> SourcePage:
        start = number * self.page_size
        part = rows[start : start + self.page_size]
        return SourcePage(
            asked=number,
            number=number,
            size=self.page_size,
            last=start + self.page_size >= len(rows),
            total=len(rows) if self.tells_total else None,
            readings=tuple(DossierReading(r) for r in part if r.native_id not in self.bad),
            rejects=tuple(_reject(r) for r in part if r.native_id in self.bad),
        )

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


def _reject(record: DossierRecord) -> Reject:
    return Reject("agency", "is a number", record.native_id, record.code, PAYLOAD)


@dataclass
class Portal(FakePortal):
    """A portal that also sees what the engine knew, and wrote down, before it sent."""

    connections: int = 1
    fuse: Fuse = field(default_factory=Fuse)
    #: Faults by operation and code: ("before" or "after" it took effect, what is raised). Each
    #: is used once. "another": somebody else makes the dossier first.
    faults: dict[tuple[str, str], list[tuple[str, ConnectorError | RecordError]]] = field(
        default_factory=dict
    )
    #: What look-ups ever answered of a code, newest last: whether it is there.
    answered: dict[str, list[bool]] = field(default_factory=dict)
    #: Codes with a write that was not answered, and not looked up since.
    unsure: set[str] = field(default_factory=set)
    one_stop: OneStop | None = None
    ledger: Ledger | None = None

    def look_up(self, code: str) -> DossierRecord | None:
        self.asked.append(code)
        with self._call("look_up", code):
            pass
        found = self.dossiers.get(code)
        self.answered.setdefault(code, []).append(found is not None)
        self.unsure.discard(code)
        return found

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """As the national one: nothing blank, nothing ended without its end."""
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
        """Any answer but silence tells what became of a write."""
        if not isinstance(fault, OutcomeUnknown):
            self.unsure.discard(code)

    def _ours(self, code: str) -> DossierRecord:
        assert self.one_stop is not None
        return next(r for r in self.one_stop.dossiers.values() if r.code == code)

    # --- what the engine may never do -----------------------------------------------------------

    def _watch_write(self, operation: str, dossier: FullDossier) -> None:
        record, code = dossier.record, dossier.record.code
        told = {
            "unanswered write not looked up": code in self.unsure,
            "portal-born": bool(record.aliases),
            "not sendable": bool(self.problems(record, dossier.steps)),
            "not what the one-stop said": record not in self._said(record.native_id),
            "not in the outbox": "sending" not in self._pushes(code),
        }
        self.breaches += [f"{operation} of {code}: {what}" for what, is_so in told.items() if is_so]

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
class Post:
    """A feed of events, two on a page, that may repeat and disorder them."""

    name: str = "vnpost"
    role: Role = Role.POST
    log: list[StatusRecord | Reject] = field(default_factory=list)
    mischief: list[str] = field(default_factory=list)
    fuse: Fuse = field(default_factory=Fuse)

    def events(self, after: str | None) -> EvidencePage:
        self.fuse.instant()
        mischief = self.mischief.pop(0) if self.mischief else "honest"
        if mischief == "silent":
            raise Unreachable(self.name, "events")
        start = int(after or 0)
        end = min(start + 2, len(self.log))
        part = self.log[max(0, start - 2 * (mischief == "again")) : end]
        if mischief == "disordered":
            part = part[::-1]
        return EvidencePage(
            position=str(end),
            last=end >= len(self.log),
            records=tuple(one for one in part if isinstance(one, StatusRecord)),
            rejects=tuple(one for one in part if isinstance(one, Reject)),
        )

    def replay_event(self, payload: object) -> StatusRecord:
        raise RecordError("EventTime", "is no time")

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass


class Installation:
    """khop as it is installed: a ledger, a key, an engine over adapters. It can be killed, and
    comes back on what was on the disk then."""

    def __init__(
        self, folder: Path, template: Path, clock: FakeClock, fuse: Fuse, *adapters: Adapter
    ) -> None:
        self._folder = folder
        self._adapters = adapters
        self._clock = clock
        self._fuse = fuse
        self._names = map("khop-{}.db".format, count())
        self._path = folder / next(self._names)
        self._left = self._path
        shutil.copy(template, self._path)
        shutil.copy(template.with_name(KEY), folder / KEY)
        fuse.last_words = self._freeze
        self._open()

    @property
    def files(self) -> list[Path]:
        """All that the ledger is on the disk."""
        return [path for path in _parts(self._path) if path.exists()]

    def come_back(self) -> None:
        """After a kill: leases have run out, the ledger is what was on the disk."""
        self.close()
        self._path = self._left
        self._fuse.left, self._fuse.dead = None, False
        self._clock.advance(minutes=6)
        self._open()

    def twin(self) -> Engine:
        """An engine on a copy of the ledger as it is now; to be closed."""
        target = self._folder / next(self._names)
        with self.ledger.write():  # nobody writes while it is copied
            _copy(self._path, target)
        return self._engine(Ledger(f"sqlite:///{target}"))

    def close(self) -> None:
        self.engine.close()

    def _open(self) -> None:
        self.ledger = MortalLedger(self._path, self._fuse)
        for adapter in self._adapters:
            if isinstance(adapter, Portal):
                adapter.ledger = self.ledger
        self.engine = self._engine(self.ledger)

    def _engine(self, ledger: Ledger) -> Engine:
        config = Config(
            province=Province(name="Tỉnh Mẫu", code="H99"),
            base_dir=self._folder,
            sources={},
            repair={"max_share": 1.0},
        )
        privacy = Privacy(self._folder / KEY)
        return Engine(config, ledger, privacy, tables(), self._adapters, self._clock)

    def _freeze(self) -> None:
        self._left = self._folder / next(self._names)
        _copy(self._path, self._left)


def _parts(path: Path) -> list[Path]:
    return [path, path.with_name(f"{path.name}-wal")]


def _copy(path: Path, target: Path) -> None:
    """The file before its log, which has all that was moved into the file meanwhile."""
    for there, copied in zip(_parts(path), _parts(target), strict=True):
        if there.exists():
            shutil.copy(there, copied)
