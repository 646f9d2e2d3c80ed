"""The post for its contract tests: the administrative feed and MyVNPost
(docs/systems/vnpost.md)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping, Sequence
from typing import Any

from khop.adapters.myvnpost import adapter as myvnpost
from khop.adapters.ports import Role
from khop.adapters.vnpost import adapter as vnpost
from khop.loopback import Handler
from khop.testing import EvidenceCase, FeedCase, Login, Request, Response, System
from tests.contract.systems.people import CODE, NAME, PERSONAL, PHONE, SECRET, UNKNOWN_CODE

_VARIABLE = "KHOP_CONTRACT_POST"
_FEED = "/apiVNPostNGSP/p1.0/order/tracking"


def event(number: int) -> dict[str, Any]:
    return {
        "_id": {"$oid": f"{number:024x}"},
        "CustomerCode": "DEMOCUST",
        "OrderNumber": CODE,
        "EventTime": 1_795_000_000_000 + number,
        "POSID": "100000",
        "ItemCode": f"RH{number:09d}VN",
        "StatusCode": 4,
        "StatusMessage": "Phát thành công",
        "Notes": f"{NAME} {PHONE} đã nhận",
    }


def feed(events: Sequence[Any]) -> Response:
    page = {"_returned": len(events), "_size": len(events), "_total_pages": 1}
    return Response.json({**page, "_embedded": {"rh:doc": list(events)}} if events else page)


def _ngsp() -> Handler:
    tokens = itertools.count(1)

    def answer(request: Request) -> Response:
        if request.path == "/token":
            token = f"t-{next(tokens)}"
            return Response.json({"access_token": token, "token_type": "Bearer", "expires_in": 300})
        beyond = request.query["lastId"] > f"{2:024x}"
        return feed([] if beyond else [event(1), event(2)])

    return answer


def _ngsp_settings(url: str) -> Mapping[str, object]:
    return {
        "token_url": f"{url}/token",
        "tracking_url": url + _FEED,
        "consumer_key": "khop",
        "consumer_secret": {"env": _VARIABLE},
        "customer_code": "DEMOCUST",
    }


VNPOST = System(
    name="vnpost",
    adapter=vnpost.ADAPTER,
    role=Role.POST,
    settings=_ngsp_settings,
    application=_ngsp,
    cases=(
        FeedCase(
            rows=(event(1), event(2), event(3)),
            bad_rows=(
                f"{NAME} {PHONE}",
                None,
                {**event(2), "_id": None},
                {**event(2), "OrderNumber": ["x"]},
                {**event(2), "ItemCode": {"so": 1}},
            ),
            page=feed,
            is_feed=lambda request: request.path == _FEED,
            requested_position=lambda request: request.query["lastId"],
        ),
    ),
    personal=PERSONAL,
    login=Login(
        is_login=lambda request: request.path == "/token",
        session=lambda request: request.headers.get("authorization", ""),
        ended=lambda request: Response.json(
            {"fault": {"code": 900901, "message": "Invalid Credentials", "description": ""}}, 401
        ),
        refused=lambda request: Response.json({"error": "invalid_client"}, 401),
    ),
    secrets={_VARIABLE: SECRET},
)

_HISTORY = {
    "saleOrderCode": CODE,
    "itemCode": "RH000000001VN",
    "receiverName": NAME,
    "statusHistory": [
        {
            "statusCode": 14,
            "statusName": "Phát thành công",
            "createdDate": "12/11/2026",
            "createHour": "09:30:00",
        }
    ],
}


def _my() -> Handler:
    tokens = itertools.count(1)

    def answer(request: Request) -> Response:
        if request.path.endswith("/GetAccessToken"):
            return Response.json({"success": True, "token": f"t-{next(tokens)}"})
        return Response.json({"data": [_HISTORY] if request.query["code"] == CODE else []})

    return answer


def _my_settings(url: str) -> Mapping[str, object]:
    return {
        "base_url": url,
        "username": "khop",
        "password": {"env": _VARIABLE},
        "customer_code": "DEMOCUST",
    }


MYVNPOST = System(
    name="myvnpost",
    adapter=myvnpost.ADAPTER,
    role=Role.POST,
    settings=_my_settings,
    application=_my,
    cases=(
        EvidenceCase(
            known=CODE,
            unknown=UNKNOWN_CODE,
            unusable=(
                Response.json({"data": [f"{NAME} {PHONE}"]}),
                Response.json({"data": [{**_HISTORY, "saleOrderCode": UNKNOWN_CODE}]}),
                Response.json({"data": [{**_HISTORY, "statusHistory": [NAME]}]}),
            ),
        ),
    ),
    personal=PERSONAL,
    login=Login(
        is_login=lambda request: request.path.endswith("/GetAccessToken"),
        session=lambda request: request.headers.get("token", ""),
        refused=lambda request: Response.json({"success": False, "message": "sai mật khẩu"}),
    ),
    secrets={_VARIABLE: SECRET},
)
