"""Starts and asks the process that reads one workbook, ``worker``.

A workbook is foreign data: a small one may ask for more memory than there is, and a damaged one
may end the process that reads it. So it is read in a process of its own, with limits of memory and
time, without this one's environment, and only JSON comes back.
"""

from __future__ import annotations

import contextlib
import os
import signal
import subprocess
import sys
import weakref
from collections import deque
from collections.abc import Iterator
from dataclasses import asdict
from itertools import count
from pathlib import Path
from typing import Any

from khop.connectors.spreadsheets.answers import (
    LONGEST_ANSWER,
    NO_MEMORY,
    TOO_MUCH_TEXT,
    from_line,
    rows_of,
    to_line,
)
from khop.connectors.spreadsheets.model import TableLimits, TableRow
from khop.errors import ConfigError

#: Bytes of memory, and seconds of processor time, that one workbook may take.
MEMORY, SECONDS = 3 << 30, 120
_WORKER = Path(__file__).with_name("worker.py")
#: Where the system keeps libraries that Python itself may need. Nothing else is handed on.
_KEPT_VARIABLES = ("LD_LIBRARY_PATH",)


class WorkerProcess:
    """The process of one workbook. Raises ConfigError, with what to do, for one that cannot be
    read.

    ``sheets``: name and whether it is hidden, of each sheet that is a table. ``others``: the names
    of charts, macros and dialogs. The process ends with this object.
    """

    def __init__(self, data: bytes, name: str, limits: TableLimits) -> None:
        self._name = name
        try:
            self._process = _started()
        except OSError as error:
            raise self._error(f"cannot be read: no process can be started ({error})") from None
        self.pid = self._process.pid
        weakref.finalize(self, _end, self._process)
        self._keys = count()
        self._asked: deque[int] = deque()
        self._kept: dict[int, list[TableRow]] = {}
        self._more: set[int] = set()
        self._dropped: set[int] = set()
        self._write(to_line({"name": name, "bytes": len(data), "limits": asdict(limits)}), data)
        head = self._answer()
        try:
            self.sheets = [(str(sheet), bool(hidden)) for sheet, hidden in head["sheets"]]
            self.others = [str(other) for other in head["others"]]
            self.from_1904 = bool(head["from_1904"])
        except (KeyError, TypeError, ValueError):
            raise self._damaged() from None

    def rows(self, sheet: int) -> Iterator[TableRow]:
        """The rows of a sheet, by its place in ``sheets``. The rows after those that are used are
        already being read. Raises ConfigError."""
        key = next(self._keys)
        self._ask(key, {"read": key, "sheet": sheet})
        try:
            while True:
                rows = self._rows_of(key)
                more = key in self._more
                if more:
                    self._ask(key, {"read": key})
                yield from rows
                if not more:
                    return
        finally:
            self._dropped.add(key)

    def _ask(self, key: int, request: dict[str, int]) -> None:
        # What is no longer wanted is told here: a generator may be closed at any moment.
        unwanted = [each for each in self._dropped if each in self._more]
        self._more.difference_update(unwanted)
        self._write(*(to_line({"end": each}) for each in unwanted), to_line(request))
        self._asked.append(key)

    def _rows_of(self, key: int) -> list[TableRow]:
        """The next rows of one reading; rows of others that come before them are kept."""
        while key not in self._kept:
            asked = self._asked.popleft()
            answer = self._answer()
            try:
                rows = rows_of(answer)
                (self._more.discard if answer["last"] else self._more.add)(asked)
            except (KeyError, TypeError, ValueError):
                raise self._damaged() from None
            if asked not in self._dropped:
                self._kept[asked] = rows
        return self._kept.pop(key)

    def _write(self, *pieces: bytes) -> None:
        assert self._process.stdin is not None
        # A process that has ended is noticed when its answer is read.
        with contextlib.suppress(OSError):
            for piece in pieces:
                self._process.stdin.write(piece)
            self._process.stdin.flush()

    def _answer(self) -> Any:
        assert self._process.stdout is not None
        line = self._process.stdout.readline(LONGEST_ANSWER + 1)
        if not line.endswith(b"\n"):
            raise self._ended()
        try:
            answer = from_line(line)
        except (TypeError, ValueError):
            raise self._damaged() from None
        if not isinstance(answer, dict):
            raise self._damaged()
        if "refused" in answer:
            raise self._error(str(answer["refused"]))
        return answer

    def _ended(self) -> ConfigError:
        """Why the process ended."""
        _end(self._process, patience=5)
        code = self._process.returncode
        if code == -signal.SIGXCPU:
            return self._error(f"takes more than {SECONDS} seconds to read; {_DIVIDE}")
        if code == NO_MEMORY:
            return self._error(f"takes more than {MEMORY >> 30} GiB of memory to read; {_DIVIDE}")
        if code == TOO_MUCH_TEXT:
            return self._error(f"has more text than can be read; {_DIVIDE}")
        if code in (1, 2):
            return self._error(
                "cannot be read: the process that reads workbooks does not run; install khop and "
                "python-calamine again, and report it if that does not help"
            )
        return self._damaged()

    def _damaged(self) -> ConfigError:
        return self._error(
            "cannot be read as a workbook: it is damaged, or it needs more memory than there is; "
            "open it in a spreadsheet program and save it again as .xlsx"
        )

    def _error(self, reason: str) -> ConfigError:
        return ConfigError(reason, key=self._name)


_DIVIDE = "divide it, or save the table alone as CSV"


def _started() -> subprocess.Popen[bytes]:
    folders = [folder for folder in sys.path if _is_handed_on(folder)]
    written = ["-B"] if sys.flags.dont_write_bytecode else []
    return subprocess.Popen(
        [sys.executable, "-I", *written, str(_WORKER), str(MEMORY), str(SECONDS), *folders],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        cwd="/",
        env={name: os.environ[name] for name in _KEPT_VARIABLES if name in os.environ},
    )


def _is_handed_on(folder: str) -> bool:
    """Whether modules are looked for in a folder: not in the current one."""
    path = Path(folder)
    return path.is_absolute() and path.is_dir() and path.resolve() != Path.cwd()


def _end(process: subprocess.Popen[bytes], patience: float = 0) -> None:
    """End a process. ``patience``: seconds in which it may end by itself."""
    try:
        process.wait(patience)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()
    for stream in (process.stdin, process.stdout):
        with contextlib.suppress(OSError):
            if stream is not None:
                stream.close()
