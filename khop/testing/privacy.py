"""What an adapter lets out: its errors, its logs, what it prints, and the addresses it calls."""

from __future__ import annotations

import contextlib
import io
import logging
import traceback
import unicodedata
from collections.abc import Iterable, Iterator, MutableMapping
from typing import Any
from urllib.parse import unquote_plus

import structlog


class CapturedOutput:
    """The log lines of ``logging`` and ``structlog``; at the end also what was printed."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def structlog_line(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
        """A processor of structlog that keeps the line and ends its processing."""
        self.lines.append(str(dict(event)))
        raise structlog.DropEvent


@contextlib.contextmanager
def capture_output() -> Iterator[CapturedOutput]:
    """Capture log lines of any level, and prints."""
    captured, printed = CapturedOutput(), io.StringIO()
    with (
        _capture_logging(captured),
        _capture_structlog(captured),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        yield captured
    captured.lines.append(printed.getvalue())


@contextlib.contextmanager
def _capture_logging(captured: CapturedOutput) -> Iterator[None]:
    root, handler = logging.getLogger(), _Handler(captured)
    # At level DEBUG httpcore logs every byte of the wire: that is not the adapter's output.
    levels = {root: logging.DEBUG, logging.getLogger("httpcore"): logging.INFO}
    before = {logger: logger.level for logger in levels}
    root.addHandler(handler)
    for logger, level in levels.items():
        logger.setLevel(level)
    try:
        yield
    finally:
        root.removeHandler(handler)
        for logger, level in before.items():
            logger.setLevel(level)


@contextlib.contextmanager
def _capture_structlog(captured: CapturedOutput) -> Iterator[None]:
    # The list is changed in place, because bound loggers keep a reference to it.
    processors = structlog.get_config()["processors"]
    before = [*processors]
    processors[:] = [structlog.processors.format_exc_info, captured.structlog_line]
    try:
        yield
    finally:
        processors[:] = before


class _Handler(logging.Handler):
    def __init__(self, captured: CapturedOutput) -> None:
        super().__init__(logging.DEBUG)
        self._captured = captured

    def emit(self, record: logging.LogRecord) -> None:
        self._captured.lines.append(self.format(record))


def texts_of(error: BaseException) -> tuple[str, ...]:
    """Every text of an error: its message, its fields, and its traceback with the errors in its
    chain."""
    shown = "".join(traceback.format_exception(error))
    chain = [f"{link!r} {vars(link)!r}" for link in _chain(error)]
    return (str(error), shown, *chain)


def _chain(error: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while error is not None and id(error) not in seen:
        seen.add(id(error))
        yield error
        error = error.__cause__ or (None if error.__suppress_context__ else error.__context__)


def leaks(texts: Iterable[str], secrets: Iterable[str]) -> frozenset[str]:
    """Those of ``secrets`` that occur in a text: in any case, any Unicode form, or URL-encoded."""
    plain = "\n".join(texts)
    where = "\n".join(map(_folded, (plain, unquote_plus(plain))))
    return frozenset(secret for secret in secrets if secret and _folded(secret) in where)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
