"""Expressions about cases as SQL for Spark Connect, be it the JVM's Spark or Sail.

Ibis writes Spark's SQL. What it does not write, or writes so that Spark answers otherwise than
DuckDB does, is written here.
"""

from __future__ import annotations

from typing import Any

import ibis.expr.operations as ops
import ibis.expr.types as ir
import sqlglot.expressions as sge
from ibis.backends.sql.compilers.base import NULL
from ibis.backends.sql.compilers.pyspark import PySparkCompiler


def spark_sql(expression: ir.Table) -> str:
    """The SQL of an expression."""
    query: sge.Expression = _COMPILER.to_sqlglot(expression.unbind())
    return query.sql(dialect=_COMPILER.dialect, pretty=True)


class _Compiler(PySparkCompiler):  # type: ignore[misc]  # ibis publishes no types
    """Ibis calls a method for each kind of operation, with its arguments as SQL."""

    __slots__ = ()

    def visit_GroupConcat(
        self, _op: ops.GroupConcat, *, arg: Any, sep: Any, where: Any, order_by: Any
    ) -> Any:
        """The texts in their own order, joined; null where there is none. Another order or a
        condition is not written."""
        if where is not None or list(order_by) != [sge.Ordered(this=arg, nulls_first=False)]:
            raise NotImplementedError("texts are joined in their own order")
        texts = self.f.array_sort(self.f.collect_list(arg))
        return self.if_(self.f.size(texts).eq(0), NULL, self.f.array_join(texts, sep))

    def visit_RegexSearch(self, _op: ops.RegexSearch, *, arg: Any, pattern: Any) -> Any:
        return self.f.regexp_like(arg, _to_the_end(pattern))

    def visit_RegexExtract(
        self, _op: ops.RegexExtract, *, arg: Any, pattern: Any, index: Any
    ) -> Any:
        return self.f.regexp_extract(arg, _to_the_end(pattern), index)


def _to_the_end(pattern: Any) -> Any:
    r"""The pattern with ``\z`` for a ``$`` at its end: in Java, ``$`` also stands before a line
    break at the end of the text."""
    text = pattern.this if isinstance(pattern, sge.Literal) else ""
    return sge.convert(f"{text[:-1]}\\z") if text.endswith("$") else pattern


_COMPILER = _Compiler()
