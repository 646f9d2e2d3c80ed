"""The Hanoi post's "CLS": the office tells that a result is ready (docs/systems/vnpost.md)."""

from __future__ import annotations

from collections.abc import Callable

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import http_address
from khop.connectors.http.transport import Transport
from khop.connectors.vnpost.wire import ClsNotice


class ClsClient:
    """Sends notices. Safe for threads. ``password`` is asked at each call and not kept."""

    def __init__(
        self,
        system: str,
        transport: Transport,
        *,
        url: str,
        username: str,
        password: Callable[[], str],
    ) -> None:
        self._transport = transport
        self._url = http_address(system, "cls.url", url)
        self._username, self._password = username, password

    def notify(self, notice: ClsNotice) -> None:
        """Send one notice. What the answer holds is published nowhere: any 2xx that is no web
        page counts as taken. Raises OutcomeUnknown, Refused, other ConnectorErrors."""
        password = self._password()
        account = {"username": self._username, "password": password}
        self._transport.exchange(
            "cls",
            "POST",
            self._url,
            _read,
            basic=(self._username, password),
            json={**account, **notice.message()},
            write=True,
        )


def _read(answer: Answer) -> None:
    if answer.is_markup:
        raise Unusable("a web page in place of an answer")
