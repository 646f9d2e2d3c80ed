"""The one-stop system VNPT iGate: its token, its dossier list, one dossier. Reads only."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import http_address, joined_url, path_segment
from khop.connectors.http.sessions import SessionCalls, bearer
from khop.connectors.http.transport import Transport
from khop.connectors.igate.claims import TokenClaims, claims_of
from khop.connectors.igate.page import SearchPage, read_page, rows_of, unwrapped
from khop.connectors.igate.pushes import PushLogPage, read_push_log
from khop.connectors.igate.tokens import Account, TokenSource
from khop.errors import ConfigError

#: Parts of a dossier's form that clients ask for (docs/systems/igate.md).
FORM_FIELDS = ("commonEForm", "detailEForm")
#: An object with one of these keys is a dossier.
_DOSSIER = ("id", "code")
#: The exchange whose log is public (docs/systems/igate.md); spelt as the gateway spells it.
CIVIL_STATUS_LOG = "capNhatTrangThaiHoSoDVCLTHoTich"


@dataclass(frozen=True, slots=True)
class IgateDeployment:
    """Where one deployment of iGate is, and how its list is asked for (docs/systems/igate.md).

    ``base_url``: the gateway. ``token_url``: Keycloak's token endpoint. ``page_size``: dossiers a
    page. ``spec``: ``page`` or ``slice``. ``sort``: order of the list, "" for the server's own.
    ``query``: further parameters of each search (``ancestor-agency-id``). ``…_path``: below
    ``base_url``; ``detail_path`` holds ``{id}``.
    """

    base_url: str
    token_url: str
    page_size: int = 500
    spec: str = "page"
    sort: str = "updatedDate,desc"
    query: Mapping[str, str] = field(default_factory=dict)
    search_path: str = "/pa/dossier/search"
    detail_path: str = "/pa/dossier/{id}/--online"
    fees_path: str = "/pa/dossier-fee/--by-dossiers"
    form_path: str = "/pa/api-integration/--data"
    push_log_path: str = "/ad/api/lienthongDVCLT/getLog"


class IgateClient:
    """Reads dossiers through the gateway (docs/systems/igate.md). Safe for threads.

    The token is renewed before it expires, and once when a call is refused with it. Raises
    ConfigError for a deployment whose addresses cannot be used.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        deployment: IgateDeployment,
        account: Account,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        if "{id}" not in deployment.detail_path:
            raise ConfigError("write {id} where the id goes", key=f"sources.{system}.detail_path")
        self.system = system
        self._deployment = deployment
        self._base = http_address(system, "base_url", deployment.base_url)
        self._transport = transport
        tokens = TokenSource(system, transport, deployment.token_url, account)
        self._calls = SessionCalls(transport, tokens.fetch, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._calls.sessions.log_in()

    def claims(self) -> TokenClaims | None:
        """The claims of the current token; None when it is no JWT. Raises ConnectorError when a
        token has to be fetched first and none can be had."""
        return claims_of(self._calls.sessions.current().text)

    def search(self, page: int, filters: Mapping[str, str] | None = None) -> SearchPage:
        """The zero-based page ``page`` of the dossier list. ``filters``: parameters of this
        search alone, such as ``accepted-from`` (docs/systems/igate.md). Raises ConnectorError."""
        how = self._deployment
        params = {**how.query, "size": str(how.page_size), "spec": how.spec}
        if how.sort:
            params["sort"] = how.sort
        return self._calls.exchange(
            "search",
            "GET",
            joined_url(self._base, how.search_path),
            lambda answer: read_page(answer.json(), page, how.page_size),
            bearer,
            params={**params, **(filters or {}), "page": str(page)},
        )

    def dossier(self, native_id: str) -> Mapping[str, object]:
        """One dossier in full, as the gateway writes it.

        Raises ConnectorError (Refused with HTTP status 404 when there is none); RecordError
        when the id cannot be part of an address.
        """
        path = self._deployment.detail_path.replace("{id}", path_segment("id", native_id))
        url = joined_url(self._base, path)
        return self._calls.exchange("dossier", "GET", url, _read_dossier, bearer)

    def fees(self, native_ids: Sequence[str]) -> tuple[object, ...]:
        """The fee rows of some dossiers, unchecked (docs/systems/igate.md).

        Raises ConnectorError.
        """
        params = {"dossier-ids": ",".join(native_ids), "required": ""}
        url = joined_url(self._base, self._deployment.fees_path)
        return self._calls.exchange("fees", "GET", url, _read_rows, bearer, params=params)

    def form_data(self, code: str, fields: Sequence[str] = FORM_FIELDS) -> Mapping[str, object]:
        """The filled forms of a dossier by its code: the named parts, as the gateway writes
        them. Personal data. Raises ConnectorError."""
        params = {"code": code, "fields": ",".join(fields)}
        url = joined_url(self._base, self._deployment.form_path)
        return self._calls.exchange("form_data", "GET", url, _read_form, bearer, params=params)

    def push_log(self, nation_code: str, api: str = CIVIL_STATUS_LOG) -> PushLogPage:
        """The messages that the gateway sent to the national exchange about a dossier, by the
        dossier's code on the portal (docs/systems/igate.md). Raises ConnectorError."""
        params = {"api": api, "nationCode": nation_code}
        url = joined_url(self._base, self._deployment.push_log_path)
        return self._calls.exchange("push_log", "GET", url, _read_log, bearer, params=params)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def _read_log(answer: Answer) -> PushLogPage:
    return read_push_log(answer.json())


def _read_form(answer: Answer) -> Mapping[str, object]:
    body = answer.json()
    if not isinstance(body, dict) or {"status", "error"} <= body.keys():
        raise Unusable("an answer that is no form data")
    return body


def _read_dossier(answer: Answer) -> Mapping[str, object]:
    body = unwrapped(answer.json(), _DOSSIER)
    if body is None:
        raise Unusable("a detail answer that is no dossier")
    return body


def _read_rows(answer: Answer) -> tuple[object, ...]:
    """The rows of a bare list, or of a list inside a page."""
    rows = rows_of(answer.json())
    if rows is None:
        raise Unusable("an answer that is no list")
    return tuple(rows)
