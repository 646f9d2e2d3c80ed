"""Cases made and asked on a cluster, from files that the cluster reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from functools import partial
from typing import Any

import ibis
import pyarrow as pa

from khop.sync.reconciling.cases import INPUTS
from khop.sync.reconciling.ledger_inputs import input_schema
from khop.sync.reconciling.spark_session import Spark
from khop.sync.reconciling.sql import Question
from khop.sync.reconciling.warehouse import Cases

_BATCH_ROWS = 65_536
_TYPES = {
    pa.bool_(): "boolean",
    pa.int16(): "smallint",
    pa.int64(): "bigint",
    pa.string(): "string",
}


def spark_cases(spark: Spark, files: Mapping[str, Sequence[str]], made: Question) -> Cases:
    """The cases of these inputs. They stay until the next ones are made in the session.

    ``files``: the Parquet files of each table of ``INPUTS``; none means no rows. ``made``: of
    ``warehouse.case_query``; what else it reads is loaded before.
    """
    for table in INPUTS:
        if files.get(table):
            spark.view_of_files(table, files[table])
        else:
            spark.view(table, _no_rows(input_schema(table)))
    spark.kept_view("cases", made.sql)
    return Cases(
        table=ibis.table(made.schema, "cases"),
        dialect="spark",
        load=spark.view_of_rows,
        run=partial(_run, spark),
    )


def _no_rows(schema: pa.Schema) -> str:
    columns = (f"CAST(NULL AS {_TYPES[field.type]}) AS {field.name}" for field in schema)
    return f"SELECT {', '.join(columns)} WHERE FALSE"


def _run(spark: Spark, asked: Question) -> Iterator[dict[str, Any]]:
    table = spark.answer(asked.sql).cast(asked.schema.to_pyarrow())
    for batch in table.to_batches(max_chunksize=_BATCH_ROWS):
        yield from batch.to_pylist()
