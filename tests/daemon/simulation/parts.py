"""What a simulation is made of: tasks and their configurations, jobs, processes."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache

from khop.config.slots import calendar_of
from khop.daemon.firings import Firing
from khop.daemon.node import Node
from khop.daemon.tasks import Kind, Task
from khop.sync.ledger import Lease
from tests.daemon.simulation.simulated_ledger import SimulatedLedger

#: name, kind, calendar, longest duration of the job in seconds
TASKS = (
    ("pull:a", Kind.PULL, "every 1m", 50.0),
    ("pull:b", Kind.PULL, "every 3m", 100.0),
    ("reconcile", Kind.RECONCILE, "cron */4 * * * *", 90.0),
    ("repair", Kind.REPAIR, "every 3m", 60.0),
)
#: What other configurations have instead: another calendar, none, or not the task at all.
CONFIGURATIONS: tuple[Mapping[str, str | None], ...] = (
    {},
    {"pull:b": "every 2m", "reconcile": "every 2m"},
    {"pull:b": None},
    {"pull:b": None, "pull:c": "every 2m"},
    {"reconcile": ""},
)


@dataclass
class Job:
    """A task that a process runs. ``at``: when its next step comes; ``ends``: when it is done."""

    firing: Firing
    ends: float
    at: float
    #: Its thread may begin long after the claim.
    lease: Lease | None = None
    #: Whether an effect on another system is under way that was begun while the lease was trusted.
    #: A process that is stopped in the middle of one cannot know what became of it.
    acts: bool = False


@dataclass
class Process:
    """One process: a node, what it runs, and until when it is stopped (as by SIGSTOP)."""

    node: Node
    ledger: SimulatedLedger
    next_tick: float
    jobs: dict[str, Job] = field(default_factory=dict)
    stopped_until: float = 0.0


@lru_cache(maxsize=10_000)
def following(calendar: str, minute: int) -> int:
    """The first slot after a minute began: all of them are at whole minutes."""
    return calendar_of(calendar).following(minute * 60_000_000)


def tasks_of(changes: Mapping[str, str | None]) -> dict[str, Task]:
    """The tasks of a configuration; a task without a text of a calendar only follows others."""
    found: dict[str, Task] = {}
    usual = {name: text for name, _, text, _ in TASKS}
    for name, text in {**usual, **changes}.items():
        if text is not None:
            calendar = calendar_of(text) if text else None
            found[name] = Task(name, Kind(name.partition(":")[0]), None, calendar)
    return found
