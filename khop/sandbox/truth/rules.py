"""The rules of docs/rules.md that are about a dossier of the one-stop, each as a condition.

What the one-stop does not have (A1, A2, A8) is judged in ``judge``.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from itertools import pairwise
from typing import NamedTuple

from khop.sandbox.truth.case import GRACE, Case
from khop.sandbox.world.calendar import day_of
from khop.sandbox.world.dossiers import DONE, OPEN
from khop.sandbox.world.evidence import Evidence

ACTIVE = frozenset({2, 4})
_APART = 15 * 60
_SHIFT = 7 * 3600
_SUPPLEMENT = 30 * 24 * 3600
_DELIVERY = 10

#: Shapes G1 to G4 and G5 (five-digit serial) of docs/domain.md (Codes).
_UNIT = r"(?:[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z]\d{2}|[A-Y]\d{2}(?:\.[0-9A-Z]{1,3})*)"
_KNOWN_SHAPE = re.compile(rf"{_UNIT}-(?:(\d{{6}})-\d{{4,7}}|(\d{{8}})-\d{{4,7}})")
_MADE_UP = re.compile(rf"{_UNIT}-(?:\d{{6}}|\d{{8}})-\d{{5}}")

#: Transitions marked as never to happen (docs/domain.md, States); nothing leads back to 1.
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


class Rule(NamedTuple):
    id: str
    severity: str
    condition: Callable[[Case], bool]
    why: str


def _never_synced(c: Case) -> bool:
    d = c.os
    counted = d.alias is None or d.channel in (1, 3)
    return c.absent and d.status != 1 and counted and c.old(d.received)


def _done_in_reality(c: Case) -> bool:
    returned, delivered = c.seen.logbook_returned, c.delivered
    days = [c.seen.signed, *(None if at is None else day_of(at) for at in (returned, delivered))]
    known = [day for day in days if day is not None]
    return c.os.status in ACTIVE and bool(known) and c.age_of_day(min(known)) > GRACE


def _portal_closed(c: Case) -> bool:
    return c.po is not None and c.po.status in DONE and c.os.status in OPEN | {8}


def _portal_open(c: Case) -> bool:
    waiting = c.po is not None and c.po.status in OPEN | {1, 8}
    return waiting and c.os.status in DONE and c.old(c.os.finished)


def _illegal_step(c: Case) -> bool:
    """A state no table knows stands between its neighbours: a step into or out of it is none."""
    states = [state for _, state in c.steps]
    return any(a and b and (b == 1 or b in _ILLEGAL[a]) for a, b in pairwise(states))


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


def before_signing(returned: int | None, seen: Evidence) -> bool:
    """The register knows the day alone, so days are compared."""
    return returned is not None and _before(day_of(returned), seen.signed)


def _before(first: int | None, second: int | None) -> bool:
    return first is not None and second is not None and first < second


def _in_future(c: Case, moment: int | None) -> bool:
    return moment is not None and day_of(moment) > day_of(c.now)


def _returned_unsigned(c: Case) -> bool:
    returned = c.seen.given_back() if c.os.returned is None else c.os.returned
    return before_signing(returned, c.seen)


def _signed_early(c: Case) -> bool:
    return c.os.received is not None and _before(c.seen.signed, day_of(c.os.received))


def _shifted(c: Case) -> bool:
    if c.po is None or c.po.by_day:
        return False
    return any(abs(abs(a - b) - _SHIFT) <= 60 for a, b in c.gaps())


def _times_differ(c: Case) -> bool:
    if "C12" in c.fired or c.po is None or not c.changed_long_ago:
        return False
    if c.po.by_day:
        return any(day_of(a) != day_of(b) for a, b in c.gaps())
    return any(abs(a - b) > _APART for a, b in c.gaps())


def _entered_late(c: Case) -> bool:
    entered = c.entered()
    received = c.os.received if c.seen.logbook_received is None else c.seen.logbook_received
    if entered is None or received is None:
        return False
    return c.age(received) - c.age(entered) > 1


def _code_date_off(c: Case) -> bool:
    match = _KNOWN_SHAPE.fullmatch(c.os.code)
    if match is None or c.os.received is None:
        return False
    text = match[1] or match[2]
    day = _code_day(text if len(text) == 8 else f"20{text}")
    return day is not None and abs(c.age_of_day(day) - c.age(c.os.received)) > 1


def _code_day(text: str) -> int | None:
    try:
        return (date(int(text[:4]), int(text[4:6]), int(text[6:])) - date(1970, 1, 1)).days
    except ValueError:
        return None


def _stuck(c: Case) -> bool:
    asked = c.asked_for_papers()
    latest = asked[-1] * 1000 if asked else c.os.changed
    return c.os.status == 5 and c.now * 1000 - latest > _SUPPLEMENT * 1000


def _asked_twice(c: Case) -> bool:
    received = c.os.received
    return received is not None and sum(at > received for at in c.asked_for_papers()) > 1


def _not_closed(c: Case) -> bool:
    return c.os.status == 9 and c.old(c.delivered)


def _closed_early(c: Case) -> bool:
    handed, delivered, returned = c.seen.handed, c.seen.delivered, c.os.returned
    if c.os.status != 10 or handed is None:
        return False
    if delivered is None:
        return c.age(handed // 1000) > _DELIVERY
    return returned is not None and returned * 1000 < delivered


#: In the order they are decided: B11 looks at B5 and B6, C14 at C12.
RULES: tuple[Rule, ...] = (
    Rule("A7", "S2", _never_synced, "received, and the portal does not have it"),
    Rule("B1", "S1", _done_in_reality, "done in reality, open in the one-stop"),
    Rule("B5", "S1", _portal_closed, "closed on the portal, open in the one-stop"),
    Rule("B6", "S2", _portal_open, "closed in the one-stop, open on the portal"),
    Rule("B8", "S3", _illegal_step, "a step that cannot follow the one before"),
    Rule(
        "B10", "S2",
        lambda c: c.os.status == 1 and c.old(c.os.submitted), "filed online, not taken up",
    ),
    Rule("B11", "S3", _status_differs, "the two systems name different states"),
    Rule(
        "C1", "S2",
        lambda c: c.os.received is None and c.os.status not in (1, 3, 5), "no reception date",
    ),
    Rule(
        "C2", "S2",
        lambda c: c.os.status in DONE and c.os.finished is None, "ended without end date",
    ),
    Rule("C3", "S2", lambda c: _in_future(c, c.os.received), "received in the future"),
    Rule("C4", "S2", lambda c: _in_future(c, c.os.finished), "ended in the future"),
    Rule(
        "C5", "S2",
        lambda c: _before(c.os.finished, c.os.received), "ended before it was received",
    ),
    Rule("C6", "S2", _out_of_order, "filed after reception, or returned before its end"),
    Rule("C7", "S1", _returned_unsigned, "returned before the result was signed"),
    Rule("C8", "S1", _signed_early, "signed before the dossier was received"),
    Rule("C9", "S2", _no_due_date, "no due date"),
    Rule("C12", "S3", _shifted, "a time is seven hours off on the portal"),
    Rule("C14", "S3", _times_differ, "a time differs between the systems"),
    Rule("D1", "S2", _entered_late, "entered long after reception"),
    Rule("E1", "S1", lambda c: c.natives > 1 and c.natives_differ, "one code, two dossiers"),
    Rule("E3", "S2", lambda c: _MADE_UP.fullmatch(c.os.code) is not None, "a made-up code"),
    Rule("E4", "S3", _code_date_off, "the date in the code is not the reception date"),
    Rule("E7", "S4", lambda c: _KNOWN_SHAPE.fullmatch(c.os.code) is None, "unknown code shape"),
    Rule("F1", "S2", _stuck, "waiting for papers for more than thirty days"),
    Rule("F2", "S2", _asked_twice, "asked for papers twice"),
    Rule("H1", "S2", _not_closed, "delivered by post, not closed"),
    Rule("H2", "S2", _closed_early, "closed before it was delivered"),
)  # fmt: skip


def severity(rule: Rule, case: Case) -> str:
    """As grave as the rule, or more so: entered late with the result already signed."""
    entered = case.entered()
    if rule.id == "D1" and entered is not None and _before(case.seen.signed, day_of(entered)):
        return "S1"
    return rule.severity
