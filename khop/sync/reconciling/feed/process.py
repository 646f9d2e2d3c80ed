"""Starts the process that reads a ledger in SQLite, ``worker``, and takes its answers."""

from __future__ import annotations

import json
import struct
import subprocess
import sys
from collections.abc import Iterator, Sequence
from contextlib import suppress
from pathlib import Path

import pyarrow as pa

_WORKER = Path(__file__).with_name("worker.py")
#: Bytes that may be under way; the system's default is 64 KiB.
_PIPE = 1 << 20
#: How the names of programs begin that run a script. A program that has Python inside may give its
#: own name for it.
_PYTHONS = ("python", "pypy")
_PATIENCE_SECONDS = 5


class FeedEnded(Exception):
    """The process ended before it had sent everything. ``reason``: what it said; None when it was
    ended from outside."""

    def __init__(self, code: int | None, reason: str | None) -> None:
        super().__init__(reason or f"exit code {code}")
        self.reason = reason


class FeedProcess:
    """A process that answers queries over one SQLite file, all of one moment.

    ``values``: what each query binds. Raises OSError when it cannot be started.
    """

    def __init__(self, file: Path, queries: Sequence[str], values: Sequence[str]) -> None:
        if not Path(sys.executable or "").name.lower().startswith(_PYTHONS):
            raise OSError("there is no Python here that runs a script")
        self._process = subprocess.Popen(
            [sys.executable, "-I", str(_WORKER)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            pipesize=_PIPE,
        )
        self.pid = self._process.pid
        request = {
            "file": f"{file.resolve().as_uri()}?mode=ro",
            "path": [folder for folder in sys.path if Path(folder).is_absolute()],
            "queries": queries,
            "values": values,
        }
        assert self._process.stdin is not None
        # A process that has ended is noticed when its answer is read.
        with suppress(OSError), self._process.stdin as stdin:
            stdin.write(json.dumps(request).encode())

    def answer(self) -> Iterator[pa.RecordBatch]:
        """The batches of the next query. It has begun when this returns. Raises FeedEnded, the
        iterator too."""
        assert self._process.stdout is not None
        try:
            stream = pa.ipc.open_stream(self._process.stdout)
        except (pa.ArrowException, OSError):
            raise self._ended() from None
        return self._batches(stream)

    def _batches(self, stream: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        assert self._process.stdout is not None
        count = 0
        try:
            for batch in stream:
                count += batch.num_rows
                yield batch
            (sent,) = struct.unpack("<q", self._process.stdout.read(8))
        except (pa.ArrowException, OSError, struct.error):
            raise self._ended() from None
        if sent != count:
            raise self._ended()

    def close(self) -> None:
        """End the process, whatever it does."""
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            with suppress(OSError):
                if stream is not None:
                    stream.close()

    def _ended(self) -> FeedEnded:
        assert self._process.stderr is not None
        with suppress(subprocess.TimeoutExpired):
            self._process.wait(_PATIENCE_SECONDS)
        code = self._process.poll()
        said = "" if code is None else self._process.stderr.read().decode(errors="replace")
        return FeedEnded(code, said.partition("\n")[0] or None)  # the query comes after it
