"""A ledger on a PostgreSQL server keeps the guarantees of one in an SQLite file."""

from __future__ import annotations

import re
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from pathlib import Path

import psycopg
import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from psycopg import errors

from khop.errors import ConfigError, LedgerError, LedgerUnavailable
from khop.mappings.records import Reject
from khop.sync.ledger import Ledger, create_ledger, quarantine
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.ledger.schema import metadata
from khop.sync.privacy import Privacy
from tests.postgres import KEYED, Server

ADD_RUN = sa.text("INSERT INTO run (kind, now_us) VALUES ('pull', 1)")
COUNT_RUNS = sa.text("SELECT COUNT(*) FROM run")
PASSWORD = "mat-khau-rieng"


@pytest.fixture
def ledger(postgres_url: str) -> Iterator[Ledger]:
    with closing(Ledger(postgres_url)) as opened:
        yield opened


@pytest.fixture
def keyed(postgres: Server) -> Iterator[str]:
    """A database with a user who needs a password and may only connect."""
    postgres.run(f"CREATE ROLE {KEYED} LOGIN PASSWORD '{PASSWORD}'")
    with postgres.database() as name:
        yield name
        postgres.run(f"DROP OWNED BY {KEYED}", name)
    postgres.run(f"DROP ROLE {KEYED}")


def test_the_migrations_make_the_schema_of_the_program(empty_url: str) -> None:
    create_ledger(empty_url)
    with closing(Ledger(empty_url)) as ledger, ledger.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []


def test_text_is_compared_byte_by_byte_in_any_locale_of_the_server(
    ledger: Ledger,
) -> None:
    query = sa.text(
        "SELECT table_name, column_name, collation_name FROM information_schema.columns "
        "WHERE table_name = ANY(:tables) AND data_type IN ('text', 'character varying')"
    )
    with ledger.read() as connection:
        found = connection.execute(query, {"tables": list(metadata.tables)}).all()
    assert len(found) > len(metadata.tables)
    assert [row for row in found if row.collation_name != "C"] == []


def test_two_programs_may_create_a_ledger_at_once(empty_url: str) -> None:
    with ThreadPoolExecutor(2) as pool:
        list(pool.map(create_ledger, [empty_url, empty_url]))
    with closing(Ledger(empty_url)) as ledger, ledger.read() as connection:
        assert connection.scalar(COUNT_RUNS) == 0


def test_creating_a_ledger_again_keeps_its_rows(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(ADD_RUN)
    create_ledger(ledger.url)
    with ledger.read() as connection:
        assert connection.scalar(COUNT_RUNS) == 1


def test_a_database_without_tables_is_no_ledger_yet(empty_url: str) -> None:
    with pytest.raises(LedgerError, match="run `khop init`"):
        Ledger(empty_url)


def test_a_database_that_keeps_no_unicode_is_refused(postgres: Server) -> None:
    with postgres.database("ENCODING 'LATIN1' LOCALE 'C' TEMPLATE template0") as name:
        with pytest.raises(LedgerError, match="keeps its text in LATIN1; make one with"):
            create_ledger(postgres.url(name))
        assert postgres.run("SELECT 1 FROM pg_tables WHERE tablename = 'run'", name) == []


@pytest.mark.parametrize("name", ["postgresql", "postgres", "postgresql+psycopg"])
def test_every_common_form_of_the_url_is_accepted(name: str, postgres_url: str) -> None:
    with closing(Ledger(postgres_url.replace("postgresql+psycopg", name, 1))) as ledger:
        assert ledger.place.startswith("postgresql://postgres@/khop?host=")


def test_writers_queue_and_each_sees_the_last_commit(ledger: Ledger) -> None:
    token = sa.text("SELECT token FROM lease WHERE name = 'x'")
    with ledger.write() as connection:
        connection.execute(sa.text("INSERT INTO lease (name, token, expires_us) VALUES ('x',0,0)"))

    def count_up(_: int) -> None:
        with ledger.write() as connection:
            read = connection.scalar(token) or 0
            connection.execute(sa.text("UPDATE lease SET token = :next"), {"next": read + 1})

    with ThreadPoolExecutor(6) as pool:
        list(pool.map(count_up, range(60)))
    with ledger.read() as connection:
        assert connection.scalar(token) == 60


def test_a_reader_sees_one_moment_and_waits_for_no_writer(ledger: Ledger) -> None:
    with ledger.read() as reader:
        assert reader.scalar(COUNT_RUNS) == 0
        with ledger.write() as writer:
            writer.execute(ADD_RUN)
            assert reader.scalar(COUNT_RUNS) == 0
        assert reader.scalar(COUNT_RUNS) == 0
    with ledger.read() as reader:
        assert reader.scalar(COUNT_RUNS) == 1


def test_a_reader_cannot_write(ledger: Ledger) -> None:
    with pytest.raises(LedgerError), ledger.read() as connection:
        connection.execute(ADD_RUN)


def test_a_commit_is_on_disk_even_where_the_server_has_synchronous_commit_off(
    ledger: Ledger, postgres: Server
) -> None:
    postgres.run("ALTER ROLE postgres SET synchronous_commit = off")
    try:
        with closing(Ledger(ledger.url)) as other, other.write() as connection:
            found = connection.scalar(sa.text("SHOW synchronous_commit"))
    finally:
        postgres.run("ALTER ROLE postgres RESET synchronous_commit")
    assert found == "on"


def test_a_write_that_loses_its_server_stores_nothing_and_the_next_succeeds(
    ledger: Ledger,
) -> None:
    with pytest.raises(LedgerUnavailable, match="cannot be reached"), ledger.write() as connection:
        connection.execute(ADD_RUN)
        with ledger.read() as other:
            other.execute(
                sa.text(
                    "SELECT pg_terminate_backend(pid) FROM pg_locks WHERE locktype = 'advisory'"
                )
            )
        connection.execute(ADD_RUN)
    with ledger.write() as connection:
        assert connection.scalar(COUNT_RUNS) == 0


def test_a_lock_that_is_held_too_long_is_an_error(ledger: Ledger) -> None:
    held, done = threading.Event(), threading.Event()

    def hold() -> None:
        with ledger.write():
            held.set()
            done.wait(60)

    with ThreadPoolExecutor(1) as pool:
        pool.submit(hold)
        held.wait(60)
        try:
            with pytest.raises(LedgerUnavailable, match="is locked by another program"):
                _write_impatiently(ledger)
        finally:
            done.set()


def _write_impatiently(ledger: Ledger) -> None:
    with ledger.draft() as connection:
        connection.exec_driver_sql("SET LOCAL lock_timeout = '10ms'")
        ledger.database.begin_write(connection)


def test_only_a_writer_has_a_limit_of_idleness(ledger: Ledger) -> None:
    show = "SHOW idle_in_transaction_session_timeout"
    with ledger.write() as connection:
        assert connection.exec_driver_sql(show).scalar_one() == "15min"
    with ledger.read() as connection:
        assert connection.exec_driver_sql(show).scalar_one() == "0"


def test_text_that_no_column_accepts_does_not_stop_a_quarantine(
    ledger: Ledger, tmp_path: Path
) -> None:
    (tmp_path / "khop.key").write_text("0" * 64)
    reject = Reject("id", "it\0 breaks", "a\0b", payload={"id": "a\0b"})
    with ledger.write() as connection:
        quarantine.put(connection, "igate", [reject], Privacy(tmp_path / "khop.key"), 1)
        (kept,) = connection.execute(sa.text("SELECT native_id, reason FROM quarantine"))
    assert tuple(kept) == ("a?b", "it? breaks")


def test_without_the_driver_the_error_says_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "psycopg", None)
    with pytest.raises(ConfigError, match=r"pip install 'khop\[postgres\]'"):
        create_ledger("postgresql+psycopg://khop@localhost/khop")


@pytest.mark.parametrize(
    "url", ["postgresql://khop:a/b@host:x/khop", "postgresql://khop:12x/b@host:y/khop"]
)
def test_an_unreadable_url_is_not_repeated_in_the_error(url: str) -> None:
    with pytest.raises(ConfigError, match="it is not a URL") as caught:
        create_ledger(url)
    assert "a/b" not in str(caught.value)
    assert caught.value.__cause__ is None


def test_a_server_out_of_reach_is_an_error(postgres: Server, tmp_path: Path) -> None:
    away = postgres.url("khop").replace(postgres.socket.replace("/", "%2F"), str(tmp_path))
    with pytest.raises(LedgerUnavailable, match="cannot be reached"):
        Ledger(away)


def test_a_missing_database_is_an_error(postgres: Server) -> None:
    with pytest.raises(LedgerError, match="no such database; let it be made"):
        create_ledger(postgres.url("nowhere"))


def test_missing_rights_are_named_in_the_error(postgres: Server, keyed: str) -> None:
    url = postgres.url(keyed, KEYED, PASSWORD)
    with pytest.raises(LedgerError, match="USAGE and CREATE on the schema") as caught:
        create_ledger(url)
    assert PASSWORD not in _all_texts(caught.value)
    postgres.run(f"GRANT CREATE, USAGE ON SCHEMA public TO {KEYED}", keyed)
    create_ledger(url)
    with closing(Ledger(url)) as ledger:
        assert PASSWORD not in f"{ledger.place} {ledger!r} {ledger.database!r}"


@pytest.mark.parametrize("given", ["another-one", None])
def test_a_wrong_or_missing_password_is_an_error_that_does_not_repeat_it(
    given: str | None, postgres: Server, keyed: str
) -> None:
    with pytest.raises(LedgerError, match="refuses the user or the password") as caught:
        Ledger(postgres.url(keyed, KEYED, given))
    assert given is None or given not in _all_texts(caught.value)


def test_a_password_may_come_from_the_environment_or_a_file(
    postgres: Server, keyed: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PGPASSWORD", PASSWORD)
    with pytest.raises(LedgerError, match="is not a khop ledger yet"):
        Ledger(postgres.url(keyed, KEYED))


def _all_texts(error: BaseException | None) -> str:
    return "" if error is None else f"{error!r} {error} {_all_texts(error.__cause__)}"


@pytest.mark.parametrize(
    ("failure", "sentence"),
    [
        (errors.DiskFull(), "the server's disk is full"),
        (errors.TooManyConnections(), "no connection to spare"),
        (errors.CannotConnectNow(), "cannot be reached"),
        (errors.ReadOnlySqlTransaction(), "name the primary"),
        (errors.UndefinedColumn(), "run `khop init`"),
        (errors.DataCorrupted(), "restore it from a copy"),
        (errors.SerializationFailure(), "locked"),
        (errors.QueryCanceled(), "statement_timeout"),
        (errors.IdleInTransactionSessionTimeout(), "nothing was done for 15 minutes"),
        (
            errors.InvalidTextRepresentation("'Nguyễn Văn Mẫu'"),
            r"failed \(PostgreSQL error 22P02\)",
        ),
        (psycopg.OperationalError("FATAL: xác thực thất bại"), "thất bại"),
        (psycopg.OperationalError("FATAL: sorry, too many clients already"), "max_connections"),
    ],
)
def test_each_error_of_a_server_has_a_sentence(failure: psycopg.Error, sentence: str) -> None:
    meaning = PostgresDatabase("postgresql://khop@localhost/khop").meaning(failure)
    assert re.search(sentence, meaning)
    assert "Nguyễn" not in meaning
