"""The database in which rules are run.

A ledger in PostgreSQL makes and asks the cases itself (``warehouse_postgres``). For a ledger in
SQLite that is done by DuckDB in this process, which is given the ledger's tables as Arrow. Cases
are the same expression in both. No DuckDB extension is used, so nothing is downloaded and it works
in a closed network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from types import MappingProxyType
from typing import Any

import duckdb
import ibis
import ibis.expr.types as ir
import pyarrow as pa

from khop.mappings.codes.grammar import CodeShape
from khop.sync.ledger import Ledger
from khop.sync.ledger.postgres import PostgresDatabase
from khop.sync.reconciling.cases import DAY, INPUTS, Windows, case_table
from khop.sync.reconciling.ledger_inputs import (
    EVERYTHING,
    Selection,
    input_query,
    input_schema,
    read_inputs,
)
from khop.sync.reconciling.sql import Question, garbage_left, question

_ANSWER_ROWS = 2_048
#: With fewer codes, the server looks rows up by their keys in any case.
_MANY_CODES = 1_000
_VALUE = pa.schema([("value", pa.string())])


@dataclass(frozen=True, slots=True)
class Cases:
    """The cases of a ledger, in the database that runs the rules.

    ``table``: the cases as an Ibis expression, which only writes SQL. ``dialect``: of that
    database, as Ibis names it. ``load``: adds a further table, by name. ``run``: the rows that a
    query answers, one by one.
    """

    table: ir.Table
    dialect: str
    load: Callable[[str, pa.Table], object]
    run: Callable[[Question], Iterator[dict[str, Any]]]

    def rows(self, expression: ir.Table) -> Iterator[dict[str, Any]]:
        """The rows of an expression over ``table``."""
        return self.run(question(expression, self.dialect))


@contextmanager
def ledger_cases(
    ledger: Ledger,
    selection: Selection = EVERYTHING,
    *,
    extra: Mapping[str, pa.Table] = MappingProxyType({}),
    shapes: tuple[CodeShape, ...] = (),
    migrations: Windows = (),
) -> Iterator[Cases]:
    """The ledger's cases (``cases.case_table``) as one table.

    ``extra``: further tables by name. With ``day`` (``cases.DAY``) among them, cases have the
    columns of working days, and those of the date in a code of these ``shapes``. ``migrations``:
    as in ``cases.case_table``. Raises LedgerError.
    """
    dialect = dialect_of(ledger)
    make = _in_postgres if dialect == "postgres" else _in_duckdb
    made = case_query(dialect, selection.phantoms, "day" in extra, shapes, tuple(migrations))
    with make(ledger, selection, extra, made) as cases:
        yield cases


@contextmanager
def _in_duckdb(
    ledger: Ledger,
    selection: Selection,
    extra: Mapping[str, pa.Table],
    made: Question,
) -> Iterator[Cases]:
    connection = duckdb.connect(config={"autoinstall_known_extensions": "false"})
    try:
        with read_inputs(ledger, selection) as feed:
            for name, reader in feed:
                connection.register(name, reader.read_all())
        for name, table in extra.items():
            load_duckdb(connection, name, table)
        yield duckdb_cases(connection, made)
    finally:
        connection.close()


def duckdb_cases(connection: duckdb.DuckDBPyConnection, made: Question) -> Cases:
    """The table ``cases``, made of the tables of this connection. It replaces the one before."""
    connection.execute(f"CREATE OR REPLACE TABLE cases AS {made.sql}")
    return Cases(
        table=ibis.table(made.schema, "cases"),
        dialect="duckdb",
        load=partial(load_duckdb, connection),
        run=partial(run_duckdb, connection),
    )


def load_duckdb(connection: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """A further table, in place of one of this name."""
    connection.register("given", table)
    connection.execute(f'CREATE OR REPLACE TABLE "{name}" AS SELECT * FROM given')
    connection.unregister("given")


def dialect_of(ledger: Ledger) -> str:
    """The database that makes the cases of a ledger, as Ibis names it."""
    return "postgres" if isinstance(ledger.database, PostgresDatabase) else "duckdb"


@contextmanager
def _in_postgres(
    ledger: Ledger,
    selection: Selection,
    extra: Mapping[str, pa.Table],
    made: Question,
) -> Iterator[Cases]:
    from khop.sync.reconciling import warehouse_postgres  # its driver is an extra

    sets = selection.sets()
    tables = {name: pa.table({"value": values}, _VALUE) for name, values in sets.items()}
    inputs = {_part(name): input_query(name, sets) for name in INPUTS}
    if selection.only is None or len(selection.only) >= _MANY_CODES:
        with ledger.draft() as connection:
            warehouse_postgres.refresh_statistics(connection, list(INPUTS))
    with ledger.draft() as connection:
        driver = warehouse_postgres.make_cases(connection, inputs, {**tables, **extra}, made.sql)

        def run(asked: Question) -> Iterator[dict[str, Any]]:
            return warehouse_postgres.answer(
                driver, asked.sql, asked.schema.as_struct().to_pyarrow()
            )

        yield Cases(
            table=ibis.table(made.schema, "cases"),
            dialect="postgres",
            load=partial(warehouse_postgres.load, driver),
            run=run,
        )


def run_duckdb(connection: duckdb.DuckDBPyConnection, asked: Question) -> Iterator[dict[str, Any]]:
    """The rows of the answer, made into Python values a few at a time. The tables it is about are
    tables of the database, not views of this connection: several answers can be read at once."""
    names = asked.schema.names
    with connection.cursor() as cursor:
        cursor.execute(asked.sql)
        while rows := cursor.fetchmany(_ANSWER_ROWS):
            for row in rows:
                yield dict(zip(names, row, strict=True))


@lru_cache(maxsize=32)
@garbage_left()
def case_query(
    dialect: str,
    phantoms: bool,
    dated: bool,
    shapes: tuple[CodeShape, ...],
    migrations: Windows = (),
) -> Question:
    """The cases as SQL; kept, because it is the same text every time. ``dated``: with a table
    ``day``; ``shapes``, ``migrations``: as in ``ledger_cases``."""
    name_of = _part if dialect == "postgres" else str
    tables: Mapping[str, ir.Table] = {
        name: ibis.table(ibis.Schema.from_pyarrow(input_schema(name)), name=name_of(name))
        for name in INPUTS
    }
    if dated:
        tables = {**tables, "day": ibis.table(ibis.Schema.from_pyarrow(DAY), name="day")}
    made = case_table(tables, phantoms=phantoms, shapes=shapes, migrations=migrations)
    return question(made, dialect)


def _part(table: str) -> str:
    """The name of the narrowed table in PostgreSQL, where the whole table has its own name."""
    return f"part_of_{table}"
