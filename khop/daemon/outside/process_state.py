"""How one process of the daemon is, by itself: nothing here asks the ledger."""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Mapping
from datetime import datetime
from typing import Protocol

from khop.config.model import Config
from khop.sync.ledger import Ledger

#: Seconds without a look at the schedule after which something is wrong.
LATEST = 15.0
#: Seconds that one look may take. It waits for the ledger, where each wait for a lock or a
#: connection ends within a minute or two; a look that takes longer will not end, and only another
#: process helps. The same time is the watchdog's.
LONGEST_LOOK = 300.0


class Process(Protocol):
    """What is asked of the process. ``ticked``, ``looked``: monotonic times of the last try to look
    at the schedule, and of the last that succeeded; ``looking``: since when one is under way,
    None when none is. ``ledger``: None until it could be opened.
    ``draining``: why it takes no new work. ``running``: the tasks that run in it."""

    @property
    def config(self) -> Config: ...
    @property
    def tasks(self) -> Mapping[str, object]: ...
    @property
    def clock(self) -> Callable[[], datetime]: ...
    @property
    def ticked(self) -> float: ...
    @property
    def looking(self) -> float | None: ...
    @property
    def looked(self) -> float | None: ...
    @property
    def ledger(self) -> Ledger | None: ...
    @property
    def ledger_error(self) -> str | None: ...
    @property
    def draining(self) -> str | None: ...
    @property
    def running(self) -> Collection[str]: ...


def unwell(process: Process) -> str | None:
    """Why the process is not alive; None when it is. One that waits for its ledger is."""
    now, looking = time.monotonic(), process.looking
    if looking is not None:
        return "a look at the schedule does not end" if now - looking > LONGEST_LOOK else None
    return "the schedule is not looked at" if now - process.ticked > LATEST else None


def not_ready(process: Process) -> str | None:
    """Why no work can be expected of the process; None when it can."""
    return process.draining or idle(process)


def idle(process: Process) -> str | None:
    """Why the process does nothing, though it was not told to end; None when it works. The
    sentence of the ledger's error stays in the log: it may name places."""
    if process.ledger is None or process.ledger_error is not None:
        return "the ledger is not reached"
    if process.looked is None or time.monotonic() - process.looked > LATEST:
        return "the schedule was not looked at lately"
    return None
