"""A second opinion on findings: the rules, judged dossier by dossier in plain Python.

Written from the text of the rules alone and sharing nothing with khop, so that one misreading
cannot sit on both sides of a comparison. It is slow and says no more than (rule, subject,
severity).

A ``World`` is what the sources say, as plain dicts. A time is None or ``(us, day)``: microseconds
of UTC, and whether only the day is known. Where the rules are silent, the words "taken as" say
what is assumed.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import pairwise
from typing import Any

from tests.sync.oracle.days import (
    DAY,
    HOUR,
    MINUTE,
    Calendar,
    Time,
    before,
    earliest,
    first_known,
    local_date,
    read_code,
)

Finding = tuple[str, str, str]
Row = Mapping[str, Any]

NEW, RECEIVED, REFUSED, PROCESSING, SUPPLEMENT, PAYING, WITHDRAWN, STOPPED, FINISHED, RETURNED = (
    range(1, 11)
)
ACTIVE = {RECEIVED, PROCESSING}
OPEN = {RECEIVED, PROCESSING, SUPPLEMENT, PAYING}
DONE = {FINISHED, RETURNED}

#: The cells marked as never to happen, by the state before.
FORBIDDEN = {
    NEW: {4, 8, 9, 10},
    RECEIVED: {1},
    REFUSED: {1, 2, 4, 5, 6, 7, 8, 9, 10},
    PROCESSING: {1, 2},
    SUPPLEMENT: {1, 9, 10},
    PAYING: {1, 2, 10},
    WITHDRAWN: {1, 2, 3, 5, 6, 9},
    STOPPED: {1, 2, 3, 5, 6, 9},
    FINISHED: {1, 2, 3, 5, 7, 8},
    RETURNED: {1, 2, 3, 4, 5, 6, 7, 8, 9},
}

SEVERITY = {
    **dict.fromkeys(("A1", "A2", "B1", "B5", "C7", "C8", "E1"), "S1"),
    **dict.fromkeys(("A7", "A8", "B6", "B10", "C1", "C2", "C3", "C4", "C5", "C6", "C9"), "S2"),
    **dict.fromkeys(("D1", "E3", "F1", "F2", "H1", "H2"), "S2"),
    **dict.fromkeys(("B8", "B11", "C12", "C14", "E4"), "S3"),
    "E7": "S4",
}


@dataclass
class Numbers:
    """What a province may change."""

    grace: int = 1
    grace_by_rule: Mapping[str, int] = field(default_factory=dict)
    differs_minutes: int = 15
    shift_hours: int = 7
    shift_tolerance_minutes: int = 1
    late_entry_days: int = 1
    code_date_days: int = 1
    supplement_days: int = 30
    under_way_days: int = 10


@dataclass
class World:
    """``records``: native_id, code, aliases, status, status_raw, the times, changed, no_due, unit,
    procedure, channel, applicant, history (None, or (state, time) in any order). ``answers``:
    code, presence, status, the times, first_seen. ``events``: order, item, code, delivered, at.
    ``rows``: key, kind ("logbook", "register"), code, unit, procedure, applicant, received,
    returned, signed. ``quarantined``: codes of dossiers that the one-stop has and khop could not
    read. ``complete``: whether every list of the one-stop was read to its end."""

    records: list[dict[str, Any]] = field(default_factory=list)
    answers: list[dict[str, Any]] = field(default_factory=list)
    events: list[dict[str, Any]] = field(default_factory=list)
    rows: list[dict[str, Any]] = field(default_factory=list)
    quarantined: set[str] = field(default_factory=set)
    complete: bool = True


# --- histories ----------------------------------------------------------------------------------


def told_states(history: Sequence[tuple[int | None, Time | None]]) -> list[tuple[set[Any], int]]:
    """Moment by moment, the states that are told of it. What has no time is taken as not told."""
    moments: dict[int, set[int | None]] = defaultdict(set)
    for status, when in history:
        if when is not None:
            moments[when[0]].add(status)
    return [(moments[us], us) for us in sorted(moments)]


def has_forbidden_step(history: Sequence[tuple[int | None, Time | None]]) -> bool:
    """Several states of one moment are taken as in no known order: no step leads in or out."""
    states = [states for states, _ in told_states(history)]
    for one, other in pairwise(states):
        if len(one) == len(other) == 1:
            (source,), (target,) = one, other
            if None not in (source, target) and source != target and target in FORBIDDEN[source]:
                return True
    return False


def requests_for_papers(history: Sequence[tuple[int | None, Time | None]]) -> list[Time]:
    """When the state became 5, oldest first."""
    found: list[Time] = []
    previous: set[Any] = set()
    for states, us in told_states(history):
        if SUPPLEMENT in states and SUPPLEMENT not in previous:
            found.append((us, False))
        previous = states
    return found


# --- cases --------------------------------------------------------------------------------------


class Cases:
    """Which dossier each word of a world is about."""

    def __init__(self, world: World) -> None:
        self.natives: dict[str, list[Row]] = defaultdict(list)
        for record in world.records:
            self.natives[record["code"]].append(record)
        self.named_by: dict[str, set[str]] = defaultdict(set)
        for record in world.records:
            for alias in record["aliases"]:
                if alias not in self.natives:  # taken as: a dossier's own code is its own
                    self.named_by[alias].add(record["code"])
        self._codes_of: dict[str, set[str]] = defaultdict(set)
        for alias, owners in (*self.named_by.items(), *((own, {own}) for own in self.natives)):
            for owner in owners:
                self._codes_of[owner].add(alias)
        self._answers = self._by_case(world.answers)
        self._rows = self._by_case(world.rows)
        self._events = self._by_case(world.events)

    def owners(self, code: str) -> set[str]:
        """The cases a code leads to; taken as all of them where several dossiers name it."""
        return self.named_by.get(code) or {code}

    def case(self, code: str) -> dict[str, Any]:
        """What all sources say under the code and the codes that lead to it."""
        natives = self.natives.get(code, [])
        os = max(natives, key=_latest) if natives else None
        own: dict[str, Any] = {"code": code, "os": os, "natives": natives}
        own["aliases"] = {alias for record in natives for alias in record["aliases"]}
        own["po"] = self._portal(code)
        own |= self._paper(code) | self._post(code, os)
        return own

    def _by_case(self, rows: Iterable[Row]) -> Mapping[str, list[Row]]:
        found: dict[str, list[Row]] = defaultdict(list)
        for row in rows:
            for owner in self.owners(row["code"]) if row["code"] else ():
                found[owner].append(row)
        return found

    def _portal(self, code: str) -> Row:
        """Present where any of its codes is; absent taken as: where each of them was answered so.
        Of several answers the one under its own code is taken to speak, else the latest."""
        answers = self._answers.get(code, ())
        present = [a for a in answers if a["presence"] == "present"]
        if present:
            return max(present, key=lambda a: (a["code"] == code, a["checked"], a["code"]))
        absent = {a["code"] for a in answers if a["presence"] == "absent"}
        return {"presence": "absent" if absent == self._codes_of[code] else "unknown"}

    def _paper(self, code: str) -> dict[str, Any]:
        rows = self._rows.get(code, ())
        ledger = [row for row in rows if row["kind"] == "logbook"]
        register = [row for row in rows if row["kind"] == "register"]
        return {
            "lb_received": earliest(row["received"] for row in ledger),
            "lb_returned": earliest(row["returned"] for row in ledger),
            "rg_signed": earliest(row["signed"] for row in register),
        }

    def _post(self, code: str, os: Row | None) -> dict[str, Any]:
        orders: dict[Any, list[Row]] = defaultdict(list)
        for event in self._events.get(code, ()):
            if event["at"] is not None:
                orders[event["order"], event["item"]].append(event)
        received = None if os is None else os["received"]
        out = [
            events
            for events in orders.values()
            if not before(earliest(e["at"] for e in events), received)
        ]
        return {
            "handed": earliest(earliest(e["at"] for e in events) for events in out),
            "delivered": earliest(e["at"] for events in out for e in events if e["delivered"]),
        }


def _latest(record: Row) -> tuple[int, bytes]:
    changed = record["changed"]
    return (-(2**63) if changed is None else changed[0], record["native_id"].encode())


# --- the rules ----------------------------------------------------------------------------------


class Judge:
    """The rules at one moment."""

    def __init__(self, now: int, numbers: Numbers | None = None) -> None:
        self.now = now
        self.numbers = numbers or Numbers()
        self.calendar = Calendar()

    def findings(self, world: World) -> set[Finding]:
        """Every (rule, subject, severity) of a world."""
        cases = Cases(world)
        codes = set(cases.natives)
        for row in (*world.answers, *world.rows, *world.events):
            if row["code"] is not None:
                codes |= cases.owners(row["code"])
        found: set[Finding] = set()
        for code in codes:
            case = cases.case(code)
            rules = self._alone(case, world) if case["os"] is None else self._dossier(case)
            found |= {(rule, code, self._severity(rule, case)) for rule in rules}
        return found | self._rows_without_code(world)

    # what is asked of every time

    def _ord(self, time: Time) -> int:
        return self.calendar.ord(local_date(time[0]))

    def _aged(self, rule: str, time: Time | None, limit: int | None = None) -> bool:
        if time is None:
            return False
        if limit is None:
            limit = self.numbers.grace_by_rule.get(rule, self.numbers.grace)
        return self.calendar.ord(local_date(self.now)) - self._ord(time) > limit

    def _lag(self, one: Time | None, other: Time | None) -> int:
        """Working days from one to the other; 0 when either is not known."""
        return 0 if one is None or other is None else self._ord(other) - self._ord(one)

    def _severity(self, rule: str, case: Row) -> str:
        if rule == "D1" and before(case["rg_signed"], case["os"]["entered"]):
            return "S1"
        return SEVERITY[rule]

    # cases that the one-stop does not have

    def _alone(self, case: Row, world: World) -> Iterable[str]:
        """Nothing is alone before every list was read, nor while the one-stop is known to have a
        dossier of that code."""
        if not world.complete or case["code"] in world.quarantined:
            return
        if self._aged("A1", case["lb_received"]):
            yield "A1"
        if self._aged("A2", case["rg_signed"]):
            yield "A2"
        po = case["po"]
        if po["presence"] == "present":
            since = first_known(po["received"], po["submitted"], po["first_seen"])
            if self._aged("A8", since):
                yield "A8"
        if self._returned_unsigned(None, case):
            yield "C7"

    def _rows_without_code(self, world: World) -> set[Finding]:
        found: set[Finding] = set()
        for row in world.rows if world.complete else ():
            rule, time = {"logbook": ("A1", "received"), "register": ("A2", "signed")}[row["kind"]]
            alone = row["code"] is None and not self._is_like_a_dossier(row, row[time], world)
            if alone and self._aged(rule, row[time]):
                found.add((rule, f"row:{row['key']}", "S1"))
        return found

    def _is_like_a_dossier(self, row: Row, time: Time | None, world: World) -> bool:
        """Same unit, procedure and applicant, and a date within one working day: received of the
        ledger beside received, signed of the register taken as beside finished."""
        theirs = "received" if row["kind"] == "logbook" else "finished"
        same = ("unit", "procedure", "applicant")
        return any(
            time is not None
            and record[theirs] is not None
            and all(row[name] is not None and row[name] == record[name] for name in same)
            and abs(self._ord(time) - self._ord(record[theirs])) <= 1
            for record in world.records
        )

    # cases of the one-stop

    def _dossier(self, case: Row) -> Iterable[str]:
        os = case["os"]
        if os["status"] is None and os["status_raw"] is not None:
            return
        yield from self._states(case, os, case["po"])
        yield from self._own_dates(case, os)
        yield from self._both_dates(os, case["po"])
        yield from self._codes(case, os)
        yield from self._papers(os)
        yield from self._post(case, os)

    def _states(self, case: Row, os: Row, po: Row) -> Iterable[str]:
        status, there = os["status"], po.get("status")
        own_channel = os["channel"] is not None and os["channel"] != 2
        if (
            status not in (NEW, None)
            and (own_channel or not case["aliases"])
            and po["presence"] == "absent"
            and self._aged("A7", os["received"])
        ):
            yield "A7"
        proof = earliest((case["rg_signed"], case["delivered"], case["lb_returned"]))
        if status in ACTIVE and self._aged("B1", proof):
            yield "B1"
        b5 = there in DONE and status in OPEN | {STOPPED}
        b6 = status in DONE and there in OPEN | {NEW, STOPPED} and self._aged("B6", os["finished"])
        if b5:
            yield "B5"
        if b6:
            yield "B6"
        differ = status is not None and there is not None and status != there
        if differ and not b5 and not b6 and self._aged("B11", os["changed"]):
            yield "B11"
        if has_forbidden_step(os["history"] or ()):
            yield "B8"
        if status == NEW and self._aged("B10", os["submitted"]):
            yield "B10"

    def _own_dates(self, case: Row, os: Row) -> Iterable[str]:
        status, today = os["status"], local_date(self.now)
        received, finished, returned = os["received"], os["finished"], os["returned"]
        if received is None and status not in (NEW, REFUSED, SUPPLEMENT, None):
            yield "C1"
        if status in DONE and finished is None:
            yield "C2"
        if received is not None and local_date(received[0]) > today:
            yield "C3"
        if finished is not None and local_date(finished[0]) > today:
            yield "C4"
        if before(finished, received):
            yield "C5"
        if before(received, os["submitted"]) or before(returned, finished):
            yield "C6"
        if self._returned_unsigned(returned, case):
            yield "C7"
        if before(case["rg_signed"], received):
            yield "C8"
        sent_back = status == SUPPLEMENT and received is None
        wants_due = status not in (NEW, REFUSED, None) and not sent_back
        if os["due"] is None and not os["no_due"] and wants_due:
            yield "C9"
        reception = first_known(case["lb_received"], received)
        if self._lag(reception, os["entered"]) > self.numbers.late_entry_days:
            yield "D1"

    def _returned_unsigned(self, returned: Time | None, case: Row) -> bool:
        back = first_known(returned, case["lb_returned"], case["delivered"])
        return before(back, case["rg_signed"])

    def _both_dates(self, os: Row, po: Row) -> Iterable[str]:
        pairs = [
            (os[name], po[name])
            for name in ("received", "due", "finished", "returned")
            if os[name] is not None and po.get(name) is not None
        ]
        shift = self.numbers.shift_hours * HOUR
        tolerance = self.numbers.shift_tolerance_minutes * MINUTE
        if any(
            not one[1] and not other[1] and abs(abs(one[0] - other[0]) - shift) <= tolerance
            for one, other in pairs
        ):
            yield "C12"
        elif any(self._differ(*pair) for pair in pairs) and self._aged("C14", os["changed"]):
            yield "C14"

    def _differ(self, one: Time, other: Time) -> bool:
        if one[1] or other[1]:
            return local_date(one[0]) != local_date(other[0])
        return abs(one[0] - other[0]) > self.numbers.differs_minutes * MINUTE

    def _codes(self, case: Row, os: Row) -> Iterable[str]:
        natives = case["natives"]
        if len({record["native_id"] for record in natives}) > 1:
            for name in ("applicant", "procedure"):
                if len({record[name] for record in natives} - {None}) > 1:
                    yield "E1"
                    break
        read = read_code(case["code"])
        if read is None:
            yield "E7"
            return
        given_out, serial = read
        if len(serial) == 5:
            yield "E3"
        if given_out is not None and os["received"] is not None:
            apart = abs(self.calendar.ord(given_out) - self._ord(os["received"]))
            if apart > self.numbers.code_date_days:
                yield "E4"

    def _papers(self, os: Row) -> Iterable[str]:
        asked = requests_for_papers(os["history"] or ())
        since = asked[-1] if asked else os["changed"]
        limit = self.numbers.supplement_days * DAY
        if os["status"] == SUPPLEMENT and since is not None and self.now - since[0] > limit:
            yield "F1"
        if sum(before(os["received"], time) for time in asked) >= 2:
            yield "F2"

    def _post(self, case: Row, os: Row) -> Iterable[str]:
        handed, delivered = case["handed"], case["delivered"]
        if os["status"] == FINISHED and self._aged("H1", delivered):
            yield "H1"
        if os["status"] == RETURNED and handed is not None:
            never = delivered is None and self._aged("H2", handed, self.numbers.under_way_days)
            if before(os["returned"], delivered) or never:
                yield "H2"
