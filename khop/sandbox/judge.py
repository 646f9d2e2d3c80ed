"""The truth: what rules.md 4 says of the raw state of both systems, and who may mend it.

Only rules that one-stop and portal decide by themselves are here; the sandbox has no post, no
register and no paper ledger.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from itertools import pairwise
from typing import Literal

from khop.sandbox.calendar import Calendar, day_of
from khop.sandbox.dossiers import DONE, OPEN, Dossier, PortalEntry, history

GRACE = 1
_APART = 15 * 60
_SHIFT = 7 * 3600
_SUPPLEMENT = 30 * 24 * 3600
_MACHINE = frozenset({"A7", "B6", "B11", "C12", "C14"})
_PAIRS = ("received", "due", "finished", "returned")

#: Shapes F1 to F4 and F5 (five-digit serial) of specs/domain.md 1.3.
_UNIT = r"(?:[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z]\d{2}|[A-Y]\d{2}(?:\.[0-9A-Z]{1,3})*)"
_KNOWN_SHAPE = re.compile(rf"{_UNIT}-(?:(\d{{6}})-\d{{4,7}}|(\d{{8}})-\d{{4,7}})")
_MADE_UP = re.compile(rf"{_UNIT}-\d{{6}}-\d{{5}}")

#: Transitions marked as never to happen (specs/domain.md 2.3); nothing leads back to 1.
_ILLEGAL: dict[int, frozenset[int]] = {
    1: frozenset({4, 8, 9, 10}),
    2: frozenset(),
    3: frozenset({2, 4, 5, 6, 7, 8, 9, 10}),
    4: frozenset({2}),
    5: frozenset({9, 10}),
    6: frozenset({2, 10}),
    7: frozenset({2, 3, 5, 6, 9}),
    8: frozenset({2, 3, 5, 6, 9}),
    9: frozenset({2, 3, 5, 7, 8}),
    10: frozenset({2, 3, 4, 5, 6, 7, 8, 9}),
}


@dataclass(frozen=True, slots=True, order=True)
class Finding:
    """One rule that fires for one case; ``repair`` says who may mend it (rules.md 6)."""

    rule: str
    code: str
    repair: Literal["machine", "people"]
    why: str


@dataclass(slots=True)
class Case:
    """One dossier side by side. ``portal`` None with ``absent`` means a look-up said absent."""

    os: Dossier
    po: PortalEntry | None
    absent: bool
    natives: int
    natives_differ: bool
    now: int
    calendar: Calendar
    today: int = field(init=False)
    fired: set[str] = field(init=False)

    def __post_init__(self) -> None:
        self.today = self.calendar.order(day_of(self.now))
        self.fired = set()

    def age(self, moment: int) -> int:
        return self.today - self.calendar.order(day_of(moment))

    def old(self, moment: int | None) -> bool:
        """Older than the grace; a missing moment is not."""
        return moment is not None and self.age(moment) > GRACE

    @property
    def changed_long_ago(self) -> bool:
        return self.age(self.os.changed // 1000) > GRACE


class Judge:
    """Judges at one ``now`` (seconds of UTC since 1970)."""

    def __init__(self, calendar: Calendar, now: int) -> None:
        self._calendar = calendar
        self._now = now

    def dossier(
        self, natives: Sequence[Dossier], entry: PortalEntry | None, *, absent: bool
    ) -> list[Finding]:
        """Findings of one case. ``natives``: all native records of its code."""
        speaker = max(natives, key=lambda d: d.order_key)
        if speaker.status == 0:
            return []
        differ = len({(d.citizen, d.procedure) for d in natives}) > 1
        case = Case(speaker, entry, absent, len(natives), differ, self._now, self._calendar)
        for rule, condition, _ in RULES:
            if condition(case):
                case.fired.add(rule)
        return [_finding(case, rule, why) for rule, _, why in RULES if rule in case.fired]

    def phantom(self, entry: PortalEntry) -> list[Finding]:
        """Findings of a portal entry that no one-stop record answers to."""
        since = entry.received if entry.received is not None else entry.submitted
        if since is None:
            return []
        age = self._calendar.order(day_of(self._now)) - self._calendar.order(day_of(since))
        if age <= GRACE:
            return []
        return [Finding("A8", entry.code, "people", "on the portal, unknown to the one-stop")]


def _finding(case: Case, rule: str, why: str) -> Finding:
    machine = rule in _MACHINE and (obstacle := _obstacle(case)) is None
    if machine or rule not in _MACHINE:
        return Finding(rule, case.os.code, "machine" if machine else "people", why)
    return Finding(rule, case.os.code, "people", f"{why}; not by machine: {obstacle}")


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


def _never_synced(c: Case) -> bool:
    d = c.os
    counted = d.alias is None or d.channel in (1, 3)
    return c.absent and d.status != 1 and counted and c.old(d.received)


def _portal_closed(c: Case) -> bool:
    return c.po is not None and c.po.status in DONE and c.os.status in OPEN | {8}


def _portal_open(c: Case) -> bool:
    waiting = c.po is not None and c.po.status in OPEN | {1, 8}
    return waiting and c.os.status in DONE and c.old(c.os.finished)


def _illegal_step(c: Case) -> bool:
    states = [state for _, state in sorted(history(c.os), key=lambda step: step[0]) if state]
    return any(a != b and (b == 1 or b in _ILLEGAL[a]) for a, b in pairwise(states))


def _status_differs(c: Case) -> bool:
    differs = c.po is not None and c.po.status > 0 and c.po.status != c.os.status
    return differs and not c.fired & {"B5", "B6"} and c.changed_long_ago


def _no_due_date(c: Case) -> bool:
    d = c.os
    excused = d.no_due or d.status in (1, 3) or (d.status == 5 and d.received is None)
    return d.due is None and not excused


def _out_of_order(c: Case) -> bool:
    d = c.os
    return _before(d.received, d.submitted) or _before(d.returned, d.finished)


def _before(first: int | None, second: int | None) -> bool:
    return first is not None and second is not None and first < second


def _in_future(c: Case, moment: int | None) -> bool:
    return moment is not None and day_of(moment) > day_of(c.now)


def _gaps(c: Case) -> list[tuple[int, int]]:
    if c.po is None:
        return []
    found = [(getattr(c.os, name), getattr(c.po, name)) for name in _PAIRS]
    return [(a, b) for a, b in found if a is not None and b is not None]


def _shifted(c: Case) -> bool:
    if c.po is None or c.po.by_day:
        return False
    return any(abs(abs(a - b) - _SHIFT) <= 60 for a, b in _gaps(c))


def _times_differ(c: Case) -> bool:
    if "C12" in c.fired or c.po is None or not c.changed_long_ago:
        return False
    if c.po.by_day:
        return any(day_of(a) != day_of(b) for a, b in _gaps(c))
    return any(abs(a - b) > _APART for a, b in _gaps(c))


def _entered_late(c: Case) -> bool:
    entered, received = c.os.entered, c.os.received
    if entered is None or received is None:
        return False
    return c.age(received) - c.age(entered) > 1


def _code_date_off(c: Case) -> bool:
    match = _KNOWN_SHAPE.fullmatch(c.os.code)
    if match is None or c.os.received is None:
        return False
    text = match[1] or match[2]
    day = _code_day(text if len(text) == 8 else f"20{text}")
    if day is None:
        return False
    return abs(c.calendar.order(day) - c.calendar.order(day_of(c.os.received))) > 1


def _code_day(text: str) -> int | None:
    try:
        return (date(int(text[:4]), int(text[4:6]), int(text[6:])) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _stuck(c: Case) -> bool:
    since = [moment for moment, state in history(c.os) if state == 5]
    latest = max(since) if since else c.os.changed // 1000
    return c.os.status == 5 and c.now - latest > _SUPPLEMENT


def _asked_twice(c: Case) -> bool:
    steps = sorted(history(c.os), key=lambda step: step[0])
    changes = [
        moment
        for (moment, state), previous in zip(steps, [0, *(s for _, s in steps)], strict=False)
        if state == 5 and previous != 5
    ]
    received = c.os.received
    return received is not None and sum(moment > received for moment in changes) > 1


Condition = Callable[[Case], bool]

#: (rule, condition, why), in the order they are decided: B11 looks at B5 and B6, C14 at C12.
RULES: tuple[tuple[str, Condition, str], ...] = (
    ("A7", _never_synced, "received, and the portal does not have it"),
    ("B5", _portal_closed, "closed on the portal, open in the one-stop"),
    ("B6", _portal_open, "closed in the one-stop, open on the portal"),
    ("B8", _illegal_step, "a step that cannot follow the one before"),
    ("B10", lambda c: c.os.status == 1 and c.old(c.os.submitted), "filed online, not taken up"),
    ("B11", _status_differs, "the two systems name different states"),
    (
        "C1",
        lambda c: c.os.received is None and c.os.status not in (1, 3, 5),
        "no reception date",
    ),
    ("C2", lambda c: c.os.status in DONE and c.os.finished is None, "ended without end date"),
    ("C3", lambda c: _in_future(c, c.os.received), "received in the future"),
    ("C4", lambda c: _in_future(c, c.os.finished), "ended in the future"),
    ("C5", lambda c: _before(c.os.finished, c.os.received), "ended before it was received"),
    ("C6", _out_of_order, "filed after reception, or returned before its end"),
    ("C9", _no_due_date, "no due date"),
    ("C12", _shifted, "a time is seven hours off on the portal"),
    ("C14", _times_differ, "a time differs between the systems"),
    ("D1", _entered_late, "entered long after reception"),
    ("E1", lambda c: c.natives > 1 and c.natives_differ, "one code, different dossiers"),
    ("E3", lambda c: _MADE_UP.fullmatch(c.os.code) is not None, "a made-up code"),
    ("E4", _code_date_off, "the date in the code is not the reception date"),
    ("E7", lambda c: _KNOWN_SHAPE.fullmatch(c.os.code) is None, "unknown code shape"),
    ("F1", _stuck, "waiting for papers for more than thirty days"),
    ("F2", _asked_twice, "asked for papers twice"),
)
