"""A one-stop and a portal on loopback, which answer as docs/systems describe, with the rows of a
test."""

from __future__ import annotations

import copy
from collections.abc import Callable
from dataclasses import replace
from threading import Lock
from typing import Any

from khop.loopback import Request, Response

Row = dict[str, Any]

TOKEN_PATH = "/token"
SEARCH_PATH = "/pa/dossier/search"
DETAIL_PATH = "/pa/dossier/"
PORTAL_PATH = "/XrdAdapter/RestService/forward/mapi/"


def code(number: int) -> str:
    """The code of a dossier of UBND xã Mẫu 3."""
    return f"H99.18.03-261110-{number:04d}"


def numbered(number: int) -> str:
    """The code of a dossier of UBND xã Mẫu 3, received 10/11/2026."""
    return f"H99.18.03-261110-{number:04d}"


def row(number: int, code: str, **changes: Any) -> Row:
    """A dossier of the one-stop, in process, received 10/11/2026, due 24/11/2026.

    ``number``: makes its native id. ``changes``: replace its keys.
    """
    usual: Row = {
        "id": f"68a53f0c1d2e3f4a{number:08d}",
        "code": code,
        "nationCode": None,
        "dossierStatus": {"id": 2, "name": "Đang xử lý"},
        "applicant": {
            "data": {
                "fullname": "Nguyễn Văn Mẫu",
                "ownerFullname": "Nguyễn Văn Mẫu",
                "identityNumber": "099000000001",
            }
        },
        "procedure": {
            "code": "1.001612",
            "translate": {"languageId": 228, "name": "Thủ tục thử"},
            "sector": {"code": "KH02", "name": "Lĩnh vực thử"},
        },
        "agency": {"code": "H99.18.03", "name": "UBND xã Mẫu 3"},
        "applyMethod": {"id": 1, "name": "Trực tiếp"},
        "appliedDate": "2026-11-10T07:58:10.000+0700",
        "acceptedDate": "2026-11-10T09:00:00.000+0700",
        "appointmentDate": "2026-11-24T17:00:00.000+0700",
        "updatedDate": "2026-11-12T10:11:12.345+0700",
        "undefindedCompleteTime": 0,
        "task": [
            {
                "id": "t1",
                "isCurrent": 1,
                "createdDate": "2026-11-10T09:05:00.000+0700",
                "activitiTask": {"status": "Đang xử lý"},
                "agency": {"name": "UBND xã Mẫu 3"},
                "assignee": {"id": "64f000000000000000000001", "fullname": "Cán bộ Mẫu"},
            }
        ],
    }
    return usual | changes


class OneStop:
    """Serves ``rows``, newest change first and those without a change time last.

    ``details``: the details that differ from the rows, by native id. ``answers``: replaces the
    answer of a path (its beginning); gets the request, and gives None for the usual answer.
    ``headers``: further ones of every answer.
    """

    def __init__(self) -> None:
        self.rows: list[Row] = []
        self.details: dict[str, Any] = {}
        self.answers: dict[str, Callable[[Request], Response | None]] = {}
        self.requests: list[Request] = []
        self.headers: dict[str, str] = {}

    def __call__(self, request: Request) -> Response:
        given = self._answer(request)
        return replace(given, headers={**given.headers, **self.headers})

    def _answer(self, request: Request) -> Response:
        self.requests.append(request)
        for path, answer in self.answers.items():
            if request.path.startswith(path) and (given := answer(request)) is not None:
                return given
        if request.path == TOKEN_PATH:
            return Response.json({"access_token": "t0ken", "expires_in": 600})
        if request.path == SEARCH_PATH:
            return Response.json(self.page(request))
        if request.path.startswith(DETAIL_PATH):
            return self.detail(request.path.removeprefix(DETAIL_PATH).partition("/")[0])
        return Response.text("Not Found", 404)

    def ordered(self) -> list[Row]:
        """The rows in the order of the list."""
        dated = [each for each in self.rows if each.get("updatedDate")]
        dated.sort(key=lambda each: str(each["updatedDate"]), reverse=True)
        return dated + [each for each in self.rows if not each.get("updatedDate")]

    def page(self, request: Request) -> Row:
        """One page of the list, with its totals."""
        number, size = int(request.query.get("page", 0)), int(request.query.get("size", 10))
        rows = self.ordered()
        pages = -(-len(rows) // size)
        shown = rows[number * size : (number + 1) * size]
        return {
            "content": shown,
            "number": number,
            "size": size,
            "numberOfElements": len(shown),
            "totalElements": len(rows),
            "totalPages": pages,
            "last": number + 1 >= pages,
            "first": number == 0,
        }

    def detail(self, native_id: str) -> Response:
        """One dossier in full."""
        found = self.details.get(native_id)
        if found is None:
            found = next((each for each in self.rows if each.get("id") == native_id), None)
        return Response.text("Not Found", 404) if found is None else Response.json(found)


class Portal:
    """The portal in its native dialect. ``dossiers``: its records by code.

    ``created``, ``updated``: what was sent, in order. ``asked``: the codes looked up, in order.
    ``answers``, ``headers``: as those of ``OneStop``, by service.
    """

    def __init__(self) -> None:
        self.dossiers: dict[str, Row] = {}
        self.created: list[Row] = []
        self.updated: list[Row] = []
        self.steps: list[Row] = []
        self.asked: list[str] = []
        self.answers: dict[str, Callable[[Request], Response | None]] = {}
        self.headers: dict[str, str] = {}
        self._lock = Lock()

    def hold(self, code: str, status: int = 4, **changes: Any) -> None:
        """Put a record of a dossier that was received as ``row``."""
        self.dossiers[code] = {
            "MaHoSo": code,
            "MaTrangThai": str(status),
            "NgayNopHoSo": "20261110075810",
            "NgayTiepNhan": "20261110090000",
            "NgayHenTra": "20261124170000",
        } | changes

    def __call__(self, request: Request) -> Response:
        given = self._response(request)
        return replace(given, headers={**given.headers, **self.headers})

    def _response(self, request: Request) -> Response:
        if not request.path.startswith(PORTAL_PATH):
            return Response.text("Not Found", 404)
        body = request.json()
        keys: Row = body if isinstance(body, dict) else {}
        service = str(keys.get("service", ""))
        if request.path.endswith("/login"):
            service = "login"
        answer = self.answers.get(service)
        if answer is not None and (given := answer(request)) is not None:
            return given
        with self._lock:
            return Response.json(self._answer(service, keys))

    def _answer(self, service: str, keys: Row) -> Row:
        if service == "login":
            return {"error_code": 0, "session": "s3ssion", "message": "Success"}
        if service == "TraCuuHoSo":
            code = str(keys.get("mahoso"))
            self.asked.append(code)
            found = self.dossiers.get(code)
            return {"error_code": 0, "message": "", "result": [found] if found else []}
        if service == "DongBoHoSoMC":
            updating = str(keys.get("isUpdating")).lower() == "true"
            for each in keys["data"]:
                (self.updated if updating else self.created).append(each)
                self._store(each)
            return {"error_code": 0, "message": "Đồng bộ thành công"}
        if service == "CapNhatTienDoHoSoMC":
            self.steps += keys["data"]
            return {"error_code": 0, "message": "Cập nhật tiến độ thành công"}
        return {"error_code": -1, "message": "Dịch vụ không tồn tại"}

    def _store(self, record: Row) -> None:
        kept = copy.deepcopy(record)
        kept["MaTrangThai"] = str(kept.pop("TrangThaiHoSo", ""))
        self.dossiers[kept["MaHoSo"]] = kept
