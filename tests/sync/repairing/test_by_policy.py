"""What ends a run of a policy, or takes a dossier out of it, after the dossiers were chosen."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from khop.errors import ConfigError, KhopError, Unauthorised
from khop.mappings.records import FullDossier, Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.pauses import Cause, Pause, pause
from khop.sync.results import Outcome, PolicyRepair, PolicyState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record
from tests.sync.installation import Build

pytestmark = pytest.mark.slow

LEDGERS = BOTH

POLICY = {"name": "missing", "rules": ["A7"], "hours": "00:00-24:00", "working_days": False}
DOSSIERS = 4


class ListeningPortal(FakePortal):
    """Does something after each create. ``after_create``: gets the number of creates so far."""

    after_create: Callable[[int], object] = staticmethod(lambda count: None)

    def create(self, dossier: FullDossier) -> None:
        super().create(dossier)
        self.after_create(len(self.dossiers))


@pytest.fixture
def portal() -> ListeningPortal:
    return ListeningPortal()


@pytest.fixture
def engine(
    build_engine: Build, one_stop: FakeOneStop, portal: ListeningPortal, clock: FakeClock
) -> Engine:
    """An engine with a policy for A7, and four dossiers whose findings stood."""
    engine = build_engine(one_stop, portal, repair={"max_share": 1.0, "policy": [POLICY]})
    one_stop.put(*map(record, range(1, DOSSIERS + 1)))
    for _ in range(2):
        clock.advance(minutes=1)
        engine.pull()
        clock.advance(minutes=1)
        engine.reconcile()
        clock.advance(minutes=1)
        one_run(engine, stop=lambda: True)  # has the next pull ask again
    assert portal.dossiers == {}
    return engine


def one_run(engine: Engine, **how: object) -> PolicyRepair:
    (policy,) = engine.repair_policies.run(**how).policies  # type: ignore[arg-type]
    return policy


def test_it_stops_after_the_push_under_way_when_it_is_asked_to(
    engine: Engine, portal: ListeningPortal
) -> None:
    done = one_run(engine, stop=lambda: len(portal.dossiers) == 2)
    assert (done.state, len(done.applied), len(portal.dossiers)) == (PolicyState.STOPPED, 2, 2)
    assert one_run(engine).state is PolicyState.DONE
    assert len(portal.dossiers) == DOSSIERS
    assert portal.breaches == []


@pytest.mark.parametrize("policy", ["missing", None])
def test_a_person_can_pause_a_run_that_is_under_way(
    engine: Engine, portal: ListeningPortal, policy: str | None
) -> None:
    def person(count: int) -> None:
        engine.repair_policies.pause(policy, by="canbo.mau", why="the portal is slow")

    portal.after_create = person
    done = one_run(engine)
    assert (done.state, done.why) == (PolicyState.PAUSED, "the portal is slow")
    assert len(portal.dossiers) == 1
    assert one_run(engine).applied == ()
    engine.repair_policies.resume(policy, by="canbo.mau", why="it is quick again")
    portal.after_create = lambda count: None
    assert len(one_run(engine).applied) == DOSSIERS - 1


@pytest.mark.parametrize("source", ["dvcqg", "igate"])
def test_a_source_that_is_paused_ends_a_run_that_is_under_way(
    engine: Engine, portal: ListeningPortal, ledger: Ledger, source: str
) -> None:
    def person(count: int) -> None:
        with ledger.write() as connection:
            pause(connection, Pause(source, 0, Cause.PERSON, "canbo.mau", "it is being moved"))

    portal.after_create = person
    done = one_run(engine)
    assert (done.state, done.why) == (PolicyState.PAUSED, "it is being moved")
    assert len(portal.dossiers) == 1


def test_a_finding_that_is_excluded_while_others_are_pushed_is_not_pushed(
    engine: Engine, portal: ListeningPortal
) -> None:
    *_, last = (item.code for item in one_run(engine, dry_run=True).planned)

    def person(count: int) -> None:
        if count == 1:
            engine.decisions.exclude([last], actor="canbo.mau", reason="another law holds")

    portal.after_create = person
    done = one_run(engine)
    assert (done.state, done.left, len(done.applied)) == (PolicyState.DONE, {"excluded": 1}, 3)
    assert last not in portal.dossiers


def test_a_finding_that_a_person_is_asked_about_is_left_to_the_person(
    engine: Engine, portal: ListeningPortal
) -> None:
    code = record(2).code
    engine.decisions.assign([code], actor="canbo.mau", assignee="canbo.hai")
    assert one_run(engine).left == {"with_people": 1}
    assert code not in portal.dossiers
    assert len(portal.dossiers) == DOSSIERS - 1


def test_a_dossier_that_changed_since_the_reconcile_waits_for_the_next(
    engine: Engine, one_stop: FakeOneStop, portal: ListeningPortal, clock: FakeClock
) -> None:
    changed = record(3, status=Status.SUPPLEMENT)
    one_stop.put(record(3, status=changed.status, changed_at=record(50).changed_at))
    clock.advance(minutes=1)
    engine.pull()
    assert one_run(engine).left == {"changed": 1}
    assert changed.code not in portal.dossiers


def test_the_hours_end_a_run(
    build_engine: Build,
    engine: Engine,
    one_stop: FakeOneStop,
    portal: ListeningPortal,
    clock: FakeClock,
) -> None:
    policy = {**POLICY, "hours": "07:00-16:30"}  # it is 16:06
    limited = build_engine(one_stop, portal, repair={"max_share": 1.0, "policy": [policy]})
    portal.after_create = lambda count: clock.advance(minutes=20)
    assert one_run(limited).state is PolicyState.OFF_HOURS
    assert len(portal.dossiers) == 2


def test_a_refused_login_ends_the_run_at_once(engine: Engine, portal: ListeningPortal) -> None:
    portal.before["look_up"] = [Unauthorised("dvcqg", "login")]
    done = one_run(engine)
    assert (done.state, [one.outcome for one in done.applied]) == (
        PolicyState.UNREACHABLE,
        [Outcome.UNREACHABLE],
    )


def test_the_portal_is_looked_up_after_each_push_and_the_answer_is_kept(
    engine: Engine, portal: ListeningPortal, clock: FakeClock
) -> None:
    before = len(portal.asked)
    one_run(engine)
    # Before the write, and after it.
    assert len(portal.asked) == before + 2 * DOSSIERS
    clock.advance(minutes=1)
    engine.pull()
    assert len(portal.asked) == before + 2 * DOSSIERS
    engine.reconcile()
    assert [one for one in engine.findings() if one.rule == "A7"] == []


def test_without_a_policy_nothing_is_repaired(
    build_engine: Build, one_stop: FakeOneStop, ledger: Ledger
) -> None:
    summary = build_engine(one_stop).repair_policies.run()
    assert (summary.run, summary.policies, summary.ok) == (None, (), True)


@pytest.mark.parametrize(
    ("act", "error"),
    [
        (lambda e: e.repair_policies.pause("mising", by="a", why="b"), "there is no policy mising"),
        (lambda e: e.repair_policies.pause(by="a", why=" "), "say why"),
        (lambda e: e.repair_policies.pause(by="a", why="hỏi 099090000001"), "personal number"),
        (
            lambda e: e.repair_policies.resume(by="a", why="b"),
            "repair is not paused; paused: nothing",
        ),
    ],
)
def test_what_cannot_be_paused_is_told(
    engine: Engine, act: Callable[[Engine], object], error: str
) -> None:
    with pytest.raises((ConfigError, KhopError), match=error):
        act(engine)


def test_a_person_who_resumes_everything_is_told_which_policy_stays_paused(
    engine: Engine,
) -> None:
    engine.repair_policies.pause("missing", by="canbo.mau", why="wait")
    with pytest.raises(KhopError, match="paused: repair:missing"):
        engine.repair_policies.resume(by="canbo.mau", why="go on")


def test_the_pause_of_a_policy_that_left_khop_toml_can_be_ended(
    engine: Engine, ledger: Ledger
) -> None:
    with ledger.write() as connection:
        pause(connection, Pause("repair:gone", 0, Cause.CANARY, "khop", "2 of 5 were refused"))
    engine.repair_policies.resume("gone", by="canbo.mau", why="it is no more")
    with pytest.raises(ConfigError, match="there is no policy gone"):
        engine.repair_policies.resume("gone", by="canbo.mau", why="it is no more")
