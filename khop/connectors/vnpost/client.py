"""The public-administration post behind its gateway (docs/systems/vnpost.md): orders and the feed.

Each deployment has its own address for each operation. It is given whole, with its query where
it has one: a ministry's bus is called at ``https://bus.example.vn/vnpost?service=getprice``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import TypeVar, Unpack
from urllib.parse import quote, urlencode

from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.sessions import SessionCalls
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.vnpost.feed import BEGINNING, LARGEST_PAGE, FeedPage, object_id, read_feed
from khop.connectors.vnpost.prices import read_price
from khop.connectors.vnpost.results import check_accepted
from khop.connectors.vnpost.tokens import Access
from khop.connectors.vnpost.wire import DocumentMessage, Order, PriceQuestion
from khop.errors import ConfigError, RecordError, Unauthorised

T = TypeVar("T")

#: The operations, as the keys ``<operation>_url`` of khop.toml name them.
OPERATIONS = ("order", "cancel", "tracking", "document", "price")
_HEADERS = {"Accept-Charset": "UTF-8"}
# A cache must not answer: one of these GETs changes the post's data.
_UNCACHED = {"Cache-Control": "no-cache"}


@dataclass(frozen=True, slots=True)
class NgspDeployment:
    """``urls``: operation (one of ``OPERATIONS``) to its address; an operation without an address
    cannot be called. ``customer_code``: the agency's customer number at VNPost."""

    urls: Mapping[str, str]
    customer_code: str


class NgspClient:
    """Sends orders and reads the feed. Safe for threads.

    ``words``: the messages that mean success, or that nothing was found. ``access``: how the
    gateway authenticates callers. ``transport`` may be used for other calls
    to the post. Raises ConfigError for an address that
    cannot be used.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        access: Access,
        deployment: NgspDeployment,
        words: AnswerWords | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.system = system
        self.transport = transport
        self._access = access
        self._words = words or AnswerWords()
        self._customer_code = deployment.customer_code
        self._urls = {
            name: http_address(system, f"{name}_url", url) for name, url in deployment.urls.items()
        }
        self._calls = SessionCalls(
            transport,
            lambda: access.open(transport, now),
            clock=clock,
            renew_on=(Unauthorised,) if access.renewable else (),
        )

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._calls.sessions.log_in()

    def post_order(self, order: Order) -> None:
        """Order the transport of papers.

        Raises AlreadyExists when the post has this order number, perhaps from an earlier try:
        look into the feed; Refused, OutcomeUnknown, other ConnectorErrors.
        """
        self._write("order", "POST", json=order.message())

    def cancel(self, order_number: str) -> None:
        """Cancel an order. The call is a GET that changes the post's data, so it is sent again
        only with a new session, after the gateway refused the old one.

        Raises AlreadyExists for Status 101, which one integrator saw for an order that was
        already cancelled; Refused, OutcomeUnknown, other ConnectorErrors.
        """
        query = {"CustomerCode": self._customer_code, "OrderNumber": order_number}
        self._write("cancel", "GET", query, attempts=1)

    def announce(self, document: DocumentMessage) -> None:
        """Announce a dossier to the post. Raises as ``post_order``."""
        self._write("document", "POST", json=document.message())

    def price(self, question: PriceQuestion) -> int:
        """The price of a consignment, in đồng. Raises Refused when the answer has no price."""

        def read(answer: Answer) -> int:
            return read_price(answer, self.system)

        return self._call("price", "POST", read, json=question.message())

    def events(self, after: str | None, size: int) -> FeedPage:
        """At most ``size`` (up to 1000) events that follow the id ``after``, from the beginning
        of the feed for None.

        Raises ConnectorError; RecordError when ``after`` is no id of the feed.
        """
        start = BEGINNING if after is None else object_id(after)
        if start is None:
            raise RecordError("after", "is no id of the feed")
        asked = max(1, min(size, LARGEST_PAGE))

        def read(answer: Answer) -> FeedPage:
            return read_feed(answer.json(), start, asked, self._words)

        query = {"pagesize": str(asked), "lastId": start}
        return self._call("tracking", "GET", read, query)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self.transport.server_date

    def close(self) -> None:
        """Close the connections."""
        self.transport.close()

    def _write(
        self,
        operation: str,
        method: str,
        query: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> None:
        def read(answer: Answer) -> None:
            check_accepted(answer, self.system, operation, self._words)

        writing: CallOptions = {**options, "write": True}
        self._call(operation, method, read, query, **writing)

    def _call(
        self,
        operation: str,
        method: str,
        read: Callable[[Answer], T],
        query: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> T:
        url = _with_query(self._url(operation), query or {})
        fixed = {**_HEADERS, **(_UNCACHED if method == "GET" else {})}

        def carry(shown: str) -> CallOptions:
            return {"headers": {**fixed, **self._access.headers(operation, shown)}}

        return self._calls.exchange(operation, method, url, read, carry, **options)

    def _url(self, operation: str) -> str:
        try:
            return self._urls[operation]
        except KeyError:
            raise ConfigError(
                "write the address of this operation",
                key=f"sources.{self.system}.{operation}_url",
            ) from None


def _with_query(url: str, query: Mapping[str, str]) -> str:
    """The address with further parameters. Blanks are written %20: some gateways do not read +."""
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query, safe='', quote_via=quote)}"
