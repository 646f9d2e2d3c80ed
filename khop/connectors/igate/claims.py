"""The claims inside a token of Keycloak (docs/systems/igate.md).

They are read and not verified: the gateway verifies the token, and khop only needs its lifetime
and its account.
"""

from __future__ import annotations

import base64
import binascii
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from khop.connectors.http.answers import read_json
from khop.connectors.http.values import text_of

_LONGEST = 64 * 1024
# Seconds since 1970; a greater number is no time.
_LATEST = 1e11


@dataclass(frozen=True, slots=True)
class TokenClaims:
    """The claims that clients of iGate use; "" or empty where the token lacks them.

    ``experience``: ids of the posts the account holds. ``permissions``: codes such as
    ``oneGateDossierLookup``. ``issued_at``, ``expires_at``: seconds since 1970.
    """

    username: str = field(default="", repr=False)
    user_id: str = ""
    account_id: str = ""
    deployment_id: str = ""
    experience: tuple[str, ...] = ()
    permissions: frozenset[str] = frozenset()
    issued_at: float | None = None
    expires_at: float | None = None

    @property
    def life(self) -> float | None:
        """Seconds from issue to expiry; None when the token lacks one of the two."""
        if self.issued_at is None or self.expires_at is None:
            return None
        return self.expires_at - self.issued_at


def claims_of(token: str) -> TokenClaims | None:
    """The claims inside a JWT; None when the token is no JWT."""
    parts = token.split(".")
    if len(parts) != 3 or len(token) > _LONGEST:
        return None
    try:
        padded = parts[1] + "=" * (-len(parts[1]) % 4)
        body = read_json(base64.b64decode(padded, altchars=b"-_", validate=True))
    except (ValueError, binascii.Error):
        return None
    return read_claims(body) if isinstance(body, Mapping) else None


def read_claims(body: Mapping[str, object]) -> TokenClaims:
    """The claims of a decoded payload; a claim of another shape is left out."""
    return TokenClaims(
        username=text_of(body.get("preferred_username")),
        user_id=text_of(body.get("user_id")),
        account_id=text_of(body.get("account_id")),
        deployment_id=text_of(body.get("deployment_id")),
        experience=tuple(_listed(body.get("experience"))),
        permissions=frozenset(_permissions(body.get("permissions"))),
        issued_at=_seconds(body.get("iat")),
        expires_at=_seconds(body.get("exp")),
    )


def _listed(value: object) -> Iterator[str]:
    parts = value.split(",") if isinstance(value, str) else value
    for part in parts if isinstance(parts, list) else ():
        if text := text_of(part):
            yield text


def _permissions(value: object) -> Iterator[str]:
    """Codes of [{permission: {code}}]; a list of plain codes is accepted too."""
    for entry in value if isinstance(value, list) else ():
        inner = entry.get("permission", entry) if isinstance(entry, Mapping) else entry
        code = text_of(inner.get("code") if isinstance(inner, Mapping) else inner)
        if code:
            yield code


def _seconds(value: object) -> float | None:
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return float(value) if 0 < value < _LATEST else None
