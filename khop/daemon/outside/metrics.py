"""The metrics that ``/metrics`` gives. docs/operate.md (Seen from outside) lists them.

A label has a small fixed set of values: a code, a unit or a person is never one. Those that are
read from the ledger are the same from every node; the others are of one process.
"""

from __future__ import annotations

from dataclasses import dataclass
from types import MappingProxyType

#: Seconds, the bounds of the histograms.
LATENESS_BOUNDS = (0.5, 1.0, 2.0, 5.0, 15.0, 60.0, 300.0, 3600.0)
DURATION_BOUNDS = (1.0, 5.0, 15.0, 60.0, 300.0, 900.0, 3600.0, 4 * 3600.0)


@dataclass(frozen=True, slots=True)
class Metric:
    """One metric: what it says, and its labels in their order."""

    name: str
    says: str
    labels: tuple[str, ...] = ()


BUILD_INFO = Metric("khop_build_info", "Always 1", ("version",))
LEDGER_UP = Metric("khop_ledger_up", "1 when the ledger could be read just now, else 0")
LAST_LOOK = Metric(
    "khop_schedule_look_timestamp_seconds", "Time of the last look at the schedule that succeeded"
)
DRAINING = Metric("khop_node_draining", "1 when this process takes no new work")
RUNNING = Metric("khop_tasks_running", "Firings that this process runs", ("task",))
LATENESS = Metric(
    "khop_task_start_lateness_seconds",
    "Time from when a firing could start to its start, in this process",
    ("task",),
)
DURATION = Metric(
    "khop_task_duration_seconds", "Time that firings took, in this process", ("task", "state")
)

STREAM_STATE = Metric(
    "khop_stream_state", "1 for the state that the stream is in, else 0", ("stream", "state")
)
STREAM_SUCCESS = Metric(
    "khop_stream_last_success_timestamp_seconds",
    "Time of the last run of the stream that ended well",
    ("stream",),
)
STREAM_FAILURES = Metric("khop_stream_failures", "Runs in a row that failed", ("stream",))
NEXT_SLOT = Metric("khop_task_next_timestamp_seconds", "Time of the next slot", ("task",))
FIRINGS = Metric(
    "khop_firings_last_day",
    "Firings of the slots of the last 24 hours, by what became of them",
    ("task", "state"),
)
SLOTS = Metric(
    "khop_slots_last_day",
    "Slots of the last 24 hours that those firings account for",
    ("task", "state"),
)
OUTBOX = Metric("khop_outbox_pushes", "Pushes that are not done, by state", ("state",))
OUTBOX_AGE = Metric(
    "khop_outbox_oldest_unfinished_age_seconds",
    "Age of the oldest push that was begun and has not ended; 0 when there is none",
)
LOOKUPS = Metric(
    "khop_lookups_waiting",
    "Codes that the system is to be asked about now, counted up to 100000",
    ("source",),
)
QUARANTINE = Metric(
    "khop_quarantine_open", "Records that could not be read and wait in the quarantine", ("source",)
)
FINDINGS = Metric(
    "khop_findings",
    "Findings; the severity is that of the rule",
    ("rule", "severity", "state"),
)
ALARMS = Metric(
    "khop_alarms_open",
    "Open alarms, by the state of the stream or the name of the alarm",
    ("state",),
)
MESSAGES = Metric("khop_alarm_messages_waiting", "Alarm messages that were not sent", ("channel",))
PAUSES = Metric("khop_pauses", "Sources, tasks and policies that are paused")
LEDGER_SIZE = Metric("khop_ledger_size_bytes", "Size of the ledger on its disk")
LOG_HEAD = Metric("khop_log_head_number", "Number of the newest entry of the audit log")
NODES = Metric("khop_nodes_alive", "Processes of the daemon that are there", ("version",))

#: Of one process.
OF_PROCESS = (BUILD_INFO, LEDGER_UP, LAST_LOOK, DRAINING, RUNNING, LATENESS, DURATION)
#: From the ledger: missing while it cannot be read.
OF_LEDGER = (
    STREAM_STATE,
    STREAM_SUCCESS,
    STREAM_FAILURES,
    NEXT_SLOT,
    FIRINGS,
    SLOTS,
    OUTBOX,
    OUTBOX_AGE,
    LOOKUPS,
    QUARANTINE,
    FINDINGS,
    ALARMS,
    MESSAGES,
    PAUSES,
    LEDGER_SIZE,
    LOG_HEAD,
    NODES,
)
METRICS = MappingProxyType({metric.name: metric for metric in (*OF_PROCESS, *OF_LEDGER)})
