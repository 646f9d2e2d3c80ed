"""The channels of alarms that tests open, and the configuration that names them."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from khop.config.model import Config
from khop.daemon.alarms.names import AlarmName
from khop.daemon.health import Watcher
from khop.sync.ledger import Ledger
from tests.daemon.alarms.mail_server import MailServer, mail_server
from tests.daemon.told import START
from tests.sync.fakes import FakeClock
from tests.sync.findings.receiver import SECRET, NoticeReceiver, receiving

NOTHING_LISTENS = "http://127.0.0.1:9/khop"
PASSWORD = "a password of the mail server"


@pytest.fixture
def same_clock(ledger: Ledger, monkeypatch: pytest.MonkeyPatch) -> None:
    """The ledger's clock, also a server's, is that of the test."""
    monkeypatch.setattr(ledger.database, "now_us", lambda connection: None)


@pytest.fixture
def configured(tmp_path: Path) -> Callable[..., Config]:
    """Configurations with these keys of ``[alarms]``."""
    for name, text in {"secret": SECRET, "password": PASSWORD}.items():
        (tmp_path / name).write_text(text, "utf-8")

    def build(**keys: Any) -> Config:
        alarms = {"language": "en", "timeout": 20.0, **keys}
        province = {"name": "Tỉnh Mẫu", "code": "H99"}
        return Config.model_validate(
            {"province": province, "alarms": alarms, "sources": {}, "base_dir": tmp_path}
        )

    return build


@pytest.fixture
def mail() -> Iterator[MailServer]:
    with mail_server(MailServer()) as server:
        yield server


@pytest.fixture
def webhook(clock: FakeClock) -> Iterator[NoticeReceiver]:
    with receiving(clock.now) as opened:
        yield opened


def by_mail(server: MailServer, **keys: Any) -> dict[str, Any]:
    return {
        "host": "127.0.0.1",
        "port": server.port,
        "security": "none",
        "sender": "khop@example.vn",
        "to": ["cntt@example.vn", "truc@example.vn"],
        **keys,
    }


def posted(url: str) -> dict[str, Any]:
    return {"url": url, "secret": {"file": "secret"}}


def raise_alarm(ledger: Ledger, config: Config, *names: AlarmName) -> None:
    with ledger.write() as connection:
        for name in names or (AlarmName.DISK,):
            Watcher.of(config.alarms).raise_alarm(connection, name, "91 % full", START)


def program(folder: Path, text: str) -> list[str]:
    path = folder / "program.py"
    path.write_text(text, "utf-8")
    return [sys.executable, str(path), str(folder / "given")]
