"""A ledger for the daemon, of both kinds."""

from tests.sync.conftest import (
    clock,
    ledger,
    ledger_url,
    postgres,
    postgres_url,
    privacy,
    pytest_generate_tests,
)

__all__ = [
    "clock",
    "ledger",
    "ledger_url",
    "postgres",
    "postgres_url",
    "privacy",
    "pytest_generate_tests",
]
