"""The public-administration post behind its gateway (docs/systems/vnpost.md): orders and the feed.

Every address is the deployment's own and is given whole, with its query where it has one: a
ministry's bus is called at ``https://bus.example.vn/vnpost?service=getprice``.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import TypeVar, Unpack
from urllib.parse import quote, urlencode

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.vnpost.feed import BEGINNING, LARGEST_PAGE, FeedPage, object_id, read_feed
from khop.connectors.vnpost.prices import read_price
from khop.connectors.vnpost.results import settle
from khop.connectors.vnpost.tokens import Access
from khop.connectors.vnpost.wire import DocumentMessage, Order, PriceQuestion
from khop.errors import ConfigError, RecordError, Unauthorised

T = TypeVar("T")

#: The operations, as the keys ``<operation>_url`` of khop.toml name them.
OPERATIONS = ("order", "cancel", "tracking", "document", "price")
_HEADERS = {"Accept-Charset": "UTF-8"}
# An answer to a GET may come out of a cache, and one of these GETs changes the post's data.
_UNCACHED = {"Cache-Control": "no-cache"}


class NgspClient:
    """Sends orders and reads the feed. Safe for threads.

    ``urls``: operation (one of ``OPERATIONS``) to its address; what has none cannot be called.
    ``access``: how the gateway lets us in. Raises ConfigError for a wrong address.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        access: Access,
        *,
        urls: Mapping[str, str],
        customer_code: str,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self.system = system
        self._transport = transport
        self._access = access
        self._customer_code = customer_code
        self._urls = {name: http_address(system, f"{name}_url", url) for name, url in urls.items()}
        self._sessions = SessionKeeper(lambda: access.open(transport, now), clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._sessions.log_in()

    def post_order(self, order: Order) -> None:
        """Order a journey of papers.

        Raises AlreadyExists when its number is there already, perhaps from an earlier try:
        look into the feed; Refused, OutcomeUnknown, other ConnectorErrors.
        """
        self._write("order", "POST", json=order.message())

    def cancel(self, order_number: str) -> None:
        """Take an order back. The call is a GET that changes the post's data: nothing repeats
        it but a new login after the gateway turned it away.

        Raises AlreadyExists for Status 101, which one integrator saw for an order cancelled
        before; Refused, OutcomeUnknown, other ConnectorErrors.
        """
        query = {"CustomerCode": self._customer_code, "OrderNumber": order_number}
        self._write("cancel", "GET", query, attempts=1)

    def announce(self, document: DocumentMessage) -> None:
        """Tell the post of a dossier. Raises as ``post_order``."""
        self._write("document", "POST", json=document.message())

    def price(self, question: PriceQuestion) -> int:
        """What sending would cost, in đồng. Raises Refused when no price is named."""

        def read(answer: Answer) -> int:
            return read_price(answer, self.system)

        return self._call("price", "POST", read, json=question.message())

    def events(self, after: str | None, size: int) -> FeedPage:
        """At most ``size`` (up to 1000) events that follow the id ``after``; None begins.

        Raises ConnectorError; RecordError when ``after`` is no id of the feed.
        """
        start = BEGINNING if after is None else object_id(after)
        if start is None:
            raise RecordError("after", "is no id of the feed")
        asked = max(1, min(size, LARGEST_PAGE))

        def read(answer: Answer) -> FeedPage:
            return read_feed(answer.json(), start, asked)

        query = {"pagesize": str(asked), "lastId": start}
        return self._call("tracking", "GET", read, query)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def _write(
        self,
        operation: str,
        method: str,
        query: Mapping[str, str] | None = None,
        **options: Unpack[CallOptions],
    ) -> None:
        def read(answer: Answer) -> None:
            settle(answer, self.system, operation)

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

        def send(session: Callable[[], Session]) -> T:
            def carry() -> CallOptions:
                return {"headers": {**fixed, **self._access.headers(operation, session().text)}}

            return self._transport.exchange(operation, method, url, read, each_try=carry, **options)

        return self._sessions.use(send, (Unauthorised,) if self._access.renewable else ())

    def _url(self, operation: str) -> str:
        try:
            return self._urls[operation]
        except KeyError:
            raise ConfigError(
                "write the address of this operation",
                key=f"sources.{self.system}.{operation}_url",
            ) from None


def _with_query(url: str, query: Mapping[str, str]) -> str:
    """The address with further parameters, blanks written %20: not every gateway reads +."""
    if not query:
        return url
    return f"{url}{'&' if '?' in url else '?'}{urlencode(query, safe='', quote_via=quote)}"
