"""The pushes of one apply: the systems they share, and their rows in the outbox."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NoReturn

from khop.adapters.ports import DossierLookup, DossierSink, DossierSource
from khop.errors import ConfigError, KhopError, Unauthorised
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.records import DossierRecord
from khop.sync.ledger import outbox
from khop.sync.ledger.look_ups import ask_now
from khop.sync.ledger.outbox import Push, PushState
from khop.sync.results import Outcome
from khop.sync.run_context import RunContext

#: States after which the portal may say something else than before: it is asked again.
_MAY_HAVE_CHANGED_IT = (
    PushState.SENDING,
    PushState.UNKNOWN,
    PushState.PUSHED,
    PushState.DONE,
    PushState.STEPS_UNKNOWN,
    PushState.REFUSED,
)


@dataclass(frozen=True, slots=True)
class Portal:
    """The portal, to look dossiers up and to send them to."""

    lookup: DossierLookup
    sink: DossierSink


def portal_of(sink: DossierSink | None) -> Portal:
    """The portal that can be pushed to. Raises ConfigError when there is none."""
    if sink is None or not isinstance(sink, DossierLookup):
        raise ConfigError(
            'there is no source with role = "portal" that can be pushed to; '
            "configure one in khop.toml"
        )
    return Portal(lookup=sink, sink=sink)


class PushEnded(Exception):
    """The push of one dossier has ended, for this apply. ``steps``: progress steps sent."""

    def __init__(self, outcome: Outcome, detail: str | None = None, steps: int = 0) -> None:
        super().__init__(outcome)
        self.outcome = outcome
        self.detail = detail
        self.steps = steps


class Pushes:
    """The pushes of one apply, which several threads move through the outbox."""

    def __init__(
        self,
        context: RunContext,
        sources: Sequence[DossierSource],
        portal: Portal,
        grammar: CodeGrammar | None = None,
    ) -> None:
        self.context = context
        self.sources = {source.name: source for source in sources}
        self.portal = portal
        self.grammar = grammar
        #: The refusal of an account at its login. Then nothing more is tried: that could lock it.
        self.locked_out: Unauthorised | None = None
        #: What the portal took in this apply, by the version of the push.
        self.taken: dict[str, DossierRecord] = {}

    def move(self, push: Push, state: PushState, **values: object) -> Push:
        """Write a push's new state."""
        with self.context.write() as connection:
            outbox.change(connection, push.version, self.context.now_us(), state=state, **values)
            if state in _MAY_HAVE_CHANGED_IT:
                ask_now(connection, [push.code])
        return replace(push, state=state, **values)  # type: ignore[arg-type]

    def claim(self, push: Push) -> Push:
        """Take the push for one write. Raises PushEnded when another apply took it meanwhile."""
        now_us = self.context.now_us()
        with self.context.write() as connection:
            if not outbox.claim(connection, push, now_us):
                raise PushEnded(Outcome.CHANGED, "another apply is sending it")
        return replace(push, state=PushState.SENDING, attempts=push.attempts + 1, write_us=now_us)

    def end(
        self,
        push: Push,
        state: PushState,
        outcome: Outcome,
        detail: str | None = None,
        steps: int = 0,
    ) -> NoReturn:
        """Write a push's last state. Raises PushEnded."""
        self.move(push, state, detail=detail)
        raise PushEnded(outcome, detail, steps)

    def stopped(self, error: KhopError, outcome: Outcome | None = None) -> PushEnded:
        """The exception to raise when an error ends a push whose state does not change."""
        self.note(error)
        return PushEnded(outcome or Outcome.UNREACHABLE, str(error))

    def note(self, error: KhopError) -> None:
        """Take note of a refused login."""
        if isinstance(error, Unauthorised) and error.at_login:
            self.locked_out = error
