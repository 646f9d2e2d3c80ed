"""A login that many threads share: kept while it holds, renewed once for all of them."""

from __future__ import annotations

import threading
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TypeVar

from khop.errors import KhopError

T = TypeVar("T")

#: A session younger than this when it was sent, in seconds, has not run out.
_FRESH = 1.0
_MOST_REPEATS = 3


@dataclass(frozen=True, slots=True)
class Session:
    """``text``: the token or session key. ``number``: counts the logins. ``opened_at`` and
    ``until``: on the keeper's clock, when it was given and when it is no longer used."""

    text: str = field(repr=False)
    number: int
    opened_at: float
    until: float


class SessionKeeper:
    """Holds the session that ``log_in`` gives, as (text, seconds it holds).

    Threads that wait while another logs in get what that login gave, its failure
    too: a wrong password is tried once, not once a thread, which could lock the account.
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
        """What ``send`` returns; after one of ``refusals`` there is a new login and a repeat.

        ``send`` asks for the session anew at each of its tries: one that waits before it tries
        again would go on with a session that others have found to be over. A refusal is final
        when the session had just been opened for the repeat. Raises what ``send`` and
        ``log_in`` raise.
        """
        newest = _Newest(self, self.current())
        repeats = 0
        while True:
            try:
                return send(newest.session)
            except refusals:
                if repeats == _MOST_REPEATS or (repeats and newest.was_fresh):
                    raise
            repeats += 1
            self.renewed(newest.last)

    def newest(self) -> Session | None:
        """The session of the latest login, whether or not it still holds."""
        return self._session

    def age(self, session: Session) -> float:
        return self._clock() - session.opened_at

    def current(self) -> Session:
        """The session, logging in where there is none. Raises what ``log_in`` raises."""
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
        except KhopError as fault:
            self._logins += 1
            self._session, self._failure = None, _copied(fault)
            raise
        self._logins += 1
        self._session = Session(text, self._logins, self._clock(), started + seconds)
        self._failure = None
        return self._session


class _Newest:
    """Hands one call the newest session at each try, and knows how old it was then."""

    def __init__(self, keeper: SessionKeeper, first: Session) -> None:
        self._keeper = keeper
        self.last = first
        self.was_fresh = False

    def session(self) -> Session:
        self.last = self._keeper.newest() or self.last
        self.was_fresh = self._keeper.age(self.last) < _FRESH
        return self.last


def _copied(fault: KhopError) -> KhopError:
    # One exception object raised in several threads mixes their tracebacks.
    twin = type(fault).__new__(type(fault), *fault.args)
    twin.__dict__.update(fault.__dict__)
    return twin
