"""Checks of dossiers and their steps, as the national portal makes them (docs/systems/dvcqg.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any

from khop.sandbox.common.records import Defect
from khop.sandbox.world.portal_dates import read_date

#: Fields that must have text.
_REQUIRED = (
    "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "KenhThucHien", "LoaiDoiTuong",
    "TrichYeuHoSo", "TrangThaiHoSo", "HinhThuc", "DonViXuLy",
)  # fmt: skip
#: Fields that must exist and may be empty.
_PRESENT = ("NgayTiepNhan", "NgayHenTra")
_DATES = (
    "NgayTiepNhan", "NgayHenTra", "NgayTra", "NgayKetThucXuLy", "NgayTuChoi", "NgayNopHoSo",
)  # fmt: skip
_LISTS = (
    "TaiLieuNop", "DanhSachLePhi", "DanhSachTepDinhKemKhac", "DanhSachHoSoBoSung",
    "DanhSachGiayToKetQua", "DinhDanhCHS", "DSKetNoiCSDL",
)  # fmt: skip
_CHOICES = {
    "KenhThucHien": ("1", "2", "3"),
    "LoaiDoiTuong": ("1", "2", "3", "4"),
    "HinhThuc": ("0", "1"),
    "NoiNopHoSo": ("1", "2"),
    "HoSoCoThanhPhanSoHoa": ("0", "1"),
    "TaiKhoanDuocXacThucVoiVNeID": ("0", "1"),
    "DuocThanhToanTrucTuyen": ("0", "1", "2", "3"),
}
_LENGTHS = {
    "TrichYeuHoSo": 1000,
    "GhiChu": 2000,
    "TenTepDinhKem": 4000,
    "TenGiayTo": 2000,
    "NguoiXuLy": 50,
}
#: Scalars that some clients send as numbers or booleans (docs/systems/dvcqg.md).
_TYPED = frozenset({"SoLuong", "LoaiGiayTo", "HoSoBoSungId", "TrangThaiBoSung"})
_STEP_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "TrangThai")
_STEP_DATES = ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
_STATES = frozenset(str(number) for number in range(1, 11))
_INTERNAL = re.compile(
    r"^[a-z]+://(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|localhost\b|0\.0\.0\.0)",
    re.IGNORECASE,
)
#: A link for one call: the portal sees a new file each time (docs/systems/dvcqg.md).
_ONE_TIME = re.compile(r"^[a-z]+://[^?]*\?(.*&)?t=\d{12,}", re.IGNORECASE)
_IDENTITY_DIGITS = {"1": 12, "2": 9}
#: States of dossiers that need not have been received (docs/domain.md, States).
_NOT_RECEIVED = frozenset({"1", "3", "5"})


def dossier_defects(record: Mapping[str, Any]) -> list[Defect]:
    """The defects of a dossier record by itself."""
    return [
        *_scalars(record),
        *_missing(record),
        *_state(record, "TrangThaiHoSo"),
        *_bad_dates(record, _DATES),
        *_choices(record),
        *_lists(record),
        *_nested(record),
        *_done(record),
        *_identities(record),
        *_submitted_as_result(record),
    ]


def step_defects(step: Mapping[str, Any]) -> list[Defect]:
    """The defects of a progress step by itself."""
    missing = [Defect("missing_field", name) for name in _STEP_REQUIRED if not step.get(name)]
    if step.get("NoiDungXuLy") is None:
        missing.append(Defect("missing_field", "NoiDungXuLy"))
    return [
        *_scalars(step),
        *missing,
        *_state(step, "TrangThai"),
        *_bad_dates(step, _STEP_DATES),
    ]


def _scalars(record: Mapping[str, Any]) -> Iterator[Defect]:
    for name, value in record.items():
        if isinstance(value, (list, dict)) or value is None or name in _TYPED:
            continue
        if not isinstance(value, str):
            yield Defect("not_a_string", name)
        elif len(value) > _LENGTHS.get(name, len(value)):
            yield Defect("too_long", name)
        elif _INTERNAL.match(value):
            yield Defect("internal_url", name)
        elif _ONE_TIME.match(value):
            yield Defect("one_time_url", name)


def _missing(record: Mapping[str, Any]) -> Iterator[Defect]:
    for name in _REQUIRED:
        value = record.get(name)
        if name != "TrangThaiHoSo" and (value is None or str(value).strip() == ""):
            yield Defect("missing_field", name)
    for name in _PRESENT:
        if name not in record:
            yield Defect("missing_field", name)
    if not record.get("NgayTiepNhan") and record.get("TrangThaiHoSo") not in _NOT_RECEIVED:
        yield Defect("missing_field", "NgayTiepNhan")


def _state(record: Mapping[str, Any], name: str) -> Iterator[Defect]:
    value = record.get(name)
    if not isinstance(value, str) or value not in _STATES:
        yield Defect("status_invalid", name)


def _bad_dates(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Defect]:
    for name in names:
        value = record.get(name)
        if isinstance(value, str):
            try:
                read_date(value)
            except ValueError:
                yield Defect("bad_date", name)


def _choices(record: Mapping[str, Any]) -> Iterator[Defect]:
    for name, known in _CHOICES.items():
        value = record.get(name)
        if isinstance(value, str) and value and value not in known:
            yield Defect("bad_code_value", name)


def _lists(record: Mapping[str, Any]) -> Iterator[Defect]:
    for name in _LISTS:
        value = record.get(name)
        if value is not None and not _is_list_of_objects(value):
            yield Defect("not_a_list", name)


def _nested(record: Mapping[str, Any]) -> Iterator[Defect]:
    for name in _LISTS:
        value = record.get(name)
        if value is not None and _is_list_of_objects(value):
            for item in value:
                yield from (Defect(f.kind, f"{name}.{f.where}") for f in _scalars(item))


def _done(record: Mapping[str, Any]) -> Iterator[Defect]:
    if record.get("TrangThaiHoSo") in ("9", "10") and not record.get("NgayKetThucXuLy"):
        yield Defect("done_without_end", "NgayKetThucXuLy")


def _identities(record: Mapping[str, Any]) -> Iterator[Defect]:
    for item in _objects(record, "DinhDanhCHS"):
        number = item.get("SoDinhDanh")
        digits = _IDENTITY_DIGITS.get(str(item.get("LoaiDinhDanh")))
        if not isinstance(number, str) or not number.isdigit() or len(number) != digits:
            yield Defect("bad_identity", "DinhDanhCHS")


def _submitted_as_result(record: Mapping[str, Any]) -> Iterator[Defect]:
    """A submitted file that is sent again as the result (docs/systems/dvcqg.md)."""
    submitted = {item.get("DuongDanTaiTepTin") for item in _objects(record, "TaiLieuNop")}
    for item in _objects(record, "DanhSachGiayToKetQua"):
        link = item.get("DuongDanTepTinKetQua")
        if link and link in submitted:
            yield Defect("result_is_submitted", "DanhSachGiayToKetQua")


def _objects(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = record.get(name)
    return value if isinstance(value, list) and _is_list_of_objects(value) else []


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
