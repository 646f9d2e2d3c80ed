"""The national portal: sessions, and three dialects with one state.

Source: docs/systems/dvcqg.md.
"""

from __future__ import annotations

import base64
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.dvcqg import DSTCODE, PASSWORD, USERNAME
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.common.sessions import Sessions, StormDetector
from khop.sandbox.dvcqg.envelopes import (
    Envelopes,
    NativeEnvelopes,
    QueryEnvelopes,
    WrapperEnvelopes,
    logged_in,
)
from khop.sandbox.dvcqg.routes import Dialect, Route, Writes, route_of
from khop.sandbox.dvcqg.services import DICTIONARIES, WRITES, Services, Step
from khop.sandbox.world.register import MADONVI, PROVINCE

_ENVELOPES: dict[Dialect, type[Envelopes]] = {
    "native": NativeEnvelopes,
    "wrapper": WrapperEnvelopes,
    "query": QueryEnvelopes,
}
_QUERY_WRITES = frozenset({"DongBoHoSoMC", "CapNhatTienDoHoSoMC"})
_UNIT = re.compile(rf"\d{{3}}\.\d{{2}}\.\d{{2}}\.{PROVINCE}")
_FILE = b"%PDF-1.4\n%%EOF\n"


@dataclass(frozen=True, slots=True)
class DvcqgOptions:
    """How this portal behaves.

    ``session_seconds``, ``session_calls``: a session ends after so many seconds, or so many calls
    (None: no limit). ``logins_per_minute``: more logins than this while a session is still open
    are a storm. ``separate_share``: dictionaries are only served at the address for sharing.
    ``providerurl``: the value that calls must have, in the query or a header; None: none is
    needed. ``writes``: the wrapper's names of the writes. ``wrapper_token``: the token that the
    wrapper needs; None: none. ``query_reads``: the query dialect serves reads as well, which no
    known server does.
    """

    session_seconds: float = 600.0
    session_calls: int | None = None
    logins_per_minute: int = 120
    separate_share: bool = False
    providerurl: str | None = None
    writes: Writes = field(default_factory=Writes)
    wrapper_token: str | None = None
    query_reads: bool = False


class Dvcqg(Application):
    name = "dvcqg"

    def __init__(self, environment: Environment, options: DvcqgOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._sessions = Sessions(self._clock, options.session_seconds, options.session_calls)
        self._logins = StormDetector(self._clock, options.logins_per_minute)
        self.services = Services(self._world, self._violations, self.name)

    @property
    def steps(self) -> Mapping[str, list[Step]]:
        """The progress steps by code, in order of arrival."""
        return self.services.steps

    def classify(self, request: Request) -> tuple[str, Purpose]:
        route = self._route(request)
        if route is None:
            return "other", "read"
        if route.endpoint == "login":
            return "login", "login"
        known = route.service in self.services.names or route.service == "getfile"
        service = route.service if known else "other"
        operation = service if route.dialect == "native" else f"{route.dialect}/{service}"
        return operation, "write" if service in WRITES else "read"

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        route = self._route(request)
        if route is None:
            return Response.of(b"Not Found", "text/plain", 404)
        if request.method != route.method:
            return Response.of(b"Method Not Allowed", "text/plain", 405)
        if route.endpoint == "login":
            return self._login(route.keys, rng)
        envelopes = _ENVELOPES[route.dialect](rng)
        with self.lock:
            if route.dialect == "native":
                return self._native(request, route, envelopes)
            return self._bare(request, route, envelopes)

    def expire(self, operation: str, rng: Random) -> Response | None:
        if "/" in operation:
            return None  # these dialects have no sessions
        with self.lock:
            self._sessions.end_all()
        return _expired(NativeEnvelopes(rng))

    def _route(self, request: Request) -> Route | None:
        return route_of(request, self._options.writes)

    def _login(self, body: Mapping[str, Any], rng: Random) -> Response:
        if body.get("username") != USERNAME or body.get("password") != PASSWORD:
            return NativeEnvelopes(rng).failed("Sai tài khoản hoặc mật khẩu")
        session = f"{rng.getrandbits(128):032x}"
        with self.lock:
            if self._sessions.any_open() and self._logins.note():
                self._violate("login_storm")
            self._sessions.open(session)
        return logged_in(session, rng)

    def _native(self, request: Request, route: Route, envelopes: Envelopes) -> Response:
        refusal = self._misrouted(request, envelopes) or self._refusal(route.keys, envelopes)
        if refusal is not None:
            return refusal
        if self._options.separate_share and (route.service in DICTIONARIES) != (
            route.endpoint == "share"
        ):
            self.services.violate("wrong_address", None, route.service)
            return envelopes.refused("Dịch vụ không tồn tại")
        return self.services.serve(route.service, route.keys, envelopes)

    def _misrouted(self, request: Request, envelopes: Envelopes) -> Response | None:
        """The error of an adapter that cannot route the call (docs/systems/dvcqg.md), or None."""
        wanted = {"dstcode": DSTCODE, "providerurl": self._options.providerurl}
        for name, value in wanted.items():
            sent = request.headers.get(name) or request.query.get(name)
            if value is not None and sent != value:
                return envelopes.failed(f"Không xác định được {name}")
        return None

    def _refusal(self, body: Mapping[str, Any], envelopes: Envelopes) -> Response | None:
        """Why the call is refused, or None."""
        if not self._sessions.use(str(body.get("session"))):
            return _expired(envelopes)
        if body.get("madonvi") != MADONVI:
            return envelopes.failed("Mã đơn vị không hợp lệ")
        return None

    def _bare(self, request: Request, route: Route, envelopes: Envelopes) -> Response:
        if not self._has_token(request, route):
            return Response.json(
                {"message": "Authorization has been denied for this request."}, 401
            )
        if not self._exists(route):
            return Response.of(b"Not Found", "text/plain", 404)
        if route.service == "getfile":
            return self._file(route)
        if route.service in WRITES and (refusal := self._malformed(route, envelopes)) is not None:
            return refusal
        return self.services.serve(route.service, route.keys, envelopes)

    def _has_token(self, request: Request, route: Route) -> bool:
        token = self._options.wrapper_token
        if route.dialect != "wrapper" or token is None:
            return True
        return request.headers.get("authorization") == f"Bearer {token}"

    def _exists(self, route: Route) -> bool:
        if route.dialect == "query":
            return route.service in _QUERY_WRITES or self._options.query_reads
        if route.method == "GET":  # writes only exist at the configured addresses
            return route.service in self.services.names - WRITES
        return True

    def _malformed(self, route: Route, envelopes: Envelopes) -> Response | None:
        """The refusal of a body that is no bare array, or of a wrong unit in the query; or None."""
        one_object = route.service == "DongBoTrangThaiHoSo"
        if not isinstance(route.body, dict if one_object else list):
            self.services.violate("not_an_object" if one_object else "not_a_bare_array", None)
            return envelopes.refused("Dữ liệu không hợp lệ")
        unit = str(route.keys.get("MaDinhDanhDV"))
        if route.dialect == "query" and not _UNIT.fullmatch(unit):
            self.services.violate("bad_unit", None, "MaDinhDanhDV")
            return envelopes.refused("Mã định danh đơn vị không hợp lệ")
        return None

    def _file(self, route: Route) -> Response:
        path = route.body.get("DuongDan") if isinstance(route.body, dict) else None
        if not path:
            self.services.violate("missing_field", None, "DuongDan")
            return Response.json({"error_code": "-1", "message": "Thiếu đường dẫn"}, 400)
        return Response.json(base64.b64encode(_FILE).decode())


def _expired(envelopes: Envelopes) -> Response:
    """The answer to an ended session. Its real text is unknown (docs/systems/dvcqg.md)."""
    messages = ("Phiên làm việc đã hết hạn", "Session không hợp lệ", "Chưa đăng nhập")
    return envelopes.failed(envelopes.rng.choice(messages))
