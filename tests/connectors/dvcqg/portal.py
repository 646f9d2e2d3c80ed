"""A portal of the native dialect that answers without a network."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable

import httpx

from khop.connectors.dvcqg import DvcqgClient

ClientOf = Callable[..., DvcqgClient]


CODE = "H99.12-250114-0007"


RECORD = {"MaHoSo": CODE, "TrangThaiHoSo": "4"}


STEPS = [{"MaHoSo": CODE, "TrangThai": "2"}, {"MaHoSo": CODE, "TrangThai": "4"}]


DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"


LOGIN = "/XrdAdapter/RestService/forward/mapi/login"


DATA = "/XrdAdapter/RestService/forward/mapi/g"


class NativePortal(httpx.BaseTransport):
    """Issues sessions s1, s2, …; ``expired`` holds those it no longer accepts."""

    def __init__(self) -> None:
        self.login_answer: httpx.Response | None = None
        self.answer: Callable[[dict[str, object]], object] = lambda body: {"error_code": 0}
        self.expired: set[str] = set()
        self.logins: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []
        self._lock = threading.Lock()

    @property
    def bodies(self) -> list[dict[str, object]]:
        return [json.loads(call.content) for call in self.calls]

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        body = json.loads(request.read())
        if request.url.path.endswith("login"):
            with self._lock:
                self.logins.append(request)
                session = {"error_code": "00", "session": f"s{len(self.logins)}"}
            return self.login_answer or httpx.Response(200, json=session)
        with self._lock:
            self.calls.append(request)
        if body["session"] in self.expired:
            return httpx.Response(200, json={"error_code": "-9", "message": "Phiên hết hạn"})
        given = self.answer(body)
        if isinstance(given, Exception):
            raise given
        return given if isinstance(given, httpx.Response) else httpx.Response(200, json=given)
