"""A login shared by many threads: kept while it is valid, renewed once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar, Unpack

from khop.connectors.http.answers import Answer
from khop.connectors.http.transport import CallOptions, Transport
from khop.errors import KhopError, Unauthorised

T = TypeVar("T")

#: A refused session that was younger than this when it was sent, in seconds, has not expired.
_FRESH = 1.0
_MOST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Session:
    """``text``: the token or session key. ``number``: counts the logins. ``opened_at`` and
    ``until``: on the keeper's clock, when it was opened and when it is no longer used."""

    text: str = field(repr=False)
    number: int
    opened_at: float
    until: float


class SessionKeeper:
    """Holds the session that ``log_in`` returns, as (text, seconds it is valid).

    Threads that wait while another thread logs in share the result of that login, a failure
    included: a wrong password is sent once, not once a thread, which could lock the account.
    """

    def __init__(
        self, log_in: Callable[[], tuple[str, float]], *, clock: Callable[[], float]
    ) -> None:
        self._log_in = log_in
        self._clock = clock
        self._lock = threading.Lock()
        self._logins = 0
        self._session: Session | None = None
        self._failure: KhopError | None = None

    def use(
        self, send: Callable[[Callable[[], Session]], T], refusals: tuple[type[KhopError], ...]
    ) -> T:
        """The result of ``send``; after one of ``refusals`` there is a new login and a repeat.

        ``send`` asks for the session at each of its tries: while it waits before a retry, another
        thread may renew the session. A refusal is final when the session had just been opened
        for the repeat. Raises what ``send`` and ``log_in`` raise.
        """
        latest = _LatestSession(self, self.current())
        repeats = 0
        while True:
            try:
                return send(latest.session)
            except refusals:
                if repeats == _MOST_REPEATS or (repeats and latest.was_fresh):
                    raise
            repeats += 1
            self.renewed(latest.used)

    def latest(self) -> Session | None:
        """The session of the latest login, even if it is no longer valid."""
        return self._session

    def age(self, session: Session) -> float:
        """Seconds since the session was opened."""
        return self._clock() - session.opened_at

    def current(self) -> Session:
        """A valid session, after a login where there is none. Raises what ``log_in`` raises."""
        seen = self._logins  # read before the session: a login in between is then noticed
        session = self._session
        if session is not None and self._clock() < session.until:
            return session
        return self._after(seen)

    def renewed(self, stale: Session) -> Session:
        """A session newer than ``stale``. Raises what ``log_in`` raises."""
        return self._after(stale.number)

    def log_in(self) -> Session:
        """A new session, whether or not there is one. Raises what ``log_in`` raises."""
        return self._after(self._logins)

    def _after(self, seen: int) -> Session:
        """The session of the login that follows login number ``seen``."""
        with self._lock:
            if self._logins == seen:
                return self._open()
            if self._failure is not None:
                raise _copied(self._failure)
            assert self._session is not None
            return self._session

    def _open(self) -> Session:
        started = self._clock()
        try:
            text, seconds = self._log_in()
        except KhopError as error:
            self._logins += 1
            self._session, self._failure = None, _copied(error)
            raise
        self._logins += 1
        self._session = Session(text, self._logins, self._clock(), started + seconds)
        self._failure = None
        return self._session


class SessionCalls:
    """Calls that carry a session; when one is refused there is a new login and a repeat.

    ``log_in``: as for ``SessionKeeper``. ``renew_on``: the errors that a new login may solve.
    Safe for threads.
    """

    def __init__(
        self,
        transport: Transport,
        log_in: Callable[[], tuple[str, float]],
        *,
        clock: Callable[[], float],
        renew_on: tuple[type[KhopError], ...] = (Unauthorised,),
    ) -> None:
        self.sessions = SessionKeeper(log_in, clock=clock)
        self._transport = transport
        self._renew_on = renew_on

    def exchange(
        self,
        operation: str,
        method: str,
        url: str,
        read: Callable[[Answer], T],
        carry: Callable[[str], CallOptions],
        **options: Unpack[CallOptions],
    ) -> T:
        """As ``Transport.exchange``. ``carry``: the options that show a session's text to the
        system."""

        def send(session: Callable[[], Session]) -> T:
            return self._transport.exchange(
                operation, method, url, read, each_try=lambda: carry(session().text), **options
            )

        return self.sessions.use(send, self._renew_on)


def bearer(token: str) -> CallOptions:
    """The token as ``Authorization: Bearer``."""
    return {"headers": {"Authorization": f"Bearer {token}"}}


class _LatestSession:
    """The latest session at each try of one call, and whether it was fresh then."""

    def __init__(self, keeper: SessionKeeper, first: Session) -> None:
        self._keeper = keeper
        self.used = first
        self.was_fresh = False

    def session(self) -> Session:
        self.used = self._keeper.latest() or self.used
        self.was_fresh = self._keeper.age(self.used) < _FRESH
        return self.used


def _copied(error: KhopError) -> KhopError:
    # One exception object raised in several threads mixes their tracebacks.
    twin = type(error).__new__(type(error), *error.args)
    twin.__dict__.update(error.__dict__)
    return twin
