"""The promises of the engine, checked by a state machine.

The rules are what happens in a province: dossiers change, with a new change time or an old one;
pages come twice, short, out of order or not at all; the process is killed before or after any
commit or call and starts again from what was on the disk; officers decide; time passes over
weekends and holidays. What must hold after each rule is an invariant (``promises``). Beside the
engine runs a model of plain dicts: what each system has, and what the engine cannot have read yet.
"""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any, TypeVar

import sqlalchemy as sa
from hypothesis import settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    initialize,
    precondition,
    rule,
    run_state_machine_as_test,
)

from khop.mappings.records import (
    Instant,
    PaperRow,
)
from khop.sync.engine import Engine
from khop.sync.findings.decision_texts import DecisionError
from khop.sync.ledger import Ledger
from khop.sync.ledger.cursor import load_cursor
from khop.sync.ledger.schema import (
    audit_log,
    discrepancy,
    exclusion,
    paper_row,
    presence,
    source_record,
    status_record,
)
from khop.sync.results import (
    FeedSummary,
    FindingState,
    ListSummary,
    LookupSummary,
    Outcome,
    PaperSummary,
    PullSummary,
)
from tests.sync.installation import Killed, template
from tests.sync.papers import FakePapers, register_row
from tests.sync.promises import FILE
from tests.sync.strategies import CODES, SILENT, changes, faults, kills, mischiefs, rows
from tests.sync.world import MOMENTS, World
from tests.tiers import examples

__all__ = ["template"]

T = TypeVar("T")


class ProvinceMachine(World):
    """What happens in a province, and what khop does meanwhile."""

    @initialize(
        begun=st.lists(
            st.tuples(st.integers(1, 4), changes, st.none() | changes),
            min_size=1,
            max_size=4,
            unique_by=lambda one: one[0],
        ),
        looked=st.booleans(),
    )
    def begin(
        self, begun: list[tuple[int, dict[str, Any], dict[str, Any] | None]], looked: bool
    ) -> None:
        """Some old dossiers; the portal has a part of them, equal or different."""
        for number, ours, theirs in begun:
            self.appear(number, ours, late=True)
            if theirs is not None:
                self.change_portal(CODES[number - 1], theirs)
        if looked:
            self._look()

    def _look(self) -> None:
        self._pull(full=False)
        self._reconcile()

    def _do(self, work: Callable[[Engine], T], kill_at: int | None = None) -> T | None:
        """Have the engine do something; None when its process was killed during it."""
        self.clock.advance(minutes=1)
        self.fuse.left = kill_at
        try:
            return work(self.khop.engine)
        except Killed:
            self.khop.restart()
            return None
        finally:
            self.fuse.left = None
            self.one_stop.mischief, self.one_stop.meanwhile = [], []
            self.one_stop.silent, self.post.mischief = [], []
            self.portal.faults = {}

    @property
    def moment(self) -> datetime:
        return max(moment for moment in MOMENTS if moment <= self.clock.now)

    @rule(
        full=st.booleans(),
        mischief=mischiefs,
        post_mischief=mischiefs,
        meanwhile=st.none() | st.tuples(st.integers(1, 4), changes),
        silent=st.lists(st.sampled_from([f"{n:024x}" for n in range(1, 5)]), max_size=2),
        unasked=st.lists(st.sampled_from(CODES), max_size=2),
        kill_at=kills,
    )
    def pull(
        self,
        full: bool,
        mischief: list[str],
        post_mischief: list[str],
        meanwhile: tuple[int, dict[str, Any]] | None,
        silent: list[str],
        unasked: list[str],
        kill_at: int | None,
    ) -> None:
        self.one_stop.mischief, self.post.mischief = list(mischief), list(post_mischief)
        self.one_stop.silent = list(silent)
        self.portal.faults = {("look_up", code): [SILENT, SILENT] for code in unasked}
        if meanwhile is not None:
            number, change = meanwhile
            self.one_stop.meanwhile = [
                lambda: None,
                lambda: self.appear(number, change, late=False),
            ]
        calm = not mischief and meanwhile is None
        self._pull(full, kill_at, calm)

    def _pull(self, full: bool, kill_at: int | None = None, calm: bool = True) -> bool:
        """One pull; whether it read the list to the end."""
        before, served = dict(self.versions), self.one_stop.rows_served
        events, paper = len(self.post.log), self._paper_now(self.papers)
        with self.khop.ledger.read() as connection:
            cursor = load_cursor(connection, "igate")
        self.paper_may_be["logbook"].append(paper)
        self.pulled = True
        summary = self._do(lambda engine: engine.pull(full=full), kill_at)
        if summary is None:
            return False
        listed = _of(summary, ListSummary)
        assert all(source.adds_up for source in summary.sources), "something was dropped"
        assert not calm or listed.error or listed.fetched == self.one_stop.rows_served - served
        if listed.error is None and not listed.short_pages and cursor.next_page is None:
            whole = full or cursor.watermark_us is None
            self._was_read({n for n, v in before.items() if self.versions[n] == v}, whole)
        if _of(summary, FeedSummary).error is None:
            self.events_read = events
        if _of(summary, PaperSummary).error is None:
            self.paper_may_be["logbook"] = [paper]
        self._check_look_ups(summary)
        return listed.error is None and cursor.next_page is None

    def _was_read(self, natives: set[str], whole: bool) -> None:
        for native_id in natives & self.unread.keys():
            if whole or not self.unread[native_id]:
                del self.unread[native_id]

    def _check_look_ups(self, summary: PullSummary) -> None:
        """Every code that a source names was looked up, and the answers are stored."""
        looked = _of(summary, LookupSummary)
        if looked.error or looked.unknown:
            return
        with self.khop.ledger.read() as connection:
            held = {row.code: row.presence for row in connection.execute(sa.select(presence))}
            named = set(connection.scalars(sa.select(source_record.c.code)))
            named |= set(connection.scalars(sa.select(paper_row.c.code))) - {None}
            named |= set(connection.scalars(sa.select(status_record.c.code)))
        last = {code: said[-1] for code, said in self.portal.answered.items()}
        assert named <= held.keys()
        assert held == {code: "present" if there else "absent" for code, there in last.items()}

    @precondition(lambda self: "second pull" in self.open_questions)
    @rule()
    def pull_again(self) -> None:
        """A second pull of the same lists stores nothing."""
        self.open_questions.remove("second pull")
        if self._pull(full=True) and self._pull(full=True) and not self.unread:
            summary = self._do(lambda engine: engine.pull())
            assert summary is not None
            kept = [s for s in summary.sources if not isinstance(s, LookupSummary)]
            assert [getattr(source, "stored", 0) for source in kept] == [0] * len(kept)

    @rule(days=st.sampled_from([3, 12, 40]), kill_at=kills)
    def sweep(self, days: int, kill_at: int | None) -> None:
        """The window of dates is read again: changes without a new change time are found."""
        before = dict(self.versions)
        last = Instant.of(self.clock()).local_date
        summary = self._do(lambda engine: engine.sweep(days=days), kill_at)
        if summary is None or not summary.ok:
            return
        within = {
            n
            for n, one in self.one_stop.dossiers.items()
            if one.received_at
            and last - timedelta(days=days - 1) <= one.received_at.local_date <= last
        }
        self._was_read(within & before.keys(), whole=True)

    @rule(written=rows(register_row, "signed_at"), kill_at=kills)
    def import_register(self, written: list[Any], kill_at: int | None) -> None:
        self.register.contents[FILE] = written
        paper = self._paper_now(self.register)
        self.paper_may_be["import_register"].append(paper)
        summary = self._do(lambda e: e.import_files(lambda _: [self.register]), kill_at)
        if summary is not None:
            assert summary.ok
            assert all(source.adds_up for source in summary.sources)
            self.paper_may_be["import_register"] = [paper]

    def _paper_now(self, papers: FakePapers) -> dict[str, Any]:
        """Code by key of the rows of a source's file."""
        return {
            row.row_key: (row.code, row.received_at, row.signed_at)
            for row in papers.contents[FILE]
            if isinstance(row, PaperRow)
        }

    @rule(kill_at=kills)
    def retry_quarantine(self, kill_at: int | None) -> None:
        self._do(lambda engine: engine.quarantine_retry(), kill_at)

    @rule(whole=st.booleans(), kill_at=kills)
    def reconcile(self, whole: bool, kill_at: int | None) -> None:
        if self._reconcile(whole, kill_at):
            self._check_against_a_whole_run()

    def _reconcile(self, whole: bool = False, kill_at: int | None = None) -> bool:
        """Run the rules; whether that ended, and looked at a part of the cases."""
        moment = self.moment
        held = self._exclusions(moment)
        for key, (state, _) in list(self.decided.items()):
            if state is FindingState.EXCLUDED and key not in held:
                del self.decided[key]
        done = self._do(lambda engine: engine.reconcile(moment, whole=whole), kill_at)
        if done is None:
            return False
        excluded = {k for k, row in self.rows().items() if row.state == FindingState.EXCLUDED}
        assert excluded <= held, "an exclusion outlived its end"
        return not done.whole

    def _exclusions(self, moment: datetime) -> set[tuple[str, str]]:
        """The findings that are excluded at a moment."""
        holds = exclusion.c.until_us >= Instant.of(moment).us
        query = sa.select(exclusion).where(sa.or_(exclusion.c.until_us.is_(None), holds))
        with self.khop.ledger.read() as connection:
            return {(row.rule, row.subject) for row in connection.execute(query)}

    def _check_against_a_whole_run(self) -> None:
        with closing(self.khop.twin()) as twin:
            found = _findings(twin.ledger)
            twin.reconcile(self.moment, whole=True)
            assert _findings(twin.ledger) == found

    @rule(
        pick=st.integers(0, 20),
        what=st.sampled_from(["assign", "explain", "exclude", "exclude_for_days", "take_back"]),
    )
    def decide(self, pick: int, what: str) -> None:
        """An officer decides about a finding."""
        if not self.rows():
            self._look()
        there = sorted(self.rows())
        if not there:
            return
        key = there[pick % len(there)]
        today = Instant.of(self.clock()).local_date
        common: dict[str, Any] = {"actor": "kstt01", "rules": [key[0]]}
        decisions: dict[str, tuple[Callable[[Engine], object], FindingState, str | None]] = {
            "assign": (
                lambda e: e.decisions.assign([key[1]], assignee="cb07", **common),
                FindingState.ASSIGNED,
                "cb07",
            ),
            "explain": (
                lambda e: e.decisions.explain([key[1]], text="Đã rà soát", **common),
                FindingState.EXPLAINED,
                "Đã rà soát",
            ),
            "exclude": (
                lambda e: e.decisions.exclude([key[1]], reason="Hồ sơ thử", **common),
                FindingState.EXCLUDED,
                None,
            ),
            "exclude_for_days": (
                lambda e: e.decisions.exclude(
                    [key[1]], reason="Hồ sơ thử", until=today + timedelta(days=3), **common
                ),
                FindingState.EXCLUDED,
                None,
            ),
            "take_back": (
                lambda e: e.decisions.take_back([key[1]], **common),
                FindingState.OPEN,
                None,
            ),
        }
        work, state, text = decisions[what]
        try:
            self._do(work)
        except DecisionError:
            return
        self.decided[key] = (state, text)

    @precondition(lambda self: "second plan" in self.open_questions)
    @rule()
    def plan(self) -> None:
        """Planning changes nothing: the next plan is the same."""
        self.open_questions.remove("second plan")
        first = self._do(lambda engine: engine.plan())
        second = self._do(lambda engine: engine.plan())
        assert first is not None
        assert second is not None
        assert (first.items, first.work) == (second.items, second.work)
        unsettled = {f.subject for f in self.khop.engine.findings()}
        assert {work.subject for work in first.work} <= unsettled

    @rule(
        faults=st.lists(faults, min_size=1, max_size=4),
        looked=st.booleans(),
    )
    def apply_with_faults(self, faults: list[tuple[str, str, Any]], looked: bool) -> None:
        if looked:
            self._look()
        self.portal.faults = {(operation, code): list(kinds) for operation, code, kinds in faults}
        self._apply()

    @rule(looked=st.booleans(), kill_at=kills)
    def apply(self, looked: bool, kill_at: int | None) -> None:
        if looked:
            self._look()
        self._apply(kill_at)

    def _apply(self, kill_at: int | None = None) -> None:
        self._something_changed()
        summary = self._do(lambda engine: engine.apply(confirm=lambda _: True), kill_at)
        if summary is None:
            return
        again = {Outcome.UNREACHABLE, Outcome.UNKNOWN, Outcome.CHANGED}
        unfinished = {a.code for a in summary.applied if a.outcome in again}
        second = {item.code for item in self.khop.engine.plan().items}
        assert second <= unfinished, "the second plan is not empty"

    @precondition(lambda self: "rest" in self.open_questions)
    @rule()
    def come_to_rest(self) -> None:
        """When nothing changes any more, nothing is left for the machine to do."""
        self.open_questions.remove("rest")
        self._pull(full=True)
        for _ in range(3):
            self._pull(full=True)
            self._reconcile()
            plan = self._do(lambda engine: engine.plan())
            if plan is None or not plan.items:
                break
            self._apply()
        assert plan is not None
        assert plan.items == ()


def _of(summary: PullSummary, kind: type[T]) -> T:
    return next(source for source in summary.sources if isinstance(source, kind))


def _findings(ledger: Ledger) -> tuple[list[Any], int]:
    """The findings without the time they were last seen, and the number of log entries."""
    columns = [column for column in discrepancy.columns if column.name != "last_seen_us"]
    with ledger.read() as connection:
        query = sa.select(*columns).order_by(discrepancy.c.rule, discrepancy.c.subject)
        logged = connection.scalar(sa.select(sa.func.count()).select_from(audit_log))
        return [tuple(row) for row in connection.execute(query)], int(logged or 0)


def test_the_promises_hold_after_every_step(template: Path) -> None:
    class Machine(ProvinceMachine):
        def __init__(self) -> None:
            super().__init__(template)

    run_state_machine_as_test(
        Machine,
        settings=settings(max_examples=examples(fast=3, full=30), stateful_step_count=25),
    )
