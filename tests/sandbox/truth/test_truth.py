"""A second judge, written from docs/rules.md alone, must find what the world says is true."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from datetime import UTC, date, datetime, timedelta, timezone
from itertools import pairwise

import pytest

from khop.sandbox import World
from khop.sandbox.world.dossiers import Dossier, PortalEntry, history
from khop.sandbox.world.paper import LogbookRow, RegisterRow

HANOI = timezone(timedelta(hours=7))

# Weekdays off and worked Saturdays as the notices say (docs/domain.md, Calendar).
OFF = {
    2024: "1/1 8/2 9/2 12/2 13/2 14/2 18/4 29/4 30/4 1/5 2/9 3/9",
    2025: "1/1 27/1 28/1 29/1 30/1 31/1 7/4 30/4 1/5 2/5 1/9 2/9",
    2026: "1/1 2/1 16/2 17/2 18/2 19/2 20/2 27/4 30/4 1/5 31/8 1/9 2/9 24/11",
    2027: "1/1",
}
WORKED = {date(2024, 5, 4), date(2025, 4, 26), date(2026, 1, 10), date(2026, 8, 22)}
HOLIDAYS = {
    date(year, int(month), int(day))
    for year, text in OFF.items()
    for day, _, month in (part.partition("/") for part in text.split())
}

TODAYS = [
    datetime(2026, 11, 20, 9, 0, tzinfo=UTC),  # Friday
    datetime(2026, 11, 22, 8, 0, tzinfo=UTC),  # Sunday, two days before a new day off
    datetime(2026, 11, 25, 1, 10, tzinfo=UTC),  # the day after it
    datetime(2026, 1, 5, 9, 0, tzinfo=UTC),  # Monday after New Year
    datetime(2026, 1, 12, 3, 0, tzinfo=UTC),  # Monday after a worked Saturday
    datetime(2026, 2, 24, 2, 0, tzinfo=UTC),  # the second day after Tết
    datetime(2026, 8, 24, 2, 0, tzinfo=UTC),  # Monday after a worked Saturday
    datetime(2026, 9, 3, 1, 10, tzinfo=UTC),  # the first working day after five days off
    datetime(2026, 3, 2, 17, 30, tzinfo=UTC),  # past midnight in Hanoi
]


def moment(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, HANOI)


def ordinal_days() -> dict[date, int]:
    counts: dict[date, int] = {}
    day, total = date(2024, 1, 1), 0
    while day < date(2028, 1, 1):
        free = day.weekday() >= 5 or day in HOLIDAYS
        total += day in WORKED or not free
        counts[day] = total
        day += timedelta(days=1)
    return counts


ORD = ordinal_days()

ILLEGAL = {
    (1, 4), (1, 8), (1, 9), (1, 10), (4, 2), (5, 9), (5, 10), (6, 2), (6, 10),
    *((3, to) for to in range(1, 11) if to != 3),
    *((gone, to) for gone in (7, 8) for to in (1, 2, 3, 5, 6, 9)),
    *((9, to) for to in (1, 2, 3, 5, 7, 8)),
    *((10, to) for to in range(1, 10)),
    *((start, 1) for start in range(2, 11)),
}  # fmt: skip
SHAPES = [
    r"^[0-9A-Z]{3}\.[0-9A-Z]{2}\.[0-9A-Z]{2}\.[A-Z]\d{2}-\d{6}-\d{4}$",
    r"^[A-Y]\d{2}(\.[0-9A-Z]{2,3}){0,6}-\d{6}-\d{4}$",
    r"^[0-9A-Z.]+-\d{6}-\d{6,7}$",
    r"^[A-Y]\d{2}(\.[0-9A-Z]{1,3})*-\d{8}-\d{4,7}$",
    r"^[0-9A-Z.]+-\d{6}-\d{5}$",
]


GRAVE = ("A1", "A2", "B1", "B5", "C7", "C8", "E1")
LIGHT = {"B8": "S3", "B11": "S3", "C12": "S3", "C14": "S3", "E4": "S3", "E7": "S4"}


class SecondJudge:
    def __init__(self, world: World) -> None:
        self.world = world
        self.now = world.now.astimezone(HANOI)
        self.cases: dict[str, list[Dossier]] = defaultdict(list)
        for d in world.dossiers:
            self.cases[d.code].append(d)
        self.portal = dict(world.portal)
        self.silent = world.silent
        self.found: Counter[tuple[str, str, str, str]] = Counter()

    def day_old(self, day: date | None) -> bool:
        return day is not None and ORD[self.now.date()] - ORD[day] > 1

    def old(self, when: int | None) -> bool:
        return self.day_old(None if when is None else moment(when).date())

    def judge(self) -> Counter[tuple[str, str, str, str]]:
        known = set()
        for code, records in self.cases.items():
            os = max(records, key=lambda d: (d.changed, d.native_id))
            aliases = {d.alias for d in records} - {None}
            known |= {code} | aliases
            hits = [self.portal[c] for c in (code, *aliases) if c in self.portal]
            absent = not hits and not ({code} | aliases) & self.silent
            if os.status:
                self.one(os, records, aliases, hits[0] if hits else None, absent)
        for code, entry in self.portal.items():
            since = entry.received if entry.received is not None else entry.submitted
            if code not in known and self.old(since):
                self.found["A8", code, "people", "S2"] += 1
        self.paper_alone(known)
        return self.found

    def paper_alone(self, known: set[str | None]) -> None:
        paper = self.world.office.paper
        days = {row.n: day_of_row(row) for row in (*paper.logbook, *paper.register)}
        first: dict[tuple[str, str], date] = {}
        for row in (*paper.logbook, *paper.register):
            rule, day = ("A1" if isinstance(row, LogbookRow) else "A2"), days[row.n]
            if row.code is None and self.day_old(day) and not self.alike(row):
                place = self.world.office.place(row.n)
                subject = f"{place.file}#{place.sheet}!{place.row}"
                self.found[rule, subject, "people", "S1"] += 1
            elif row.code is not None and row.code.upper() not in known and day is not None:
                key = rule, row.code.upper()
                first[key] = min(day, first.get(key, day))
        for (rule, code), day in first.items():
            if self.day_old(day):
                self.found[rule, code, "people", "S1"] += 1
            back = [row.returned for row in paper.logbook if row.code == code and row.returned]
            if rule == "A2" and back and moment(min(back)).date() < day:
                self.found["C7", code, "people", "S1"] += 1

    def alike(self, row: LogbookRow | RegisterRow) -> bool:
        day = day_of_row(row)
        if row.person == "name" or day is None:
            return False
        for records in self.cases.values():
            os = max(records, key=lambda d: (d.changed, d.native_id))
            same = (os.unit, os.procedure, os.citizen) == (row.unit, row.procedure, row.citizen)
            when = os.received if isinstance(row, LogbookRow) else os.finished
            if same and when is not None and abs(ORD[moment(when).date()] - ORD[day]) < 2:
                return True
        return False

    def one(
        self,
        os: Dossier,
        records: list[Dossier],
        aliases: set[str | None],
        po: PortalEntry | None,
        absent: bool,
    ) -> None:
        alias = bool(aliases)
        told = Told(self.world, {os.code, *aliases}, os)
        rules = self.by_itself(os, records, told) | self.against(os, po)
        rules |= self.in_reality(os, told)
        local = os.channel in (1, 3)
        if absent and os.status != 1 and (local or not alias) and self.old(os.received):
            rules.add("A7")
        lowers = po is not None and po.status in (9, 10) and os.status < po.status
        blocked = (
            alias
            or lowers
            or os.channel not in (1, 2, 3)
            or (os.status in (9, 10) and os.finished is None)
            or (os.received is None and os.status not in (1, 3, 5))
        )
        for rule in rules:
            by_machine = rule in ("A7", "B6", "B11", "C12", "C14") and not blocked
            grave = "S1" if rule in GRAVE else LIGHT.get(rule, "S2")
            entered = told.entered
            if rule == "D1" and told.signed and entered and told.signed < moment(entered).date():
                grave = "S1"
            self.found[rule, os.code, "machine" if by_machine else "people", grave] += 1

    def in_reality(self, d: Dossier, told: Told) -> set[str]:
        back = [t for t in (d.returned, told.returned, told.delivered_s) if t is not None]
        done = [moment(t).date() for t in (told.returned, told.delivered_s) if t is not None]
        done += [told.signed] if told.signed else []
        waits = told.handed and ORD[self.now.date()] - ORD[moment(told.handed // 1000).date()]
        early = d.returned is not None and told.delivered and d.returned * 1000 < told.delivered
        conditions = {
            "B1": d.status in (2, 4) and any(self.day_old(day) for day in done),
            "C7": told.signed and back and moment(back[0]).date() < told.signed,
            "C8": told.signed and d.received and told.signed < moment(d.received).date(),
            "H1": d.status == 9 and self.old(told.delivered_s),
            "H2": d.status == 10
            and (early or (waits is not None and waits > 10 and told.delivered is None)),
        }
        return {rule for rule, fires in conditions.items() if fires}

    def by_itself(self, d: Dossier, records: list[Dossier], told: Told) -> set[str]:
        today = self.now.date()
        received = d.received if told.received is None else told.received
        entered_late = (
            told.entered is not None
            and received is not None
            and (ORD[moment(told.entered).date()] - ORD[moment(received).date()] > 1)
        )
        conditions = {
            "B8": self.illegal(d),
            "B10": d.status == 1 and self.old(d.submitted),
            "C1": d.received is None and d.status not in (1, 3, 5),
            "C2": d.status in (9, 10) and d.finished is None,
            "C3": d.received is not None and moment(d.received).date() > today,
            "C4": d.finished is not None and moment(d.finished).date() > today,
            "C5": None not in (d.finished, d.received) and d.finished < d.received,
            "C6": (None not in (d.submitted, d.received) and d.submitted > d.received)
            or (None not in (d.returned, d.finished) and d.returned < d.finished),
            "C9": d.due is None and not d.no_due and d.status not in (1, 3)
            and not (d.status == 5 and d.received is None),
            "D1": entered_late,
            "E1": len({(r.citizen, r.procedure) for r in records}) > 1,
            "E3": re.search(r"-\d{5}$", d.code) is not None,
            "E4": self.code_date_off(d),
            "E7": not any(re.search(shape, d.code) for shape in SHAPES),
            "F1": d.status == 5 and self.waiting(d) > timedelta(days=30),
            "F2": d.received is not None and sum(t > d.received for t in asked(d)) >= 2,
        }  # fmt: skip
        return {rule for rule, fires in conditions.items() if fires}

    def illegal(self, d: Dossier) -> bool:
        states = [state for _, state in sorted(history(d))]
        return any(pair in ILLEGAL for pair in pairwise(states))

    def waiting(self, d: Dossier) -> timedelta:
        if times := asked(d):
            return self.now - moment(times[-1])
        return self.now - datetime.fromtimestamp(d.changed / 1000, HANOI)

    def code_date_off(self, d: Dossier) -> bool:
        match = re.search(r"-(\d{8}|\d{6})-\d{4,7}$", d.code)
        if match is None or d.received is None or not any(re.search(s, d.code) for s in SHAPES):
            return False
        form = "%Y%m%d" if len(match[1]) == 8 else "%y%m%d"
        day = datetime.strptime(match[1], form).date()
        return abs(ORD[day] - ORD[moment(d.received).date()]) > 1

    def against(self, os: Dossier, po: PortalEntry | None) -> set[str]:
        if po is None:
            return set()
        found = set()
        if po.status in (9, 10) and os.status in (2, 4, 5, 6, 8):
            found.add("B5")
        if os.status in (9, 10) and po.status in (1, 2, 4, 5, 6, 8) and self.old(os.finished):
            found.add("B6")
        settled = self.old(os.changed // 1000)
        if os.status != po.status and not found and settled:
            found.add("B11")
        pairs = [(os.received, po.received), (os.due, po.due)]
        pairs += [(os.finished, po.finished), (os.returned, po.returned)]
        times = [(moment(a), moment(b)) for a, b in pairs if None not in (a, b)]
        days_only = po.form in ("day", "slashed_day")
        gaps = [abs(a - b) for a, b in times]
        shift, slack = timedelta(hours=7), timedelta(minutes=1)
        if not days_only and any(shift - slack <= gap <= shift + slack for gap in gaps):
            found.add("C12")
        else:
            by_day = any(a.date() != b.date() for a, b in times)
            by_time = any(gap > timedelta(minutes=15) for gap in gaps)
            if settled and (by_day if days_only else by_time):
                found.add("C14")
        return found


def asked(d: Dossier) -> list[int]:
    """When the state became 5."""
    steps = [(0, 0), *sorted(history(d))]
    return [t for (_, before), (t, state) in pairwise(steps) if state == 5 and before != 5]


def day_of_row(row: LogbookRow | RegisterRow) -> date | None:
    if row.spoilt:
        return None
    if isinstance(row, RegisterRow):
        return date(1970, 1, 1) + timedelta(days=row.signed)
    return None if row.received is None else moment(row.received).date()


class Told:
    """What paper and post say of a dossier, looked for in all of it."""

    def __init__(self, world: World, codes: set[str | None], os: Dossier) -> None:
        paper = world.office.paper
        logbook = [r for r in paper.logbook if r.code and r.code.upper() in codes and not r.spoilt]
        signed = [r for r in paper.register if r.code and r.code.upper() in codes]
        self.received = min((r.received for r in logbook if r.received), default=None)
        self.returned = min((r.returned for r in logbook if r.returned), default=None)
        days = [day for row in signed if (day := day_of_row(row))]
        self.signed = min(days, default=None)
        self.entered = next((t for t, state in sorted(history(os)) if state == 2), None)
        orders = defaultdict(list)
        for e in world.post:
            if "".join(e.order.upper().split()) in codes and e.at:
                orders[e.item].append((e.at, e.code))
        limit = float("-inf") if os.received is None else os.received * 1000
        out = [sorted(steps) for steps in orders.values() if min(steps)[0] >= limit]
        self.handed = min((steps[0][0] for steps in out), default=None)
        delivered = [at for steps in out for at, code in steps if code == 4]
        self.delivered = min(delivered, default=None)
        self.delivered_s = None if self.delivered is None else self.delivered // 1000


@pytest.mark.parametrize("now", TODAYS, ids=str)
@pytest.mark.parametrize(("seed", "size"), [(1, 200), (2, 150), (3, 400)])
def test_two_judges_agree(seed: int, size: int, now: datetime) -> None:
    world = World.generate(seed=seed, size=size, now=now)

    truth = Counter((f.rule, f.subject, f.repair, f.severity) for f in world.truth)
    assert SecondJudge(world).judge() == truth


@pytest.mark.parametrize("now", TODAYS, ids=str)
@pytest.mark.parametrize("size", [150, 2000])
def test_every_plant_fires_its_rule_and_no_decoy_fires(size: int, now: datetime) -> None:
    world = World.generate(seed=5, size=size, now=now, broken=1)
    found = {(f.rule, f.subject) for f in world.truth}

    assert set(world.planted) <= found
    fired = {subject for _, subject in found}
    assert fired == {subject for _, subject in world.planted}
    assert not [name for name, subjects in world.decoys if fired & set(subjects)]


def test_a_small_world_has_several_of_each_rule_and_every_decoy() -> None:
    world = World.generate(seed=1, size=150, now=TODAYS[0])

    counts = Counter(rule for rule, _ in world.planted)
    assert set(counts) == {
        "A1", "A2", "A7", "A8", "B1", "B5", "B6", "B8", "B10", "B11",
        "C1", "C2", "C3", "C4", "C5", "C6", "C7", "C8", "C9", "C12", "C14",
        "D1", "E1", "E3", "E4", "E7", "F1", "F2", "H1", "H2",
    }  # fmt: skip
    assert min(counts.values()) >= 3
    assert len({name for name, _ in world.decoys}) == 42


@pytest.mark.parametrize("rule", ["A1", "A2"])
def test_paper_alone_is_found_by_code_and_by_row(rule: str) -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0])

    found = [f for f in world.truth if f.rule == rule]
    assert {f.code is None for f in found} == {True, False}
    assert all((f.code is None) is (f.row is not None) for f in found)
    assert {f.severity for f in found} == {"S1"}


def test_late_entry_is_graver_when_the_result_was_signed_before() -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0])

    assert {f.severity for f in world.truth if f.rule == "D1"} == {"S1", "S2"}


def test_some_dossiers_break_two_rules_and_some_repairs_need_people() -> None:
    world = World.generate(seed=1, size=2000, now=TODAYS[0])

    by_code = Counter(f.code for f in world.truth)
    assert max(by_code.values()) >= 2
    for rule in ("A7", "B6", "B11", "C12", "C14"):
        assert {f.repair for f in world.truth if f.rule == rule} == {"machine", "people"}
    others = {f.repair for f in world.truth if f.rule in ("A8", "B5", "C1", "E7")}
    assert others == {"people"}


def test_findings_follow_the_world() -> None:
    world = World.generate(seed=1, size=200, now=TODAYS[0])
    before = {(f.rule, f.code) for f in world.truth}
    missing = next(f.code for f in world.truth if f.rule == "A7" and f.repair == "machine")

    world.portal_put(missing)
    after = {(f.rule, f.code) for f in world.findings()}

    assert before - after == {("A7", missing)}
    assert after <= before
