"""MyVNPost, the commercial interface, for offices that have only this (docs/systems/vnpost.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal, TypeVar, Unpack

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import http_address, is_header_safe
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.myvnpost.answers import (
    CancelAnswer,
    CreatedOrder,
    judge,
    read_cancel,
    read_created,
    read_fee,
    read_history,
    read_orders,
    read_rows,
    says_unknown,
)
from khop.connectors.myvnpost.wire import ParcelOrder
from khop.errors import Refused, Unauthorised

T = TypeVar("T")
Row = Mapping[str, object]
PlaceList = Literal[
    "getAllProvince", "getAllDistrict", "getAllCommune", "getNewProvinceAll", "getNewCommuneAll"
]

#: What ``code`` of a question is.
BY_ITEM, BY_SALE_ORDER = "1", "2"
_LIVE, _DRAFT = 1, 0
_ADVICE = "check username, password and customer_code of this source"


@dataclass(frozen=True, slots=True)
class MyVnpostAccount:
    """Who calls. ``password`` is asked at each login and not kept. ``contract_code`` is written
    into orders."""

    username: str
    password: Callable[[], str]
    customer_code: str
    contract_code: str = ""


class MyVnpostClient:
    """Sends parcel orders and asks for their state. Safe for threads.

    ``path_prefix``: ``/customer-partner`` or nothing. The token's end is not told: it is used
    ``session_seconds``, and renewed once when a call is turned down.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        account: MyVnpostAccount,
        *,
        base_url: str,
        path_prefix: str = "/customer-partner",
        session_seconds: float = 1800,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        prefix = path_prefix.strip("/ ")
        self.system = system
        self._transport = transport
        self._account = account
        base = http_address(system, "base_url", base_url)
        self._base = f"{base}/{prefix}" if prefix else base
        self._session_seconds = session_seconds
        self._sessions = SessionKeeper(self._fetch_token, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._sessions.log_in()

    def create(self, order: ParcelOrder, *, draft: bool = False) -> CreatedOrder:
        """Order a journey. After OutcomeUnknown ask ``history`` for its saleOrderCode before it
        is sent again. Raises Refused, OutcomeUnknown, other ConnectorErrors."""
        body = self._order_body(order, draft=draft)
        return self._call("CreateOrder", "POST", read_created, json=body, write=True)

    def correct(self, original_id: str, order: ParcelOrder) -> CreatedOrder:
        """Change an order that was not picked up yet. Its body is published nowhere: it is that
        of ``create`` and the id, spelt as in a cancellation. Raises as ``create``."""
        body = {**self._order_body(order, draft=False), "OriginalId": original_id}
        return self._call("orderCorrection", "POST", read_created, json=body, write=True)

    def cancel(self, original_id: str) -> CancelAnswer:
        """Take back an order that was not picked up yet; never repeated of itself.

        Raises Refused, OutcomeUnknown, other ConnectorErrors.
        """

        def read(answer: Answer) -> CancelAnswer:
            return read_cancel(answer, original_id, self.system)

        body = {"OriginalId": original_id}
        return self._call("orderCancel", "POST", read, json=body, write=True, attempts=1)

    def order(self, item_code: str) -> tuple[Row, ...]:
        """The order of a waybill as it is written; empty when it answered that it knows none.
        Raises ConnectorError."""
        query = {"type": BY_ITEM, "code": item_code}
        return self._found("getOrder", read_orders, query)

    def history(self, sale_order_code: str) -> tuple[object, ...]:
        """What happened to the orders under our own number, as it is written; empty when it
        answered that it knows none. Raises ConnectorError."""
        query = {"type": BY_SALE_ORDER, "code": sale_order_code}
        return self._found("GetStatusHistoryOrder", read_history, query)

    def charge(self, question: Row) -> int:
        """The fee in đồng with VAT, provisional. ``question``: as the account's document of the
        interface says. Raises Refused when no fee is named."""

        def read(answer: Answer) -> int:
            return read_fee(answer, self.system)

        return self._call("ServicesCharge", "POST", read, json=question)

    def places(self, which: PlaceList) -> tuple[Row, ...]:
        """One of the post's own lists of places, as it is written."""
        return self._call(which, "GET", read_rows)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def _found(
        self, operation: str, read: Callable[[Answer], tuple[T, ...]], query: Mapping[str, str]
    ) -> tuple[T, ...]:
        try:
            return self._call(operation, "GET", read, params=query)
        except Refused as refusal:
            if refusal.operation != "login" and says_unknown(refusal):
                return ()
            raise

    def _order_body(self, order: ParcelOrder, *, draft: bool) -> dict[str, Any]:
        return {
            "orderCreationStatus": _DRAFT if draft else _LIVE,
            "type": "GUI",
            "customerCode": self._account.customer_code,
            "contractCode": self._account.contract_code,
            "informationOrder": order.message(),
        }

    def _call(
        self,
        operation: str,
        method: str,
        read: Callable[[Answer], T],
        **options: Unpack[CallOptions],
    ) -> T:
        judged: CallOptions = {**options, "judge": judge}

        def send(session: Callable[[], Session]) -> T:
            def carry() -> CallOptions:
                return {"headers": {"token": session().text}}

            return self._transport.exchange(
                operation, method, f"{self._base}/{operation}", read, each_try=carry, **judged
            )

        return self._sessions.use(send, (Unauthorised,))

    def _fetch_token(self) -> tuple[str, float]:
        account = self._account
        body = {
            "username": account.username,
            "password": account.password(),
            "customerCode": account.customer_code,
        }
        url = f"{self._base}/GetAccessToken"
        try:
            token = self._transport.exchange(
                "login", "POST", url, _read_token, json=body, judge=judge
            )
        except (Unauthorised, Refused) as refusal:
            fault = _explained(refusal)
        else:
            return token, self._session_seconds
        raise fault


def _read_token(answer: Answer) -> str:
    body = answer.json()
    token = body.get("token") if isinstance(body, Mapping) else None
    if not isinstance(token, str) or not is_header_safe(token):
        raise Unusable("a login answer without a usable token")
    return token


def _explained(refusal: Unauthorised | Refused) -> Unauthorised | Refused:
    # A wrong account is told by 401 or 403, or in the body under another good status.
    lost = isinstance(refusal, Refused) and refusal.http_status not in (None, 200, 400)
    kind: type[Unauthorised | Refused] = Refused if lost else Unauthorised
    advice = "check base_url and path_prefix of this source" if lost else _ADVICE
    return kind(
        refusal.system,
        "login",
        http_status=refusal.http_status,
        code=refusal.code,
        detail=f"{advice}; it says: {refusal.detail}" if refusal.detail else advice,
    )
