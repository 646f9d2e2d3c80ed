"""iGate's token: an account logs in at Keycloak, by one of the grants seen (specs/igate.md 1.1).

::

    client_credentials   id and secret, as HTTP Basic or in the form
    password             a user's name and password, with a public client (no secret) or not
    refresh_token        in place of a second password login, where the settings want it
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from khop.connectors.answers import Answer, Unusable
from khop.connectors.checks import http_address, is_header_safe
from khop.connectors.igate.claims import claims_of
from khop.connectors.transport import CallOptions, Transport
from khop.faults import Refused, Unauthorised

#: What a token is taken to hold, in seconds, where nothing says it
#: (specs/igate.md 1.1: clients assume 300 s, staff systems give 24 h).
ASSUMED_LIFE = 300.0

_LONGEST_LIFE = 30 * 86_400.0
_LONGEST_MARGIN = 30.0


@dataclass(frozen=True, slots=True)
class Account:
    """Who logs in. The secrets are asked for at each login and not kept.

    ``client_secret``: None for a public client. ``username``: given, the password grant is
    used. ``secret_in``: where the client's id and secret travel. ``refresh``: use the refresh
    token of the last answer before the password is sent again.
    """

    client_id: str
    client_secret: Callable[[], str] | None = field(default=None, repr=False)
    username: str | None = field(default=None, repr=False)
    password: Callable[[], str] | None = field(default=None, repr=False)
    secret_in: Literal["basic", "form"] = "basic"
    refresh: bool = False

    @property
    def advice(self) -> str:
        keys = "client_id and client_secret" if self.username is None else (
            "client_id, username and password"
        )  # fmt: skip
        return f"check {keys} of this source, and that the account is enabled"

    def grant(self) -> dict[str, str]:
        """The form of a login from the beginning."""
        if self.username is None:
            return {"grant_type": "client_credentials"}
        password = self.password() if self.password else ""
        return {"grant_type": "password", "username": self.username, "password": password}

    def signed(self, form: Mapping[str, str]) -> CallOptions:
        """``form`` with the client's own id, and its secret where it has one."""
        if self.client_secret is None:
            return {"form": {**form, "client_id": self.client_id}}
        secret = self.client_secret()
        if self.secret_in == "form":
            return {"form": {**form, "client_id": self.client_id, "client_secret": secret}}
        return {"form": form, "basic": (self.client_id, secret)}


class TokenSource:
    """Fetches tokens for one account. Calls must not overlap: a ``SessionKeeper`` sees to it."""

    def __init__(self, system: str, transport: Transport, token_url: str, account: Account) -> None:
        self._system = system
        self._transport = transport
        self._url = http_address(system, "token_url", token_url)
        self._account = account
        self._refresh_token: str | None = None

    def fetch(self) -> tuple[str, float]:
        """(token, seconds to use it). Raises ConnectorError; Unauthorised says what to do."""
        if self._refresh_token is not None:
            form = {"grant_type": "refresh_token", "refresh_token": self._refresh_token}
            self._refresh_token = None
            try:
                return self._asked(form)
            except (Unauthorised, Refused):
                pass  # It has run out: the account itself logs in again.
        try:
            return self._asked(self._account.grant())
        except (Unauthorised, Refused) as refusal:
            fault = self._explained(refusal)
        raise fault

    def _asked(self, form: Mapping[str, str]) -> tuple[str, float]:
        token, life, refresh = self._transport.exchange(
            "login", "POST", self._url, _read_token, **self._account.signed(form)
        )
        self._refresh_token = refresh if self._account.refresh else None
        return token, life

    def _explained(self, refusal: Unauthorised | Refused) -> Unauthorised | Refused:
        # Keycloak answers a wrong secret with 401, and in older versions with 400.
        account = isinstance(refusal, Unauthorised) or refusal.http_status == 400
        kind: type[Unauthorised | Refused] = Unauthorised if account else Refused
        advice = self._account.advice if account else "check token_url of this source"
        return kind(
            self._system,
            "login",
            http_status=refusal.http_status,
            code=refusal.code,
            detail=f"{advice}; {refusal.detail}" if refusal.detail else advice,
        )


def _read_token(answer: Answer) -> tuple[str, float, str | None]:
    body = answer.json()
    token = body.get("access_token") if isinstance(body, dict) else None
    if not isinstance(body, dict) or not isinstance(token, str) or not is_header_safe(token):
        raise Unusable("a token answer without a usable access_token")
    refresh = body.get("refresh_token")
    return (
        token,
        useful_seconds(body.get("expires_in"), token),
        refresh if isinstance(refresh, str) and refresh else None,
    )


def useful_seconds(expires_in: object, token: str = "") -> float:
    """How long a token is used: what the answer says, else the token itself, else 300 s; less
    a margin, so that it does not run out on its way."""
    claims = claims_of(token)
    life = _life(expires_in) or _life(claims.life if claims else None) or ASSUMED_LIFE
    return life - min(_LONGEST_MARGIN, life / 10)


def _life(value: object) -> float | None:
    """Seconds a token holds, from a number or text; None for what cannot be true."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    sensible = math.isfinite(seconds) and 0 < seconds <= _LONGEST_LIFE
    return seconds if sensible else None
