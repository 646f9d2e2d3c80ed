"""Calls to the portal: session, repeat after a refusal, verdict (docs/systems/dvcqg.md).

::

    call ── written by the dialect ── session ── sent ── read ── judged ──► rows, or nothing
                                         ▲                          │
                                         └── new login, one repeat ◄┘  errors that a login may solve

A dossier may be sent again after a refusal, since its code identifies it. A progress step has no
key: it is sent again only when a look-up shows that the portal refused the session itself.

A message that means neither success nor failure is no answer: Unreadable, of a write
OutcomeUnknown. A read, and a write whose message is about the session, are treated as refused
before: one new login and one repeat.

A read refused twice with the same text is final. For some time, similar refusals cause no new
login. Otherwise each of thousands of refused look-ups would cause one.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from typing import TypeVar

from khop.connectors.answer_words import AnswerWords, is_about_session
from khop.connectors.dvcqg.access import Login
from khop.connectors.dvcqg.dialects import LOOK_UP, Call, Dialect
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
from khop.connectors.http.outcomes import as_error
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Transport
from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unreadable,
)
from khop.text.masking import short_text

T = TypeVar("T")
Row = Mapping[str, object]

#: A code that no dossier has, for a harmless look-up.
NO_DOSSIER = "KHOP-CHECK-000000-0000"
#: How long, in seconds, a refusal that a new login did not solve counts as final. The time is
#: limited because the same words may later mean that the session has expired.
FINAL_SECONDS = 60.0
_MOST_FINAL = 1_000
_UNCLEAR = "the answer says neither success nor failure"


class Exchange:
    """Makes calls in one dialect, with the access that ``login`` gives. Safe for threads."""

    def __init__(
        self,
        transport: Transport,
        dialect: Dialect,
        login: Login,
        words: AnswerWords,
        *,
        clock: Callable[[], float],
    ) -> None:
        self.system = transport.system
        self.dialect = dialect
        self._transport = transport
        self._login = login
        self._words = words
        self._sessions = SessionKeeper(lambda: login.open(transport), clock=clock)
        self._clock = clock
        #: Form of a refusal -> until when it counts as final.
        self._final_until: dict[str, float] = {}

    def log_in(self) -> None:
        """Open a new session; without a login, see whether a server answers.

        Raises ConnectorError.
        """
        self._sessions.log_in()
        if not self._login.renew_on:
            self._reach()

    def found(self, call: Call) -> tuple[Row, ...]:
        """The rows of a read; empty when the portal answered that there are none."""

        def read(answer: Answer) -> tuple[Row, ...]:
            reply = read_reply(answer)
            self._check(call, reply, judge_read(reply, self._words), answer)
            return rows(reply)

        return self._ask(call, read, write=False)

    def send(self, call: Call) -> None:
        """A write that may be repeated after a refusal, since its data has a key."""
        create = call.updating is False

        def read(answer: Answer) -> None:
            reply = read_reply(answer)
            verdict = judge_write(reply, self._words, create=create)
            self._check(call, reply, verdict, answer)

        self._ask(call, read, write=True)

    def send_once(self, call: Call) -> None:
        """A write that would take effect twice if it were repeated."""
        used: list[Session] = []
        try:
            self._ask_once(call, used)
        except Refused as refusal:
            error = _settled(refusal, call)
            # A refusal with an unknown code does not prove that nothing took effect. The call is
            # repeated only when the session was refused: a look-up with it is then refused too.
            valid = Refused not in self._login.renew_on or not used or self._is_valid(used[-1])
        else:
            return
        if valid:
            raise error
        self._sessions.renewed(used[-1])
        try:
            self._ask_once(call, used)
        except Refused:
            raise error from None

    def _ask_once(self, call: Call, used: list[Session]) -> None:
        def read(answer: Answer) -> None:
            reply = read_text_reply(answer)
            self._check(call, reply, judge_progress(reply, self._words), answer)

        self._ask(call, read, write=True, used=used)

    def _check(self, call: Call, reply: Reply, verdict: Verdict, answer: Answer) -> None:
        """Raises AlreadyExists or Refused for a verdict that is not ACCEPTED; for one that is
        UNCLEAR, Refused where a new session may give a clear one, else OutcomeUnknown."""
        if verdict is Verdict.ACCEPTED:
            return
        kind: type[ConnectorError] = AlreadyExists if verdict is Verdict.EXISTS else Refused
        detail = short_text(reply.message) or None
        if verdict is Verdict.UNCLEAR:
            renewable = call.data is None or is_about_session(reply.message)
            kind = _ExpiredPerhaps if renewable else _unclear_kind(call)
            detail = f"{_UNCLEAR}: {detail}" if detail else _UNCLEAR
        raise kind(
            self.system,
            call.service,
            http_status=answer.status,
            code=short_text(reply.code)[:40] if reply.code else None,
            detail=detail,
        )

    def _ask(
        self,
        call: Call,
        read: Callable[[Answer], T],
        *,
        write: bool,
        used: list[Session] | None = None,
    ) -> T:
        """One call. ``used``: given for a call that must not be repeated after a refusal;
        receives the session of each try."""
        # A call that the dialect cannot write is refused before there is a login for it.
        written = self.dialect.write(call)
        refusals: list[Refused] = []

        def send(session: Callable[[], Session]) -> T:
            def carry() -> CallOptions:
                current = session()
                if used is not None:
                    used.append(current)
                return written.carry(current.text)

            try:
                return self._transport.exchange(
                    call.service, written.method, written.url, read, each_try=carry, write=write
                )
            except Refused as refusal:
                if not write and self._is_final(refusal, refusals):
                    error: Exception = _FinalRefusal(refusal)
                elif write and type(refusal) is Refused and says_exists(refusal.detail or ""):
                    error = as_error(AlreadyExists, refusal, refusal.detail)
                else:
                    refusals.append(refusal)
                    raise
            raise error

        renew_on = self._login.renew_on
        if used is not None:
            renew_on = tuple(kind for kind in renew_on if kind is not Refused)
        try:
            return self._sessions.use(send, renew_on)
        except _ExpiredPerhaps as unclear:
            if used is not None:
                raise
            last = _settled(unclear, call)
        except _FinalRefusal as final:
            last = _settled(final.refusal, call)
        raise last

    def _is_final(self, refusal: Refused, earlier: Sequence[Refused]) -> bool:
        """Whether a new session would not change this refusal of a read: the call was refused with
        the same text in another session, or a similar call was refused recently. ``earlier``: the
        refusals of the same call with the sessions before."""
        form = refusal_form(refusal.operation, refusal.code, refusal.detail)
        if form is None:
            return False
        if any(refusal_form(each.operation, each.code, each.detail) == form for each in earlier):
            if len(self._final_until) >= _MOST_FINAL:
                self._final_until.clear()
            self._final_until[form] = self._clock() + FINAL_SECONDS
        return self._clock() < self._final_until.get(form, -math.inf)

    def _is_valid(self, session: Session) -> bool:
        """Whether the portal still accepts this session, by a harmless look-up.

        True also when that cannot be determined.
        """
        call = Call("TraCuuHoSo", {"mahoso": NO_DOSSIER})
        if not self.dialect.offers(LOOK_UP):
            return True

        def read(answer: Answer) -> None:
            reply = read_reply(answer)
            self._check(call, reply, judge_read(reply, self._words), answer)

        try:
            written = self.dialect.write(call)
            carried = written.carry(session.text)
            self._transport.exchange(call.service, written.method, written.url, read, **carried)
        except _ExpiredPerhaps as unclear:
            return not is_about_session(unclear.detail or "")
        except (Refused, Unauthorised):
            return False
        except ConnectorError:
            return True
        return True

    def _reach(self) -> None:
        try:
            self._transport.call("reach", "GET", self.dialect.address, attempts=1)
        except ConnectorError as error:
            # Any HTTP answer shows that a server is there.
            if error.http_status is None:
                raise


class _ExpiredPerhaps(Refused):
    """A message that means neither success nor failure; a new session may give a clear one."""


def _settled(refusal: Refused, call: Call) -> ConnectorError:
    """The error that a refusal is when no new login is tried."""
    unclear = isinstance(refusal, _ExpiredPerhaps)
    return as_error(_unclear_kind(call), refusal, refusal.detail) if unclear else refusal


def _unclear_kind(call: Call) -> type[ConnectorError]:
    return Unreadable if call.data is None else OutcomeUnknown


class _FinalRefusal(Exception):
    """Wraps a refusal, so that the retry after a new login does not catch it."""

    def __init__(self, refusal: Refused) -> None:
        super().__init__()
        self.refusal = refusal
