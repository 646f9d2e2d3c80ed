"""A bug of one adapter ends its part of a run, with its name, and no other's."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import IdentityAnswer, Purpose, Role, SourcePage
from khop.errors import AdapterError, KhopError, LedgerError
from khop.mappings.records import (
    Applicant,
    DossierRecord,
    Reject,
    Status,
    StatusKind,
    StatusRecord,
)
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.results import Outcome
from tests.sync.fakes import (
    NUMBER,
    FakeClock,
    FakeCodes,
    FakeFeed,
    FakeOneStop,
    FakePortal,
    FakeSystem,
    at,
    history,
    postal_event,
    record,
)
from tests.sync.installation import Build

pytestmark = pytest.mark.slow


class Tracker(FakeSystem):
    """A post that is asked about one dossier at a time."""

    name, role, connections, lookup_budget = "myvnpost", Role.POST, 1, 100

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        return ()


def breaks(*args: object, **named: object) -> Any:
    raise KeyError(NUMBER)


def raises(error: BaseException) -> Callable[..., Any]:
    def method(*args: object, **named: object) -> Any:
        raise error

    return method


def errors(engine: Engine) -> dict[str, str]:
    """What went wrong in one pull, by source."""
    return {part.source: part.error for part in engine.pull().sources if part.error is not None}


#: By source: the method that breaks, and the system.
PORTS: dict[str, tuple[str, type[FakeSystem]]] = {
    "igate": ("page", FakeOneStop),
    "dvcqg": ("look_up", FakePortal),
    "extract": ("codes", FakeCodes),
    "vnpost": ("events", FakeFeed),
    "myvnpost": ("evidence_of", Tracker),
}


@pytest.mark.parametrize("broken", PORTS)
def test_an_exception_of_one_source_ends_its_part_alone(
    broken: str, build_engine: Build, one_stop: FakeOneStop, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_stop.put(record(1, status=Status.FINISHED), record(2))
    systems: dict[str, Any] = {name: make() for name, (_, make) in PORTS.items()}
    systems["igate"] = one_stop
    engine = build_engine(*systems.values())
    if broken != "igate":
        assert errors(engine) == {}
        one_stop.put(record(3, status=Status.FINISHED, changed_at=at(20)))
    monkeypatch.setattr(systems[broken], PORTS[broken][0], breaks)
    found = errors(engine)
    assert set(found) == {broken}
    assert f"{broken}: the adapter raised KeyError at test_adapter_bugs.py:" in found[broken]
    assert NUMBER not in json.dumps(found)
    assert len(engine.pull().sources) == 5


class Stops(BaseException):
    """No Exception, as asyncio.CancelledError."""


@pytest.mark.parametrize("raised", [LedgerError("the disk is full"), Stops(), GeneratorExit()])
@pytest.mark.parametrize("broken", PORTS)
def test_no_exception_of_an_adapter_ends_the_whole_run(
    broken: str,
    raised: BaseException,
    build_engine: Build,
    one_stop: FakeOneStop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_stop.put(record(1, status=Status.FINISHED), record(2))
    systems: dict[str, Any] = {name: make() for name, (_, make) in PORTS.items()}
    systems["igate"] = one_stop
    engine = build_engine(*systems.values())
    engine.pull()
    one_stop.put(record(3, status=Status.FINISHED, changed_at=at(20)))
    method, what = PORTS[broken][0], type(raised).__name__
    monkeypatch.setattr(systems[broken], method, raises(raised))
    found = errors(engine)
    assert set(found) == {broken}
    assert f"{broken}: the adapter raised {what} at test_adapter_bugs.py:" in found[broken]


@pytest.mark.parametrize("raised", [LedgerError("the disk is full"), Stops()])
def test_no_exception_of_an_adapter_ends_an_apply_or_a_retry(
    raised: BaseException,
    engine: Engine,
    one_stop: FakeOneStop,
    portal: FakePortal,
    clock: FakeClock,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_stop.put(record(1))
    one_stop.rejects.append(Reject("status", "is none", native_id="7", payload={"id": "7"}))
    engine.pull()
    clock.advance(days=3)
    engine.reconcile()
    for broken, method in ((portal, "look_up"), (one_stop, "detail"), (one_stop, "check")):
        monkeypatch.setattr(broken, method, raises(raised))
    (pushed,) = engine.apply(confirm=lambda _: True).applied
    assert pushed.outcome is Outcome.UNREACHABLE
    assert "the adapter raised" in (pushed.detail or "")
    assert engine.quarantine_retry().unreachable == 1
    assert "the adapter raised" in engine.check()[0].steps[0]["detail"]


@pytest.mark.parametrize("end", [KeyboardInterrupt, SystemExit])
def test_the_end_of_the_program_ends_the_run(
    end: type[BaseException],
    engine: Engine,
    one_stop: FakeOneStop,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(one_stop, "page", raises(end()))
    with pytest.raises(end):
        engine.pull()


def test_an_error_of_the_ledger_ends_the_run(
    engine: Engine, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    """Also where the adapter's own call met it."""

    def locked(number: int) -> SourcePage:
        with ledger.read() as connection:
            connection.execute(sa.text("SELECT * FROM no_such_table"))
        raise AssertionError

    one_stop.on_page = locked
    with pytest.raises(LedgerError):
        engine.pull()


def test_a_bug_with_one_code_leaves_the_other_answers(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    one_stop.put(*(record(i) for i in range(1, 6)))
    honest = portal.look_up
    monkeypatch.setattr(
        portal, "look_up", lambda code: breaks() if code == record(3).code else honest(code)
    )
    summary = build_engine(one_stop, portal).pull().sources[1].as_json()
    assert (summary["asked"], summary["absent"], summary["unknown"]) == (5, 4, 1)
    assert "KeyError" in summary["error"]


def foreign_record(engine: Engine, one_stop: FakeOneStop, portal: FakePortal) -> None:
    one_stop.put(record(1, source="other"))


def foreign_history(engine: Engine, one_stop: FakeOneStop, portal: FakePortal) -> None:
    one_stop.put(record(1))
    one_stop.histories[record(1).native_id] = history(
        record(1, source="other"), (Status.RECEIVED, at(10))
    )


def foreign_answer(engine: Engine, one_stop: FakeOneStop, portal: FakePortal) -> None:
    one_stop.put(record(1))
    portal.dossiers[record(1).code] = record(1)


@pytest.mark.parametrize(
    ("put", "source", "says"),
    [
        (foreign_record, "igate", "gave a record of the source 'other'"),
        (foreign_history, "igate", "gave a record of the source 'other'"),
        (foreign_answer, "dvcqg", "gave a record of the source 'igate'"),
    ],
)
def test_a_record_of_another_source_is_refused(
    put: Callable[..., None],
    source: str,
    says: str,
    engine: Engine,
    one_stop: FakeOneStop,
    portal: FakePortal,
) -> None:
    put(engine, one_stop, portal)
    assert says in errors(engine)[source]


@pytest.mark.parametrize(
    ("changes", "says"),
    [
        ({"kind": StatusKind.STATUS}, "an event of the kind status; evidence is"),
        ({"source": "other"}, "gave a record of the source 'other'"),
    ],
)
def test_an_event_that_no_rule_would_read_is_refused(
    changes: dict[str, Any], says: str, build_engine: Build, one_stop: FakeOneStop
) -> None:
    event = replace(postal_event(1), **changes)
    feed, tracker = FakeFeed(log=[event]), Tracker()
    one_stop.put(record(1, status=Status.FINISHED))
    tracker.evidence_of = lambda code: (event,)  # type: ignore[method-assign]
    found = errors(build_engine(one_stop, feed, tracker))
    assert says in found["vnpost"]
    assert "gave" in found["myvnpost"]


def test_a_broken_check_is_a_step_that_failed(
    engine: Engine, one_stop: FakeOneStop, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(one_stop, "check", breaks)
    igate, dvcqg = engine.check()
    assert (igate.ok, dvcqg.ok) == (False, True)
    assert "KeyError" in igate.steps[0]["detail"]


@pytest.mark.parametrize(
    ("system", "method", "outcome", "later"),
    [
        ("one_stop", "full", Outcome.UNREACHABLE, Outcome.DONE),
        ("portal", "look_up", Outcome.UNREACHABLE, Outcome.DONE),
        ("portal", "create", Outcome.UNKNOWN, Outcome.DONE),
        # steps that may have arrived are not sent again
        ("portal", "progress", Outcome.UNKNOWN, Outcome.STEPS_UNKNOWN),
    ],
)
def test_a_bug_during_one_push_leaves_the_others(
    system: str,
    method: str,
    outcome: Outcome,
    later: Outcome,
    build_engine: Build,
    one_stop: FakeOneStop,
    portal: FakePortal,
    monkeypatch: pytest.MonkeyPatch,
    clock: Any,
) -> None:
    one_stop.put(record(1), record(2))
    engine = build_engine(one_stop, portal, repair={"max_share": 1.0})
    engine.pull()
    clock.advance(days=3)
    engine.reconcile()
    broken = {"one_stop": one_stop, "portal": portal}[system]
    honest = getattr(broken, method)

    def sometimes(first: Any, *more: Any) -> Any:
        named = first.record.code if hasattr(first, "record") else first
        return breaks() if named in (record(1).code, record(1).native_id) else honest(first, *more)

    monkeypatch.setattr(broken, method, sometimes)
    done = {each.code: each for each in engine.apply(confirm=lambda _: True).applied}
    assert done[record(1).code].outcome is outcome
    assert "KeyError" in (done[record(1).code].detail or "")
    assert done[record(2).code].outcome is Outcome.DONE
    monkeypatch.setattr(broken, method, honest)
    again = engine.apply(confirm=lambda _: True).applied
    assert [each.outcome for each in again] == [later]
    assert portal.breaches == []


def test_an_adapter_that_cannot_be_closed_does_not_keep_the_others_open(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    closed: list[str] = []
    monkeypatch.setattr(one_stop, "close", breaks)
    monkeypatch.setattr(portal, "close", lambda: closed.append("dvcqg"))
    build_engine(one_stop, portal).close()
    assert closed == ["dvcqg"]


class BrokenPopulation(FakeSystem):
    """A population database whose adapter has a bug."""

    name, role = "population", Role.POPULATION

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        raise ValueError(applicant.name)


def test_a_bug_at_a_question_about_a_person_holds_no_personal_data(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1))
    engine = build_engine(one_stop, BrokenPopulation())
    engine.pull()
    with pytest.raises(AdapterError, match=r"population: the adapter raised ValueError") as caught:
        engine.check_identity(record(1).code, officer="canbo")
    error: BaseException | None = caught.value
    while error is not None:
        assert "Nguyễn" not in str(error)
        error = error.__context__


def test_a_list_without_change_times_is_told(engine: Engine, one_stop: FakeOneStop) -> None:
    one_stop.put(record(1, changed_at=None), record(2, changed_at=None))
    first = engine.pull().sources[0]
    assert first.without_times  # type: ignore[union-attr]
    one_stop.put(record(3))
    assert not engine.pull().sources[0].without_times  # type: ignore[union-attr]


FILTERS: list[tuple[Callable[[Engine], object], str]] = [
    (lambda e: e.findings(rules=["A77"]), "'A77' is unknown among rules, did you mean 'A7'?"),
    (lambda e: e.findings(rules=["a7"]), "did you mean 'A7'?"),
    (lambda e: e.findings(rules="A7"), "rules must be a list of texts, such as ['A7']"),
    (lambda e: e.findings(severities=["s1"]), "did you mean 'S1'?"),
    (lambda e: e.findings(severities="S1"), "severities must be a list"),
    (lambda e: e.findings(states=["opened"]), "did you mean 'open'?"),
    (lambda e: e.findings(states="open"), "states must be a list"),
    (lambda e: e.findings(units="UBND"), "units must be a list"),
    (lambda e: e.findings(rules=iter(["A7"])), "no list_iterator"),  # type: ignore[arg-type]
    (lambda e: e.findings(rules=None), "no NoneType"),  # type: ignore[arg-type]
    (lambda e: e.findings(event_since="2026-11-01"), "a day"),  # type: ignore[arg-type]
    (lambda e: e.findings(event_until=datetime.now(UTC)), "event_until must be a day"),
    (lambda e: e.findings(rules=[7]), "7 is no text"),  # type: ignore[list-item]
    (lambda e: e.changes_between(at(1).utc, at(2).utc, rules=["Z1"]), "'Z1' is unknown"),
    (lambda e: e.plan(rules="A7"), "rules must be a list"),
    (lambda e: e.pull("igate"), "sources must be a list"),
    (lambda e: e.quarantine("opn"), "did you mean 'open'?"),
    (lambda e: e.decisions.assign("H99", actor="a", assignee="b"), "subjects must be a list"),
    (
        lambda e: e.decisions.exclude(["H99"], actor="a", reason="b", rules="A7"),
        "rules must be a list",
    ),
    (lambda e: e.findings(since=at(1).utc.replace(tzinfo=None)), "has no time zone"),
    (lambda e: e.reconcile(at(1).utc.replace(tzinfo=None)), "has no time zone"),
]


@pytest.mark.parametrize(("ask", "says"), FILTERS)
def test_a_word_that_nothing_has_is_refused(
    ask: Callable[[Engine], object], says: str, engine: Engine
) -> None:
    with pytest.raises(KhopError) as caught:
        ask(engine)
    assert says in str(caught.value)


def test_records_and_answers_of_the_own_source_are_taken(
    engine: Engine, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    ours: DossierRecord = record(1)
    one_stop.put(ours)
    portal.hold(ours)
    assert errors(engine) == {}
