"""A repair that meets a portal which is away, or does not accept the account."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass

import pytest
import sqlalchemy as sa

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.daemon import firings
from khop.daemon.health import Watcher
from khop.daemon.node import Node
from khop.daemon.outside.measures import Measures
from khop.daemon.running import Runner
from khop.daemon.tasks import Kind, tasks_of
from khop.loopback import Request, Response
from khop.sync.ledger.leases.processes import this_process
from khop.sync.ledger.schema import pause, task_firing
from khop.sync.opening import open_engine, readable_sources
from tests.cases.installation import Installation, installation
from tests.cases.test_repair_by_policy import LOOK_UP, begin, rewrite, sent, stand

__all__ = ["installation"]

pytestmark = pytest.mark.slow


@dataclass(frozen=True)
class Ended:
    """``repair``: the state and the reason of a repair; ``next``: those of the one after it;
    ``paused``: what is paused then."""

    repair: tuple[str, str]
    next: tuple[str, str]
    paused: list[str]


@pytest.fixture
def repaired(installation: Installation) -> Callable[[], Ended]:
    def run() -> Ended:
        path = installation.folder / "khop.toml"
        config = load_config(path, adapter_types())
        tasks = tasks_of(config, readable_sources(config, adapter_types()))
        with open_engine(config, adapter_types(), clock=lambda: installation.now) as engine:
            node = Node(engine.ledger, this_process(), tasks, lambda: installation.now)
            runner = Runner(
                node,
                Watcher.of(config.alarms),
                config,
                path,
                lambda sources: open_engine(
                    config, adapter_types(), clock=lambda: installation.now, sources=sources
                ),
                lambda: installation.now,
                threading.Event(),
                Measures(),
            )
            ends = [_repair(installation, node, runner) for _ in range(2)]
            with engine.ledger.read() as connection:
                return Ended(ends[0], ends[1], list(connection.scalars(sa.select(pause.c.name))))

    return run


def _repair(installation: Installation, node: Node, runner: Runner) -> tuple[str, str]:
    us = int(installation.now.timestamp()) * 1_000_000
    with node.ledger.write() as connection:
        firings.trigger(connection, Kind.REPAIR, "after a reconcile", us, us)
    for firing in node.tick():
        runner.run(firing)
    here = (task_firing.c.task == Kind.REPAIR, task_firing.c.slot_us == us)
    with node.ledger.read() as connection:
        row = connection.execute(sa.select(task_firing).where(*here)).one()
    installation.now = installation.now.replace(minute=installation.now.minute + 1)
    return row.state, row.reason


def test_a_repair_that_finds_the_portal_away_has_failed(
    installation: Installation, repaired: Callable[[], Ended]
) -> None:
    begin(installation, 7)
    stand(installation)
    installation.portal.answers[LOOK_UP] = lambda request: Response.text("Bad Gateway", 502)
    ended = repaired()
    assert ended.repair[0] == ended.next[0] == "failed"
    assert "dvcqg" in ended.repair[1]
    assert ended.paused == []


def test_more_findings_than_a_policy_may_repair_are_told(
    installation: Installation, repaired: Callable[[], Ended]
) -> None:
    begin(installation, 7)
    rewrite(installation, "max_share = 1.0", "max_share = 0.5")
    stand(installation)
    ended = repaired()
    assert ended.repair[0] == "failed"
    assert "100.0% of all 7 cases" in ended.repair[1]


def test_a_login_that_is_refused_to_a_repair_pauses_the_portal(
    installation: Installation, repaired: Callable[[], Ended]
) -> None:
    begin(installation, 7)
    stand(installation)
    tried = 0

    def refuse(request: Request) -> Response:
        nonlocal tried
        tried += 1
        return Response.json({"error_code": -1, "message": "Sai tài khoản hoặc mật khẩu"})

    installation.portal.answers["login"] = refuse
    ended = repaired()
    assert ended.repair[0] == "failed"
    assert "does not accept the account" in ended.repair[1]
    assert ended.paused == ["dvcqg"]
    assert ended.next[0] == "skipped"
    assert "paused" in ended.next[1]
    assert (tried, sent(installation)) == (1, [])
