"""Calls to the portal and what became of them: sessions, repeats, verdicts (docs/systems/dvcqg.md).

::

    call ── session ── written by the dialect ── sent ── read ── judged ──► rows, or nothing
                ▲                                                  │
                └── a new login, one repeat ◄── a fault it may mend┘

A dossier may be sent again after a refusal: it has its code. A step has no key, so it goes out
once more only when it is proved that the session was what the portal refused. A read that a new
session met with the same refusal is for a while not repeated, nor are its like: a portal that
refuses thousands of look-ups would otherwise be logged into as often.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from khop.connectors.dvcqg.access import Login
from khop.connectors.dvcqg.dialects import LOOK_UP, Call, Dialect, WrittenCall
from khop.connectors.dvcqg.envelope import (
    Reply,
    Verdict,
    judge_progress,
    judge_read,
    judge_write,
    read_reply,
    read_text_reply,
    refusal_form,
    rows,
    says_exists,
)
from khop.connectors.http.answers import Answer
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import Transport
from khop.errors import AlreadyExists, ConnectorError, Refused, Unauthorised
from khop.text.masking import short_text

T = TypeVar("T")
Row = Mapping[str, object]

#: Shape of a code that no dossier has: the harmless question.
NO_DOSSIER = "KHOP-CHECK-000000-0000"
#: How long, in seconds, a refusal that no new login mended counts as the portal's word. Not for
#: ever: the same words may one day mean that the session has ended.
LASTING_SECONDS = 60.0
_MOST_LASTING = 1_000


class Exchange:
    """Makes calls in one dialect, with the access that ``login`` gives. Safe for threads."""

    def __init__(
        self,
        transport: Transport,
        dialect: Dialect,
        login: Login,
        *,
        clock: Callable[[], float],
    ) -> None:
        self.system = transport.system
        self.dialect = dialect
        self._transport = transport
        self._login = login
        self._sessions = SessionKeeper(lambda: login.open(transport), clock=clock)
        self._clock = clock
        self._lasting: dict[str, float] = {}

    def log_in(self) -> None:
        """A new session; where access has none, a try whether anybody is there.

        Raises ConnectorError.
        """
        self._sessions.log_in()
        if not self._login.mends:
            self._knock()

    def found(self, call: Call) -> tuple[Row, ...]:
        """What a read found; empty when it was answered that there is nothing."""

        def read(answer: Answer) -> tuple[Row, ...]:
            reply = read_reply(answer)
            self._settle(call, reply, judge_read(reply), answer)
            return rows(reply)

        return self._ask(call, read, write=False)

    def send(self, call: Call) -> None:
        """A write that may be repeated after a refusal, since it has a key of its own."""
        create = call.updating is False

        def read(answer: Answer) -> None:
            reply = read_reply(answer)
            self._settle(call, reply, judge_write(reply, create=create), answer)

        self._ask(call, read, write=True)

    def send_once(self, call: Call) -> None:
        """A write that a repeat would double."""
        used: list[Session] = []
        try:
            self._ask_once(call, used)
        except Refused as refusal:
            # An unknown code is no proof that nothing was taken. The call goes out once more
            # only when it was the session: then a look-up with it is refused as well.
            if Refused not in self._login.mends or not used or self._holds(used[-1]):
                raise
            fault = refusal
        else:
            return
        self._sessions.renewed(used[-1])
        try:
            self._ask_once(call, used)
        except Refused:
            raise fault from None

    def _ask_once(self, call: Call, used: list[Session]) -> None:
        def read(answer: Answer) -> None:
            reply = read_text_reply(answer)
            self._settle(call, reply, judge_progress(reply), answer)

        self._ask(call, read, write=True, used=used)

    def _settle(self, call: Call, reply: Reply, verdict: Verdict, answer: Answer) -> None:
        if verdict is Verdict.ACCEPTED:
            return
        kind = AlreadyExists if verdict is Verdict.EXISTS else Refused
        raise self._fault(kind, call.service, reply, answer)

    def _ask(
        self,
        call: Call,
        read: Callable[[Answer], T],
        *,
        write: bool,
        used: list[Session] | None = None,
    ) -> T:
        """One call. ``used`` is given for calls that must not be repeated after a refusal; the
        session of each try is put into it."""
        # What cannot be written is refused before anybody logs in for it.
        place = self.dialect.write(call, "")
        met: list[Refused] = []

        def send(session: Callable[[], Session]) -> T:
            def current() -> str:
                newest = session()
                if used is not None:
                    used.append(newest)
                return newest.text

            try:
                return self._sent(call, place, current, read, write=write)
            except Refused as refusal:
                if not write and self._lasts(refusal, met):
                    fault: Exception = _LastWord(refusal)
                elif write and says_exists(refusal.detail or ""):
                    fault = _existing(refusal)
                else:
                    met.append(refusal)
                    raise
            raise fault

        mends = self._login.mends
        if used is not None:
            mends = tuple(kind for kind in mends if kind is not Refused)
        try:
            return self._sessions.use(send, mends)
        except _LastWord as end:
            last = end.refusal
        raise last

    def _lasts(self, refusal: Refused, met: Sequence[Refused]) -> bool:
        """Whether a new session would meet this refusal of a read as well: it did just now, or
        did of late. ``met``: what the same call met with the sessions before."""
        form = refusal_form(refusal.operation, refusal.code, refusal.detail)
        if form is None:
            return False
        if any(refusal_form(each.operation, each.code, each.detail) == form for each in met):
            if len(self._lasting) >= _MOST_LASTING:
                self._lasting.clear()
            self._lasting[form] = self._clock() + LASTING_SECONDS
        return self._clock() < self._lasting.get(form, -math.inf)

    def _sent(
        self,
        call: Call,
        place: WrittenCall,
        session: Callable[[], str],
        read: Callable[[Answer], T],
        *,
        write: bool,
    ) -> T:
        """``place``: where it goes, which does not hang on the session; what the call carries
        is written anew at each try."""
        return self._transport.exchange(
            call.service,
            place.method,
            place.url,
            read,
            each_try=lambda: self.dialect.write(call, session()).options,
            write=write,
        )

    def _holds(self, session: Session) -> bool:
        """Whether the portal still takes this session, by a look-up that asks for nothing.

        True also when that cannot be told.
        """
        call = Call("TraCuuHoSo", {"mahoso": NO_DOSSIER})
        if not self.dialect.offers(LOOK_UP):
            return True

        def read(answer: Answer) -> None:
            reply = read_reply(answer)
            self._settle(call, reply, judge_read(reply), answer)

        try:
            place = self.dialect.write(call, "")
            self._sent(call, place, lambda: session.text, read, write=False)
        except (Refused, Unauthorised):
            return False
        except ConnectorError:
            return True
        return True

    def _knock(self) -> None:
        try:
            self._transport.call("reach", "GET", self.dialect.address, attempts=1)
        except ConnectorError as fault:
            # Any HTTP answer shows that somebody is there.
            if fault.http_status is None:
                raise

    def _fault(
        self, kind: type[ConnectorError], operation: str, reply: Reply, answer: Answer
    ) -> ConnectorError:
        return kind(
            self.system,
            operation,
            http_status=answer.status,
            code=short_text(reply.code)[:40] if reply.code else None,
            detail=short_text(reply.message) or None,
        )


class _LastWord(Exception):
    """Carries a refusal past the repeat after a new login."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__()
        self.refusal = refusal


def _existing(refusal: Refused) -> AlreadyExists:
    return AlreadyExists(
        refusal.system,
        refusal.operation,
        http_status=refusal.http_status,
        code=refusal.code,
        detail=refusal.detail,
    )
