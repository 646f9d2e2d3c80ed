"""Counts what a program reads of a ledger in SQLite, at the level of the sqlite3 connection."""

from __future__ import annotations

import re
import sqlite3
from collections.abc import Callable, Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import sqlalchemy as sa

#: Instructions of SQLite's machine between two calls of the counter.
_EVERY = 1000
_STATEMENTS = ("SELECT", "WITH", "INSERT", "UPDATE", "DELETE")


class Reads:
    """Counts the reads of every connection that SQLAlchemy opens within a ``with`` block.

    ``rows``: rows that statements returned. ``steps``: thousands of instructions of SQLite's
    virtual machine, which also count rows that a statement reads and does not return.
    ``statements``, with ``listed``: the texts of the statements with their values, each once.
    """

    def __init__(self, *, listed: bool = False) -> None:
        self.rows = 0
        self.steps = 0
        self.statements: dict[str, None] = {}
        self._listed = listed

    def __enter__(self) -> Reads:
        sa.event.listen(sa.Engine, "connect", self._attach)
        return self

    def __exit__(self, *_: object) -> None:
        sa.event.remove(sa.Engine, "connect", self._attach)

    def as_json(self) -> dict[str, int]:
        return {"rows": self.rows, "thousand_steps": self.steps}

    def _attach(self, connection: sqlite3.Connection, _record: object) -> None:
        connection.row_factory = self._count_row
        connection.set_progress_handler(self._count_step, _EVERY)
        if self._listed:
            connection.set_trace_callback(self._note)

    def _count_row(self, _cursor: object, row: tuple[Any, ...]) -> tuple[Any, ...]:
        self.rows += 1
        return row

    def _count_step(self) -> int:
        self.steps += 1
        return 0  # anything else would interrupt the statement

    def _note(self, statement: str) -> None:
        if statement.startswith(_STATEMENTS):
            self.statements[statement] = None


def scans(ledger: Path, statements: Sequence[str], tables: Sequence[str]) -> list[str]:
    """The steps of SQLite's query plans that read one of these tables whole."""
    name = re.compile(rf"\bSCAN ({'|'.join(tables)})\b")
    explain: Callable[[str], str] = "EXPLAIN QUERY PLAN {}".format
    with closing(sqlite3.connect(ledger)) as connection:
        return [
            f"{step}: {statement[:300]}"
            for statement in statements
            for *_, step in connection.execute(explain(statement))
            if name.search(step)
        ]
