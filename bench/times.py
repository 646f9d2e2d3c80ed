"""The present of the benchmarks' ledgers, and units of time in microseconds."""

from __future__ import annotations

from datetime import UTC, datetime

#: A Friday, 16:00 in Viet Nam.
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
NOW_US = int(NOW.timestamp()) * 1_000_000

MINUTE = 60 * 1_000_000
HOUR = 60 * MINUTE
DAY = 24 * HOUR
