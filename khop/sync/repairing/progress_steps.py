"""Sending the progress steps of a push, each once.

Steps cannot be looked up on the portal: after a call without a readable answer they are marked
unknown, and are not sent again. So are those from before a restore of the ledger.
"""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import NoReturn

from khop.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import FullDossier, Step
from khop.sync.ledger import outbox
from khop.sync.ledger.copies.restored import last_restored_us
from khop.sync.ledger.outbox import Push, PushState, StepState
from khop.sync.repairing.obstacles import would_lower
from khop.sync.repairing.pushes import Pushes
from khop.sync.results import Outcome
from khop.text.logs import Log

log = Log(__name__)


def send_steps(pushes: Pushes, push: Push, dossier: FullDossier) -> NoReturn:
    """Send the steps that belong to this push, and end it. Raises PushEnded."""
    steps = {step_key(push, step): step for step in _steps_to_send(push, dossier.steps)}
    with pushes.context.read() as connection:
        taken = outbox.steps_taken(connection, list(steps))
        restored_us = last_restored_us(connection)
    left = [(key, step) for key, step in steps.items() if key not in taken]
    if restored_us is not None and not push.created_there:
        left = _without_unknown(pushes, push, left, restored_us)
    sent, size = 0, pushes.portal.sink.progress_chunk
    for start in range(0, len(left), size):
        sent += _send_chunk(pushes, push, left[start : start + size])
    with pushes.context.read() as connection:
        unknown = outbox.any_step_unknown(connection, push.version)
    if unknown:
        detail = "some progress steps may not have arrived; compare them on the portal"
        pushes.end(push, PushState.STEPS_UNKNOWN, Outcome.STEPS_UNKNOWN, detail, sent)
    pushes.end(push, PushState.DONE, Outcome.DONE, None, sent)


def _without_unknown(
    pushes: Pushes, push: Push, steps: Sequence[tuple[str, Step]], restored_us: int
) -> list[tuple[str, Step]]:
    """The steps since the ledger was restored. Whether earlier ones were sent before that is not
    known: they are marked so, and not sent."""
    unknown = [pair for pair in steps if pair[1].event_at.us <= restored_us]
    if unknown:
        rows = [_step_row(pushes, push, *pair) | {"state": StepState.UNKNOWN} for pair in unknown]
        with pushes.context.write() as connection:
            outbox.steps_begin(connection, rows)
    return [pair for pair in steps if pair not in unknown]


def _send_chunk(pushes: Pushes, push: Push, chunk: Sequence[tuple[str, Step]]) -> int:
    """Send these steps in one call; how many the portal took."""
    keys = [key for key, _ in chunk]
    with pushes.context.write() as connection:
        outbox.steps_begin(connection, [_step_row(pushes, push, *pair) for pair in chunk])
    try:
        with pushes.context.pushing():
            pushes.portal.sink.progress(push.code, [step for _, step in chunk])
    except OutcomeUnknown as error:
        log.warning("steps_outcome_unknown", code=push.code, error=str(error))
        _end_steps(pushes, keys, StepState.UNKNOWN)
        return 0
    except (Unreachable, RateLimited, Unauthorised) as error:
        with pushes.context.write() as connection:
            outbox.steps_forget(connection, keys)
        raise pushes.stopped(error) from None
    except (ConnectorError, RecordError) as error:
        _end_steps(pushes, keys, StepState.REFUSED)
        pushes.end(push, PushState.REFUSED, Outcome.REFUSED, str(error))
    _end_steps(pushes, keys, StepState.SENT)
    return len(keys)


def _end_steps(pushes: Pushes, keys: Sequence[str], state: StepState) -> None:
    with pushes.context.write() as connection:
        outbox.steps_end(connection, keys, state)


def _step_row(pushes: Pushes, push: Push, key: str, step: Step) -> dict[str, object]:
    return {
        "step_key": key,
        "sink": push.sink,
        "code": push.code,
        "event_us": step.event_at.us,
        "status": int(step.status),
        "state": StepState.SENDING,
        "version": push.version,
        "sent_us": pushes.context.now_us(),
    }


def step_key(push: Push, step: Step) -> str:
    """Our own key of a step, so that it is sent once: the message has no id of its own."""
    parts = (push.sink, push.code, step.event_at.us, int(step.status), step.text)
    text = "\x1f".join(str(part) for part in parts)
    return hashlib.sha256(text.encode()).hexdigest()


def _steps_to_send(push: Push, steps: Sequence[Step]) -> Sequence[Step]:
    """After a create all steps. After an update those that follow the last step in the portal's
    last seen state; the last step if no step has that state (docs/rules.md). No step takes the
    portal back from state 9 or 10."""
    if push.created_there:
        return steps
    same = [i for i, step in enumerate(steps) if step.status == push.seen_status]
    after = steps[same[-1] + 1 :] if same else steps[-1:]
    return [step for step in after if not would_lower(push.seen_status, step.status)]
