"""MyVNPost, the commercial interface, for offices that have only this (docs/systems/vnpost.md)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, Literal, TypeVar, Unpack

from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.checks import http_address, is_header_safe
from khop.connectors.http.outcomes import advised
from khop.connectors.http.sessions import SessionCalls
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.http.values import bare_keys
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

#: The kind of number that ``code`` of a question is.
BY_ITEM, BY_SALE_ORDER = "1", "2"
_LIVE, _DRAFT = 1, 0
_ADVICE = "check username, password and customer_code of this source"


@dataclass(frozen=True, slots=True)
class MyVnpostAccount:
    """The account that calls. ``password`` is asked for at each login and not kept.
    ``contract_code`` is written into orders."""

    username: str
    password: Callable[[], str] = field(repr=False)
    customer_code: str
    contract_code: str = ""


@dataclass(frozen=True, slots=True)
class MyVnpostDeployment:
    """``path_prefix``: ``/customer-partner`` or nothing. ``session_seconds``: how long a token is
    used, as answers do not tell when it expires."""

    base_url: str
    path_prefix: str = "/customer-partner"
    session_seconds: float = 1800


class MyVnpostClient:
    """Sends parcel orders and asks for their state. Safe for threads.

    ``words``: the messages that mean success, or that nothing was found. The token is also renewed
    once when a call is refused with it.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        deployment: MyVnpostDeployment,
        account: MyVnpostAccount,
        words: AnswerWords | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        prefix = deployment.path_prefix.strip("/ ")
        base = http_address(system, "base_url", deployment.base_url)
        self.system = system
        self._transport = transport
        self._account = account
        self._words = words or AnswerWords()
        self._base = f"{base}/{prefix}" if prefix else base
        self._session_seconds = deployment.session_seconds
        self._calls = SessionCalls(transport, self._fetch_token, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._calls.sessions.log_in()

    def create(self, order: ParcelOrder, *, draft: bool = False) -> CreatedOrder:
        """Order the transport of a parcel. After OutcomeUnknown ask ``history`` for its
        saleOrderCode before it is sent again. Raises Refused, OutcomeUnknown, other
        ConnectorErrors."""
        body = self._order_body(order, draft=draft)
        return self._call("CreateOrder", "POST", read_created, json=body, write=True)

    def correct(self, original_id: str, order: ParcelOrder) -> CreatedOrder:
        """Change an order that was not picked up yet. The form of the message is not published:
        khop sends that of ``create`` with the id, spelt as in a cancellation. Raises as
        ``create``."""
        body = {**self._order_body(order, draft=False), "OriginalId": original_id}
        return self._call("orderCorrection", "POST", read_created, json=body, write=True)

    def cancel(self, original_id: str) -> CancelAnswer:
        """Cancel an order that was not picked up yet. The call is never retried.

        Raises Refused, OutcomeUnknown, other ConnectorErrors.
        """

        def read(answer: Answer) -> CancelAnswer:
            return read_cancel(answer, original_id, self.system, self._words)

        body = {"OriginalId": original_id}
        return self._call("orderCancel", "POST", read, json=body, write=True, attempts=1)

    def order(self, item_code: str) -> tuple[Row, ...]:
        """The order of a waybill as the post writes it; empty when the post answered that it has
        none. Raises ConnectorError."""
        query = {"type": BY_ITEM, "code": item_code}
        return self._found("getOrder", read_orders, query)

    def history(self, sale_order_code: str) -> tuple[object, ...]:
        """The history of the orders with this number of ours, as the post writes it; empty when
        the post answered that it has none. Raises ConnectorError."""
        query = {"type": BY_SALE_ORDER, "code": sale_order_code}
        return self._found("GetStatusHistoryOrder", read_history, query)

    def charge(self, question: Row) -> int:
        """The provisional fee in đồng with VAT. ``question``: as in the interface document of the
        account. Raises Refused when the answer has no fee."""

        def read(answer: Answer) -> int:
            return read_fee(answer, self.system)

        return self._call("ServicesCharge", "POST", read, json=question)

    def places(self, which: PlaceList) -> tuple[Row, ...]:
        """One of the post's own lists of places, as the post writes it."""
        return self._call(which, "GET", read_rows)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _found(
        self,
        operation: str,
        read: Callable[[Answer, AnswerWords], tuple[T, ...]],
        query: Mapping[str, str],
    ) -> tuple[T, ...]:
        try:
            return self._call(
                operation, "GET", lambda answer: read(answer, self._words), params=query
            )
        except Refused as refusal:
            if refusal.operation != "login" and says_unknown(refusal, self._words):
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
        url = f"{self._base}/{operation}"
        return self._calls.exchange(operation, method, url, read, _with_token, **judged)

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
            error = _login_error(refusal)
        else:
            return token, self._session_seconds
        raise error


def _with_token(token: str) -> CallOptions:
    return {"headers": {"token": token}}


def _read_token(answer: Answer) -> str:
    fields = bare_keys(json_within(answer.json()))
    inner = bare_keys(json_within(fields.get("data") or fields.get("result")))
    token = fields.get("token") or inner.get("token")
    if not isinstance(token, str) or not is_header_safe(token):
        raise Unusable("a login answer without a usable token")
    return token


def _login_error(refusal: Unauthorised | Refused) -> Unauthorised | Refused:
    # A wrong account is answered 401 or 403, or in the body under 200 or 400. Any other refusal
    # means a wrong address.
    if isinstance(refusal, Refused) and refusal.http_status not in (None, 200, 400):
        return advised(Refused, refusal, "check base_url and path_prefix of this source")
    return advised(Unauthorised, refusal, _ADVICE)
