"""What the newer adapter for ministries demands: the portal's records with other keys, number
types and date formats (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

#: What each date is written as. A pattern's length is checked too: ``strptime`` is lenient.
SPACED = ("%Y-%m-%d %H:%M:%S", 19)
MILLIS = ("%Y-%m-%dT%H:%M:%S.%f", 23)
COMPACT = ("%Y%m%d%H%M%S", 14)
_SUBMITTERS = frozenset({0, 1, 2})
_COPIES = frozenset({0, 1, 2})
_STATES = frozenset(range(1, 11))
#: The states at which a status message carries fees and results.
_WITH_LISTS = frozenset({5, 6, 9})
_LISTS = ("DanhSachLePhi", "DanhSachGiayToKetQua")
_COLLECTED = frozenset({"1", "2", "4"})
_FEE_KINDS = frozenset({"1", "2", "3"})
_PAID = frozenset({0, 1, "0", "1"})
_CREATE_REQUIRED = ("MaHoSo", "MaTTHC", "ChuHoSo", "MaDonViTiepNhan", "NgayNop")
_SUBMITTER_REQUIRED = ("TenNguoiNop", "SoDinhDanh")
_PROGRESS_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy")


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong with a record: its kind, and where."""

    kind: str
    where: str


def create_faults(record: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a new dossier (step 4)."""
    return [
        *_missing(record, _CREATE_REQUIRED),
        *_one_of(record, "LoaiDoiTuong", _SUBMITTERS),
        *_date(record, "NgayNop", SPACED),
        *_date(record, "NgayTiepNhan", SPACED),
        *_submitter(record.get("ThongTinNguoiNop")),
        *_papers(record.get("ThanhPhanHoSo")),
    ]


def progress_faults(step: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a progress step (step 5), whose id key is ``IDHoSo``."""
    return [
        *_missing(step, _PROGRESS_REQUIRED),
        *_id_key(step, "IDHoSo", "IdHoSo"),
        *_one_of(step, "TrangThai", _STATES),
        *_date(step, "ThoiDiemXuLy", MILLIS),
        *_date(step, "NgayBatDau", MILLIS),
        *_date(step, "NgayKetThucTheoQuyDinh", MILLIS),
    ]


def status_faults(status: Mapping[str, Any]) -> list[Fault]:
    """What is wrong with a change of state (step 6), whose id key is ``IdHoSo``."""
    return [
        *_missing(status, ("MaHoSo",)),
        *_id_key(status, "IdHoSo", "IDHoSo"),
        *_one_of(status, "TrangThai", _STATES),
        *_list_presence(status),
        *(fault for fee in _objects(status, "DanhSachLePhi") for fault in _fee(fee)),
    ]


def attachments(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every ``GiayToDinhKem`` of a new dossier."""
    for paper in _objects(record, "ThanhPhanHoSo"):
        yield from _objects(paper, "GiayToDinhKem")


def _missing(record: Mapping[str, Any], names: tuple[str, ...]) -> Iterator[Fault]:
    for name in names:
        if record.get(name) in (None, ""):
            yield Fault("missing_field", name)


def _id_key(record: Mapping[str, Any], right: str, wrong: str) -> Iterator[Fault]:
    if right not in record:
        yield Fault("wrong_id_key" if wrong in record else "missing_field", right)


def _one_of(record: Mapping[str, Any], name: str, known: frozenset[int]) -> Iterator[Fault]:
    value = record.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        yield Fault("not_a_number", name)
    elif value not in known:
        yield Fault("bad_code_value", name)


def _date(record: Mapping[str, Any], name: str, form: tuple[str, int]) -> Iterator[Fault]:
    value = record.get(name)
    if value not in (None, "") and not _is_date(value, form):
        yield Fault("bad_date", name)


def _is_date(value: object, form: tuple[str, int]) -> bool:
    pattern, length = form
    if not isinstance(value, str) or len(value) != length:
        return False
    try:
        datetime.strptime(value, pattern)
    except ValueError:
        return False
    return True


def _submitter(submitter: object) -> Iterator[Fault]:
    if not isinstance(submitter, Mapping):
        yield Fault("missing_field", "ThongTinNguoiNop")
        return
    yield from _one_of(submitter, "LoaiDoiTuong", _SUBMITTERS)
    details = submitter.get("ThongTinChiTiet")
    if not isinstance(details, Mapping):
        yield Fault("missing_field", "ThongTinChiTiet")
        return
    yield from _missing(details, _SUBMITTER_REQUIRED)
    yield from _date(details, "NgayCapDinhDanh", COMPACT)


def _papers(papers: object) -> Iterator[Fault]:
    if papers is None:
        return
    if not isinstance(papers, list) or not all(isinstance(paper, Mapping) for paper in papers):
        yield Fault("not_a_list", "ThanhPhanHoSo")
        return
    for paper in papers:
        yield from _missing(paper, ("TenThanhPhanHoSo",))
        yield from _one_of(paper, "LoaiBan", _COPIES)


def _list_presence(status: Mapping[str, Any]) -> Iterator[Fault]:
    if status.get("TrangThai") in _WITH_LISTS:
        return
    for name in _LISTS:
        if status.get(name) is not None:
            yield Fault("list_at_other_state", name)


def _fee(fee: Mapping[str, Any]) -> Iterator[Fault]:
    for name, known in (("HinhThucThu", _COLLECTED), ("LoaiPhiLePhi", _FEE_KINDS)):
        if fee.get(name) not in known:
            yield Fault("bad_code_value", f"DanhSachLePhi.{name}")
    if not isinstance(fee.get("Gia"), str):
        yield Fault("not_a_string", "DanhSachLePhi.Gia")
    if "TrangThaiThanhToan" in fee and fee["TrangThaiThanhToan"] not in _PAID:
        yield Fault("bad_code_value", "DanhSachLePhi.TrangThaiThanhToan")


def _objects(record: Mapping[str, Any], name: str) -> list[Mapping[str, Any]]:
    value = record.get(name)
    if not isinstance(value, list):
        return []
    return [item for item in value if isinstance(item, Mapping)]
