"""Where long work reports how far it is."""

from __future__ import annotations

from typing import Protocol


class Progress(Protocol):
    """Where long work reports how far it is. ``total`` None: not known (yet)."""

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None: ...

    def finish(self, task: str) -> None: ...


class NoProgress:
    """Reports to nobody."""

    def start(self, task: str, total: int | None = None) -> None: ...

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None: ...

    def finish(self, task: str) -> None: ...
