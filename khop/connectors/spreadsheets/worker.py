"""The process that reads one workbook; ``worker_process`` starts it and asks it.

It gets the workbook on its standard input, after a line that says how long it is, and answers
lines of JSON::

    {"name": …, "bytes": …, "limits": …}  +  the bytes   ->  {"sheets": …, "others": …}
    {"read": 0, "sheet": 2}       the first rows of a sheet  ->  {"rows": …, "last": false}
    {"read": 0}                   the rows after them        ->  {"rows": …, "last": true}
    {"end": 0}                    no more are wanted         (no answer)

A request that fails is answered by ``{"refused": …}``. The process is run as a script in Python's
isolated mode: it loads no module of the current folder or of PYTHONPATH.
"""

from __future__ import annotations

import importlib.util
import resource
import sys
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Iterator

    from khop.connectors.spreadsheets.model import TableRow
    from khop.connectors.spreadsheets.workbook import Workbook

#: Cells and rows of one answer, roughly.
_CELLS, _ROWS = 5_000, 1_000


def main(arguments: list[str]) -> int:
    """``arguments``: the memory in bytes, the seconds of processor time, and the folders with
    packages. The exit code."""
    memory, seconds, *folders = arguments
    _limit(int(memory), int(seconds))
    sys.path += [folder for folder in folders if folder not in sys.path]
    _load_khop()
    from khop.connectors.spreadsheets.answers import NO_MEMORY

    try:
        return _Server(sys.stdin.buffer, sys.stdout.buffer).run()
    except MemoryError:
        return NO_MEMORY


def _limit(memory: int, seconds: int) -> None:
    resource.setrlimit(resource.RLIMIT_AS, (memory, memory))
    resource.setrlimit(resource.RLIMIT_CPU, (seconds, seconds + 1))
    # No file is written, and no dump of the memory, which holds personal data.
    resource.setrlimit(resource.RLIMIT_FSIZE, (0, 0))
    resource.setrlimit(resource.RLIMIT_CORE, (0, 0))


def _load_khop() -> None:
    """Make ``khop`` the package of this file, wherever it is."""
    folder = Path(__file__).resolve().parents[2]
    spec = importlib.util.spec_from_file_location(
        "khop", folder / "__init__.py", submodule_search_locations=[str(folder)]
    )
    if spec is None or spec.loader is None:
        raise ImportError(name="khop")
    sys.modules["khop"] = package = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(package)


class _Server:
    def __init__(self, requests: IO[bytes], answers: IO[bytes]) -> None:
        from khop.connectors.spreadsheets import answers as lines

        self._lines = lines
        self._requests = requests
        self._answers = answers
        self._sent = 0
        self._open: dict[int, Iterator[TableRow]] = {}

    def run(self) -> int:
        from khop.errors import ConfigError

        head = self._lines.from_line(self._requests.readline())
        try:
            book = self._book(head)
            for line in self._requests:
                request = self._lines.from_line(line)
                if "end" in request:
                    self._open.pop(request["end"], None)
                elif not self._send(self._next_rows(book, request)):
                    return self._lines.TOO_MUCH_TEXT
        except ConfigError as error:
            self._send({"refused": str(error).removeprefix(f"{head['name']}: ")})
        return 0

    def _book(self, head: dict[str, Any]) -> Workbook:
        from khop.connectors.spreadsheets.model import TableLimits
        from khop.connectors.spreadsheets.workbook import Workbook, is_hidden

        data = self._requests.read(head["bytes"])
        book = Workbook(data, head["name"], TableLimits(**head["limits"]))
        sheets = [(sheet.name, is_hidden(sheet)) for sheet in book.sheets]
        self._send({"sheets": sheets, "others": book.others, "from_1904": book.from_1904})
        return book

    def _next_rows(self, book: Workbook, request: dict[str, int]) -> dict[str, object]:
        key = request["read"]
        if "sheet" in request:
            self._open[key] = book.rows(book.sheets[request["sheet"]].name)
        rows: list[TableRow] = []
        cells = 0
        for row in self._open[key]:
            rows.append(row)
            cells += len(row.cells)
            if cells >= _CELLS or len(rows) >= _ROWS:
                return self._lines.with_rows(rows, last=False)
        del self._open[key]
        return self._lines.with_rows(rows, last=True)

    def _send(self, answer: object) -> bool:
        line = self._lines.to_line(answer)
        self._sent += len(line)
        if len(line) > self._lines.LONGEST_ANSWER or self._sent > self._lines.ALL_ANSWERS:
            return False
        self._answers.write(line)
        self._answers.flush()
        return True


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
