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
    """The system's answers; list pages are kept in memory after the first request."""

    def __init__(self, system: Igate) -> None:
        self._system = system
        self._pages: dict[str, Response] = {}

    def answer(self, request: Request) -> Response:
        kept = self._pages.get(request.target)
        if kept is not None:
            return kept
        answer = self._system.answer(request)
        if answer.status == 200 and self._system.classify(request)[0] == "search":
            self._pages[request.target] = answer
        return answer


@contextmanager
def serving(size: int) -> Iterator[str]:
    """Start a child that serves ``size`` dossiers; gives its base address."""
    command = [sys.executable, "-m", "bench.pages", "--size", str(size)]
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
    world = World.generate(seed=1, size=parser.parse_args().size, now=NOW, broken=0)
    options = IgateOptions(token_seconds=_TOKEN_SECONDS)
    system = Igate(Environment(world, Violations(world.register)), options)
    with LoopbackServer(RenderedPages(system).answer) as server:
        print(json.dumps({"url": server.url}), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
