"""One deadline for a whole exchange, from the first byte that is sent to the last that is read.

httpx and httpcore count a timeout anew for each read of the socket: a server that sends one byte of
a header, of a 1xx answer, of a chunk's extension or of a trailer now and then could hold a call for
ever. Here no operation on the socket waits longer than is left of the whole.

The time of an exchange starts with its first operation on the network, so waiting for a free
connection does not count.
"""

from __future__ import annotations

import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from typing import Any

import httpcore

#: Sent at once, so that a receiver that takes little at a time is noticed.
_PIECE = 16 * 1024


class Deadlines:
    """The deadline of the exchange that a thread is in. ``clock``: monotonic seconds."""

    def __init__(self, clock: Callable[[], float]) -> None:
        self._clock = clock
        self._of = threading.local()

    @contextmanager
    def whole(self, seconds: float) -> Iterator[None]:
        """The block is one exchange, which may take so long."""
        outer = vars(self._of).copy()
        vars(self._of).update(seconds=seconds, until=None)
        try:
            yield
        finally:
            vars(self._of).clear()
            vars(self._of).update(outer)

    def left(self, timeout: float | None) -> float | None:
        """The seconds that an operation may take, of its own ``timeout`` and of the whole; 0 or
        less when there are none."""
        seconds: float | None = getattr(self._of, "seconds", None)
        if seconds is None:
            return timeout
        if self._of.until is None:
            self._of.until = self._clock() + seconds
        left: float = self._of.until - self._clock()
        return left if timeout is None else min(left, timeout)


class DeadlineBackend(httpcore.NetworkBackend):
    """The network of httpcore, within the deadline of the exchange."""

    def __init__(self, deadlines: Deadlines) -> None:
        self._deadlines = deadlines
        self._network = httpcore.SyncBackend()

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[httpcore.SOCKET_OPTION] | None = None,
    ) -> httpcore.NetworkStream:
        """A connection to the first address of the host that takes it."""
        try:
            found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
        except OSError as error:
            raise httpcore.ConnectError(str(error)) from None
        failure: Exception = httpcore.ConnectError("the host has no address")
        for *_, address in found:
            left = _some(self._deadlines.left(timeout), httpcore.ConnectTimeout)
            try:
                stream = self._network.connect_tcp(
                    str(address[0]), port, left, local_address, socket_options
                )
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                return _DeadlineStream(stream, self._deadlines)
        raise failure

    def sleep(self, seconds: float) -> None:
        self._network.sleep(seconds)


class _DeadlineStream(httpcore.NetworkStream):
    def __init__(self, stream: httpcore.NetworkStream, deadlines: Deadlines) -> None:
        self._stream = stream
        self._deadlines = deadlines

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        left = _some(self._deadlines.left(timeout), httpcore.ReadTimeout)
        return self._stream.read(max_bytes, left)

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        for start in range(0, len(buffer), _PIECE):
            left = _some(self._deadlines.left(timeout), httpcore.WriteTimeout)
            self._stream.write(buffer[start : start + _PIECE], left)

    def close(self) -> None:
        self._stream.close()

    def start_tls(
        self,
        ssl_context: ssl.SSLContext,
        server_hostname: str | None = None,
        timeout: float | None = None,
    ) -> httpcore.NetworkStream:
        left = _some(self._deadlines.left(timeout), httpcore.ConnectTimeout)
        stream = self._stream.start_tls(ssl_context, server_hostname, left)
        return _DeadlineStream(stream, self._deadlines)

    def get_extra_info(self, info: str) -> Any:
        return self._stream.get_extra_info(info)


def _some(left: float | None, late: type[Exception]) -> float | None:
    if left is not None and left <= 0:
        raise late("the exchange took too long")
    return left
