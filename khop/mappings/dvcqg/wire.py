"""The portal's records as they are on the wire (docs/systems/dvcqg.md).

What is sent: every scalar is text (but for a supplement's number and state, and the count
of other papers), dates ``yyyyMMddHHmmss``, a missing value "", a missing list [], in the
order of the tables. What is read: keys in any case, numbers for text.
"""

from __future__ import annotations

from typing import Annotated, Any

from pydantic import BaseModel, ConfigDict, Field, Strict, StringConstraints

#: The longest texts that are read, in characters; a longer text is damaged data.
SCALAR_MAX = 4_000
_NUMBER_MAX = 10**18

Number = Annotated[int, Strict(), Field(ge=-_NUMBER_MAX, le=_NUMBER_MAX)]
Scalar = Annotated[str, StringConstraints(strict=True, max_length=SCALAR_MAX)] | Number


class _Read(BaseModel):
    model_config = ConfigDict(extra="ignore")


class LookupItem(_Read):
    """One dossier of a TraCuuHoSo answer. Dates stay as written."""

    MaHoSo: Scalar | None = None
    MaSoHoSo: Scalar | None = None
    MaTTHC: Scalar | None = None
    MaTrangThai: Scalar | None = None
    TrangThaiHoSo: Scalar | None = None
    KenhThucHien: Scalar | None = None
    DonViXuLy: Scalar | None = None
    MaDonViXuLy: Scalar | None = None
    NgayNop: Any = None
    NgayNopHoSo: Any = None
    NgayTiepNhan: Any = None
    NgayHenTra: Any = None
    NgayKetThucXuLy: Any = None
    NgayTra: Any = None


class _Sent(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class SubmittedFile(_Sent):
    """TaiLieuNop[]."""

    TepDinhKemId: str = ""
    TenTepDinhKem: str
    IsDeleted: str = "False"
    MaThanhPhanHoSo: str = ""
    DuongDanTaiTepTin: str = ""
    DuocSoHoa: str
    DuocTaiSuDung: str = "0"
    DuocLayTuKhoDMQG: str = "0"
    MaKetQuaThayThe: str = ""


class FeeRow(_Sent):
    """DanhSachLePhi[]."""

    TenPhiLePhi: str
    MaPhiLePhi: str
    HinhThucThu: str
    Gia: str
    LoaiPhiLePhi: str


class OtherPaperRow(_Sent):
    """DanhSachTepDinhKemKhac[]: papers that are no part of the procedure."""

    TenGiayTo: str
    SoLuong: int | None
    LoaiGiayTo: int | None


class SupplementRow(_Sent):
    """DanhSachHoSoBoSung[]: once that papers were asked for again."""

    HoSoBoSungId: int
    NguoiYeuCauBoSung: str = ""
    NoiDungBoSung: str = ""
    NgayBoSung: str
    NguoiTiepNhanBoSung: str = ""
    ThongTinTiepNhan: str = ""
    NgayTiepNhanBoSung: str = ""
    TrangThaiBoSung: bool
    DanhSachGiayToBoSung: tuple[()] = ()
    DanhSachLePhiBoSung: tuple[()] = ()
    NgayHenTraTruoc: str = ""
    NgayHenTraMoi: str = ""


class ResultPaper(_Sent):
    """DanhSachGiayToKetQua[]."""

    TenGiayTo: str
    MaThanhPhanHoSo: str = ""
    GiayToId: str = ""
    DuongDanTepTinKetQua: str = ""
    MaGiayToKetQua: str = ""


class OwnerIdentity(_Sent):
    """DinhDanhCHS[]: ``1`` a 12-digit number, ``2`` a 9-digit one."""

    LoaiDinhDanh: str
    SoDinhDanh: str


class ConnectedDatabase(_Sent):
    """DSKetNoiCSDL[]: a national database the dossier was checked with."""

    MaCSDL: str


class DossierMessage(_Sent):
    """A dossier of DongBoHoSoMC."""

    MaHoSo: str
    MaTTHC: str
    TenTTHC: str
    MaLinhVuc: str
    TenLinhVuc: str
    SoBienNhan: str = ""
    KenhThucHien: str
    ChuHoSo: str
    SoGiayToChuHoSo: str
    LoaiDoiTuong: str
    MaDoiTuong: str = ""
    ThongTinKhac: str = ""
    Email: str
    Fax: str = ""
    SoDienThoai: str
    TrichYeuHoSo: str
    NgayTiepNhan: str
    NgayHenTra: str
    TrangThaiHoSo: str
    NgayTra: str
    ThongTinTra: str = ""
    HinhThuc: str
    NgayKetThucXuLy: str
    DonViXuLy: str
    GhiChu: str = ""
    TaiLieuNop: tuple[SubmittedFile, ...] = ()
    DanhSachLePhi: tuple[FeeRow, ...] = ()
    DanhSachTepDinhKemKhac: tuple[OtherPaperRow, ...] = ()
    DanhSachHoSoBoSung: tuple[SupplementRow, ...] = ()
    DanhSachGiayToKetQua: tuple[ResultPaper, ...] = ()
    NoiNopHoSo: str
    HoSoCoThanhPhanSoHoa: str
    TaiKhoanDuocXacThucVoiVNeID: str
    DuocThanhToanTrucTuyen: str
    NgayTuChoi: str
    DinhDanhCHS: tuple[OwnerIdentity, ...] = ()
    NgayNopHoSo: str
    DSKetNoiCSDL: tuple[ConnectedDatabase, ...] = ()


class StepMessage(_Sent):
    """A step of CapNhatTienDoHoSoMC."""

    MaHoSo: str
    NguoiXuLy: str
    ChucDanh: str = ""
    ThoiDiemXuLy: str
    PhongBanXuLy: str
    NoiDungXuLy: str
    TrangThai: str
    NgayBatDau: str = ""
    NgayKetThucTheoQuyDinh: str


class ReturnedStatus(_Sent):
    """``data`` of DongBoTrangThaiHoSo: one object, about a dossier born on the portal."""

    MaHoSo: str
    MaHoSoDonVi: str
    MaDoiTuong: str = ""
    NoiDung: str
    NgayXuLy: str
    TrangThai: str
    TaiLieuXuLy: tuple[SubmittedFile, ...] = ()
