"""Systems in memory that fill the engine's ports, and can be made to fail.

The portal checks the rules that the national system checks, and records every breach.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, date, datetime, timedelta

from khop.adapters.ports import EvidencePage, Health, Role, SourcePage
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

#: Personal data that the systems carry, and that may be found nowhere else.
NAME = "Nguyễn Thị Mẫu Dấu"
NUMBER = "099090000001"
PHONE = "0990000001"
PERSONAL = (NAME, NUMBER, PHONE)
PAYLOAD = {"applicant": NAME, "identityNumber": NUMBER, "phoneNumber": PHONE}

NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)


class FakeClock:
    """A clock that only ``advance`` moves."""

    def __init__(self, now: datetime = NOW) -> None:
        self.now = now

    def __call__(self) -> datetime:
        return self.now

    def advance(self, **by: float) -> None:
        self.now += timedelta(**by)


class FakeSystem:
    """What every adapter has: a check that finds nothing, and nothing to close."""

    def check(self) -> Health:
        return Health((), clock_skew=0.0)

    def close(self) -> None:
        pass


def at(day: int, hour: int = 9, minute: int = 0, second: int = 0, month: int = 11) -> Instant:
    """A local time of 2026."""
    local = datetime(2026, month, day, hour, minute, second, tzinfo=UTC)
    return Instant.of(local - timedelta(hours=7))


def record(number: int, **changes: object) -> DossierRecord:
    """An ordinary dossier in process, as the one-stop has it."""
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
        applicant_kind="number_12",
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


def postal_event(number: int, code: str = "H99.12-261110-0001", **changes: object) -> StatusRecord:
    """An event of the post about an order."""
    ordinary = StatusRecord(
        source="vnpost",
        native_id=code,
        entry_id=f"{number:024x}",
        code=code,
        kind=StatusKind.POSTAL_EVENT,
        event_at=at(12, 9, number % 60),
        status_raw="2 Đang thu gom",
        item="HC000000001VN",
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


@dataclass
class FakeOneStop(FakeSystem):
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
    #: Bad rows of the first page, beside the dossiers.
    rejects: list[Reject] = field(default_factory=list)
    #: Dossiers in a shape that cannot be used, by native id.
    bad: set[str] = field(default_factory=set)
    pages_read: list[int] = field(default_factory=list)
    details_read: list[str] = field(default_factory=list)
    #: Called before each page; may change dossiers, raise, or return another page.
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
        page = self._page_of(sorted(self.dossiers.values(), key=_newest_first), number)
        return replace(page, rejects=(*page.rejects, *(self.rejects if number == 0 else ())))

    def _page_of(self, rows: Sequence[DossierRecord], number: int) -> SourcePage:
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
        self.details_read.append(native_id)
        self.on_detail(native_id)
        if native_id not in self.dossiers:
            raise Refused(self.name, "detail", http_status=404)
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


def _newest_first(one: DossierRecord) -> tuple[int, str]:
    return -(one.changed_at.us if one.changed_at else 0), one.native_id


def _reject(one: DossierRecord) -> Reject:
    return Reject("agency", "is a number", one.native_id, one.code, PAYLOAD)


@dataclass
class WindowedOneStop(FakeOneStop):
    """A list that can also be asked by the day of reception."""

    window_fields: tuple[str, ...] = ("accepted",)
    windows: list[tuple[date, date, int]] = field(default_factory=list)

    def window_page(self, field: str, first: date, last: date, number: int) -> SourcePage:
        self.windows.append((first, last, number))
        within = [
            one
            for one in self.dossiers.values()
            if one.received_at and first <= one.received_at.local_date <= last
        ]
        return self._page_of(sorted(within, key=lambda one: one.native_id), number)


@dataclass
class FakePortal(FakeSystem):
    """A portal that takes dossiers and steps, and records breaches of its rules."""

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
class FakeCodes(FakeSystem):
    """A file that names codes."""

    name: str = "extract"
    role: Role = Role.PORTAL
    named: Iterable[str] = ()

    def codes(self) -> Iterator[str]:
        return iter(self.named)


@dataclass
class FakeFeed(FakeSystem):
    """Events in the feed's order, by page."""

    name: str = "vnpost"
    role: Role = Role.POST
    size: int = 2
    log: list[StatusRecord | Reject] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    #: Raised after the first page.
    fault: ConnectorError | None = None
    repeats_position: bool = False

    def events(self, after: str | None) -> EvidencePage:
        self.asked.append(after)
        if self.fault is not None and after is not None:
            raise self.fault
        start = int(after or "0")
        page = self.page_of(start, min(start + self.size, len(self.log)))
        return replace(page, position=after, last=False) if self.repeats_position else page

    def page_of(self, start: int, end: int) -> EvidencePage:
        part = self.log[start:end]
        return EvidencePage(
            position=str(end),
            last=end >= len(self.log),
            records=tuple(one for one in part if isinstance(one, StatusRecord)),
            rejects=tuple(one for one in part if isinstance(one, Reject)),
        )

    def replay_event(self, payload: object) -> StatusRecord:
        raise RecordError("EventTime", "is no time")
