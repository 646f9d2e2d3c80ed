"""The engine: configuration it refuses, leases, runs that fail, views."""

from __future__ import annotations

import inspect
from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import IdentityAnswer, Purpose, Role
from khop.errors import ConfigError, KhopError
from khop.mappings.records import Applicant
from khop.sync.engine import Engine
from khop.sync.findings.decisions import Decisions
from khop.sync.findings.lists import FindingLists
from khop.sync.ledger import LeaseHeld, Ledger, acquire
from khop.sync.ledger.schema import run as run_table
from khop.sync.repairing.by_policy import RepairPolicies
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, FakeSystem, record
from tests.sync.installation import Build

LEDGERS = BOTH


@pytest.mark.parametrize(
    "tables",
    [
        {"rules": {"off": ("a7",)}},
        {"rules": {"grace_by_rule": {"Q1": 1}}},
        {"repair": {"policy": ({"name": "all", "rules": ("B66",)},)}},
    ],
)
def test_a_rule_id_that_no_rule_has_is_refused(tables: dict[str, Any], build_engine: Build) -> None:
    with pytest.raises(ConfigError, match="there is no rule"):
        build_engine(**tables)


def test_a_second_pull_is_refused_while_the_first_runs(
    engine: Engine, ledger: Ledger, clock: FakeClock
) -> None:
    for name in ("pull", "pull:igate"):
        with acquire(ledger, name, clock), pytest.raises(LeaseHeld, match="another khop"):
            engine.pull()


def test_pulls_of_two_systems_run_side_by_side(
    engine: Engine, ledger: Ledger, clock: FakeClock
) -> None:
    with acquire(ledger, "pull:dvcqg", clock):
        assert engine.pull(["igate"]).ok
        with pytest.raises(LeaseHeld, match="'pull:dvcqg'"):
            engine.pull(["dvcqg"])


def test_a_failed_run_stores_its_error(
    engine: Engine, one_stop: FakeOneStop, clock: FakeClock, ledger: Ledger
) -> None:
    one_stop.put(record(1))
    engine.pull()
    engine.reconcile()
    engine.plan(["A7"])
    with pytest.raises(KhopError):
        engine.apply(rules=["A99"], confirm=lambda _: True)
    with ledger.read() as connection:
        last = connection.execute(sa.select(run_table).order_by(run_table.c.id.desc())).first()
    assert last is not None
    assert last.finished_us is not None
    assert "A99" in last.summary


def test_a_reconcile_at_the_same_moment_changes_nothing(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.put(*(record(i) for i in range(1, 20)))
    engine.pull()
    first = engine.reconcile()
    found = [finding.as_json() for finding in engine.findings()]
    second = engine.reconcile()
    assert [finding.as_json() for finding in engine.findings()] == found
    assert second.open == first.open > 0
    assert sum(count.new for count in second.counts) == 0


def test_a_finding_is_resolved_and_reopened_not_doubled(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(record(1))
    for there in (False, True, False):
        portal.dossiers.clear()
        portal.hold(*([record(1)] if there else []))
        clock.advance(days=4)
        engine.pull()
        summary = engine.reconcile()
        (a7,) = (count for count in summary.counts if count.rule == "A7")
        expected = (0, 1) if there else (1, 0)
        assert (a7.open, a7.resolved) == expected
    (finding,) = engine.findings(states=("open", "resolved"), rules=("A7",))
    assert finding.first_seen < finding.last_seen
    assert a7.reopened == 1


def test_a_dossier_is_shown_by_its_alias(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    alias = "G22.99-261110-000777"
    one_stop.put(record(1, aliases=(alias,)))
    portal.hold(record(1, code=alias))
    engine.pull()
    view = engine.show(f" {alias.lower()} ")
    assert view is not None
    assert view.code == record(1).code
    assert view.case["po_presence"] == "present"
    assert len(view.history) == 2
    assert engine.show("H00.00-000000-0000") is None


def test_an_unknown_unit_is_refused_with_a_suggestion(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1))
    engine.pull()
    engine.reconcile()
    assert len(list(engine.findings(units=["UBND xã Mẫu"]))) == 1
    for ask in (lambda unit: engine.findings(units=[unit]), lambda unit: engine.work([unit])):
        with pytest.raises(KhopError, match="did you mean UBND xã Mẫu"):
            ask("UBND xa Mẫu")


NAIVE = datetime(2026, 11, 12, 9, 0)
AWARE = NAIVE.replace(tzinfo=UTC)


class Population(FakeSystem):
    """A population database that is never asked."""

    name, role = "population", Role.POPULATION

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        raise AssertionError


@pytest.mark.parametrize(
    "ask",
    [
        lambda engine: engine.findings(rules=None),
        lambda engine: engine.findings(event_since=NAIVE),
        lambda engine: engine.findings(event_until="2026-11-12"),
        lambda engine: engine.show(None),
        lambda engine: engine.show("H99\0"),
        lambda engine: engine.show("H99\udcff"),
        lambda engine: engine.pull(["igate\udcff"]),
        lambda engine: engine.decisions.exclude(["H99\0"], actor="a", reason="b"),
        lambda engine: engine.decisions.exclude([record(1).code], actor="a", reason="b\udcff"),
        lambda engine: engine.decisions.exclude([record(1).code], actor="\0", reason="b"),
        lambda engine: engine.decisions.exclude(
            [record(1).code], actor="a", reason="b", until=NAIVE
        ),
        lambda engine: engine.decisions.exclude(
            [record(1).code], actor="a", reason="b", until=date.max
        ),
        lambda engine: engine.decisions.assign(
            [record(1).code], actor="a", assignee="b", answer_due="mai"
        ),
        lambda engine: engine.sweep(days=0),
        lambda engine: engine.sweep(days=10**9),
        lambda engine: engine.apply({}, confirm=lambda _: True),
        lambda engine: engine.sweep(days="1"),
        lambda engine: engine.reconcile(datetime(9999, 12, 31)),
        lambda engine: engine.reconcile(datetime.max.replace(tzinfo=UTC)),
        lambda engine: engine.reconcile(datetime.max.replace(tzinfo=UTC), force=True),
        lambda engine: engine.reconcile(datetime.min.replace(tzinfo=UTC)),
        lambda engine: engine.reconcile(date(2026, 11, 12)),
        lambda engine: engine.quarantine_row(2**64),
        lambda engine: engine.quarantine_row("7"),
        lambda engine: engine.quarantine_payload(-(2**64), reason="a"),
        lambda engine: engine.quarantine_retry([2**64]),
        lambda engine: engine.quarantine_retry([77]),
        lambda engine: engine.quarantine_retry("7"),
        lambda engine: engine.quarantine_retry(7),
        lambda engine: engine.verify_log(f"{'9' * 5000}:{'0' * 64}"),
    ],
)
def test_what_cannot_be_meant_is_one_error_of_khop(
    engine: Engine, one_stop: FakeOneStop, ask: Callable[[Any], object]
) -> None:
    one_stop.put(record(1))
    engine.pull()
    engine.reconcile()
    with pytest.raises(KhopError):
        ask(engine)
    assert engine.verify_log().problems == ()


#: What a closed engine is asked, by method.
CLOSED: dict[str, Callable[[Any], object]] = {
    "pull": lambda engine: engine.pull(),
    "import_files": lambda engine: engine.import_files(lambda _: []),
    "preview_files": lambda engine: engine.preview_files(lambda _: []),
    "sweep": lambda engine: engine.sweep(days=1),
    "read_catalogues": lambda engine: engine.read_catalogues(),
    "check_identity": lambda engine: engine.check_identity("H99", officer="a"),
    "quarantine": lambda engine: engine.quarantine(),
    "quarantine_row": lambda engine: engine.quarantine_row(1),
    "quarantine_payload": lambda engine: engine.quarantine_payload(1, reason="a"),
    "quarantine_retry": lambda engine: engine.quarantine_retry(),
    "check": lambda engine: engine.check(),
    "check_clock": lambda engine: engine.check_clock(),
    "reconcile": lambda engine: engine.reconcile(),
    "findings": lambda engine: engine.findings(),
    "whole": lambda engine: engine.lists.whole().__enter__(),
    "page": lambda engine: engine.lists.page(),
    "counts": lambda engine: engine.lists.counts(),
    "days": lambda engine: engine.lists.days(AWARE.date(), AWARE.date()),
    "changes_between": lambda engine: engine.changes_between(AWARE, AWARE),
    "freshness": lambda engine: engine.freshness(),
    "show": lambda engine: engine.show("H99"),
    "verify_log": lambda engine: engine.verify_log(),
    "was_compared": lambda engine: engine.was_compared(),
    "plan": lambda engine: engine.plan(),
    "apply": lambda engine: engine.apply(confirm=lambda _: True),
    "run": lambda engine: engine.repair_policies.run(),
    "pause": lambda engine: engine.repair_policies.pause(by="a", why="b"),
    "resume": lambda engine: engine.repair_policies.resume(by="a", why="b"),
    "status": lambda engine: engine.repair_policies.status(),
    "notify": lambda engine: engine.notify(dry_run=True),
    "work": lambda engine: engine.work(),
    "assign": lambda engine: engine.decisions.assign(["H99"], actor="a", assignee="b"),
    "explain": lambda engine: engine.decisions.explain(["H99"], actor="a", text="b"),
    "exclude": lambda engine: engine.decisions.exclude(["H99"], actor="a", reason="b"),
    "take_back": lambda engine: engine.decisions.take_back(["H99"], actor="a"),
    "history_of": lambda engine: engine.decisions.history_of("H99"),
}


def test_a_closed_engine_says_so_whatever_it_is_asked(build_engine: Build) -> None:
    engine = build_engine(FakeOneStop(), FakePortal(), Population())
    with engine:
        assert engine.pull().ok
    parts = (Engine, FindingLists, Decisions, RepairPolicies)
    methods = {name for part in parts for name, _ in inspect.getmembers(part, inspect.isfunction)}
    assert CLOSED.keys() == {name for name in methods if not name.startswith("_")} - {"close"}
    for name, ask in CLOSED.items():
        with pytest.raises(KhopError, match=r"was closed; open another engine"):
            pytest.fail(f"{name}: {ask(engine)!r}")
    engine.close()
