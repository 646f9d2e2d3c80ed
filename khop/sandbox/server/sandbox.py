"""The sandbox: one world behind a loopback server for each system."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from types import TracebackType
from typing import Any, TypeVar

from khop.sandbox.dvcqg.system import Dvcqg, DvcqgOptions
from khop.sandbox.igate.system import Igate, IgateOptions
from khop.sandbox.igate_ministry.system import Ministry, MinistryOptions
from khop.sandbox.myvnpost.system import MyVnpost, MyVnpostOptions
from khop.sandbox.population.system import Population, PopulationOptions
from khop.sandbox.server.application import Application
from khop.sandbox.server.control import Control
from khop.sandbox.server.faults import NONE, Faults
from khop.sandbox.server.http import Listener, Servant
from khop.sandbox.server.violations import Violation, Violations
from khop.sandbox.truth.judge import Finding
from khop.sandbox.vnpost.system import Vnpost, VnpostOptions
from khop.sandbox.world.paper import Place
from khop.sandbox.world.world import World

A = TypeVar("A", bound=Application)

DEFAULT_PORTS = {
    "igate": 8101,
    "dvcqg": 8102,
    "vnpost": 8103,
    "population": 8104,
    "myvnpost": 8105,
    "ministry": 8106,
    "control": 8100,
}


class Sandbox:
    """All systems and their control plane; a context manager.

    ``faults`` None means none. ``ports`` names ports by the keys of ``DEFAULT_PORTS``; 0, or
    leaving one out, takes any free one. ``urls`` has all of them once it is made, ``systems``
    the applications behind them.
    """

    def __init__(
        self,
        world: World,
        *,
        faults: Faults | None = None,
        host: str = "127.0.0.1",
        ports: Mapping[str, int] | None = None,
        igate: IgateOptions | None = None,
        dvcqg: DvcqgOptions | None = None,
        vnpost: VnpostOptions | None = None,
        population: PopulationOptions | None = None,
        myvnpost: MyVnpostOptions | None = None,
        ministry: MinistryOptions | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
    ) -> None:
        self.world = world
        self._violations = Violations(world.register)

        def made(system: Callable[..., A], options: object) -> A:
            return system(
                world, self._violations, options,
                faults=faults or NONE, clock=clock, sleep=sleep,
            )  # fmt: skip

        self._dvcqg = made(Dvcqg, dvcqg or DvcqgOptions())
        systems: tuple[Application, ...] = (
            made(Igate, igate or IgateOptions()),
            self._dvcqg,
            made(Vnpost, vnpost or VnpostOptions()),
            made(Population, population or PopulationOptions()),
            made(MyVnpost, myvnpost or MyVnpostOptions()),
            made(Ministry, ministry or MinistryOptions()),
        )
        self.systems: Mapping[str, Application] = {app.name: app for app in systems}
        servants: dict[str, Servant] = {**self.systems, "control": Control(self)}
        wanted = ports or {}
        self._listeners = {
            name: Listener(servant, host, wanted.get(name, 0)) for name, servant in servants.items()
        }
        self.urls = {name: listener.url for name, listener in self._listeners.items()}

    def start(self) -> None:
        for listener in self._listeners.values():
            listener.start()

    def stop(self) -> None:
        """Stop all servers and wait for their threads."""
        for listener in self._listeners.values():
            listener.stop()

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

    # --- control ---------------------------------------------------------------------------

    def violations(self) -> list[Violation]:
        """What clients did that the specs forbid, in order."""
        return list(self._violations)

    def truth(self) -> list[Finding]:
        """What docs/rules.md says of the world as it was generated."""
        return self.world.truth

    def findings(self) -> list[Finding]:
        """What docs/rules.md says of the world as it is, at the same ``now``."""
        return self.world.findings()

    def stats(self) -> dict[str, dict[str, dict[str, int]]]:
        """Requests by system and operation, and faults by system and kind."""
        apps = self.systems.values()
        return {
            "requests": {app.name: _counted(app, app.requests) for app in apps},
            "faults": {app.name: _counted(app, app.faulted) for app in apps},
        }

    def steps(self, code: str) -> list[tuple[str, ...]]:
        """The progress steps the portal was sent for a code, in the order they came."""
        return [*self._dvcqg.steps.get(code, [])]

    def set_faults(self, faults: Faults | None) -> None:
        """Change how the systems misbehave from the next request on."""
        for app in self.systems.values():
            with app.lock:
                app.dice.faults = faults or NONE

    def touch(self, code: str) -> None:
        """Save a dossier of the one-stop unchanged. Raises KeyError."""
        self.world.touch(code)

    def change_status(self, code: str, status: int) -> None:
        """Move a dossier of the one-stop to another state. Raises KeyError, ValueError."""
        self.world.change_status(code, status)

    def portal_forget(self, code: str) -> bool:
        """Let the portal lose a dossier; says whether it had it."""
        return self.world.portal_forget(code)

    def portal_put(self, code: str, status: int | None = None) -> None:
        """Let the portal hold a faithful copy of a dossier. Raises KeyError."""
        self.world.portal_put(code, status)

    def logbook_write(self, **row: Any) -> Place:
        """Append a row to the logbook, see ``World.logbook_write``. Raises TypeError."""
        return self.world.logbook_write(**row)

    def register_write(self, **row: Any) -> Place:
        """Append a row to the register of signed results. Raises TypeError."""
        return self.world.register_write(**row)


def _counted(app: Application, counter: Mapping[str, int]) -> dict[str, Any]:
    with app.lock:
        return dict(sorted(counter.items()))
