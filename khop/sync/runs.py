"""The table of runs: what was run, when, and with what result."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from datetime import datetime
from typing import Any, TypeVar

import sqlalchemy as sa
import structlog

from khop.errors import KhopError
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import run as run_table
from khop.sync.results import Result

S = TypeVar("S", bound=Result)


class Run:
    """One row of the table, while the run is under way."""

    def __init__(self, run_id: int, clock: Callable[[], datetime]) -> None:
        self.id = run_id
        self.finished = False
        self.summary: Mapping[str, Any] | None = None
        self._clock = clock

    def done(self, summary: S) -> S:
        """Keep the summary, which is written when the run ends, and return it."""
        self.summary = summary.as_json()
        return summary

    def finish(self, connection: sa.Connection, summary: Mapping[str, Any] | None) -> None:
        """Write the end of the run, in the transaction that writes its results."""
        connection.execute(
            sa.update(run_table)
            .where(run_table.c.id == self.id)
            .values(
                finished_us=Instant.of(self._clock()).us,
                summary=json.dumps(summary, ensure_ascii=False),
            )
        )
        self.finished = True


@contextmanager
def running(
    ledger: Ledger, kind: str, clock: Callable[[], datetime], now: datetime | None = None
) -> Iterator[Run]:
    """A row of the table for the time of the block. Its summary is written at the end; for a
    KhopError, the error's sentence."""
    with ledger.write() as connection:
        run_id = connection.execute(
            sa.insert(run_table)
            .values(
                kind=kind,
                now_us=Instant.of(now or clock()).us,
                clock_us=Instant.of(clock()).us,
            )
            .returning(run_table.c.id)
        ).scalar_one()
    run = Run(run_id, clock)
    try:
        with structlog.contextvars.bound_contextvars(run=run_id):
            yield run
    except KhopError as error:
        run.summary = {"error": str(error)}
        raise
    finally:
        if not run.finished:
            with ledger.write() as connection:
                run.finish(connection, run.summary)
