"""Records of the portal's services, and calls of its wrapper and query dialects."""

from __future__ import annotations

import json
from typing import Any
from urllib.parse import urlencode

WRAPPER = "/KetNoiMotCuaQuocGia/"
QUERY = "/api/SynsTTHCC/"
CODE = "H99.18.03-260820-9001"


def record(code: str = CODE, **changes: object) -> dict[str, object]:
    """A valid dossier record."""
    return {
        "MaHoSo": code,
        "MaTTHC": "1.001600",
        "TenTTHC": "Đăng ký hộ kinh doanh",
        "MaLinhVuc": "G05-KH02",
        "TenLinhVuc": "Hộ kinh doanh",
        "KenhThucHien": "1",
        "ChuHoSo": "Nguyễn Văn Mẫu",
        "LoaiDoiTuong": "1",
        "Email": "",
        "SoDienThoai": "",
        "TrichYeuHoSo": "Đăng ký hộ kinh doanh",
        "NgayTiepNhan": "20260820081530",
        "NgayHenTra": "20260827081530",
        "TrangThaiHoSo": "4",
        "HinhThuc": "0",
        "DonViXuLy": "UBND xã Mẫu 3",
        "TaiLieuNop": [],
        "NgayTuChoi": None,
    } | changes


def step(code: str = CODE, **changes: object) -> dict[str, object]:
    """A valid progress step."""
    return {
        "MaHoSo": code,
        "NguoiXuLy": "Cán bộ một cửa",
        "ChucDanh": "",
        "ThoiDiemXuLy": "20260820081530",
        "NoiDungXuLy": "Tiếp nhận hồ sơ",
        "TrangThai": "2",
        "NgayBatDau": "",
    } | changes


def read(client: Any, target: str, **query: object) -> Any:
    """The JSON text in the wrapper's ``message``."""
    answer, raw = client.call("dvcqg", "GET", f"{WRAPPER}{target}?{urlencode(query)}")
    assert answer.status == 200
    outer = json.loads(raw)
    assert outer["error_code"] == "0"
    return json.loads(outer["message"])["result"]


def write(client: Any, target: str, body: object, prefix: str = WRAPPER) -> tuple[str, str]:
    """Code and message; the code is "" for an answer in plain text."""
    answer, raw = client.call("dvcqg", "POST", prefix + target, json.dumps(body).encode())
    assert answer.status == 200
    try:
        outer = json.loads(raw)
    except ValueError:
        return "", raw.decode()
    message = outer["message"]
    inner = json.loads(message)["message"] if message.startswith("{") else message
    return str(outer["error_code"]), inner
