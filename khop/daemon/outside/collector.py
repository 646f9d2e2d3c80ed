"""Gives the metrics when they are asked for: those of the process, and those that the ledger
holds."""

from __future__ import annotations

import threading
import time
from collections import Counter
from collections.abc import Callable, Iterable, Iterator

from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from khop.daemon.alarms.names import AlarmName
from khop.daemon.firings import State as FiringState
from khop.daemon.outside import metrics
from khop.daemon.outside.metrics import Metric
from khop.daemon.outside.process_state import Process
from khop.daemon.outside.standing import NOT_DONE, Standing, standing
from khop.daemon.streams import WELL
from khop.daemon.streams import State as StreamState
from khop.errors import LedgerError
from khop.sync.reconciling.rules import RULES
from khop.version import __version__

#: Seconds for which what was read from the ledger is given again.
KEPT = 10.0
#: Seconds that a reader waits while another one reads the ledger.
_PATIENCE = 5.0

_ALARMS = (*(state for state in StreamState if state not in WELL), *AlarmName)

#: The values of one metric: those of its labels, and the number.
Values = Iterable[tuple[tuple[str, ...], float]]


class ProcessMetrics(Collector):
    """The metrics of one process of the daemon."""

    def __init__(self, process: Process, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._process = process
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._kept: Standing | None = None
        self._read = float("-inf")

    def collect(self) -> Iterator[GaugeMetricFamily]:
        found = self._standing()
        process = self._process
        yield _gauge(metrics.BUILD_INFO, [((__version__,), 1)])
        yield _gauge(metrics.LEDGER_UP, [((), float(found is not None))])
        if process.looked is not None:
            ago = self._monotonic() - process.looked
            yield _gauge(metrics.LAST_LOOK, [((), time.time() - ago)])
        yield _gauge(metrics.DRAINING, [((), float(process.draining is not None))])
        running = process.running
        yield _gauge(metrics.RUNNING, [((task,), float(task in running)) for task in process.tasks])
        if found is not None:
            yield from _of_ledger(found, process)

    def _standing(self) -> Standing | None:
        """How things stood at most ``KEPT`` seconds ago; None when the ledger cannot be read."""
        if not self._lock.acquire(timeout=_PATIENCE):
            return None
        try:
            if self._monotonic() - self._read >= KEPT:
                self._kept = self._read_again()
                self._read = self._monotonic()
            return self._kept
        finally:
            self._lock.release()

    def _read_again(self) -> Standing | None:
        process = self._process
        ledger = process.ledger
        if ledger is None:
            return None
        try:
            sources = list(process.config.sources)
            return standing(ledger, process.clock, list(process.tasks), sources)
        except LedgerError:
            return None  # the tick says why


def _gauge(metric: Metric, values: Values) -> GaugeMetricFamily:
    family = GaugeMetricFamily(metric.name, metric.says, labels=metric.labels)
    for labels, value in values:
        family.add_metric(labels, value)
    return family


def _of_ledger(found: Standing, process: Process) -> Iterator[GaugeMetricFamily]:
    for metric, values in _VALUES.items():
        yield _gauge(metric, values(found, process))


def _stream_states(found: Standing, _: Process) -> Values:
    for name, health in found.streams.items():
        for state in StreamState:
            yield (name, state), float(health.state is state)


def _stream_successes(found: Standing, _: Process) -> Values:
    for name, health in found.streams.items():
        if health.ok_us is not None:
            yield (name,), health.ok_us / 1e6


def _stream_failures(found: Standing, _: Process) -> Values:
    for name, health in found.streams.items():
        yield (name,), health.failures


def _next_slots(found: Standing, _: Process) -> Values:
    for task, next_us in found.next_us.items():
        yield (task,), next_us / 1e6


def _firings(found: Standing, process: Process) -> Values:
    for task in process.tasks:
        for state in FiringState:
            yield (task, state), found.firings.get((task, state), (0, 0))[0]


def _slots(found: Standing, process: Process) -> Values:
    for task in process.tasks:
        for state in FiringState:
            yield (task, state), found.firings.get((task, state), (0, 0))[1]


def _pushes(found: Standing, _: Process) -> Values:
    for state in NOT_DONE:
        yield (state,), found.pushes.get(state, 0)


def _oldest_push(found: Standing, _: Process) -> Values:
    since_us = found.oldest_push_us
    yield (), 0.0 if since_us is None else max(found.now_us - since_us, 0) / 1e6


def _lookups(found: Standing, _: Process) -> Values:
    for source, count in found.lookups.items():
        yield (source,), count


def _quarantine(found: Standing, process: Process) -> Values:
    for source in process.config.sources:
        yield (source,), found.quarantined.get(source, 0)


def _findings(found: Standing, _: Process) -> Values:
    for (rule, state), count in sorted(found.findings.items()):
        if rule in RULES:
            yield (rule, RULES[rule].severity, state), count


def _alarms(found: Standing, _: Process) -> Values:
    counts = Counter(alarm.state for alarm in found.alarms)
    for state in _ALARMS:
        yield (state,), counts[state]


def _messages(found: Standing, process: Process) -> Values:
    for channel in process.config.alarms.channels:
        yield (channel,), found.messages.get(channel, 0)


def _nodes(found: Standing, _: Process) -> Values:
    there = Counter(one.version for one in found.nodes if one.is_there(found.now_us))
    for version, count in sorted(there.items()):
        yield (version,), count


def _one(value: Callable[[Standing], float]) -> Callable[[Standing, Process], Values]:
    return lambda found, _: [((), value(found))]


_VALUES: dict[Metric, Callable[[Standing, Process], Values]] = {
    metrics.STREAM_STATE: _stream_states,
    metrics.STREAM_SUCCESS: _stream_successes,
    metrics.STREAM_FAILURES: _stream_failures,
    metrics.NEXT_SLOT: _next_slots,
    metrics.FIRINGS: _firings,
    metrics.SLOTS: _slots,
    metrics.OUTBOX: _pushes,
    metrics.OUTBOX_AGE: _oldest_push,
    metrics.LOOKUPS: _lookups,
    metrics.QUARANTINE: _quarantine,
    metrics.FINDINGS: _findings,
    metrics.ALARMS: _alarms,
    metrics.MESSAGES: _messages,
    metrics.PAUSES: _one(lambda found: len(found.pauses)),
    metrics.LEDGER_SIZE: _one(lambda found: found.ledger_bytes),
    metrics.LOG_HEAD: _one(lambda found: found.head.id),
    metrics.NODES: _nodes,
}
