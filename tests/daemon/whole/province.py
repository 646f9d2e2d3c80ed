"""``khop daemon`` in processes of its own, against a simulated province."""

from __future__ import annotations

import json
import os
import shutil
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from itertools import pairwise
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from khop.daemon.firings import OPEN, State
from khop.sandbox import SandboxProcess, start_process
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import node, task_firing
from khop.version import __version__
from tests import paths

#: Seconds that something may take on a busy machine.
PATIENCE = 90.0
#: Runs a program with process numbers of its own; killed, it takes the program with it.
ELSEWHERE = ("unshare", "--pid", "--fork", "--kill-child", "--mount-proc")
_SETTINGS = """
[daemon]
listen = ""

[schedule]
pull = { every = "10s" }
"""


@dataclass
class Running:
    """One process of the daemon. ``log``: the file of its lines; ``number``: its process number,
    as it sees it itself."""

    process: subprocess.Popen[bytes]
    log: Path
    number: int

    @property
    def pid(self) -> int:
        return self.process.pid

    def lines(self, event: str) -> list[dict[str, Any]]:
        whole = self.log.read_text("utf-8").rpartition("\n")[0]  # a killed one may break off
        found = [json.loads(line) for line in whole.splitlines() if line.startswith("{")]
        return [line for line in found if line["event"] == event]

    def kill(self) -> None:
        self.process.kill()
        self.process.wait()

    def goes_on_for(self, seconds: float) -> None:
        """Let time pass; it must not end in it."""
        try:
            code = self.process.wait(seconds)
        except subprocess.TimeoutExpired:
            return
        raise AssertionError(f"the daemon ended by itself: {code}")

    def stop(self) -> tuple[int, float]:
        """Tell it to stop; its exit code, and how long that took, in seconds."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(PATIENCE), time.monotonic() - began


@dataclass
class Province:
    """An installation of khop and the systems around it."""

    folder: Path
    sandbox: SandboxProcess
    ledger: Ledger
    started: list[Running] = field(default_factory=list)

    def start(self, *, elsewhere: bool = False, version: str | None = None) -> Running:
        """Start a process of the daemon; it is there when its sign of life is in the ledger.
        ``elsewhere``: where the others cannot see whether it lives, as in another container.
        ``version``: of the program, where it is not this one."""
        log = self.folder / f"daemon-{len(self.started)}.log"
        with log.open("wb") as out:
            command = [*(ELSEWHERE if elsewhere else ()), sys.executable, "-m", "khop", "daemon"]
            code = paths.ROOT if version is None else self._released(version)
            process = subprocess.Popen(
                command, cwd=self.folder, env=_environment(code), stdout=out, stderr=out
            )
        self.started.append(Running(process, log, 1 if elsewhere else process.pid))
        return self.started[-1]

    @contextmanager
    def silent(self) -> Iterator[None]:
        """No system answers during the block: what calls one hangs."""
        os.kill(self.sandbox.pid, signal.SIGSTOP)
        try:
            yield
        finally:
            os.kill(self.sandbox.pid, signal.SIGCONT)

    def _released(self, version: str) -> Path:
        """Where a khop of another version is, which is otherwise the same."""
        folder = self.folder / f"khop-{version}"
        ignore = shutil.ignore_patterns("__pycache__")
        shutil.copytree(paths.ROOT / "khop", folder / "khop", ignore=ignore)
        file = folder / "khop" / "version.py"
        file.write_text(file.read_text("utf-8").replace(__version__, version), "utf-8")
        return folder

    def khop(self, *args: str, folder: Path | None = None) -> str:
        """Run a command of khop; what it says."""
        done = subprocess.run(
            [sys.executable, "-m", "khop", *args, "--lang", "en"],
            cwd=folder or self.folder,
            env=_environment(),
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode in (0, 2), done.stderr
        return done.stdout

    def findings(self, folder: Path | None = None) -> Counter[tuple[str, str]]:
        listed = json.loads(self.khop("audit", "--format", "json", folder=folder))
        return Counter((one["rule"], one["code"]) for one in listed["findings"])

    def rows(self, *conditions: sa.ColumnElement[bool]) -> list[Any]:
        """Rows of task_firing."""
        with self.ledger.read() as connection:
            return list(connection.execute(sa.select(task_firing).where(*conditions)))

    def is_there(self, running: Running, state: str = "running") -> bool:
        with self.ledger.read() as connection:
            names = connection.scalars(sa.select(node.c.id).where(node.c.state == state))
            return any(f":{running.number}/" in name for name in names)

    def held_by(self, running: Running) -> set[tuple[str, int]]:
        """The firings that it runs: task and slot."""
        rows = self.rows(task_firing.c.state == State.RUNNING)
        return {(row.task, row.slot_us) for row in rows if f":{running.number}/" in row.node}

    def gaps(self, task: str) -> list[tuple[int, int]]:
        """Where no row accounts for a slot of a task that is called every 10 seconds."""
        rows = sorted((row.since_us, row.slot_us) for row in self.rows(task_firing.c.task == task))
        return [
            (before, after)
            for (_, before), (after, _) in pairwise(rows)
            if after - before != 10_000_000
        ]

    def ends(self) -> Counter[tuple[str, str]]:
        """How often each slot ended well, as the processes say."""
        lines = [line for one in self.started for line in one.lines("task_ended")]
        return Counter((line["task"], line["slot"]) for line in lines)

    def done_since(self, us: int) -> set[str]:
        return {row.task for row in self.rows(task_firing.c.started_us > us) if row.state == "done"}

    def open_rows(self) -> list[Any]:
        return self.rows(task_firing.c.state.in_(OPEN))


def wait_for(condition: Callable[[], Any], running: Running, seconds: float = PATIENCE) -> Any:
    """Wait until something holds, while a process runs; what it gave."""
    until = time.monotonic() + seconds
    while not (found := condition()):
        running.goes_on_for(0.05)
        assert time.monotonic() < until, "it did not happen"
    return found


def can_run_elsewhere() -> bool:
    """Whether this account may make process numbers of its own."""
    return subprocess.run([*ELSEWHERE, "true"], capture_output=True, check=False).returncode == 0


def now_us() -> int:
    return time.time_ns() // 1000


@contextmanager
def province(
    folder: Path,
    ledger_url: str,
    size: int = 300,
    schedule: str = "",
    *,
    seed: int = 3,
    now: datetime | None = None,
    settings: str = _SETTINGS,
) -> Iterator[Province]:
    """A province. ``now``: of the systems, the true time when left out. ``settings``: added to its
    khop.toml. ``schedule``: lines of [schedule], which ends the usual settings."""
    with start_process(size=size, seed=seed, now=now, folder=folder) as sandbox:
        written = folder / "khop.toml"
        text = written.read_text("utf-8").replace("sqlite:///khop.db", ledger_url)
        written.write_text(text + settings + schedule, "utf-8")
        made = subprocess.run(
            [sys.executable, "-m", "khop", "init"], cwd=folder, env=_environment(), check=False
        )
        assert made.returncode == 0
        here = Province(folder, sandbox, Ledger(ledger_url))
        try:
            yield here
        finally:
            for running in here.started:
                running.kill()
            here.ledger.close()


def _environment(code: Path = paths.ROOT) -> dict[str, str]:
    places = [str(code), *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(places)}
