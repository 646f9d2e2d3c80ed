"""The commercial post's interface on the wire: login, orders, their history, fees, code lists.

Source: docs/systems/vnpost.md. What it does not say of an answer is as plain as can be here.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cached_property
from random import Random
from typing import Any

from khop.loopback import Request, Response
from khop.sandbox.accounts.myvnpost import CUSTOMER_CODE, PASSWORD, USERNAME
from khop.sandbox.common.application import Application, Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.common.wso2_gateway import media_type
from khop.sandbox.myvnpost.checks import (
    COMMUNES,
    DISTRICTS,
    NEW_COMMUNES,
    PROVINCES,
    TWO_LEVELS,
    Wrong,
    charge_faults,
    order_faults,
)
from khop.sandbox.myvnpost.orders import (
    CALLED_OFF,
    CREATED,
    DRAFT,
    NEXT,
    Order,
    call_item,
    fee,
    history,
    local_time,
    orders_of,
    written,
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
    (None: no such end). ``refusals``: the HTTP statuses an ended token is answered with.
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
        self._tokens: dict[str, tuple[float, int]] = {}

    @cached_property
    def signer(self) -> WebhookSigner:
        """Signs the calls out; its key pair is made when it is first asked for."""
        return WebhookSigner()

    @cached_property
    def _orders(self) -> list[Order]:
        """The world's own orders and those of clients. Only used under the lock."""
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
            if not self._passes(request):
                return self._unauthorised(request.path, rng)
            return self._serve(request, operation)

    def expire(self, operation: str, rng: Random) -> Response:
        with self.lock:
            self._tokens.clear()
        return self._unauthorised(f"/{operation}", rng)

    # --- for tests and the control plane ---------------------------------------------------

    def advance(self, item: str) -> int:
        """Let an order take its next step; says its status. Raises KeyError."""
        with self.lock:
            order = next((order for order in self._orders if order.item == item), None)
            if order is None:
                raise KeyError(item)
            if order.status in NEXT:
                order.history.append((NEXT[order.status], self._now()))
            return order.status

    def webhook(self, *items: str) -> dict[str, Any]:
        """The signed body the post would call out with for these waybills now. Raises KeyError
        for one that is not known, ValueError for none."""
        with self.lock:
            known = {order.item: call_item(order) for order in self._orders}
            sent = f"{local_time(self._now()):%d/%m/%Y %H:%M:%S}"
        return self.signer.body([known[item] for item in items], sent)

    # --- token -----------------------------------------------------------------------------

    def _log_in(self, request: Request, rng: Random) -> Response:
        body = _json(request) or {}
        given = (body.get("username"), body.get("password"), body.get("customerCode"))
        if given != (USERNAME, PASSWORD, CUSTOMER_CODE):
            return Response.json({"success": False, "token": None})
        token = f"{rng.getrandbits(160):040x}"
        self._tokens[token] = (self._clock() + self._options.token_seconds, 0)
        return Response.json({"success": True, "token": token})

    def _passes(self, request: Request) -> bool:
        token = request.headers.get("token", "")
        ends, calls = self._tokens.get(token, (0.0, 0))
        limit = self._options.token_calls
        if self._clock() >= ends or (limit is not None and calls >= limit):
            self._tokens.pop(token, None)
            return False
        self._tokens[token] = (ends, calls + 1)
        return True

    def _unauthorised(self, path: str, rng: Random) -> Response:
        status = rng.choice(self._options.refusals)
        return self._refusal(status, "Token không hợp lệ hoặc đã hết hạn", path)

    # --- services --------------------------------------------------------------------------

    def _serve(self, request: Request, operation: str) -> Response:
        if operation in _LISTS:
            return Response.json(_code_list(operation))
        if operation in ("getOrder", "GetStatusHistoryOrder"):
            return self._read(request, operation)
        body = _json(request)
        if body is None or media_type(request) != "application/json":
            self._violations.add(self.name, "wrong_content", detail=request.path)
            return self._error(400, "Bad Request", request)
        match operation:
            case "CreateOrder":
                return self._create(body, request)
            case "orderCorrection":
                return self._correct(body, request)
            case "orderCancel":
                return self._call_off(body)
        return self._charge(body, request)

    def _create(self, body: Mapping[str, Any], request: Request) -> Response:
        if (refused := self._refused(order_faults(body, CUSTOMER_CODE), request)) is not None:
            return refused
        information = dict(body["informationOrder"])
        code = str(information["saleOrderCode"])
        if any(o.sale_code == code and o.status != CALLED_OFF for o in self._posted()):
            self._violations.add(self.name, "doubled_order", canonical(code))
            return self._error(400, "saleOrderCode đã tồn tại", request)
        status = CREATED if str(body["orderCreationStatus"]) == "1" else DRAFT
        number = len(self._orders) + 1
        steps = [(status, self._now())]
        charged = fee(information["weight"])
        order = Order(number, f"CH{number:09d}VN", code, charged, steps, information)
        self._orders.append(order)
        return Response.json(written(order))

    def _posted(self) -> list[Order]:
        """The orders a client made, not those the world came with."""
        return [order for order in self._orders if order.information]

    def _correct(self, body: Mapping[str, Any], request: Request) -> Response:
        order = self._by_original_id(body)
        if order is None:
            return self._error(400, "Không tìm thấy đơn hàng", request)
        if order.status not in (DRAFT, CREATED):
            return self._error(400, "Đơn hàng đã được lấy", request)
        information = order.information | (body.get("informationOrder") or {})
        whole = {**body, "orderCreationStatus": 1, "informationOrder": information}
        if (refused := self._refused(order_faults(whole, CUSTOMER_CODE), request)) is not None:
            return refused
        order.information, order.fee = information, fee(information["weight"])
        return Response.json(written(order))

    def _call_off(self, body: Mapping[str, Any]) -> Response:
        """The answer is a list, and says under HTTP 200 whether it was done."""
        order = self._by_original_id(body)
        message, done = "Không tìm thấy đơn hàng", False
        if order is not None:
            done = order.status in (DRAFT, CREATED)
            message = "OK" if done else "Đơn hàng không thể hủy"
            if order.status == CALLED_OFF:
                code = canonical(order.sale_code)
                self._violations.add(self.name, "repeated_cancel", code)
            if done:
                order.history.append((CALLED_OFF, self._now()))
        answer = {
            "type": "" if done else "ERROR",
            "note": "",
            "message": message,
            "originalId": body.get("OriginalId"),
            "caseId": 0 if order is None else order.number,
        }
        return Response.json([answer])

    def _charge(self, body: Mapping[str, Any], request: Request) -> Response:
        refused = self._refused(charge_faults(body), request)
        return refused or Response.json({"totalFee": fee(body["weight"])})

    def _read(self, request: Request, operation: str) -> Response:
        kind, code = request.query.get("type"), request.query.get("code", "")
        if kind not in ("1", "2") or not code:
            return self._error(400, "type, code", request)
        found = [o for o in self._orders if code == (o.item if kind == "1" else o.sale_code)]
        if operation == "getOrder":
            return Response.json([{"results": [written(order) for order in found]}])
        histories = [{"statusHistory": history(order)} for order in found]
        return Response.json({"data": histories})

    def _by_original_id(self, body: Mapping[str, Any]) -> Order | None:
        wanted = body.get("OriginalId") or body.get("originalId") or body.get("originalID")
        return next((o for o in self._orders if o.original_id == wanted), None)

    def _refused(self, faults: Iterable[Wrong], request: Request) -> Response | None:
        wrong = list(faults)
        for kind, where in wrong:
            self._violations.add(self.name, kind, detail=where)
        return self._error(400, f"{wrong[0][1]} không hợp lệ", request) if wrong else None

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
        """Milliseconds of UTC: the world's now and what has passed since the start."""
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


def _json(request: Request) -> dict[str, Any] | None:
    try:
        body = json.loads(request.body)
    except ValueError:
        return None
    return body if isinstance(body, dict) else None
