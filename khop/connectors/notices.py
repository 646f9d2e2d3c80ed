"""Notices to other programs: signed JSON that is posted, and the receiver's check of it.

The signature is HMAC-SHA-256 over ``<timestamp>.<body>`` with a secret that both sides know:

======================  =====================================================
``Khop-Notice``         the notice's id, the same at each try
``Khop-Timestamp``      when this try was signed, seconds since 1970
``Khop-Signature``      ``v1=`` and the signature in hexadecimal digits
======================  =====================================================

A notice may arrive more than once: a receiver keeps the ids it has seen.
"""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Any

from khop.connectors.http.answers import read_json
from khop.connectors.http.transport import CallOptions, Transport
from khop.errors import ConfigError, RecordError

ID = "Khop-Notice"
TIMESTAMP = "Khop-Timestamp"
SIGNATURE = "Khop-Signature"

#: The shortest secret, in characters.
SHORTEST_SECRET = 16
#: Older notices are refused, because they may be replayed.
LONGEST_AGE = timedelta(minutes=5)

_SCHEME = "v1"
_MOST_SIGNATURES = 8
_MOST_DIGITS = 12


class NoticeClient:
    """Posts notices. ``now`` is the clock for the timestamps; ``key``: that of the secret in
    khop.toml.

    Raises ConfigError when the secret is too short.
    """

    def __init__(
        self,
        transport: Transport,
        url: str,
        secret: str,
        now: Callable[[], datetime],
        *,
        key: str = "notices.secret",
    ) -> None:
        if len(secret) < SHORTEST_SECRET:
            raise ConfigError(
                f"the secret has fewer than {SHORTEST_SECRET} characters; make a longer one",
                key=key,
            )
        self._transport = transport
        self._url = url
        self._secret = secret
        self._now = now

    def send(self, notice_id: str, body: bytes) -> None:
        """Post one notice; any answer of 2xx means acceptance. Raises ConnectorError.

        A try without an answer is repeated: the receiver knows the notice by its id.
        """

        def signed() -> CallOptions:
            return {"headers": notice_headers(self._secret, notice_id, body, self._now())}

        self._transport.exchange(
            "notice", "POST", self._url, lambda answer: None, content=body, each_try=signed
        )

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()


def notice_headers(secret: str, notice_id: str, body: bytes, now: datetime) -> dict[str, str]:
    """The headers of one try."""
    timestamp = str(int(now.timestamp()))
    return {
        "Content-Type": "application/json",
        ID: notice_id,
        TIMESTAMP: timestamp,
        SIGNATURE: f"{_SCHEME}={_signature(secret, timestamp, body)}",
    }


def verify_notice(
    secret: str,
    headers: Mapping[str, str],
    body: bytes,
    *,
    now: datetime | None = None,
    longest_age: timedelta = LONGEST_AGE,
) -> Mapping[str, Any]:
    """The content of a notice, after checking that a holder of ``secret`` sent it just now.

    ``headers``: those of the request, in any case. ``body``: the bytes as received, before any
    decoding. ``now``: an aware time; the clock when left out. ``longest_age``: how far the sender's
    clock may be from the receiver's, in either direction. The content has ``id``, which the
    receiver stores, because a notice may come again. Raises RecordError with the reason; answer
    400 then.
    """
    fields = {name.lower(): value for name, value in headers.items()}
    timestamp = fields.get(TIMESTAMP.lower(), "").strip()
    _check_signature(secret, fields.get(SIGNATURE.lower(), ""), timestamp, body)
    _check_age(timestamp, now or datetime.now(UTC), longest_age)
    return _content(body, fields.get(ID.lower(), "").strip())


def _check_signature(secret: str, header: str, timestamp: str, body: bytes) -> None:
    due = f"{_SCHEME}={_signature(secret, timestamp, body)}".encode()
    given = header.split(",", _MOST_SIGNATURES)[:_MOST_SIGNATURES]
    # All are compared, each in constant time, so that the time taken reveals nothing.
    matches = [hmac.compare_digest(due, one.strip().encode("utf-8", "replace")) for one in given]
    if not secret or not any(matches):
        raise RecordError(SIGNATURE, "was not made with this secret over this body")


def _check_age(timestamp: str, now: datetime, longest_age: timedelta) -> None:
    if not (timestamp.isascii() and timestamp.isdigit() and len(timestamp) <= _MOST_DIGITS):
        raise RecordError(TIMESTAMP, "is no number of seconds")
    distance = now.timestamp() - int(timestamp)
    if distance > longest_age.total_seconds():
        raise RecordError(TIMESTAMP, "is too long ago: the notice may be a replay")
    if -distance > longest_age.total_seconds():
        raise RecordError(TIMESTAMP, "lies in the future: check the clocks")


def _content(body: bytes, notice_id: str) -> Mapping[str, Any]:
    try:
        notice = read_json(body)
    except ValueError:
        raise RecordError("body", "is not JSON") from None
    if not isinstance(notice, dict):
        raise RecordError("body", "is not an object")
    # The signature covers only the body, so another id in the header was changed on the way.
    if not notice_id or notice.get("id") != notice_id:
        raise RecordError(ID, "is not the id in the body")
    return notice


def _signature(secret: str, timestamp: str, body: bytes) -> str:
    signed = timestamp.encode("utf-8", "replace") + b"." + body
    return hmac.new(secret.encode("utf-8", "surrogateescape"), signed, hashlib.sha256).hexdigest()
