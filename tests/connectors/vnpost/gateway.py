"""A gateway of the post that answers without a network, and the samples' orders."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from typing import Any

import httpx

from khop.connectors.vnpost import NgspClient, Order

ClientOf = Callable[..., NgspClient]


Entries = Callable[[str], list[Any]]


GATEWAY = "https://api.example.vn"


ROOT = f"{GATEWAY}/apiVNPostNGSP/p1.0"


TOKEN = f"{GATEWAY}/token"


URLS = {
    "order": f"{ROOT}/order/post",
    "cancel": f"{ROOT}/order/cancel",
    "tracking": f"{ROOT}/order/tracking",
    "document": f"{ROOT}/document/post",
    "price": "https://lgsp.example.vn/vnpost?service=getprice",
}


class FakePostGateway(httpx.BaseTransport):
    """Issues tokens t1, t2, …, accepts those of ``good``, and answers ``answer``."""

    def __init__(self) -> None:
        self.token: dict[str, object] = {"token_type": "Bearer", "expires_in": 3600}
        self.token_status = 200
        self.answer: Callable[[httpx.Request], httpx.Response] = response(200, {"Status": 100})
        self.good: Callable[[int], bool] = lambda number: True
        self.refusal: Callable[[httpx.Request], httpx.Response] = response(401, {})
        self.logins: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.path == "/token":
            self.logins.append(request)
            body = {"access_token": f"t{len(self.logins)}", **self.token}
            return httpx.Response(
                self.token_status, json=body if self.token_status == 200 else self.token
            )
        self.calls.append(request)
        own = re.fullmatch(r"\w+ t(\d+)", request.headers.get("authorization", ""))
        return (
            self.answer(request) if own is None or self.good(int(own[1])) else self.refusal(request)
        )


def response(
    status: int, body: object = None, text: str | None = None
) -> Callable[..., httpx.Response]:
    content = text.encode() if text is not None else json.dumps(body).encode()
    return lambda request: httpx.Response(status, content=content)


def order(entries: Entries) -> Order:
    return Order.model_validate(entries("order-collect-request")[0]["body"])
