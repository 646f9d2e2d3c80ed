"""A ministry's iGate for its contract tests (docs/systems/igate.md)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping

from khop.adapters.igate_ministry.adapter import ADAPTER
from khop.adapters.ports import Role
from khop.loopback import Handler
from khop.testing import Login, Request, Response, SinkCase, System
from tests.contract.systems.people import DOSSIER, NAME, PERSONAL, PHONE, SECRET, STEPS

_VARIABLE = "KHOP_CONTRACT_MINISTRY"
_WRITES = ("CreateDossier", "CapNhatTienTrinh", "CapNhatTrangThai")


def _answer(data: object, code: int = 200, message: str = "") -> Response:
    return Response.json({"code": code, "message": message, "data": data})


def application() -> Handler:
    tokens = itertools.count(1)

    def answer(request: Request) -> Response:
        match request.path.rpartition("/")[2]:
            case "GetToken":
                return _answer({"access_token": f"t-{next(tokens)}", "expires_in": 300})
            case "GetNextValue":
                return _answer({"value": "G99.99.99-261110-0001"})
            case "CreateDossier":
                return _answer({"idHoSo": "900001", "maHoSo": "G99.99.99-261110-0001"})
        return _answer(None)

    return answer


def settings(url: str) -> Mapping[str, object]:
    return {"base_url": url, "client_id": "khop", "client_secret": {"env": _VARIABLE}}


MINISTRY = System(
    name="igate_ministry",
    adapter=ADAPTER,
    role=Role.PORTAL,
    settings=settings,
    application=application,
    cases=(
        SinkCase(
            dossier=DOSSIER,
            steps=STEPS,
            is_write=lambda request: request.path.endswith(_WRITES),
            refused=_answer(None, 422, f"Hồ sơ của {NAME} không hợp lệ: {PHONE}"),
            exists=_answer(None, 409, "Hồ sơ đã tồn tại"),
            prepare=lambda adapter: adapter.create(DOSSIER),
        ),
    ),
    personal=PERSONAL,
    login=Login(
        is_login=lambda request: request.path.endswith("/GetToken"),
        session=lambda request: request.headers.get("authorization", ""),
        ended=lambda request: _answer(None, 401, "token hết hạn"),
        refused=lambda request: _answer(None, 401, "sai tài khoản"),
    ),
    secrets={_VARIABLE: SECRET},
)
