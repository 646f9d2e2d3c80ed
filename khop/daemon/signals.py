"""The signals that the process of the daemon is sent."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Callable
from types import FrameType
from typing import Any

#: What ``signal.signal`` takes and gives.
Handler = Callable[[int, FrameType | None], Any] | int | signal.Handlers | None


class Signals:
    """Handlers of signals during the block: SIGTERM and SIGINT stop, the second of them at once;
    SIGHUP reloads. In another thread than the main one, no handler is set."""

    def __init__(self, stop: Callable[[], None], reload: Callable[[], None]) -> None:
        self._stop = stop
        self._reload = reload
        self._told = False
        self._before: dict[signal.Signals, Handler] = {}

    def __enter__(self) -> None:
        if threading.current_thread() is not threading.main_thread():
            return
        handled: dict[signal.Signals, Handler] = {
            signal.SIGTERM: self._on_stop,
            signal.SIGINT: self._on_stop,
        }
        if hasattr(signal, "SIGHUP"):
            handled[signal.SIGHUP] = self._on_reload
        for number, handler in handled.items():
            self._before[number] = signal.signal(number, handler)

    def __exit__(self, *error: object) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _on_stop(self, number: int, _frame: FrameType | None) -> None:
        if self._told:
            os._exit(128 + number)
        self._told = True
        self._stop()

    def _on_reload(self, _number: int, _frame: FrameType | None) -> None:
        self._reload()
