"""A server on loopback that begins an answer, and then sends a little of it now and then."""

from __future__ import annotations

import contextlib
import socket
import threading
from collections.abc import Iterator
from itertools import cycle

_PAUSE = 0.05


class Dripping:
    """``first``: sent after a request was read. ``drops``: sent one by one without end."""

    def __init__(self, first: bytes, drops: bytes | list[bytes]) -> None:
        self._first = first
        self._drops = drops if isinstance(drops, list) else [bytes([each]) for each in drops]
        self._ended = threading.Event()
        self._listener = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self._listener.getsockname()[1]}"
        self.connections = 0

    def run(self) -> None:
        """Answer every connection until ``end``."""
        while not self._ended.is_set():
            try:
                connection, _ = self._listener.accept()
            except OSError:
                return
            self.connections += 1
            with connection, contextlib.suppress(OSError):
                connection.recv(65536)
                connection.sendall(self._first)
                for drop in cycle(self._drops):
                    if self._ended.wait(_PAUSE):
                        break
                    connection.sendall(drop)

    def end(self) -> None:
        self._ended.set()
        with contextlib.suppress(OSError):
            self._listener.shutdown(socket.SHUT_RDWR)
        self._listener.close()


@contextlib.contextmanager
def dripping(first: bytes, drops: bytes | list[bytes]) -> Iterator[Dripping]:
    """A running server of that kind."""
    server = Dripping(first, drops)
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    try:
        yield server
    finally:
        server.end()
        thread.join()
