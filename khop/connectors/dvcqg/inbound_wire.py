"""The portal's messages to a province (docs/systems/dvcqg.md), as ``PortalReceiver`` receives them.

Keys are read in any case and numbers as text; fields without a declaration here are kept in
``model_extra``. The messages hold personal data, so ``repr`` shows no values.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Mapping
from typing import Annotated, Any, Self, TypeVar

from pydantic import BaseModel, BeforeValidator, ConfigDict, ValidationError
from pydantic_core import PydanticCustomError

M = TypeVar("M", bound="Received")


def _as_text(value: object) -> object:
    if value is None:
        return ""
    if isinstance(value, int | float) and not isinstance(value, bool):
        return str(value)
    return value


def _as_list(value: object) -> object:
    if value is None or value == "":
        return []
    return [value] if isinstance(value, Mapping) else value


def file_bytes(value: object) -> bytes:
    """The bytes of a base64 text; b"" for none. Raises ValueError."""
    if value is None or value == "":
        return b""
    if isinstance(value, bytes):
        return value
    if not isinstance(value, str):
        raise PydanticCustomError("base64", "is not text")
    try:
        return base64.b64decode("".join(value.split()), validate=True)
    except binascii.Error:
        raise PydanticCustomError("base64", "is not base64") from None


Text = Annotated[str, BeforeValidator(_as_text)]
File = Annotated[bytes, BeforeValidator(file_bytes)]


class Received(BaseModel):
    """Base of the received messages."""

    model_config = ConfigDict(extra="allow", frozen=True)

    def __repr_args__(self) -> list[tuple[str | None, Any]]:
        return []

    @classmethod
    def read(cls, item: object) -> Self:
        """The message. Raises BadField, which names the field but not its value."""
        if not isinstance(item, Mapping):
            raise BadField(cls.__name__)
        try:
            return cls.model_validate(_spelt(cls, item))
        except ValidationError as error:
            where = error.errors(include_url=False, include_input=False)[0]["loc"]
            raise BadField(".".join(str(part) for part in where if isinstance(part, str))) from None


class BadField(ValueError):
    """A field of a received message that cannot be used. ``str`` is its name."""


class BusinessAddress(Received):
    MaTinh: Text = ""
    MaHuyen: Text = ""
    MaXa: Text = ""
    DiaChiChiTiet: Text = ""


class SentFile(Received):
    """``Base64`` is decoded."""

    TenTepDinhKem: Text = ""
    Base64: File = b""


class PromotionDossier(Received):
    """A promotion programme that was filed on the portal (addtthcKhuyenMai)."""

    MaHoSo: Text = ""
    MaTTHC: Text = ""
    SoVanBan: Text = ""
    NgayNopHoSo: Text = ""
    TenThuongNhan: Text = ""
    DiaChiDoanhNghiep: BusinessAddress | None = None
    DienThoai: Text = ""
    Fax: Text = ""
    Email: Text = ""
    MaSoThue: Text = ""
    NguoiLienHe: Text = ""
    SoDienThoaiNguoiLienHe: Text = ""
    TenChuongTrinhKhuyenMai: Text = ""
    HinhThucKhuyenMai: Text = ""
    ThoiGianKhuyenMaiTu: Text = ""
    ThoiGianKhuyenMaiDen: Text = ""
    HangHoaDichVuKhuyenMai: Text = ""
    SoLuongHangHoaDichVu: Text = ""
    KhachHang: Text = ""
    CoCauGiaiThuong: Text = ""
    TongGiaTriHangHoa: Text = ""
    NoiDungChiTiet: Text = ""
    TenCacThuongNhanCungThucHien: Text = ""
    TenTepDonDangKy: Text = ""
    TepDonDangKy: File = b""
    TaiLieuNop: Annotated[list[SentFile], BeforeValidator(_as_list)] = []


class Amendment(Received):
    """A change that the citizen made on the portal (nhanhsdvcqg)."""

    MaHoSoQG: Text = ""
    ThongTinDaNop: Any = None
    ThongTinSuaDoi: Any = None
    LyDoDieuChinh: Text = ""
    TenTepDangKy: Text = ""
    URLTepDangKy: Text = ""


class PaymentDetails(Received):
    """``TrangThaiThanhToan`` "1": paid. ``ThoiGianThanhToan``: yyyyMMddHHmmss."""

    MaThongBaoThue: Text = ""
    ThoiGianThanhToan: Text = ""
    SoTien: Text = ""
    NoiDungThanhToan: Text = ""
    TrangThaiThanhToan: Text = ""

    @property
    def paid(self) -> bool:
        return self.TrangThaiThanhToan.strip() == "1"


class PaymentProof(Received):
    """Proof that land tax was paid (nhanhsdvcqg, NhanChungTuThueDat)."""

    MaHoSo: Text = ""
    HoTenNguoiNopTien: Text = ""
    SoCMTNguoiNopTien: Text = ""
    DiaChiNguoiNopTien: Text = ""
    TinhNguoiNopTien: Text = ""
    HuyenNguoiNopTien: Text = ""
    XaNguoiNopTien: Text = ""
    MaSoThue: Text = ""
    UrlFileChungTu: Text = ""
    ThongTinThanhToan: PaymentDetails


def _spelt(model: type[BaseModel], item: Mapping[Any, object]) -> dict[str, object]:
    """The message and its inner objects, with keys spelt as in the model."""
    names = {name.casefold(): name for name in model.model_fields}
    loose = {names.get(str(key).casefold(), str(key)): value for key, value in item.items()}
    exact = {key: value for key, value in item.items() if key in model.model_fields}
    spelt = {**loose, **exact}
    for name, inner in _INNER.get(model, {}).items():
        spelt[name] = _spelt_within(inner, spelt.get(name))
    return {key: value for key, value in spelt.items() if value is not None}


def _spelt_within(model: type[BaseModel], value: object) -> object:
    if isinstance(value, Mapping):
        return _spelt(model, value)
    if isinstance(value, list):
        return [_spelt(model, item) if isinstance(item, Mapping) else item for item in value]
    return None if value == "" else value


_INNER: Mapping[type[BaseModel], Mapping[str, type[BaseModel]]] = {
    PromotionDossier: {"DiaChiDoanhNghiep": BusinessAddress, "TaiLieuNop": SentFile},
    PaymentProof: {"ThongTinThanhToan": PaymentDetails},
}
