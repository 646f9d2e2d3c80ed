"""``khop daemon`` as a process of its own, with the systems of a sandbox."""

from __future__ import annotations

import json
import os
import socket
import subprocess
import sys
import time
import urllib.error
import urllib.request
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from khop.sandbox import SandboxProcess, start_process
from tools.repository import ROOT

#: Seconds after which something that must happen did not.
DEADLINE = 60.0


def wait_until(holds: Callable[[], bool], what: str, seconds: float = DEADLINE) -> None:
    """Wait until a condition holds. Fails when it does not in time."""
    until = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < until, f"waited {seconds:.0f} s for {what}"
        time.sleep(0.05)


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        return int(taken.getsockname()[1])


class DaemonProcess:
    """A running daemon; ``folder`` holds its khop.toml."""

    def __init__(self, folder: Path, port: int) -> None:
        self.folder = folder
        self.port = port
        self.log = folder / "daemon.log"
        with self.log.open("a") as out:
            self.child = subprocess.Popen(
                [sys.executable, "-m", "khop", "daemon"],
                cwd=folder,
                env=_environment(),
                stdout=out,
                stderr=subprocess.STDOUT,
            )

    def get(self, path: str, method: str = "GET") -> tuple[int, str]:
        """The status and the body of an answer; 0 when nobody listens."""
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", method=method)
        try:
            with urllib.request.urlopen(request, timeout=30) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            with refused:
                return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def wait_for(self, path: str, status: int) -> str:
        """Wait until this is the status of an address; its body."""
        wait_until(lambda: self.get(path)[0] == status, f"{status} of {path}: {self.said()}")
        return self.get(path)[1]

    def lines(self) -> list[dict[str, Any]]:
        """What it logged."""
        return [json.loads(line) for line in self.log.read_text("utf-8").splitlines()]

    def said(self) -> str:
        return self.log.read_text("utf-8")[-2000:]

    def stop(self) -> int:
        """Tell it to stop, as a supervisor does; its exit code."""
        self.child.terminate()
        try:
            return self.child.wait(DEADLINE)
        finally:
            self.child.kill()


def khop(folder: Path, *args: str) -> subprocess.CompletedProcess[str]:
    """One command in this folder."""
    return subprocess.run(
        [sys.executable, "-m", "khop", *args, "--lang", "en"],
        cwd=folder,
        env=_environment(),
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


@contextmanager
def province(folder: Path, **settings: str) -> Iterator[tuple[SandboxProcess, int]]:
    """A sandbox of today and an installation of it; the port that its daemon listens on.
    ``settings``: values of khop.toml to put in the place of others."""
    port = free_port()
    with start_process(size=200, seed=5, now=datetime.now(UTC), folder=folder) as systems:
        path = folder / "khop.toml"
        text = path.read_text("utf-8")
        for before, after in settings.items():
            assert before in text
            text = text.replace(before, after)
        path.write_text(f'{text}\n[daemon]\nlisten = "127.0.0.1:{port}"\n', "utf-8")
        made = khop(folder, "init")
        assert made.returncode == 0, made.stderr
        yield systems, port


def _environment() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT)}
