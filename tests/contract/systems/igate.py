"""The one-stop iGate for its contract tests (docs/systems/igate.md)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from khop.adapters.igate.adapter import ADAPTER
from khop.adapters.ports import Role
from khop.loopback import Handler
from khop.testing import (
    Login,
    PageInfo,
    Request,
    Response,
    SourceCase,
    System,
    WindowCase,
)
from tests.contract.systems.people import EMAIL, NAME, NUMBER, OFFICER, PERSONAL, PHONE, SECRET

_TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"
_BOUNDS = ("accepted", "appointment", "result-returned", "applied")


def row(number: int) -> dict[str, Any]:
    """A list item without a defect."""
    return {
        "id": f"{number:024x}",
        "code": f"H99.12-261110-{number:04d}",
        "dossierStatus": {"id": 2, "name": "Đang xử lý"},
        "applicant": {
            "data": {
                "fullname": NAME,
                "identityNumber": NUMBER,
                "phoneNumber": PHONE,
                "email": EMAIL,
                "birthday": "1980-01-31T17:00:00.000+0000",
            }
        },
        "procedure": {
            "code": "1.001600",
            "translate": {"languageId": 228, "name": "Đăng ký mẫu"},
            "sector": {"code": "G99", "name": "Lĩnh vực mẫu"},
        },
        "agency": {"code": "H99.12", "name": [{"languageId": 228, "name": "Sở Mẫu"}]},
        "applyMethod": {"id": 0, "name": "Trực tuyến"},
        "appliedDate": "2026-11-10T08:00:00.000+0700",
        "acceptedDate": "2026-11-10T09:00:00.000+0700",
        "appointmentDate": "2026-11-25T17:00:00.000+0700",
        "updatedDate": f"2026-11-19T{20 - number:02d}:00:00.000+0700",
        "undefindedCompleteTime": 0,
    }


def detail(number: int) -> dict[str, Any]:
    task = {
        "id": f"{number:024x}",
        "createdDate": "2026-11-10T09:00:00.000+0700",
        "activitiTask": {"status": "Đang xử lý"},
        "assignee": {"id": "1" * 24, "fullname": OFFICER},
    }
    return {**row(number), "task": [task]}


def page(rows: Sequence[Any], info: PageInfo) -> Response:
    """Spring's envelope (docs/systems/igate.md)."""
    return Response.json(
        {
            "content": list(rows),
            "number": info.number,
            "size": info.size,
            "last": info.last,
            "first": info.number == 0,
            "numberOfElements": len(rows),
            "empty": not rows,
            "totalElements": info.total,
            "totalPages": -(-info.total // info.size),
        }
    )


def application() -> Handler:
    tokens = itertools.count(1)
    rows = [row(number) for number in range(1, 6)]

    def answer(request: Request) -> Response:
        if request.path == _TOKEN_PATH:
            token = f"ey.{next(tokens)}"
            return Response.json({"access_token": token, "expires_in": 300, "token_type": "Bearer"})
        if request.path == "/pa/dossier/search":
            return page(rows, PageInfo(0, 5, True, 5))
        return Response.json(detail(1))

    return answer


def settings(url: str) -> Mapping[str, object]:
    return {
        "base_url": url,
        "token_url": url + _TOKEN_PATH,
        "client_id": "svc-khop",
        "client_secret": {"env": "KHOP_CONTRACT_IGATE"},
    }


def _requested_page(request: Request) -> int | None:
    return int(request.query["page"]) if request.path == "/pa/dossier/search" else None


def _bounds(request: Request) -> str:
    return "&".join(
        f"{name}={value}" for name, value in request.query.items() if name.startswith(_BOUNDS)
    )


SOURCE = SourceCase(
    rows=tuple(row(number) for number in range(1, 6)),
    bad_rows=(
        "hồ sơ",
        None,
        [],
        {**row(9), "code": None},
        {key: value for key, value in row(9).items() if key != "id"},
        {**row(9), "code": NAME * 20},
    ),
    page=page,
    requested_page=_requested_page,
    native_id=lambda item: str(item["id"]),
    detail=f"{1:024x}",
)

IGATE = System(
    name="igate",
    adapter=ADAPTER,
    role=Role.ONE_STOP,
    settings=settings,
    application=application,
    cases=(SOURCE, WindowCase(_bounds)),
    personal=PERSONAL,
    login=Login(
        is_login=lambda request: request.path == _TOKEN_PATH,
        session=lambda request: request.headers.get("authorization", ""),
        refused=lambda request: Response.json({"error": "unauthorized_client"}, 401),
        ended=lambda request: Response.json({"error": "invalid_token"}, 401),
    ),
    secrets={"KHOP_CONTRACT_IGATE": SECRET},
)
