"""What an adapter logs, prints and raises is captured and searched for personal data."""

from __future__ import annotations

import logging
from urllib.parse import quote

import pytest
import structlog

from khop.testing.privacy import capture_output, leaks, texts_of
from tests.contract.mini import NAME


def test_log_lines_and_prints_are_captured() -> None:
    with capture_output() as captured:
        logging.getLogger("x").debug("a %s", "log line")
        structlog.get_logger("y").info("an_event", field="a field")
        print("a print")
    output = "\n".join(captured.lines)
    assert all(each in output for each in ("a log line", "a field", "a print"))


def test_the_text_of_a_logged_exception_is_captured() -> None:
    with capture_output() as captured:
        try:
            raise ValueError("behind")
        except ValueError:
            structlog.get_logger("y").exception("failed")
            logging.getLogger("x").exception("failed")
    assert sum("behind" in line for line in captured.lines) == 2


def test_loggers_are_restored() -> None:
    before = structlog.get_config()["processors"][:], logging.getLogger().level
    with capture_output():
        pass
    assert (structlog.get_config()["processors"], logging.getLogger().level) == before


@pytest.mark.parametrize(
    "text", [NAME, NAME.upper(), f"…{quote(NAME)}…", "Nguye\u0302\u0303n Va\u0306n Mẫu"]
)
def test_a_name_is_found_in_every_form(text: str) -> None:
    assert leaks([text], [NAME]) == {NAME}


def test_a_name_in_the_cause_of_an_error_is_found() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError as cause:
            raise ValueError("outer") from cause
    except ValueError as error:
        assert leaks(texts_of(error), [NAME])


def test_a_name_in_a_suppressed_context_is_no_leak() -> None:
    try:
        try:
            raise KeyError(NAME)
        except KeyError:
            raise ValueError("outer") from None
    except ValueError as error:
        assert not leaks(texts_of(error), [NAME])
