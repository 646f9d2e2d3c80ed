"""Applying a plan: one dossier at a time through the outbox, so that nothing is sent twice.

For each dossier::

    write the push down -> read it in full from the one-stop -> look the portal up
        -> create or update, as the look-up says -> the progress steps, each once

After a write without a readable answer the portal is looked up before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NoReturn

import structlog

from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import DossierReading, DossierRecord, FullDossier, merge_readings
from khop.sync.ledger import outbox, presence, records
from khop.sync.ledger.outbox import Push, PushState
from khop.sync.repairing.comparing import agrees, may_fill_gaps, same_version
from khop.sync.repairing.plan import PORTAL_BORN, portal_problems
from khop.sync.repairing.progress_steps import send_steps
from khop.sync.repairing.push_desk import PushDesk, PushEnded
from khop.sync.results import Applied, Outcome, PlanItem

_ROUNDS = 5
#: Few: a session that ends while many calls use it is refused to all of them, and a second
#: refusal is taken for the portal's word on the dossier.
_PUSHES_AT_ONCE = 3

log = structlog.get_logger(__name__)


def apply_items(desk: PushDesk, items: Sequence[PlanItem]) -> tuple[Applied, ...]:
    """Push every item; each ends with its own outcome, none stops the others."""
    if not items:
        return ()
    with desk.context.write() as connection:
        outbox.steps_left_sending(connection)
    desk.context.progress.start("apply", len(items))
    with ThreadPoolExecutor(min(_PUSHES_AT_ONCE, desk.portal.lookup.connections)) as workers:
        applied = tuple(workers.map(lambda item: _apply(desk, item), items))
    desk.context.progress.finish("apply")
    return applied


def _apply(desk: PushDesk, item: PlanItem) -> Applied:
    try:
        if desk.locked_out is not None:
            raise PushEnded(Outcome.UNREACHABLE, desk.locked_out)
        _push(desk, _opened_push(desk, item))
    except PushEnded as end:
        applied = Applied(item.code, item.action, end.outcome, end.steps, end.detail)
    desk.context.progress.advance("apply")
    log.info("push_ended", code=item.code, outcome=applied.outcome.value)
    return applied


def _opened_push(desk: PushDesk, item: PlanItem) -> Push:
    """The item's row of the outbox, written before anything is sent."""
    push = Push(
        version=item.version,
        code=item.code,
        source=item.source,
        native_id=item.native_id,
        sink=desk.portal.sink.name,
        rules=",".join(item.rules),
        state=PushState.PENDING,
    )
    with desk.context.write() as connection:
        return outbox.open_push(connection, push, desk.context.now_us())


def _push(desk: PushDesk, push: Push) -> NoReturn:
    """Push one dossier. Raises PushEnded."""
    if push.state in outbox.ENDED:
        raise PushEnded(Outcome.ALREADY)
    dossier = _read_in_full(desk, push)
    if push.state is PushState.PUSHED:
        dossier = _until_the_write(desk, push, dossier)
    else:
        push = _create_or_update(desk, push, dossier)
    send_steps(desk, push, dossier)


def _until_the_write(desk: PushDesk, push: Push, dossier: FullDossier) -> FullDossier:
    """The dossier with the steps until its write, for steps that an earlier apply left. Later
    steps belong to the next push. Ends this push when the dossier may no longer be sent."""
    steps = tuple(s for s in dossier.steps if s.event_at.us <= (push.write_us or 0))
    problems = desk.portal.sink.problems(dossier.record, steps)
    if problems:
        desk.end(push, PushState.BLOCKED, Outcome.NOT_SENT, ", ".join(problems))
    return replace(dossier, steps=steps)


def _read_in_full(desk: PushDesk, push: Push) -> FullDossier:
    """The dossier as the one-stop has it now; gaps are filled from the list item of the same
    version.

    Ends the push when the dossier changed since the plan and nothing of it was sent yet.
    """
    source = desk.sources.get(push.source)
    if source is None:
        raise PushEnded(Outcome.UNREACHABLE, f"{push.source} is not configured any more")
    try:
        full = source.full(push.native_id)
    except (Refused, RecordError) as error:
        # The one-stop no longer has it, or has it in a shape that cannot be sent.
        desk.end(push, PushState.BLOCKED, Outcome.NOT_SENT, str(error))
    except ConnectorError as error:
        raise desk.stopped(error) from None
    if full.record.code != push.code:
        state = PushState.SUPERSEDED if push.state is PushState.PENDING else PushState.BLOCKED
        desk.end(push, state, Outcome.CHANGED, "its code is another one by now")
    with desk.context.read() as connection:
        stored = records.read_record(connection, push.source, push.native_id)
    if stored is None:
        return full
    if push.state is PushState.PENDING and not same_version(full.record, stored):
        desk.end(push, PushState.SUPERSEDED, Outcome.CHANGED)
    if not may_fill_gaps(full.record, stored):
        return full
    merged = merge_readings(DossierReading(full.record), DossierReading(stored))
    return replace(full, record=merged.record)


def _create_or_update(desk: PushDesk, push: Push, dossier: FullDossier) -> Push:
    """The push after the portal took the dossier; ends the push when the portal does not."""
    exists = False
    for _ in range(_ROUNDS):
        portal = _look_up(desk, push)
        if exists and portal is None:
            detail = "the portal says that it has the dossier, but does not show it"
            raise PushEnded(Outcome.UNKNOWN, detail)
        push = _decided(desk, push, dossier, portal)
        if push.state is not PushState.PENDING and agrees(dossier.record, portal):
            return desk.move(push, PushState.PUSHED)
        try:
            push = _send(desk, push, dossier, create=portal is None)
        except AlreadyExists:
            exists = True
            # An earlier try of ours may have landed late. If there was none, somebody else made
            # the dossier, and the next look-up decides anew.
            ours = True if push.attempts else None
            push = desk.move(push, PushState.UNKNOWN, created_there=ours)
        if push.state is PushState.PUSHED:
            return push
    raise PushEnded(Outcome.UNKNOWN, "no answer told what became of the write; apply again")


def _look_up(desk: PushDesk, push: Push) -> DossierRecord | None:
    lookup = desk.portal.lookup
    try:
        found = lookup.look_up(push.code)
    except (ConnectorError, RecordError) as error:
        unsure = push.state in (PushState.SENDING, PushState.UNKNOWN)
        raise desk.stopped(error, Outcome.UNKNOWN if unsure else None) from None
    with desk.context.write() as connection:
        now_us = desk.context.now_us()
        presence.answered(connection, lookup.name, [(push.code, found)], now_us)
    return found


def _decided(
    desk: PushDesk, push: Push, dossier: FullDossier, portal: DossierRecord | None
) -> Push:
    """Check the push against what the portal says now, and store what the portal said first."""
    begun = push.state is not PushState.PENDING
    if not begun and agrees(dossier.record, portal):
        desk.end(push, PushState.DONE, Outcome.ALREADY)
    problems = desk.portal.sink.problems(dossier.record, dossier.steps)
    if dossier.record.aliases:
        problems = (PORTAL_BORN, *problems)  # known only since the plan was made
    if portal is not None:
        problems = (*portal_problems(portal.status, dossier.record.status), *problems)
    if problems and not (begun and agrees(dossier.record, portal)):
        desk.end(push, PushState.BLOCKED, Outcome.NOT_SENT, ", ".join(problems))
    if push.created_there is not None:
        return push
    seen = None if portal is None else portal.status
    with desk.context.write() as connection:
        outbox.change(
            connection,
            push.version,
            desk.context.now_us(),
            created_there=portal is None,
            seen_status=seen,
        )
    return replace(push, created_there=portal is None, seen_status=seen)


def _send(desk: PushDesk, push: Push, dossier: FullDossier, *, create: bool) -> Push:
    push = desk.move(push, PushState.SENDING, attempts=push.attempts + 1)
    sink = desk.portal.sink
    try:
        if create:
            sink.create(dossier)
        else:
            sink.update(dossier)
    except OutcomeUnknown as error:
        log.warning("write_outcome_unknown", code=push.code, fault=str(error))
        return desk.move(push, PushState.UNKNOWN, detail=str(error))
    except (Unreachable, RateLimited, Unauthorised) as error:
        # Nothing was sent now; only an earlier try may have taken effect.
        before = push.attempts - 1
        if before:
            desk.move(push, PushState.UNKNOWN, attempts=before, detail=str(error))
        else:
            desk.move(
                push,
                PushState.PENDING,
                attempts=0,
                created_there=None,
                seen_status=None,
                detail=str(error),
            )
        raise desk.stopped(error) from None
    except (Refused, RecordError) as error:
        state = PushState.REFUSED if isinstance(error, Refused) else PushState.BLOCKED
        outcome = Outcome.REFUSED if isinstance(error, Refused) else Outcome.NOT_SENT
        desk.end(push, state, outcome, str(error))
    return desk.move(push, PushState.PUSHED, detail=None)
