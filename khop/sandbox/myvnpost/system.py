"""The commercial post: login, orders, their history, fees, code lists.

Source: docs/systems/vnpost.md. Parts of answers that it does not describe are as simple as
possible.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.myvnpost import CUSTOMER_CODE, PASSWORD, USERNAME
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.common.records import Defect, json_object
from khop.sandbox.common.sessions import Sessions
from khop.sandbox.common.wso2_gateway import media_type
from khop.sandbox.myvnpost.checks import (
    COMMUNES,
    DISTRICTS,
    NEW_COMMUNES,
    PROVINCES,
    TWO_LEVELS,
    charge_defects,
    order_defects,
)
from khop.sandbox.myvnpost.orders import (
    CANCELLED,
    CREATED,
    DRAFT,
    NEXT,
    Order,
    fee,
    history,
    local_time,
    order_json,
    orders_of,
    webhook_item,
)
from khop.sandbox.myvnpost.webhook import WebhookSigner
from khop.sandbox.world.dossiers import canonical

_PREFIXES = ("/MYVNP_API", "/customer-partner")
_WRITES = frozenset({"CreateOrder", "orderCorrection", "orderCancel"})
_POSTS = _WRITES | {"GetAccessToken", "ServicesCharge"}
_LISTS = frozenset(
    {"getAllProvince", "getAllDistrict", "getAllCommune", "getNewProvinceAll", "getNewCommuneAll"}
)
_OPERATIONS = _POSTS | _LISTS | {"getOrder", "GetStatusHistoryOrder"}


@dataclass(frozen=True, slots=True)
class MyVnpostOptions:
    """How this interface behaves.

    ``token_seconds``, ``token_calls``: a token ends after so many seconds, or so many calls
    (None: no limit). ``refusals``: the HTTP statuses of the answers to an ended token.
    """

    token_seconds: float = 3600.0
    token_calls: int | None = None
    refusals: tuple[int, ...] = (401, 403)


class MyVnpost(Application):
    name = "myvnpost"

    def __init__(self, environment: Environment, options: MyVnpostOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._started = self._clock()
        self._sessions = Sessions(self._clock, options.token_seconds, options.token_calls)

    @cached_property
    def signer(self) -> WebhookSigner:
        """Signs the webhook calls; its key pair is made at the first use."""
        return WebhookSigner()

    @cached_property
    def _orders(self) -> list[Order]:
        """The orders of the world and those of clients. Use it only under the lock."""
        return orders_of(self._world.post)

    def classify(self, request: Request) -> tuple[str, Purpose]:
        name = _operation(request.path)
        if name == "GetAccessToken":
            return name, "login"
        return name, "write" if name in _WRITES else "read"

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        if operation == "other":
            return self._error(404, "Not Found", request)
        if request.method != ("POST" if operation in _POSTS else "GET"):
            return self._error(405, "Method Not Allowed", request)
        with self.lock:
            if operation == "GetAccessToken":
                return self._log_in(request, rng)
            if not self._sessions.use(request.headers.get("token", "")):
                return self._unauthorised(request.path, rng)
            return self._serve(request, operation)

    def expire(self, operation: str, rng: Random) -> Response:
        with self.lock:
            self._sessions.end_all()
        return self._unauthorised(f"/{operation}", rng)

    def advance(self, item: str) -> int:
        """Move an order to its next step. Its status. Raises KeyError."""
        with self.lock:
            order = next((order for order in self._orders if order.item == item), None)
            if order is None:
                raise KeyError(item)
            if order.status in NEXT:
                order.history.append((NEXT[order.status], self._now()))
            return order.status

    def webhook(self, *items: str) -> dict[str, Any]:
        """The signed body of a webhook call for these waybills, sent now. Raises KeyError for an
        unknown waybill, ValueError without a waybill."""
        with self.lock:
            known = {order.item: webhook_item(order) for order in self._orders}
            sent = f"{local_time(self._now()):%d/%m/%Y %H:%M:%S}"
        return self.signer.body([known[item] for item in items], sent)

    def _log_in(self, request: Request, rng: Random) -> Response:
        body = json_object(request) or {}
        given = (body.get("username"), body.get("password"), body.get("customerCode"))
        if given != (USERNAME, PASSWORD, CUSTOMER_CODE):
            return Response.json({"success": False, "token": None})
        token = f"{rng.getrandbits(160):040x}"
        self._sessions.open(token)
        return Response.json({"success": True, "token": token})

    def _unauthorised(self, path: str, rng: Random) -> Response:
        status = rng.choice(self._options.refusals)
        return self._refusal(status, "Token không hợp lệ hoặc đã hết hạn", path)

    def _serve(self, request: Request, operation: str) -> Response:
        if operation in _LISTS:
            return Response.json(_code_list(operation))
        if operation in ("getOrder", "GetStatusHistoryOrder"):
            return self._read(request, operation)
        body = json_object(request)
        if body is None or media_type(request) != "application/json":
            self._violate("wrong_content", detail=request.path)
            return self._error(400, "Bad Request", request)
        match operation:
            case "CreateOrder":
                return self._create(body, request)
            case "orderCorrection":
                return self._correct(body, request)
            case "orderCancel":
                return self._cancel(body)
        return self._charge(body, request)

    def _create(self, body: Mapping[str, Any], request: Request) -> Response:
        if (refused := self._refused(order_defects(body, CUSTOMER_CODE), request)) is not None:
            return refused
        information = dict(body["informationOrder"])
        code = str(information["saleOrderCode"])
        if any(o.sale_code == code and o.status != CANCELLED for o in self._posted()):
            self._violate("doubled_order", canonical(code))
            return self._error(400, "saleOrderCode đã tồn tại", request)
        status = CREATED if str(body["orderCreationStatus"]) == "1" else DRAFT
        number = len(self._orders) + 1
        steps = [(status, self._now())]
        charged = fee(information["weight"])
        order = Order(number, f"CH{number:09d}VN", code, charged, steps, information)
        self._orders.append(order)
        return Response.json(order_json(order))

    def _posted(self) -> list[Order]:
        """The orders of clients."""
        return [order for order in self._orders if order.information]

    def _correct(self, body: Mapping[str, Any], request: Request) -> Response:
        order = self._by_original_id(body)
        if order is None:
            return self._error(400, "Không tìm thấy đơn hàng", request)
        if order.status not in (DRAFT, CREATED):
            return self._error(400, "Đơn hàng đã được lấy", request)
        information = order.information | (body.get("informationOrder") or {})
        whole = {**body, "orderCreationStatus": 1, "informationOrder": information}
        if (refused := self._refused(order_defects(whole, CUSTOMER_CODE), request)) is not None:
            return refused
        order.information, order.fee = information, fee(information["weight"])
        return Response.json(order_json(order))

    def _cancel(self, body: Mapping[str, Any]) -> Response:
        """The answer is a list with HTTP 200; ``type`` is ERROR if nothing was cancelled."""
        order = self._by_original_id(body)
        message, done = "Không tìm thấy đơn hàng", False
        if order is not None:
            done = order.status in (DRAFT, CREATED)
            message = "OK" if done else "Đơn hàng không thể hủy"
            if order.status == CANCELLED:
                code = canonical(order.sale_code)
                self._violate("repeated_cancel", code)
            if done:
                order.history.append((CANCELLED, self._now()))
        answer = {
            "type": "" if done else "ERROR",
            "note": "",
            "message": message,
            "originalId": body.get("OriginalId"),
            "caseId": 0 if order is None else order.number,
        }
        return Response.json([answer])

    def _charge(self, body: Mapping[str, Any], request: Request) -> Response:
        refused = self._refused(charge_defects(body), request)
        return refused or Response.json({"totalFee": fee(body["weight"])})

    def _read(self, request: Request, operation: str) -> Response:
        kind, code = request.query.get("type"), request.query.get("code", "")
        if kind not in ("1", "2") or not code:
            return self._error(400, "type, code", request)
        found = [o for o in self._orders if code == (o.item if kind == "1" else o.sale_code)]
        if operation == "getOrder":
            return Response.json([{"results": [order_json(order) for order in found]}])
        # Some orders have a blank behind the key, as a public client expects.
        histories = [
            {"statusHistory " if order.number % 3 == 0 else "statusHistory": history(order)}
            for order in found
        ]
        return Response.json({"data": histories})

    def _by_original_id(self, body: Mapping[str, Any]) -> Order | None:
        wanted = body.get("OriginalId") or body.get("originalId") or body.get("originalID")
        return next((o for o in self._orders if o.original_id == wanted), None)

    def _refused(self, defects: Sequence[Defect], request: Request) -> Response | None:
        for defect in defects:
            self._violate(defect.kind, detail=defect.where)
        return self._error(400, f"{defects[0].where} không hợp lệ", request) if defects else None

    def _error(self, status: int, message: str, request: Request) -> Response:
        return self._refusal(status, message, request.path)

    def _refusal(self, status: int, message: str, path: str) -> Response:
        body = {
            "status": status,
            "timestamp": f"{local_time(self._now()):%Y-%m-%dT%H:%M:%S}.000+07:00",
            "error": _ERRORS.get(status, "Error"),
            "message": message,
            "description": "",
            "path": path,
        }
        return Response.json(body, status)

    def _now(self) -> int:
        """Milliseconds of UTC: the world's ``now`` plus the time since the start."""
        passed = int((self._clock() - self._started) * 1000)
        return int(self._world.now.timestamp() * 1000) + passed


_ERRORS = {
    400: "Bad Request", 401: "Unauthorized", 403: "Forbidden", 404: "Not Found",
    405: "Method Not Allowed",
}  # fmt: skip


def _operation(path: str) -> str:
    for prefix in _PREFIXES:
        path = path.removeprefix(prefix)
    name = path.removeprefix("/")
    return name if name in _OPERATIONS else "other"


def _code_list(operation: str) -> list[dict[str, str]]:
    match operation:
        case "getAllDistrict":
            return [
                {"provinceCode": province, "districtCode": code, "districtName": name}
                for province, code, name in DISTRICTS
            ]
        case "getAllCommune":
            return [
                {"districtCode": district, "communeCode": code, "communeName": name}
                for district, code, name in COMMUNES
            ]
        case "getNewCommuneAll":
            return [
                {
                    "provinceCode": province,
                    "districtCode": TWO_LEVELS,
                    "communeCode": code,
                    "communeName": name,
                }
                for province, code, name in NEW_COMMUNES
            ]
    return [{"provinceCode": code, "provinceName": name} for code, name in PROVINCES]
