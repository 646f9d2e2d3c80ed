"""A run under a clock that cannot be right stops before it writes."""

from __future__ import annotations

from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Health
from khop.errors import ConfigError, KhopError, LedgerError
from khop.mappings.records import Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.pauses import Cause, Pause, pause, resume
from khop.sync.results import ListSummary, Outcome
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.installation import Build

pytestmark = pytest.mark.slow

LEDGERS = BOTH


def tells(system: Any, seconds: float | None) -> None:
    """Set what a system's clock is before or behind ours."""
    system.check = lambda: Health((), clock_skew=seconds)


def runs(ledger: Ledger) -> int:
    with ledger.read() as connection:
        return int(connection.scalar(sa.text("SELECT COUNT(*) FROM run")) or 0)


@pytest.mark.parametrize("days", [2, -2, 365, -365])
def test_a_jump_of_the_clock_that_a_system_confirms_is_a_pause(
    days: int, engine: Engine, clock: FakeClock, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine.pull()
    clock.advance(days=days)
    tells(one_stop, None)
    tells(portal, 3500.0)
    engine.pull()


def test_a_source_that_is_paused_is_not_asked_for_the_time(
    engine: Engine, ledger: Ledger, clock: FakeClock, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    """Such as one that does not accept the account: one more login could lock it."""
    engine.pull()
    clock.advance(days=2)
    asked = []
    portal.check = lambda: asked.append("dvcqg") or Health((), clock_skew=0.0)  # type: ignore[func-returns-value, method-assign]
    tells(one_stop, None)
    with ledger.write() as connection:
        held = Pause("dvcqg", 0, Cause.UNAUTHORISED, "khop", "the account was refused")
        pause(connection, held)
    with pytest.raises(KhopError, match="no system was there to confirm the time"):
        engine.pull()
    assert asked == []
    with ledger.write() as connection:
        resume(connection, "dvcqg", by="canbo.mau", why="new secret", now_us=0)
    engine.pull()
    assert asked == ["dvcqg"]


@pytest.mark.parametrize("days", [2, -2, 365, -365])
def test_a_jump_that_no_system_confirms_stops_every_run(
    days: int,
    engine: Engine,
    ledger: Ledger,
    clock: FakeClock,
    one_stop: FakeOneStop,
    portal: FakePortal,
) -> None:
    one_stop.put(record(1))
    engine.pull()
    clock.advance(days=days)
    tells(one_stop, None)
    tells(portal, None)
    before = runs(ledger)
    for run in (
        engine.pull,
        engine.reconcile,
        lambda: engine.apply(confirm=lambda _: True),
        engine.read_catalogues,
        lambda: engine.import_files(lambda _: []),
        lambda: engine.sweep(days=1),
        engine.quarantine_retry,
    ):
        with pytest.raises(ConfigError, match=r"no system was there to confirm .* --accept-clock"):
            run()
    assert runs(ledger) == before
    clock.advance(days=-days)
    engine.pull()


def test_a_jump_that_a_system_contradicts_names_both_times(
    engine: Engine, clock: FakeClock, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine.pull()
    clock.advance(days=365)
    tells(one_stop, -365 * 86_400.0)
    tells(portal, None)
    with pytest.raises(ConfigError, match=r"2027-11-20.* but igate says 2026-11-20"):
        engine.pull()


def test_a_first_run_under_a_wrong_clock_stops(
    engine: Engine, ledger: Ledger, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    tells(one_stop, -90_000.0)
    tells(portal, None)
    with pytest.raises(ConfigError, match="but igate says"):
        engine.pull()
    assert runs(ledger) == 0


def test_a_first_run_without_a_system_that_tells_the_time_begins(build_engine: Build) -> None:
    build_engine().reconcile()


def test_a_pause_of_a_day_needs_no_confirmation(
    engine: Engine, clock: FakeClock, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine.pull()
    for system in (one_stop, portal):
        tells(system, None)
    clock.advance(hours=24)
    engine.pull()
    clock.advance(hours=-20)
    engine.pull()


def test_an_accepted_clock_is_the_ledgers_clock_from_then_on(
    build_engine: Build, clock: FakeClock
) -> None:
    build_engine().reconcile()
    clock.advance(days=30)
    with pytest.raises(ConfigError, match="--accept-clock"):
        build_engine().reconcile()
    build_engine(accept_clock=True).reconcile()
    build_engine().reconcile()


def test_reading_a_quarantined_record_does_not_accept_the_clock(
    build_engine: Build, clock: FakeClock
) -> None:
    build_engine().reconcile()
    clock.advance(days=30)
    with pytest.raises(KhopError, match=r"no such row|there is no"):
        build_engine().quarantine_payload(7, reason="Đơn thư")
    with pytest.raises(ConfigError, match="--accept-clock"):
        build_engine().reconcile()


def test_the_time_of_a_reconcile_at_another_now_is_not_the_clock(
    build_engine: Build, clock: FakeClock
) -> None:
    engine = build_engine()
    engine.reconcile(at(28, month=12).utc)
    engine.reconcile()


def test_a_change_time_taken_over_under_a_wrong_clock_hides_no_later_change(
    engine: Engine, clock: FakeClock, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, changed_at=at(20, month=12)), *(record(i) for i in range(2, 40)))
    clock.advance(days=365)
    engine.pull()
    clock.advance(days=-365)
    one_stop.put(record(30, status=Status.FINISHED, changed_at=at(19)))
    (found,) = (s for s in engine.pull().sources if isinstance(s, ListSummary))
    assert (found.fetched, found.stored) == (39, 1)
    (found,) = (s for s in engine.pull().sources if isinstance(s, ListSummary))
    assert found.fetched < 39


@pytest.mark.parametrize(("hours", "held"), [(1, True), (24 * 365, False)])
def test_a_lease_of_another_machine_with_more_than_a_day_left_has_ended(
    hours: int, held: bool, engine: Engine, ledger: Ledger, clock: FakeClock
) -> None:
    engine.pull()
    with ledger.write() as connection:
        until_us = ledger.now_us(connection, clock) + hours * 3_600_000_000
        taken = sa.text("UPDATE lease SET owner = 'another:1:1', expires_us = :us")
        connection.execute(taken, {"us": until_us})
    if held:
        with pytest.raises(LedgerError, match="another khop holds the lease"):
            engine.pull()
    else:
        engine.pull()


def test_a_dossier_pushed_under_a_wrong_clock_can_be_pushed_again(
    build_engine: Build, clock: FakeClock, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.put(record(1))
    engine = build_engine(one_stop, portal, repair={"max_share": 1.0})
    engine.pull()
    clock.advance(days=365)
    engine.reconcile()
    assert [r.outcome for r in engine.apply(confirm=lambda _: True).applied] == [Outcome.DONE]
    clock.advance(days=-362)
    engine.pull()
    engine.reconcile()
    portal.dossiers.clear()
    clock.advance(days=4)
    engine.pull()
    engine.reconcile()
    assert [item.code for item in engine.plan().items] == [record(1).code]


def test_a_reconcile_in_the_past_changes_no_finding(
    build_engine: Build, ledger: Ledger, clock: FakeClock, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1))
    engine = build_engine(one_stop, FakePortal())
    engine.pull()
    clock.advance(days=2)
    assert engine.reconcile().open > 0
    before, ran = list(engine.findings(states=())), runs(ledger)
    if ledger.url.startswith("sqlite"):
        past = engine.reconcile(at(10).utc)
        assert (past.on_copy, past.open, past.run) == (True, 0, 0)
    else:
        with pytest.raises(KhopError, match=r"cannot be copied"):
            engine.reconcile(at(10).utc)
    assert (list(engine.findings(states=())), runs(ledger)) == (before, ran)
    forced = engine.reconcile(at(10).utc, force=True)
    assert (forced.on_copy, forced.open) == (False, 0)
    assert list(engine.findings()) == []
