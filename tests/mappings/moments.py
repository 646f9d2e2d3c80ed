"""Instants for tests, from local time."""

from __future__ import annotations

from datetime import datetime

from khop.mappings.records import Instant, Precision
from khop.text.local_time import LOCAL


def at(*parts: int) -> Instant:
    """The instant of year, month, day and, where given, hour, minute, second, microsecond."""
    return Instant.of(datetime(*parts, tzinfo=LOCAL))  # type: ignore[arg-type,misc]


def local(text: str) -> Instant:
    """The instant of an ISO text; a date alone has precision day."""
    precision = Precision.SECOND if len(text) > 10 else Precision.DAY
    return Instant.of(datetime.fromisoformat(text).replace(tzinfo=LOCAL), precision)


def instant(moment: datetime) -> Instant:
    """The instant of a local time without a zone."""
    return Instant.of(moment.replace(tzinfo=LOCAL))
