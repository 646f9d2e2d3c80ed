"""Records of the portal's services, and calls of its wrapper and query dialects."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

WRAPPER = "/KetNoiMotCuaQuocGia/"
QUERY = "/api/SynsTTHCC/"
CODE = "H99.18.03-260820-9001"


def record(code: str = CODE, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": code, "MaTTHC": "1.001600", "TenTTHC": "Đăng ký hộ kinh doanh",
        "MaLinhVuc": "G05-KH02", "TenLinhVuc": "Hộ kinh doanh", "KenhThucHien": "1",
        "LoaiDoiTuong": "1", "TrichYeuHoSo": "Đăng ký", "NgayTiepNhan": "20260820081530",
        "NgayHenTra": None, "TrangThaiHoSo": "4", "HinhThuc": "0",
        "DonViXuLy": "UBND xã Mẫu 3",
    } | changes  # fmt: skip


def step(code: str = CODE, **changes: object) -> dict[str, object]:
    return {
        "MaHoSo": code, "NguoiXuLy": "Cán bộ một cửa", "ThoiDiemXuLy": "20260820081530",
        "NoiDungXuLy": "Tiếp nhận hồ sơ", "TrangThai": "2",
    } | changes  # fmt: skip


def kinds(sandbox: Any) -> list[str]:
    return [violation.kind for violation in sandbox.violations()]


def read(client: Any, target: str, **query: object) -> Any:
    """The JSON text in the wrapper's ``message``."""
    answer, raw = client.call("dvcqg", "GET", f"{WRAPPER}{target}?{urlencode(query)}")
    assert answer.status == 200
    outer = json.loads(raw)
    assert outer["error_code"] == "0"
    return json.loads(outer["message"])["result"]


def write(client: Any, target: str, body: object, prefix: str = WRAPPER) -> tuple[str, str]:
    """Code and message; the bare text of a progress answer has no code."""
    answer, raw = client.call("dvcqg", "POST", prefix + target, json.dumps(body).encode())
    assert answer.status == 200
    try:
        outer = json.loads(raw)
    except ValueError:
        return "", raw.decode()
    message = outer["message"]
    inner = json.loads(message)["message"] if message.startswith("{") else message
    return str(outer["error_code"]), inner
