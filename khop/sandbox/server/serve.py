"""The sandbox as a program: it prints one line of JSON when it is ready, then serves."""

from __future__ import annotations

import argparse
import json
import os
import signal
import sys
from collections.abc import Callable, Sequence
from datetime import UTC, datetime
from pathlib import Path
from threading import Event, Thread
from types import FrameType
from typing import Any

from khop.sandbox.common.faults import ALL, Faults
from khop.sandbox.server.sandbox import DEFAULT_PORTS, Sandbox, SandboxOptions
from khop.sandbox.world.world import World


def main(argv: Sequence[str] | None = None) -> int:
    """Serve with the arguments of the command line. The exit code."""
    return serve(sys.argv[1:] if argv is None else argv)


def serve(argv: Sequence[str], *, clock: Callable[[], datetime] | None = None) -> int:
    """Serve until SIGTERM, SIGINT or, with ``--until-stdin-closes``, the end of standard input.

    ``clock`` gives the world's now if there is no ``--now``.
    """
    options = _parser().parse_args(argv)
    now = options.now or (clock() if clock else datetime.now(UTC))
    world = World.generate(seed=options.seed, size=options.size, now=now, broken=options.broken)
    faults = Faults(options.faults, options.kinds, options.seed)
    ended = Event()
    _end_on_signals(ended)
    with Sandbox(world, SandboxOptions(faults, options.ports)) as sandbox:
        if options.dir is not None:
            world.write(options.dir, sandbox.urls)
        ready = {"urls": sandbox.urls, "now": world.now.isoformat(), "findings": len(world.truth)}
        print(json.dumps(ready), flush=True)
        if options.until_stdin_closes:
            Thread(target=_end_with_input, args=(ended,), daemon=True).start()
        ended.wait()
    return 0


def _end_on_signals(ended: Event) -> None:
    def end(number: int, frame: FrameType | None) -> None:
        ended.set()

    signal.signal(signal.SIGTERM, end)
    signal.signal(signal.SIGINT, end)


def _end_with_input(ended: Event) -> None:
    # Not with sys.stdin: this thread would hold its lock when the interpreter ends.
    while os.read(sys.stdin.fileno(), 4096):
        continue
    ended.set()


def _parser() -> argparse.ArgumentParser:
    parser = argparse.ArgumentParser(
        prog="khop.sandbox", description="The systems around a province, simulated."
    )
    add: Callable[..., Any] = parser.add_argument
    add("--size", type=int, default=2000, help="dossiers of the one-stop")
    add("--seed", type=int, default=1, help="the same seed gives the same world")
    add("--faults", type=float, default=0.0, help="part of the requests that go wrong, 0 to 1")
    add("--kinds", type=_kinds, default=ALL, help="kinds of fault, separated by commas")
    add("--broken", type=int, default=0, help="unusable list items of each kind")
    add("--now", type=_moment, help="the world's now, ISO with offset (default: the clock's)")
    add(
        "--ports",
        type=read_ports,
        default=DEFAULT_PORTS,
        help="ports of igate, dvcqg, vnpost, population, myvnpost, ministry and control, in this "
        "order or as NAME=PORT; 0, or leaving one out, takes any free one",
    )
    add("--dir", type=Path, help="folder for khop.toml, the files it names and truth.jsonl")
    add("--until-stdin-closes", action="store_true", help="end when standard input does")
    return parser


def read_ports(text: str) -> dict[str, int]:
    """Ports by name, from ``8101,8102`` or ``igate=8101,control=8100``. A system that is not named
    takes a free port. Raises ValueError."""
    parts = [part for part in text.split(",") if part]
    if not any("=" in part for part in parts):
        numbers = [int(part) for part in parts]
        if len(numbers) > len(DEFAULT_PORTS):
            raise ValueError(text)
        return _valid(dict(zip(DEFAULT_PORTS, numbers, strict=False)))
    ports = {name.strip(): int(port) for name, _, port in (part.partition("=") for part in parts)}
    if unknown := ports.keys() - DEFAULT_PORTS.keys():
        raise ValueError(f"unknown systems: {', '.join(sorted(unknown))}")
    return _valid(ports)


def _valid(ports: dict[str, int]) -> dict[str, int]:
    if not all(0 <= port < 65_536 for port in ports.values()):
        raise ValueError("a port is a number from 0 to 65535")
    return ports


def _kinds(text: str) -> frozenset[str]:
    kinds = frozenset(text.split(","))
    if not kinds <= ALL:
        raise ValueError(text)
    return kinds


def _moment(text: str) -> datetime:
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError(text)
    return moment
