"""``khop daemon``: the process. It looks at the schedule each second, runs what is due in threads,
and says how it is. Nothing that a system, the database or the clock does ends it.

::

    main thread     signals: stop, reload
    tick (1 s)      the node looks at the schedule; the streams are judged; the watchdog is told
    telling (5 s)   alarms go out; the dead-man address is called
    one thread for each task that runs, and those of the HTTP server
"""

from __future__ import annotations

import queue
import threading
import time
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence, Set
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path

from khop.adapters.ports import AdapterType
from khop.config.load import load_config
from khop.config.model import Config
from khop.daemon import watch
from khop.daemon.alarms.dead_man import DeadMan
from khop.daemon.alarms.sending import send_waiting
from khop.daemon.faults import sentence_of
from khop.daemon.general_alarms import look_around
from khop.daemon.health import Watcher, all_well
from khop.daemon.node import Node
from khop.daemon.outside.measures import Measures
from khop.daemon.outside.process_state import idle
from khop.daemon.outside.serving import Outside
from khop.daemon.repeating import Repeating
from khop.daemon.running import Runner
from khop.daemon.signals import Signals
from khop.daemon.streams import Stream
from khop.daemon.systemd import Notifier
from khop.daemon.tasks import Task, streams_of, tasks_of
from khop.errors import ConfigError, LedgerError, LedgerUnavailable
from khop.mappings.records import Instant
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.leases.processes import this_process
from khop.sync.opening import open_engine, readable_sources
from khop.text.logs import Log

#: Seconds from one look at the schedule to the next, and from one sending of alarms to the next.
_TICK, _TELL = 1.0, 5.0
#: Seconds that the last of them is waited for at the end, and those that giving back may take.
_LAST_CALL, _LEAVE = 1.0, 4.0
#: Seconds between two tries to open the ledger at the start.
_OPEN_AGAIN = 5.0
#: Seconds between two calls of the dead-man address.
_BEAT = 60.0

log = Log(__name__)


class Daemon:
    """One process of the daemon. ``clock``: aware UTC."""

    def __init__(
        self,
        config_path: Path,
        adapters: Mapping[str, AdapterType],
        clock: Callable[[], datetime],
        *,
        notifier: Notifier | None = None,
    ) -> None:
        self._path = config_path
        self._adapters = adapters
        self.clock = clock
        self._notifier = notifier or Notifier()
        # a handler of signals interrupts the main thread anywhere, also inside a threading.Event
        self._woken: queue.SimpleQueue[None] = queue.SimpleQueue()
        self._reload = False
        #: Whether something still ran when the time to stop was over: its threads would keep the
        #: process, which has to be left at once.
        self.unfinished = False
        #: Set when the process was told to stop.
        self.stopping = threading.Event()
        self.started = time.monotonic()
        #: Monotonic time of the last look at the schedule that did not fail, and why it fails.
        self.looked: float | None = None
        self.ticked = self.started
        #: Since when a look is under way.
        self.looking: float | None = None
        self.ledger_error: str | None = None
        self.measures = Measures()
        self._runner: Runner | None = None
        self._calls_ended = True
        self._beaten = float("-inf")
        self.config = load_config(config_path, adapters)
        self.tasks, self.streams = self._planned(self.config)

    def run(self) -> int:
        """Run until a signal says stop; the exit code. Raises ConfigError at the start."""
        with self._signals(), Outside(self.config.daemon.listen, self, self.measures):
            engine = self._opened()
            if engine is None:
                return 0
            with engine:
                self._begin(engine)
                try:
                    self._until_told_to_stop()
                finally:
                    self._end()
        return 0

    @property
    def node(self) -> Node:
        return self.runner.node

    @property
    def runner(self) -> Runner:
        assert self._runner is not None, "run comes first"
        return self._runner

    @property
    def ledger(self) -> Ledger | None:
        """The ledger; None until it could be opened."""
        return None if self._runner is None else self.node.ledger

    @property
    def draining(self) -> str | None:
        """Why it takes no new work."""
        if self.stopping.is_set():
            return "told to stop"
        return None if self._runner is None else self.node.draining

    @property
    def running(self) -> Collection[str]:
        """The tasks that run in this process."""
        return () if self._runner is None else list(self.node.running)

    def stop(self) -> None:
        """Tell the process to stop, as SIGTERM does."""
        self.stopping.set()
        self._woken.put(None)

    def reload(self) -> None:
        """Tell the process to read khop.toml again, as SIGHUP does."""
        self._reload = True
        self._woken.put(None)

    def open_engine(self, sources: Sequence[str]) -> Engine:
        """An engine of the configuration in use. Raises ConfigError, LedgerError."""
        return open_engine(self.config, self._adapters, clock=self.clock, sources=sources)

    def tick(self) -> None:
        """One look at the schedule; what is due is started."""
        try:
            with self._look():
                for firing in self.node.tick():
                    self.runner.start(firing)
                self._judge()
        except LedgerError as error:
            self._note_ledger(str(error))
        else:
            self.looked = time.monotonic()
            self._note_ledger(None)
        finally:
            self._notifier.alive()

    def tell(self) -> None:
        """Send the alarms that wait, and call the dead-man address while khop works and all is
        well."""
        with suppress(LedgerError):  # the tick says so
            ledger = self.node.ledger
            send_waiting(ledger, self.config, self.clock)
            # without a look that succeeded, what the ledger says of the streams is old
            if idle(self) is None and time.monotonic() - self._beaten >= _BEAT:
                self._beaten = time.monotonic()
                with ledger.read() as connection:
                    well = all_well(connection, self.streams)
                self._dead_man.beat(well=well)

    @contextmanager
    def _look(self) -> Iterator[None]:
        """Note that a look is under way, and its end."""
        self.looking = time.monotonic()
        try:
            yield
        finally:
            self.ticked, self.looking = time.monotonic(), None

    def _planned(self, config: Config) -> tuple[dict[str, Task], list[Stream]]:
        """The tasks and streams of a configuration; every adapter is built once, so that what is
        wrong shows at the start. Raises ConfigError."""
        tasks = tasks_of(config, readable_sources(config, self._adapters))
        return tasks, streams_of(config, tasks.values(), Instant.of(self.clock()).us)

    def _opened(self) -> Engine | None:
        """The engine that the process keeps, as soon as the ledger can be reached; None when it was
        told to stop before. Raises ConfigError; LedgerError for what does not pass by itself."""
        while not self.stopping.is_set():
            try:
                with self._look():
                    return self.open_engine(())
            except LedgerUnavailable as error:
                self._note_ledger(str(error))
            self._wait_for_ledger()
        return None

    def _begin(self, engine: Engine) -> None:
        node = Node(
            engine.ledger, this_process(), self.tasks, self.clock, self.config.daemon.at_once
        )
        watcher = Watcher.of(self.config.alarms)
        self._runner = Runner(
            node,
            watcher,
            self.config,
            self._path,
            self.open_engine,
            self.clock,
            self.stopping,
            self.measures,
        )
        self._dead_man = DeadMan(self.config)
        while not self.stopping.is_set():
            try:
                with self._look():
                    node.join()
                break
            except LedgerError as error:
                self._note_ledger(str(error))
                self._wait_for_ledger()
        self._note_ledger(None)
        self._repeating = Repeating()
        self._repeating.every(_TICK, "tick", self.tick)
        self._repeating.every(_TELL, "telling", self.tell)
        self._repeating.start()
        self._notifier.ready(f"{len(self.tasks)} tasks")
        log.info("daemon_runs", node=node.name, tasks=len(self.tasks), version=node.version)

    def _until_told_to_stop(self) -> None:
        while not self.stopping.is_set():
            with suppress(queue.Empty):
                self._woken.get(timeout=_TICK)
            self._repeating.keep_time()
            if self._reload and not self.stopping.is_set():
                self._reload = False
                self._read_again()

    def _end(self) -> None:
        """No new firing; the pages and pushes under way end; what is left is due again at once."""
        self._notifier.stopping()
        self.node.stopping = True
        log.info("daemon_stops", running=sorted(self.node.running))
        # a second signal is handled meanwhile, and ends the process
        left = self.runner.wait(self.config.daemon.stop_seconds)
        leaving = threading.Thread(
            target=self._leave, args=(left,), name="khop leaving", daemon=True
        )
        leaving.start()
        leaving.join(_LEAVE)
        self.unfinished = bool(left) or leaving.is_alive() or not self._calls_ended
        log.info("daemon_stopped")

    def _leave(self, left: Set[str]) -> None:
        """Give back what is left. While the ledger is away or locked nothing can be given back:
        it is taken over when the leases have run out. ``left``: the tasks that still run."""
        self._calls_ended = self._repeating.stop(_LAST_CALL)
        with suppress(LedgerError):
            self.node.leave(left)
        self._dead_man.close()

    def _read_again(self) -> None:
        """Take over khop.toml as it is now; one with an error is told and not taken over."""
        self._notifier.reloading()
        try:
            config = load_config(self._path, self._adapters)
            if config.ledger_url != self.config.ledger_url:
                raise ConfigError("another ledger needs a restart", key="ledger.url")
            if config.daemon.listen != self.config.daemon.listen:
                raise ConfigError("another address needs a restart", key="daemon.listen")
            tasks, streams = self._planned(config)
        except Exception as error:  # noqa: BLE001 - it goes on with the khop.toml that it has
            log.warning("khop_toml_not_taken_over", error=sentence_of(error))
        else:
            dead_man, self._dead_man = self._dead_man, DeadMan(config)
            dead_man.close()
            self.config, self.tasks, self.streams = config, tasks, streams
            self.runner.config = config
            self.runner.watcher = Watcher.of(config.alarms)
            self.node.tasks, self.node.at_once = tasks, config.daemon.at_once
            log.info("khop_toml_taken_over", tasks=len(tasks))
        self._notifier.ready(f"{len(self.tasks)} tasks")

    def _wait_for_ledger(self) -> None:
        """Wait until the next try; meanwhile the process is alive."""
        self.ticked = time.monotonic()
        with suppress(queue.Empty):
            self._woken.get(timeout=_OPEN_AGAIN)

    def _judge(self) -> None:
        """Judge the streams, where no other node did so a moment ago."""
        ledger = self.node.ledger
        with ledger.read() as connection:
            if not watch.is_time_to_look(connection, ledger.now_us(connection, self.clock)):
                return
        with ledger.write() as connection:
            now_us = ledger.now_us(connection, self.clock)
            look_around(connection, self.runner.watcher, self.config, now_us)
            self.runner.watcher.look(connection, self.streams, now_us)

    def _note_ledger(self, error: str | None) -> None:
        """Log a fault of the ledger when it begins and when it ends."""
        if error is not None and self.ledger_error is None:
            log.warning("ledger_not_reached", error=error)
        if error is None and self.ledger_error is not None:
            log.info("ledger_reached_again")
        self.ledger_error = error

    def _signals(self) -> Signals:
        return Signals(self.stop, self.reload)
