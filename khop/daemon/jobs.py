"""What each kind of task does: one run of the engine, and what follows from it."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path
from typing import Any, Protocol, TypeVar

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.model import Config
from khop.daemon.alarms.names import AlarmName
from khop.daemon.retention import remove_old
from khop.daemon.tasks import Kind, Task
from khop.errors import Unauthorised
from khop.mappings.records import Instant
from khop.sync.clock_guard import WrongClock
from khop.sync.engine import Engine
from khop.sync.findings.anchors import write_anchors
from khop.sync.ledger import check_ledger
from khop.sync.ledger.copies.backup import back_up
from khop.sync.ledger.schema import dirty
from khop.sync.reading.adapter_bugs import Part
from khop.sync.results import PolicyState, Progress
from khop.text.local_time import DAY_US

R = TypeVar("R")

#: Kinds whose runs begin with a look at the clocks of the systems.
_COMPARES_CLOCKS = frozenset({Kind.PULL, Kind.SWEEP, Kind.TRAVERSE, Kind.CATALOGUE})
#: A policy that ended so could not do its work. One that is paused has an alarm of its own.
_REPAIRED_NOTHING = frozenset({PolicyState.UNREACHABLE, PolicyState.TOO_MANY})
#: So many problems of a damaged ledger are named.
_NAMED_PROBLEMS = 5
#: Seconds between two looks at a program that was started.
_LOOK = 1.0


class Stopped(KeyboardInterrupt):
    """The daemon was told to stop; raised between two pages. Not an Exception: nothing in between
    may take it for the error of one source."""


class Opener(Protocol):
    """Opens the engine of the installation with the sources that are named."""

    def __call__(self, sources: Sequence[str]) -> Engine: ...


@dataclass(frozen=True, slots=True)
class Surroundings:
    """What a job is given. ``stopping``: whether the daemon was told to stop."""

    config: Config
    config_path: Path
    open: Opener
    clock: Callable[[], datetime]
    progress: Progress
    stopping: Callable[[], bool]


@dataclass(slots=True)
class JobResult:
    """How a job ended. ``error``: the sentence of what went wrong; ``login_refused_by``: the source
    that did not accept the account; ``place``: where in khop, for an error that nobody expected.
    ``follows``: tasks that are due now, each with the reason. ``alarms``: general alarms that it
    raises, each with its detail, or clears (None)."""

    error: str | None = None
    login_refused_by: str | None = None
    summary: Mapping[str, Any] = field(default_factory=dict)
    follows: dict[str, str] = field(default_factory=dict)
    alarms: dict[AlarmName, str | None] = field(default_factory=dict)
    place: str | None = None


def run(task: Task, given: Surroundings) -> JobResult:
    """Do a task. The errors of systems are in the result; raises LedgerError, ConfigError and
    Stopped."""
    try:
        result = _JOBS[task.kind](task, given)
    except Unauthorised as error:
        known = error.system in given.config.sources
        return JobResult(str(error), login_refused_by=error.system if known else None)
    except WrongClock as error:
        return JobResult(str(error), alarms={AlarmName.CLOCK: str(error)})
    if task.kind in _COMPARES_CLOCKS:
        result.alarms[AlarmName.CLOCK] = None
    return result


def _pull(task: Task, given: Surroundings) -> JobResult:
    assert task.source is not None
    with given.open(_with_portal(given.config, task.source)) as engine:
        if task.kind is Kind.SWEEP:
            days = given.config.daemon.sweep_days
            done = engine.sweep([task.source], days=days, progress=given.progress)
        else:
            full = task.kind is Kind.TRAVERSE
            done = engine.pull([task.source], full=full, progress=given.progress)
        result = JobResult(summary=done.as_json())
        errors = [part.error for part in done.sources if part.error is not None]
        result.error = "; ".join(errors) or None
        result.login_refused_by = _refusing(done.sources)
        if _is_anything_dirty(engine):
            result.follows[Kind.RECONCILE] = f"{task.name} changed something"
    return result


def _with_portal(config: Config, source: str) -> list[str]:
    """The source, and the portals, which are asked about the codes that it names."""
    portals = [name for name, s in config.sources.items() if s.role is Role.PORTAL]
    return list(dict.fromkeys([source, *portals]))


def _refusing(parts: Iterable[Part]) -> str | None:
    """The first source that did not accept the account."""
    return next((part.source for part in parts if part.login_refused), None)


def _is_anything_dirty(engine: Engine) -> bool:
    with engine.ledger.read() as connection:
        return connection.execute(sa.select(dirty.c.code).limit(1)).first() is not None


def _catalogue(task: Task, given: Surroundings) -> JobResult:
    assert task.source is not None
    with given.open([task.source]) as engine:
        summaries = engine.read_catalogues([task.source], progress=given.progress)
    return JobResult(
        error="; ".join(s.error for s in summaries if s.error is not None) or None,
        login_refused_by=_refusing(summaries),
        summary={"sources": [s.as_json() for s in summaries]},
    )


def _reconcile(_task: Task, given: Surroundings) -> JobResult:
    summary = _at_a_sure_time(given, lambda engine: engine.reconcile())
    followers = (Kind.REPAIR, Kind.NOTIFY)
    return JobResult(
        summary=summary.as_json(), follows=dict.fromkeys(followers, "after a reconcile")
    )


def _at_a_sure_time(given: Surroundings, do: Callable[[Engine], R]) -> R:
    """Do what raises WrongClock with an engine of no source. When it does, there was no run for
    more than a day, and it is done with all sources, which are asked for the time."""
    try:
        with given.open(()) as engine:
            return do(engine)
    except WrongClock:
        with given.open(list(given.config.sources)) as engine:
            return do(engine)


def _repair(_task: Task, given: Surroundings) -> JobResult:
    with given.open(list(given.config.sources)) as engine:
        summary = engine.repair_policies.run(stop=given.stopping, progress=given.progress)
    failed = [one for one in summary.policies if one.state in _REPAIRED_NOTHING]
    return JobResult(
        error="; ".join(dict.fromkeys(one.why for one in failed if one.why is not None)) or None,
        login_refused_by=next((o.login_refused_by for o in failed if o.login_refused_by), None),
        summary=summary.as_json(),
    )


def _notify(_task: Task, given: Surroundings) -> JobResult:
    with given.open(()) as engine:
        summary = engine.notify(progress=given.progress)
    return JobResult(error="; ".join(summary.failures) or None, summary=summary.as_json())


def _work(_task: Task, given: Surroundings) -> JobResult:
    """The workbooks of the units, as ``khop work`` writes them: by that command, in a process of
    its own."""
    folder = given.config.base_dir / (given.config.daemon.work_folder or "work")
    command = [sys.executable, "-m", "khop", "work", "--config", str(given.config_path)]
    command += ["--out", str(folder)]
    with subprocess.Popen(
        command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True
    ) as process:
        while True:
            try:
                _, said = process.communicate(timeout=_LOOK)
                break
            except subprocess.TimeoutExpired:
                given.progress.advance("work", 0)
                if given.stopping():
                    process.kill()
                    raise Stopped from None
    if process.returncode not in (0, 2):
        return JobResult(error=said.strip() or f"khop work ended with {process.returncode}")
    return JobResult(summary={"folder": str(folder)})


def _backup(_task: Task, given: Surroundings) -> JobResult:
    done = back_up(given.config, given.clock, progress=given.progress)
    return JobResult(summary=done.as_json())


def _anchor(_task: Task, given: Surroundings) -> JobResult:
    with given.open(()) as engine:
        write_anchors(engine.ledger, given.config, given.clock)
    return JobResult()


def _check(_task: Task, given: Surroundings) -> JobResult:
    found = check_ledger(given.config.ledger_url)
    if found.ok:
        return JobResult(alarms={AlarmName.LEDGER: None})
    said = "; ".join(found.problems[:_NAMED_PROBLEMS])
    return JobResult(said, alarms={AlarmName.LEDGER: said})


def _retention(_task: Task, given: Surroundings) -> JobResult:
    def remove(engine: Engine) -> dict[str, int]:
        engine.check_clock()
        with engine.ledger.read() as connection:
            ledger_us = engine.ledger.now_us(connection, given.clock)
        # where the two clocks differ, less is removed
        now_us = min(ledger_us, Instant.of(given.clock()).us)
        return remove_old(engine.ledger, now_us - given.config.daemon.keep_days * DAY_US)

    return JobResult(summary={"removed": _at_a_sure_time(given, remove)})


_JOBS: Mapping[Kind, Callable[[Task, Surroundings], JobResult]] = {
    Kind.PULL: _pull,
    Kind.SWEEP: _pull,
    Kind.TRAVERSE: _pull,
    Kind.CATALOGUE: _catalogue,
    Kind.RECONCILE: _reconcile,
    Kind.REPAIR: _repair,
    Kind.NOTIFY: _notify,
    Kind.WORK: _work,
    Kind.BACKUP: _backup,
    Kind.ANCHOR: _anchor,
    Kind.CHECK: _check,
    Kind.RETENTION: _retention,
}
