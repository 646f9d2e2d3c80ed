"""A ledger for the daemon, of both kinds."""

from collections.abc import Iterator

import pytest
import structlog

from tests.daemon.alarms.channels import configured, mail, same_clock, webhook
from tests.sync.conftest import (
    clock,
    empty_ledger,
    ledger,
    ledger_url,
    postgres,
    postgres_url,
    privacy,
    pytest_generate_tests,
)

__all__ = [
    "clock",
    "configured",
    "empty_ledger",
    "ledger",
    "ledger_url",
    "mail",
    "postgres",
    "postgres_url",
    "privacy",
    "pytest_generate_tests",
    "same_clock",
    "webhook",
]


@pytest.fixture(autouse=True)
def unconfigured_logs() -> Iterator[None]:
    """Log lines go to ``logging``, whatever a test before has configured."""
    structlog.reset_defaults()
    yield
    structlog.reset_defaults()
