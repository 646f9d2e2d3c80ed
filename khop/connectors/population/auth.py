"""How a call is let in, where no token is fetched (docs/systems/population.md)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")
Headers = Mapping[str, str]


class Auth(Protocol):
    """Lets calls in."""

    #: Whether there is a login that can be tried without asking about anybody.
    has_login: bool

    def log_in(self) -> None:
        """Try the account, or only find its secret. Raises ConnectorError, ConfigError."""

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        """What ``call`` returns. It asks for the headers anew at each of its tries."""


class NoAuth:
    """A front that lets in whoever reaches it; the network is its guard."""

    has_login = False

    def log_in(self) -> None:
        """There is nothing to try."""

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        return call(dict)


class SignedAuth:
    """The way of C06 and NDXP: the password of HTTP Basic is a hash of this very call.

    ``sign_path`` is the path the service knows itself by, behind the gateways; not the path
    that is called. ``unit``: of the timestamp; clients differ. ``secret`` is asked at each call
    and not kept.
    """

    has_login = False

    def __init__(
        self,
        *,
        username: str,
        secret: Callable[[], str],
        sign_path: str,
        unit: Literal["ms", "s"] = "ms",
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        self._username, self._secret, self._path = username, secret, sign_path
        self._unit: Literal["ms", "s"] = unit
        self._now = now

    def log_in(self) -> None:
        """Only finds the secret: a signature can be tried only by asking about a person."""
        self._secret()

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        return call(self.headers)

    def headers(self) -> Headers:
        """Of one call, at this moment: a timestamp goes stale."""
        stamp = _timestamp(self._now(), self._unit)
        signed = f"{self._path}{self._username}{stamp}{self._secret()}"
        digest = hashlib.sha256(_bytes(signed)).hexdigest()
        account = base64.b64encode(_bytes(f"{self._username}:{digest}")).decode()
        return {"Authorization": f"Basic {account}", "Timestamp": stamp}


def _timestamp(moment: datetime, unit: Literal["ms", "s"]) -> str:
    since = moment - datetime(1970, 1, 1, tzinfo=UTC)
    milliseconds = since.days * 86_400_000 + since.seconds * 1000 + since.microseconds // 1000
    return str(milliseconds if unit == "ms" else milliseconds // 1000)


def _bytes(text: str) -> bytes:
    # What is no text, read from the environment, goes out as it stands there.
    return text.encode("utf-8", "surrogateescape")
