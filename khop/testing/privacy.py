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


class Ears:
    """Everything said aloud: log lines of ``logging`` and ``structlog``, and prints."""

    def __init__(self) -> None:
        self.lines: list[str] = []

    def structlog_line(self, _logger: Any, _method: str, event: MutableMapping[str, Any]) -> str:
        self.lines.append(str(dict(event)))
        raise structlog.DropEvent


@contextlib.contextmanager
def listening() -> Iterator[Ears]:
    """Hear all that is logged, at any level, or printed within."""
    ears, printed = Ears(), io.StringIO()
    with (
        _hearing_logging(ears),
        _hearing_structlog(ears),
        contextlib.redirect_stdout(printed),
        contextlib.redirect_stderr(printed),
    ):
        yield ears
    ears.lines.append(printed.getvalue())


@contextlib.contextmanager
def _hearing_logging(ears: Ears) -> Iterator[None]:
    root, handler = logging.getLogger(), _Handler(ears)
    # What the wire library notes of each byte is no word of the adapter's.
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
def _hearing_structlog(ears: Ears) -> Iterator[None]:
    # In place, as structlog's own capture does it: loggers that are bound already hold the list.
    processors = structlog.get_config()["processors"]
    before = [*processors]
    processors[:] = [structlog.processors.format_exc_info, ears.structlog_line]
    try:
        yield
    finally:
        processors[:] = before


class _Handler(logging.Handler):
    def __init__(self, ears: Ears) -> None:
        super().__init__(logging.DEBUG)
        self._ears = ears

    def emit(self, record: logging.LogRecord) -> None:
        self._ears.lines.append(self.format(record))


def texts_of(error: BaseException) -> tuple[str, ...]:
    """All that an error shows: its text, its fields, and what a traceback prints of it and of
    the errors behind it."""
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
    """Those of ``secrets`` that stand in a text: in any case, any Unicode form, url-encoded."""
    plain = "\n".join(texts)
    where = "\n".join(map(_folded, (plain, unquote_plus(plain))))
    return frozenset(secret for secret in secrets if secret and _folded(secret) in where)


def _folded(text: str) -> str:
    return unicodedata.normalize("NFC", text).casefold()
