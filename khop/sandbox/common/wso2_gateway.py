"""The WSO2 gateway in front of the post and of the population database.

It gives out the same token until that ends, and refuses calls with faults of its own. Source:
docs/systems/vnpost.md; docs/systems/population.md.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Callable
from random import Random
from xml.sax.saxutils import escape

from khop.loopback import Request, Response
from khop.sandbox.common.application import Application
from khop.sandbox.common.sessions import StormDetector

INVALID, MISSING, EXPIRED = 900901, 900902, 900903
_THROTTLED = 900802
#: Code -> HTTP status, message, description.
_FAULTS: dict[int, tuple[int, str, str]] = {
    INVALID: (401, "Invalid Credentials", "The access token is not known"),
    MISSING: (401, "Missing Credentials", "The call has no access token"),
    EXPIRED: (401, "Access Token Expired", "The access token has run out"),
    _THROTTLED: (429, "Message throttled out", "You have exceeded your quota"),
    101503: (503, "Runtime Error", "Error connecting to the back end"),
    101504: (504, "Runtime Error", "Send timeout"),
    303001: (503, "Runtime Error", "The endpoint is suspended"),
}
_BACKEND = (101503, 101504, 303001)
_FORM = "application/x-www-form-urlencoded"


def gateway_fault(code: int, rng: Random) -> Response:
    """A fault of the gateway, as JSON or as XML."""
    status, message, description = _FAULTS[code]
    if rng.random() < 0.5:
        body = {"code": code, "message": message, "description": description}
        return Response.json({"fault": body}, status)
    prefix, space = rng.choice(
        (("ams", "http://wso2.org/apimanager/security"), ("am", "http://wso2.org/apimanager"))
    )
    text = (
        f'<{prefix}:fault xmlns:{prefix}="{space}"><{prefix}:code>{code}</{prefix}:code>'
        f"<{prefix}:message>{escape(message)}</{prefix}:message>"
        f"<{prefix}:description>{escape(description)}</{prefix}:description></{prefix}:fault>"
    )
    return Response.of(text.encode(), "application/xml; charset=UTF-8", status)


class GatewayApplication(Application):
    """A system behind a gateway, which answers some calls when the system is overloaded or down."""

    def server_error(self, rng: Random) -> Response | None:
        return gateway_fault(rng.choice(_BACKEND), rng) if rng.random() < 0.5 else None

    def throttled(self, rng: Random) -> Response | None:
        return gateway_fault(_THROTTLED, rng) if rng.random() < 0.5 else None


class Tokens:
    """The token of a gateway's only client. Not thread-safe.

    It ends after ``seconds``, or after ``calls`` calls (None: no limit). More than ``per_minute``
    requests while the token is still valid are a storm.
    """

    def __init__(
        self, clock: Callable[[], float], seconds: float, calls: int | None, per_minute: int
    ) -> None:
        self._clock = clock
        self._seconds = seconds
        self._most_calls = calls
        self._requests = StormDetector(clock, per_minute)
        self._token = ""
        self._ends = 0.0
        self._calls = 0
        self._ended: set[str] = set()

    def issue(self, rng: Random) -> tuple[str, int, bool]:
        """The token, its remaining seconds, and whether the requests are a storm."""
        storm = False
        if self._valid():
            storm = self._requests.note()
        else:
            self.expire()
            self._token = f"{rng.getrandbits(128):032x}"
            self._ends = self._clock() + self._seconds
        return self._token, max(0, int(self._ends - self._clock())), storm

    def refusal(self, token: str | None) -> int | None:
        """The gateway's code for a call with this token; None if it is valid. Counts the call."""
        if not token:
            return MISSING
        if token in self._ended:
            return EXPIRED
        if token != self._token:
            return INVALID
        if not self._valid():
            self.expire()
            return EXPIRED
        self._calls += 1
        return None

    def expire(self) -> None:
        """End the token."""
        if self._token:
            self._ended.add(self._token)
        self._token, self._calls = "", 0

    def _valid(self) -> bool:
        spent = self._most_calls is not None and self._calls >= self._most_calls
        return bool(self._token) and self._clock() < self._ends and not spent


def bearer(request: Request) -> str | None:
    """The token of ``Authorization: Bearer …``, or None."""
    scheme, _, value = request.headers.get("authorization", "").partition(" ")
    return value.strip() if scheme.lower() == "bearer" else None


def basic(request: Request, header: str = "authorization") -> tuple[str, str] | None:
    """User and password of HTTP Basic, or None."""
    scheme, _, value = request.headers.get(header, "").partition(" ")
    if scheme.lower() != "basic":
        return None
    return pair(value)


def pair(encoded: str) -> tuple[str, str] | None:
    """``a`` and ``b`` of base64(``a:b``), or None."""
    try:
        first, colon, second = base64.b64decode(encoded, validate=True).decode().partition(":")
    except (binascii.Error, UnicodeDecodeError):
        return None
    return (first, second) if colon else None


def media_type(request: Request) -> str:
    """The request's content type without parameters, lower case."""
    return request.headers.get("content-type", "").partition(";")[0].strip().lower()


def asks_for_token(request: Request) -> bool:
    """Whether the body is the form of the client-credentials grant."""
    return media_type(request) == _FORM and request.form.get("grant_type") == "client_credentials"
