"""The national portal for its contract tests: its own dialect, and the two dialects of wrappers in
front of it (docs/systems/dvcqg.md)."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Mapping
from dataclasses import replace
from typing import Any

from khop.adapters.dvcqg.adapter import ADAPTER
from khop.adapters.ports import Role
from khop.loopback import Handler
from khop.testing import CatalogueCase, Login, LookupCase, Request, Response, SinkCase, System
from tests.contract.systems.people import (
    CODE,
    DOSSIER,
    NAME,
    PERSONAL,
    PHONE,
    SECRET,
    STEPS,
    UNKNOWN_CODE,
)

_LOGIN, _TOKEN = "/XrdAdapter/RestService/forward/mapi/login", "/oauth2/token"
_VARIABLE = "KHOP_CONTRACT_DVCQG"
_WRITES = ("DongBoHoSoMC", "CapNhatTienDoHoSoMC")
_FOUND = {
    "MaHoSo": CODE,
    "MaTTHC": "1.001600",
    "MaTrangThai": "4",
    "TrangThaiHoSo": "Đang xử lý",
    "DonViXuLy": "Sở Mẫu",
    "NgayTiepNhan": "20261110090000",
    "NgayHenTra": "20261125170000",
    "ChuHoSo": NAME,
}
_PROCEDURE = {
    "MATTHC": "1.001600",
    "TENTTHC": "Đăng ký mẫu",
    "LINHVUCTHUCHIEN": [{"MALINHVUC": "G99", "TENLINHVUC": "Lĩnh vực mẫu"}],
}
_LISTS = {
    "LayDanhSachTTHC": [{"MATTHC": "1.001600", "TENTTHC": "Đăng ký mẫu"}],
    "LayDanhMucCoQuan": [{"ID": 1, "MADONVI": "H99.12", "TENDONVI": "Sở Mẫu"}],
    "LayDanhMucLinhVuc": [{"ID": 1, "MALINHVUC": "G99", "TENLINHVUC": "Lĩnh vực mẫu"}],
}


def _found(result: Any) -> Response:
    return Response.json({"error_code": "0", "message": "", "result": result})


def _failed(message: str, code: str = "-1") -> Response:
    return Response.json({"error_code": code, "message": message, "result": None})


def _service(request: Request) -> str:
    """The service that a request names, in the envelope or at the end of the address."""
    body = request.json()
    in_envelope = body.get("service") if isinstance(body, dict) else None
    return str(in_envelope or request.path.rpartition("/")[2])


def _key(request: Request, name: str) -> str:
    body = request.json()
    return str((body if isinstance(body, dict) else request.query).get(name))


def application() -> Handler:
    logins = itertools.count(1)

    def answer(request: Request) -> Response:
        if request.path == _LOGIN:
            session = f"s-{next(logins)}"
            return Response.json({"error_code": "0", "message": "", "session": session})
        if request.path == _TOKEN:
            return Response.json({"access_token": f"t-{next(logins)}", "expires_in": 300})
        return _answered(request)

    return answer


def _answered(request: Request) -> Response:
    match _service(request):
        case "TraCuuHoSo":
            return _found([_FOUND] if _key(request, "mahoso") == CODE else [])
        case "LayThuTuc":
            return _found([_PROCEDURE] if _key(request, "maTTHC") == "1.001600" else [])
        case "DongBoHoSoMC":
            return _found([])
        case "CapNhatTienDoHoSoMC":
            return Response.text("Cập nhật tiến độ thành công")
        case service if service in _LISTS:
            return _found(_LISTS[service])
    return _failed("service không hợp lệ")


CASES = (
    LookupCase(
        known=CODE,
        unknown=UNKNOWN_CODE,
        unanswered=(
            _failed("Phiên làm việc hết hạn"),
            _failed("Hết phiên làm việc", "0"),
            Response.json({"message": "ok"}),
            Response.json({"error_code": None, "result": []}),
        ),
        unusable=(
            _found([{**_FOUND, "MaHoSo": UNKNOWN_CODE}]),
            _found(["hồ sơ"]),
            _found([{"ChuHoSo": NAME}]),
        ),
    ),
    SinkCase(
        dossier=DOSSIER,
        steps=STEPS,
        is_write=lambda request: _service(request) in _WRITES,
        refused=_failed(f"Hồ sơ của {NAME} không hợp lệ: {PHONE}"),
        exists=_failed("Hồ sơ đã tồn tại"),
    ),
    CatalogueCase(procedure="1.001600", unknown="1.009999"),
)


def _native(url: str) -> Mapping[str, object]:
    return {
        "base_url": url,
        "username": "h99_onegate",
        "password": {"env": _VARIABLE},
        "madonvi": "000.00.00.H99",
        "dstcode": "VN:GOV:000.00.00.G22:vpcpdvcprovider",
    }


def _bare(dialect: str, **more: object) -> Callable[[str], Mapping[str, object]]:
    return lambda url: {
        "dialect": dialect,
        "base_url": url,
        "token_url": url + _TOKEN,
        "client_id": "h99",
        "client_secret": {"env": _VARIABLE},
        **more,
    }


DVCQG = System(
    name="dvcqg",
    adapter=ADAPTER,
    role=Role.PORTAL,
    settings=_native,
    application=application,
    cases=CASES,
    personal=PERSONAL,
    login=Login(
        is_login=lambda request: request.path == _LOGIN,
        session=lambda request: _key(request, "session"),
        ended=lambda request: _failed("Session không hợp lệ"),
        refused=lambda request: _failed("Sai tên đăng nhập hoặc mật khẩu"),
    ),
    secrets={_VARIABLE: SECRET},
)

_BEARER = Login(
    is_login=lambda request: request.path == _TOKEN,
    session=lambda request: request.headers.get("authorization", ""),
)
WRAPPER = replace(
    DVCQG,
    name="dvcqg-wrapper",
    settings=_bare("wrapper", endpoints={"look_up": "TraCuuHoSo"}),
    login=_BEARER,
    variant=True,
)
#: Only the services with an address of their own can be read.
QUERY = replace(
    WRAPPER,
    name="dvcqg-query",
    settings=_bare(
        "query",
        madonvi="000.00.00.H99",
        endpoints={name: name for name in ("LayThuTuc", *_LISTS)} | {"look_up": "TraCuuHoSo"},
    ),
)
