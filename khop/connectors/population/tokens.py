"""Calls that carry a token, and the logins that issue it (docs/systems/population.md).

::

    wso2    POST, HTTP Basic with key and secret, form grant_type=client_credentials
    lgsp    POST with the header lgspaccesstoken and the same form; every later call carries
            that header too, and AuthHash
    camel   POST with the header Auth and an empty body
"""

from __future__ import annotations

import base64
import json
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TypeVar

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.oauth import login_error, read_token
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.population.auth import Headers
from khop.errors import Refused, Unauthorised

T = TypeVar("T")

_CLIENT_CREDENTIALS = {"grant_type": "client_credentials"}
_ADVICE = "check the account and the secret of this source at token_url"


@dataclass(frozen=True, slots=True)
class TokenLogin:
    """``options``: headers and body of the login. ``further_headers``: headers that every call
    carries beside the token. Both hold secrets, and are made at each use."""

    url: str
    options: Callable[[], CallOptions] = field(repr=False)
    further_headers: Callable[[], Headers] = field(default=dict, repr=False)


def wso2_login(url: str, key: str, secret: Callable[[], str]) -> TokenLogin:
    """The token of WSO2 API Manager, by consumer key and secret."""
    return TokenLogin(url, lambda: {"form": _CLIENT_CREDENTIALS, "basic": (key, secret())})


def lgsp_login(
    url: str,
    application: Mapping[str, str],
    access_secret: Callable[[], str],
    service_account: str,
    account_secret: Callable[[], str] | None,
) -> TokenLogin:
    """The token of a provincial LGSP.

    ``application``: ``AccessKey``, ``AppName``, ``PartnerCode`` and ``PartnerCodeCus``.
    ``service_account``, with its secret, is the officer's account there; "" for none.
    """

    def lgsp_token() -> Headers:
        keys = {
            "AccessKey": application["AccessKey"],
            "SecretKey": access_secret(),
            "AppName": application["AppName"],
            "PartnerCode": application["PartnerCode"],
            "PartnerCodeCus": application["PartnerCodeCus"],
        }
        text = json.dumps(keys, ensure_ascii=False, separators=(",", ":"))
        return {"lgspaccesstoken": _base64(text)}

    def further_headers() -> Headers:
        if account_secret is None:
            return lgsp_token()
        return {**lgsp_token(), "AuthHash": _base64(f"{service_account}:{account_secret()}")}

    return TokenLogin(
        url, lambda: {"headers": lgsp_token(), "form": _CLIENT_CREDENTIALS}, further_headers
    )


def camel_login(url: str, secret: Callable[[], str]) -> TokenLogin:
    """``…/Authentication/Token``: the account's secret is sent in the header ``Auth``."""
    return TokenLogin(url, lambda: {"headers": {"Auth": secret()}, "content": b""})


class TokenAuth:
    """Keeps one token for all calls, and renews it once when a call is refused with it."""

    has_login = True

    def __init__(
        self,
        system: str,
        transport: Transport,
        login: TokenLogin,
        *,
        clock: Callable[[], float] = time.monotonic,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._system, self._transport, self._login, self._now = system, transport, login, now
        self._url = http_address(system, "token_url", login.url)
        self._sessions = SessionKeeper(self._fetch, clock=clock)

    def log_in(self) -> None:
        self._sessions.log_in()

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        def with_token(session: Callable[[], Session]) -> T:
            def headers() -> Headers:
                bearer = {"Authorization": f"Bearer {session().text}"}
                return {**self._login.further_headers(), **bearer}

            return call(headers)

        return self._sessions.use(with_token, (Unauthorised,))

    def _fetch(self) -> tuple[str, float]:
        try:
            return self._transport.exchange(
                "login", "POST", self._url, self._read, **self._login.options()
            )
        except (Unauthorised, Refused) as refusal:
            error = login_error(refusal, _ADVICE)
        raise error

    def _read(self, answer: Answer) -> tuple[str, float]:
        token = read_token(answer, self._system, self._now)
        return token.text, token.seconds


def _base64(text: str) -> str:
    # Bytes of an environment variable that are not UTF-8 are sent unchanged.
    return base64.b64encode(text.encode("utf-8", "surrogateescape")).decode()
