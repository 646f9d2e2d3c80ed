"""MyVNPost that answers without a network."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import httpx

from khop.connectors.myvnpost import MyVnpostClient

ClientOf = Callable[..., MyVnpostClient]
Entries = list[Any]

HOST = "https://connect-my.example.vn"


class FakeMyVnpost(httpx.BaseTransport):
    """Issues tokens t1, t2, …; answers ``status`` and ``body`` to the tokens it accepts."""

    def __init__(self) -> None:
        self.login: tuple[int, dict[str, object]] = (200, {"success": True})
        self.status = 200
        self.body: object = object()
        self.good: Callable[[int], bool] = lambda number: True
        self.refusal: tuple[int, object] = (401, {})
        self.logins: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.path.endswith("/GetAccessToken"):
            self.logins.append(request)
            status, body = self.login
            token = {"token": f"t{len(self.logins)}"} if status == 200 else {}
            return httpx.Response(status, json={**token, **body})
        self.calls.append(request)
        if not self.good(int(request.headers["token"].removeprefix("t"))):
            return httpx.Response(self.refusal[0], json=self.refusal[1])
        return httpx.Response(self.status, json=self.body)


def refusal(status: object, error: str = "BAD_REQUEST") -> dict[str, object]:
    return {
        "status": status,
        "timestamp": "19/03/2026",
        "error": error,
        "message": "Khách 0990000001 không hợp lệ",
        "description": "",
        "path": "/CreateOrder",
    }
