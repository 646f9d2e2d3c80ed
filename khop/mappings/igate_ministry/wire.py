"""Messages to VNPT's adapter for ministries, as on the wire (docs/systems/igate.md).

The portal's records with other keys, number types and date formats: states and kinds are JSON
numbers, each message has its own form of date, and the id key is ``IDHoSo`` in one and
``IdHoSo`` in the other. A missing text is "", a missing date of a step null.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from pydantic import BaseModel, ConfigDict


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class AttachedPaper(_Sent):
    """GiayToDinhKem[]: a file that was uploaded before."""

    IdGiayTo: str
    MaKetQua: str = ""
    TenGiayTo: str
    HashTepTin: str


class DossierPaper(_Sent):
    """ThanhPhanHoSo[]. ``LoaiBan``: 0, 1 or 2, null where it is not known."""

    MaThanhPhanHoSo: str
    TenThanhPhanHoSo: str
    SoLuong: int
    LoaiBan: int | None
    GiayToDinhKem: tuple[AttachedPaper, ...]


class SubmitterDetail(_Sent):
    """ThongTinChiTiet: the submitter, and (``…ChuHs``) the owner of the dossier. Dates
    ``yyyyMMddHHmmss``."""

    TenNguoiNop: str
    SoDinhDanh: str
    NgayCapDinhDanh: str = ""
    NgaySinh: str
    SoDienThoai: str
    Email: str
    Fax: str = ""
    MaTinh: str = ""
    MaHuyen: str = ""
    MaXa: str = ""
    DiaChiChiTiet: str
    TenChuHs: str
    SoDinhDanhChuHs: str
    MaTinhChuHs: str = ""
    MaXaChuHs: str = ""
    DiaChiChiTietChuHs: str


class Submitter(_Sent):
    """ThongTinNguoiNop."""

    LoaiDoiTuong: int
    IdDoiTuong: str = ""
    ThongTinChiTiet: SubmitterDetail


class NewDossier(_Sent):
    """NoiHoSo, step 4. Dates ``yyyy-MM-dd HH:mm:ss``. ``LoaiDoiTuong``: 0 citizen, 1 business,
    2 household business."""

    MaHoSo: str
    MaTTHC: str
    MaDichVuCong: str
    ChuHoSo: str
    LoaiDoiTuong: int
    MaDonViTiepNhan: str
    NgayNop: str
    NgayTiepNhan: str
    EformThongTinChiTiet: Mapping[str, Any]
    ThanhPhanHoSo: tuple[DossierPaper, ...]
    ThongTinNguoiNop: Submitter


class StepRow(_Sent):
    """A step, step 5. Dates ``yyyy-MM-ddTHH:mm:ss.fff``."""

    IDHoSo: str
    MaHoSo: str
    NguoiXuLy: str
    ThoiDiemXuLy: str
    PhongBanXuLy: str
    NoiDungXuLy: str
    TrangThai: int
    NgayBatDau: str | None
    NgayKetThucTheoQuyDinh: str | None


class FeeSent(_Sent):
    """DanhSachLePhi[]: all text but ``TrangThaiThanhToan`` (0 open, 1 paid). What is not known is
    left out."""

    TenPhiLePhi: str
    MaPhiLePhi: str | None
    HinhThucThu: str | None
    Gia: str
    LoaiPhiLePhi: str | None
    TrangThaiThanhToan: int | None = None


class ResultSent(_Sent):
    """DanhSachGiayToKetQua[], with the keys the portal uses (docs/systems/dvcqg.md)."""

    TenGiayTo: str
    MaThanhPhanHoSo: str = ""
    GiayToId: str
    DuongDanTepTinKetQua: str
    MaGiayToKetQua: str


class StatusRow(_Sent):
    """A state, step 6. The two lists only at the states 5, 6 and 9; else left out."""

    IdHoSo: str
    MaHoSo: str
    TrangThai: int
    NoiDungYKien: str
    PhongBanXuLy: str
    NoiDungXuLy: str
    DanhSachLePhi: tuple[FeeSent, ...] | None = None
    DanhSachGiayToKetQua: tuple[ResultSent, ...] | None = None
