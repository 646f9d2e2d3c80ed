"""Dates as the portal writes them (docs/systems/dvcqg.md)."""

from __future__ import annotations

from datetime import datetime, timedelta

from khop.sandbox.world.calendar import LOCAL_OFFSET
from khop.sandbox.world.dossiers import DateForm

_EPOCH = datetime(1970, 1, 1)
_PATTERNS: dict[DateForm, str] = {
    "second": "%Y%m%d%H%M%S",
    "iso": "%Y-%m-%dT%H:%M:%S",
    "slashed": "%d/%m/%Y %H:%M:%S",
    "day": "%Y%m%d",
    "slashed_day": "%d/%m/%Y",
}


def write_date(moment: int | None, form: DateForm) -> str:
    """A moment (seconds of UTC) as local text; "" for None."""
    if moment is None:
        return ""
    return (_EPOCH + timedelta(seconds=moment + LOCAL_OFFSET)).strftime(_PATTERNS[form])


def read_date(text: str) -> int | None:
    """``yyyyMMddHHmmss`` of local time as seconds of UTC; "" is None. Raises ValueError."""
    if text == "":
        return None
    if len(text) != 14 or not text.isascii() or not text.isdigit():
        raise ValueError(text)
    moment = datetime.strptime(text, _PATTERNS["second"])
    return int((moment - _EPOCH).total_seconds()) - LOCAL_OFFSET
