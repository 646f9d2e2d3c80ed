"""The national portal DVCQG in its native dialect (specs/dvcqg.md 1.2 to 1.5, 2.8, 2.9)."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Literal, TypeVar

from khop.connectors.answers import Answer, Unusable
from khop.connectors.checks import header_value, http_address
from khop.connectors.dvcqg.envelope import (
    Reply,
    Verdict,
    judge_progress,
    judge_read,
    judge_write,
    read_reply,
    read_text_reply,
    rows,
    says_exists,
    session_of,
)
from khop.connectors.masking import short_text
from khop.connectors.sessions import Session, SessionKeeper
from khop.connectors.transport import CallOptions, Transport
from khop.faults import AlreadyExists, ConnectorError, Refused, Unauthorised

T = TypeVar("T")
Row = Mapping[str, object]

#: Shape of a code that no dossier has.
_NO_DOSSIER = "KHOP-CHECK-000000-0000"
_ADVICE = "check username and password of this source, and that the portal knows this server"


class DvcqgClient:
    """Looks dossiers up and sends them. Safe for threads.

    ``password`` is asked at each login and not kept. The portal tells no end of a session, and
    no code for an expired one: it is used ``session_seconds``, and after any refusal there is
    one new login and one repeat. ``share_path``: where the catalogues are, if elsewhere.
    ``providerurl``: address of the provider, for adapters that want it.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        *,
        base_url: str,
        login_path: str,
        data_path: str,
        share_path: str | None = None,
        username: str,
        password: Callable[[], str],
        madonvi: str,
        dstcode: str,
        dstcode_in: Literal["header", "query"] = "header",
        providerurl: str | None = None,
        session_seconds: float = 600,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        base = http_address(system, "base_url", base_url)
        self.system = system
        self._transport = transport
        self._login_url = _joined(base, login_path)
        self._data_url = _joined(base, data_path)
        self._share_url = _joined(base, share_path or data_path)
        self._username, self._password = username, password
        self._madonvi = madonvi
        self._session_seconds = session_seconds
        route = {"dstcode": header_value(system, "dstcode", dstcode)} if dstcode.strip() else {}
        self._headers = {"Charset": "utf-8", **(route if dstcode_in == "header" else {})}
        self._params = {**(route if dstcode_in == "query" else {})}
        if providerurl:
            self._params["providerurl"] = http_address(system, "providerurl", providerurl)
        self._sessions = SessionKeeper(self._open_session, clock=clock)

    def login(self) -> None:
        """Open a new session. Raises ConnectorError; Unauthorised says what to do."""
        self._sessions.log_in()

    def look_up(self, code: str) -> tuple[Row, ...]:
        """What the portal has under a dossier code; empty when it answered that it has none.

        Raises ConnectorError when it did not answer.
        """
        return self._found("TraCuuHoSo", self._data_url, {"mahoso": code})

    def procedure(self, code: str) -> Row | None:
        """The portal's description of a procedure; None when it knows none such."""
        found = self._found("LayThuTuc", self._data_url, {"maTTHC": code})
        return found[0] if found else None

    def procedures(self) -> tuple[Row, ...]:
        """The portal's list of procedures: ``MATTHC``, ``TENTTHC``."""
        return self._found("LayDanhSachTTHC", self._share_url, {})

    def create(self, record: Row) -> None:
        """Send a dossier that the portal does not have, alone in its call.

        Raises AlreadyExists, Refused, OutcomeUnknown, other ConnectorErrors.
        """
        self._send_dossier(record, updating=False)

    def update(self, record: Row) -> None:
        """Send a dossier that the portal has. Raises as ``create``."""
        self._send_dossier(record, updating=True)

    def progress(self, steps: Sequence[Row]) -> None:
        """Send progress steps, oldest first, in one call. A repeat would double them.

        Raises Refused, OutcomeUnknown, other ConnectorErrors.
        """
        service = "CapNhatTienDoHoSoMC"

        def read(answer: Answer) -> None:
            reply = read_text_reply(answer)
            self._settle(service, reply, judge_progress(reply), answer)

        if not steps:
            return
        used: list[Session] = []
        keys = {"data": list(steps)}
        try:
            self._ask(service, self._data_url, keys, read, write=True, used=used)
        except Refused as refusal:
            # An unknown code is no proof that nothing was taken. The steps go out once more
            # only when it was the session: then a look-up with it is refused as well.
            if self._holds(used[-1]):
                raise
            self._sessions.renewed(used[-1])
            fault = refusal
        else:
            return
        try:
            self._ask(service, self._data_url, keys, read, write=True, used=used)
        except Refused:
            raise fault from None

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def _send_dossier(self, record: Row, *, updating: bool) -> None:
        service = "DongBoHoSoMC"

        def read(answer: Answer) -> None:
            reply = read_reply(answer)
            self._settle(service, reply, judge_write(reply, create=not updating), answer)

        keys = {"isUpdating": str(updating), "data": [record]}
        self._ask(service, self._data_url, keys, read, write=True)

    def _found(self, service: str, url: str, keys: Row) -> tuple[Row, ...]:
        def read(answer: Answer) -> tuple[Row, ...]:
            reply = read_reply(answer)
            self._settle(service, reply, judge_read(reply), answer)
            return rows(reply)

        return self._ask(service, url, keys, read, write=False)

    def _settle(self, service: str, reply: Reply, verdict: Verdict, answer: Answer) -> None:
        if verdict is Verdict.ACCEPTED:
            return
        kind = AlreadyExists if verdict is Verdict.EXISTS else Refused
        raise self._fault(kind, service, reply, answer)

    def _ask(
        self,
        service: str,
        url: str,
        keys: Row,
        read: Callable[[Answer], T],
        *,
        write: bool,
        used: list[Session] | None = None,
    ) -> T:
        """One data call. ``used`` is given for calls that must not be repeated after a
        refusal; the session of each try is put into it."""

        def send(session: Callable[[], Session]) -> T:
            def body() -> CallOptions:
                current = session()
                if used is not None:
                    used.append(current)
                head = {"session": current.text, "madonvi": self._madonvi, "service": service}
                return {"json": {**head, **keys}}

            try:
                return self._post(service, url, body, read, write=write)
            except Refused as refusal:
                if not (write and says_exists(refusal.detail or "")):
                    raise
                fault = _existing(refusal)
            raise fault

        # A dossier may be sent again after a refusal: it has its code. A step has no key.
        refusals = (Refused, Unauthorised) if used is None else (Unauthorised,)
        return self._sessions.use(send, refusals)

    def _holds(self, session: Session) -> bool:
        """Whether the portal still takes this session, by a look-up that asks for nothing.

        True also when that cannot be told.
        """
        service = "TraCuuHoSo"
        keys = {"session": session.text, "madonvi": self._madonvi, "service": service}

        def read(answer: Answer) -> None:
            reply = read_reply(answer)
            self._settle(service, reply, judge_read(reply), answer)

        try:
            self._post(
                service,
                self._data_url,
                lambda: {"json": {**keys, "mahoso": _NO_DOSSIER}},
                read,
                write=False,
            )
        except (Refused, Unauthorised):
            return False
        except ConnectorError:
            return True
        return True

    def _post(
        self,
        operation: str,
        url: str,
        body: Callable[[], CallOptions],
        read: Callable[[Answer], T],
        *,
        write: bool,
    ) -> T:
        return self._transport.exchange(
            operation,
            "POST",
            url,
            read,
            each_try=body,
            params=self._params,
            headers=self._headers,
            write=write,
        )

    def _open_session(self) -> tuple[str, float]:
        account = {"username": self._username, "password": self._password()}

        def body() -> CallOptions:
            return {"json": account}

        try:
            text = self._post("login", self._login_url, body, self._read_login, write=False)
        except Unauthorised as refusal:
            fault = self._wrong_account(refusal)
        else:
            return text, self._session_seconds
        raise fault

    def _read_login(self, answer: Answer) -> str:
        reply = read_reply(answer)
        if not reply.ok:
            raise self._fault(Unauthorised, "login", reply, answer)
        session = session_of(reply)
        if session is None:
            raise Unusable("a login answer without a session")
        return session

    def _wrong_account(self, refusal: Unauthorised) -> Unauthorised:
        return Unauthorised(
            self.system,
            "login",
            http_status=refusal.http_status,
            code=refusal.code,
            detail=f"{_ADVICE}; it says: {refusal.detail}" if refusal.detail else _ADVICE,
        )

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


def _joined(base: str, path: str) -> str:
    return f"{base}/{path.lstrip('/')}"


def _existing(refusal: Refused) -> AlreadyExists:
    return AlreadyExists(
        refusal.system,
        refusal.operation,
        http_status=refusal.http_status,
        code=refusal.code,
        detail=refusal.detail,
    )
