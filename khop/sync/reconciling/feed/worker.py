"""The process that reads tables of a ledger in SQLite as Arrow; ``process`` starts it.

It gets one object of JSON on its standard input::

    {"file": an SQLite URI, "path": sys.path, "queries": [SQL, …], "values": [what each one binds]}

and answers on its standard output, for each query, a stream of Arrow and the number of its rows
(8 bytes, little-endian). That number is the proof that the stream is whole: a stream that was cut
off between two batches looks like one that has ended. What fails is said on standard error, and
the exit code is 1.

All queries are answered in one transaction. The process is run as a script in Python's isolated
mode and loads nothing of khop. It ends by itself when nobody reads its answers any more.
"""

from __future__ import annotations

import json
import signal
import struct
import sys
from contextlib import closing
from typing import IO, TYPE_CHECKING

if TYPE_CHECKING:
    from adbc_driver_manager.dbapi import Connection

_OPTIONS = {"adbc.sqlite.query.batch_rows": "16384"}
_LOCK_WAIT = "PRAGMA busy_timeout = 60000"


def main() -> int:
    # The process that started this one may be told to end, and wants to end its work first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    request = json.load(sys.stdin.buffer)
    sys.path[:] = request["path"]
    try:
        from adbc_driver_sqlite.dbapi import connect

        with closing(connect(request["file"])) as connection:  # which begins a transaction
            with connection.cursor() as cursor:
                cursor.execute(_LOCK_WAIT)
            for sql in request["queries"]:
                _send(connection, sql, request["values"], sys.stdout.buffer)
    except BrokenPipeError:
        return 1
    except Exception as error:  # noqa: BLE001 (the other process says what it means)
        sys.stderr.write(str(error))
        return 1
    return 0


def _send(connection: Connection, sql: str, values: list[str], out: IO[bytes]) -> None:
    import pyarrow as pa

    count = 0
    with connection.cursor(adbc_stmt_kwargs=_OPTIONS) as cursor:
        cursor.execute(sql, values or None)
        reader = cursor.fetch_record_batch()
        with pa.ipc.new_stream(out, reader.schema) as stream:
            for batch in reader:
                count += batch.num_rows
                stream.write_batch(batch)
    out.write(struct.pack("<q", count))
    out.flush()


if __name__ == "__main__":
    raise SystemExit(main())
