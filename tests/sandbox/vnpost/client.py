"""A plain client of the simulated post, and the orders it sends."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx

from khop.loopback import LoopbackServer
from khop.sandbox.accounts.vnpost import (
    CANCEL_PATH,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    CUSTOMER_CODE,
    ORDER_PATH,
    TOKEN_PATH,
    TRACKING_PATH,
)
from khop.sandbox.common.application import Environment
from khop.sandbox.common.faults import NONE, Faults
from khop.sandbox.common.violations import Violations
from khop.sandbox.vnpost.system import Vnpost, VnpostOptions
from khop.sandbox.world.world import World

ZEROS = "0" * 24
NUMBER = "H99.18.03-260820-9001"


class VnpostClient:
    """A client of one running server, without retries."""

    def __init__(self, app: Vnpost, http: httpx.Client, violations: Violations) -> None:
        self.app = app
        self.http = http
        self.violations = violations

    def kinds(self) -> list[str]:
        return [violation.kind for violation in self.violations]

    def ask_for_token(self, **changes: Any) -> httpx.Response:
        call: dict[str, Any] = {
            "auth": (CONSUMER_KEY, CONSUMER_SECRET),
            "data": {"grant_type": "client_credentials"},
        }
        return self.http.post(TOKEN_PATH, **(call | changes))

    def log_in(self) -> str:
        answer = self.ask_for_token()
        assert answer.status_code == 200
        token: str = answer.json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        return token

    def post(self, **changes: Any) -> tuple[int, str]:
        return status_and_message(self.http.post(ORDER_PATH, json=return_order(**changes)))

    def cancel(self, number: str = NUMBER) -> tuple[int, str]:
        query = {"CustomerCode": CUSTOMER_CODE, "OrderNumber": number}
        return status_and_message(self.http.get(CANCEL_PATH, params=query))

    def page(self, last: str = ZEROS, size: int = 1000) -> Any:
        answer = self.http.get(TRACKING_PATH, params={"pagesize": size, "lastId": last})
        assert answer.status_code == 200
        return answer.json()

    def feed(self, size: int = 50) -> list[dict[str, Any]]:
        """Every document of the feed, read page by page to its end."""
        found: list[dict[str, Any]] = []
        last = ZEROS
        while rows := documents(self.page(last, size)):
            found.extend(rows)
            last = event_id(rows[-1])
        return found


def status_and_message(answer: httpx.Response) -> tuple[int, str]:
    assert answer.status_code == 200
    body = answer.json()
    return int(body["Status"]), body["Message"]


def documents(page: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = page.get("_embedded", {}).get("rh:doc", [])
    assert page["_returned"] == len(rows)
    return rows


def event_id(document: dict[str, Any]) -> str:
    value = document["_id"]
    return str(value["$oid"] if isinstance(value, dict) else value)


def event_time(document: dict[str, Any]) -> int | None:
    value = document["EventTime"]
    return int(value["$numberLong"]) if isinstance(value, dict) else value


def return_order(**changes: Any) -> dict[str, Any]:
    """A valid return order."""
    return {
        "CustomerCode": CUSTOMER_CODE,
        "OrderNumber": NUMBER,
        "CODAmount": 0.0,
        "SenderProvince": 10,
        "SenderDistrict": 1110,
        "SenderAddress": "Bộ phận Một cửa, xã Mẫu",
        "SenderName": "UBND xã Mẫu 3",
        "SenderEmail": None,
        "SenderTel": "02400000001",
        "SenderDesc": None,
        "Description": None,
        "ReceiverName": "Nguyễn Văn Mẫu",
        "ReceiverAddress": "Thôn 1",
        "ReceiverTel": "0990000001",
        "ReceiverProvince": 10,
        "ReceiverDistrict": 0,
        "ReceiverEmail": None,
    } | changes


def collect_order(**changes: Any) -> dict[str, Any]:
    """A valid collect order: papers from the citizen to the office."""
    return {
        "SenderName": "Nguyễn Văn Mẫu",
        "SenderTel": "0990000001",
        "SenderDesc": "Tên dịch vụ: Thu gom hồ sơ tại nhà",
        "ReceiverName": "UBND xã Mẫu 3",
    } | changes


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def running_vnpost(
    world: World,
    options: VnpostOptions | None = None,
    *,
    faults: Faults = NONE,
    clock: Time | None = None,
) -> Iterator[VnpostClient]:
    violations = Violations(world.register)
    app = Vnpost(
        Environment(world, violations, faults, clock or Time(), lambda _: None),
        options or VnpostOptions(),
    )
    with LoopbackServer(app.answer) as server, httpx.Client(base_url=server.url, timeout=5) as http:
        yield VnpostClient(app, http, violations)
