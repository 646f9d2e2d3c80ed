"""An adapter before a system that can be told to fail, and what passed between them."""

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
from khop.testing.privacy import listening
from khop.testing.system import Matches, System

#: Tries of one call on the bench, where the adapter's settings can say it.
TRIES = 3

_KEY = b"an installation's matching key.."
#: Seconds; nothing on loopback takes so long.
_LONGEST_ANSWER = 20.0


class MemoryBook:
    """A ``CallBook`` that remembers. ``closed``: no call is granted."""

    def __init__(self, *, closed: bool = False) -> None:
        self.spent: list[tuple[str, Purpose]] = []
        self._closed = closed

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        if self._closed or len(self.spent) >= quota:
            raise Refused(source, operation, detail="the quota of calls about persons is used up")
        self.spent.append((operation, purpose))


class Bench:
    """One adapter before one system, and what passed between them."""

    def __init__(self, system: System, stand: Handler) -> None:
        self.system = system
        self.stand = stand
        self.adapter: Any = None
        self.waits: list[float] = []
        self.requests: list[Request] = []
        self.heard: Sequence[str] = ()
        self._server = LoopbackServer(self._answer)
        self._lock = threading.Lock()
        self._fault: Fault | None = None
        self._target: Matches = lambda request: False
        self._struck: Matches = lambda request: False
        self._strikes = 0
        self.targets = self.effects = 0

    @property
    def logins(self) -> int:
        return sum(map(self.system.is_login, self.requests))

    def arm(self, fault: Fault | None, target: Matches, struck: Matches | None = None) -> None:
        """Count the requests that ``target`` tells, and put ``fault`` before those that
        ``struck`` tells, the same ones for None; forget what was before."""
        with self._lock:
            self._fault, self._target, self._struck = fault, target, struck or target
            self.targets = self.effects = self._strikes = 0
            self.requests.clear()
            self.waits.clear()
        if fault is not None and fault.reply is None:
            self._server.stop()

    def sleep(self, seconds: float) -> None:
        """What the adapter is given to wait with; a system that was down is up again."""
        self.waits.append(seconds)
        if self._fault is not None and self._fault.reply is None and self._fault.hits:
            self._server.start()

    def addresses(self) -> list[str]:
        return [request.target for request in self.requests]

    def _answer(self, request: Request) -> Response:
        with self._lock:
            self.requests.append(request)
            target = self._target(request)
            self.targets += target
            reply = self._due() if self._struck(request) else None

        def healthy() -> Response:
            with self._lock:
                self.effects += target
            return self.stand(request)

        return reply(request, healthy) if reply else healthy()

    def _due(self) -> Reply | None:
        fault = self._fault
        self._strikes += 1
        if fault is None or (fault.hits is not None and self._strikes > fault.hits):
            return None
        return fault.reply


@contextmanager
def bench(
    system: System,
    *,
    stand: Handler | None = None,
    book: MemoryBook | None = None,
    settings: Mapping[str, object] = MappingProxyType({}),
) -> Iterator[Bench]:
    """A bench with its system running and its adapter built. ``settings`` go before those of
    the system; ``stand`` takes the place of its own."""
    made = Bench(system, stand or system.stand())
    # No authority is needed on loopback, and reading those of the machine takes most of a run.
    variables = {**system.secrets, "SSL_CERT_FILE": os.devnull}
    with (
        ExitStack() as cleanup,
        patch.dict(os.environ, variables),
        listening() as ears,
    ):
        server = cleanup.enter_context(made._server)  # noqa: SLF001
        made.heard = ears.lines
        made.adapter = _built(system, server.url, made, book or MemoryBook(), settings)
        cleanup.callback(made.adapter.close)
        yield made
    if server.defects:
        raise AssertionError(f"the stand of {system.name} failed") from server.defects[0]


def _built(
    system: System, url: str, made: Bench, book: MemoryBook, settings: Mapping[str, object]
) -> Adapter:
    model = system.adapter.settings
    wanted = {
        "attempts": TRIES,
        "timeout": _LONGEST_ANSWER,
        "calls_per_second": 1e6,
        **system.settings(url),
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
        sleep=made.sleep,
    )
    parsed = model.model_validate(table)
    return system.adapter.build(system.name, system.role, parsed, context)
