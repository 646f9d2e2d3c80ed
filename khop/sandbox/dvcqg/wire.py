"""The portal's look-up items (docs/systems/dvcqg.md)."""

from __future__ import annotations

from random import Random
from typing import Any

from khop.sandbox.world.dossiers import PORTAL_LABELS, PortalEntry
from khop.sandbox.world.portal_dates import write_date
from khop.sandbox.world.register import Register

_ABSENT = "absent"
#: Forms of an empty date; the last is the default date of .NET.
_EMPTY = ("", None, _ABSENT, "0001-01-01T00:00:00")


def lookup_item(entry: PortalEntry, register: Register) -> dict[str, Any]:
    """One item of TraCuuHoSo. Its form depends on the code, so it is always the same."""
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
    # With ISO dates some deployments write the time zone (docs/systems/dvcqg.md).
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
