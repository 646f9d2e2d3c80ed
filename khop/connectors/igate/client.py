"""The one-stop system VNPT iGate: its token, its dossier list, one dossier. Reads only."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TypeVar

from khop.connectors.answers import Answer, Unusable
from khop.connectors.checks import http_address, is_header_safe, path_segment
from khop.connectors.igate.page import SearchPage, read_page
from khop.connectors.sessions import Session, SessionKeeper
from khop.connectors.transport import CallOptions, Transport
from khop.faults import ConfigError, Refused, Unauthorised

T = TypeVar("T")

#: What a token is taken to hold, in seconds, where the answer does not say
#: (specs/igate.md 1.1: clients assume 300 s, staff systems give 24 h).
ASSUMED_LIFE = 300.0

_LONGEST_LIFE = 30 * 86_400.0
_LONGEST_MARGIN = 30.0
_ADVICE = "check client_id and client_secret of this source, and that the account is enabled"


class IgateClient:
    """Reads dossiers through the gateway (specs/igate.md 1 and 2). Safe for threads.

    ``client_secret`` is asked at each login and not kept. ``query`` is added to each search,
    for deployments that want more (``ancestor-agency-id``). ``detail_path`` holds ``{id}``.
    The token is renewed before it runs out, and once when a call is turned down.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        *,
        base_url: str,
        token_url: str,
        client_id: str,
        client_secret: Callable[[], str],
        page_size: int = 500,
        spec: str = "page",
        sort: str = "updatedDate,desc",
        search_path: str = "/pa/dossier/search",
        detail_path: str = "/pa/dossier/{id}/--online",
        query: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if "{id}" not in detail_path:
            raise ConfigError("write {id} where the id goes", key=f"sources.{system}.detail_path")
        base = http_address(system, "base_url", base_url)
        self.system = system
        self._transport = transport
        self._token_url = http_address(system, "token_url", token_url)
        self._search_url = _joined(base, search_path)
        self._detail_url = _joined(base, detail_path)
        self._client_id, self._client_secret = client_id, client_secret
        order = {"sort": sort} if sort else {}
        self._query = {**(query or {}), "size": str(page_size), "spec": spec, **order}
        self._sessions = SessionKeeper(self._fetch_token, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._sessions.log_in()

    def search(self, page: int) -> SearchPage:
        """The zero-based page ``page`` of the dossier list. Raises ConnectorError."""

        def read(answer: Answer) -> SearchPage:
            return read_page(answer.json(), page)

        return self._get("search", self._search_url, read, {**self._query, "page": str(page)})

    def dossier(self, native_id: str) -> Mapping[str, object]:
        """One dossier in full, as the gateway writes it.

        Raises ConnectorError (Refused with HTTP status 404 when there is none); RecordError
        when the id could not stand in an address.
        """
        url = self._detail_url.replace("{id}", path_segment("id", native_id))
        return self._get("dossier", url, _read_dossier, None)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def _get(
        self,
        operation: str,
        url: str,
        read: Callable[[Answer], T],
        params: Mapping[str, str] | None,
    ) -> T:
        def send(session: Callable[[], Session]) -> T:
            def bearer() -> CallOptions:
                return {"headers": {"Authorization": f"Bearer {session().text}"}}

            return self._transport.exchange(
                operation, "GET", url, read, each_try=bearer, params=params
            )

        return self._sessions.use(send, (Unauthorised,))

    def _fetch_token(self) -> tuple[str, float]:
        try:
            return self._transport.exchange(
                "login",
                "POST",
                self._token_url,
                _read_token,
                form={"grant_type": "client_credentials"},
                basic=(self._client_id, self._client_secret()),
            )
        except (Unauthorised, Refused) as refusal:
            fault = self._explained(refusal)
        raise fault

    def _explained(self, refusal: Unauthorised | Refused) -> Unauthorised | Refused:
        # Keycloak answers a wrong secret with 401, and in older versions with 400.
        account = isinstance(refusal, Unauthorised) or refusal.http_status == 400
        kind: type[Unauthorised | Refused] = Unauthorised if account else Refused
        advice = _ADVICE if account else "check token_url of this source"
        return kind(
            self.system,
            "login",
            http_status=refusal.http_status,
            code=refusal.code,
            detail=f"{advice}; {refusal.detail}" if refusal.detail else advice,
        )


def _joined(base: str, path: str) -> str:
    return f"{base}/{path.lstrip('/')}"


def _read_dossier(answer: Answer) -> Mapping[str, object]:
    body = answer.json()
    if not isinstance(body, dict) or not ("id" in body or "code" in body):
        raise Unusable("a detail answer that is no dossier")
    return body


def _read_token(answer: Answer) -> tuple[str, float]:
    body = answer.json()
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(token, str) or not is_header_safe(token):
        raise Unusable("a token answer without a usable access_token")
    life = _life(body.get("expires_in"))
    return token, life - min(_LONGEST_MARGIN, life / 10)


def _life(value: object) -> float:
    """Seconds a token holds, from ``expires_in`` as number or text."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ASSUMED_LIFE
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return ASSUMED_LIFE
    sensible = math.isfinite(seconds) and 0 < seconds <= _LONGEST_LIFE
    return seconds if sensible else ASSUMED_LIFE
