"""Exclusions: how long they are in force, and what becomes of their findings."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from khop.sync.engine import Engine
from khop.sync.results import FindingState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakePortal, record
from tests.sync.findings.deciding import OFFICER, ONE, TODAY, TWO, a7, count, events, local

pytestmark = pytest.mark.slow

LEDGERS = BOTH


def test_an_exclusion_stays_over_runs_and_names_its_author_and_reason(
    found: Engine, clock: FakeClock
) -> None:
    (excluded,) = found.decisions.exclude([ONE], actor="truongphong", reason="Hồ sơ thử nghiệm")
    assert excluded.state is FindingState.EXCLUDED
    assert excluded.exclusion == {
        "by": "truongphong",
        "reason": "Hồ sơ thử nghiệm",
        "made": local(clock),
        "until": None,
    }
    clock.advance(days=30)
    counted = count(found)
    assert (counted.open, counted.excluded) == (1, 1)
    found.reconcile(whole=True)
    assert a7(found).state is FindingState.EXCLUDED
    assert [f.code for f in found.findings()] == [TWO]


def test_an_exclusion_is_in_force_when_its_finding_returns(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.decisions.exclude([ONE], actor=OFFICER, reason="Hồ sơ thử nghiệm")
    for held, state in ((True, FindingState.RESOLVED), (False, FindingState.EXCLUDED)):
        portal.dossiers.clear()
        portal.hold(*([record(1)] if held else []))
        clock.advance(days=4)
        found.pull()
        found.reconcile()
        assert a7(found).state is state


def test_an_exclusion_ends_with_its_day_without_a_change_of_the_dossier(
    found: Engine, clock: FakeClock
) -> None:
    found.decisions.assign([ONE], actor=OFFICER, assignee=OFFICER)
    found.decisions.exclude([ONE], actor=OFFICER, reason="Cổng bảo trì", until=TODAY)
    clock.now = datetime(2026, 11, 20, 16, 59, 59, 999_999, tzinfo=UTC)
    found.reconcile()
    assert a7(found).state is FindingState.EXCLUDED
    exclusion = a7(found).exclusion
    assert exclusion is not None
    assert exclusion["until"] == "2026-11-20"
    clock.advance(microseconds=1)
    summary = found.reconcile()
    counted = next(c for c in summary.counts if c.rule == "A7")
    assert not summary.whole
    assert (counted.open, counted.new, counted.reopened, counted.excluded) == (2, 0, 0, 0)
    back = a7(found)
    assert (back.state, back.assignee, back.exclusion) == (FindingState.OPEN, None, None)
    assert events(found)[-1] == ("exclusion_end", "khop")
    assert found.reconcile().examined == 0


def test_a_finding_can_be_excluded_again_after_its_exclusion_ended(
    found: Engine, clock: FakeClock
) -> None:
    found.decisions.exclude([ONE], actor=OFFICER, reason="Cổng bảo trì", until=TODAY)
    clock.advance(days=1)
    (again,) = found.decisions.exclude([ONE], actor="truongphong", reason="Cổng vẫn bảo trì")
    assert again.exclusion is not None
    assert again.exclusion["by"] == "truongphong"
    clock.advance(days=1)
    assert count(found).excluded == 1


def test_an_exclusion_taken_back_leaves_the_finding_open_and_the_next_run_looks_at_it(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.decisions.exclude([ONE, TWO], actor=OFFICER, reason="Nhầm")
    found.reconcile()
    taken = found.decisions.take_back([ONE, TWO], actor="truongphong", reason="Không có căn cứ")
    assert [finding.state for finding in taken] == [FindingState.OPEN] * 2
    summary = found.reconcile()
    assert (summary.whole, summary.examined, summary.open) == (False, 2, 2)
    assert a7(found).state is FindingState.OPEN
    assert events(found)[-1] == ("take_back", "truongphong")


def test_an_exclusion_of_a_resolved_finding_can_be_taken_back(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.decisions.exclude([ONE], actor=OFFICER, reason="Nhầm")
    portal.hold(record(1))
    clock.advance(days=1)
    found.pull()
    found.reconcile()
    (finding,) = found.decisions.take_back([ONE], actor=OFFICER)
    assert finding.state is FindingState.RESOLVED
    portal.dossiers.clear()
    clock.advance(days=4)
    found.pull()
    found.reconcile()
    assert a7(found).state is FindingState.OPEN


def test_a_run_at_an_earlier_now_excludes_by_the_exclusions_of_that_time(
    found: Engine, clock: FakeClock
) -> None:
    found.decisions.exclude([ONE], actor=OFFICER, reason="Cổng bảo trì", until=TODAY)
    earlier = clock.now
    clock.advance(days=2)
    found.reconcile()
    assert a7(found).state is FindingState.OPEN
    found.reconcile(earlier, force=True)
    assert a7(found).state is FindingState.EXCLUDED
