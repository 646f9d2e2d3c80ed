"""The post's gateways on loopback, with answers by path."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any

from khop.loopback import Request, Response

NOW = datetime(2026, 3, 19, 3, 0, tzinfo=UTC)


@dataclass
class LoopbackPost:
    """Answers each path with its entry of ``answers``; ``asked`` lists the requests."""

    url: str = ""
    answers: dict[str, Callable[[dict[str, str], Any], Any]] = field(default_factory=dict)
    asked: list[tuple[str, str, dict[str, str], Any]] = field(default_factory=list)

    def answer(self, request: Request) -> Response:
        sent = request.json()
        self.asked.append((request.method, request.path, request.query, sent))
        return Response.json(self.answers[request.path](request.query, sent))
