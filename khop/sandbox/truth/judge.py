"""The truth: what docs/rules.md says of the raw state of all systems, and who may mend it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Literal

from khop.sandbox.truth.case import GRACE, Case
from khop.sandbox.truth.rules import RULES, Rule, before_signing, severity
from khop.sandbox.world.calendar import Calendar, day_of
from khop.sandbox.world.dossiers import DONE, Dossier, PortalEntry
from khop.sandbox.world.evidence import Evidence
from khop.sandbox.world.paper import LogbookRow, Place, RegisterRow

_MACHINE = frozenset({"A7", "B6", "B11", "C12", "C14"})
_PAPER_RULES = {
    "A1": "received on paper, unknown to the one-stop",
    "A2": "a result was signed, the one-stop has no such dossier",
    "C7": "returned before the result was signed",
}
_NEAR = 1


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fires for one case; ``repair`` says who may mend it (docs/rules.md).

    ``code`` is None for a row of paper that names no dossier; ``row`` is where that stands.
    """

    rule: str
    code: str | None
    repair: Literal["machine", "people"]
    why: str
    severity: str
    row: Place | None = None

    @property
    def subject(self) -> str:
        """The code, or the place of the row."""
        return self.row.subject if self.row is not None else self.code or ""

    @property
    def order_key(self) -> tuple[str, str, str, str, int]:
        row = self.row or Place("", "", 0)
        return self.rule, self.code or "", row.file, row.sheet, row.row


class Judge:
    """Judges at one ``now`` (seconds of UTC since 1970)."""

    def __init__(self, calendar: Calendar, now: int) -> None:
        self._calendar = calendar
        self._now = now
        self._today = calendar.order(day_of(now))

    def dossier(
        self, natives: Sequence[Dossier], entry: PortalEntry | None, seen: Evidence, *, absent: bool
    ) -> list[Finding]:
        """Findings of one case. ``natives``: all native records of its code."""
        speaker = max(natives, key=lambda d: d.order_key)
        if speaker.status == 0:
            return []
        differ = len({(d.citizen, d.procedure) for d in natives}) > 1
        case = Case(speaker, entry, absent, len(natives), differ, seen, self._now, self._calendar)
        found = []
        for rule in RULES:
            if rule.condition(case):
                case.fired.add(rule.id)
                found.append(_finding(case, rule))
        return found

    def phantom(self, entry: PortalEntry) -> list[Finding]:
        """Findings of a portal entry that no one-stop record answers to."""
        since = entry.received if entry.received is not None else entry.submitted
        if since is None or not self._old(day_of(since)):
            return []
        why = "on the portal, unknown to the one-stop"
        return [Finding("A8", entry.code, "people", why, "S2")]

    def unknown(self, code: str, seen: Evidence) -> list[Finding]:
        """Findings of a code that paper names and no one-stop record answers to."""
        received = seen.logbook_received
        fires = {
            "A1": received is not None and self._old(day_of(received)),
            "A2": seen.signed is not None and self._old(seen.signed),
            "C7": before_signing(seen.given_back(), seen),
        }
        return [_of_paper(rule, code, None) for rule in fires if fires[rule]]

    def nameless(
        self, row: LogbookRow | RegisterRow, place: Place, alike: Iterable[Dossier]
    ) -> list[Finding]:
        """Findings of a row without a code. ``alike``: the dossiers of the same unit, procedure
        and applicant; one with a date near the row's own may be the one it is about."""
        rule, day = _told_day(row)
        if day is None or not self._old(day) or any(self._near(day, row, d) for d in alike):
            return []
        return [_of_paper(rule, None, place)]

    def _near(self, day: int, row: LogbookRow | RegisterRow, d: Dossier) -> bool:
        moment = d.received if isinstance(row, LogbookRow) else d.finished
        if moment is None:
            return False
        apart = self._calendar.order(day) - self._calendar.order(day_of(moment))
        return abs(apart) <= _NEAR

    def _old(self, day: int) -> bool:
        return self._today - self._calendar.order(day) > GRACE


def _told_day(row: LogbookRow | RegisterRow) -> tuple[str, int | None]:
    """The rule a row is for, and its day."""
    if isinstance(row, RegisterRow):
        return "A2", row.signed
    return "A1", None if row.received is None else day_of(row.received)


def _of_paper(rule: str, code: str | None, place: Place | None) -> Finding:
    return Finding(rule, code, "people", _PAPER_RULES[rule], "S1", place)


def _finding(case: Case, rule: Rule) -> Finding:
    grave = severity(rule, case)
    if rule.id not in _MACHINE:
        return Finding(rule.id, case.os.code, "people", rule.why, grave)
    obstacle = _obstacle(case)
    if obstacle is None:
        return Finding(rule.id, case.os.code, "machine", rule.why, grave)
    why = f"{rule.why}; not by machine: {obstacle}"
    return Finding(rule.id, case.os.code, "people", why, grave)


def _obstacle(case: Case) -> str | None:
    """Why a machine may not push this dossier, or None."""
    d, entry = case.os, case.po
    if d.alias is not None:
        return "born on the portal"
    if entry is not None and entry.status in DONE and d.status < entry.status:
        return "would lower the portal's state"
    if d.status in DONE and d.finished is None:
        return "ended without end date"
    if d.received is None and d.status not in (1, 3, 5):
        return "no reception date"
    return "unknown channel" if d.channel == 0 else None
