"""Asking and deciding: what people see of findings, and what they say of them."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, datetime

from khop.sync.engine.base import EngineBase
from khop.sync.findings import decisions, views
from khop.sync.findings.history import FindingEvent, history_of
from khop.sync.ledger import audit_log
from khop.sync.ledger.audit_log import Verified
from khop.sync.results import (
    UNSETTLED,
    CaseView,
    Finding,
)


class Asking(EngineBase):
    """Findings, single dossiers, decisions, the log."""

    def findings(
        self,
        *,
        rules: Sequence[str] = (),
        units: Sequence[str] = (),
        severities: Sequence[str] = (),
        since: datetime | None = None,
        states: Sequence[str] = UNSETTLED,
    ) -> list[Finding]:
        """Discrepancies, gravest first; ``since``: first seen at or after."""
        return views.findings(
            self.ledger,
            rules=rules,
            units=units,
            severities=severities,
            since=since,
            states=states,
        )

    def show(self, code: str) -> CaseView | None:
        """Everything known of one dossier, by its code or an alias, or of a row of paper, by
        ``row:KEY``; None if nothing is."""
        return views.case_view(self.ledger, views.named(code), self._sources())

    def assign(
        self,
        subjects: Sequence[str],
        *,
        actor: str,
        assignee: str,
        answer_due: date | None = None,
        rules: Sequence[str] = (),
    ) -> list[Finding]:
        """Have somebody answer for findings: those of some rules, or all that are not settled.

        ``subjects``: codes of dossiers, or ``row:KEY``. ``actor``: the account of the person who
        decides. This and the decisions below raise DecisionError, and then nothing is written.
        """
        return decisions.assign(
            self.ledger,
            self._clock(),
            actor,
            subjects,
            rules=rules,
            assignee=assignee,
            answer_due=answer_due,
        )

    def explain(
        self, subjects: Sequence[str], *, actor: str, text: str, rules: Sequence[str] = ()
    ) -> list[Finding]:
        """Write down what is answered for findings."""
        return decisions.explain(
            self.ledger, self._clock(), actor, subjects, rules=rules, text=text
        )

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
        return decisions.exclude(
            self.ledger, self._clock(), actor, subjects, rules=rules, reason=reason, until=until
        )

    def take_back(
        self, subjects: Sequence[str], *, actor: str, reason: str = "", rules: Sequence[str] = ()
    ) -> list[Finding]:
        """End exclusions; their findings are open again."""
        return decisions.take_back(
            self.ledger, self._clock(), actor, subjects, rules=rules, reason=reason
        )

    def history_of(self, subject: str) -> list[FindingEvent]:
        """What happened to the findings of a dossier or a row of paper, oldest first."""
        return history_of(self.ledger, subject)

    def verify_log(self, anchor: str | None = None) -> Verified:
        """Read the audit log's chain; ``anchor``: a head noted earlier. Raises KhopError."""
        noted = audit_log.read_head(anchor) if anchor is not None else None
        with self.ledger.read() as connection:
            return audit_log.verify(connection, noted)
