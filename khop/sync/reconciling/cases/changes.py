"""What the change log says of a case's dossier (docs/rules.md, The change log).

The log is kept as it was written, and read anew for each reconcile: registered migrations of
khop.toml may be named, or corrected, long after the change. It has few rows: only changes of
values that were there before are read (``schema.sources.MOVED``).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import reduce
from operator import or_
from typing import TypeAlias

import ibis
import ibis.expr.types as ir

from khop.text.local_time import DAY_US, LOCAL_OFFSET_US

#: The first and the last moment of a registered migration.
Windows: TypeAlias = Sequence[tuple[int, int]]

#: Columns of a case that come from the log.
CHANGED = (
    # the oldest values that are known
    *("os_received_first_us", "os_received_first_day", "os_due_first_us", "os_due_first_day"),
    # moves of the due date to a later day outside of migrations: how many, the due date before the
    # last one, and when that was made
    *("os_due_moves", "os_due_before_us", "os_due_before_day", "os_due_moved_us"),
    # the earliest due date that had passed when it was moved so
    *("os_due_passed_us", "os_due_passed_day"),
    # the last move of the due date to a later day in a migration
    "os_due_migrated_us",
    # the last move of the reception to a later day outside of migrations
    "os_received_moved_us",
    # the last end after the due date that was set back, outside of migrations, to one that is not
    *("os_finished_before_us", "os_finished_before_day"),
)


def first_values(cases: ir.Table) -> dict[str, ir.Value]:
    """The first values and the number of moves, also where the log says nothing."""
    columns: dict[str, ir.Value] = {
        "os_due_moves": ibis.ifelse(
            cases.os_native_id.notnull(), ibis.coalesce(cases.os_due_moves, 0), ibis.null()
        )
    }
    for name in ("os_received", "os_due"):
        logged = cases[f"{name}_first_us"].notnull()
        for part in ("us", "day"):
            kept, now = cases[f"{name}_first_{part}"], cases[f"{name}_{part}"]
            columns[f"{name}_first_{part}"] = ibis.ifelse(logged, kept, now)
    return columns


def recoded(log: ir.Table) -> ir.Table:
    """The codes that a dossier of the one-stop had before: ``of_case``, ``os_recoded``."""
    return log.filter(log.field == "code").select(of_case="old", os_recoded=True).distinct()


def changes_of(one_stop: ir.Table, log: ir.Table, migrations: Windows) -> ir.Table:
    """What the log says of each record of the one-stop: ``of_source``, ``of_native_id``, and the
    columns ``CHANGED``. Records of which it says nothing are left out."""
    moved = log.filter(log.entry_id.isnull() & log.old_us.notnull())
    rows = moved.join(
        one_stop.select("source", "native_id", "due_us", "due_day"), ["source", "native_id"]
    )
    migrated = _within(rows.at_us, migrations)
    later = _day(rows.new_us) > _day(rows.old_us)
    due, received = rows.field == "due", rows.field == "received"
    set_back = (rows.field == "finished") & _after_due(rows, "old") & ~_after_due(rows, "new")
    rows = rows.mutate(
        due=due,
        received=received,
        moved=due & later & ~migrated,
        passed=due & later & ~migrated & (_day(rows.old_us) < _day(rows.at_us)),
        moved_by_migration=due & later & migrated,
        received_moved=received & later & ~migrated,
        set_back=set_back & ~migrated,
    )
    return rows.group_by(of_source="source", of_native_id="native_id").aggregate(
        **_first(rows, "os_received_first", rows.received),
        **_first(rows, "os_due_first", rows.due),
        os_due_moves=rows.count(where=rows.moved),
        **_last(rows, "os_due_before", rows.moved),
        os_due_moved_us=rows.at_us.argmax(rows.id, where=rows.moved),
        os_due_passed_us=rows.old_us.min(where=rows.passed),
        os_due_passed_day=rows.old_day.argmin(rows.old_us, where=rows.passed),
        os_due_migrated_us=rows.at_us.argmax(rows.id, where=rows.moved_by_migration),
        os_received_moved_us=rows.at_us.argmax(rows.id, where=rows.received_moved),
        **_last(rows, "os_finished_before", rows.set_back),
    )


def _first(rows: ir.Table, name: str, where: ir.BooleanValue) -> dict[str, ir.Value]:
    return {
        f"{name}_us": rows.old_us.argmin(rows.id, where=where),
        f"{name}_day": rows.old_day.argmin(rows.id, where=where),
    }


def _last(rows: ir.Table, name: str, where: ir.BooleanValue) -> dict[str, ir.Value]:
    return {
        f"{name}_us": rows.old_us.argmax(rows.id, where=where),
        f"{name}_day": rows.old_day.argmax(rows.id, where=where),
    }


def _within(moment: ir.IntegerValue, windows: Windows) -> ir.BooleanValue:
    inside = [moment.between(start, end) for start, end in windows]
    return reduce(or_, inside, ibis.literal(False))


def _after_due(rows: ir.Table, name: str) -> ir.BooleanValue:
    """The value lies after the due date; by day where one is known by day only."""
    us, by_day = rows[f"{name}_us"], ibis.coalesce(rows[f"{name}_day"], False)
    return ibis.ifelse(
        by_day | ibis.coalesce(rows.due_day, False),
        _day(us) > _day(rows.due_us),
        us > rows.due_us,
    )


def _day(us: ir.IntegerValue) -> ir.IntegerValue:
    return (us + LOCAL_OFFSET_US) // DAY_US
