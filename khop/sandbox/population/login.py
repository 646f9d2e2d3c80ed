"""The kinds of login of the population database (docs/systems/population.md)."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from random import Random
from typing import Literal

from khop.loopback import Request, Response
from khop.sandbox.accounts.population import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    FRONT_AUTH,
    LGSP_ACCOUNT,
    LGSP_KEY_NAME,
    LGSP_KEY_PASS,
    SECRET,
    USERNAME,
)
from khop.sandbox.common.wso2_gateway import (
    INVALID,
    MISSING,
    Tokens,
    asks_for_token,
    basic,
    bearer,
    gateway_fault,
    pair,
)

Login = Literal["signed", "lgsp", "wso2", "camel", "none"]
TimestampUnit = Literal["ms", "s"]

TOKEN_PATHS: Mapping[Login, str] = {
    "lgsp": "/lgsp/getToken",
    "wso2": "/token",
    "camel": "/Authentication/Token",
}


@dataclass(frozen=True, slots=True)
class Signing:
    """How direct calls are signed. ``path``: the path in the signature. ``unit``: of the header
    Timestamp. ``skew``: how many seconds it may differ from ``now`` (seconds of UTC since 1970)."""

    path: str
    unit: TimestampUnit
    skew: float
    now: Callable[[], float]


class Gate:
    """Accepts or refuses calls. ``note``: records a violation. Not thread-safe."""

    def __init__(
        self, login: Login, signing: Signing, tokens: Tokens, note: Callable[[str], None]
    ) -> None:
        self._login = login
        self._signing = signing
        self._tokens = tokens
        self._note = note

    def expire(self) -> None:
        self._tokens.expire()

    def token(self, request: Request, rng: Random) -> Response:
        """The answer to a request for a token."""
        if not self._has_account(request):
            described = "Invalid client or secret"
            refused = {"error": "invalid_client", "error_description": described}
            return Response.json(refused, 401)
        has_grant = request.body == b"" if self._login == "camel" else asks_for_token(request)
        if not has_grant:
            self._note("wrong_content")
            return Response.json({"error": "unsupported_grant_type"}, 400)
        token, seconds, storm = self._tokens.issue(rng)
        if storm:
            self._note("token_storm")
        if self._login == "camel":
            ends = datetime.fromtimestamp(self._signing.now() + seconds, UTC)
            expiry = f"{ends:%Y-%m-%dT%H:%M:%S}"
            return Response.json({"token": token, "refreshToken": "", "expiryDate": expiry})
        answer = {"access_token": token, "token_type": "Bearer", "expires_in": seconds}
        return Response.json(answer)

    def refusal(self, request: Request, rng: Random) -> Response | None:
        """The refusal of a call, or None."""
        code = self._signed(request) if self._login == "signed" else self._with_token(request)
        return None if code is None else gateway_fault(code, rng)

    def _has_account(self, request: Request) -> bool:
        match self._login:
            case "lgsp":
                return _is_lgsp(request)
            case "camel":
                return request.headers.get("auth") == FRONT_AUTH
        return basic(request) == (CONSUMER_KEY, CONSUMER_SECRET)

    def _with_token(self, request: Request) -> int | None:
        if self._login == "none":
            return None
        code = self._tokens.refusal(bearer(request))
        if code is not None or self._login != "lgsp":
            return code
        if not _is_lgsp(request):
            self._note("no_lgsp_account")
            return INVALID
        if pair(request.headers.get("authhash", "")) != (LGSP_KEY_NAME, LGSP_KEY_PASS):
            self._note("no_officer_account")
            return INVALID
        return None

    def _signed(self, request: Request) -> int | None:
        account, stamp = basic(request), request.headers.get("timestamp", "")
        if account is None or not stamp:
            return MISSING
        user, given = account
        if not self._fresh(stamp) or user != USERNAME:
            return INVALID
        text = f"{self._signing.path}{user}{stamp}{SECRET}"
        wanted = hashlib.sha256(text.encode()).hexdigest()
        if given != wanted:
            if given.lower() == wanted:
                self._note("hash_not_lower_case")
            return INVALID
        return None

    def _fresh(self, stamp: str) -> bool:
        """Whether a timestamp has the agreed unit and is recent."""
        if not stamp.isascii() or not stamp.isdigit():
            self._note("bad_timestamp")
            return False
        milliseconds = len(stamp) > 11
        if milliseconds is not (self._signing.unit == "ms"):
            self._note("timestamp_unit")
            return False
        moment = int(stamp) / 1000 if milliseconds else int(stamp)
        if abs(self._signing.now() - moment) > self._signing.skew:
            self._note("stale_timestamp")
            return False
        return True


def _is_lgsp(request: Request) -> bool:
    """Whether the call has the account of the exchange, with its keys in order."""
    encoded = request.headers.get("lgspaccesstoken", "")
    try:
        account = json.loads(base64.b64decode(encoded, validate=True))
    except ValueError:
        return False
    return isinstance(account, dict) and list(account.items()) == list(LGSP_ACCOUNT.items())
