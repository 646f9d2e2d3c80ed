"""The portal's words: dates, look-up items, and the many ways one answer is written.

Variants: specs/dvcqg.md 1.4 (envelopes) and 2.8 (look-up items).
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random
from typing import Any

from khop.sandbox.calendar import LOCAL_OFFSET
from khop.sandbox.dossiers import PORTAL_LABELS, DateForm, PortalEntry
from khop.sandbox.register import Register

_EPOCH = datetime(1970, 1, 1)
_PATTERNS: dict[DateForm, str] = {
    "second": "%Y%m%d%H%M%S",
    "iso": "%Y-%m-%dT%H:%M:%S",
    "slashed": "%d/%m/%Y %H:%M:%S",
    "day": "%Y%m%d",
    "slashed_day": "%d/%m/%Y",
}
_ZERO = (0, "0", "00", "000")


@dataclass(frozen=True, slots=True)
class Reply:
    """A body and its content type."""

    body: bytes
    content_type: str = "application/json;charset=UTF-8"


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
    item: dict[str, Any] = {
        "MaHoSo": entry.code,
        "MaTTHC": register.procedures[entry.procedure].code,
        "MaDVC": "",
        "DonViXuLy": unit.name,
        "MaDonViXuLy": unit.code,
        "HinhThucNhanKQ": "0",
    }
    item.update(_state(entry.status, rng))
    times = (
        ("NgayNop", entry.submitted),
        ("NgayTiepNhan", entry.received),
        ("NgayHenTra", entry.due),
        ("NgayKetThucXuLy", entry.finished),
        ("NgayTra", entry.returned),
    )
    empty = rng.choice(("", None, "absent"))
    for name, moment in times:
        if moment is not None:
            item[name] = write_date(moment, entry.form)
        elif empty != "absent":
            item[name] = empty
    return item


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


def found(items: list[dict[str, Any]], rng: Random) -> Reply:
    """An answered read: the items, or none, in one of the envelopes."""
    code = rng.choice(_ZERO)
    if not items:
        return _reply(rng.choice(_nothing(code)))
    return _reply(
        rng.choice(
            (
                {"error_code": code, "message": "", "result": items},
                {"error_code": code, "message": "Thành công", "result": items},
                {"error_code": code, "data": items},
                {"error_code": "0", "message": _text({"result": items})},
                {"error_code": "0", "message": _text({"error_code": "0", "result": items})},
                {"result": {"error_code": 0, "message": "", "data": items}},
            )
        )
    )


def _nothing(code: object) -> tuple[dict[str, Any], ...]:
    return (
        {"error_code": code, "message": "", "result": []},
        {"error_code": code, "message": None, "result": None},
        {"error_code": code, "message": "Không có dữ liệu"},
        {"error_code": code, "message": "", "data": []},
        {"error_code": "0", "message": _text({"result": []})},
        {"result": {"error_code": 0, "message": "", "data": []}},
    )


def accepted(what: str, rng: Random) -> Reply:
    """A write that took effect. ``what``: "Đồng bộ", "Cập nhật tiến độ"."""
    message = rng.choice((f"{what} thành công", f"{what} Thành Công", f"{what} THÀNH CÔNG"))
    inner = {"error_code": "0", "message": message, "result": []}
    return _reply(
        rng.choice(
            (
                {"error_code": rng.choice(_ZERO), "message": message, "result": []},
                {"error_code": rng.choice(_ZERO), "message": message},
                {"error_code": "0", "message": message, "result": None},
                {"error_code": "0", "message": _text(inner)},
                {"result": {"error_code": 0, "message": message, "data": []}},
            )
        )
    )


def accepted_as_text(rng: Random) -> Reply:
    """A progress call is sometimes answered with bare text (specs/dvcqg.md 1.4)."""
    text = rng.choice(("Cập nhật tiến độ thành công", "Thành công", "Đồng bộ tiến độ thành công"))
    return Reply(text.encode(), "text/plain;charset=UTF-8")


def duplicate(code: str, rng: Random) -> Reply:
    """The dossier is there already; one variant even says code 0 (specs/dvcqg.md 6)."""
    message = rng.choice((f"Hồ sơ {code} đã tồn tại", "Mã hồ sơ đã tồn tại trên hệ thống"))
    number = rng.choice(("3", "-3", "0", 3, -3, 0))
    inner = {"error_code": number, "message": message}
    return _reply(
        rng.choice(
            (
                {"error_code": number, "message": message},
                {"error_code": number, "message": message, "result": []},
                {"error_code": "0", "message": _text(inner)},
                {"result": {"error_code": number, "message": message, "data": []}},
            )
        )
    )


def refused(message: str, rng: Random) -> Reply:
    """The portal understood and said no."""
    number = rng.choice(("-1", -1))
    plain = {"error_code": number, "message": message}
    return _reply(
        rng.choice(
            (
                plain,
                plain | {"result": None},
                {"error_code": "0", "message": _text(plain)},
                {"result": {"error_code": number, "message": message, "data": []}},
            )
        )
    )


def failed(message: str | None, rng: Random) -> Reply:
    """The portal could not answer; nothing is said about the dossier."""
    return _reply({"error_code": rng.choice(("-1", -1)), "message": message})


def logged_in(session: str, rng: Random) -> Reply:
    return _reply(
        {
            "error_code": rng.choice(_ZERO),
            "session": session,
            "message": rng.choice(("Success", "", None)),
        }
    )


def _reply(value: Any) -> Reply:
    return Reply(_text(value).encode())


def _text(value: Any) -> str:
    return json.dumps(value, ensure_ascii=False)
