"""Progress of long work."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Receives the progress of long work, task by task. ``total`` None: not known (yet)."""

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None: ...

    def finish(self, task: str) -> None: ...


class NoProgress:
    """Ignores all progress."""

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None: ...

    def finish(self, task: str) -> None: ...
