"""Applying a plan: one dossier at a time through the outbox, so that nothing is doubled.

For each dossier::

    write the push down -> read it in full from the one-stop -> look the portal up
        -> create or update, as the look-up says -> the progress steps, each once

After a write without a readable answer the portal is looked up before anything is sent again.
Progress steps cannot be looked up: after such an answer they are marked unknown and left.
"""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, replace
from datetime import datetime
from typing import NoReturn

import structlog

from khop.adapters.ports import DossierLookup, DossierSink, DossierSource
from khop.errors import (
    AlreadyExists,
    ConnectorError,
    KhopError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import (
    DossierReading,
    DossierRecord,
    FullDossier,
    Instant,
    Precision,
    Step,
    merge_readings,
)
from khop.sync.ledger import Lease, Ledger, outbox, presence, records
from khop.sync.ledger.outbox import Push, PushState, StepState
from khop.sync.repairing.plan import PORTAL_BORN, portal_problems, would_lower
from khop.sync.results import Applied, Outcome, PlanItem, Progress

_ROUNDS = 5
# Few: a session that ends while many use it is refused to all of them, and a refusal that comes
# twice is taken for the portal's word on the dossier.
_PUSHES_AT_ONCE = 3
_SHARED = ("received", "due", "finished", "returned")
_UNDECIDED = {"created_there": None, "seen_status": None}

log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class Portal:
    """The portal as a push needs it: something to ask and something to send to."""

    lookup: DossierLookup
    sink: DossierSink


class _Ended(Exception):
    """The push of this dossier has come to its end, for now."""

    def __init__(self, outcome: Outcome, detail: str | None = None, steps: int = 0) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.detail = detail
        self.steps = steps


class Applier:
    """Pushes the items of a plan to the portal."""

    def __init__(
        self,
        ledger: Ledger,
        sources: Sequence[DossierSource],
        portal: Portal,
        lease: Lease,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        self._ledger = ledger
        self._sources = {source.name: source for source in sources}
        self._portal = portal
        self._lease = lease
        self._clock = clock
        self._progress = progress
        self._locked_out: str | None = None

    def run(self, items: Sequence[PlanItem]) -> tuple[Applied, ...]:
        """Push every item; each ends with its own outcome, none stops the others."""
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            outbox.steps_left_sending(connection)
        self._progress.start("apply", len(items))
        with ThreadPoolExecutor(min(_PUSHES_AT_ONCE, self._portal.lookup.connections)) as workers:
            applied = tuple(workers.map(self._apply, items))
        self._progress.finish("apply")
        return applied

    def _apply(self, item: PlanItem) -> Applied:
        try:
            if self._locked_out is not None:
                raise _Ended(Outcome.UNREACHABLE, self._locked_out)
            self._push(self._opened(item))
        except _Ended as end:
            applied = Applied(item.code, item.action, end.outcome, end.steps, end.detail)
        self._progress.advance("apply")
        log.info("push_ended", code=item.code, outcome=applied.outcome.value)
        return applied

    # --- one dossier --------------------------------------------------------------------------

    def _opened(self, item: PlanItem) -> Push:
        push = Push(
            version=item.version,
            code=item.code,
            source=item.source,
            native_id=item.native_id,
            sink=self._portal.sink.name,
            rules=",".join(item.rules),
            state=PushState.PENDING,
        )
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            return outbox.open_push(connection, push, self._now_us())

    def _push(self, push: Push) -> NoReturn:
        if push.state in outbox.ENDED:
            raise _Ended(Outcome.ALREADY)
        dossier = self._in_full(push)
        if push.state is PushState.PUSHED:
            dossier = self._as_it_was_pushed(push, dossier)
        else:
            push = self._written(push, dossier)
        self._send_steps(push, dossier)

    def _as_it_was_pushed(self, push: Push, dossier: FullDossier) -> FullDossier:
        """For steps that an earlier apply left: without what happened since, which belongs to
        the next push; ends this one when the dossier may not be sent any more."""
        steps = tuple(s for s in dossier.steps if s.event_at.us <= (push.write_us or 0))
        problems = self._portal.sink.problems(dossier.record, steps)
        if problems:
            self._end(push, PushState.BLOCKED, Outcome.NOT_SENT, ", ".join(problems))
        return replace(dossier, steps=steps)

    def _in_full(self, push: Push) -> FullDossier:
        """The dossier as the one-stop has it now, gaps filled with what the list said of the
        same version.

        Ends the push when it changed since the plan and nothing of this version was sent yet.
        """
        source = self._sources.get(push.source)
        if source is None:
            raise _Ended(Outcome.UNREACHABLE, f"{push.source} is not configured any more")
        try:
            full = source.full(push.native_id)
        except (Refused, RecordError) as error:
            # the one-stop has it no more, or has it in a shape that cannot be sent
            self._end(push, PushState.BLOCKED, Outcome.NOT_SENT, str(error))
        except ConnectorError as error:
            raise self._stopped(error) from None
        if full.record.code != push.code:
            state = PushState.SUPERSEDED if push.state is PushState.PENDING else PushState.BLOCKED
            self._end(push, state, Outcome.CHANGED, "its code is another one by now")
        with self._ledger.read() as connection:
            stored = records.read_record(connection, push.source, push.native_id)
        if stored is None:
            return full
        if push.state is PushState.PENDING and not _same_version(full.record, stored):
            self._end(push, PushState.SUPERSEDED, Outcome.CHANGED)
        if not _may_fill_gaps(full.record, stored):
            return full
        merged = merge_readings(DossierReading(full.record), DossierReading(stored))
        return replace(full, record=merged.record)

    # --- create or update ---------------------------------------------------------------------

    def _written(self, push: Push, dossier: FullDossier) -> Push:
        """The push after the portal took the dossier. Ends it when that cannot be."""
        exists = False
        for _ in range(_ROUNDS):
            portal = self._look_up(push)
            if exists and portal is None:
                detail = "the portal says that it has the dossier, but does not show it"
                raise _Ended(Outcome.UNKNOWN, detail)
            push = self._decided(push, dossier, portal)
            if push.state is not PushState.PENDING and _agrees(dossier.record, portal):
                return self._moved(push, PushState.PUSHED)
            try:
                push = self._send(push, dossier, create=portal is None)
            except AlreadyExists:
                exists = True
                push = self._moved(push, PushState.UNKNOWN, created_there=_ours(push))
            if push.state is PushState.PUSHED:
                return push
        raise _Ended(Outcome.UNKNOWN, "no answer told what became of the write; apply again")

    def _look_up(self, push: Push) -> DossierRecord | None:
        lookup = self._portal.lookup
        try:
            found = lookup.look_up(push.code)
        except (ConnectorError, RecordError) as error:
            unsure = push.state in (PushState.SENDING, PushState.UNKNOWN)
            raise self._stopped(error, Outcome.UNKNOWN if unsure else None) from None
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            presence.answered(connection, lookup.name, [(push.code, found)], self._now_us())
        return found

    def _decided(self, push: Push, dossier: FullDossier, portal: DossierRecord | None) -> Push:
        """Check the push against what the portal says now; remember what it said first."""
        begun = push.state is not PushState.PENDING
        if not begun and _agrees(dossier.record, portal):
            self._end(push, PushState.DONE, Outcome.ALREADY)
        problems = self._portal.sink.problems(dossier.record, dossier.steps)
        if dossier.record.aliases:
            problems = (PORTAL_BORN, *problems)  # known only since the plan was made
        if portal is not None:
            problems = (*portal_problems(portal.status, dossier.record.status), *problems)
        if problems and not (begun and _agrees(dossier.record, portal)):
            self._end(push, PushState.BLOCKED, Outcome.NOT_SENT, ", ".join(problems))
        if push.created_there is not None:
            return push
        seen = None if portal is None else portal.status
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            outbox.change(
                connection,
                push.version,
                self._now_us(),
                created_there=portal is None,
                seen_status=seen,
            )
        return replace(push, created_there=portal is None, seen_status=seen)

    def _send(self, push: Push, dossier: FullDossier, *, create: bool) -> Push:
        push = self._moved(push, PushState.SENDING, attempts=push.attempts + 1)
        sink = self._portal.sink
        try:
            if create:
                sink.create(dossier)
            else:
                sink.update(dossier)
        except OutcomeUnknown as error:
            log.warning("write_outcome_unknown", code=push.code, fault=str(error))
            return self._moved(push, PushState.UNKNOWN, detail=str(error))
        except (Unreachable, RateLimited, Unauthorised) as error:
            # nothing was sent; only an earlier try may have taken effect
            before = push.attempts - 1
            if before:
                self._moved(push, PushState.UNKNOWN, attempts=before, detail=str(error))
            else:
                self._moved(push, PushState.PENDING, attempts=0, **_UNDECIDED, detail=str(error))
            raise self._stopped(error) from None
        except (Refused, RecordError) as error:
            state = PushState.REFUSED if isinstance(error, Refused) else PushState.BLOCKED
            outcome = Outcome.REFUSED if isinstance(error, Refused) else Outcome.NOT_SENT
            self._end(push, state, outcome, str(error))
        return self._moved(push, PushState.PUSHED, detail=None)

    # --- progress steps -----------------------------------------------------------------------

    def _send_steps(self, push: Push, dossier: FullDossier) -> NoReturn:
        """Send the steps that are the push's to send; ends the push."""
        steps = {step_key(push, step): step for step in _steps_to_send(push, dossier.steps)}
        with self._ledger.read() as connection:
            taken = outbox.steps_taken(connection, list(steps))
        left = [(key, step) for key, step in steps.items() if key not in taken]
        sent = 0
        for chunk in _chunks(left, self._portal.sink.progress_chunk):
            sent += self._send_chunk(push, chunk)
        with self._ledger.read() as connection:
            unknown = outbox.any_step_unknown(connection, push.version)
        if unknown:
            detail = "some progress steps may not have arrived; compare them on the portal"
            self._end(push, PushState.STEPS_UNKNOWN, Outcome.STEPS_UNKNOWN, detail, sent)
        self._end(push, PushState.DONE, Outcome.DONE, None, sent)

    def _send_chunk(self, push: Push, chunk: Sequence[tuple[str, Step]]) -> int:
        keys = [key for key, _ in chunk]
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            outbox.steps_begin(connection, [self._step_row(push, *pair) for pair in chunk])
        try:
            self._portal.sink.progress(push.code, [step for _, step in chunk])
        except OutcomeUnknown as error:
            log.warning("steps_outcome_unknown", code=push.code, fault=str(error))
            self._steps_end(keys, StepState.UNKNOWN)
            return 0
        except (Unreachable, RateLimited, Unauthorised) as error:
            with self._ledger.write() as connection:
                self._lease.renew(connection)
                outbox.steps_forget(connection, keys)
            raise self._stopped(error) from None
        except (ConnectorError, RecordError) as error:
            self._steps_end(keys, StepState.REFUSED)
            self._end(push, PushState.REFUSED, Outcome.REFUSED, str(error))
        self._steps_end(keys, StepState.SENT)
        return len(keys)

    def _steps_end(self, keys: Sequence[str], state: StepState) -> None:
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            outbox.steps_end(connection, keys, state)

    def _step_row(self, push: Push, key: str, step: Step) -> dict[str, object]:
        return {
            "step_key": key,
            "sink": self._portal.sink.name,
            "code": push.code,
            "event_us": step.event_at.us,
            "status": int(step.status),
            "state": StepState.SENDING,
            "version": push.version,
            "sent_us": self._now_us(),
        }

    def _stopped(self, error: KhopError, outcome: Outcome | None = None) -> _Ended:
        """The end of this push for now. A refused account ends the others too: more tries with
        it could lock it."""
        if isinstance(error, Unauthorised) and error.at_login:
            self._locked_out = str(error)
        return _Ended(outcome or Outcome.UNREACHABLE, str(error))

    # --- the outbox row -----------------------------------------------------------------------

    def _moved(self, push: Push, state: PushState, **values: object) -> Push:
        if state is PushState.SENDING:
            values["write_us"] = self._now_us()
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            outbox.change(connection, push.version, self._now_us(), state=state, **values)
        return replace(push, state=state, **values)  # type: ignore[arg-type]

    def _end(
        self,
        push: Push,
        state: PushState,
        outcome: Outcome,
        detail: str | None = None,
        steps: int = 0,
    ) -> NoReturn:
        self._moved(push, state, detail=detail)
        raise _Ended(outcome, detail, steps)

    def _now_us(self) -> int:
        return Instant.of(self._clock()).us


def _ours(push: Push) -> bool | None:
    """Who made a dossier that the look-up did not show: an earlier try of ours that landed
    late, or somebody else; then what the portal says is decided upon anew."""
    return True if push.attempts else None


def step_key(push: Push, step: Step) -> str:
    """Our own key of a step: the message has none, so this is how it is sent only once."""
    parts = (push.sink, push.code, step.event_at.us, int(step.status), step.text)
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def _steps_to_send(push: Push, steps: Sequence[Step]) -> Sequence[Step]:
    """After a create all of them; after an update those after the last one whose state is the
    one the portal was last seen in; if there is none such, the last one (docs/rules.md).
    None of them takes the portal back from 9 or 10."""
    if push.created_there:
        return steps
    same = [i for i, step in enumerate(steps) if step.status == push.seen_status]
    after = steps[same[-1] + 1 :] if same else steps[-1:]
    return [step for step in after if not would_lower(push.seen_status, step.status)]


def _agrees(ours: DossierRecord, portal: DossierRecord | None) -> bool:
    """Whether the portal says what we would send."""
    if portal is None or portal.status != ours.status:
        return False
    return all(
        _same_second(getattr(ours, f"{name}_at"), getattr(portal, f"{name}_at")) for name in _SHARED
    )


def _same_second(ours: Instant | None, theirs: Instant | None) -> bool:
    if ours is None or theirs is None:
        # the look-up's answer need not carry every time it keeps
        return True
    if Precision.DAY in (ours.precision, theirs.precision):
        return ours.local_date == theirs.local_date
    return ours.us // 1_000_000 == theirs.us // 1_000_000


def _same_version(now: DossierRecord, stored: DossierRecord) -> bool:
    if now.changed_at is not None and stored.changed_at is not None:
        return now.changed_at == stored.changed_at
    return now.status == stored.status


def _may_fill_gaps(now: DossierRecord, stored: DossierRecord) -> bool:
    """Whether what is stored is of the same version: an end date of before a dossier was taken
    up again, say, is no gap of what it is now."""
    agree = now.status == stored.status or None in (now.status, stored.status)
    return agree and _same_version(now, stored)


def _chunks(pairs: Sequence[tuple[str, Step]], size: int) -> Iterator[Sequence[tuple[str, Step]]]:
    for start in range(0, len(pairs), size):
        yield pairs[start : start + size]
