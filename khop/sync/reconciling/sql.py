"""Expressions about cases as SQL, which is kept.

Writing it takes longer than a small ledger takes to answer it.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from functools import lru_cache

import ibis
import ibis.expr.operations as ops
import ibis.expr.types as ir

from khop.sync.reconciling.spark_sql import spark_sql


@dataclass(frozen=True, slots=True)
class Question:
    """A query about cases, as the SQL of one database. It can be run again over other cases."""

    sql: str
    schema: ibis.Schema


@contextmanager
def garbage_left() -> Iterator[None]:
    """Without the collection of garbage in this process. Writing a large expression as SQL makes
    objects by the hundred thousand and hardly any garbage; looking through all objects of the
    process meanwhile took a quarter of the time."""
    collecting = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if collecting:
            gc.enable()


def question(expression: ir.Table, dialect: str) -> Question:
    """An expression over a table ``cases``, as SQL; kept for equal expressions. ``dialect``:
    duckdb, postgres or spark."""
    return written(expression.op(), dialect)


@lru_cache(maxsize=64)
def written(operation: ops.Relation, dialect: str) -> Question:
    """The question of an expression, given as its operation: expressions cannot be compared."""
    expression = operation.to_expr()
    if dialect == "spark":
        return Question(spark_sql(expression), expression.schema())
    return Question(str(ibis.to_sql(expression, dialect=dialect)), expression.schema())
