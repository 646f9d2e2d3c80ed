"""A clock that a test moves forward: that of processes, which read a file, and that of a PostgreSQL
database. The monotonic clock of the processes stays true."""

from __future__ import annotations

import os
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests import paths
from tests.postgres import Server

_HERE = Path(__file__).parent / "moved_clock"
#: Of two functions with one name, the server takes that of the schema that comes first.
_IN_DATABASE = """
CREATE SCHEMA moved;
CREATE TABLE moved.clock (ahead float8);
INSERT INTO moved.clock VALUES (0);
CREATE FUNCTION moved.clock_timestamp() RETURNS timestamptz LANGUAGE sql VOLATILE AS $$
    SELECT pg_catalog.clock_timestamp() + make_interval(secs => (SELECT ahead FROM moved.clock)) $$;
"""
_FIRST = "ALTER DATABASE {name} SET search_path = public, moved, pg_catalog"


class MovedClock:
    """``file``: holds the seconds by which this clock is ahead of the true one."""

    def __init__(self, file: Path, now: datetime) -> None:
        self.file = file
        self._ahead = now.timestamp() - time.time()
        self._database: tuple[Server, str] | None = None
        self._write()

    def now(self) -> datetime:
        return datetime.now(UTC) + timedelta(seconds=self._ahead)

    def now_us(self) -> int:
        return round((time.time() + self._ahead) * 1_000_000)

    def forward(self, seconds: float) -> None:
        self._ahead += seconds
        self._write()

    def of_processes(self, monkeypatch: pytest.MonkeyPatch) -> None:
        """The clock of every process that is started from now on."""
        monkeypatch.setenv("KHOP_TESTS_CLOCK", str(self.file))
        monkeypatch.setenv("PYTHONPATH", os.pathsep.join([str(_HERE), str(paths.ROOT)]))

    def of_database(self, server: Server, name: str) -> None:
        """The clock of a database, for the connections that are opened from now on."""
        server.run(_IN_DATABASE, name)
        server.run(_FIRST.format(name=name))
        self._database = server, name
        self._write()

    def _write(self) -> None:
        if self._database is not None:
            server, name = self._database
            server.run(f"UPDATE moved.clock SET ahead = {self._ahead!r}", name)
        written = self.file.with_suffix(".part")
        written.write_text(repr(self._ahead), "ascii")
        written.replace(self.file)
