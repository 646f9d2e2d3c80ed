"""What the national portal demands of dossiers and of their steps (docs/systems/dvcqg.md)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from khop.sandbox.world.portal_dates import read_date

#: Fields that must be there with text in them.
_REQUIRED = (
    "MaHoSo", "MaTTHC", "TenTTHC", "MaLinhVuc", "TenLinhVuc", "KenhThucHien", "LoaiDoiTuong",
    "TrichYeuHoSo", "TrangThaiHoSo", "HinhThuc", "DonViXuLy",
)  # fmt: skip
#: Fields that must be there, and may be empty.
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
#: Scalars one real client types as number or truth value (docs/systems/dvcqg.md).
_TYPED = frozenset({"SoLuong", "LoaiGiayTo", "HoSoBoSungId", "TrangThaiBoSung"})
_STEP_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "TrangThai")
_STEP_DATES = ("ThoiDiemXuLy", "NgayBatDau", "NgayKetThucTheoQuyDinh")
_STATES = frozenset(str(number) for number in range(1, 11))
_INTERNAL = re.compile(
    r"^[a-z]+://(10\.|127\.|192\.168\.|172\.(1[6-9]|2\d|3[01])\.|localhost\b|0\.0\.0\.0)",
    re.IGNORECASE,
)
#: A link made for one call: the portal sees a new file each time (docs/systems/dvcqg.md).
_ONE_TIME = re.compile(r"^[a-z]+://[^?]*\?(.*&)?t=\d{12,}", re.IGNORECASE)
_IDENTITY_DIGITS = {"1": 12, "2": 9}
#: States a dossier may have without ever being received (docs/domain.md, States).
_NOT_RECEIVED = frozenset({"1", "3", "5"})


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a record: its kind, and where."""

    kind: str
    where: str


def dossier_faults(record: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a dossier record, taken by itself."""
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
        *_borrowed_result(record),
    ]


def step_faults(step: Mapping[str, Any]) -> list[Fault]:
    """All that is wrong with a progress step, taken by itself."""
    missing = [Fault("missing_field", name) for name in _STEP_REQUIRED if not step.get(name)]
    if step.get("NoiDungXuLy") is None:
        missing.append(Fault("missing_field", "NoiDungXuLy"))
    return [
        *_scalars(step),
        *missing,
        *_state(step, "TrangThai"),
        *_bad_dates(step, _STEP_DATES),
    ]


def _scalars(record: Mapping[str, Any]) -> Iterator[Fault]:
    for name, value in record.items():
        if isinstance(value, (list, dict)) or value is None or name in _TYPED:
            continue
        if not isinstance(value, str):
            yield Fault("not_a_string", name)
        elif len(value) > _LENGTHS.get(name, len(value)):
            yield Fault("too_long", name)
        elif _INTERNAL.match(value):
            yield Fault("internal_url", name)
        elif _ONE_TIME.match(value):
            yield Fault("one_time_url", name)


def _missing(record: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _REQUIRED:
        value = record.get(name)
        if name != "TrangThaiHoSo" and (value is None or str(value).strip() == ""):
            yield Fault("missing_field", name)
    for name in _PRESENT:
        if name not in record:
            yield Fault("missing_field", name)
    if not record.get("NgayTiepNhan") and record.get("TrangThaiHoSo") not in _NOT_RECEIVED:
        yield Fault("missing_field", "NgayTiepNhan")


def _state(record: Mapping[str, Any], name: str) -> Iterator[Fault]:
    value = record.get(name)
    if not isinstance(value, str) or value not in _STATES:
        yield Fault("status_invalid", name)


def _bad_dates(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        value = record.get(name)
        if isinstance(value, str):
            try:
                read_date(value)
            except ValueError:
                yield Fault("bad_date", name)


def _choices(record: Mapping[str, Any]) -> Iterator[Fault]:
    for name, known in _CHOICES.items():
        value = record.get(name)
        if isinstance(value, str) and value and value not in known:
            yield Fault("bad_code_value", name)


def _lists(record: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _LISTS:
        value = record.get(name)
        if value is not None and not _is_list_of_objects(value):
            yield Fault("not_a_list", name)


def _nested(record: Mapping[str, Any]) -> Iterator[Fault]:
    for name in _LISTS:
        value = record.get(name)
        if value is not None and _is_list_of_objects(value):
            for item in value:
                yield from (Fault(f.kind, f"{name}.{f.where}") for f in _scalars(item))


def _done(record: Mapping[str, Any]) -> Iterator[Fault]:
    if record.get("TrangThaiHoSo") in ("9", "10") and not record.get("NgayKetThucXuLy"):
        yield Fault("done_without_end", "NgayKetThucXuLy")


def _identities(record: Mapping[str, Any]) -> Iterator[Fault]:
    for item in _objects(record, "DinhDanhCHS"):
        number = item.get("SoDinhDanh")
        digits = _IDENTITY_DIGITS.get(str(item.get("LoaiDinhDanh")))
        if not isinstance(number, str) or not number.isdigit() or len(number) != digits:
            yield Fault("bad_identity", "DinhDanhCHS")


def _borrowed_result(record: Mapping[str, Any]) -> Iterator[Fault]:
    """A submitted file sent again as the result (docs/systems/dvcqg.md)."""
    submitted = {item.get("DuongDanTaiTepTin") for item in _objects(record, "TaiLieuNop")}
    for item in _objects(record, "DanhSachGiayToKetQua"):
        link = item.get("DuongDanTepTinKetQua")
        if link and link in submitted:
            yield Fault("result_is_submitted", "DanhSachGiayToKetQua")


def _objects(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = record.get(name)
    return value if isinstance(value, list) and _is_list_of_objects(value) else []


def _is_list_of_objects(value: Any) -> bool:
    return isinstance(value, list) and all(isinstance(item, dict) for item in value)
