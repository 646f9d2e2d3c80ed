"""Apply converges in one round, whatever the systems say and however the portal answers.

pull -> reconcile -> apply -> pull -> reconcile, over small worlds. Then every difference that a
machine may repair is repaired. The others are left to people, for a reason that the world shows:

``portal_born``            the dossier came from the portal
``portal_status_unknown``  no table knows the portal's state: it may be 9 or 10
``would_lower``            the portal is at 9 or 10, and ahead
``no_status``, ``no_end_date``  the national portal does not accept such a dossier
``refused``, ``blocked``   the portal refused it, or it cannot be sent
``code_reused``            another dossier of the one-stop has its code, and cannot be read

A dossier whose look-up was not answered is repaired one round later.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from itertools import chain
from pathlib import Path
from typing import Any

from hypothesis import given, settings
from hypothesis import strategies as st

from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unreachable,
)
from khop.mappings.records import DONE, Channel, DossierRecord, Instant, Precision, Status
from khop.sync.engine import Engine
from khop.sync.reconciling.rules import RULES
from khop.sync.results import Outcome
from tests.sync.fakes import FakeClock, at, history, record
from tests.sync.installation import Fuse, Installation, template
from tests.sync.province import CheckingPortal, OneStop
from tests.tiers import examples

__all__ = ["template"]

WORLDS = examples(fast=20, full=150)
#: Worlds that share one ledger: reading ten takes hardly longer than reading one.
TOGETHER = 10
REPAIRABLE = [rule.id for rule in RULES.values() if rule.repairable]
ALIAS = "G22.99-261110-00077"
CALL = ("dvcqg", "DongBoHoSoMC")
HOUR_US = 3_600_000_000

#: One fault of an operation, or several in a row: before or after its effect, and the error.
Faults = Sequence[tuple[str, ConnectorError | RecordError]]
LOST, LANDED = ("before", OutcomeUnknown(*CALL)), ("after", OutcomeUnknown(*CALL))
SILENT = ("before", Unreachable(*CALL))
NO = ("before", Refused(*CALL, code="-1"))
WRITE_FAULTS: Sequence[Faults] = (
    [LOST],
    [LANDED],
    [LOST, LOST, LANDED],
    [NO],
    [LOST, NO],
    [("before", RecordError("MaHoSo", "is too long"))],
    [SILENT],
    [LOST, SILENT],
    [("before", RateLimited(*CALL))],
    [("another", AlreadyExists(*CALL))],
)
STEP_FAULTS: Sequence[Faults] = ([LOST], [LANDED], [NO], [SILENT])
PULL_FAULTS: Sequence[Faults] = ([SILENT], [SILENT, SILENT])
LOOK_UP_FAULTS: Sequence[Faults] = ([SILENT],)


@dataclass(frozen=True, repr=False)
class DrawnDossier:
    """One dossier: what the one-stop and the portal say of it, and the faults of its calls."""

    ours: DossierRecord
    steps: Sequence[tuple[Status, Instant]]
    theirs: DossierRecord | None
    bad: bool = False
    #: Faults of the first pull's look-up, and of the first apply by operation.
    unasked: Faults = ()
    faults: dict[str, Faults] = field(default_factory=dict)

    def __repr__(self) -> str:
        """Short, so that dozens can be printed."""
        wrong = {name: [fault for _, fault in kinds] for name, kinds in self.faults.items()}
        shown = [_shown(self.ours), self.theirs and _shown(self.theirs), bool(self.steps)]
        return f"{self.ours.code}: {shown} bad={self.bad} {self.unasked} {wrong}"


def _shown(one: DossierRecord) -> str:
    times = (one.received_at, one.due_at, one.finished_at, one.returned_at)
    days = [moment and f"{moment.utc:%d/%m %H:%M} {moment.precision[0]}" for moment in times]
    return f"{one.status!r} {one.aliases} {one.channel!r} {days}"


moments = st.sampled_from([at(2), at(10), at(12, 14), at(16), at(17), at(18, 8), at(25)])
statuses = st.sampled_from([*Status, Status.FINISHED, Status.RETURNED])
rarely = st.sampled_from([False, False, False, False, False, True])


def shifted(moment: Instant | None, draw: st.DrawFn) -> Instant | None:
    """A time as the portal has it: the same, the day only, another time, or none."""
    if moment is None:
        return draw(st.none() | moments)
    how = draw(
        st.sampled_from(["same", "same", "same", "hours", "minutes", "day", "other", "none"])
    )
    if how == "day":
        local = replace(moment, us=moment.us // (24 * HOUR_US) * 24 * HOUR_US - 7 * HOUR_US)
        return replace(local, precision=Precision.DAY)
    moved = {"same": 0, "hours": 7 * HOUR_US, "minutes": HOUR_US // 12, "other": 50 * HOUR_US}
    return replace(moment, us=moment.us + moved[how]) if how in moved else None


@st.composite
def copies(draw: st.DrawFn, ours: DossierRecord) -> DossierRecord | None:
    """A dossier as the portal has it."""
    if draw(st.sampled_from([True, False, False])):
        return None
    status = draw(st.sampled_from([ours.status, *Status, None]))
    times: dict[str, Any] = {
        f"{name}_at": shifted(getattr(ours, f"{name}_at"), draw)
        for name in ("received", "due", "finished", "returned")
    }
    return replace(
        ours,
        status=status,
        status_raw="lạ" if status is None else status.name,
        aliases=(),
        changed_at=None,
        **times,
    )


@st.composite
def dossiers(draw: st.DrawFn, world: int, place: int) -> DrawnDossier:
    """The dossier at this place of a world; the first place is 1."""
    ordinary, first = record(10 * world + place), record(10 * world + 1).code
    changed = draw(moments)
    status = draw(st.none() | statuses) if draw(rarely) else draw(statuses)
    ended = moments if status in DONE and not draw(rarely) else moments | st.none()
    ours = replace(
        ordinary,
        code=first if draw(rarely) else ordinary.code,
        status=status,
        status_raw="lạ",
        aliases=(draw(st.sampled_from([f"{ALIAS}{world}", first])),) if draw(rarely) else (),
        channel=draw(st.sampled_from([*Channel, None])),
        changed_at=replace(changed, us=changed.us + place * 1_000_000),
        received_at=draw(moments | st.none()),
        due_at=draw(moments | st.none()),
        finished_at=draw(ended),
        returned_at=draw(moments | st.none()),
    )
    times = st.lists(moments, unique=True, max_size=4).map(sorted)
    steps = [(draw(statuses), when) for when in draw(times)]
    faults: dict[str, Faults] = {}
    for operations, kinds in (
        (("create", "update"), WRITE_FAULTS),
        (("progress",), STEP_FAULTS),
        (("look_up",), LOOK_UP_FAULTS),
    ):
        if draw(rarely):
            faults |= dict.fromkeys(operations, draw(st.sampled_from(kinds)))
    unasked = draw(st.sampled_from(PULL_FAULTS)) if draw(rarely) else ()
    bad = draw(rarely) and draw(rarely)
    return DrawnDossier(ours, steps, draw(copies(ours)), bad, unasked, faults)


@st.composite
def worlds(draw: st.DrawFn, world: int) -> list[DrawnDossier]:
    """One to six dossiers whose codes are in no other world."""
    places = range(1, draw(st.integers(1, 6)) + 1)
    return [draw(dossiers(world, place)) for place in places]


side_by_side = st.tuples(*map(worlds, range(TOGETHER))).map(
    lambda drawn: list(chain.from_iterable(drawn))
)


@dataclass
class World:
    engine: Engine
    clock: FakeClock
    one_stop: OneStop
    portal: CheckingPortal

    def look(self) -> bool:
        """Pull and reconcile; whether every look-up was answered."""
        self.clock.advance(minutes=1)
        pulled = self.engine.pull()
        assert all(source.adds_up for source in pulled.sources)
        # Always at one moment: compiling the rules for a new moment takes longer than running them.
        self.engine.reconcile(START)
        return not any(getattr(source, "unknown", 0) for source in pulled.sources)


START = FakeClock().now


@contextmanager
def made(drawn: Sequence[DrawnDossier], template: Path) -> Iterator[World]:
    one_stop, clock = OneStop(page_size=8), FakeClock()
    portal = CheckingPortal(one_stop=one_stop)
    for one in drawn:
        one_stop.put(one.ours)
        one_stop.histories[one.ours.native_id] = history(one.ours, *one.steps)
        if one.bad:
            one_stop.bad.add(one.ours.native_id)
        if one.theirs is not None:
            portal.hold(one.theirs)
        portal.faults["look_up", one.ours.code] = list(one.unasked)
    with tempfile.TemporaryDirectory() as folder:
        khop = Installation(Path(folder), template, clock, Fuse(), one_stop, portal)
        try:
            yield World(khop.engine, clock, one_stop, portal)
        finally:
            khop.close()


def reasons(world: World, code: str, drawn: Sequence[DrawnDossier]) -> set[str]:
    """Why a machine may leave this dossier as it is, by what the systems say."""
    sharing = [one for one in drawn if one.ours.code == code]
    natives = [one for one in sharing if not one.bad]
    ours = max(natives, key=lambda one: (one.ours.changed_at, one.ours.native_id)).ours
    theirs = world.portal.dossiers.get(code)
    found = set(world.portal.problems(ours))
    if len(natives) < len(sharing):
        found.add("code_reused")
    if any(one.ours.aliases for one in natives):
        found.add("portal_born")
    if theirs is not None and theirs.status is None:
        found.add("portal_status_unknown")
    if theirs is not None and theirs.status in DONE and (ours.status or 0) < theirs.status:
        found.add("would_lower")
    spent = [fault for one in natives for kinds in one.faults.values() for _, fault in kinds]
    if any(isinstance(fault, Refused) for fault in spent):
        found.add("refused")
    if any(isinstance(fault, RecordError) for fault in spent):
        found.add("blocked")
    return found


def assert_at_rest(world: World, drawn: Sequence[DrawnDossier], waiting: set[str]) -> None:
    """After another pull and reconcile nothing is left for the machine but ``waiting``: codes
    whose look-up or push was not answered."""
    assert world.look()
    plan = world.engine.plan()
    assert {item.code for item in plan.items} <= waiting
    left = {finding.subject for finding in world.engine.findings(rules=REPAIRABLE)} - waiting
    why = {work.subject: work.reason for work in plan.work if work.rules[0] in REPAIRABLE}
    assert left <= why.keys()
    for code in left:
        assert why[code] in reasons(world, code, drawn), (code, why[code])


@given(drawn=side_by_side)
@settings(max_examples=WORLDS // TOGETHER)
def test_apply_converges_in_one_round(drawn: Sequence[DrawnDossier], template: Path) -> None:
    with made(drawn, template) as world:
        waiting = set() if world.look() else {one.ours.code for one in drawn if one.unasked}
        for one in drawn:
            for operation, faults in one.faults.items():
                world.portal.faults[operation, one.ours.code] = list(faults)
        applied = world.engine.apply(confirm=lambda _: True).applied
        waiting |= {a.code for a in applied if a.outcome is Outcome.UNREACHABLE}
        world.portal.faults.clear()
        assert_at_rest(world, drawn, waiting)
        if waiting:
            world.engine.apply(confirm=lambda _: True)
            assert_at_rest(world, drawn, set())
        assert world.portal.breaches == []
