"""The sandbox: one world, served by a loopback server for each system."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from types import TracebackType
from typing import Any

from khop.loopback import Handler, LoopbackServer
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import NONE, Faults
from khop.sandbox.common.violations import Violation, Violations
from khop.sandbox.dvcqg.system import Dvcqg, DvcqgOptions
from khop.sandbox.igate.system import Igate, IgateOptions
from khop.sandbox.igate_ministry.system import Ministry, MinistryOptions
from khop.sandbox.myvnpost.system import MyVnpost, MyVnpostOptions
from khop.sandbox.population.system import Population, PopulationOptions
from khop.sandbox.server.control import Control
from khop.sandbox.truth.finding import Finding
from khop.sandbox.vnpost.system import Vnpost, VnpostOptions
from khop.sandbox.world.paper import Place
from khop.sandbox.world.world import World

DEFAULT_PORTS = {
    "igate": 8101,
    "dvcqg": 8102,
    "vnpost": 8103,
    "population": 8104,
    "myvnpost": 8105,
    "ministry": 8106,
    "control": 8100,
}


@dataclass(frozen=True, slots=True)
class SandboxOptions:
    """How a sandbox behaves.

    ``ports``: by the names of ``DEFAULT_PORTS``; a system that is missing or 0 takes a free
    port. ``clock``: seconds of a monotonic clock; ``sleep`` waits for so many seconds. The
    other fields are the options of each system.
    """

    faults: Faults = NONE
    ports: Mapping[str, int] = field(default_factory=dict)
    igate: IgateOptions = field(default_factory=IgateOptions)
    dvcqg: DvcqgOptions = field(default_factory=DvcqgOptions)
    vnpost: VnpostOptions = field(default_factory=VnpostOptions)
    population: PopulationOptions = field(default_factory=PopulationOptions)
    myvnpost: MyVnpostOptions = field(default_factory=MyVnpostOptions)
    ministry: MinistryOptions = field(default_factory=MinistryOptions)
    clock: Callable[[], float] = time.monotonic
    sleep: Callable[[float], None] = time.sleep


class Sandbox:
    """All systems and their control plane. A context manager: its servers run inside it.

    ``urls`` and ``systems``: the address and the application of each system by name; ``urls``
    has ``control`` as well. Both are complete once the sandbox is made.
    """

    def __init__(self, world: World, options: SandboxOptions | None = None) -> None:
        given = options or SandboxOptions()
        self.world = world
        self._violations = Violations(world.register)
        environment = Environment(world, self._violations, given.faults, given.clock, given.sleep)
        self._dvcqg = Dvcqg(environment, given.dvcqg)
        systems: tuple[Application, ...] = (
            Igate(environment, given.igate),
            self._dvcqg,
            Vnpost(environment, given.vnpost),
            Population(environment, given.population),
            MyVnpost(environment, given.myvnpost),
            Ministry(environment, given.ministry),
        )
        self.systems: Mapping[str, Application] = {app.name: app for app in systems}
        handlers: dict[str, Handler] = {name: app.answer for name, app in self.systems.items()}
        handlers["control"] = Control(self).answer
        self._servers = {
            name: LoopbackServer(handler, given.ports.get(name, 0))
            for name, handler in handlers.items()
        }
        self.urls = {name: server.url for name, server in self._servers.items()}

    def start(self) -> None:
        """Start all servers."""
        for server in self._servers.values():
            server.start()

    def stop(self) -> None:
        """Stop all servers and wait for their threads."""
        for server in self._servers.values():
            server.stop()

    def __enter__(self) -> Sandbox:
        self.start()
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    def violations(self) -> list[Violation]:
        """What clients did against the specifications of the systems, in order."""
        return list(self._violations)

    def truth(self) -> list[Finding]:
        """The findings of docs/rules.md in the world as generated."""
        return self.world.truth

    def findings(self) -> list[Finding]:
        """The findings of docs/rules.md in the world as it is now, at the world's ``now``."""
        return self.world.findings()

    def stats(self) -> dict[str, dict[str, dict[str, int]]]:
        """Counts of requests by system and operation, and of faults by system and kind."""
        apps = self.systems.values()
        return {
            "requests": {app.name: _sorted_counts(app, app.requests) for app in apps},
            "faults": {app.name: _sorted_counts(app, app.faulted) for app in apps},
        }

    def steps(self, code: str) -> list[tuple[str, ...]]:
        """The progress steps sent to the portal for a code, in the order of arrival."""
        return [*self._dvcqg.steps.get(code, [])]

    def set_faults(self, faults: Faults | None) -> None:
        """Change the faults of all systems from the next request on; None: no faults."""
        for app in self.systems.values():
            with app.lock:
                app.dice.faults = faults or NONE

    def advance(self, seconds: float) -> datetime:
        """Move the world's now forward; it afterwards. Sessions and tokens stay as they are."""
        self.world.advance(seconds)
        return self.world.now

    def touch(self, code: str) -> None:
        """Save a dossier of the one-stop without a change. Raises KeyError."""
        self.world.touch(code)

    def change_status(self, code: str, status: int) -> None:
        """Move a dossier of the one-stop to another state. Raises KeyError, ValueError."""
        self.world.change_status(code, status)

    def portal_forget(self, code: str) -> bool:
        """Delete a dossier from the portal; whether the portal had it."""
        return self.world.portal_forget(code)

    def portal_put(self, code: str, status: int | None = None) -> None:
        """Put a faithful copy of a dossier on the portal, in ``status`` if given. Raises
        KeyError."""
        self.world.portal_put(code, status)

    def logbook_write(self, **row: Any) -> Place:
        """Append a row to the logbook, see ``World.logbook_write``. Raises TypeError."""
        return self.world.logbook_write(**row)

    def register_write(self, **row: Any) -> Place:
        """Append a row to the register of signed results. Raises TypeError."""
        return self.world.register_write(**row)


def _sorted_counts(app: Application, counter: Mapping[str, int]) -> dict[str, Any]:
    with app.lock:
        return dict(sorted(counter.items()))
