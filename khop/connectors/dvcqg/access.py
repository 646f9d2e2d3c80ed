"""Logins of the portal, and of a wrapper before it.

=============  ========================================  ===================================
login          what it gives                             errors that a new login may solve
=============  ========================================  ===================================
PortalLogin    a session; answers do not tell its end    refused, unauthorised
OAuthLogin     a token for as long as ``expires_in``     unauthorised
FixedLogin     a token of khop.toml, or none             none
=============  ========================================  ===================================
"""

from __future__ import annotations

import math
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Protocol

from khop.connectors.dvcqg.dialects import NativeDialect
from khop.connectors.dvcqg.envelope import Reply, read_reply, session_of
from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import http_address, is_header_safe
from khop.connectors.http.oauth import read_token
from khop.connectors.http.outcomes import advised
from khop.connectors.http.transport import Transport
from khop.errors import ConfigError, ConnectorError, Refused, Unauthorised
from khop.text.masking import short_text

_ADVICE = "check username and password of this source, and that the portal knows this server"
_TOKEN_ADVICE = "check client_id and client_secret of this source"


class Login(Protocol):
    """``renew_on``: errors after which there is one new login and one repeat of the call."""

    renew_on: tuple[type[ConnectorError], ...]

    def open(self, transport: Transport) -> tuple[str, float]:
        """A session or token, and the seconds it is used. Raises ConnectorError."""


class PortalLogin:
    """The portal's own login. ``password`` is asked for at each login and not kept.

    The portal neither tells when a session ends nor has a code for an expired one: a session is
    used ``session_seconds``, and after any refusal there is one new login and one repeat.
    """

    renew_on: tuple[type[ConnectorError], ...] = (Refused, Unauthorised)

    def __init__(
        self,
        dialect: NativeDialect,
        username: str,
        password: Callable[[], str],
        *,
        session_seconds: float = 600,
    ) -> None:
        self._dialect = dialect
        self._username, self._password = username, password
        self._session_seconds = session_seconds

    def open(self, transport: Transport) -> tuple[str, float]:
        system = transport.system

        def read(answer: Answer) -> str:
            return _session(system, read_reply(answer), answer)

        call = self._dialect.login(self._username, self._password())
        try:
            session = transport.exchange("login", call.method, call.url, read, **call.carry(""))
            return session, self._session_seconds
        except Unauthorised as refusal:
            error = advised(Unauthorised, refusal, _ADVICE)
        raise error


class OAuthLogin:
    """OAuth 2 client_credentials, the account as form fields (docs/systems/dvcqg.md)."""

    renew_on: tuple[type[ConnectorError], ...] = (Unauthorised,)

    def __init__(
        self, system: str, token_url: str, client_id: str, client_secret: Callable[[], str]
    ) -> None:
        self._url = http_address(system, "token_url", token_url)
        self._client_id, self._secret = client_id, client_secret

    def open(self, transport: Transport) -> tuple[str, float]:
        form = {
            "grant_type": "client_credentials",
            "client_id": self._client_id,
            "client_secret": self._secret(),
        }

        def read(answer: Answer) -> tuple[str, float]:
            token = read_token(answer, transport.system, lambda: datetime.now(UTC))
            return token.text, token.seconds

        try:
            return transport.exchange("login", "POST", self._url, read, form=form)
        except (Unauthorised, Refused) as refusal:
            error = advised(Unauthorised, refusal, _TOKEN_ADVICE)
        raise error


class FixedLogin:
    """A token of khop.toml, or none where only trusted hosts reach the server."""

    renew_on: tuple[type[ConnectorError], ...] = ()

    def __init__(self, system: str, token: Callable[[], str] | None = None) -> None:
        self._system = system
        self._token = token

    def open(self, transport: Transport) -> tuple[str, float]:
        token = self._token() if self._token else ""
        if token and not is_header_safe(token):
            raise ConfigError(
                "write only visible ASCII characters, without blanks",
                key=f"sources.{self._system}.token",
            )
        return token, math.inf


def _session(system: str, reply: Reply, answer: Answer) -> str:
    if not reply.ok:
        raise Unauthorised(
            system,
            "login",
            http_status=answer.status,
            code=short_text(reply.code)[:40] if reply.code else None,
            detail=short_text(reply.message) or None,
        )
    session = session_of(reply)
    if session is None:
        raise Unusable("a login answer without a session")
    return session
