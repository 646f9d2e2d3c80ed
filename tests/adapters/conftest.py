"""Fixtures: the post on loopback, and a context without a book of calls."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from khop.adapters.ports import Context
from khop.loopback import LoopbackServer
from khop.mappings.time.calendar import WorkingCalendar
from tests.adapters.post import NOW, LoopbackPost


@pytest.fixture
def post() -> Iterator[LoopbackPost]:
    fake = LoopbackPost()
    with LoopbackServer(fake.answer) as server:
        fake.url = server.url
        fake.answers["/token"] = lambda query, sent: {"access_token": "t", "expires_in": 3600}
        yield fake


@pytest.fixture
def context(tmp_path: Path) -> Context:
    (tmp_path / "secret").write_text("not-a-real-secret", "utf-8")
    return Context(b"k" * 32, tmp_path, lambda: NOW, WorkingCalendar((), ()))
