"""The engine's methods for what people decide about findings."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from datetime import date, datetime

from khop.sync.findings import decisions
from khop.sync.findings.decisions import Choice
from khop.sync.findings.history import FindingEvent, history_of
from khop.sync.ledger import Ledger
from khop.sync.results import Finding


class Deciding:
    """A part of ``Engine``. ``ledger``: where the findings are."""

    ledger: Ledger
    _clock: Callable[[], datetime]

    def assign(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        assignee: str,
        answer_due: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Assign findings to a person: those of some rules, or all that are not settled.

        ``subjects``: codes of dossiers, or ``row:KEY``. ``actor``: the account of the person who
        decides. This and the decisions below raise DecisionError, and then nothing is written.
        """
        choice = Choice(self._clock(), actor, subjects, rules)
        return decisions.assign(self.ledger, choice, assignee=assignee, answer_due=answer_due)

    def explain(
        self, subjects: Sequence[str], *, actor: str, text: str, rules: Sequence[str] = ()
    ) -> list[Finding]:
        """Store the answer that was given for findings."""
        choice = Choice(self._clock(), actor, subjects, rules)
        return decisions.explain(self.ledger, choice, text=text)

    def exclude(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        reason: str,
        until: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Rule findings out, up to the end of a local day or until taken back."""
        choice = Choice(self._clock(), actor, subjects, rules)
        return decisions.exclude(self.ledger, choice, reason=reason, until=until)

    def take_back(
        self, subjects: Sequence[str], *, actor: str, reason: str = "", rules: Sequence[str] = ()
    ) -> list[Finding]:
        """End exclusions; their findings are open again."""
        choice = Choice(self._clock(), actor, subjects, rules)
        return decisions.take_back(self.ledger, choice, reason=reason)

    def history_of(self, subject: str) -> list[FindingEvent]:
        """What happened to the findings of a dossier or a row of paper, oldest first."""
        return history_of(self.ledger, subject)
