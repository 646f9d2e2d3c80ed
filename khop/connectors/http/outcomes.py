"""The error that the end of one HTTP call means, for reads and for writes.

=============================  ==============  ================
what happened                  read            write
=============================  ==============  ================
no connection made             Unreachable     Unreachable
broken off, timed out, 5xx     Unreachable     OutcomeUnknown
a body that cannot be used     Unreadable      OutcomeUnknown
429                            RateLimited     RateLimited
401, 403                       Unauthorised    Unauthorised
3xx, other 4xx                 Refused         Refused
=============================  ==============  ================
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import httpx

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.values import bare_keys
from khop.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from khop.text.masking import short_text

F = TypeVar("F", bound=ConnectorError)

_BEFORE_SENDING = (
    httpx.ConnectError,
    httpx.ConnectTimeout,
    httpx.PoolTimeout,
    httpx.ProxyError,
)
_DETAILS: tuple[tuple[type[httpx.HTTPError], str], ...] = (
    (httpx.ConnectTimeout, "no connection in time"),
    (httpx.PoolTimeout, "all connections were in use for too long"),
    (httpx.TimeoutException, "no answer in time"),
    (httpx.ProxyError, "the proxy did not connect"),
    (httpx.RemoteProtocolError, "the answer broke off or was not HTTP"),
    (httpx.NetworkError, "the connection broke"),
)
_MESSAGE_KEYS = ("message", "errordescription", "detail", "description", "title", "msg")
_CODE_KEYS = ("errorcode", "code", "error", "type")
_SAME = "the same"
# A gateway sends 408 when a system behind it timed out, not when the request is wrong.
_TIMED_OUT = 408


@dataclass(frozen=True, slots=True)
class CallOutcome:
    """Makes the errors of one call. ``system`` and ``operation`` are named in each."""

    system: str
    operation: str
    write: bool

    def of_exception(self, error: httpx.HTTPError) -> ConnectorError:
        """The error for a call that httpx aborted."""
        if isinstance(error, _BEFORE_SENDING):
            return Unreachable(self.system, self.operation, detail=_why_unconnected(error))
        return self.unanswered(None, _why(error))

    def of_status(self, answer: Answer, now: datetime) -> ConnectorError | None:
        """The error for the answer's status; None for 2xx."""
        status = answer.status
        code, detail = error_text(answer)
        if 200 <= status < 300:
            return None
        if status >= 500 or status == _TIMED_OUT:
            return self.unanswered(status, detail, code)
        if status == 429:
            wait = answer.retry_after(now)
            return RateLimited(
                self.system, self.operation, retry_after=wait, http_status=status, code=code
            )
        if status in (401, 403):
            return self.error(Unauthorised, status, detail, code)
        if status < 400:
            detail = "it redirects; write the address it leads to into khop.toml"
        return self.error(Refused, status, detail, code)

    def unanswered(
        self, status: int | None, detail: str | None, code: str | None = None
    ) -> ConnectorError:
        """The error when sending began and the system itself sent no answer."""
        return self.error(OutcomeUnknown if self.write else Unreachable, status, detail, code)

    def unreadable(self, status: int, detail: str) -> ConnectorError:
        """The error when an answer arrived that cannot be used."""
        return self.error(OutcomeUnknown if self.write else Unreadable, status, detail)

    def of_value_error(self, error: ValueError, status: int) -> ConnectorError:
        """The error when a reader could not use the answer. Only the text of an Unusable is
        kept: the text of another error may quote values."""
        detail = str(error) if isinstance(error, Unusable) else "the answer has an unknown shape"
        return self.unreadable(status, detail)

    def error(
        self, kind: type[F], status: int | None, detail: str | None, code: str | None = None
    ) -> F:
        """An error of this call."""
        return kind(self.system, self.operation, http_status=status, code=code, detail=detail)


def as_error(
    kind: type[F], failure: ConnectorError, detail: str | None, *, code: str | None = _SAME
) -> F:
    """``failure`` as one of ``kind``, with another detail, and with another code where one is
    given."""
    more: dict[str, float | None] = {}
    if isinstance(failure, RateLimited) and issubclass(kind, RateLimited):
        more["retry_after"] = failure.retry_after
    return kind(
        failure.system,
        failure.operation,
        http_status=failure.http_status,
        code=failure.code if code is _SAME else code,
        detail=detail,
        **more,
    )


def advised(kind: type[F], refusal: ConnectorError, advice: str) -> F:
    """``refusal`` as one of ``kind`` that says what to check, before the system's own text."""
    text = refusal.detail
    return as_error(kind, refusal, f"{advice}; it says: {text}" if text else advice)


def error_text(answer: Answer) -> tuple[str | None, str | None]:
    """Code and message of a JSON error body, masked and shortened; None where it has none.

    It reads the forms of Spring, Keycloak, WSO2 (``fault``), X-Road and the portal
    (docs/systems/igate.md, docs/systems/dvcqg.md, docs/systems/population.md).
    """
    if answer.status < 400:
        return None, None
    try:
        body = answer.json()
    except ValueError:
        return None, None
    fields = bare_keys(body)
    fields = bare_keys(fields.get("fault")) or fields
    code = _first(fields, _CODE_KEYS)
    return (code[:40] if code else None), _first(fields, _MESSAGE_KEYS)


def _first(fields: Mapping[str, object], keys: tuple[str, ...]) -> str | None:
    for key in keys:
        value = fields.get(key)
        if isinstance(value, str | int) and not isinstance(value, bool):
            text = short_text(str(value))
            if text:
                return text
    return None


def _why(error: httpx.HTTPError) -> str:
    return next((text for kind, text in _DETAILS if isinstance(error, kind)), "the call broke")


def _why_unconnected(error: httpx.HTTPError) -> str:
    if not isinstance(error, httpx.ConnectError):
        return _why(error)
    reason = short_text(str(error)) or "no connection"
    if "CERTIFICATE" in reason:
        return f"{reason}; set ca_file to the authority that signed the server's certificate"
    if "UNSAFE_LEGACY_RENEGOTIATION" in reason:
        return f"{reason}; its TLS is older than RFC 5746; set legacy_tls if the source has it"
    return reason
