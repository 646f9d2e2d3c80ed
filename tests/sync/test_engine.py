"""The engine's frame: configuration it refuses, leases, runs that fail, quarantine, views."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import ConfigError, KhopError, LedgerError, Unauthorised, Unreachable
from khop.mappings.records import Reject, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, acquire
from khop.sync.ledger.schema import lease, quarantine
from khop.sync.ledger.schema import run as run_table
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeCodes, FakeOneStop, FakePortal, at, record

LEDGERS = BOTH


@pytest.mark.parametrize(
    "tables",
    [
        {"rules": {"off": ("a7",)}},
        {"rules": {"grace_by_rule": {"Q1": 1}}},
        {"repair": {"auto": ("B66",)}},
    ],
)
def test_a_rule_id_that_no_rule_has_is_refused(
    tables: dict[str, Any], build_engine: Callable[..., Engine]
) -> None:
    with pytest.raises(ConfigError, match="there is no rule"):
        build_engine(**tables)


def test_a_second_pull_at_once_is_refused_while_the_first_lives(
    engine: Engine, ledger: Ledger, clock: FakeClock
) -> None:
    with acquire(ledger, "pull", clock), pytest.raises(LedgerError, match="another khop"):
        engine.pull()


@pytest.mark.parametrize("owner", ["{host}:999999999:1", "{host}:{pid}:0"])
def test_a_lease_of_a_process_that_is_gone_is_taken_at_once(
    owner: str, engine: Engine, ledger: Ledger
) -> None:
    import os
    import socket

    with ledger.write() as connection:
        connection.execute(
            sa.insert(lease).values(
                name="pull",
                owner=owner.format(host=socket.gethostname(), pid=os.getpid()),
                token=7,
                expires_us=2**60,
            )
        )
    assert engine.pull().ok


def test_work_of_a_holder_that_was_replaced_is_not_kept(ledger: Ledger, clock: FakeClock) -> None:
    with acquire(ledger, "apply", clock) as held:
        with ledger.write() as connection:
            connection.execute(sa.update(lease).values(token=held.token + 1))
        with pytest.raises(LedgerError, match="took over"), ledger.write(held):
            pass


def test_a_run_that_failed_says_why(
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


def test_a_run_at_the_same_now_changes_nothing(
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
        clock.advance(days=1)
        engine.pull()
        summary = engine.reconcile()
        (a7,) = (count for count in summary.counts if count.rule == "A7")
        expected = (0, 1) if there else (1, 0)
        assert (a7.open, a7.resolved) == expected
    (finding,) = engine.findings(states=("open", "resolved"), rules=("A7",))
    assert finding.first_seen < finding.last_seen
    assert a7.reopened == 1


def test_codes_that_a_file_names_are_looked_up(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> None:
    phantom = record(9)
    portal.hold(phantom)
    engine = build_engine(one_stop, portal, FakeCodes(named=[phantom.code, phantom.code]))
    one_stop.put(record(1))
    assert [s.as_json()["kind"] for s in engine.pull().sources] == ["list", "codes", "lookups"]
    engine.reconcile()
    assert {f.rule for f in engine.findings() if f.code == phantom.code} == {"A8"}


def test_look_ups_keep_to_their_budget_changed_codes_first(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    portal.lookup_budget = 3
    one_stop.put(*(record(i) for i in range(1, 9)))
    engine.pull()
    for _ in range(2):
        clock.advance(minutes=1)
        engine.pull()
    assert len(set(portal.asked)) == 8
    portal.asked.clear()
    one_stop.put(record(2, status=Status.FINISHED, changed_at=at(20)))
    clock.advance(minutes=1)
    engine.pull()
    assert portal.asked[0] == record(2).code


def test_a_failed_look_up_leaves_what_was_answered_before_and_is_asked_again_first(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    one_stop.put(*(record(i) for i in range(1, 5)))
    failing = {record(3).code}
    honest = portal.look_up

    def sometimes(code: str) -> Any:
        if code in failing:
            raise Unauthorised("dvcqg", "TraCuuHoSo", http_status=403)
        return honest(code)

    portal.look_up = sometimes  # type: ignore[method-assign]
    summary = engine.pull().sources[1].as_json()
    assert (summary["absent"], summary["unknown"]) == (3, 1)
    engine.reconcile()
    assert record(3).code not in {f.code for f in engine.findings()}
    failing.clear()
    portal.lookup_budget = 1
    clock.advance(minutes=1)
    engine.pull()
    assert portal.asked[-1] == record(3).code


def test_a_refused_login_ends_the_retry_of_quarantine(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.rejects = [Reject("code", "is missing", native_id=f"{i:024x}") for i in range(5)]
    engine.pull()
    tried: list[str] = []

    def refuse(native_id: str) -> None:
        tried.append(native_id)
        raise Unauthorised("igate", "login")

    one_stop.on_detail = refuse
    with pytest.raises(Unauthorised):
        engine.quarantine_retry()
    assert len(tried) == 1


def test_a_released_record_leaves_no_payload_behind(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.rejects = [Reject("code", "is missing", record(1).native_id, payload={"a": 1})]
    engine.pull()
    one_stop.put(record(1))
    engine.quarantine_retry()
    with ledger.read() as connection:
        assert connection.execute(sa.select(quarantine.c.state, quarantine.c.payload)).all() == [
            ("released", None)
        ]


def test_reading_a_payload_needs_a_reason_and_leaves_a_trace(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    one_stop.rejects = [Reject("code", "is missing", payload={"a": 1})]
    engine.pull()
    (row,) = engine.quarantine()
    with pytest.raises(KhopError, match="reason"):
        engine.quarantine_payload(row.id, reason=" ")
    assert engine.quarantine_payload(row.id, reason="đơn thư 12") == {"a": 1}
    with ledger.read() as connection:
        kept = connection.scalars(
            sa.select(run_table.c.summary).where(run_table.c.kind == "disclosure")
        ).all()
    assert len(kept) == 1
    assert "đơn thư 12" in kept[0]


def test_a_dossier_is_shown_by_its_alias_too(
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


def test_look_ups_that_failed_are_asked_once_more(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.put(*(record(i) for i in range(1, 5)))
    portal.before["look_up"] = [Unreachable("dvcqg", "TraCuuHoSo")]
    summary = engine.pull().sources[1].as_json()
    assert (summary["asked"], summary["absent"], summary["unknown"]) == (4, 4, 0)
    assert summary["adds_up"]


def test_a_unit_that_nothing_names_is_no_unit_without_findings(
    engine: Engine, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1))
    engine.pull()
    engine.reconcile()
    assert len(engine.findings(units=["UBND xã Mẫu"])) == 1
    for ask in (lambda unit: engine.findings(units=[unit]), lambda unit: engine.work([unit])):
        with pytest.raises(KhopError, match="did you mean UBND xã Mẫu"):
            ask("UBND xa Mẫu")
