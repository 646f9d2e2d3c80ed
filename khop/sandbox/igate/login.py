"""Keycloak before the one-stop system: tokens by service account, password and refresh
(docs/systems/igate.md)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from dataclasses import dataclass
from enum import Enum, auto
from random import Random
from typing import Any
from urllib.parse import unquote_plus

from khop.loopback import Request, Response
from khop.sandbox.accounts.igate import (
    BLIND_CLIENT,
    CLIENT_ID,
    CLIENT_SECRET,
    OFFICER,
    OFFICER_PASSWORD,
    PUBLIC_CLIENT,
)

GRANTS = frozenset({"client_credentials", "password"})
_REFRESH_SECONDS = 1800.0


class Right(Enum):
    """What the bearer of a token may do."""

    NONE = auto()
    BLIND = auto()
    READ = auto()


@dataclass(slots=True)
class _Token:
    client: str
    ends: float
    calls: int = 0


class Keycloak:
    """Issues tokens and knows their end. Not thread-safe.

    A token lives for ``seconds``, or for ``calls`` calls (None: no such end). ``grants``: the
    ways to log in that the realm allows; a refresh token comes with the password grant.
    """

    def __init__(
        self,
        clock: Callable[[], float],
        *,
        seconds: float,
        calls: int | None,
        says_expiry: bool,
        grants: frozenset[str],
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._calls = calls
        self._says_expiry = says_expiry
        self._grants = grants
        self._tokens: dict[str, _Token] = {}
        self._refresh: dict[str, _Token] = {}

    def token(self, request: Request, rng: Random) -> Response:
        """The answer of the token endpoint."""
        form = request.form
        grant = form.get("grant_type", "")
        allowed = grant in self._grants or (grant == "refresh_token" and "password" in self._grants)
        if request.method != "POST" or not allowed:
            return Response.json({"error": "unsupported_grant_type"}, 400)
        if grant == "client_credentials":
            return self._service(request, form, rng)
        if form.get("client_id") != PUBLIC_CLIENT:
            return _refused(401, "invalid_client", "Invalid client credentials")
        if grant == "password":
            return self._officer(form, rng)
        return self._refreshed(form, rng)

    def right(self, request: Request) -> Right:
        """What a call with this request's token may do; counts the call."""
        scheme, _, value = request.headers.get("authorization", "").partition(" ")
        token = self._tokens.get(value) if scheme.lower() == "bearer" else None
        if token is None:
            return Right.NONE
        if self._ended(token):
            del self._tokens[value]
            return Right.NONE
        token.calls += 1
        return Right.BLIND if token.client == BLIND_CLIENT else Right.READ

    def expire(self) -> None:
        """End every access token; refresh tokens live on."""
        self._tokens.clear()

    def _service(self, request: Request, form: dict[str, str], rng: Random) -> Response:
        client, secret = _credentials(request, form)
        if client not in (CLIENT_ID, BLIND_CLIENT) or secret != CLIENT_SECRET:
            described = "Invalid client or Invalid client credentials"
            return _refused(401, "unauthorized_client", described)
        answer = self._issued(client, rng)
        if self._says_expiry:
            answer |= {"refresh_expires_in": 0, "not-before-policy": 0, "scope": "email profile"}
        return Response.json(answer)

    def _officer(self, form: dict[str, str], rng: Random) -> Response:
        if (form.get("username"), form.get("password")) != (OFFICER, OFFICER_PASSWORD):
            return _refused(401, "invalid_grant", "Invalid user credentials")
        return Response.json(self._with_refresh(rng))

    def _refreshed(self, form: dict[str, str], rng: Random) -> Response:
        known = self._refresh.pop(form.get("refresh_token", ""), None)
        if known is None or self._clock() >= known.ends:
            return _refused(400, "invalid_grant", "Token is not active")
        return Response.json(self._with_refresh(rng))

    def _with_refresh(self, rng: Random) -> dict[str, Any]:
        answer = self._issued(PUBLIC_CLIENT, rng) | {"token_type": "bearer"}
        refresh = f"ey.{rng.getrandbits(160):040x}"
        self._refresh[refresh] = _Token(PUBLIC_CLIENT, self._clock() + _REFRESH_SECONDS)
        answer["refresh_token"] = refresh
        answer["session_state"] = "00000000-0000-4000-8000-000000000000"
        if self._says_expiry:
            answer["refresh_expires_in"] = int(_REFRESH_SECONDS)
        return answer

    def _issued(self, client: str, rng: Random) -> dict[str, Any]:
        token = f"ey.{rng.getrandbits(160):040x}"
        self._tokens[token] = _Token(client, self._clock() + self._seconds)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer"}
        if self._says_expiry:
            answer["expires_in"] = max(1, int(self._seconds))
        return answer

    def _ended(self, token: _Token) -> bool:
        spent = self._calls is not None and token.calls >= self._calls
        return spent or self._clock() >= token.ends


def _refused(status: int, error: str, description: str) -> Response:
    return Response.json({"error": error, "error_description": description}, status)


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Client and secret from HTTP Basic, else from the form."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote_plus(client), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")
