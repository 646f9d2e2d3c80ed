"""The inputs of cases in buckets, so that the cases of one bucket need no row of another.

::

    ledger --one pass--> FOLDER/TABLE/bucket=N/*.parquet --bucket by bucket--> cases

The bucket of a row is a hash of the code that its case is made from (``bucket_of``): the code of a
dossier, of an answer, of a row of paper; for a row of paper without a code its key. What is said
under an alias counts for its dossier, so a code and its aliases have one bucket: that of the
smallest of all codes that aliases tie together, over however many dossiers.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from hashlib import md5
from pathlib import Path
from tempfile import mkdtemp

import duckdb

from khop.sync.ledger.paper_rows import ROW
from khop.sync.reconciling.cases import INPUTS
from khop.sync.reconciling.feed import Feed
from khop.sync.reconciling.ledger_inputs import OWNER_CODE, input_schema

#: The text from which the bucket of a row is made, as SQL over the columns of its table. A change
#: of a dossier's code is about the code before; any other change is about its record.
_KEYS = {
    "source_record": "code",
    "record_alias": "alias",
    "record_change": f"CASE WHEN field = 'code' THEN old ELSE {OWNER_CODE} END",
    "presence": "code",
    "quarantine": "code",
    "status_record": "code",
    "paper_row": f"coalesce(code, '{ROW}' || row_key)",
    "paper_match": f"'{ROW}' || row_key",
    "near_code": "code",
    "identity_check": "code",
}

#: Digits of the hash that count.
_DIGITS = 8
#: Rows that are collected before they are written to the files of their buckets.
_FLUSH_ROWS = 262_144


def bucket_of(code: str, buckets: int) -> int:
    """The bucket of a code that no alias ties to another one: the first 8 hexadecimal digits of
    the MD5 of its UTF-8, modulo the number of buckets. Databases and Spark can work it out too."""
    digest = md5(code.encode(), usedforsecurity=False).hexdigest()
    return int(digest[:_DIGITS], 16) % buckets


def bucket_sql(code: str, buckets: int) -> str:
    """``bucket_of`` as SQL for DuckDB; ``code``: an expression."""
    return f"CAST('0x' || substr(md5({code}), 1, {_DIGITS}) AS BIGINT) % {buckets}"


@dataclass(frozen=True, slots=True)
class Partition:
    """Inputs in buckets: Parquet files of each table and bucket, with the columns of ``INPUTS``."""

    folder: Path
    buckets: int

    def files(self, table: str, bucket: int) -> list[Path]:
        """None where the bucket has no row of the table."""
        return sorted((self.folder / table / f"bucket={bucket}").glob("*.parquet"))

    def load(self, connection: duckdb.DuckDBPyConnection, bucket: int) -> None:
        """Let the tables of ``INPUTS`` be those of this bucket, read when they are asked for."""
        for table, columns in INPUTS.items():
            files = ", ".join(map(quoted, self.files(table, bucket)))
            source = f"read_parquet([{files}], hive_partitioning = false)"
            if not files:
                source = f"empty_{table}"
                connection.register(source, input_schema(table).empty_table())
            connection.execute(
                f"CREATE OR REPLACE TEMP VIEW {table} AS SELECT {', '.join(columns)} FROM {source}"
            )


def partition(
    tables: Feed,
    folder: Path,
    buckets: int,
    *,
    memory_mb: int = 500,
    threads: int = 2,
) -> Partition:
    """Write the inputs into an empty folder, by bucket.

    ``tables``: of ``ledger_inputs.read_inputs`` with ``owned``. ``memory_mb``: what DuckDB may
    take; beyond that it uses files in the folder. Raises OSError and the errors of DuckDB.
    """
    with opened_duckdb(folder, memory_mb, threads) as connection:
        connection.execute(f"SET partitioned_write_flush_threshold = {_FLUSH_ROWS}")
        for table, rows in tables:
            connection.register("rows", rows)
            source = "rows"
            if table == "record_alias":  # the first table
                source = "aliases"
                connection.execute("CREATE TABLE aliases AS SELECT * FROM rows")
                _find_moved(connection, buckets)
            connection.execute(_copy(table, source, folder / table, buckets))
            connection.unregister("rows")
    return Partition(folder, buckets)


@contextmanager
def opened_duckdb(
    folder: Path, memory_mb: int, threads: int
) -> Iterator[duckdb.DuckDBPyConnection]:
    """DuckDB with this much memory. What does not fit is put into files in the folder."""
    options: dict[str, str | bool | int | float | list[str]] = {
        "autoinstall_known_extensions": "false",
        "memory_limit": f"{memory_mb}MB",
        "temp_directory": mkdtemp(prefix="spilled-", dir=folder),
        "threads": threads,
        "preserve_insertion_order": "false",
    }
    connection = duckdb.connect(config=options)
    try:
        yield connection
    finally:
        connection.close()


def _copy(table: str, source: str, folder: Path, buckets: int) -> str:
    """The statement that writes the files of a table. The bucket of a key that another code moved
    is that of this code."""
    columns = ", ".join(f"r.{name}" for name in INPUTS[table])
    return (
        f"COPY (SELECT {columns}, coalesce(m.bucket, {bucket_sql('r.bucket_key', buckets)}) "
        f"AS bucket FROM (SELECT *, coalesce({_KEYS[table]}, '') AS bucket_key FROM {source}) r "
        "LEFT JOIN moved m ON m.code = r.bucket_key) "
        f"TO {quoted(folder)} (FORMAT parquet, PARTITION_BY (bucket))"
    )


def quoted(path: Path) -> str:
    """The path as a text in SQL."""
    return "'" + str(path).replace("'", "''") + "'"


def _find_moved(connection: duckdb.DuckDBPyConnection, buckets: int) -> None:
    """The table ``moved`` (``code``, ``bucket``): codes whose bucket is that of another code.

    ``tie``: pairs of codes, both ways. ``label``: of each code in them the smallest code found so
    far that it is tied to. Each round takes the smallest label among neighbours, then the label
    of that label, until nothing changes: the rounds grow with the logarithm of the longest chain.
    """
    connection.execute(
        f"CREATE TABLE tie AS SELECT DISTINCT a, b FROM (SELECT {OWNER_CODE} AS a, alias AS b "
        f"FROM aliases UNION ALL SELECT alias, {OWNER_CODE} FROM aliases) WHERE a <> b"
    )
    connection.execute(
        "CREATE TABLE label AS SELECT a AS code, least(a, min(b)) AS root FROM tie GROUP BY a"
    )
    while _smaller_labels(connection):
        pass
    own, theirs = bucket_sql("code", buckets), bucket_sql("root", buckets)
    connection.execute(
        f"CREATE TABLE moved AS SELECT code, {theirs} AS bucket FROM label WHERE {own} <> {theirs}"
    )
    connection.execute("DROP TABLE tie")
    connection.execute("DROP TABLE label")


def _smaller_labels(connection: duckdb.DuckDBPyConnection) -> bool:
    """One round; whether it changed a label."""
    connection.execute(
        "CREATE TABLE nearer AS SELECT l.code, least(l.root, min(n.root)) AS root FROM label l "
        "JOIN tie ON tie.a = l.code JOIN label n ON n.code = tie.b GROUP BY l.code, l.root"
    )
    connection.execute(
        "CREATE TABLE next_label AS SELECT n.code, r.root FROM nearer n "
        "JOIN nearer r ON r.code = n.root"
    )
    connection.execute("DROP TABLE nearer")
    changed = connection.execute(
        "SELECT 1 FROM label JOIN next_label n USING (code) WHERE label.root <> n.root LIMIT 1"
    ).fetchone()
    connection.execute("DROP TABLE label")
    connection.execute("ALTER TABLE next_label RENAME TO label")
    return changed is not None
