"""Lines of the log that would come again with every read."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, MutableMapping
from typing import Any

import structlog

#: Warnings that hold for a source until somebody changes something. The error of the last may name
#: a record, so it does not tell two of them apart.
_LASTING = ("legacy_tls", "adapter_bug", "adapter_not_closed", "catalogue_rows_unread")
_OF_RECORDS = ("history_not_read",)
_DAY = 86_400.0


class OnceADay:
    """A processor of structlog that writes such a warning of a source once a day."""

    def __init__(self, monotonic: Callable[[], float] = time.monotonic) -> None:
        self._monotonic = monotonic
        self._lock = threading.Lock()
        self._written: dict[tuple[object, ...], float] = {}

    def __call__(
        self, logger: object, name: str, event: MutableMapping[str, Any]
    ) -> MutableMapping[str, Any]:
        said = event["event"]
        if said not in _LASTING and said not in _OF_RECORDS:
            return event
        key = said, event.get("source"), event.get("error") if said in _LASTING else None
        now = self._monotonic()
        with self._lock:
            if now - self._written.get(key, float("-inf")) < _DAY:
                raise structlog.DropEvent
            self._written[key] = now
        return event
