"""Notices to other programs about changes of findings: written first, then sent.

::

    findings ──► notices in the ledger ──► POST, signed ──► sent | refused | pending
                 (one transaction)         (same id each time)

A notice is sent until its receiver accepts or refuses it, so it arrives at least once.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import Any, ClassVar

import sqlalchemy as sa

from khop.config.model import NoticeSettings
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Transport
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
from khop.text.digest import hex_digest
from khop.text.local_time import local_text

#: Findings in one notice.
BATCH = 100
#: Findings that are read, and written into notices, in one transaction.
_AT_ONCE = 50 * BATCH
_TASK = "notices"


@dataclass(frozen=True, slots=True)
class NoticeSummary(Result):
    """One ``khop notify``.

    ``events``: findings written into notices now (with ``dry_run``: that would be), by event.
    ``sent``, ``refused``: notices of this run; ``pending``: those left for the next run.
    ``refused_before``: those refused by earlier runs. ``failures``: why notices were refused or
    could not be sent. ``notices``: with ``dry_run``, their bodies.
    """

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
        # The transport names the key of a source.
        raise ConfigError(str(error).removeprefix("sources.")) from None


def preview(ledger: Ledger, settings: NoticeSettings, now: datetime) -> NoticeSummary:
    """What a run would send now; nothing is written or sent."""
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


def send_notices(
    context: RunContext, settings: NoticeSettings, client: NoticeClient, *, again: bool = False
) -> NoticeSummary:
    """Write notices of the findings that are due, then send what is pending, oldest first.

    Stops at the first notice that cannot be sent: later ones would fail too. ``again``: also send
    what was refused earlier.
    """
    if again:
        with context.write() as connection:
            rows.send_again(connection)
    events = _write_due(context, settings)
    with context.read() as connection:
        before = rows.counts(connection)
    context.progress.start(_TASK, before[NoticeState.PENDING])
    try:
        ended, failures = _send_pending(context, client)
    finally:
        context.progress.finish(_TASK)
    with context.read() as connection:
        after = rows.counts(connection)
    return NoticeSummary(
        events=events,
        sent=ended[NoticeState.SENT],
        refused=ended[NoticeState.REFUSED],
        pending=after[NoticeState.PENDING],
        refused_before=before[NoticeState.REFUSED],
        failures=tuple(failures),
    )


def _write_due(context: RunContext, settings: NoticeSettings) -> Counter[NoticeEvent]:
    """Write notices of all findings that are due; the number of findings by event."""
    events: Counter[NoticeEvent] = Counter()
    while True:
        now = context.clock()
        with context.write() as connection:
            due = rows.due(connection, settings.rules, settings.severities, _AT_ONCE)
            for part in _parts(due):
                notice = _notice(part, now)
                body = json.dumps(notice, ensure_ascii=False, separators=(",", ":"))
                rows.add(connection, notice["id"], body, part, Instant.of(now).us)
        events.update(NoticeEvent(row.event) for row in due)
        if len(due) < _AT_ONCE:
            return events


def _send_pending(
    context: RunContext, client: NoticeClient
) -> tuple[Counter[NoticeState], dict[str, None]]:
    """How many notices came to each state, and the failures, each once in their order."""
    ended: Counter[NoticeState] = Counter()
    failures: dict[str, None] = {}
    number = 0
    while True:
        with context.read() as connection:
            notice = rows.first_pending(connection, number)
        if notice is None:
            return ended, failures
        number = notice.number
        state, error = _send(context, client, notice)
        ended[state] += 1
        context.progress.advance(_TASK)
        if error is not None:
            failures[str(error)] = None
        if state is NoticeState.PENDING or isinstance(error, Unauthorised):
            return ended, failures


def _send(
    context: RunContext, client: NoticeClient, notice: Pending
) -> tuple[NoticeState, ConnectorError | None]:
    failed: ConnectorError | None = None
    try:
        with context.pushing():
            client.send(notice.id, notice.body.encode())
    except ConnectorError as error:
        failed = error
    state = _state_after(failed)
    failure = None if failed is None else str(failed)
    with context.write() as connection:
        rows.tried(connection, notice.number, state, context.now_us(), failure)
    return state, failed


def _state_after(error: ConnectorError | None) -> NoticeState:
    """The state after an attempt. After a redirect a notice stays pending: the receiver has not
    refused it, its address in khop.toml is wrong."""
    if error is None:
        return NoticeState.SENT
    refused = isinstance(error, Refused | Unauthorised) and (error.http_status or 0) >= 400
    return NoticeState.REFUSED if refused else NoticeState.PENDING


def _parts(due: Sequence[sa.Row[Any]]) -> Iterator[Sequence[sa.Row[Any]]]:
    for start in range(0, len(due), BATCH):
        yield due[start : start + BATCH]


def _notice(part: Sequence[sa.Row[Any]], now: datetime) -> dict[str, Any]:
    """The body of a notice. Its id is the digest of the rest."""
    content = {
        "made_at": local_text(Instant.of(now).us),
        "findings": [_finding(row) for row in part],
    }
    text = json.dumps(content, ensure_ascii=False, sort_keys=True)
    return {"id": hex_digest(text.encode()), **content}


def _finding(row: sa.Row[Any]) -> dict[str, Any]:
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
