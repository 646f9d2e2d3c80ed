"""The ways into the post's gateways (specs/vnpost.md 1.1).

==================  ============================================  ============================
way                 token request                                 call
==================  ============================================  ============================
``ngsp_access``     Basic, grant_type=client_credentials          ``<token_type> <token>``
``lgsp_key_access`` ``Bearer <keyToken>``, the same form          ``Bearer <token>``
``lgsp_tttt_access``  Basic, empty body                           Bearer, and ``service-code``
``FixedToken``      none                                          ``access_token: <token>``
==================  ============================================  ============================

A ministry's bus takes the first way; its addresses carry ``?service=<name>``.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta, timezone
from typing import Protocol

from khop.connectors.answers import Answer, Unusable
from khop.connectors.checks import header_value, http_address, is_header_safe
from khop.connectors.masking import short_text
from khop.connectors.transport import CallOptions, Transport
from khop.faults import Refused, Unauthorised

#: What a token is taken to hold, in seconds, where the answer does not say.
ASSUMED_LIFE = 300.0

_LONGEST_LIFE = 30 * 86_400.0
_LONGEST_MARGIN = 30.0
_LOCAL = timezone(timedelta(hours=7))
_FORM = {"grant_type": "client_credentials"}
_TOKEN_KEYS = ("access_token", "token")
_ADVICE = "check consumer_key, consumer_secret or key_token of this source"


class Access(Protocol):
    """How one deployment lets callers in."""

    @property
    def renewable(self) -> bool:
        """Whether a refused call is worth a new login."""

    def open(self, transport: Transport, now: Callable[[], datetime]) -> tuple[str, float]:
        """What calls show from now on, and the seconds it holds. Raises ConnectorError."""

    def headers(self, operation: str, shown: str) -> Mapping[str, str]:
        """The headers by which a call of ``operation`` shows it."""


@dataclass(frozen=True, slots=True)
class TokenAccess:
    """A token that is asked for at ``url``.

    ``request``: what the question carries; asked at each login, so that no secret is kept.
    ``scheme``: the word before the token; None takes the answer's ``token_type`` as it stands.
    ``service_code``: what calls name as ``service-code``; ``service_codes``: what those of
    single operations name in its place.
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
            fault = _explained(refusal)
        raise fault

    def headers(self, operation: str, shown: str) -> Mapping[str, str]:
        code = self.service_codes.get(operation, self.service_code)
        service = {"service-code": code} if code else {}
        return {"Authorization": shown, **service}

    def _read(self, answer: Answer, system: str, now: Callable[[], datetime]) -> tuple[str, float]:
        body = answer.json()
        fields = body if isinstance(body, Mapping) else {}
        token = next((fields[key] for key in _TOKEN_KEYS if fields.get(key)), None)
        if token is None and isinstance(fields.get("error"), str):
            code = short_text(fields["error"])[:40]
            raise Unauthorised(system, "login", http_status=answer.status, code=code)
        if not isinstance(token, str) or not is_header_safe(token):
            raise Unusable("a token answer without a usable token")
        life = _life(fields, answer.date, now)
        scheme = self.scheme or _scheme(fields.get("token_type"))
        return f"{scheme} {token}", life - min(_LONGEST_MARGIN, life / 10)


@dataclass(frozen=True, slots=True)
class FixedToken:
    """A token handed out once and sent in a header of its own; nobody can renew it."""

    token: Callable[[], str] = field(repr=False)
    header: str = "access_token"
    renewable: bool = False

    def open(self, transport: Transport, now: Callable[[], datetime]) -> tuple[str, float]:
        return header_value(transport.system, "access_token", self.token()), math.inf

    def headers(self, operation: str, shown: str) -> Mapping[str, str]:
        return {self.header: shown}


def ngsp_access(system: str, url: str, key: str, secret: Callable[[], str]) -> TokenAccess:
    """The NGSP adapter's own way; the maker's SDK echoes ``token_type``, and so does this."""

    def request() -> CallOptions:
        return {"basic": (key, secret()), "form": _FORM}

    return TokenAccess(http_address(system, "token_url", url), request, scheme=None)


def lgsp_key_access(system: str, url: str, key_token: Callable[[], str]) -> TokenAccess:
    """A province's LGSP that gives tokens for a key token."""

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
    """An LGSP that wants an empty token request, and the service named in each call."""

    def request() -> CallOptions:
        return {"basic": (key, secret()), "content": b""}

    codes = {
        operation: header_value(system, f"service_codes.{operation}", code)
        for operation, code in (service_codes or {}).items()
    }
    one = header_value(system, "service_code", service_code)
    address = http_address(system, "token_url", url)
    return TokenAccess(address, request, service_code=one, service_codes=codes)


def _scheme(token_type: object) -> str:
    text = token_type.strip() if isinstance(token_type, str) else ""
    return text if text and is_header_safe(text) else "Bearer"


def _life(
    fields: Mapping[object, object], date: datetime | None, now: Callable[[], datetime]
) -> float:
    """Seconds a token holds, from ``expires_in`` (number or text) or ``expiryDate``."""
    seconds = _number(fields.get("expires_in"))
    if seconds is None:
        end = _end(fields.get("expiryDate"))
        seconds = None if end is None else (end - (date or now())).total_seconds()
    sensible = seconds is not None and 0 < seconds <= _LONGEST_LIFE
    return seconds if seconds is not None and sensible else ASSUMED_LIFE


def _number(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        number = float(value)
    except (ValueError, OverflowError):
        return None
    return number if math.isfinite(number) else None


def _end(value: object) -> datetime | None:
    """A front's ``2026-03-18T10:00:00``; without a zone it is Asia/Ho_Chi_Minh."""
    try:
        end = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
    except ValueError:
        return None
    if end is None or end.year < 2000:
        return None
    return (end if end.tzinfo else end.replace(tzinfo=_LOCAL)).astimezone(UTC)


def _explained(refusal: Unauthorised | Refused) -> Unauthorised | Refused:
    # A wrong account is answered 401, and by some gateways 400 (RFC 6749 5.2).
    account = isinstance(refusal, Unauthorised) or refusal.http_status == 400
    kind: type[Unauthorised | Refused] = Unauthorised if account else Refused
    advice = _ADVICE if account else "check token_url of this source"
    return kind(
        refusal.system,
        "login",
        http_status=refusal.http_status,
        code=refusal.code,
        detail=f"{advice}; it says: {refusal.detail}" if refusal.detail else advice,
    )
