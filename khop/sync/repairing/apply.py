"""Applying a plan: one dossier at a time through the outbox, so that nothing is sent twice.

For each dossier::

    write the push to the outbox -> read the dossier in full from the one-stop -> look it up on the
        portal -> create or update, as the look-up says -> the progress steps, each once

After a write without a readable answer the portal is looked up before anything is sent again.
"""

from __future__ import annotations

from collections.abc import Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import NoReturn

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
from khop.mappings.merging import merge_readings
from khop.mappings.records import DossierReading, DossierRecord, FullDossier
from khop.sync.ledger import outbox, presence, records
from khop.sync.ledger.outbox import Push, PushState
from khop.sync.reading.adapter_bugs import bug_of, is_bug
from khop.sync.repairing.comparing import agrees, may_fill_gaps, same_version
from khop.sync.repairing.obstacles import (
    CODE_NOT_PLAIN,
    CODE_REUSED,
    PORTAL_BORN,
    is_plain,
    portal_problems,
    reused_codes,
)
from khop.sync.repairing.progress_steps import send_steps
from khop.sync.repairing.pushes import PushEnded, Pushes
from khop.sync.results import Applied, Outcome, PlanItem
from khop.text.logs import Log, as_here

_ROUNDS = 5
#: Low: when a session ends, all calls under way fail. A second failure counts as a refusal of the
#: dossier.
_PUSHES_AT_ONCE = 3

log = Log(__name__)


def apply_items(pushes: Pushes, items: Sequence[PlanItem]) -> tuple[Applied, ...]:
    """Push every item; each ends with its own outcome, none stops the others."""
    if not items:
        return ()
    end_steps_of_before(pushes)
    pushes.context.progress.start("apply", len(items))
    at_once = min(_PUSHES_AT_ONCE, pushes.portal.lookup.connections)
    with ThreadPoolExecutor(at_once, initializer=as_here()) as workers:
        applied = tuple(workers.map(lambda item: _apply(pushes, item), items))
    pushes.context.progress.finish("apply")
    return applied


def end_steps_of_before(pushes: Pushes) -> None:
    """Note which steps an aborted process left without an answer. Called before the first push."""
    with pushes.context.write() as connection:
        outbox.steps_left_sending(connection)


def _apply(pushes: Pushes, item: PlanItem) -> Applied:
    applied = apply_one(pushes, item)
    pushes.context.progress.advance("apply")
    return applied


def apply_one(pushes: Pushes, item: PlanItem, policy: str | None = None) -> Applied:
    """Push one item. ``policy``: the one under which it is sent unasked."""
    try:
        if pushes.locked_out is not None:
            raise PushEnded(Outcome.UNREACHABLE, str(pushes.locked_out))
        _push(pushes, _opened_push(pushes, item, policy))
    except PushEnded as end:
        applied = Applied(item.code, item.action, end.outcome, end.steps, end.detail)
    except BaseException as error:
        if not is_bug(error):
            raise
        applied = _after_a_bug(pushes, item, error)
    log.info("push_ended", code=item.code, outcome=applied.outcome.value)
    return applied


def _after_a_bug(pushes: Pushes, item: PlanItem, error: BaseException) -> Applied:
    """The outcome after a bug of an adapter. What may have been sent stays begun in the outbox,
    and the next apply looks it up first."""
    with pushes.context.read() as connection:
        push = outbox.find(connection, item.version)
    begun = push is not None and push.state in outbox.UNFINISHED
    source = pushes.portal.sink.name if begun else f"{item.source}, {pushes.portal.sink.name}"
    outcome = Outcome.UNKNOWN if begun else Outcome.UNREACHABLE
    return Applied(item.code, item.action, outcome, detail=str(bug_of(source, error)))


def _opened_push(pushes: Pushes, item: PlanItem, policy: str | None) -> Push:
    """The item's row of the outbox, written before anything is sent."""
    push = Push(
        version=item.version,
        code=item.code,
        source=item.source,
        native_id=item.native_id,
        sink=pushes.portal.sink.name,
        rules=",".join(item.rules),
        state=PushState.PENDING,
        policy=policy,
    )
    with pushes.context.write() as connection:
        return outbox.open_push(connection, push, pushes.context.now_us())


def _push(pushes: Pushes, push: Push) -> NoReturn:
    """Push one dossier. Raises PushEnded."""
    if push.state in outbox.ENDED:
        raise PushEnded(Outcome.ALREADY)
    _check_code(pushes, push)
    dossier = _read_in_full(pushes, push)
    if push.state is PushState.PUSHED:
        dossier = _until_the_write(pushes, push, dossier)
    else:
        push = _create_or_update(pushes, push, dossier)
        pushes.taken[push.version] = dossier.record
    send_steps(pushes, push, dossier)


def _check_code(pushes: Pushes, push: Push) -> None:
    """End the push when nothing may be sent under its code: several dossiers have it by now, or
    it is no plain code of a known shape. It can be planned again when people have put it right."""
    with pushes.context.read() as connection:
        reused = reused_codes(connection, [push.code])
    if not reused and is_plain(push.code, pushes.grammar):
        return
    reason = CODE_REUSED if reused else CODE_NOT_PLAIN
    if push.state is PushState.PENDING:
        pushes.end(push, PushState.SUPERSEDED, Outcome.NOT_SENT, reason)
    raise PushEnded(Outcome.NOT_SENT, reason)


def _until_the_write(pushes: Pushes, push: Push, dossier: FullDossier) -> FullDossier:
    """The dossier with the steps until its write, for steps that an earlier apply left. Later
    steps belong to the next push. Ends this push when the dossier may no longer be sent."""
    steps = tuple(s for s in dossier.steps if s.event_at.us <= (push.write_us or 0))
    problems = pushes.portal.sink.problems(dossier.record, steps)
    if problems:
        pushes.end(push, PushState.BLOCKED, Outcome.NOT_SENT, ", ".join(problems))
    return replace(dossier, steps=steps)


def _read_in_full(pushes: Pushes, push: Push) -> FullDossier:
    """The dossier as the one-stop has it now; gaps are filled from the list item of the same
    version.

    Ends the push when the dossier changed since the plan and nothing of it was sent yet.
    """
    source = pushes.sources.get(push.source)
    if source is None:
        raise PushEnded(Outcome.UNREACHABLE, f"{push.source} is not configured any more")
    try:
        full = source.full(push.native_id)
    except (Refused, RecordError) as error:
        # The one-stop no longer has it, or has it in a shape that cannot be sent.
        pushes.end(push, PushState.BLOCKED, Outcome.NOT_SENT, str(error))
    except ConnectorError as error:
        raise pushes.stopped(error) from None
    if full.record.code != push.code:
        state = PushState.SUPERSEDED if push.state is PushState.PENDING else PushState.BLOCKED
        pushes.end(push, state, Outcome.CHANGED, "the one-stop has it under another code now")
    with pushes.context.read() as connection:
        stored = records.read_record(connection, push.source, push.native_id)
    if stored is None:
        return full
    if push.state is PushState.PENDING and not same_version(full.record, stored):
        pushes.end(push, PushState.SUPERSEDED, Outcome.CHANGED)
    if not may_fill_gaps(full.record, stored):
        return full
    merged = merge_readings(DossierReading(full.record), DossierReading(stored))
    return replace(full, record=merged.record)


def _create_or_update(pushes: Pushes, push: Push, dossier: FullDossier) -> Push:
    """The push after the portal took the dossier; ends the push when the portal does not."""
    exists = False
    for _ in range(_ROUNDS):
        portal = _look_up(pushes, push)
        if exists and portal is None:
            detail = (
                "the portal refused it as existing, but a look-up does not find it; "
                "apply again later"
            )
            raise PushEnded(Outcome.UNKNOWN, detail)
        push = _decided(pushes, push, dossier, portal)
        if push.state is not PushState.PENDING and agrees(dossier.record, portal):
            return pushes.move(push, PushState.PUSHED)
        before = push.attempts
        push = pushes.claim(push)
        try:
            push = _send(pushes, push, dossier, create=portal is None)
        except AlreadyExists:
            exists = True
            # An earlier attempt of khop may have taken effect late. Without one, another system
            # created the dossier, and the next look-up decides again.
            ours = True if before else None
            push = pushes.move(push, PushState.UNKNOWN, attempts=before, created_there=ours)
        if push.state is PushState.PUSHED:
            return push
    raise PushEnded(Outcome.UNKNOWN, "it is not known whether the write took effect; apply again")


def _look_up(pushes: Pushes, push: Push) -> DossierRecord | None:
    lookup = pushes.portal.lookup
    try:
        found = lookup.look_up(push.code)
    except (ConnectorError, RecordError) as error:
        unsure = push.state in (PushState.SENDING, PushState.UNKNOWN)
        raise pushes.stopped(error, Outcome.UNKNOWN if unsure else None) from None
    with pushes.context.write() as connection:
        now_us = pushes.context.now_us()
        answers, ages = [(push.code, found)], pushes.context.ages
        presence.answered(connection, lookup.name, answers, now_us, ages)
    return found


def _decided(
    pushes: Pushes, push: Push, dossier: FullDossier, portal: DossierRecord | None
) -> Push:
    """Check the push against what the portal says now, and store what the portal said first."""
    begun = push.state is not PushState.PENDING
    if not begun and agrees(dossier.record, portal):
        pushes.end(push, PushState.DONE, Outcome.ALREADY)
    problems = pushes.portal.sink.problems(dossier.record, dossier.steps)
    if dossier.record.aliases:
        problems = (PORTAL_BORN, *problems)  # known only since the plan was made
    if portal is not None:
        problems = (*portal_problems(portal.status, dossier.record.status), *problems)
    if problems and not (begun and agrees(dossier.record, portal)):
        pushes.end(push, PushState.BLOCKED, Outcome.NOT_SENT, ", ".join(problems))
    if push.created_there is not None:
        return push
    seen = None if portal is None else portal.status
    with pushes.context.write() as connection:
        outbox.change(
            connection,
            push.version,
            pushes.context.now_us(),
            created_there=portal is None,
            seen_status=seen,
        )
    return replace(push, created_there=portal is None, seen_status=seen)


def _send(pushes: Pushes, push: Push, dossier: FullDossier, *, create: bool) -> Push:
    sink = pushes.portal.sink
    try:
        with pushes.context.pushing():
            if create:
                sink.create(dossier)
            else:
                sink.update(dossier)
    except OutcomeUnknown as error:
        log.warning("write_outcome_unknown", code=push.code, error=str(error))
        return pushes.move(push, PushState.UNKNOWN, detail=str(error))
    except (Unreachable, RateLimited, Unauthorised) as error:
        # Nothing was sent now; only an earlier try may have taken effect.
        before = push.attempts - 1
        if before:
            pushes.move(push, PushState.UNKNOWN, attempts=before, detail=str(error))
        else:
            pushes.move(
                push,
                PushState.PENDING,
                attempts=0,
                created_there=None,
                seen_status=None,
                detail=str(error),
            )
        raise pushes.stopped(error) from None
    except (Refused, RecordError) as error:
        state = PushState.REFUSED if isinstance(error, Refused) else PushState.BLOCKED
        outcome = Outcome.REFUSED if isinstance(error, Refused) else Outcome.NOT_SENT
        pushes.move(push, state, attempts=push.attempts - 1, detail=str(error))
        raise PushEnded(outcome, str(error)) from None
    return pushes.move(push, PushState.PUSHED, detail=None)
