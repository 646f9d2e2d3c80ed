"""The cursor of a source: how far its list has been read."""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace

import sqlalchemy as sa

from khop.sync.ledger.schema import cursor as cursor_table

#: A time service may set a clock back by so much without any harm; microseconds.
_STEP_US = 60 * 1_000_000


@dataclass(frozen=True, slots=True)
class Cursor:
    """How far a source's list has been read.

    ``watermark_us``: the newest change that is stored, with all older ones. ``next_page``: the
    page a traversal goes on with; None when no traversal is under way. ``top_us``: the newest
    change on the first page of the traversal under way, which becomes the watermark when it
    ends. ``whole``: that traversal reads the list to its end. ``complete``: the whole list was
    read once without a gap. ``surplus``: records in the ledger minus records the list counts,
    when it was last read: greater than 0 when some left the list, less than 0 when it counts some
    that it does not show.
    """

    watermark_us: int | None = None
    top_us: int | None = None
    next_page: int | None = None
    whole: bool = False
    complete: bool = False
    surplus: int = 0


def until_now(cursor: Cursor, now_us: int) -> Cursor:
    """The cursor without times of after ``now``: they were written under a clock that was ahead,
    and would hide every later change."""
    latest_us = now_us + _STEP_US
    if cursor.watermark_us is not None and cursor.watermark_us > latest_us:
        cursor = replace(cursor, watermark_us=None)
    if cursor.top_us is not None and cursor.top_us > latest_us:
        cursor = replace(cursor, top_us=None, next_page=None)
    return cursor


def load_cursor(connection: sa.Connection, source: str) -> Cursor:
    """The source's cursor; a new one when the source was never read."""
    row = connection.execute(sa.select(cursor_table).where(cursor_table.c.source == source)).first()
    if row is None:
        return Cursor()
    return Cursor(row.watermark_us, row.top_us, row.next_page, row.whole, row.complete, row.surplus)


def save_cursor(connection: sa.Connection, source: str, cursor: Cursor) -> None:
    connection.execute(_SAVE, {"source": source, **asdict(cursor)})


_SAVE = sa.text(
    "INSERT INTO cursor (source, watermark_us, top_us, next_page, whole, complete, surplus) "
    "VALUES (:source, :watermark_us, :top_us, :next_page, :whole, :complete, :surplus) "
    "ON CONFLICT (source) DO UPDATE SET watermark_us = excluded.watermark_us, "
    "top_us = excluded.top_us, next_page = excluded.next_page, whole = excluded.whole, "
    "complete = excluded.complete, surplus = excluded.surplus"
)
