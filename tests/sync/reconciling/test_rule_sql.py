"""The SQL of cases and rules: it is in files, and it is written once for a configuration."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from khop.sync.ledger import Ledger
from khop.sync.reconciling import rule_query, sql, warehouse
from khop.sync.reconciling.rules.numbers import numbers
from tests.sync.fakes import record
from tests.sync.reconciling.rules.judging import NOW, put_record, run
from tools.rule_sql import DIALECTS, FOLDER, SETTINGS, files, queries

_FILES = dict(files())


@pytest.mark.parametrize("path", _FILES, ids=lambda path: str(path.relative_to(FOLDER)))
def test_the_sql_is_that_of_the_file(path: Path) -> None:
    assert path.read_text("utf-8") == _FILES[path], "run `make sql`, and look at what changed"


def test_no_file_is_left_of_a_query_that_is_gone() -> None:
    assert set(FOLDER.rglob("*.sql")) == set(_FILES)


@pytest.mark.parametrize("dialect", DIALECTS)
def test_neither_now_nor_a_number_changes_the_sql(dialect: str) -> None:
    own: dict[str, dict[str, int]] = {}
    for (rule, name), number in numbers().items():
        own.setdefault(rule, {})[name] = number.most
    changes = {"grace": 4, "grace_by_rule": {"B1": 7}, "differs_minutes": 11, "numbers": own}
    later = datetime(2027, 3, 3, 1, tzinfo=UTC)
    other = dict(queries(dialect, later, SETTINGS.model_copy(update=changes)))
    assert other == dict(queries(dialect))


def test_later_runs_write_no_sql(ledger: Ledger) -> None:
    with ledger.write() as connection:
        put_record(connection, record(1))
    run(ledger)
    written = _written()
    for days in (1, 2, 30):
        assert run(ledger, now=NOW + timedelta(days=days)).cases == 1
    assert _written() == written


def _written() -> int:
    """How often SQL was written in this process."""
    kept = (rule_query.questions, warehouse.case_query, sql.written)
    return sum(one.cache_info().misses for one in kept)
