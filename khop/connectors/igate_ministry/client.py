"""VNPT's adapter for portals of ministries: six steps that file a dossier (docs/systems/igate.md).

::

    token ─► next value ─► upload ─► create ─► progress ─► status
             (a number is taken at each call)

Everything but ``login`` is a write that no key makes repeatable: what is not known to have
failed raises OutcomeUnknown and is not sent again.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, TypeVar

import httpx

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.outcomes import Outcome
from khop.connectors.http.sessions import Session, SessionKeeper
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.igate.tokens import useful_seconds
from khop.connectors.igate_ministry.answers import (
    Created,
    MinistryReply,
    Uploaded,
    judge_reply,
    read_created,
    read_done,
    read_next_value,
    read_token,
    read_upload,
)
from khop.errors import AlreadyExists, ConnectorError, RecordError, Refused, Unauthorised

T = TypeVar("T")
Message = Mapping[str, object]

_ADVICE = "check client_id and client_secret of this source, and that the account is enabled"


@dataclass(frozen=True, slots=True)
class MinistryPaths:
    """Where the six steps are. The platform's own paths are not public; these are the names of
    the steps behind a ministry's proxy."""

    token: str = "/api/DvcSync/GetToken"
    next_value: str = "/api/DvcSync/GetNextValue"
    upload: str = "/api/DvcSync/UploadFile"
    create: str = "/api/DvcSync/CreateDossier"
    progress: str = "/api/DvcSync/CapNhatTienTrinh"
    status: str = "/api/DvcSync/CapNhatTrangThai"


class MinistryClient:
    """Files dossiers and tells how they go on. Safe for threads.

    ``client_secret`` is asked at each login and not kept. ``token_in``: where the token
    travels; ``query`` writes it into the address (``?token=``), as one proxy wants it.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        *,
        base_url: str,
        client_id: str,
        client_secret: Callable[[], str],
        paths: MinistryPaths | None = None,
        token_in: Literal["header", "query"] = "header",
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.system = system
        self._transport = transport
        self._base = http_address(system, "base_url", base_url)
        self._paths = paths or MinistryPaths()
        self._client_id, self._client_secret = client_id, client_secret
        self._token_in = token_in
        self._sessions = SessionKeeper(self._fetch_token, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._sessions.log_in()

    def next_value(self, code: str) -> str:
        """The next dossier code for ``code``, that of a unit or a procedure: the sources
        disagree. Each call takes a number; it is never sent twice. Raises ConnectorError."""
        options: CallOptions = {"params": {"code": code}}
        return self._write("GetNextValue", self._paths.next_value, read_next_value, options)

    def upload(self, name: str, content: bytes, media_type: str) -> Uploaded:
        """Store a file; its id and hash go into ``create``. Raises ConnectorError; RecordError
        when its name cannot be sent."""
        try:
            body = httpx.Request("POST", self._base, files={"files": (name, content, media_type)})
        except UnicodeError:
            raise RecordError("files", "has a name that cannot be written") from None
        options: CallOptions = {
            "content": body.read(),
            "headers": {"Content-Type": body.headers["Content-Type"]},
        }
        return self._write("UploadFile", self._paths.upload, read_upload, options)

    def create(self, dossier: Message) -> Created:
        """File a dossier. Raises AlreadyExists, Refused, OutcomeUnknown, other
        ConnectorErrors."""
        return self._write("CreateDossier", self._paths.create, read_created, {"json": dossier})

    def progress(self, steps: Sequence[Message]) -> None:
        """Send steps, oldest first. A repeat would double them. Raises as ``create``."""
        if steps:
            options: CallOptions = {"json": list(steps)}
            self._write("CapNhatTienTrinh", self._paths.progress, read_done, options)

    def status(self, states: Sequence[Message]) -> None:
        """Send the states of dossiers. Raises as ``create``."""
        if states:
            options: CallOptions = {"json": list(states)}
            self._write("CapNhatTrangThai", self._paths.status, read_done, options)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def _write(
        self,
        operation: str,
        path: str,
        read: Callable[[MinistryReply], T],
        options: CallOptions,
    ) -> T:
        def send(session: Callable[[], Session]) -> T:
            def signed() -> CallOptions:
                return self._signed(options, session().text)

            return self._transport.exchange(
                operation,
                "POST",
                self._url(path),
                lambda answer: read(MinistryReply.of(answer)),
                each_try=signed,
                write=True,
                judge=judge_reply,
            )

        # A token turned down stopped the call before it took effect.
        return self._sessions.use(send, (Unauthorised,))

    def _signed(self, options: CallOptions, token: str) -> CallOptions:
        if self._token_in == "query":
            return {**options, "params": {**(options.get("params") or {}), "token": token}}
        headers = {**(options.get("headers") or {}), "Authorization": f"Bearer {token}"}
        return {**options, "headers": headers}

    def _fetch_token(self) -> tuple[str, float]:
        account = {"client_id": self._client_id, "client_secret": self._client_secret()}
        try:
            token, expires_in = self._transport.exchange(
                "login", "POST", self._url(self._paths.token), _token, json=account,
                judge=_judge_login,
            )  # fmt: skip
        except Unauthorised as refusal:
            fault = _explained(refusal)
        else:
            return token, useful_seconds(expires_in, token)
        raise fault

    def _url(self, path: str) -> str:
        return f"{self._base}/{path.lstrip('/')}"


def _token(answer: Answer) -> tuple[str, object]:
    return read_token(MinistryReply.of(answer))


def _judge_login(answer: Answer, outcome: Outcome) -> ConnectorError | None:
    """At the login a refusal is one of the account, under any code but that of a wrong path."""
    fault = judge_reply(answer, outcome)
    if not isinstance(fault, Refused | AlreadyExists) or answer.status >= 300:
        return fault
    return Unauthorised(
        outcome.system,
        outcome.operation,
        http_status=fault.http_status,
        code=fault.code,
        detail=fault.detail,
    )


def _explained(refusal: Unauthorised) -> Unauthorised:
    return Unauthorised(
        refusal.system,
        "login",
        http_status=refusal.http_status,
        code=refusal.code,
        detail=f"{_ADVICE}; it says: {refusal.detail}" if refusal.detail else _ADVICE,
    )
