"""The ledger: its schema, its versions, and the sentences of its errors."""

from __future__ import annotations

import ast
from pathlib import Path

import pytest
import sqlalchemy as sa
from alembic.autogenerate import compare_metadata
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory

import khop.sync.ledger
from khop.errors import ConfigError, LedgerError
from khop.sync.ledger import SCHEMA_VERSION, Ledger, create_ledger
from khop.sync.ledger.look_ups import ASK_ABOUT_FINDINGS, CHANGED_CODES, DUE_CODES, WAITING
from khop.sync.ledger.schema import metadata
from khop.sync.reading.evidence import DUE
from khop.sync.reading.evidence import NEW as CHANGED_DOSSIERS

MIGRATIONS = Path(khop.sync.ledger.__file__).parent / "migrations"


def test_the_migrations_make_the_schema_of_the_program(ledger: Ledger) -> None:
    with ledger.read() as connection:
        found = compare_metadata(MigrationContext.configure(connection), metadata)
    assert found == []


def test_the_program_works_with_the_newest_migration() -> None:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    assert ScriptDirectory.from_config(config).get_current_head() == SCHEMA_VERSION


def test_a_migration_imports_nothing_of_the_program() -> None:
    # A migration must do the same years later, when the program has changed.
    imported = {
        module
        for path in (MIGRATIONS / "versions").glob("*.py")
        for node in ast.walk(ast.parse(path.read_text("utf-8")))
        for module in _imported(node)
    }
    standard = {"__future__", "collections.abc", "itertools", "operator", "typing"}
    assert imported - standard == {"alembic", "sqlalchemy"}


def _imported(node: ast.AST) -> list[str]:
    if isinstance(node, ast.Import):
        return [alias.name for alias in node.names]
    return [node.module or ""] if isinstance(node, ast.ImportFrom) else []


def test_creating_a_ledger_twice_keeps_what_is_in_it(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text("INSERT INTO run (kind, now_us) VALUES ('pull', 1)"))
    create_ledger(ledger.url)
    with ledger.read() as connection:
        assert connection.scalar(sa.text("SELECT COUNT(*) FROM run")) == 1


@pytest.mark.parametrize(
    ("version", "sentence"), [("9999", "upgrade khop"), ("0003", "move it away")]
)
def test_a_ledger_of_another_version_is_refused(
    version: str, sentence: str, ledger: Ledger
) -> None:
    with ledger.write() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
        )
    with pytest.raises(LedgerError, match=sentence):
        Ledger(ledger.url)


def test_a_newer_ledger_is_not_migrated_either(ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(LedgerError, match="newer version"):
        create_ledger(ledger.url)


@pytest.mark.parametrize("version", ["0001", "0002", "0003"])
def test_a_ledger_of_a_development_version_is_left_as_it_is(version: str, ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(
            sa.text("UPDATE alembic_version SET version_num = :version"), {"version": version}
        )
    with pytest.raises(LedgerError, match="development version"):
        create_ledger(ledger.url)


def test_a_missing_ledger_is_an_error_that_names_khop_init(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="run `khop init`"):
        Ledger(f"sqlite:///{tmp_path / 'none.db'}")


def test_another_file_is_refused_as_no_ledger(tmp_path: Path) -> None:
    other = tmp_path / "other.db"
    other.write_bytes(b"not a database at all, but long enough to be read as one" * 20)
    with pytest.raises(LedgerError, match="is not a khop ledger"):
        Ledger(f"sqlite:///{other}")


def test_a_missing_folder_is_an_error_that_says_to_create_it(tmp_path: Path) -> None:
    with pytest.raises(LedgerError, match="create it"):
        create_ledger(f"sqlite:///{tmp_path / 'no' / 'khop.db'}")


@pytest.mark.parametrize("url", ["mysql://localhost/khop", "sqlite:///", "khop.db", ""])
def test_a_url_of_another_kind_is_refused_with_the_right_forms(url: str) -> None:
    with pytest.raises(ConfigError, match=r"write sqlite:///khop\.db or postgresql"):
        create_ledger(url)


def test_a_failed_write_stores_nothing(ledger: Ledger) -> None:
    with pytest.raises(LedgerError), ledger.write() as connection:
        connection.execute(sa.text("INSERT INTO run (kind, now_us) VALUES ('pull', 1)"))
        connection.execute(sa.text("INSERT INTO nowhere VALUES (1)"))
    with ledger.read() as connection:
        assert connection.scalar(sa.text("SELECT COUNT(*) FROM run")) == 0


@pytest.mark.parametrize(
    "query",
    [
        "SELECT * FROM source_record WHERE source = 'a' AND native_id IN ('1', '2')",
        "SELECT * FROM source_record WHERE code = 'X'",
        "SELECT * FROM record_alias WHERE alias = 'X'",
        "DELETE FROM status_record WHERE source = 'a' AND native_id IN ('1')",
        "SELECT * FROM presence WHERE source = 'a' AND code = 'X'",
        "SELECT * FROM discrepancy WHERE code = 'X'",
        "SELECT * FROM discrepancy WHERE subject IN ('X', 'row:1')",
        "SELECT * FROM audit_log WHERE code = 'X' AND action LIKE 'finding.%' ORDER BY id",
        (
            "SELECT d.subject FROM discrepancy d JOIN exclusion e ON e.rule = d.rule"
            " AND e.subject = d.subject WHERE d.state = 'excluded' AND e.until_us < 1"
        ),
        "SELECT * FROM outbox WHERE state IN ('sending')",
        "SELECT * FROM progress_step WHERE step_key IN ('a', 'b')",
        (
            "SELECT * FROM source_record WHERE source = 'a' AND history_due = 1"
            " AND (change_no, native_id) > (1, 'x') ORDER BY change_no, native_id LIMIT 5"
        ),
    ],
)
def test_frequent_queries_use_an_index(query: str, ledger: Ledger) -> None:
    with ledger.read() as connection:
        plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {query}"))
        steps = [row.detail for row in plan]
    assert all(step.startswith("SEARCH") for step in steps), steps


@pytest.mark.parametrize(
    "query", [CHANGED_CODES, DUE_CODES, WAITING, ASK_ABOUT_FINDINGS, CHANGED_DOSSIERS, DUE]
)
def test_choosing_what_to_look_up_reads_no_whole_table(query: str, ledger: Ledger) -> None:
    given = {"source": "dvcqg", "limit": 10, "now_us": 1, "since_us": 1, "change_no": 1}
    with ledger.read() as connection:
        plan = connection.execute(sa.text(f"EXPLAIN QUERY PLAN {query}"), given)
        steps = [row.detail for row in plan]
    assert any(step.startswith("SEARCH") for step in steps)
    assert not [step for step in steps if step.startswith("SCAN")], steps
    assert not [step for step in steps if "FOR ORDER BY" in step], steps
