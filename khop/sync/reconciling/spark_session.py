"""A session on a server of Spark Connect: the JVM's Spark, or Sail.

Only the client is needed here (the extra ``spark``); what is read lies where the cluster reads it.
The address may hold a token: no error and no log line has it.
"""

from __future__ import annotations

import socket
import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import TypeVar
from urllib.parse import SplitResult, unquote, urlsplit

import grpc
import pyarrow as pa

from khop.errors import KhopError

# PySpark takes a program without a file (python -c, a program with Python inside, a worker of
# tests) for a run of its own doctests, and ends it. So it gets one while PySpark is imported.
_MAIN = sys.modules["__main__"]
_HAS_NO_FILE = getattr(_MAIN, "__file__", None) is None
if _HAS_NO_FILE:
    _MAIN.__file__ = __file__
try:
    from pyspark.errors import PySparkException
    from pyspark.sql import DataFrame
    from pyspark.sql.connect.client.retries import DefaultPolicy
    from pyspark.sql.connect.session import SparkSession
finally:
    if _HAS_NO_FILE:
        del _MAIN.__file__

#: The versions of Spark whose answers are compared with those of DuckDB.
_MAJOR = "4"
_PORT = 15002
#: How long a server may take to accept a connection.
_CONNECT_SECONDS = 10
#: A call that finds nobody is made again, for about 20 seconds in all.
_RETRIES = 5
#: The default is 200 tasks for each shuffle. The cases of a bucket have some 30 of them, and a
#: bucket fits in the memory of one machine.
_SHUFFLE_PARTITIONS = "8"
_MESSAGE_LENGTH = 300
_FORM = "the address of a cluster is sc://HOST:PORT, or sc://HOST:PORT/;token=…;use_ssl=true"

_T = TypeVar("_T")


class Spark:
    """A session. ``place``: the server, without the token. Each method raises KhopError."""

    def __init__(self, session: SparkSession, place: str) -> None:
        self._session = session
        self.place = place
        self._kept: DataFrame | None = None

    def answer(self, sql: str) -> pa.Table:
        """The rows that a query answers."""
        return self._asked(lambda: self._session.sql(sql).toArrow())

    def view(self, name: str, sql: str) -> None:
        """A view of a query."""
        frame = self._asked(lambda: self._session.sql(sql))
        self._asked(lambda: frame.createOrReplaceTempView(name))

    def kept_view(self, name: str, sql: str) -> None:
        """A view of a query whose rows the server keeps once they were asked for, in place of
        those that it kept before. (Sail keeps none.)"""
        if self._kept is not None:
            self._asked(self._kept.unpersist)
        self._kept = frame = self._asked(lambda: self._session.sql(sql).cache())
        self._asked(lambda: frame.createOrReplaceTempView(name))

    def view_of_files(self, name: str, paths: Sequence[str]) -> None:
        """A view of Parquet files, at least one."""
        frame = self._asked(lambda: self._session.read.parquet(*paths))
        self._asked(lambda: frame.createOrReplaceTempView(name))

    def view_of_rows(self, name: str, rows: pa.Table) -> None:
        """A view of rows that are sent to the server; few."""
        frame = self._asked(lambda: self._session.createDataFrame(rows))
        self._asked(lambda: frame.createOrReplaceTempView(name))

    def text(self, path: str) -> str:
        """The content of a text file."""
        frame = self._asked(lambda: self._session.read.text(path, wholetext=True))
        rows = self._asked(frame.collect)
        if len(rows) != 1:
            raise KhopError(f"Spark finds no file {path}")
        return str(rows[0][0])

    def digests(self, paths: Sequence[str]) -> Mapping[str, tuple[int, str]]:
        """(bytes, SHA-256) of each of these files that is there; the cluster reads them whole."""
        reader = self._session.read.format("binaryFile")
        frame = self._asked(lambda: reader.load(list(paths)))
        columns = ("path", "length", "sha2(content, 256) AS digest")
        rows = self._asked(lambda: frame.selectExpr(*columns).collect())
        found = {unquote(str(row.path)): (int(row.length), str(row.digest)) for row in rows}
        return {path: said for path in paths if (said := _ending(found, path)) is not None}

    def _asked(self, call: Callable[[], _T]) -> _T:
        try:
            return call()
        except (PySparkException, grpc.RpcError, OSError) as error:
            raise KhopError(f"Spark at {self.place}: {_reason(error)}") from None


@contextmanager
def connect(remote: str) -> Iterator[Spark]:
    """A new session on the server at ``sc://HOST:PORT``, ended with the block.

    Raises KhopError when nobody answers there, or a server of another version.
    """
    place = _reach(_address(remote))
    try:
        session = SparkSession.builder.remote(remote).create()
    except PySparkException:  # which may repeat a token that is written wrongly
        raise KhopError(_FORM) from None
    session.client.set_retry_policies([DefaultPolicy(max_retries=_RETRIES)])
    try:
        yield _checked(Spark(session, place), session)
    finally:
        session.stop()


def _address(remote: str) -> SplitResult:
    parts = urlsplit(remote)
    if parts.scheme != "sc" or not parts.hostname:
        raise KhopError(_FORM)
    return parts


def _reach(address: SplitResult) -> str:
    """HOST:PORT, at which something accepts connections."""
    try:
        host, port = str(address.hostname), address.port or _PORT
        place = f"{host}:{port}"
        socket.create_connection((host, port), _CONNECT_SECONDS).close()
    except ValueError:
        raise KhopError(_FORM) from None
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KhopError(f"nothing answers at {place}: {reason}; start Spark Connect") from None
    return place


def _checked(spark: Spark, session: SparkSession) -> Spark:
    try:
        version = str(session.version)
        session.conf.set("spark.sql.shuffle.partitions", _SHUFFLE_PARTITIONS)
    except (PySparkException, grpc.RpcError) as error:
        raise KhopError(
            f"what answers at {spark.place} is no Spark Connect, or refuses: {_reason(error)}"
        ) from None
    if version.partition(".")[0] != _MAJOR:
        raise KhopError(f"Spark {version} at {spark.place}: khop needs Spark {_MAJOR}")
    return spark


def _ending(found: Mapping[str, tuple[int, str]], path: str) -> tuple[int, str] | None:
    """What is said of a path: Spark gives it a scheme, Sail takes the first slash away."""
    end = path.partition("://")[2] if "://" in path else path
    return next((said for name, said in found.items() if name.endswith(end.lstrip("/"))), None)


def _reason(error: Exception) -> str:
    """The first line of an error, shortened: the rest repeats the query."""
    said = error.details() if isinstance(error, grpc.Call) else str(error)
    lines = (said or "").strip().splitlines()
    return (lines[0] if lines else type(error).__name__)[:_MESSAGE_LENGTH]
