"""The sandbox in a child process, and a client of its control plane."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import urllib.request
from collections.abc import Mapping, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Any

from khop.sandbox.common.faults import Faults

_WAIT = 10.0


class ControlClient:
    """Calls the control plane at ``url``. Raises ``urllib.error.HTTPError`` on a refusal."""

    def __init__(self, url: str) -> None:
        self._url = url
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def violations(self) -> list[dict[str, Any]]:
        return self._call("/violations")  # type: ignore[no-any-return]

    def truth(self) -> list[dict[str, Any]]:
        return self._call("/truth")  # type: ignore[no-any-return]

    def findings(self) -> list[dict[str, Any]]:
        return self._call("/findings")  # type: ignore[no-any-return]

    def stats(self) -> dict[str, dict[str, dict[str, int]]]:
        return self._call("/stats")  # type: ignore[no-any-return]

    def set_faults(self, faults: Faults) -> None:
        body = {"rate": faults.rate, "kinds": sorted(faults.kinds), "seed": faults.seed}
        self._call("/faults", body)

    def advance(self, seconds: float) -> datetime:
        """Move the world's now forward; it afterwards."""
        return datetime.fromisoformat(self._call("/advance", {"seconds": seconds})["now"])

    def touch(self, code: str) -> None:
        self._call("/touch", {"code": code})

    def change_status(self, code: str, status: int) -> None:
        self._call("/change_status", {"code": code, "status": status})

    def portal_forget(self, code: str) -> None:
        self._call("/portal_forget", {"code": code})

    def portal_put(self, code: str, status: int | None = None) -> None:
        self._call("/portal_put", {"code": code, "status": status})

    def logbook_write(self, **row: Any) -> dict[str, Any]:
        """Append a row to the logbook. Its place: file, sheet and row."""
        return self._call("/logbook_write", row)  # type: ignore[no-any-return]

    def register_write(self, **row: Any) -> dict[str, Any]:
        """Append a row to the register of results. Its place: file, sheet and row."""
        return self._call("/register_write", row)  # type: ignore[no-any-return]

    def _call(self, path: str, body: Mapping[str, Any] | None = None) -> Any:
        data = None if body is None else json.dumps(body).encode()
        request = urllib.request.Request(self._url + path, data=data)
        with self._opener.open(request, timeout=_WAIT) as answer:
            return json.load(answer)


class SandboxProcess(ControlClient):
    """A running child; a context manager. It ends when its parent ends, in whatever way."""

    def __init__(self, child: subprocess.Popen[bytes], ready: Mapping[str, Any]) -> None:
        super().__init__(ready["urls"]["control"])
        self._child = child
        self.urls: dict[str, str] = dict(ready["urls"])
        self.now = datetime.fromisoformat(ready["now"])
        self.pid = child.pid

    def stop(self) -> int:
        """End the child and wait for it. Its exit code."""
        with self._child:
            assert self._child.stdin is not None
            self._child.stdin.close()
            try:
                return self._child.wait(_WAIT)
            except subprocess.TimeoutExpired:
                self._child.kill()
                raise

    def __enter__(self) -> SandboxProcess:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()


def start_process(
    *,
    size: int = 2000,
    seed: int = 1,
    faults: float = 0.0,
    broken: int = 0,
    now: datetime | None = None,
    folder: Path | None = None,
    ports: Mapping[str, int] | Sequence[int] = (),
    kinds: Sequence[str] = (),
) -> SandboxProcess:
    """Start ``python -m khop.sandbox`` and wait for its ready line.

    ``ports``: by system, or in the order igate, dvcqg, vnpost, population, myvnpost, ministry,
    control; a system that is missing or 0 takes a free port. ``folder``: for the files of
    ``World.write``. Raises RuntimeError if the child ends before it is ready.
    """
    command = [sys.executable, "-m", "khop.sandbox", "--until-stdin-closes"]
    command += ["--size", str(size), "--seed", str(seed), "--faults", str(faults)]
    command += ["--broken", str(broken), "--ports", _ports(ports)]
    if now is not None:
        command += ["--now", now.isoformat()]
    if folder is not None:
        command += ["--dir", str(folder)]
    if kinds:
        command += ["--kinds", ",".join(kinds)]
    child = subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=_environment()
    )
    return SandboxProcess(child, _ready(child))


def _ports(ports: Mapping[str, int] | Sequence[int]) -> str:
    if isinstance(ports, Mapping):
        named = [f"{name}={port}" for name, port in ports.items()]
        return ",".join(named) or "0"
    return ",".join(str(port) for port in ports) or "0"


def _environment() -> dict[str, str]:
    """An environment in which the child imports the same khop as its parent."""
    root = str(Path(__file__).resolve().parents[3])
    paths = [root, *filter(None, [os.environ.get("PYTHONPATH")])]
    return {**os.environ, "PYTHONPATH": os.pathsep.join(paths)}


def _ready(child: subprocess.Popen[bytes]) -> Mapping[str, Any]:
    assert child.stdout is not None
    line = child.stdout.readline()
    if not line:
        with child:
            raise RuntimeError(f"the sandbox ended before it was ready: code {child.wait()}")
    ready: dict[str, Any] = json.loads(line)
    return ready
