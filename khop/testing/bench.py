"""A test bench: an adapter connected to a system that can be made to fail."""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from types import MappingProxyType
from typing import Any
from unittest.mock import patch

from khop.adapters.ports import Adapter, Context, Purpose
from khop.errors import Refused
from khop.loopback import Handler, LoopbackServer, Request, Response
from khop.mappings.time.calendar import WorkingCalendar
from khop.testing.faults import Fault, Reply
from khop.testing.privacy import capture_output
from khop.testing.system import RequestMatch, System

#: Attempts at one call, for adapters with a setting for it.
TRIES = 3

_KEY = b"an installation's matching key.."
#: Timeout of an answer, in seconds; no answer on loopback takes so long.
_TIMEOUT = 20.0


class RecordingCallBook:
    """A ``CallBook`` in memory. ``closed``: it grants no call."""

    def __init__(self, *, closed: bool = False) -> None:
        self.spent: list[tuple[str, Purpose]] = []
        self._closed = closed

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        if self._closed or len(self.spent) >= quota:
            raise Refused(source, operation, detail="the quota of calls about persons is used up")
        self.spent.append((operation, purpose))


class Bench:
    """One adapter connected to one system, and a record of their exchange.

    ``handler`` answers as the system. ``requests``: all since the last ``watch``. ``waits``: the
    seconds the adapter waited. ``targets`` and ``effects`` count the watched requests, and those
    of them that the handler answered. ``output``: what the adapter logged and printed, complete
    after the bench is closed.
    """

    def __init__(self, system: System, handler: Handler) -> None:
        self.system = system
        self.handler = handler
        self.adapter: Any = None
        self.waits: list[float] = []
        self.requests: list[Request] = []
        self.output: Sequence[str] = ()
        self.targets = self.effects = 0
        self.server = LoopbackServer(self._answer)
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._target: RequestMatch = lambda request: False
        self._faulted: RequestMatch = lambda request: False
        self._hits = 0

    @property
    def logins(self) -> int:
        return sum(map(self.system.is_login, self.requests))

    def watch(
        self,
        target: RequestMatch,
        fault: Fault | None = None,
        faulted: RequestMatch | None = None,
    ) -> None:
        """Start a new record that counts the requests of ``target``, and inject ``fault`` into
        the requests of ``faulted``; None: into the same ones."""
        with self._lock:
            self._fault, self._target, self._faulted = fault, target, faulted or target
            self.targets = self.effects = self._hits = 0
            self.requests.clear()
            self.waits.clear()
        if fault is not None and fault.reply is None:
            self.server.stop()

    def sleep(self, seconds: float) -> None:
        """The adapter's ``Context.sleep``; a server that was down for a while is started."""
        self.waits.append(seconds)
        if self._fault is not None and self._fault.reply is None and self._fault.hits:
            self.server.start()

    def addresses(self) -> list[str]:
        return [request.target for request in self.requests]

    def _answer(self, request: Request) -> Response:
        with self._lock:
            self.requests.append(request)
            target = self._target(request)
            self.targets += target
            reply = self._next_reply() if self._faulted(request) else None

        def healthy() -> Response:
            with self._lock:
                self.effects += target
            return self.handler(request)

        return reply(request, healthy) if reply else healthy()

    def _next_reply(self) -> Reply | None:
        fault = self._fault
        self._hits += 1
        if fault is None or (fault.hits is not None and self._hits > fault.hits):
            return None
        return fault.reply


@contextmanager
def open_bench(
    system: System,
    *,
    handler: Handler | None = None,
    book: RecordingCallBook | None = None,
    settings: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[Bench]:
    """A bench with its server running and its adapter built.

    ``handler`` replaces the system's application. ``settings`` override those of the system.
    """
    bench = Bench(system, handler or system.application())
    # Loopback needs no certificate authorities, and loading them takes most of the time of a test.
    variables = {**system.secrets, "SSL_CERT_FILE": os.devnull}
    with (
        ExitStack() as cleanup,
        patch.dict(os.environ, variables),
        capture_output() as captured,
    ):
        server = cleanup.enter_context(bench.server)
        bench.output = captured.lines
        bench.adapter = _adapter(bench, book or RecordingCallBook(), settings)
        cleanup.callback(bench.adapter.close)
        yield bench
    if server.defects:
        raise AssertionError(f"the application of {system.name} failed") from server.defects[0]


def _adapter(bench: Bench, book: RecordingCallBook, settings: Mapping[str, object]) -> Adapter:
    system = bench.system
    model = system.adapter.settings
    wanted = {
        "attempts": TRIES,
        "timeout": _TIMEOUT,
        "calls_per_second": 1e6,
        **system.settings(bench.server.url),
        **settings,
    }
    table = {key: value for key, value in wanted.items() if key in model.model_fields}
    table |= {"adapter": system.name, "role": system.role}
    context = Context(
        key=_KEY,
        base_dir=Path.cwd(),
        clock=lambda: system.now,
        calendar=WorkingCalendar(),
        book=book,
        sleep=bench.sleep,
    )
    parsed = model.model_validate(table)
    return system.adapter.build(system.name, system.role, parsed, context)
