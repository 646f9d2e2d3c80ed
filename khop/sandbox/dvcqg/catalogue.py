"""The portal's catalogues: procedures, services, units, fields, decisions (docs/systems/dvcqg.md).

The code of a procedure selects its form: numbers as text, as numbers or empty, and ``URL`` or
``Url``.
"""

from __future__ import annotations

import uuid
from random import Random
from typing import Any

from khop.sandbox.world.register import MADONVI, Procedure, Register

#: Catalogues of which only the name is public; their answer is empty.
EMPTY_CATALOGUES = frozenset(
    f"LayDanhMuc{name}"
    for name in (
        "GioiTinh", "TinhThanh", "QuanHuyen", "PhuongXa", "QuocGia", "DanToc", "TonGiao",
        "TinhTrangHonNhan", "DoiTuong", "CapThucHien", "CanCuPhapLy", "LePhi", "LoaiThuTuc",
        "NhomThuTuc", "ThuTucThuocLoai",
    )
)  # fmt: skip
_CHANNELS = (1, 2, 3)
_LEVELS = ("0", "1", "2", "3")
_DECISIONS = 5


def procedure_rows(register: Register) -> list[dict[str, Any]]:
    """LayDanhSachTTHC."""
    return [{"MATTHC": p.code, "TENTTHC": p.name} for p in register.procedures]


def procedure_item(register: Register, wanted: str) -> dict[str, Any] | None:
    """LayThuTuc: the item of a code, with or without a unit's suffix; None for an unknown code."""
    procedure = find(register, wanted)
    return None if procedure is None else _item(procedure)


def find(register: Register, wanted: str) -> Procedure | None:
    """The procedure with this code, which may have a unit's suffix."""
    known = (p for p in register.procedures if wanted == p.code or wanted.startswith(f"{p.code}."))
    return next(known, None)


def service_rows(register: Register) -> list[dict[str, Any]]:
    """LayDVC: the online services, with the units that each applies to."""
    return [
        {
            "MADVC": f"2.{p.index:06d}",
            "TENDVC": f"{p.name} trực tuyến",
            "MATTHC": p.code,
            "TENTTHC": p.name,
            "TENCOQUANBANHANH": "Bộ Mẫu",
            "TENLINHVUC": p.sector_name,
            "APDUNGDVC": _applied(p),
        }
        for p in register.procedures
        if p.index % 2
    ]


def unit_rows(register: Register) -> list[dict[str, Any]]:
    """LayDanhMucCoQuan."""
    province = {"MADONVI": MADONVI, "TENDONVI": "UBND tỉnh Mẫu", "CAPDONVI": "1"}
    units = [
        {"MADONVI": u.code, "TENDONVI": u.name, "CAPDONVI": "3" if "xã" in u.name else 1}
        for u in register.units
    ]
    return [province, *units]


def field_rows(register: Register) -> list[dict[str, Any]]:
    """LayDanhMucLinhVuc."""
    fields = {p.field_code: p.sector_name for p in register.procedures}
    return [
        {"MALINHVUC": code, "TENLINHVUC": name, "MANGANH": code.partition("-")[0]}
        for code, name in sorted(fields.items())
    ]


def decision_rows(wanted: str) -> list[dict[str, Any]]:
    """LayQDCB: the decision that published a procedure. Its field names are invented."""
    if not wanted.isdigit() or int(wanted) >= _DECISIONS:
        return []
    return [
        {
            "ID": wanted,
            "SOQUYETDINH": f"{100 + int(wanted)}/QĐ-BM",
            "TRICHYEU": "Công bố thủ tục hành chính",
            "NGAYBANHANH": "20250115",
            "URL": f"https://portal.example.vn/qdcb/{wanted}.pdf",
        }
    ]


def technical_ids(register: Register, number: str) -> list[dict[str, Any]]:
    """TraCuuTechID: the account of a citizen, by tax or identity number; some have none."""
    citizen = register.by_identity(number)
    if citizen is None or citizen.index % 5 == 4:
        return []
    return [{"TECHNICALID": str(uuid.uuid5(uuid.NAMESPACE_OID, number))}]


def _item(p: Procedure) -> dict[str, Any]:
    rng = Random(p.code)
    channels = [channel for channel in _CHANNELS if channel == 1 or rng.random() < 0.8]
    return {
        "ID": _number(p.index, rng),
        "MATTHC": p.code,
        "TENTTHC": p.name,
        "LOAITTHC": "TTHC được luật giao",
        "TRANGTHAI": _number(1, rng),
        "IDQUYETDINHCONGBO": str(p.index % _DECISIONS),
        "MACOQUANCONGBO": "G05",
        "LINHVUCTHUCHIEN": [{"MALINHVUC": p.field_code, "TENLINHVUC": p.sector_name}],
        "TRINHTUTHUCHIEN": [{"TRUONGHOP": "", "TRINHTU": [{"TENTRINHTU": "Nộp hồ sơ"}]}],
        "CACHTHUCTHUCHIEN": [_way(channel, p, rng) for channel in channels],
        "THANHPHANHOSO": [{"TRUONGHOP": "", "GIAYTO": _papers(p, rng)}],
        "YEUCAU": rng.choice((None, "", "Không")),
        "DOITUONGTHUCHIEN": [{"TENDOITUONG": "Công dân Việt Nam"}],
        "MOTADOITUONGTHUCHIEN": "",
        "KETQUATHUCHIEN": [{"MAKETQUA": f"KQ.G05.{p.index:06d}", "TENKETQUA": "Giấy chứng nhận"}],
        "CANCUPHAPLY": [{"SOVANBAN": "01/2025/NĐ-CP", "TENVANBAN": "Nghị định mẫu"}],
        "COQUANTHUCHIEN": [] if p.index % 3 else [{"MADONVI": MADONVI, "TENDONVI": "UBND tỉnh"}],
        "CAPTHUCHIEN": [
            {
                "CAPTHUCHIEN": _LEVELS[p.index % 4],
                "MOTACOQUANTHUCHIEN": "",
                "DIACHITIEPNHAN": "",
            }
        ],
    }


def _way(channel: int, p: Procedure, rng: Random) -> dict[str, Any]:
    return {
        "KENH": rng.choice((channel, str(channel))),
        "THOIGIAN": [
            {
                "THOIGIANGIAIQUYET": _number(p.days, rng) if p.days else "",
                "DONVITINH": "Ngày làm việc" if p.days else "",
                "MOTA": "" if p.days else "Không quy định",
                "PHILEPHI": _fees(p, rng),
            }
        ],
    }


def _fees(p: Procedure, rng: Random) -> list[dict[str, Any]] | None:
    free = {"MAPHILEPHI": "", "SOTIEN": "", "DONVI": "", "MOTA": "Miễn"}
    if not p.fee:
        return rng.choice(([], None, [free]))
    amount = _number(p.fee, rng)
    row = {"MAPHILEPHI": "LP01", "SOTIEN": amount, "DONVI": "đồng", "MOTA": ""}
    return [row, free] if rng.random() < 0.5 else [row]


def _papers(p: Procedure, rng: Random) -> list[dict[str, Any]]:
    return [
        {
            "MAGIAYTO": f"GT{number:02d}" if number else "",
            "TENGIAYTO": "Giấy đề nghị",
            "TENMAUDON": "",
            rng.choice(("URL", "Url")): "https://portal.example.vn/mau-don.docx" if number else "",
            "SOBANCHINH": _number(1, rng),
            "SOBANSAO": rng.choice(("", "0", 0)),
        }
        for number in range(1 + p.index % 3)
    ]


def _applied(p: Procedure) -> list[dict[str, Any]]:
    if p.index % 3 == 0:
        return []
    return [{"MADONVI": MADONVI, "TENDONVI": "UBND tỉnh Mẫu", "MUCDO": "4"}]


def _number(value: int, rng: Random) -> int | str:
    return rng.choice((value, str(value), str(value)))
