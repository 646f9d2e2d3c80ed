"""What a monitor sees of a daemon that runs as a process of its own."""

from __future__ import annotations

import re
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

import pytest
from prometheus_client import Metric as Family
from prometheus_client.parser import text_string_to_metric_families

from khop.daemon.outside.metrics import METRICS, OF_LEDGER
from khop.sandbox import SandboxProcess
from tests.daemon.daemon_process import DaemonProcess, khop, province, wait_until
from tests.postgres import own_server

pytestmark = pytest.mark.slow


@contextmanager
def running(folder: Path, port: int) -> Iterator[DaemonProcess]:
    daemon = DaemonProcess(folder, port)
    try:
        yield daemon
    finally:
        assert daemon.stop() == 0, daemon.said()


@pytest.fixture(scope="module")
def systems_and_port(
    tmp_path_factory: pytest.TempPathFactory,
) -> Iterator[tuple[SandboxProcess, Path, int]]:
    folder = tmp_path_factory.mktemp("province")
    with province(folder) as (systems, port):
        yield systems, folder, port


@pytest.fixture(scope="module")
def daemon(systems_and_port: tuple[SandboxProcess, Path, int]) -> Iterator[DaemonProcess]:
    _, folder, port = systems_and_port
    with running(folder, port) as started:
        started.wait_for("/readyz", 200)
        yield started


def scraped(daemon: DaemonProcess) -> dict[str, Family]:
    status, text = daemon.get("/metrics")
    assert status == 200
    return {family.name: family for family in text_string_to_metric_families(text)}


def value(families: dict[str, Family], name: str, **labels: str) -> float | None:
    """The number of one series."""
    found = [s.value for s in families[name].samples if s.labels == labels]
    return found[0] if found else None


def first_pulls_ended(daemon: DaemonProcess) -> bool:
    families = scraped(daemon)
    done = {
        sample.labels["task"]
        for sample in families["khop_task_duration_seconds"].samples
        if sample.name.endswith("_count")
    }
    tasks = {sample.labels["task"] for sample in families["khop_tasks_running"].samples}
    return done >= {task for task in tasks if task.startswith("pull:")}


def test_every_documented_metric_is_there_and_no_other(daemon: DaemonProcess) -> None:
    def pulled() -> bool:
        ok = {"stream": "igate", "state": "ok"}
        return value(scraped(daemon), "khop_stream_state", **ok) == 1

    wait_until(pulled, "a first pull")
    families = scraped(daemon)
    assert set(families) == set(METRICS)
    for family in families.values():
        labels = {name for sample in family.samples for name in sample.labels} - {"le"}
        assert labels <= set(METRICS[family.name].labels), family.name
    assert value(families, "khop_ledger_up") == 1
    assert (value(families, "khop_stream_last_success_timestamp_seconds", stream="igate") or 0) > 0
    assert value(families, "khop_firings_last_day", task="pull:igate", state="done") == 1
    assert (value(families, "khop_ledger_size_bytes") or 0) > 100_000
    assert (value(families, "khop_log_head_number") or 0) > 0
    assert sum(s.value for s in families["khop_nodes_alive"].samples) == 1
    counted = {
        s.labels["task"]: s.value
        for s in families["khop_task_duration_seconds"].samples
        if s.name.endswith("_count")
    }
    assert counted["pull:igate"] == 1


def test_no_label_is_a_code_or_a_unit(
    daemon: DaemonProcess, systems_and_port: tuple[SandboxProcess, Path, int]
) -> None:
    systems, *_ = systems_and_port

    def compared() -> bool:
        return bool(scraped(daemon)["khop_findings"].samples)

    wait_until(compared, "findings")
    _, text = daemon.get("/metrics")
    codes = {str(line["code"]) for line in systems.truth() if line["code"]}
    assert codes
    assert [code for code in codes if code in text] == []
    assert re.findall(r"H99|UBND|Sở ", text) == []


def test_only_get_and_head_are_answered(daemon: DaemonProcess) -> None:
    assert daemon.get("/healthz")[0] == 200
    assert daemon.get("/healthz", "HEAD") == (200, "")
    assert daemon.get("/healthz", "POST")[0] == 501
    assert daemon.get("/anything")[0] == 404


def test_a_second_daemon_on_the_same_port_says_so(daemon: DaemonProcess) -> None:
    second = khop(daemon.folder, "daemon")
    assert second.returncode == 1
    assert f"cannot listen on 127.0.0.1:{daemon.port}" in second.stderr
    assert daemon.get("/healthz")[0] == 200


def test_each_line_of_a_task_says_which(daemon: DaemonProcess) -> None:
    def ended() -> list[dict[str, Any]]:
        return [line for line in daemon.lines() if line["event"] == "task_ended"]

    wait_until(lambda: {"pull:igate", "pull:dvcqg"} <= {line["task"] for line in ended()}, "pulls")
    ends = ended()
    assert all(line["task"] and line["slot"] and line["node"] for line in ends)
    pulls = {line["task"]: line for line in ends if line["task"].startswith("pull:")}
    assert all(f"pull:{line['source']}" == task for task, line in pulls.items())
    assert len({line["run"] for line in pulls.values()}) == len(pulls)


def test_the_ledger_goes_away(tmp_path: Path) -> None:
    with (
        own_server() as server,
        province(tmp_path, **{"sqlite:///khop.db": server.url("khop")}) as (_, port),
        running(tmp_path, port) as daemon,
    ):
        daemon.wait_for("/readyz", 200)
        assert value(scraped(daemon), "khop_ledger_up") == 1
        wait_until(lambda: first_pulls_ended(daemon), "the first pulls")
        server.stop()
        assert "the ledger is not reached" in daemon.wait_for("/readyz", 503)
        wait_until(lambda: value(scraped(daemon), "khop_ledger_up") == 0, "no ledger")
        assert set(METRICS) - set(scraped(daemon)) == {metric.name for metric in OF_LEDGER}
        assert daemon.get("/healthz")[0] == 200
        assert daemon.child.poll() is None
        told = [line for line in daemon.lines() if line["event"] == "ledger_not_reached"]
        assert len(told) == 1


def test_a_ledger_that_is_locked_for_long_keeps_nobody_from_being_alive_or_from_ending(
    tmp_path: Path,
) -> None:
    with province(tmp_path) as (_, port), running(tmp_path, port) as daemon:
        daemon.wait_for("/readyz", 200)
        with closing(sqlite3.connect(tmp_path / "khop.db", isolation_level=None)) as other:
            other.execute("BEGIN IMMEDIATE")
            assert "was not looked at lately" in daemon.wait_for("/readyz", 503)
            assert daemon.get("/healthz")[0] == 200  # though its look has waited for 15 seconds
            other.execute("ROLLBACK")
            daemon.wait_for("/readyz", 200)
            wait_until(lambda: first_pulls_ended(daemon), "the first pulls")
            other.execute("BEGIN IMMEDIATE")
            began = time.monotonic()
            assert daemon.stop() == 0
            assert time.monotonic() - began < 30
        assert [line for line in daemon.lines() if line["event"] == "task_failed"] == []
