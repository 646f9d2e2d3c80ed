"""Telling other programs what became of findings: written down first, then sent.

::

    findings ──► notices in the ledger ──► POST, signed ──► sent | refused | pending
                 (one transaction)         (same id each time)

A notice is sent until its receiver takes it or refuses it, so it arrives at least once.
"""

from __future__ import annotations

import hashlib
import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from khop.config.model import NoticeSettings
from khop.connectors.http.transport import Transport, TransportSettings
from khop.connectors.notices import NoticeClient
from khop.errors import ConfigError, ConnectorError, Refused, Unauthorised
from khop.mappings.records import Instant
from khop.sync.findings.redaction import plain_text, plain_values
from khop.sync.ledger import Ledger
from khop.sync.ledger import notices as rows
from khop.sync.ledger.notices import NoticeEvent, NoticeState, Pending
from khop.sync.reconciling.rules import RULES
from khop.sync.results import Result
from khop.sync.run_context import RunContext
from khop.text.local_time import local_text

#: Findings in one notice.
BATCH = 100
#: Findings that are read, and written into notices, in one transaction.
_AT_ONCE = 50 * BATCH
_TASK = "notices"


@dataclass(frozen=True, slots=True)
class NoticeSummary(Result):
    """One ``khop notify``. ``events``: findings told of now (with ``dry_run``: to be told of) by
    event. ``sent``, ``refused``: notices of this run; ``pending``: those that wait for the next.
    ``failures``: why they were refused or could not be sent."""

    events: Mapping[NoticeEvent, int]
    dry_run: bool = False
    sent: int = 0
    refused: int = 0
    pending: int = 0
    refused_before: int = 0
    failures: tuple[str, ...] = ()
    notices: tuple[Mapping[str, Any], ...] = ()

    json_names: ClassVar[tuple[str, ...]] = (
        "ok",
        "dry_run",
        "events",
        "sent",
        "refused",
        "pending",
        "refused_before",
        "failures",
        "notices",
    )

    @property
    def ok(self) -> bool:
        return self.dry_run or not (self.refused or self.pending)

    def as_json(self) -> dict[str, Any]:
        every = {event.value: self.events.get(event, 0) for event in NoticeEvent}
        return {**Result.as_json(self), "events": every}


def notice_client(
    settings: NoticeSettings, base_dir: Path, clock: Callable[[], datetime]
) -> NoticeClient:
    """The client of ``[notices]``. Raises ConfigError when there is no address or no secret."""
    if settings.url is None or settings.secret is None:
        raise ConfigError("no receiver of notices is configured; write its url", key="notices")
    secret = settings.secret.reveal(base_dir)
    ca_file = None if settings.ca_file is None else base_dir / settings.ca_file
    transport = _transport(settings, ca_file)
    return NoticeClient(transport, settings.url, secret, clock)


def _transport(settings: NoticeSettings, ca_file: Path | None) -> Transport:
    how = TransportSettings(
        timeout=settings.timeout,
        connections=1,
        attempts=settings.attempts,
        retry_seconds=settings.retry_seconds,
        ca_file=ca_file,
        proxy=settings.proxy,
    )
    try:
        return Transport("notices", how)
    except ConfigError as error:
        # It takes every system for a source.
        raise ConfigError(str(error).removeprefix("sources.")) from None


def preview(ledger: Ledger, settings: NoticeSettings, now: datetime) -> NoticeSummary:
    """What would be told now; nothing is written or sent."""
    with ledger.read() as connection:
        due = rows.due(connection, settings.rules, settings.severities, None)
        there = rows.counts(connection)
    return NoticeSummary(
        events=Counter(NoticeEvent(row.event) for row in due),
        dry_run=True,
        pending=there[NoticeState.PENDING],
        refused_before=there[NoticeState.REFUSED],
        notices=tuple(_notice(part, now) for part in _parts(due)),
    )


@dataclass(slots=True)
class Sender:
    """Writes notices of what is to be told, then sends those that are pending, oldest first."""

    context: RunContext
    settings: NoticeSettings
    client: NoticeClient

    def run(self, *, again: bool = False) -> NoticeSummary:
        """Write, then send until all are sent or one cannot be: its successors would not get
        through either. ``again``: also send what was refused earlier."""
        if again:
            with self.context.write() as connection:
                rows.send_again(connection)
        events = self._write()
        with self.context.read() as connection:
            before = rows.counts(connection)
        self.context.progress.start(_TASK, before[NoticeState.PENDING])
        try:
            ended, failures = self._send_all()
        finally:
            self.context.progress.finish(_TASK)
        with self.context.read() as connection:
            there = rows.counts(connection)
        return NoticeSummary(
            events=events,
            sent=ended[NoticeState.SENT],
            refused=ended[NoticeState.REFUSED],
            pending=there[NoticeState.PENDING],
            refused_before=before[NoticeState.REFUSED],
            failures=tuple(failures),
        )

    def _write(self) -> Counter[NoticeEvent]:
        """Findings that were written into notices now, by event."""
        events: Counter[NoticeEvent] = Counter()
        while True:
            now = self.context.clock()
            with self.context.write() as connection:
                due = rows.due(connection, self.settings.rules, self.settings.severities, _AT_ONCE)
                for part in _parts(due):
                    _write(connection, part, now)
            events.update(NoticeEvent(row.event) for row in due)
            if len(due) < _AT_ONCE:
                return events

    def _send_all(self) -> tuple[Counter[NoticeState], dict[str, None]]:
        ended: Counter[NoticeState] = Counter()
        failures: dict[str, None] = {}
        number = 0
        while (one := self._next(number)) is not None:
            number = one.number
            state, fault = self._send(one)
            ended[state] += 1
            self.context.progress.advance(_TASK)
            if fault is not None:
                failures[str(fault)] = None
            if state is NoticeState.PENDING or isinstance(fault, Unauthorised):
                break
        return ended, failures

    def _next(self, after: int) -> Pending | None:
        with self.context.read() as connection:
            return rows.first_pending(connection, after)

    def _send(self, one: Pending) -> tuple[NoticeState, ConnectorError | None]:
        fault: ConnectorError | None = None
        try:
            self.client.send(one.id, one.body.encode())
        except ConnectorError as error:
            fault = error
        state = _state_after(fault)
        failure = None if fault is None else str(fault)
        with self.context.write() as connection:
            rows.tried(connection, one.number, state, self.context.now_us(), failure)
        return state, fault


def _state_after(fault: ConnectorError | None) -> NoticeState:
    """A redirect is refused by us, not by the receiver: the address is to be mended."""
    if fault is None:
        return NoticeState.SENT
    said_no = isinstance(fault, Refused | Unauthorised) and (fault.http_status or 0) >= 400
    return NoticeState.REFUSED if said_no else NoticeState.PENDING


def _write(connection: sa.Connection, part: Sequence[sa.Row[Any]], now: datetime) -> None:
    said = _notice(part, now)
    body = json.dumps(said, ensure_ascii=False, separators=(",", ":"))
    rows.add(connection, said["id"], body, part, Instant.of(now).us)


def _parts(due: Sequence[sa.Row[Any]]) -> Iterator[Sequence[sa.Row[Any]]]:
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


def _notice(part: Sequence[sa.Row[Any]], now: datetime) -> dict[str, Any]:
    """The notice's body. Its id is made of what it says."""
    said = {
        "made_at": local_text(Instant.of(now).us),
        "findings": [_told(row) for row in part],
    }
    text = json.dumps(said, ensure_ascii=False, sort_keys=True)
    return {"id": hashlib.blake2b(text.encode(), digest_size=16).hexdigest(), **said}


def _told(row: sa.Row[Any]) -> dict[str, Any]:
    rule = RULES.get(row.rule)
    return {
        "event": row.event,
        "rule": row.rule,
        "name": None if rule is None else {"vi": rule.name_vi, "en": rule.name_en},
        "subject": row.subject,
        "code": row.code,
        "severity": row.severity,
        "state": row.state,
        "unit": None if row.unit is None else plain_text(row.unit),
        "acts": row.acts,
        "first_seen": local_text(row.first_seen_us),
        "opened": local_text(row.opened_us),
        "resolved": None if row.resolved_us is None else local_text(row.resolved_us),
        "values": plain_values(json.loads(row.values_json)),
        "evidence": [plain_values(item) for item in json.loads(row.evidence_json)],
    }
