"""Repair by policy against the simulated portal: killed at any instant, and on a bad day."""

from __future__ import annotations

import json
import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from khop.config.load import load_config
from khop.sandbox import Faults, Sandbox
from khop.sync.engine import Engine
from khop.sync.opening import open_engine
from khop.sync.results import PolicyRepair, PolicyState
from tests.crash.test_kill import NOW, run_worker, set_up, world
from tests.crash.worker import ADAPTERS

pytestmark = pytest.mark.slow

_POLICY = """\
max_share = 1.0
[[repair.policy]]
name = "all"
rules = ["A7", "B6", "B11", "C12", "C14"]
max_per_run = 500
max_per_day = 1000
hours = "00:00-24:00"
working_days = false
"""
LATER = NOW + timedelta(hours=2)
#: How often a repair is killed, and the latest kill in seconds after the process began.
KILLS, LATEST = 8, 2.5


def confirmed(folder: Path, sandbox: Sandbox) -> Path:
    """khop.toml of an installation whose findings stood."""
    config = set_up(folder, sandbox)
    text = config.read_text("utf-8")
    assert "max_changes = 1000\n" in text
    config.write_text(text.replace("max_changes = 1000\n", f"max_changes = 1000\n{_POLICY}"))
    for now in (NOW, LATER):
        run_worker(config, now, ["pull"])
        run_worker(config, now + timedelta(minutes=1), ["reconcile"])
    return config


def opened(config: Path, now: datetime) -> Engine:
    return open_engine(load_config(config, ADAPTERS), ADAPTERS, clock=lambda: now)


def repair(config: Path, now: datetime) -> PolicyRepair:
    with opened(config, now) as engine:
        (policy,) = engine.repair_policies.run().policies
    return policy


def steps_come_once(sandbox: Sandbox) -> bool:
    sent = [sandbox.steps(code) for code in sandbox.world.portal]
    return all(len(steps) == len({json.dumps(step) for step in steps}) for steps in sent)


def test_a_repair_that_is_killed_again_and_again_sends_nothing_twice(tmp_path: Path) -> None:
    rng = random.Random(3)
    now = LATER + timedelta(minutes=2)
    with Sandbox(world(3)) as sandbox:
        config = confirmed(tmp_path, sandbox)
        with opened(config, now) as engine:
            (planned,) = engine.repair_policies.run(dry_run=True).policies
        assert len(planned.planned) >= 10
        killed = [
            run_worker(config, now, ["repair"], rng.uniform(0.3, LATEST)) for _ in range(KILLS)
        ]
        assert sum(killed) >= 3
        assert repair(config, now).state is PolicyState.DONE
        assert repair(config, now).planned == ()
        assert sandbox.violations() == []
        assert steps_come_once(sandbox)
        there = {item.code for item in planned.planned} & set(sandbox.world.portal)
        assert len(there) == len(planned.planned)


@pytest.mark.parametrize("kind", ["html_502", "commit_then_reset"])
def test_on_a_bad_day_the_portal_sees_nothing_twice_whoever_resumes(
    kind: str, tmp_path: Path
) -> None:
    now = LATER + timedelta(minutes=2)
    with Sandbox(world(4)) as sandbox:
        config = confirmed(tmp_path, sandbox)
        sandbox.set_faults(Faults(rate=0.3, kinds=frozenset({kind}), seed=4))
        for _ in range(30):
            policy = repair(config, now)
            if policy.state is PolicyState.DONE:
                break
            if policy.state is PolicyState.PAUSED:
                with opened(config, now) as engine:
                    engine.repair_policies.resume("all", by="canbo.mau", why="again")
        assert policy.state is PolicyState.DONE
        sandbox.set_faults(None)
        assert sandbox.violations() == []
        assert steps_come_once(sandbox)
