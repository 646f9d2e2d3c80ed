"""Runs firings in threads of this process: each under its lease, with its end written whatever
happens."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence, Set
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass, field
from datetime import datetime
from pathlib import Path

import sqlalchemy as sa
import structlog

from khop.config.model import Config
from khop.daemon import jobs
from khop.daemon.faults import place_of, sentence_of
from khop.daemon.firings import Firing
from khop.daemon.health import Watcher, failures_of
from khop.daemon.jobs import JobResult, Opener, Stopped, Surroundings
from khop.daemon.node import Node
from khop.daemon.outside.measures import Measures
from khop.daemon.tasks import Kind, Task
from khop.errors import LedgerError, LedgerUnavailable
from khop.sync.engine import Engine
from khop.sync.ledger import Lease, LeaseHeld, LeaseLost
from khop.sync.ledger.leases.holding import renewed
from khop.sync.results import NoProgress
from khop.text.local_time import local_text
from khop.text.logs import Log

#: Seconds without a sign of progress after which a task has stalled. A reconcile and a copy of the
#: ledger tell of none while one statement runs, the workbooks of none at all.
_PATIENCE = 900.0
#: Their progress comes by the clock, from looks at a program: it may be none.
_LOOKED_AT = frozenset({Kind.BACKUP, Kind.WORK})
_PATIENCE_OF: Mapping[Kind, float] = {
    Kind.RECONCILE: 4 * 3600.0,
    Kind.BACKUP: 2 * 3600.0,
    Kind.WORK: 2 * 3600.0,
    Kind.CHECK: 2 * 3600.0,
}

log = Log(__name__)


class TaskProgress(NoProgress):
    """Tells the lease of a task that its work moves, and ends it between two pages when the daemon
    was told to stop. ``looked_at``: to advance by 0 is only a look at the work, which may hang; an
    empty page is an answer."""

    def __init__(
        self, lease: Lease, stopping: Callable[[], bool], *, looked_at: bool = False
    ) -> None:
        self._lease = lease
        self._stopping = stopping
        self._looked_at = looked_at

    def start(self, task: str, total: int | None = None) -> None:
        self._lease.work_moved()
        self._end_if_told()

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None:
        if by or not self._looked_at:
            self._lease.work_moved()
        self._end_if_told()

    def finish(self, task: str) -> None:
        self._lease.work_moved()

    def _end_if_told(self) -> None:
        if self._stopping():
            raise Stopped


@dataclass
class _Opened:
    """Opens the engine of a job, and knows it when the job has ended."""

    open: Opener
    engine: Engine | None = None

    def __call__(self, sources: Sequence[str]) -> Engine:
        self.engine = self.open(sources)
        return self.engine

    def in_lines(self) -> AbstractContextManager[object]:
        """Lines of the block carry the number of the job's run, if it made one."""
        if self.engine is None or self.engine.last_run is None:
            return nullcontext()
        return structlog.contextvars.bound_contextvars(run=self.engine.last_run)


@dataclass
class Runner:
    """Starts the firings that the node claimed. ``stopping`` is set when the daemon has to end."""

    node: Node
    watcher: Watcher
    config: Config
    config_path: Path
    open: Opener
    clock: Callable[[], datetime]
    stopping: threading.Event
    measures: Measures
    #: The task and its thread.
    _threads: list[tuple[str, threading.Thread]] = field(default_factory=list)
    #: How often in a row a task was put off, since another process does its work.
    _put_off: dict[str, int] = field(default_factory=dict)
    #: The tasks whose interruption was logged, until one of their firings ends.
    _interrupted: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.node.given_up = self._note_given_up

    def start(self, firing: Firing) -> None:
        """Run a firing in a thread of its own."""
        thread = threading.Thread(
            target=self.run, args=(firing,), name=f"khop {firing.task}", daemon=True
        )
        self._threads = [each for each in self._threads if each[1].is_alive()]
        try:
            thread.start()
            self._threads.append((firing.task, thread))
        except RuntimeError:  # the system gives no more threads
            log.warning("thread_not_started", task=firing.task)
            try:
                self.node.put_off(firing, "the system gave no thread to run it")
            except LedgerError:  # its lease runs out
                self.node.let_go(firing)

    def wait(self, seconds: float) -> Set[str]:
        """Wait until nothing runs any more, so long at most; the tasks that still run."""
        until = time.monotonic() + seconds
        for _, thread in self._threads:
            thread.join(max(until - time.monotonic(), 0.0))
        return {task for task, thread in self._threads if thread.is_alive()}

    def run(self, firing: Firing) -> None:
        """Run a firing to its end."""
        task = self.node.tasks.get(firing.task)
        if task is None:  # khop.toml was read again since it was claimed
            gone = "khop.toml has no such task any more"
            self._until_written(lambda: self.node.put_back(firing, gone))
            return
        try:
            self._run(task, firing)
        finally:
            if not self.stopping.is_set():
                self.node.let_go(firing)

    def _run(self, task: Task, firing: Firing) -> None:
        context = {"task": task.name, "slot": local_text(firing.slot_us), "node": self.node.name}
        if task.source is not None:
            context["source"] = task.source
        began, put_off = time.monotonic(), self._put_off.get(task.name, 0)
        with structlog.contextvars.bound_contextvars(**context):
            lease = self.node.lease_of(firing)
            with renewed(self.node.ledger, lease, patience=_PATIENCE_OF.get(task.kind, _PATIENCE)):
                opened = _Opened(self.open)
                result = self._result(task, firing, lease, opened)
                if self._put_off.get(task.name, 0) == put_off:  # it did begin
                    self._put_off.pop(task.name, None)
                    self.measures.began(task.name, firing.late_us)
                if result is not None:
                    seconds = time.monotonic() - began
                    self.measures.ended(task.name, seconds, well=result.error is None)
                    with opened.in_lines():
                        self._write_end(task, firing, result, seconds)

    def _result(
        self, task: Task, firing: Firing, lease: Lease, opened: _Opened
    ) -> JobResult | None:
        """How the job ended; None when it waits again. ``opened``: opens its engine."""
        stopping = self.stopping.is_set
        progress = TaskProgress(lease, stopping, looked_at=task.kind in _LOOKED_AT)
        if task.kind is Kind.REPAIR:
            progress = TaskProgress(lease, lambda: False)  # it asks before each push
        given = Surroundings(self.config, self.config_path, opened, self.clock, progress, stopping)
        try:
            return jobs.run(task, given)
        except LeaseHeld as error:
            held, before = str(error), self._put_off.get(task.name, 0)
            self._put_off[task.name] = before + 1
            self._until_written(lambda: self.node.put_off(firing, held, before))
        except (LeaseLost, LedgerUnavailable) as error:
            lost = str(error)
            if task.name not in self._interrupted:
                self._interrupted.add(task.name)
                log.warning("task_interrupted", error=lost)
            self._until_written(lambda: self.node.cut_off(firing, lost))
        except Stopped:
            stopped = "the khop daemon stopped"
            self._until_written(lambda: self.node.put_back(firing, stopped))
        except Exception as error:  # noqa: BLE001 - the daemon outlives every job
            return JobResult(sentence_of(error), place=place_of(error))
        return None

    def _write_end(self, task: Task, firing: Firing, result: JobResult, seconds: float) -> None:
        failures = 0
        self._interrupted.discard(task.name)

        def note(connection: sa.Connection, now_us: int) -> None:
            nonlocal failures
            failures = failures_of(connection, task.stream)
            refusing = result.login_refused_by
            if refusing is not None:
                assert result.error is not None
                self.watcher.note_unauthorised(connection, refusing, now_us, result.error)
            for name, detail in result.alarms.items():
                if detail is None:
                    self.watcher.clear_alarm(connection, name, now_us)
                else:
                    self.watcher.raise_alarm(connection, name, detail, now_us)
            if result.error is None:
                self.watcher.note_success(connection, task.stream, now_us)
            elif task.stream != refusing:
                self.watcher.note_failure(connection, task.stream, now_us, result.error)

        try:
            ours = self._until_written(
                lambda: self.node.ended(firing, result.error, result.summary, result.follows, note)
            )
        except Exception as error:  # noqa: BLE001 - the firing has ended, whatever is to be noted
            result.error = sentence_of(error)
            ours = self._until_written(
                lambda: self.node.ended(firing, result.error, follows=result.follows)
            )
        if ours:
            _log_end(result, failures, seconds)
        else:
            log.warning("end_not_written", error=result.error)

    def _note_given_up(
        self, connection: sa.Connection, task: Task, now_us: int, reason: str
    ) -> None:
        self.watcher.note_failure(connection, task.stream, now_us, reason)

    def _until_written(self, write: Callable[[], object]) -> object:
        """Write, also when the ledger cannot be reached for a while. The lease runs out meanwhile;
        when another process took it over, there is nothing to write any more."""
        while True:
            try:
                return write()
            except LeaseLost:
                return None
            except LedgerError:
                if self.stopping.wait(1.0):
                    return None


def _log_end(result: JobResult, failures: int, seconds: float) -> None:
    """Log a fault when it begins and when it ends, and nothing in between: the alarm about the
    stream is there meanwhile. ``failures``: in a row, before this end."""
    took = round(seconds, 1)
    if result.error is None:
        if failures:
            log.info("task_works_again", failures=failures)
        log.info("task_ended", seconds=took)
    elif not failures:
        log.warning("task_failed", error=result.error, at=result.place, seconds=took)
