"""The one-stop's Keycloak: tokens by service account, password and refresh token
(docs/systems/igate.md)."""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
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
from khop.sandbox.common.sessions import Sessions

GRANTS = frozenset({"client_credentials", "password"})
_REFRESH_SECONDS = 1800.0


class Right(Enum):
    """What a call may do: it has no valid token, it must not read, or it may read."""

    NONE = auto()
    FORBIDDEN = auto()
    READ = auto()


class Keycloak:
    """Issues and checks tokens. Not thread-safe.

    A token ends after ``seconds``, or after ``calls`` calls (None: no limit). ``says_expiry``: the
    answer has ``expires_in``. ``grants``: the ways to log in that the realm allows; the password
    grant also gives a refresh token.
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
        self._seconds = seconds
        self._says_expiry = says_expiry
        self._grants = grants
        self._sessions = Sessions(clock, seconds, calls)
        self._refresh_tokens = Sessions(clock, _REFRESH_SECONDS, 1)
        self._without_right: set[str] = set()

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
        """What this request may do. Counts a call of its token."""
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not self._sessions.use(token):
            return Right.NONE
        return Right.FORBIDDEN if token in self._without_right else Right.READ

    def expire(self) -> None:
        """End every access token, but no refresh token."""
        self._sessions.end_all()

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
        if not self._refresh_tokens.use(form.get("refresh_token", "")):
            return _refused(400, "invalid_grant", "Token is not active")
        return Response.json(self._with_refresh(rng))

    def _with_refresh(self, rng: Random) -> dict[str, Any]:
        answer = self._issued(PUBLIC_CLIENT, rng) | {"token_type": "bearer"}
        refresh = f"ey.{rng.getrandbits(160):040x}"
        self._refresh_tokens.open(refresh)
        answer["refresh_token"] = refresh
        answer["session_state"] = "00000000-0000-4000-8000-000000000000"
        if self._says_expiry:
            answer["refresh_expires_in"] = int(_REFRESH_SECONDS)
        return answer

    def _issued(self, client: str, rng: Random) -> dict[str, Any]:
        token = f"ey.{rng.getrandbits(160):040x}"
        self._sessions.open(token)
        if client == BLIND_CLIENT:
            self._without_right.add(token)
        answer: dict[str, Any] = {"access_token": token, "token_type": "Bearer"}
        if self._says_expiry:
            answer["expires_in"] = max(1, int(self._seconds))
        return answer


def _refused(status: int, error: str, description: str) -> Response:
    return Response.json({"error": error, "error_description": description}, status)


def _credentials(request: Request, form: dict[str, str]) -> tuple[str, str]:
    """Client and secret from HTTP Basic, or from the form."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    if scheme.lower() == "basic":
        try:
            client, _, secret = base64.b64decode(value, validate=True).decode().partition(":")
        except (binascii.Error, UnicodeDecodeError):
            return "", ""
        return unquote_plus(client), unquote_plus(secret)
    return form.get("client_id", ""), form.get("client_secret", "")
