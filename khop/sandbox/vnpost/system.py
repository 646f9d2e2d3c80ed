"""The post's NGSP adapter: token, orders, cancelling, the feed of events, documents, prices.

Source: docs/systems/vnpost.md.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Any, Literal

from khop.loopback import Request, Response
from khop.sandbox.accounts import vnpost as account
from khop.sandbox.common.application import Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.common.records import Defect, json_object
from khop.sandbox.common.wso2_gateway import (
    EXPIRED,
    GatewayApplication,
    Tokens,
    asks_for_token,
    basic,
    bearer,
    gateway_fault,
    media_type,
)
from khop.sandbox.vnpost import wire
from khop.sandbox.vnpost.checks import (
    document_defects,
    order_defects,
    price_defects,
    unencoded,
)
from khop.sandbox.vnpost.orders import Orders
from khop.sandbox.world.dossiers import canonical
from khop.sandbox.world.post_events import Event

Login = Literal["basic", "key", "tttt", "static"]

_PATHS = {
    account.TOKEN_PATH: "token",
    account.ORDER_PATH: "order",
    account.CANCEL_PATH: "cancel",
    account.TRACKING_PATH: "tracking",
    account.DOCUMENT_PATH: "document",
}
#: Service on the bus, where names are configured (docs/systems/vnpost.md) -> operation.
_SERVICES = {
    "orderpost": "order",
    "ordercancel": "cancel",
    "ordertracking": "tracking",
    "documentpost": "document",
    "getprice": "price",
}
_READ_BY_GET = frozenset({"cancel", "tracking"})
_PURPOSES: dict[str, Purpose] = {
    "token": "login", "order": "write", "cancel": "write", "document": "write",
    "tracking": "page",
}  # fmt: skip
_LARGEST_PAGE = 1000
_USUAL_PAGE = "100"
_START = "0" * 24
_EVENT_ID = re.compile(r"[0-9a-f]{24}")
_PAGE_SIZE = re.compile(r"[1-9]\d{0,8}")


@dataclass(frozen=True, slots=True)
class VnpostOptions:
    """How this gateway behaves.

    ``login``: the kind of token. ``token_seconds``, ``token_calls``: a token ends after so many
    seconds, or so many calls (None: no limit). ``tokens_per_minute``: more requests than this
    while the token is still valid are a storm. ``front_names``: the answer with the token has the
    names of a province's front. ``odd``: the part of values in a rarer form. ``notes_restarts``:
    reading the feed from its start again is a violation.
    """

    login: Login = "basic"
    token_seconds: float = 3600.0
    token_calls: int | None = None
    tokens_per_minute: int = 120
    front_names: bool = False
    odd: float = 0.2
    notes_restarts: bool = False


class Vnpost(GatewayApplication):
    name = "vnpost"

    def __init__(self, environment: Environment, options: VnpostOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._tokens = Tokens(
            self._clock, options.token_seconds, options.token_calls, options.tokens_per_minute
        )
        started = self._clock()
        self._orders = Orders(self._world, lambda: int((self._clock() - started) * 1000))
        self._furthest = _START

    def classify(self, request: Request) -> tuple[str, Purpose]:
        operation = _PATHS.get(request.path, "other")
        if request.path == wire.BUS_PATH:
            operation = _SERVICES.get(request.query.get("service", ""), "other")
        return operation, _PURPOSES.get(operation, "read")

    def inspect(self, request: Request) -> None:
        super().inspect(request)
        if unencoded(request):
            self._violate("unencoded_query", None, request.path)

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        if operation == "other":
            return Response.json({"code": "404", "message": "No matching resource found"}, 404)
        if request.method != ("GET" if operation in _READ_BY_GET else "POST"):
            return Response.json({"code": "405", "message": "Method not allowed"}, 405)
        with self.lock:
            if operation == "token":
                return self._token(request, rng)
            return self._refusal(request, rng) or self._serve(request, operation, rng)

    def expire(self, operation: str, rng: Random) -> Response | None:
        if self._options.login == "static":
            return None
        with self.lock:
            self._tokens.expire()
        return gateway_fault(EXPIRED, rng)

    def events(self, order_number: str) -> list[Event]:
        """All events of one order number, in the order of writing."""
        with self.lock:
            return self._orders.feed.of_order(order_number)

    def advance(self, order_number: str) -> int:
        """Move every open order of a client with this number to its next step, up to the delivery.
        How many were moved."""
        with self.lock:
            return self._orders.advance(order_number)

    def _token(self, request: Request, rng: Random) -> Response:
        if self._options.login == "static":
            return Response.json({"code": "404", "message": "No matching resource found"}, 404)
        if not self._has_account(request):
            described = "A valid OAuth client could not be found for client_id"
            refused = {"error": "invalid_client", "error_description": described}
            return Response.json(refused, 401)
        if not self._has_grant(request):
            self._violate("wrong_content", None, request.path)
            return Response.json({"error": "unsupported_grant_type"}, 400)
        token, seconds, storm = self._tokens.issue(rng)
        if storm:
            self._violate("token_storm", None)
        return Response.json(self._token_answer(token, seconds, rng))

    def _has_account(self, request: Request) -> bool:
        if self._options.login == "key":
            return bearer(request) == account.KEY_TOKEN
        return basic(request) == (account.CONSUMER_KEY, account.CONSUMER_SECRET)

    def _has_grant(self, request: Request) -> bool:
        if self._options.login == "tttt":
            return request.body == b""
        return asks_for_token(request)

    def _token_answer(self, token: str, seconds: int, rng: Random) -> dict[str, Any]:
        if self._options.front_names:
            ends = datetime.fromtimestamp(self._orders.now() / 1000 + seconds, UTC)
            return {
                "token": token,
                "refreshToken": f"{rng.getrandbits(64):016x}",
                "expiryDate": f"{ends:%Y-%m-%dT%H:%M:%S}",
            }
        odd = rng.random() < self._options.odd
        answer = {"access_token": token, "token_type": "bearer" if odd else "Bearer"}
        if rng.random() < 0.5:
            answer["scope"] = "am_application_scope default"
        return {**answer, "expires_in": seconds}

    def _refusal(self, request: Request, rng: Random) -> Response | None:
        if self._options.login == "static":
            if request.headers.get("access_token") == account.STATIC_TOKEN:
                return None
            return Response.json({"message": "Unauthorized"}, 401)
        code = self._tokens.refusal(bearer(request))
        if code is not None:
            return gateway_fault(code, rng)
        service = request.headers.get("service-code")
        if self._options.login == "tttt" and service != account.SERVICE_CODE:
            self._violate("no_service_code", None, request.path)
            return Response.json({"message": "service-code"}, 403)
        return None

    def _serve(self, request: Request, operation: str, rng: Random) -> Response:
        match operation:
            case "cancel":
                return self._cancel(request, rng)
            case "tracking":
                return self._tracking(request, rng)
        body = json_object(request)
        if body is None or media_type(request) != "application/json":
            self._violate("wrong_content", None, request.path)
            return self._result(wire.BAD, rng)
        match operation:
            case "order":
                return self._post(body, rng)
            case "document":
                return self._document(body, rng)
        return self._price(body, rng)

    def _post(self, body: Mapping[str, Any], rng: Random) -> Response:
        if (refused := self._refused(order_defects(body), body, rng)) is not None:
            return refused
        verdict = self._orders.post(body)
        if verdict == "repeated":
            self._violate("doubled_order", body["OrderNumber"])
        return self._result(wire.ACCEPTED if verdict == "accepted" else wire.ALREADY, rng)

    def _document(self, body: Mapping[str, Any], rng: Random) -> Response:
        if (refused := self._refused(document_defects(body), body, rng)) is not None:
            return refused
        self._orders.documents[body["OrderNumber"]] = body
        return self._result(wire.ACCEPTED, rng)

    def _refused(
        self, defects: list[Defect], body: Mapping[str, Any], rng: Random
    ) -> Response | None:
        number = body.get("OrderNumber")
        for defect in defects:
            self._violate(defect.kind, number if isinstance(number, str) else None, defect.where)
        bad = [defect.where for defect in defects if defect.refused]
        if bad:
            return self._result(wire.BAD, rng, f"Trường {bad[0]} không hợp lệ")
        if body["CustomerCode"] != account.CUSTOMER_CODE:
            return self._result(wire.BAD, rng, "CustomerCode không hợp lệ")
        return None

    def _cancel(self, request: Request, rng: Random) -> Response:
        number = request.query.get("OrderNumber", "")
        if not number or request.query.get("CustomerCode") != account.CUSTOMER_CODE:
            self._violate("missing_field", number or None, "CustomerCode, OrderNumber")
            return self._result(wire.BAD, rng)
        match self._orders.cancel(number):
            case "repeated":
                self._violate("repeated_cancel", number)
                return self._result(wire.ALREADY, rng, "Đơn hàng đã hủy")
            case "unknown":
                return self._result(wire.UNKNOWN, rng)
            case "closed":
                return self._result(wire.CLOSED, rng)
        return self._result(wire.ACCEPTED, rng)

    def _price(self, body: Mapping[str, Any], rng: Random) -> Response:
        defects = price_defects(body)
        for defect in defects:
            self._violate(defect.kind, None, defect.where)
        if defects:
            return Response.json({"message": "Không tính được cước"})
        same = body["sender"]["provCode"] == body["receiver"]["provCode"]
        return Response.json(wire.price(body["weight"], same, rng, self._options.odd))

    def _tracking(self, request: Request, rng: Random) -> Response:
        position = _position(request)
        if position is None:
            self._violate("bad_position", None, "pagesize, lastId")
            return Response.json({"message": "Bad Request"}, 400)
        last, size = position
        if size > _LARGEST_PAGE:
            self._violate("page_too_big", None, str(size))
            size = _LARGEST_PAGE
        self._note_position(last)
        rows, left = self._orders.feed.after(last, size), self._orders.feed.left(last)
        if rows and rng.random() < self._options.odd:
            rows = wire.doubled(rows, rng)
        return Response.json(wire.page(rows, left, size, rng, self._options.odd))

    def _note_position(self, last: str) -> None:
        if self._options.notes_restarts and last == _START < self._furthest:
            self._violate("feed_from_start", None)
        self._furthest = max(self._furthest, last)

    def page_fault(self, kind: str, request: Request, rng: Random) -> Response | None:
        """A page with rows missing at its end, or the page before."""
        with self.lock:
            position = self._valid_position(request, rng)
            if position is None:
                return None
            last, size = position
            left = self._orders.feed.left(last)
            if kind == "repeated_page":
                rows = self._orders.feed.until(last, size)
                left += len(rows)
            else:
                rows = self._orders.feed.after(last, max(1, min(size, left) * 2 // 3))
        return Response.json(wire.page(rows, left, size, rng, 0.0)) if rows else None

    def row_fault(self, kind: str, request: Request, rng: Random) -> Response | None:
        """A page with a scan of an unknown code, or with a scan twice, the second time without its
        notes."""
        with self.lock:
            position = self._valid_position(request, rng)
            if position is None:
                return None
            last, size = position
            rows, left = self._orders.feed.after(last, size), self._orders.feed.left(last)
        change = wire.with_unknown_code if kind == "unknown_status" else wire.with_older_copy
        changed = change(rows, rng)
        return Response.json(wire.page(changed, left, size, rng, 0.0)) if changed else None

    def _valid_position(self, request: Request, rng: Random) -> tuple[str, int] | None:
        """The last id and the page size of a valid request, or None."""
        position = _position(request)
        if position is None or position[1] > _LARGEST_PAGE or request.method != "GET":
            return None
        return position if self._refusal(request, rng) is None else None

    def before_page(self, rng: Random) -> None:
        with self.lock:
            self._orders.late_scan(rng)

    def _result(self, status: int, rng: Random, message: str | None = None) -> Response:
        return wire.result(status, rng, self._options.odd, message)

    def _violate(self, kind: str, code: str | None = None, detail: str = "") -> None:
        super()._violate(kind, None if code is None else canonical(code), detail)


def _position(request: Request) -> tuple[str, int] | None:
    """The last id and the page size in a request, or None if they are invalid."""
    last = request.query.get("lastId", _START).lower()
    size = request.query.get("pagesize", _USUAL_PAGE)
    if not _EVENT_ID.fullmatch(last) or not _PAGE_SIZE.fullmatch(size):
        return None
    return last, int(size)
