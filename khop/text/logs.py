"""Log lines of khop's rooms. They go where the program that runs khop asked for, and never to
stdout by themselves.

A program that configured structlog gets them there; any other gets them from ``logging``, under the
logger ``khop``, which is silent until the program gives it a handler.
"""

from __future__ import annotations

import logging
from collections.abc import Callable

import structlog

logging.getLogger("khop").addHandler(logging.NullHandler())


def as_here() -> Callable[[], None]:
    """What gives another thread the values that each line of this one carries; for the
    ``initializer`` of a pool of threads."""
    values = structlog.contextvars.get_contextvars()

    def bind() -> None:
        structlog.contextvars.bind_contextvars(**values)

    return bind


class Log:
    """Writes events with their values; ``name``: the module."""

    def __init__(self, name: str) -> None:
        self._name = name

    def info(self, event: str, **values: object) -> None:
        """Something that happened as it should."""
        self._write("info", event, values)

    def warning(self, event: str, **values: object) -> None:
        """Something a person should look at."""
        self._write("warning", event, values)

    def _write(self, level: str, event: str, values: dict[str, object]) -> None:
        if structlog.is_configured():
            getattr(structlog.get_logger(self._name), level)(event, **values)
            return
        text = " ".join([event, *(f"{name}={value}" for name, value in values.items())])
        logging.getLogger(self._name).log(getattr(logging, level.upper()), "%s", text)
