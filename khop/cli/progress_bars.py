"""Progress bars on a terminal."""

from __future__ import annotations

from threading import Lock

from rich.console import Console
from rich.progress import (
    BarColumn,
    MofNCompleteColumn,
    Progress,
    SpinnerColumn,
    TaskID,
    TextColumn,
    TimeElapsedColumn,
)
from rich.text import Text

from khop.text.safe_display import plain
from khop.text.words import Words


class ProgressBars:
    """``khop.sync.results.Progress`` as bars: one for each task that runs."""

    def __init__(self, console: Console, words: Words) -> None:
        self._words = words
        self._bars = Progress(
            SpinnerColumn(),
            TextColumn("{task.description}", markup=False),
            BarColumn(),
            MofNCompleteColumn(),
            TimeElapsedColumn(),
            console=console,
            transient=True,
        )
        self._tasks: dict[str, TaskID] = {}
        self._lock = Lock()

    def start(self, task: str, total: int | None = None) -> None:
        with self._lock:
            if not self._tasks:
                self._bars.start()
            name = plain(self._words.get(f"task.{task}", task))
            self._tasks[task] = self._bars.add_task(Text(name).plain, total=total)

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None:
        with self._lock:
            known = self._tasks.get(task)
        if known is not None:
            self._bars.update(known, advance=by, total=total)

    def finish(self, task: str) -> None:
        with self._lock:
            known = self._tasks.pop(task, None)
            if known is not None:
                self._bars.remove_task(known)
            if not self._tasks:
                self._bars.stop()

    def close(self) -> None:
        """Remove every bar, also of tasks that have not finished."""
        with self._lock:
            self._tasks.clear()
            self._bars.stop()
