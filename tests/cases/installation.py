"""khop as a province runs it: khop.toml, units, a one-stop, a portal and files; and what its
commands print."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from email.utils import format_datetime
from pathlib import Path
from typing import Any

import pytest

import khop.sync.opening
from khop.cli.main import main
from khop.loopback import LoopbackServer, Request, Response
from tests.cases.systems import TOKEN_PATH, OneStop, Portal

#: The present of every case: two working days after most due dates.
NOW = datetime(2026, 11, 26, 2, 0, tzinfo=UTC)

_HEAD = """
[province]
name = "Tỉnh Mẫu"
code = "H99"

[ledger]
url = "sqlite:///khop.db"

[units]
file = "units.toml"
"""
_ONE_STOP = """
[sources.igate]
adapter = "igate"
role = "one_stop"
base_url = "{url}"
token_url = "{url}{token}"
client_id = "svc"
client_secret = {{ file = "secret" }}
retry_seconds = 1
"""
_PORTAL = """
[sources.dvcqg]
adapter = "dvcqg"
role = "portal"
dialect = "native"
base_url = "{url}"
username = "h99"
password = {{ file = "secret" }}
madonvi = "000.00.00.H99"
dstcode = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
retry_seconds = 1
"""
#: Units whose code is in the older order.
_OLDER = frozenset({1, 4, 7})


@dataclass(frozen=True)
class Printed:
    """What one command printed, and its exit code."""

    code: int
    out: str
    err: str

    @property
    def text(self) -> str:
        return self.out + self.err

    def json(self) -> Any:
        return json.loads(self.out)


class Installation:
    """``folder`` holds khop.toml and everything else. ``now``: the clock of every command.

    ``systems_now``: the clock of both systems; None: the same.
    """

    def __init__(self, folder: Path, capture: pytest.CaptureFixture[str]) -> None:
        self.folder = folder
        self.one_stop = OneStop()
        self.portal = Portal()
        self.one_stop_url = ""
        self.now = NOW
        self.systems_now: datetime | None = None
        self._capture = capture
        self._servers = ExitStack()
        self._sections: list[str] = []

    def start(self) -> None:
        """Serve the systems, and write khop.toml with both."""
        urls = [
            self._servers.enter_context(LoopbackServer(self._dated(system))).url
            for system in (self.one_stop, self.portal)
        ]
        self.one_stop_url = urls[0]
        (self.folder / "units.toml").write_text(units_text(), "utf-8")
        (self.folder / "secret").write_text("s3cret-of-tests\n", "utf-8")
        (self.folder / "secret").chmod(0o600)
        self._sections = [
            _HEAD,
            _ONE_STOP.format(url=urls[0], token=TOKEN_PATH),
            _PORTAL.format(url=urls[1]),
        ]
        self._write()

    def _dated(self, system: Callable[[Request], Response]) -> Callable[[Request], Response]:
        """The system, with its clock in the Date of each answer."""

        def answer(request: Request) -> Response:
            given = system(request)
            date = format_datetime(self.systems_now or self.now, usegmt=True)
            return replace(given, headers={"Date": date, **given.headers})

        return answer

    def stop(self) -> None:
        self._servers.close()

    def configure(self, section: str) -> None:
        """Add a section to khop.toml, such as a source with its adapter and path."""
        self._sections.append(section)
        self._write()

    def set_key(self, source: str, line: str) -> None:
        """Add a key to the section of a source: ``page_size = 10``."""
        head = f"[sources.{source}]\n"
        self._sections = [each.replace(head, f"{head}{line}\n") for each in self._sections]
        self._write()

    def watch_logbook(self, path: str) -> None:
        """Read a logbook of this path (a file, folder or pattern) at each pull."""
        self.configure(
            f'\n[sources.logbook]\nadapter = "logbook_file"\nrole = "logbook"\npath = "{path}"\n'
        )

    def watch_register(self, path: str) -> None:
        """Read a register of this path at each pull."""
        self.configure(
            f'\n[sources.register]\nadapter = "register_file"\nrole = "register"\npath = "{path}"\n'
        )

    def khop(self, *args: str) -> Printed:
        """Run one command with this installation's khop.toml."""
        self._capture.readouterr()
        code = main([*args, "--config", str(self.folder / "khop.toml")])
        printed = self._capture.readouterr()
        return Printed(code, printed.out, printed.err)

    def run(self, *args: str) -> Any:
        """Run one command that must not fail; the JSON it prints."""
        printed = self.khop(*args, "--format", "json")
        assert printed.code in (0, 2), printed.text
        return printed.json()

    def audit(self) -> list[dict[str, Any]]:
        """The open findings after a pull of everything and a reconcile."""
        self.khop("init")
        self.run("pull")
        return self.reconcile()

    def reconcile(self) -> list[dict[str, Any]]:
        """The open findings after a reconcile."""
        self.run("reconcile")
        printed = self.run("audit")
        return list(printed["findings"] if isinstance(printed, dict) else printed)

    def _write(self) -> None:
        (self.folder / "khop.toml").write_text("".join(self._sections), "utf-8")


def rules_by_code(findings: Sequence[dict[str, Any]]) -> dict[str | None, set[str]]:
    """The rules of some findings by dossier code; None for rows of paper without a code."""
    found: dict[str | None, set[str]] = {}
    for each in findings:
        found.setdefault(each["code"] or None, set()).add(each["rule"])
    return found


def units_text() -> str:
    """UBND xã Mẫu 1 to 39."""
    lines: list[str] = []
    for number in range(1, 40):
        code = f"000.{number:02d}.18.H99" if number in _OLDER else f"H99.18.{number:02d}"
        lines += [
            "[[unit]]",
            f'id = "u{number}"',
            f'name = "UBND xã Mẫu {number}"',
            f'codes = ["{code}"]',
            "level = 3",
            "",
        ]
    return "\n".join(lines)


@pytest.fixture
def installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    """An installation with both systems, in English, as of ``NOW``; start at an empty folder."""
    for name in ("LC_ALL", "LC_MESSAGES", "LANG", "KHOP_CONFIG", "KHOP_DEBUG", "COLUMNS"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.chdir(tmp_path)
    made = Installation(tmp_path, capsys)
    monkeypatch.setattr(khop.sync.opening, "_utc_now", lambda: made.now)
    made.start()
    yield made
    made.stop()
