"""The local time of Viet Nam, UTC+7, which every system writes and every person reads.

Asia/Ho_Chi_Minh has had UTC+7 without daylight saving since 1975.
"""

from __future__ import annotations

from datetime import UTC, datetime, timedelta, timezone

LOCAL = timezone(timedelta(hours=7))
LOCAL_OFFSET_US = 7 * 3600 * 1_000_000
DAY_US = 86_400 * 1_000_000

_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_LOCAL_EPOCH = datetime(1970, 1, 1)


def local_datetime(us: int) -> datetime:
    """Microseconds since 1970, UTC, as local time without a zone."""
    return _LOCAL_EPOCH + timedelta(microseconds=us + LOCAL_OFFSET_US)


def utc_us(local: datetime) -> int:
    """Local time without a zone as microseconds since 1970, UTC."""
    since = local - _LOCAL_EPOCH
    return since.days * DAY_US + since.seconds * 1_000_000 + since.microseconds - LOCAL_OFFSET_US


def local_text(us: int, day: bool = False) -> str:
    """Local time in ISO 8601 of microseconds since 1970, UTC; with ``day``, the date alone."""
    local = (_EPOCH + timedelta(microseconds=us)).astimezone(LOCAL)
    return local.date().isoformat() if day else local.isoformat()


def day_start_us(us: int) -> int:
    """The first moment of the local day of a time, both in microseconds since 1970, UTC."""
    return us - (us + LOCAL_OFFSET_US) % DAY_US
