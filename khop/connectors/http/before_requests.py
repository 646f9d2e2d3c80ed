"""What is asked just before each request goes out, by one who may have to hold it back.

A call waits: for the rate limit, for a session, for its next try. Whoever was allowed to make it
may have lost that right meanwhile.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar

_ASKED: ContextVar[Callable[[], None] | None] = ContextVar("asked before each request")


@contextmanager
def before_each_request(ask: Callable[[], None]) -> Iterator[None]:
    """In the block, and in this thread, ``ask`` is called just before each request of each
    transport goes out. What it raises ends the call: the request is not sent, nor tried again."""
    token = _ASKED.set(ask)
    try:
        yield
    finally:
        _ASKED.reset(token)


def ask_before_a_request() -> None:
    """Raises what keeps this thread from sending a request."""
    ask = _ASKED.get(None)
    if ask is not None:
        ask()
