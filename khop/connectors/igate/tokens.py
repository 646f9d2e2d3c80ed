"""iGate's token: an account logs in at Keycloak with one of these grants (docs/systems/igate.md).

::

    client_credentials   id and secret, as HTTP Basic or in the form
    password             a user's name and password, with a public client (no secret) or not
    refresh_token        in place of a second password login, where the settings allow it
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Literal

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.oauth import (
    Token,
    login_error,
    read_token,
    seconds_of,
    usable_seconds,
)
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.igate.claims import claims_of
from khop.errors import Refused, Unauthorised


@dataclass(frozen=True, slots=True)
class Account:
    """The account that logs in. The secrets are asked for at each login and not kept.

    ``client_secret``: None for a public client. ``username``: where it is given, the password
    grant is used. ``secret_in``: where the client's id and secret travel. ``refresh``: use the
    refresh token of the last answer before the password is sent again.
    """

    client_id: str
    client_secret: Callable[[], str] | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: Callable[[], str] | None = field(default=None, repr=False)
    secret_in: Literal["basic", "form"] = "basic"
    refresh: bool = False

    @property
    def advice(self) -> str:
        """What to check when the login is refused."""
        keys = "client_id and client_secret" if self.username is None else (
            "client_id, username and password"
        )  # fmt: skip
        return f"check {keys} of this source, and that the account is enabled"

    def grant(self) -> dict[str, str]:
        """The form of a login without a refresh token."""
        if self.username is None:
            return {"grant_type": "client_credentials"}
        password = self.password() if self.password else ""
        return {"grant_type": "password", "username": self.username, "password": password}

    def signed(self, form: Mapping[str, str]) -> CallOptions:
        """``form`` with the client's id, and its secret where it has one."""
        if self.client_secret is None:
            return {"form": {**form, "client_id": self.client_id}}
        secret = self.client_secret()
        if self.secret_in == "form":
            return {"form": {**form, "client_id": self.client_id, "client_secret": secret}}
        return {"form": form, "basic": (self.client_id, secret)}


class TokenSource:
    """Fetches tokens for one account, and keeps the refresh token between two logins.

    Calls must not overlap; ``SessionKeeper`` makes them one at a time.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        token_url: str,
        account: Account,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._system = system
        self._transport = transport
        self._url = http_address(system, "token_url", token_url)
        self._account = account
        self._now = now
        self._refresh_token: str | None = None

    def fetch(self) -> tuple[str, float]:
        """(token, seconds to use it). Raises ConnectorError; Unauthorised says what to do."""
        if self._refresh_token is not None:
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            self._refresh_token = None
            try:
                return self._requested(form)
            except (Unauthorised, Refused):
                pass  # It has expired: the account itself logs in again.
        try:
            return self._requested(self._account.grant())
        except (Unauthorised, Refused) as refusal:
            error = login_error(refusal, self._account.advice)
        raise error

    def _requested(self, form: Mapping[str, str]) -> tuple[str, float]:
        token = self._transport.exchange(
            "login", "POST", self._url, self._read, **self._account.signed(form)
        )
        self._refresh_token = token.refresh if self._account.refresh else None
        return token.text, token.seconds

    def _read(self, answer: Answer) -> Token:
        return read_token(answer, self._system, self._now, own_life=_own_life)


def useful_seconds(expires_in: object, token: str = "") -> float:
    """How long a token is used, from the lifetime in the answer, else in the token, else 300 s."""
    return usable_seconds(seconds_of(expires_in) or _own_life(token))


def _own_life(token: str) -> float | None:
    claims = claims_of(token)
    return seconds_of(claims.life) if claims else None
