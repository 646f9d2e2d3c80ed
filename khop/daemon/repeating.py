"""A call every so many seconds, in a thread of its own.

The time in between is waited, never worked out from a date: a clock that is set back by an hour
must not stop the daemon for an hour.
"""

from __future__ import annotations

import threading
from collections.abc import Callable

from khop.text.logs import Log

log = Log(__name__)


class Repeating:
    """Calls ``do`` at once and then ``seconds`` after each end, until it is stopped. An error that
    it raises is logged, and the next call comes."""

    def __init__(self, name: str, seconds: float, do: Callable[[], None]) -> None:
        self._name = name
        self._seconds = seconds
        self._do = do
        self._stopped = threading.Event()
        self._thread = threading.Thread(target=self._run, name=f"khop {name}", daemon=True)

    def start(self) -> None:
        self._thread.start()

    def stop(self, within: float) -> None:
        """No further call; the one under way is waited for, so many seconds at most."""
        self._stopped.set()
        self._thread.join(within)

    def _run(self) -> None:
        while not self._stopped.is_set():
            try:
                self._do()
            except Exception as error:  # noqa: BLE001 - the next call may succeed
                log.warning("call_failed", call=self._name, error=type(error).__name__)
            self._stopped.wait(self._seconds)
