"""Token answers of OAuth 2 and of similar fronts, and the error of a refused login."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.checks import is_header_safe
from khop.connectors.http.outcomes import advised
from khop.errors import Refused, Unauthorised
from khop.text.local_time import LOCAL
from khop.text.masking import short_text

#: Lifetime of a token, in seconds, where neither answer nor token has one: the shortest that was
#: seen (docs/systems/igate.md).
ASSUMED_LIFE = 300.0

_LONGEST_LIFE = 30 * 86_400.0
_LONGEST_MARGIN = 30.0
_NAMES = ("access_token", "token")


@dataclass(frozen=True, slots=True)
class Token:
    """``kind``: the word before the token in a header. ``seconds``: how long it is used; a margin
    is subtracted, so that it does not expire during a call."""

    text: str = field(repr=False)
    kind: str
    seconds: float
    refresh: str | None = field(default=None, repr=False)


def read_token(
    answer: Answer,
    system: str,
    now: Callable[[], datetime],
    *,
    own_life: Callable[[str], float | None] = lambda token: None,
) -> Token:
    """The token in the answer to a login. ``own_life``: lifetime in seconds inside the token,
    used where the answer has none.

    Raises Unusable, a ValueError; Unauthorised for an ``error`` that came with a good status.
    """
    body = answer.json()
    if not isinstance(body, Mapping):
        raise Unusable("a token answer that is no JSON object")
    fields = {str(key).casefold(): value for key, value in body.items()}
    text = next((fields[name] for name in _NAMES if fields.get(name)), None)
    if text is None and isinstance(fields.get("error"), str):
        code = short_text(fields["error"])[:40]
        raise Unauthorised(system, "login", http_status=answer.status, code=code)
    if not isinstance(text, str) or not is_header_safe(text):
        raise Unusable("a token answer without a usable token")
    life = _life(fields, answer.date or now()) or own_life(text)
    kind, refresh = fields.get("token_type"), fields.get("refresh_token")
    return Token(
        text,
        kind if isinstance(kind, str) and is_header_safe(kind) else "Bearer",
        usable_seconds(life),
        refresh if isinstance(refresh, str) and refresh else None,
    )


def login_error(refusal: Unauthorised | Refused, advice: str) -> Unauthorised | Refused:
    """The error of a refused login, with ``advice`` on what to check.

    A wrong account is answered 401, and by some servers 400 (RFC 6749 5.2).
    """
    if isinstance(refusal, Unauthorised) or refusal.http_status == 400:
        return advised(Unauthorised, refusal, advice)
    return advised(Refused, refusal, "check token_url of this source")


def seconds_of(value: object) -> float | None:
    """A lifetime in seconds, from a number or text; None for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    try:
        seconds = float(value)
    except (ValueError, OverflowError):
        return None
    return seconds if math.isfinite(seconds) and 0 < seconds <= _LONGEST_LIFE else None


def usable_seconds(life: float | None) -> float:
    """How long a token of this lifetime is used; None is taken as ``ASSUMED_LIFE``."""
    seconds = life or ASSUMED_LIFE
    return seconds - min(_LONGEST_MARGIN, seconds / 10)


def _life(fields: Mapping[str, object], now: datetime) -> float | None:
    """The lifetime in an answer: ``expires_in``, or ``expiryDate`` of some fronts."""
    end = _moment(fields.get("expirydate"))
    left = None if end is None else (end - now).total_seconds()
    return seconds_of(fields.get("expires_in")) or seconds_of(left)


def _moment(value: object) -> datetime | None:
    """The time of ``2026-03-18T10:00:00``; without a zone it is in Asia/Ho_Chi_Minh."""
    try:
        moment = datetime.fromisoformat(value.strip()) if isinstance(value, str) else None
        if moment is None:
            return None
        return (moment if moment.tzinfo else moment.replace(tzinfo=LOCAL)).astimezone(UTC)
    except (ValueError, OverflowError):
        return None
