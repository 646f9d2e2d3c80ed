"""Dossiers of March 2026, for tests of the report."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from khop.mappings.records import Instant, Status
from khop.mappings.statistics.periods import Period
from khop.mappings.statistics.report_dossier import ReportDossier

MARCH = Period(date(2026, 3, 1), date(2026, 3, 31))


def on(month: int, day: int, hour: float = 9) -> Instant:
    """A local time of 2026."""
    return Instant.of(datetime(2026, month, day, tzinfo=UTC) + timedelta(hours=hour - 7))


RECEIVED, DUE = on(3, 10), on(3, 20)


def dossier(
    status: int | None,
    received: Instant | None = RECEIVED,
    due: Instant | None = DUE,
    finished: Instant | None = None,
    **known: Any,
) -> ReportDossier:
    state = None if status is None else Status(status)
    return ReportDossier(state, received, due, finished, **known)
