"""The daemon, as processes of its own: how soon another goes on, how late a firing is, how long the
end takes, what an idle process costs, how soon people are told.

    python -m bench.daemon [--seconds N] [--rounds N] [--ledger sqlite|postgresql]

Not a comparison: the figures stand beside the aims. Everything is of one machine, with the sandbox
as the systems around khop.
"""

from __future__ import annotations

import argparse
import json
import os
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from bench.measure import keep
from khop.sandbox import Faults
from khop.sync.ledger.schema import task_firing
from tests.daemon.whole.province import (
    Province,
    Running,
    can_run_elsewhere,
    now_us,
    province,
    wait_for,
)
from tests.postgres import own_server

LEDGERS = ("sqlite", "postgresql")
#: Pulls that a province has, all of which run at a time when no system answers.
_AT_WORK = 6
_PROGRAM = """#!/bin/sh
echo "$(date +%s.%N) $(cat)" >>{folder}/told
"""
_TICKS = os.sysconf("SC_CLK_TCK")


def measure(ledger: str, seconds: float, rounds: int) -> dict[str, Any]:
    """All figures of one kind of ledger. ``seconds``: how long lateness and idle load are watched;
    ``rounds``: how often a process is killed and stopped."""
    with TemporaryDirectory() as folder, _url(ledger, Path(folder)) as url:
        program = Path(folder) / "tell"
        program.write_text(_PROGRAM.format(folder=folder), "ascii")
        program.chmod(0o700)
        more = f'\n[alarms]\ncommand = ["{program}"]\n'
        with province(Path(folder) / "province", url, schedule=more) as here:
            return {
                "lateness": _lateness(here, seconds),
                "takeovers": [_takeovers(here) for _ in range(rounds)],
                "notice": _notice(here, Path(folder) / "told"),
                "idle": _idle(here, seconds),
            }


@contextmanager
def _url(ledger: str, folder: Path) -> Iterator[str]:
    if ledger == "sqlite":
        yield f"sqlite:///{folder / 'khop.db'}"
        return
    with own_server() as server:
        yield server.url("khop")


def _lateness(here: Province, seconds: float) -> dict[str, float]:
    """From when a firing could start to its start, in seconds; two processes, six pulls each 10
    seconds and the reconciles that follow them."""
    nodes = [_begun(here), _begun(here)]
    began = now_us()
    for node in nodes:
        node.goes_on_for(seconds / len(nodes))
    rows = here.rows(
        task_firing.c.slot_us > began,
        task_firing.c.started_us.is_not(None),
        task_firing.c.attempts == 1,
    )
    late = [(row.started_us - row.start_us) / 1e6 for row in rows]
    stops = [node.stop()[1] for node in nodes]
    return {
        "firings": len(late),
        "p50": share(late, 0.5),
        "p99": share(late, 0.99),
        "longest_stop_while_systems_answer": round(max(stops), 2),
    }


def _takeovers(here: Province) -> dict[str, float]:
    """Seconds until another process runs what one left: killed where the other sees it, and where
    it does not; told to stop. No system answers meanwhile."""
    found = {}
    with here.silent():
        first = _begun(here, at_work=True)
        other = _begun(here)
        found["after_kill_seen"] = _taken_over(here, first, other, first.kill)
    _settled(here, other)
    if can_run_elsewhere():
        with here.silent():
            far = _begun(here, elsewhere=True, at_work=True)
            other = _begun(here)
            found["after_kill_unseen"] = _taken_over(here, far, other, far.kill)
        _settled(here, other)
    with here.silent():
        first = _begun(here, at_work=True)
        other = _begun(here)
        began = time.monotonic()
        found["after_stop"] = _taken_over(here, first, other, first.stop)
        found["stop_while_no_system_answers"] = round(time.monotonic() - began, 2)
    _settled(here, other)
    return found


def _taken_over(here: Province, first: Running, other: Running, end: Callable[[], object]) -> float:
    """Seconds from the end of one process to the start of what it ran in the other."""
    held = here.held_by(first)
    end()
    ended = now_us()
    wait_for(lambda: held & here.held_by(other), other)
    again = held & here.held_by(other)
    begun_us = min(int(row.started_us) for row in here.rows() if (row.task, row.slot_us) in again)
    return round(max(begun_us - ended, 0) / 1e6, 2)


def _notice(here: Province, told: Path) -> dict[str, float]:
    """Seconds until a program of [alarms] is called, when the systems answer nothing but errors:
    after they began to, and after the third run in a row failed. Pulls come every 10 seconds."""
    node, before = _begun(here), now_us()
    wait_for(lambda: here.done_since(before) >= {"pull:igate", "pull:dvcqg"}, node)
    began = now_us()
    here.sandbox.set_faults(Faults(1.0, frozenset({"html_502"})))
    stream, at_us = wait_for(lambda: _first_alarm(told, began), node, 600.0)
    failed = here.rows(task_firing.c.state == "failed", task_firing.c.started_us > began)
    ends = sorted(row.finished_us for row in failed if row.task == f"pull:{stream}")
    here.sandbox.set_faults(Faults(0.0))
    node.stop()
    return {
        "after_the_fault": round((at_us - began) / 1e6, 1),
        "after_the_third_failure": round((at_us - ends[2]) / 1e6, 1),
    }


def _first_alarm(told: Path, since_us: int) -> tuple[str, int] | None:
    """The first stream that was said to fail, and when."""
    for line in told.read_text("utf-8").splitlines() if told.exists() else ():
        moment, _, body = line.partition(" ")
        at_us = int(float(moment) * 1e6)
        for alarm in json.loads(body)["alarms"]:
            if alarm["kind"] == "began" and alarm["state"] == "down" and at_us > since_us:
                return alarm["about"], at_us
    return None


def _idle(here: Province, seconds: float) -> dict[str, float]:
    """Share of one core that a process takes that has nothing to do, in percent, and its memory in
    MiB."""
    written = here.folder / "khop.toml"
    written.write_text(written.read_text("utf-8").replace('"10s"', '"1d"'), "utf-8")
    node = _begun(here)
    wait_for(lambda: not here.open_rows(), node)
    before, began = processor_seconds(node.pid), time.monotonic()
    node.goes_on_for(seconds)
    used = processor_seconds(node.pid) - before
    share_of_core = 100 * used / (time.monotonic() - began)
    status = Path(f"/proc/{node.pid}/status").read_text("ascii")
    (resident,) = [line.split()[1] for line in status.splitlines() if line.startswith("VmRSS")]
    node.stop()
    return {"percent_of_a_core": round(share_of_core, 2), "memory_mb": int(resident) // 1024}


def _begun(here: Province, *, elsewhere: bool = False, at_work: bool = False) -> Running:
    """A process that is there; ``at_work``: that runs all pulls."""
    node = here.start(elsewhere=elsewhere)
    wait_for(lambda: here.is_there(node), node)
    if at_work:
        wait_for(lambda: len(here.held_by(node)) == _AT_WORK, node)
    return node


def _settled(here: Province, node: Running) -> None:
    """What was begun has ended, and the process too."""
    wait_for(lambda: not here.held_by(node), node)
    node.stop()


def share(values: Sequence[float], part: float) -> float:
    """The value that this part of the values does not exceed, to hundredths."""
    ordered = sorted(values)
    return round(ordered[min(int(part * len(ordered)), len(ordered) - 1)], 2)


def processor_seconds(pid: int) -> float:
    """What a process and its threads have used so far, in itself and in the system (Linux)."""
    fields = Path(f"/proc/{pid}/stat").read_text("ascii").rpartition(")")[2].split()
    return (int(fields[11]) + int(fields[12])) / _TICKS


def main(argv: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.daemon", description=__doc__)
    parser.add_argument("--seconds", type=float, default=120.0, help="for lateness and idle load")
    parser.add_argument("--rounds", type=int, default=3, help="kills and stops")
    parser.add_argument("--ledger", choices=LEDGERS, help="default: both")
    chosen = parser.parse_args(argv)
    done = {}
    for ledger in (chosen.ledger,) if chosen.ledger else LEDGERS:
        done[ledger] = measure(ledger, chosen.seconds, chosen.rounds)
        print(f"daemon, {ledger}")
        for name, figures in done[ledger].items():
            print(f"  {name:10} {figures}")
    keep("daemon", done)


if __name__ == "__main__":
    main()
