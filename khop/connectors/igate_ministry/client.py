"""VNPT's adapter for portals of ministries: six steps that file a dossier (docs/systems/igate.md).

::

    token ─► next value ─► upload ─► create ─► progress ─► status
             (each call takes a number)

Every step but ``login`` is a write without a key of its own, so none is repeated when its outcome
is not known: it raises OutcomeUnknown.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Literal, TypeVar

import httpx

from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address, joined_url
from khop.connectors.http.outcomes import CallOutcome, advised, as_error
from khop.connectors.http.sessions import SessionCalls
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
from khop.errors import ConnectorError, RecordError, Refused, Unauthorised

T = TypeVar("T")
Message = Mapping[str, object]

_ADVICE = "check client_id and client_secret of this source, and that the account is enabled"


@dataclass(frozen=True, slots=True)
class MinistryPaths:
    """Paths of the six steps. The platform's own paths are not public; these are the names of
    the steps behind a ministry's proxy."""

    token: str = "/api/DvcSync/GetToken"
    next_value: str = "/api/DvcSync/GetNextValue"
    upload: str = "/api/DvcSync/UploadFile"
    create: str = "/api/DvcSync/CreateDossier"
    progress: str = "/api/DvcSync/CapNhatTienTrinh"
    status: str = "/api/DvcSync/CapNhatTrangThai"


@dataclass(frozen=True, slots=True)
class MinistryDeployment:
    """One platform and the account there.

    ``client_secret`` is asked for at each login and not kept. ``token_in``: where the token
    travels; ``query`` writes it into the address (``?token=``), which one proxy requires.
    """

    base_url: str
    client_id: str
    client_secret: Callable[[], str] = field(repr=False)
    token_in: Literal["header", "query"] = "header"
    paths: MinistryPaths = MinistryPaths()


class MinistryClient:
    """Files dossiers and reports their progress. Safe for threads.

    ``words``: the messages of this platform that mean success.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        deployment: MinistryDeployment,
        words: AnswerWords | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.system = system
        self._transport = transport
        self._deployment = deployment
        self._words = words or AnswerWords()
        self._paths = deployment.paths
        self._base = http_address(system, "base_url", deployment.base_url)
        self._calls = SessionCalls(transport, self._fetch_token, clock=clock)

    def login(self) -> None:
        """Get a new token. Raises ConnectorError; Unauthorised says what to do."""
        self._calls.sessions.log_in()

    def next_value(self, code: str) -> str:
        """The next dossier code for ``code``, the code of a unit or of a procedure: known programs
        differ. Each call takes a number, so it is never sent twice. Raises ConnectorError."""
        options: CallOptions = {"params": {"code": code}}
        return self._write("GetNextValue", self._paths.next_value, read_next_value, options)

    def upload(self, name: str, content: bytes, media_type: str) -> Uploaded:
        """Store a file; its id and hash are parts of the message to ``create``. Raises
        ConnectorError; RecordError when the file's name cannot be sent."""
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

        def read(reply: MinistryReply) -> Created:
            return read_created(reply, self._words)

        return self._write("CreateDossier", self._paths.create, read, {"json": dossier})

    def progress(self, steps: Sequence[Message]) -> None:
        """Send steps, oldest first. To send them again would double them. Raises as
        ``create``."""
        if steps:
            options: CallOptions = {"json": list(steps)}
            self._write("CapNhatTienTrinh", self._paths.progress, self._done, options)

    def status(self, states: Sequence[Message]) -> None:
        """Send the states of dossiers. Raises as ``create``."""
        if states:
            options: CallOptions = {"json": list(states)}
            self._write("CapNhatTrangThai", self._paths.status, self._done, options)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _done(self, reply: MinistryReply) -> None:
        read_done(reply, self._words)

    def _write(
        self,
        operation: str,
        path: str,
        read: Callable[[MinistryReply], T],
        options: CallOptions,
    ) -> T:
        # A refused token stops the call before it takes effect, so it may be repeated.
        return self._calls.exchange(
            operation,
            "POST",
            joined_url(self._base, path),
            lambda answer: read(MinistryReply.of(answer)),
            lambda token: self._with_token(options, token),
            write=True,
            judge=judge_reply,
        )

    def _with_token(self, options: CallOptions, token: str) -> CallOptions:
        if self._deployment.token_in == "query":
            return {**options, "params": {**(options.get("params") or {}), "token": token}}
        headers = {**(options.get("headers") or {}), "Authorization": f"Bearer {token}"}
        return {**options, "headers": headers}

    def _fetch_token(self) -> tuple[str, float]:
        deployment = self._deployment
        try:
            token, expires_in = self._transport.exchange(
                "login",
                "POST",
                joined_url(self._base, self._paths.token),
                lambda answer: read_token(MinistryReply.of(answer)),
                json={
                    "client_id": deployment.client_id,
                    "client_secret": deployment.client_secret(),
                },
                judge=_judge_login,
            )
        except Unauthorised as refusal:
            error = advised(Unauthorised, refusal, _ADVICE)
        else:
            return token, useful_seconds(expires_in, token)
        raise error


def _judge_login(answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
    """At the login any refusal concerns the account, unless its HTTP status is not 2xx: then the
    path may be wrong."""
    error = judge_reply(answer, outcome)
    if not isinstance(error, Refused) or answer.status >= 300:
        return error
    return as_error(Unauthorised, error, error.detail)
