"""Checks of records, as VNPT's newer adapter for ministries makes them: the portal's records with
other keys, number types and date formats (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import datetime
from typing import Any

from khop.sandbox.common.records import Defect, missing_fields, objects_in

#: (pattern, length) of each date. The length is checked too, because ``strptime`` is lenient.
SPACED = ("%Y-%m-%d %H:%M:%S", 19)
MILLIS = ("%Y-%m-%dT%H:%M:%S.%f", 23)
COMPACT = ("%Y%m%d%H%M%S", 14)
_SUBMITTERS = frozenset({0, 1, 2})
_COPIES = frozenset({0, 1, 2})
_STATES = frozenset(range(1, 11))
#: The states at which a status message may have fees and results.
_WITH_LISTS = frozenset({5, 6, 9})
_LISTS = ("DanhSachLePhi", "DanhSachGiayToKetQua")
_COLLECTED = frozenset({"1", "2", "4"})
_FEE_KINDS = frozenset({"1", "2", "3"})
_PAID = frozenset({0, 1, "0", "1"})
_CREATE_REQUIRED = ("MaHoSo", "MaTTHC", "ChuHoSo", "MaDonViTiepNhan", "NgayNop")
_SUBMITTER_REQUIRED = ("TenNguoiNop", "SoDinhDanh")
_PROGRESS_REQUIRED = ("MaHoSo", "NguoiXuLy", "ThoiDiemXuLy", "NoiDungXuLy")


def create_defects(record: Mapping[str, Any]) -> list[Defect]:
    """The defects of a new dossier."""
    return [
        *missing_fields(record, _CREATE_REQUIRED),
        *_one_of(record, "LoaiDoiTuong", _SUBMITTERS),
        *_date(record, "NgayNop", SPACED),
        *_date(record, "NgayTiepNhan", SPACED),
        *_submitter(record.get("ThongTinNguoiNop")),
        *_papers(record.get("ThanhPhanHoSo")),
    ]


def progress_defects(step: Mapping[str, Any]) -> list[Defect]:
    """The defects of a progress step, whose id key is ``IDHoSo``."""
    return [
        *missing_fields(step, _PROGRESS_REQUIRED),
        *_id_key(step, "IDHoSo", "IdHoSo"),
        *_one_of(step, "TrangThai", _STATES),
        *_date(step, "ThoiDiemXuLy", MILLIS),
        *_date(step, "NgayBatDau", MILLIS),
        *_date(step, "NgayKetThucTheoQuyDinh", MILLIS),
    ]


def status_defects(status: Mapping[str, Any]) -> list[Defect]:
    """The defects of a change of state, whose id key is ``IdHoSo``."""
    return [
        *missing_fields(status, ("MaHoSo",)),
        *_id_key(status, "IdHoSo", "IDHoSo"),
        *_one_of(status, "TrangThai", _STATES),
        *_list_presence(status),
        *(defect for fee in objects_in(status, "DanhSachLePhi") for defect in _fee(fee)),
    ]


def attachments(record: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Every ``GiayToDinhKem`` of a new dossier."""
    for paper in objects_in(record, "ThanhPhanHoSo"):
        yield from objects_in(paper, "GiayToDinhKem")


def _id_key(record: Mapping[str, Any], right: str, wrong: str) -> Iterator[Defect]:
    if right not in record:
        yield Defect("wrong_id_key" if wrong in record else "missing_field", right)


def _one_of(record: Mapping[str, Any], name: str, known: frozenset[int]) -> Iterator[Defect]:
    value = record.get(name)
    if not isinstance(value, int) or isinstance(value, bool):
        yield Defect("not_a_number", name)
    elif value not in known:
        yield Defect("bad_code_value", name)


def _date(record: Mapping[str, Any], name: str, form: tuple[str, int]) -> Iterator[Defect]:
    value = record.get(name)
    if value not in (None, "") and not _is_date(value, form):
        yield Defect("bad_date", name)


def _is_date(value: object, form: tuple[str, int]) -> bool:
    pattern, length = form
    if not isinstance(value, str) or len(value) != length:
        return False
    try:
        datetime.strptime(value, pattern)
    except ValueError:
        return False
    return True


def _submitter(submitter: object) -> Iterator[Defect]:
    if not isinstance(submitter, Mapping):
        yield Defect("missing_field", "ThongTinNguoiNop")
        return
    yield from _one_of(submitter, "LoaiDoiTuong", _SUBMITTERS)
    details = submitter.get("ThongTinChiTiet")
    if not isinstance(details, Mapping):
        yield Defect("missing_field", "ThongTinChiTiet")
        return
    yield from missing_fields(details, _SUBMITTER_REQUIRED)
    yield from _date(details, "NgayCapDinhDanh", COMPACT)


def _papers(papers: object) -> Iterator[Defect]:
    if papers is None:
        return
    if not isinstance(papers, list) or not all(isinstance(paper, Mapping) for paper in papers):
        yield Defect("not_a_list", "ThanhPhanHoSo")
        return
    for paper in papers:
        if paper.get("LoaiBan") is not None:
            yield from _one_of(paper, "LoaiBan", _COPIES)


def _list_presence(status: Mapping[str, Any]) -> Iterator[Defect]:
    if status.get("TrangThai") in _WITH_LISTS:
        return
    for name in _LISTS:
        if status.get(name) is not None:
            yield Defect("list_at_other_state", name)


def _fee(fee: Mapping[str, Any]) -> Iterator[Defect]:
    for name, known in (("HinhThucThu", _COLLECTED), ("LoaiPhiLePhi", _FEE_KINDS)):
        if fee.get(name) is not None and fee[name] not in known:
            yield Defect("bad_code_value", f"DanhSachLePhi.{name}")
    if not isinstance(fee.get("Gia"), str):
        yield Defect("not_a_string", "DanhSachLePhi.Gia")
    if "TrangThaiThanhToan" in fee and fee["TrangThaiThanhToan"] not in _PAID:
        yield Defect("bad_code_value", "DanhSachLePhi.TrangThaiThanhToan")
