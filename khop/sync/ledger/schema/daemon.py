"""The work of the daemon: when tasks are due, what became of each time, how the streams are, and
which alarms were told."""

from __future__ import annotations

from sqlalchemy import BigInteger, Column, Index, Integer, String, Table, Text

from khop.sync.ledger.schema.columns import metadata

# one row for each task of the schedule
schedule = Table(
    "schedule",
    metadata,
    Column("task", String, primary_key=True),
    # as khop.toml says it, such as "every 15m": another text begins a new count
    Column("spec", String, nullable=False),
    Column("next_us", BigInteger, nullable=False),
    # the last slot that a firing accounts for, or since when slots are counted: a clock that shows
    # less was set back
    Column("slot_us", BigInteger),
)

# one row for each slot that came, or for several that came while nobody was there
task_firing = Table(
    "task_firing",
    metadata,
    Column("task", String, primary_key=True),
    Column("slot_us", BigInteger, primary_key=True),
    # the first slot that the row accounts for, and how many
    Column("since_us", BigInteger, nullable=False),
    Column("covers", BigInteger, nullable=False),
    # due, running, done, failed, skipped, missed, interrupted
    Column("state", String, nullable=False),
    Column("reason", String),
    # not to be started before
    Column("start_us", BigInteger, nullable=False),
    Column("node", String),
    # the token of the lease of the task under which it runs
    Column("token", BigInteger),
    Column("attempts", Integer, nullable=False),
    Column("started_us", BigInteger),
    Column("finished_us", BigInteger),
    Column("summary", Text),
    Index("ix_task_firing_state", "state", "start_us"),
)

# one row for each process of the daemon
node = Table(
    "node",
    metadata,
    Column("id", String, primary_key=True),
    Column("version", String, nullable=False),
    Column("started_us", BigInteger, nullable=False),
    Column("seen_us", BigInteger, nullable=False),
    # running, draining, stopped
    Column("state", String, nullable=False),
)

# what a person, or khop for a reason of its own, stopped: a source, a task, a policy of repair
pause = Table(
    "pause",
    metadata,
    Column("name", String, primary_key=True),
    Column("since_us", BigInteger, nullable=False),
    # person, unauthorised, canary
    Column("cause", String, nullable=False),
    Column("by", String, nullable=False),
    Column("why", String, nullable=False),
)

# how each stream of data is now: a source, or a step of the chain such as reconcile
stream_health = Table(
    "stream_health",
    metadata,
    Column("stream", String, primary_key=True),
    # new, ok, late, down, auth, paused
    Column("state", String, nullable=False),
    Column("since_us", BigInteger, nullable=False),
    Column("ok_us", BigInteger),
    Column("tried_us", BigInteger),
    Column("failures", Integer, nullable=False),
    Column("detail", String),
    # on the time of ``watch``: since when a run that ends well is waited for, and the first of the
    # failures in a row
    Column("quiet_watch_us", BigInteger, nullable=False),
    Column("failing_watch_us", BigInteger),
)

# one row: the time that a daemon was there and looked. It never goes back and does not jump with
# the clock: what is late, and when to remind, is counted on it.
watch = Table(
    "watch",
    metadata,
    Column("id", Integer, primary_key=True),
    # what the clock said, and how much had been watched then
    Column("at_us", BigInteger, nullable=False),
    Column("watched_us", BigInteger, nullable=False),
    # when all streams were looked at last
    Column("looked_us", BigInteger),
)

# one row for each time that a stream, or something else, was not as it should be. ``stream``: the
# stream, or what else it is about; ``state``: its state now, or the name of the alarm
alarm = Table(
    "alarm",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("stream", String, nullable=False),
    Column("state", String, nullable=False),
    Column("detail", String),
    Column("opened_us", BigInteger, nullable=False),
    # when it was told last, on the time of ``watch``
    Column("told_watch_us", BigInteger, nullable=False),
    Column("closed_us", BigInteger),
    Index("ix_alarm_stream", "stream", "closed_us"),
)

# what goes out about an alarm: kind is began, changed, reminder or ended; state as it was then
alarm_message = Table(
    "alarm_message",
    metadata,
    Column("alarm", Integer, primary_key=True),
    Column("kind", String, primary_key=True),
    Column("number", Integer, primary_key=True),
    Column("channel", String, primary_key=True),
    Column("state", String, nullable=False),
    Column("made_us", BigInteger, nullable=False),
    Column("try_us", BigInteger, nullable=False),
    Column("tries", Integer, nullable=False),
    Column("sent_us", BigInteger),
    Column("error", String),
    Index("ix_alarm_message_waiting", "sent_us", "try_us"),
)
