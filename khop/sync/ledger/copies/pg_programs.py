"""PostgreSQL's own programs, ``pg_dump`` and ``pg_restore``, on a ledger on a server.

They get the place without its password, which goes through the environment.
"""

from __future__ import annotations

import os
import re
import shutil
import signal
import subprocess
import tempfile
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import IO

import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import ConfigError, KhopError
from khop.sync.ledger.copies.files import no_room, size_shown
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import metadata
from khop.sync.ledger.store import translated
from khop.sync.results import Progress

#: Seconds between two looks at the size of the copy.
_LOOK = 0.5
_VERSION = re.compile(r"\(PostgreSQL\) (\d+)")
_QUOTED = re.compile(r'"[^"]*"')
#: The one row of the schema's version, which is restored last.
VERSION_TABLE = "alembic_version"


@dataclass(frozen=True, slots=True)
class Programs:
    """The two programs. ``version``: the first number of PostgreSQL's version."""

    pg_dump: str
    pg_restore: str
    version: int


def find(config: Config) -> Programs:
    """The programs of this installation. Raises ConfigError when they are missing."""
    named = config.backup.pg_dump
    found = shutil.which(str(config.base_dir / named) if os.sep in named else named)
    if found is None:
        raise ConfigError(
            f"PostgreSQL's program {named} was not found: install PostgreSQL's client programs, of "
            "the server's version or later, or write the path of pg_dump",
            key="backup.pg_dump",
        )
    beside = Path(found).with_name("pg_restore")
    restore = str(beside) if beside.exists() else shutil.which("pg_restore")
    if restore is None:
        raise ConfigError(
            f"pg_restore was not found beside {found}: it belongs to the same package",
            key="backup.pg_dump",
        )
    said = subprocess.run([found, "--version"], capture_output=True, text=True, check=False)
    version = _VERSION.search(said.stdout)
    if version is None:
        raise ConfigError(f"{found} is no pg_dump of PostgreSQL", key="backup.pg_dump")
    return Programs(found, restore, int(version[1]))


def dump(
    programs: Programs,
    database: PostgresDatabase,
    connection: sa.Connection,
    part: Path,
    handle: int,
    progress: Progress,
) -> None:
    """Write the ledger's tables into a file, as the transaction of the connection sees them.
    ``handle``: the number of the file, which stays locked until the program has ended."""
    server = int(connection.exec_driver_sql("SHOW server_version_num").scalar_one()) // 10_000
    if server > programs.version:
        raise ConfigError(
            f"{programs.pg_dump} is of PostgreSQL {programs.version}, the server of {server}: name "
            "one of the server's version or later",
            key="backup.pg_dump",
        )
    schema = connection.exec_driver_sql("SELECT quote_ident(current_schema())").scalar_one()
    tables = _tables(connection)
    snapshot = connection.exec_driver_sql("SELECT pg_export_snapshot()").scalar_one()
    size = connection.scalar(
        sa.text(
            f"SELECT sum(pg_table_size('{schema}.' || t)) FROM unnest(CAST(:tables AS text[])) t"
        ),
        {"tables": tables},
    )
    place, environment = _place(database)
    command = [
        *(programs.pg_dump, "--format=custom", "--no-owner", "--no-privileges", "--no-password"),
        *(f"--snapshot={snapshot}", f"--dbname={place}", f"--file={part}"),
        *(f'--table={schema}."{name}"' for name in tables),
    ]
    with size_shown("backup", part, int(size or 0), progress) as report:
        _run(command, environment, part, report, keep_open=(handle,))


def restore(programs: Programs, database: PostgresDatabase, file: Path) -> None:
    """Make the tables of a copy in a database that has none, in one transaction. The schema's
    version is left out, without which the database is no ledger yet."""
    place, environment = _place(database)
    listed = _output([programs.pg_restore, "--list", str(file)], file)
    skipped = f"TABLE DATA [^ ]+ {VERSION_TABLE} "
    with tempfile.NamedTemporaryFile("w", prefix="khop-", suffix=".list") as chosen:
        chosen.writelines(
            line for line in listed.splitlines(keepends=True) if not re.search(skipped, line)
        )
        chosen.flush()
        command = [
            *(programs.pg_restore, "--single-transaction", "--exit-on-error", "--no-owner"),
            *("--no-privileges", "--no-password", f"--dbname={place}"),
            *(f"--use-list={chosen.name}", str(file)),
        ]
        _run(command, environment, file)


def count_rows(programs: Programs, file: Path, table: str) -> int:
    """How many rows of a table are in a copy; all of the copy is read."""
    return sum(1 for _ in _rows(programs, file, table, whole=True))


def first_row(programs: Programs, file: Path, table: str) -> Mapping[str, str]:
    """The first row of a table in a copy, as text; empty when it has none."""
    return next(_rows(programs, file, table), {})


def tables_in(database: PostgresDatabase) -> list[str]:
    """The tables of a ledger that are in the database."""
    engine = database.engine()
    try:
        with translated(database), engine.connect() as connection:
            return _tables(connection)
    finally:
        engine.dispose()


def _tables(connection: sa.Connection) -> list[str]:
    known = {*metadata.tables, VERSION_TABLE}
    return [name for name in sa.inspect(connection).get_table_names() if name in known]


def _rows(
    programs: Programs, file: Path, table: str, *, whole: bool = False
) -> Iterator[Mapping[str, str]]:
    command = [programs.pg_restore, "--data-only", "--file=-", str(file)]
    if not whole:
        command.insert(2, f"--table={table}")
    start = re.compile(rf'COPY [^ ]*\b"?{table}"? \((.*)\) FROM stdin;')
    names: list[str] | None = None
    with _started(command, {}, stdout=subprocess.PIPE) as (process, errors):
        assert process.stdout is not None
        for line in process.stdout:
            text = line.decode("utf-8", "replace").rstrip("\n")
            if names is None:
                found = start.match(text)
                names = None if found is None else found[1].replace('"', "").split(", ")
            elif text == "\\.":
                names = None
            else:
                yield dict(zip(names, text.split("\t"), strict=False))
        if process.wait() != 0:
            raise _failed(command[0], file, errors)


def _place(database: PostgresDatabase) -> tuple[str, dict[str, str]]:
    """Where the ledger is, as the programs take it, and the environment with the password."""
    from psycopg.conninfo import make_conninfo

    engine = database.engine()
    try:
        _, given = engine.dialect.create_connect_args(engine.url)
    finally:
        engine.dispose()
    password = given.pop("password", None)
    given.pop("context", None)
    environment = {} if password is None else {"PGPASSWORD": str(password)}
    return make_conninfo("", **given), environment


def _run(
    command: Sequence[str],
    environment: Mapping[str, str],
    file: Path,
    report: Callable[[], None] = lambda: None,
    keep_open: Sequence[int] = (),
) -> None:
    started = _started(command, environment, stdout=subprocess.DEVNULL, keep_open=keep_open)
    with started as (process, errors):
        while process.poll() is None:
            try:
                process.wait(_LOOK)
            except subprocess.TimeoutExpired:
                report()
        if process.returncode != 0:
            raise _failed(command[0], file, errors, process.returncode)


def _output(command: Sequence[str], file: Path) -> str:
    with _started(command, {}, stdout=subprocess.PIPE) as (process, errors):
        assert process.stdout is not None
        text = process.stdout.read().decode("utf-8", "replace")
        if process.wait() != 0:
            raise _failed(command[0], file, errors)
    return text


@contextmanager
def _started(
    command: Sequence[str],
    environment: Mapping[str, str],
    *,
    stdout: int,
    keep_open: Sequence[int] = (),
) -> Iterator[tuple[subprocess.Popen[bytes], IO[bytes]]]:
    """A process, and what it writes about its errors; it is ended with the block."""
    with (
        tempfile.TemporaryFile() as errors,
        subprocess.Popen(
            list(command),
            stdin=subprocess.DEVNULL,
            stdout=stdout,
            stderr=errors,
            env={**os.environ, "LC_ALL": "C", "PGAPPNAME": "khop", **environment},
            pass_fds=tuple(keep_open),
        ) as process,
    ):
        try:
            yield process, errors
        finally:
            if process.poll() is None:
                process.kill()


def _failed(program: str, file: Path, errors: IO[bytes], code: int = 1) -> KhopError:
    errors.seek(0)
    text = errors.read(20_000).decode("utf-8", "replace")
    if code == -signal.SIGXFSZ or "No space left" in text or "File too large" in text:
        return no_room(file.parent)
    lines = text.strip().splitlines()
    # what stands in quotation marks may be a value of a row
    words = _QUOTED.sub('"…"', lines[0]) if lines else "without a word"
    return KhopError(f"{Path(program).name} failed: {words}; nothing is half done")
