"""Two processes of the daemon at work while their PostgreSQL server is stopped and started."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.daemon.firings import State
from khop.sync.ledger.schema import stream_health
from tests.daemon.whole.province import Province, Running, now_us, province, wait_for
from tests.postgres import OwnServer, own_server

pytestmark = pytest.mark.slow

_RESTARTS = 6
_MORE = """
reconcile = { every = "10s" }
"traverse:igate" = { every = "10s" }
"""


def test_a_server_that_is_restarted_again_and_again_costs_no_slot_and_no_failure(
    tmp_path: Path,
) -> None:
    rng = random.Random(4)
    with (
        own_server() as server,
        province(tmp_path / "province", server.url("khop"), 1000, _MORE) as here,
    ):
        nodes = [here.start(), here.start()]
        for node in nodes:
            wait_for(lambda: here.is_there(node), node)  # noqa: B023
        for _ in range(_RESTARTS):
            wait_for(lambda: any(here.held_by(node) for node in nodes), nodes[0])
            nodes[0].goes_on_for(rng.uniform(0.0, 0.3))
            _restart(server, nodes, rng.uniform(0.0, 3.0))
        _went_on(here, nodes)
        assert here.sandbox.violations() == []


def _restart(server: OwnServer, nodes: list[Running], seconds: float) -> None:
    before = [len(node.lines("ledger_reached_again")) for node in nodes]
    server.stop()
    for node, count in zip(nodes, before, strict=True):
        wait_for(lambda: len(node.lines("ledger_not_reached")) > count, node)  # noqa: B023
    nodes[0].goes_on_for(seconds)
    server.start()
    for node, count in zip(nodes, before, strict=True):
        wait_for(lambda: len(node.lines("ledger_reached_again")) > count, node)  # noqa: B023


def _went_on(here: Province, nodes: list[Running]) -> None:
    """Both processes live and work, no slot is lost or done twice, and nothing has failed."""
    now = now_us()
    pulls = {row.task for row in here.rows() if row.task.startswith("pull:")}
    assert len(pulls) == 6
    wait_for(lambda: {*pulls, "reconcile"} <= here.done_since(now), nodes[0])
    assert [node.stop()[0] for node in nodes] == [0, 0]
    assert any(node.lines("task_interrupted") for node in nodes)
    assert [line for node in nodes for line in node.lines("task_failed")] == []
    assert here.rows(sa.literal_column("state") == State.FAILED) == []
    with here.ledger.read() as connection:
        assert set(connection.scalars(sa.select(stream_health.c.failures))) <= {0}
    assert all(row.state == State.DUE for row in here.open_rows())
    assert [(task, gap) for task in pulls for gap in here.gaps(task)] == []
    assert max(here.ends().values()) == 1
