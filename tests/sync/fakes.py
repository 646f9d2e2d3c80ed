"""An in-memory one-stop and portal that fill the engine's ports, and can be told to fail.

The portal keeps the rules a national system keeps and writes down every breach of them.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta

from khop.adapters.ports import Health, Role, SourcePage
from khop.errors import AlreadyExists, ConnectorError, RecordError, Refused
from khop.mappings.records import (
    DONE,
    Applicant,
    Channel,
    DossierReading,
    DossierRecord,
    FullDossier,
    Instant,
    Reject,
    Status,
    StatusKind,
    StatusRecord,
    Step,
)

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class FakeClock:
    """A clock that stands still until it is told to go on."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0, month: int = 11) -> Instant:
    """A local time of 2026."""
    local = datetime(2026, month, day, hour, minute, second, tzinfo=UTC)
    return Instant.of(local - timedelta(hours=7))


def record(number: int, **changes: object) -> DossierRecord:
    """An ordinary dossier in process, as the one-stop says it."""
    ordinary = DossierRecord(
        source="igate",
        native_id=f"{number:024x}",
        code=f"H99.12-261110-{number:04d}",
        status=Status.PROCESSING,
        status_raw="Đang xử lý",
        submitted_at=at(10, 8),
        received_at=at(10, 9),
        due_at=at(30, 17),
        changed_at=replace(at(11), us=at(11).us + number * 1_000_000),
        unit="UBND xã Mẫu",
        unit_code="H99.12",
        procedure="1.001612",
        channel=Channel.COUNTER,
        applicant_key="k" * 64,
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


def history(of: DossierRecord, *states: tuple[Status, Instant]) -> tuple[StatusRecord, ...]:
    return tuple(
        StatusRecord(
            source=of.source,
            native_id=of.native_id,
            entry_id=f"task-{i}",
            code=of.code,
            kind=StatusKind.STATUS,
            event_at=when,
            status=status,
            status_raw=status.name,
        )
        for i, (status, when) in enumerate(states)
    )


@dataclass
class FakeOneStop:
    """A list of dossiers, newest change first."""

    name: str = "igate"
    role: Role = Role.ONE_STOP
    detail_mode: str = "changed"
    connections: int = 2
    overlap_seconds: float = 3600.0
    page_size: int = 10
    tells_total: bool = True
    dossiers: dict[str, DossierRecord] = field(default_factory=dict)
    histories: dict[str, tuple[StatusRecord, ...]] = field(default_factory=dict)
    rejects: list[Reject] = field(default_factory=list)
    pages_read: list[int] = field(default_factory=list)
    details_read: list[str] = field(default_factory=list)
    #: Called before each page; may change the world, raise, or answer in its place.
    on_page: Callable[[int], SourcePage | None] = lambda number: None
    on_detail: Callable[[str], None] = lambda native_id: None

    def put(self, *records: DossierRecord) -> None:
        for one in records:
            self.dossiers[one.native_id] = one
            self.histories.setdefault(
                one.native_id,
                history(one, (Status.RECEIVED, at(10)), (one.status or Status.NEW, at(11))),
            )

    def page(self, number: int) -> SourcePage:
        self.pages_read.append(number)
        return self.on_page(number) or self.honest_page(number)

    def honest_page(self, number: int) -> SourcePage:
        rows = sorted(
            self.dossiers.values(), key=lambda r: (r.changed_at or Instant(0)).us, reverse=True
        )
        start = number * self.page_size
        part = rows[start : start + self.page_size]
        rejects = tuple(self.rejects) if number == 0 else ()
        last = start + self.page_size >= len(rows)
        return SourcePage(
            asked=number,
            number=number,
            size=self.page_size,
            last=last,
            total=len(rows) if self.tells_total else None,
            readings=tuple(DossierReading(r) for r in part),
            rejects=rejects,
        )

    def detail(self, native_id: str) -> DossierReading:
        self.details_read.append(native_id)
        self.on_detail(native_id)
        return DossierReading(self.dossiers[native_id], self.histories[native_id])

    def full(self, native_id: str) -> FullDossier:
        self.on_detail(native_id)
        steps = tuple(
            Step(event_at=h.event_at, status=h.status, text=h.status_raw or "")
            for h in self.histories[native_id]
            if h.event_at is not None and h.status is not None
        )
        return FullDossier(self.dossiers[native_id], Applicant(name="Nguyễn Văn Mẫu"), steps=steps)

    def replay(self, payload: object) -> DossierReading:
        if not isinstance(payload, dict) or "number" not in payload:
            raise RecordError("number", "is missing")
        return DossierReading(record(int(payload["number"])))

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass


@dataclass
class FakePortal:
    """A portal that takes dossiers and steps, and writes down breaches of its rules."""

    name: str = "dvcqg"
    role: Role = Role.PORTAL
    connections: int = 2
    lookup_budget: int = 10_000
    progress_chunk: int = 10
    dossiers: dict[str, DossierRecord] = field(default_factory=dict)
    steps: dict[str, list[Step]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    breaches: list[str] = field(default_factory=list)
    #: Faults to raise: before an effect, or after it, by operation. Each is used once.
    before: dict[str, list[ConnectorError]] = field(default_factory=dict)
    after: dict[str, list[ConnectorError]] = field(default_factory=dict)
    unsendable: dict[str, tuple[str, ...]] = field(default_factory=dict)

    def hold(self, *records: DossierRecord) -> None:
        for one in records:
            self.dossiers[one.code] = replace(one, source=self.name, native_id=one.code)

    def look_up(self, code: str) -> DossierRecord | None:
        self.asked.append(code)
        with self._faults("look_up"):
            return self.dossiers.get(code)

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        return self.unsendable.get(record.code, ())

    def create(self, dossier: FullDossier) -> None:
        with self._faults("create"):
            code = dossier.record.code
            if code in self.dossiers:
                self.breaches.append(f"doubled create {code}")
                raise AlreadyExists(self.name, "create")
            self._take(dossier.record)

    def update(self, dossier: FullDossier) -> None:
        with self._faults("update"):
            code = dossier.record.code
            if code not in self.dossiers:
                self.breaches.append(f"update of nothing {code}")
                raise Refused(self.name, "update")
            self._take(dossier.record)

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        with self._faults("progress"):
            if code not in self.dossiers:
                self.breaches.append(f"progress of nothing {code}")
            known = self.steps.setdefault(code, [])
            self.breaches += [f"doubled step {code}" for step in steps if step in known]
            known += steps

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass

    def _take(self, ours: DossierRecord) -> None:
        there = self.dossiers.get(ours.code)
        if ours.status is None:
            self.breaches.append(f"null status {ours.code}")
        if there and there.status in DONE and (ours.status or 0) < there.status:
            self.breaches.append(f"lowered {ours.code}")
        self.hold(ours)

    def _faults(self, operation: str) -> _Faulty:
        return _Faulty(self.before.get(operation, []), self.after.get(operation, []))


class _Faulty:
    """Raises the first waiting fault before, or after, what it wraps."""

    def __init__(self, before: list[ConnectorError], after: list[ConnectorError]) -> None:
        self._before, self._after = before, after

    def __enter__(self) -> None:
        if self._before:
            raise self._before.pop(0)

    def __exit__(self, kind: object, error: object, trace: object) -> None:
        if kind is None and self._after:
            raise self._after.pop(0)


@dataclass
class FakeCodes:
    """A file that names codes."""

    name: str = "extract"
    role: Role = Role.PORTAL
    named: Iterable[str] = ()

    def codes(self) -> Iterator[str]:
        return iter(self.named)

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass
