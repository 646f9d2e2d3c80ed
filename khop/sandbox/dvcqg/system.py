"""The national portal on the wire: sessions, and one state behind three dialects.

Source: docs/systems/dvcqg.md.
"""

from __future__ import annotations

import base64
import re
from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.dvcqg import DSTCODE, PASSWORD, USERNAME
from khop.sandbox.common.application import JSON_TYPE, Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.dvcqg.desk import DICTIONARIES, WRITES, Desk, Step
from khop.sandbox.dvcqg.envelopes import (
    Envelopes,
    NativeEnvelopes,
    QueryEnvelopes,
    Reply,
    WrapperEnvelopes,
    logged_in,
    text,
)
from khop.sandbox.dvcqg.routes import Dialect, Route, Writes, route_of
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

    ``session_seconds``, ``session_calls``: a session ends on the server after so many seconds,
    or so many calls (None: no such end). ``logins_per_minute``: more logins than this while
    the session before was still good are a storm. ``separate_share``: dictionaries are
    answered at the address for sharing alone. ``providerurl``: what data calls must name, in
    the query or a header. ``writes``: the wrapper's three addresses for writing.
    ``wrapper_token``: the Bearer the wrapper wants. ``query_reads``: the query dialect answers
    reads as well; none was ever seen to.
    """

    session_seconds: float = 600.0
    session_calls: int | None = None
    logins_per_minute: int = 120
    separate_share: bool = False
    providerurl: str | None = None
    writes: Writes = field(default_factory=Writes)
    wrapper_token: str | None = None
    query_reads: bool = False


@dataclass(slots=True)
class _Session:
    ends: float
    calls: int = 0


class Dvcqg(Application):
    name = "dvcqg"

    def __init__(self, environment: Environment, options: DvcqgOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._sessions: dict[str, _Session] = {}
        self._needless: deque[float] = deque()
        self.desk = Desk(self._world, self._violations, self.name)

    @property
    def steps(self) -> Mapping[str, list[Step]]:
        """The progress steps by code, in the order they came."""
        return self.desk.steps

    def classify(self, request: Request) -> tuple[str, Purpose]:
        route = self._route(request)
        if route is None:
            return "other", "read"
        if route.door == "login":
            return "login", "login"
        known = route.service in self.desk.names or route.service == "getfile"
        service = route.service if known else "other"
        operation = service if route.dialect == "native" else f"{route.dialect}/{service}"
        return operation, "write" if service in WRITES else "read"

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        route = self._route(request)
        if route is None:
            return Response.of(b"Not Found", "text/plain", 404)
        if request.method != route.method:
            return Response.of(b"Method Not Allowed", "text/plain", 405)
        if route.door == "login":
            return _answer(self._login(route.keys, rng))
        envelopes = _ENVELOPES[route.dialect](rng)
        with self.lock:
            if route.dialect == "native":
                return _answer(self._native(request, route, envelopes))
            return self._bare(request, route, envelopes)

    def expire(self, operation: str, rng: Random) -> Response | None:
        if "/" in operation:
            return None  # the dialects without an envelope know no sessions
        with self.lock:
            self._sessions.clear()
        return _answer(_expired(NativeEnvelopes(rng)))

    def _route(self, request: Request) -> Route | None:
        return route_of(request, self._options.writes)

    # --- native ----------------------------------------------------------------------------

    def _login(self, body: Mapping[str, Any], rng: Random) -> Reply:
        if body.get("username") != USERNAME or body.get("password") != PASSWORD:
            return NativeEnvelopes(rng).failed("Sai tài khoản hoặc mật khẩu")
        session = f"{rng.getrandbits(128):032x}"
        with self.lock:
            self._note_login()
            self._sessions[session] = _Session(self._clock() + self._options.session_seconds)
        return logged_in(session, rng)

    def _note_login(self) -> None:
        now = self._clock()
        if not any(not self._ended(session) for session in self._sessions.values()):
            return
        self._needless.append(now)
        while self._needless and self._needless[0] <= now - 60:
            self._needless.popleft()
        if len(self._needless) > self._options.logins_per_minute:
            self._needless.clear()
            self.desk.violate("login_storm", None)

    def _native(self, request: Request, route: Route, envelopes: Envelopes) -> Reply:
        refusal = self._misrouted(request, envelopes) or self._refusal(route.keys, envelopes)
        if refusal is not None:
            return refusal
        if self._options.separate_share and (route.service in DICTIONARIES) != (
            route.door == "share"
        ):
            self.desk.violate("wrong_address", None, route.service)
            return envelopes.refused("Dịch vụ không tồn tại")
        return self.desk.serve(route.service, route.keys, envelopes)

    def _misrouted(self, request: Request, envelopes: Envelopes) -> Reply | None:
        """The adapter does not know where to send the call (docs/systems/dvcqg.md)."""
        wanted = {"dstcode": DSTCODE, "providerurl": self._options.providerurl}
        for name, value in wanted.items():
            sent = request.headers.get(name) or request.query.get(name)
            if value is not None and sent != value:
                return envelopes.failed(f"Không xác định được {name}")
        return None

    def _refusal(self, body: Mapping[str, Any], envelopes: Envelopes) -> Reply | None:
        """Why the call is not served at all, or None."""
        session = self._sessions.get(str(body.get("session")))
        if session is None or self._ended(session):
            return _expired(envelopes)
        session.calls += 1
        if body.get("madonvi") != MADONVI:
            return envelopes.failed("Mã đơn vị không hợp lệ")
        return None

    def _ended(self, session: _Session) -> bool:
        limit = self._options.session_calls
        return self._clock() >= session.ends or (limit is not None and session.calls >= limit)

    # --- wrapper and query -----------------------------------------------------------------

    def _bare(self, request: Request, route: Route, envelopes: Envelopes) -> Response:
        if not self._may_enter(request, route):
            return Response.json(
                {"message": "Authorization has been denied for this request."}, 401
            )
        if not self._is_there(route):
            return Response.of(b"Not Found", "text/plain", 404)
        if route.service == "getfile":
            return self._file(route)
        if route.service in WRITES and (refusal := self._malformed(route, envelopes)) is not None:
            return _answer(refusal)
        return _answer(self.desk.serve(route.service, route.keys, envelopes))

    def _may_enter(self, request: Request, route: Route) -> bool:
        token = self._options.wrapper_token
        if route.dialect != "wrapper" or token is None:
            return True
        return request.headers.get("authorization") == f"Bearer {token}"

    def _is_there(self, route: Route) -> bool:
        if route.dialect == "query":
            return route.service in _QUERY_WRITES or self._options.query_reads
        if route.method == "GET":  # writes are found at the configured addresses alone
            return route.service in self.desk.names - WRITES
        return True

    def _malformed(self, route: Route, envelopes: Envelopes) -> Reply | None:
        """What only these dialects ask for: a bare array, and in the query one's own unit."""
        one_object = route.service == "DongBoTrangThaiHoSo"
        if not isinstance(route.body, dict if one_object else list):
            self.desk.violate("not_an_object" if one_object else "not_a_bare_array", None)
            return envelopes.refused("Dữ liệu không hợp lệ")
        unit = str(route.keys.get("MaDinhDanhDV"))
        if route.dialect == "query" and not _UNIT.fullmatch(unit):
            self.desk.violate("bad_unit", None, "MaDinhDanhDV")
            return envelopes.refused("Mã định danh đơn vị không hợp lệ")
        return None

    def _file(self, route: Route) -> Response:
        path = route.body.get("DuongDan") if isinstance(route.body, dict) else None
        if not path:
            self.desk.violate("missing_field", None, "DuongDan")
            return Response.json({"error_code": "-1", "message": "Thiếu đường dẫn"}, 400)
        return Response.of(text(base64.b64encode(_FILE).decode()).encode(), JSON_TYPE)


def _expired(envelopes: Envelopes) -> Reply:
    """The code of an ended session is not known (docs/systems/dvcqg.md), so it varies."""
    messages = ("Phiên làm việc đã hết hạn", "Session không hợp lệ", "Chưa đăng nhập")
    return envelopes.failed(envelopes.rng.choice(messages))


def _answer(reply: Reply) -> Response:
    return Response.of(reply.body, reply.content_type)
