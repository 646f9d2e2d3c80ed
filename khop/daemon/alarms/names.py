"""What an alarm can be about, and the kinds of messages about it."""

from __future__ import annotations

from enum import StrEnum


class AlarmName(StrEnum):
    """Alarms that are not the state of a stream. Each has a heading in docs/operate.md, as the
    states have."""

    #: A page, an index or a row of the ledger is damaged.
    LEDGER = "ledger"
    #: Times of a task that is not made up for passed, and nobody was there.
    MISSED_SLOTS = "missed_slots"
    #: Pushes were begun long ago and have not ended.
    OUTBOX = "outbox"
    #: The clock differs by more than a day from the last run, and no system confirms it.
    CLOCK = "clock"
    #: The disk of the ledger is nearly full.
    DISK = "disk"
    #: The repair by policy paused itself.
    REPAIR_PAUSED = "repair_paused"


class Kind(StrEnum):
    """The kinds of messages about one alarm, in their order."""

    BEGAN = "began"
    #: Another state, each told once: it was late and is down.
    CHANGED = "changed"
    REMINDER = "reminder"
    ENDED = "ended"


#: What an alarm ends with, beside the state that a stream is in then: the stream is no longer
#: configured; what was not about a stream is over.
GONE, CLEARED = "gone", "cleared"
