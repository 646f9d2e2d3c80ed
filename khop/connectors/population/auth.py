"""Authorisation of calls without a fetched token (docs/systems/population.md)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Mapping
from datetime import UTC, datetime
from typing import Literal, Protocol, TypeVar

T = TypeVar("T")
Headers = Mapping[str, str]


class Auth(Protocol):
    """Authorises calls."""

    #: Whether there is a login that can be tried without a question about a person.
    has_login: bool

    def log_in(self) -> None:
        """Try the account, or only look up its secret. Raises ConnectorError, ConfigError."""

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        """The result of ``call``, which gets the function that makes the headers of each try."""


class NoAuth:
    """A front without authorisation, which only trusted hosts can reach."""

    has_login = False

    def log_in(self) -> None:
        """There is no account to try."""

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        return call(dict)


class SignedAuth:
    """The authorisation of C06 and NDXP: the password of HTTP Basic is a hash for this call.

    ``sign_path``: the path of the service itself behind the gateways, which is not the path that
    is called. ``unit``: of the timestamp; deployments differ. ``secret`` is asked for at each call
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
        """Only look up the secret: trying a signature needs a question about a person."""
        self._secret()

    def send(self, call: Callable[[Callable[[], Headers]], T]) -> T:
        return call(self.headers)

    def headers(self) -> Headers:
        """The headers of one try, with the current timestamp."""
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
    # Bytes of an environment variable that are not UTF-8 are sent unchanged.
    return text.encode("utf-8", "surrogateescape")
