"""Log lines go where the program asked for, and never to stdout by themselves."""

from __future__ import annotations

import logging
from collections.abc import Iterator

import pytest
import structlog
from structlog.testing import capture_logs

from khop.text.logs import Log

LOG = Log("khop.sync.reading.pages")


@pytest.fixture(autouse=True)
def unconfigured() -> Iterator[None]:
    """structlog as a program that never used it has it."""
    before = structlog.get_config() if structlog.is_configured() else None
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
    if before is not None:
        structlog.configure(**before)


def test_without_any_logging_nothing_is_printed(capfd: pytest.CaptureFixture[str]) -> None:
    root = logging.getLogger()
    handlers, root.handlers = root.handlers, []
    try:
        LOG.warning("list_moved_while_read", source="igate")
        LOG.info("page_read_again", source="igate")
    finally:
        root.handlers = handlers
    printed = capfd.readouterr()
    assert (printed.out, printed.err) == ("", "")


def test_logging_gets_the_lines_under_khop(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "khop")
    LOG.info("page_read_again", source="igate", page=3)
    (line,) = caplog.records
    assert (line.name, line.levelname) == ("khop.sync.reading.pages", "INFO")
    assert line.getMessage() == "page_read_again source=igate page=3"


def test_structlog_gets_the_lines_where_it_was_configured() -> None:
    with capture_logs() as lines:
        LOG.warning("history_not_read", source="igate")
    assert lines == [{"event": "history_not_read", "source": "igate", "log_level": "warning"}]
