"""How callers authenticate at the post's gateways (docs/systems/vnpost.md).

==================  ============================================  ============================
function or class   token request                                 call
==================  ============================================  ============================
``ngsp_access``     Basic, grant_type=client_credentials          ``<token_type> <token>``
``lgsp_key_access`` ``Bearer <keyToken>``, the same form          ``Bearer <token>``
``lgsp_tttt_access``  Basic, empty body                           Bearer, and ``service-code``
``FixedToken``      none                                          ``access_token: <token>``
==================  ============================================  ============================

A ministry's bus uses ``ngsp_access``; its addresses carry ``?service=<name>``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Protocol

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import header_value, http_address
from khop.connectors.http.oauth import login_error, read_token
from khop.connectors.http.transport import CallOptions, Transport
from khop.errors import Refused, Unauthorised

_FORM = {"grant_type": "client_credentials"}
_ADVICE = "check consumer_key, consumer_secret or key_token of this source"


class Access(Protocol):
    """How callers authenticate at one deployment."""

    @property
    def renewable(self) -> bool:
        """Whether a refused call is worth a new login."""

    def open(self, transport: Transport, now: Callable[[], datetime]) -> tuple[str, float]:
        """(text that calls show from now on, seconds it is valid). Raises ConnectorError."""

    def headers(self, operation: str, shown: str) -> Mapping[str, str]:
        """The headers of a call of ``operation`` that show this text."""


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """A token that is requested at ``url``.

    ``request``: the options of the token request, made at each login so that no secret is kept.
    ``scheme``: the word before the token; None uses the answer's ``token_type`` unchanged.
    ``service_code``: the header ``service-code`` of calls; ``service_codes``: its value for
    single operations, where it differs.
    """

    url: str
    request: Callable[[], CallOptions] = field(repr=False)
    scheme: str | None = "Bearer"
    service_code: str = ""
    service_codes: Mapping[str, str] = field(default_factory=dict)
    renewable: bool = True

    def open(self, transport: Transport, now: Callable[[], datetime]) -> tuple[str, float]:
        def read(answer: Answer) -> tuple[str, float]:
            return self._read(answer, transport.system, now)

        try:
            return transport.exchange("login", "POST", self.url, read, **self.request())
        except (Unauthorised, Refused) as refusal:
            error = login_error(refusal, _ADVICE)
        raise error

    def headers(self, operation: str, shown: str) -> Mapping[str, str]:
        code = self.service_codes.get(operation, self.service_code)
        service = {"service-code": code} if code else {}
        return {"Authorization": shown, **service}

    def _read(self, answer: Answer, system: str, now: Callable[[], datetime]) -> tuple[str, float]:
        token = read_token(answer, system, now)
        return f"{self.scheme or token.kind} {token.text}", token.seconds


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token that was given out once, sent in a header of its own; it cannot be renewed."""

    token: Callable[[], str] = field(repr=False)
    header: str = "access_token"
    renewable: bool = False

    def open(self, transport: Transport, now: Callable[[], datetime]) -> tuple[str, float]:
        return header_value(transport.system, "access_token", self.token()), math.inf

    def headers(self, operation: str, shown: str) -> Mapping[str, str]:
        return {self.header: shown}


def ngsp_access(system: str, url: str, key: str, secret: Callable[[], str]) -> TokenAccess:
    """The access of the NGSP adapter itself. Calls repeat the answer's ``token_type``, as those of
    the maker's SDK do."""

    def request() -> CallOptions:
        return {"basic": (key, secret()), "form": _FORM}

    return TokenAccess(http_address(system, "token_url", url), request, scheme=None)


def lgsp_key_access(system: str, url: str, key_token: Callable[[], str]) -> TokenAccess:
    """A province's LGSP that issues tokens for a key token."""

    def request() -> CallOptions:
        shown = header_value(system, "key_token", key_token())
        return {"headers": {"Authorization": f"Bearer {shown}"}, "form": _FORM}

    return TokenAccess(http_address(system, "token_url", url), request)


def lgsp_tttt_access(
    system: str,
    url: str,
    key: str,
    secret: Callable[[], str],
    service_code: str,
    service_codes: Mapping[str, str] | None = None,
) -> TokenAccess:
    """An LGSP that expects an empty token request, and a service code in each call."""

    def request() -> CallOptions:
        return {"basic": (key, secret()), "content": b""}

    codes = {
        operation: header_value(system, f"service_codes.{operation}", code)
        for operation, code in (service_codes or {}).items()
    }
    one = header_value(system, "service_code", service_code)
    address = http_address(system, "token_url", url)
    return TokenAccess(address, request, service_code=one, service_codes=codes)
