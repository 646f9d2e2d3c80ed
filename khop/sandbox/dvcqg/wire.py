"""The portal's dates and look-up items (docs/systems/dvcqg.md)."""

from __future__ import annotations

from datetime import datetime, timedelta
from random import Random
from typing import Any

from khop.sandbox.world.calendar import LOCAL_OFFSET
from khop.sandbox.world.dossiers import PORTAL_LABELS, DateForm, PortalEntry
from khop.sandbox.world.register import Register

_EPOCH = datetime(1970, 1, 1)
_PATTERNS: dict[DateForm, str] = {
    "second": "%Y%m%d%H%M%S",
    "iso": "%Y-%m-%dT%H:%M:%S",
    "slashed": "%d/%m/%Y %H:%M:%S",
    "day": "%Y%m%d",
    "slashed_day": "%d/%m/%Y",
}
_ABSENT = "absent"
#: How an empty date is written; the last is a date of .NET that was never set.
_EMPTY = ("", None, _ABSENT, "0001-01-01T00:00:00")


def write_date(moment: int | None, form: DateForm) -> str:
    """A moment (seconds of UTC) as local text; "" where there is none."""
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


def lookup_item(entry: PortalEntry, register: Register) -> dict[str, Any]:
    """One item of TraCuuHoSo. Its shape hangs on the code, so it is the same each time."""
    rng = Random(entry.code)
    unit = register.units[entry.unit]
    procedure = register.procedures[entry.procedure]
    item: dict[str, Any] = {
        "MaHoSo": entry.code,
        "MaTTHC": procedure.code,
        "MaDVC": "",
        "DonViXuLy": unit.name,
        "MaDonViXuLy": unit.code,
        "HinhThucNhanKQ": rng.choice(("0", 0, "1")),
    }
    if rng.random() < 0.3:
        item["TenTTHC"], item["TenDVC"] = procedure.name, None
    item.update(_state(entry.status, rng))
    item.update(_times(entry, rng))
    return item


def _times(entry: PortalEntry, rng: Random) -> dict[str, Any]:
    times = {
        rng.choice(("NgayNop", "NgayNop", "NgayNopHoSo")): entry.submitted,
        "NgayTiepNhan": entry.received,
        "NgayHenTra": entry.due,
        "NgayKetThucXuLy": entry.finished,
        "NgayTra": entry.returned,
    }
    empty = rng.choice(_EMPTY)
    # A deployment that writes ISO may write the zone as well (docs/systems/dvcqg.md).
    zone = rng.choice(("", "+07:00")) if entry.form == "iso" else ""
    written = {
        name: empty if moment is None else write_date(moment, entry.form) + zone
        for name, moment in times.items()
    }
    return {name: value for name, value in written.items() if value != _ABSENT}


def _state(status: int, rng: Random) -> dict[str, Any]:
    label = PORTAL_LABELS[status]
    return rng.choice(
        (
            {"MaTrangThai": str(status), "TrangThaiHoSo": label},
            {"MaTrangThai": str(status), "TrangThaiHoSo": label},
            {"TrangThaiHoSo": str(status)},
            {"TrangThaiHoSo": label},
            {"MaTrangThai": label},
            {"MaTrangThai": status, "TrangThaiHoSo": label},
            {"MaTrangThai": None, "TrangThaiHoSo": label},
            {"MaTrangThai": "", "TrangThaiHoSo": str(status)},
        )
    )
