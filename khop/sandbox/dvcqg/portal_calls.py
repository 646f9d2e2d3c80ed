"""The calls of the portal to a province (docs/systems/dvcqg.md).

A province serves addresses under the adapter's path, some also without it. This client sends the
bodies that the portal sends, to test the province's server.
"""

from __future__ import annotations

import base64
import json
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, Literal

from khop.loopback import json_or_none
from khop.sandbox.world.register import MADONVI

Adapter = Literal["XrdAdapter", "VXPAdapter"]
#: The addresses that also exist without the adapter's path.
PLAIN = frozenset({"addtthcKhuyenMai", "nhanhsdvcqg", "nhantbthuedvcqg"})
_NOTICE = (
    '<?xml version="1.0" encoding="UTF-8"?><ROW_LIST><ROW><MA_HO_SO>{code}</MA_HO_SO>'
    "<SO_TIEN>{amount}</SO_TIEN></ROW></ROW_LIST>"
)
_PDF = base64.b64encode(b"%PDF-1.4\n%%EOF\n").decode()


@dataclass(frozen=True, slots=True)
class ProvinceAnswer:
    """The answer of the province. ``value``: the body as JSON, None if it is not JSON."""

    status: int
    body: bytes

    @property
    def value(self) -> Any:
        return json_or_none(self.body)


class PortalCalls:
    """Calls the province at ``address``, such as ``http://127.0.0.1:8080``.

    ``adapter`` None: calls the addresses without the adapter's path. ``timeout``: in seconds.
    Raises OSError if the province does not answer.
    """

    def __init__(
        self, address: str, *, adapter: Adapter | None = "XrdAdapter", timeout: float = 10.0
    ) -> None:
        self._address = address.rstrip("/")
        self._adapter = adapter
        self._timeout = timeout
        self._opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))

    def look_up(self, code: str, *, service: str = "TraCuuHoSo") -> ProvinceAnswer:
        """Ask for a dossier by code."""
        body = {"madonvi": MADONVI, "service": service, "masohoso": code}
        return self.send("search/call", body)

    def promotion(self, body: Mapping[str, Any]) -> ProvinceAnswer:
        """File a promotion dossier (``promotion``)."""
        return self.send("addtthcKhuyenMai", body)

    def amendment(self, body: Mapping[str, Any]) -> ProvinceAnswer:
        """Amend a dossier, or prove a payment (``amendment``, ``tax_payment``)."""
        return self.send("nhanhsdvcqg", body)

    def tax_notice(self, body: Mapping[str, Any]) -> ProvinceAnswer:
        """Hand in a notice of land tax (``tax_notice``)."""
        return self.send("nhantbthuedvcqg", body)

    def payment(self, code: str) -> ProvinceAnswer:
        """Ask what a dossier has to pay."""
        return self.send("dptracuuthanhtoanhs", {"MaHoSo": code})

    def download(self, uid: str) -> ProvinceAnswer:
        """Fetch a file by its id of 36 characters."""
        return self._call(urllib.request.Request(self._url(f"downloadfile/{uid}")))

    def send(self, name: str, body: object) -> ProvinceAnswer:
        """POST a body to the address of this name: bytes unchanged, anything else as JSON."""
        raw = body if isinstance(body, bytes) else json.dumps(body, ensure_ascii=False).encode()
        headers = {"Content-Type": "application/json"}
        return self._call(urllib.request.Request(self._url(name), raw, headers))

    def _url(self, name: str) -> str:
        if self._adapter is None:
            if name not in PLAIN:
                raise ValueError(f"{name} exists only under the adapter's path: name an adapter")
            return f"{self._address}/{name}"
        return f"{self._address}/{self._adapter}/RestService/forward/{name}"

    def _call(self, request: urllib.request.Request) -> ProvinceAnswer:
        try:
            with self._opener.open(request, timeout=self._timeout) as answer:
                return ProvinceAnswer(answer.status, answer.read())
        except urllib.error.HTTPError as error:
            with error:
                return ProvinceAnswer(error.code, error.read())


def promotion(code: str, procedure: str, **changes: Any) -> dict[str, Any]:
    """The bare object of a promotion dossier that was filed on the portal."""
    body: dict[str, Any] = {
        "MaHoSo": code,
        "MaTTHC": procedure,
        "SoVanBan": "12/TB",
        "NgayNopHoSo": "20260820101112",
        "TenThuongNhan": "Công ty TNHH Mẫu",
        "DiaChiDoanhNghiep": {
            "MaTinh": "99", "MaHuyen": "", "MaXa": "99001", "DiaChiChiTiet": "Số 1 đường Mẫu",
        },
        "DienThoai": "0990000003",
        "Fax": "",
        "Email": "kd@example.vn",
        "MaSoThue": "9900000001",
        "NguoiLienHe": "Phạm Văn Thử",
        "SoDienThoaiNguoiLienHe": "0990000004",
        "TenChuongTrinhKhuyenMai": "Giảm giá Tết",
        "HinhThucKhuyenMai": "Giảm giá",
        "ThoiGianKhuyenMaiTu": "20260901",
        "ThoiGianKhuyenMaiDen": "20260930",
        "HangHoaDichVuKhuyenMai": "Bánh kẹo",
        "SoLuongHangHoaDichVu": "1000",
        "KhachHang": "Mọi khách hàng",
        "CoCauGiaiThuong": "",
        "TongGiaTriHangHoa": "50000000",
        "NoiDungChiTiet": "",
        "TenCacThuongNhanCungThucHien": "",
        "TenTepDonDangKy": "don.pdf",
        "TepDonDangKy": _PDF,
        "TaiLieuNop": [{"TenTepDinhKem": "the-le.pdf", "Base64": _PDF}],
    }  # fmt: skip
    return body | changes


def amendment(
    code: str, *, service: str, updating: object = "True", **changes: Any
) -> dict[str, Any]:
    """An amendment of a dossier by its portal code.

    ``service``: its name is not public. ``updating``: the flag as written, whose JSON type is
    not certain.
    """
    data = {
        "MaHoSoQG": code,
        "ThongTinDaNop": "Địa chỉ: Thôn 1",
        "ThongTinSuaDoi": "Địa chỉ: Thôn 2",
        "LyDoDieuChinh": "Ghi nhầm",
        "TenTepDangKy": "don-sua-doi.pdf",
        "URLTepDangKy": "https://portal.example.vn/files/don-sua-doi.pdf",
    }
    return {"service": service, "isUpdating": updating, "data": data | changes}


def tax_payment(
    code: str, *, updating: object = False, amount: str = "1500000", **changes: Any
) -> dict[str, Any]:
    """The proof that land tax was paid for a dossier of the province."""
    data = {
        "MaHoSo": code,
        "HoTenNguoiNopTien": "Nguyễn Văn Mẫu",
        "SoCMTNguoiNopTien": "099000000001",
        "DiaChiNguoiNopTien": "Thôn 1",
        "TinhNguoiNopTien": "Tỉnh Mẫu",
        "HuyenNguoiNopTien": "",
        "XaNguoiNopTien": "Xã Mẫu",
        "MaSoThue": "",
        "UrlFileChungTu": "https://pay.example.vn/viewbill?token=x",
        "ThongTinThanhToan": {
            "MaThongBaoThue": "TB001",
            "ThoiGianThanhToan": "20260821133015",
            "SoTien": amount,
            "NoiDungThanhToan": "Lệ phí trước bạ",
            "TrangThaiThanhToan": "1",
        },
    }
    return {"service": "NhanChungTuThueDat", "isUpdating": updating, "data": data | changes}


def tax_notice(code: str, *, updating: object = "False", amount: str = "1500000") -> dict[str, Any]:
    """A notice of land tax: XML in base64. The XML's own names are not public."""
    notice = base64.b64encode(_NOTICE.format(code=code, amount=amount).encode()).decode()
    data = {"FileThongBaoThue": notice}
    return {"service": "NhanThongBaoThueDat", "isUpdating": updating, "data": data}
