"""A server of the sandbox's iGate that renders each page once, so that every peer reads the same
bytes at the same small cost.

The program prints one line of JSON when it is ready, and serves until its standard input is closed.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from time import sleep

from bench.measure import ROOT, environment
from khop.loopback import LoopbackServer, Request, Response
from khop.sandbox.common.application import Environment
from khop.sandbox.common.violations import Violations
from khop.sandbox.igate.system import Igate, IgateOptions
from khop.sandbox.world.world import World

#: The present of the world; fixed, so that every run has the same pages.
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
_TOKEN_SECONDS = 86_400.0


class RenderedPages:
    """The system's answers; list pages are kept in memory after the first request.

    ``wait``: seconds before each page that is kept, for a system that answers slowly.
    """

    def __init__(self, system: Igate, wait: float) -> None:
        self._system = system
        self._wait = wait
        self._pages: dict[str, Response] = {}

    def answer(self, request: Request) -> Response:
        kept = self._pages.get(request.target)
        if kept is not None:
            sleep(self._wait)
            return kept
        answer = self._system.answer(request)
        if answer.status == 200 and self._system.classify(request)[0] == "search":
            self._pages[request.target] = answer
        return answer


@contextmanager
def serving(size: int, wait: float = 0.0) -> Iterator[str]:
    """Start a child that serves ``size`` dossiers, each page after ``wait`` seconds; gives its base
    address."""
    command = [sys.executable, "-m", "bench.pages", "--size", str(size), "--wait", str(wait)]
    with subprocess.Popen(
        command, cwd=ROOT, env=environment(), stdin=subprocess.PIPE, stdout=subprocess.PIPE
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        try:
            line = child.stdout.readline()
            if not line:
                raise RuntimeError("the page server ended before it was ready")
            yield json.loads(line)["url"]
        finally:
            child.stdin.close()


def main() -> None:
    parser = argparse.ArgumentParser(prog="bench.pages", description=__doc__)
    parser.add_argument("--size", type=int, required=True, help="dossiers of the one-stop")
    parser.add_argument("--wait", type=float, default=0.0, help="seconds before each page")
    given = parser.parse_args()
    world = World.generate(seed=1, size=given.size, now=NOW, broken=0)
    options = IgateOptions(token_seconds=_TOKEN_SECONDS)
    system = Igate(Environment(world, Violations(world.register)), options)
    with LoopbackServer(RenderedPages(system, given.wait).answer) as server:
        print(json.dumps({"url": server.url}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
