"""What every benchmark needs: programs that measure themselves, medians, the machine's name."""

from __future__ import annotations

import json
import os
import platform
import resource
import subprocess
import sys
import time
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
RESULTS = ROOT / "bench" / "results" / "latest.json"
PACKAGES = (
    "dlt",
    "duckdb",
    "httpx",
    "ibis-framework",
    "pyarrow",
    "pydantic",
    "sqlalchemy",
)


def run_peer(module: str, *arguments: object) -> dict[str, Any]:
    """Run a peer as a child process; returns the JSON of its last line.

    Raises RuntimeError when it fails.
    """
    command = [sys.executable, "-m", f"bench.peers.{module}", *map(str, arguments)]
    done = subprocess.run(
        command, cwd=ROOT, env=environment(), capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise RuntimeError(f"{module} failed:\n{done.stderr[-4000:]}")
    measured: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return measured


def environment() -> dict[str, str]:
    """The environment of a child: the same khop and bench as its parent, no telemetry."""
    paths = [str(ROOT), *filter(None, [os.environ.get("PYTHONPATH")])]
    quiet = {"RUNTIME__DLTHUB_TELEMETRY": "false", "RUNTIME__LOG_LEVEL": "CRITICAL"}
    return {**os.environ, **quiet, "PYTHONPATH": os.pathsep.join(paths)}


def report(**measured: object) -> None:
    """Print what a peer measured."""
    print(json.dumps(measured))


class Spent:
    """Time spent in a ``with`` block: ``seconds`` by the clock, ``cpu`` of this process and of the
    ones it started that have ended."""

    def __enter__(self) -> Spent:
        self.seconds, self.cpu = -time.perf_counter(), -_processor_seconds()
        return self

    def __exit__(self, *_: object) -> None:
        self.seconds += time.perf_counter()
        self.cpu += _processor_seconds()

    def as_json(self) -> dict[str, float]:
        return {"seconds": round(self.seconds, 3), "cpu": round(self.cpu, 3)}


def _processor_seconds() -> float:
    ended = resource.getrusage(resource.RUSAGE_CHILDREN)
    return time.process_time() + ended.ru_utime + ended.ru_stime


def memory_mb() -> dict[str, float]:
    """This process's memory now and at its highest, in MiB (Linux)."""
    lines = Path("/proc/self/status").read_text("ascii").splitlines()
    kb = {name: text for name, _, text in (line.partition(":") for line in lines)}
    return {
        "now": round(int(kb["VmRSS"].split()[0]) / 1024, 1),
        "peak": round(int(kb["VmHWM"].split()[0]) / 1024, 1),
    }


def middle(rounds: Sequence[dict[str, Any]], key: str) -> float:
    """The median of one number over all rounds."""
    return median(float(each[key]) for each in rounds)


def alternated(names: Sequence[str], number: int) -> list[str]:
    """The order of a round: each round starts with another peer."""
    shift = number % len(names)
    return [*names[shift:], *names[:shift]]


def surroundings() -> dict[str, Any]:
    """Time, machine and package versions of a run."""
    return {
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "processor": _processor(),
        "cores": os.cpu_count(),
        "memory_gb": round(os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES") / 2**30, 1),
        "system": platform.system() + " " + platform.release(),
        "python": platform.python_version(),
        "load": [round(part, 2) for part in os.getloadavg()],
        "packages": dict(_versions(PACKAGES)),
    }


def keep(name: str, measured: dict[str, Any]) -> None:
    """Write the numbers of one benchmark into ``results/latest.json``; the others are kept."""
    known = json.loads(RESULTS.read_text("utf-8")) if RESULTS.exists() else {}
    known[name] = {"surroundings": surroundings(), **measured}
    RESULTS.parent.mkdir(exist_ok=True)
    RESULTS.write_text(json.dumps(known, indent=2, ensure_ascii=False) + "\n", "utf-8")


def _processor() -> str:
    for line in Path("/proc/cpuinfo").read_text("utf-8").splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.machine()


def _versions(packages: Iterable[str]) -> Iterable[tuple[str, str]]:
    for package in packages:
        try:
            yield package, version(package)
        except PackageNotFoundError:
            yield package, "not installed"
