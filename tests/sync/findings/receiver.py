"""A receiver of notices: a server on loopback that answers as a test says."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any

from khop.connectors.notices import verify_notice
from khop.loopback import LoopbackServer, Request, Response

SECRET = "a secret of both sides"


@dataclass
class NoticeReceiver:
    """``answers``: statuses in turn, the last one for ever; None closes the connection without an
    answer."""

    now: datetime
    url: str = ""
    answers: list[int | None] = field(default_factory=lambda: [200])
    requests: list[tuple[Mapping[str, str], bytes]] = field(default_factory=list)
    paths: list[str] = field(default_factory=list)

    def said(self) -> list[Mapping[str, Any]]:
        """The notices that came, each verified as a receiver does it."""
        return [
            verify_notice(SECRET, head, body, now=self.now, longest_age=timedelta(days=1))
            for head, body in self.requests
        ]

    def events(self) -> list[tuple[str, str, str]]:
        """(event, rule, subject) of every finding that came."""
        return [
            (one["event"], one["rule"], one["subject"])
            for notice in self.said()
            for one in notice["findings"]
        ]

    def answer(self, request: Request) -> Response:
        self.paths.append(request.target)
        self.requests.append((request.headers, request.body))
        status = self.answers.pop(0) if len(self.answers) > 1 else self.answers[0]
        if status is None:
            return Response(cut="not_http")  # closes the connection without an answer
        elsewhere = {"Location": f"{self.url}/elsewhere"} if 300 <= status < 400 else {}
        return Response(status, headers=elsewhere)


@contextmanager
def receiving(now: datetime) -> Iterator[NoticeReceiver]:
    receiver = NoticeReceiver(now)
    with LoopbackServer(receiver.answer) as server:
        receiver.url = f"{server.url}/notices"
        yield receiver
