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
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    import pyarrow as pa
    from adbc_driver_manager import AdbcConnection

_OPTIONS = {"adbc.sqlite.query.batch_rows": "16384"}
_LOCK_WAIT = "PRAGMA busy_timeout = 60000"


def main() -> int:
    # The process that started this one may be told to end, and wants to end its work first.
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, signal.SIG_IGN)
    request = json.load(sys.stdin.buffer)
    sys.path[:] = request["path"]
    try:
        _answer(request, sys.stdout.buffer)
    except BrokenPipeError:
        return 1
    except Exception as error:  # noqa: BLE001 (the other process says what it means)
        sys.stderr.write(str(error))
        return 1
    return 0


def _answer(request: dict[str, Any], out: IO[bytes]) -> None:
    # The driver's interface after PEP 249 would load pyarrow.dataset, and that pandas where it is
    # installed, which takes longer than to read 50,000 rows.
    import adbc_driver_sqlite
    from adbc_driver_manager import AdbcConnection

    with (
        adbc_driver_sqlite.connect(request["file"]) as database,
        AdbcConnection(database) as connection,
    ):
        connection.set_autocommit(False)  # begins a transaction
        _send(connection, _LOCK_WAIT, [], None)
        for sql in request["queries"]:
            _send(connection, sql, request["values"], out)


def _send(connection: AdbcConnection, sql: str, values: list[str], out: IO[bytes] | None) -> None:
    import pyarrow as pa
    from adbc_driver_manager import AdbcStatement

    with AdbcStatement(connection) as statement:
        statement.set_options(**_OPTIONS)
        statement.set_sql_query(sql)
        if values:
            names = [str(number) for number in range(len(values))]
            statement.bind(pa.record_batch([_text(value) for value in values], names))
        handle, _ = statement.execute_query()
        with pa.RecordBatchReader.from_stream(handle) as reader:
            if out is not None:
                _write(reader, out)


def _text(value: str) -> pa.StringArray:
    """An array of one text. pyarrow loads pandas to make one of a list."""
    import pyarrow as pa

    data = value.encode()
    offsets = struct.pack("=2i", 0, len(data))
    return pa.StringArray.from_buffers(1, pa.py_buffer(offsets), pa.py_buffer(data))


def _write(reader: pa.RecordBatchReader, out: IO[bytes]) -> None:
    import pyarrow as pa

    count = 0
    with pa.ipc.new_stream(out, reader.schema) as stream:
        for batch in reader:
            count += batch.num_rows
            stream.write_batch(batch)
    out.write(struct.pack("<q", count))
    out.flush()


if __name__ == "__main__":
    raise SystemExit(main())
