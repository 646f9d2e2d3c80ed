"""The one-stop system VNPT iGate: its token, its dossier list, one dossier. Reads only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeVar

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import http_address, path_segment
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.igate.claims import TokenClaims, claims_of
from khop.connectors.igate.page import SearchPage, read_page
from khop.connectors.igate.pushes import PushLogPage, read_push_log
from khop.connectors.igate.tokens import Account, TokenSource
from khop.errors import ConfigError, Unauthorised

T = TypeVar("T")

#: Parts of a dossier's form that clients ask for (docs/systems/igate.md).
FORM_FIELDS = ("commonEForm", "detailEForm")
#: The exchange whose log is public (docs/systems/igate.md); spelt as the gateway spells it.
CIVIL_STATUS_LOG = "capNhatTrangThaiHoSoDVCLTHoTich"


class IgateClient:
    """Reads dossiers through the gateway (docs/systems/igate.md). Safe for threads.

    The account is that of ``tokens.Account``: ``client_secret`` is None for a public client,
    with ``username`` and ``password`` the password grant is used. ``query`` is added to each
    search, for deployments that want more (``ancestor-agency-id``). ``detail_path`` holds
    ``{id}``. The token is renewed before it runs out, and once when a call is turned down.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        *,
        base_url: str,
        token_url: str,
        client_id: str,
        client_secret: Callable[[], str] | None = None,
        username: str | None = None,
        password: Callable[[], str] | None = None,
        secret_in: Literal["basic", "form"] = "basic",
        refresh: bool = False,
        page_size: int = 500,
        spec: str = "page",
        sort: str = "updatedDate,desc",
        search_path: str = "/pa/dossier/search",
        detail_path: str = "/pa/dossier/{id}/--online",
        fees_path: str = "/pa/dossier-fee/--by-dossiers",
        form_path: str = "/pa/api-integration/--data",
        push_log_path: str = "/ad/api/lienthongDVCLT/getLog",
        query: Mapping[str, str] | None = None,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if "{id}" not in detail_path:
            raise ConfigError("write {id} where the id goes", key=f"sources.{system}.detail_path")
        base = http_address(system, "base_url", base_url)
        self.system = system
        self._transport = transport
        self._search_url = _joined(base, search_path)
        self._detail_url = _joined(base, detail_path)
        self._fees_url, self._form_url = _joined(base, fees_path), _joined(base, form_path)
        self._push_log_url = _joined(base, push_log_path)
        order = {"sort": sort} if sort else {}
        self._query = {**(query or {}), "size": str(page_size), "spec": spec, **order}
        account = Account(client_id, client_secret, username, password, secret_in, refresh)
        tokens = TokenSource(system, transport, token_url, account)
        self._sessions = SessionKeeper(tokens.fetch, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._sessions.log_in()

    def claims(self) -> TokenClaims | None:
        """What the token in use says of itself; None when it is no JWT. Raises ConnectorError
        when there is none yet and none can be got."""
        return claims_of(self._sessions.current().text)

    def search(self, page: int, filters: Mapping[str, str] | None = None) -> SearchPage:
        """The zero-based page ``page`` of the dossier list. ``filters``: parameters of this
        search alone, such as ``accepted-from`` (docs/systems/igate.md). Raises ConnectorError."""

        def read(answer: Answer) -> SearchPage:
            return read_page(answer.json(), page)

        params = {**self._query, **(filters or {}), "page": str(page)}
        return self._get("search", self._search_url, read, params)

    def dossier(self, native_id: str) -> Mapping[str, object]:
        """One dossier in full, as the gateway writes it.

        Raises ConnectorError (Refused with HTTP status 404 when there is none); RecordError
        when the id could not stand in an address.
        """
        url = self._detail_url.replace("{id}", path_segment("id", native_id))
        return self._get("dossier", url, _read_dossier, None)

    def fees(self, native_ids: Sequence[str]) -> tuple[object, ...]:
        """The fee rows of some dossiers, none of them checked (docs/systems/igate.md).

        Raises ConnectorError.
        """
        params = {"dossier-ids": ",".join(native_ids), "required": ""}
        return self._get("fees", self._fees_url, _read_rows, params)

    def form_data(self, code: str, fields: Sequence[str] = FORM_FIELDS) -> Mapping[str, object]:
        """The filled forms of a dossier by its code: the named parts, as the gateway writes
        them. Personal data. Raises ConnectorError."""
        params = {"code": code, "fields": ",".join(fields)}
        return self._get("form_data", self._form_url, _read_form, params)

    def push_log(self, nation_code: str, api: str = CIVIL_STATUS_LOG) -> PushLogPage:
        """What the gateway sent to the national exchange about a dossier, by the code it has on
        the portal (docs/systems/igate.md). Raises ConnectorError."""

        def read(answer: Answer) -> PushLogPage:
            return read_push_log(answer.json())

        return self._get(
            "push_log", self._push_log_url, read, {"api": api, "nationCode": nation_code}
        )

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


def _joined(base: str, path: str) -> str:
    return f"{base}/{path.lstrip('/')}"


def _read_form(answer: Answer) -> Mapping[str, object]:
    body = answer.json()
    if not isinstance(body, dict) or {"status", "error"} <= body.keys():
        raise Unusable("an answer that is no form data")
    return body


def _read_dossier(answer: Answer) -> Mapping[str, object]:
    body = answer.json()
    if not isinstance(body, dict) or not ("id" in body or "code" in body):
        raise Unusable("a detail answer that is no dossier")
    return body


def _read_rows(answer: Answer) -> tuple[object, ...]:
    """A bare list, or one inside a page."""
    body = answer.json()
    rows = body.get("content") if isinstance(body, dict) else body
    if not isinstance(rows, list):
        raise Unusable("an answer that is no list")
    return tuple(rows)
