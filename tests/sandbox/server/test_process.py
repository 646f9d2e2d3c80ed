"""The sandbox as a program: its files, its control plane, and how it ends."""

from __future__ import annotations

import csv
import json
import os
import signal
import socket
import stat
import subprocess
import sys
import tomllib
import urllib.error
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from khop.sandbox import Faults, SandboxProcess, World, start_process
from khop.sandbox.files import folder as files
from khop.sandbox.server.sandbox import DEFAULT_PORTS
from tests import paths

NOW = datetime(2026, 8, 24, 9, 30, tzinfo=UTC)
URLS = {"igate": "http://127.0.0.1:8101", "dvcqg": "http://127.0.0.1:8102"}


@pytest.fixture(scope="module")
def child(tmp_path_factory: pytest.TempPathFactory) -> Iterator[SandboxProcess]:
    folder = tmp_path_factory.mktemp("sandbox")
    with start_process(size=200, seed=3, now=NOW, folder=folder) as process:
        assert tomllib.loads((folder / "khop.toml").read_text("utf-8"))
        yield process


def test_a_child_serves_the_true_findings(child: SandboxProcess) -> None:
    world = World.generate(seed=3, size=200, now=NOW)

    assert child.now == NOW
    assert [(f["rule"], f["code"], f["repair"]) for f in child.truth()] == [
        (f.rule, f.code, f.repair) for f in world.truth
    ]


def test_the_control_plane_changes_the_world(child: SandboxProcess) -> None:
    world = World.generate(seed=3, size=200, now=NOW)
    code = next(f.code or "" for f in world.truth if f.rule == "A7" and f.repair == "machine")

    child.portal_put(code)
    assert ("A7", code) not in {(f["rule"], f["code"]) for f in child.findings()}
    child.portal_forget(code)
    assert child.findings() == child.truth()
    child.touch(code)
    child.change_status(code, 8)
    who = {"unit": 1, "procedure": 1, "citizen": 1, "received": int(NOW.timestamp()) - 864_000}
    place = child.logbook_write(code="H99.02-260801-0777", **who)
    assert place["sheet"] == "Sở, ngành"
    assert ("A1", "H99.02-260801-0777") in {(f["rule"], f["code"]) for f in child.findings()}
    with pytest.raises(urllib.error.HTTPError, match="400"):
        child.register_write(unit=1, colour="red")
    child.set_faults(Faults(0.5, frozenset({"latency"})))
    assert child.violations() == []
    assert set(child.stats()) == {"requests", "faults"}


def test_time_moves_forward_and_what_is_due_becomes_late() -> None:
    with start_process(size=200, seed=3, now=NOW) as process:
        before = {(f["rule"], f["code"]) for f in process.findings()}
        assert process.advance(40 * 86_400) == NOW + timedelta(days=40)
        late = {(f["rule"], f["code"]) for f in process.findings()} - before
        assert "B10" in {rule for rule, _ in late}
        assert {(f["rule"], f["code"]) for f in process.truth()} == before
        with pytest.raises(urllib.error.HTTPError, match="400"):
            process.advance(-1)


@pytest.mark.parametrize(("code", "status"), [("none", 8), (None, 99)])
def test_the_control_plane_refuses_unknown_codes_and_states(
    child: SandboxProcess, code: str | None, status: int
) -> None:
    known = child.truth()[0]["code"]
    with pytest.raises(urllib.error.HTTPError) as caught:
        child.change_status(code or known, status)
    caught.value.close()
    assert caught.value.code in (400, 404)


def test_a_child_ends_when_its_input_closes() -> None:
    process = start_process(size=200, now=NOW)
    assert process.stop() == 0


def test_a_child_ends_on_a_signal() -> None:
    command = [sys.executable, "-m", "khop.sandbox", "--size", "200", "--ports", "0,0,0"]
    root = paths.ROOT
    environment = {**os.environ, "PYTHONPATH": str(root)}
    with subprocess.Popen(
        command, stdin=subprocess.DEVNULL, stdout=subprocess.PIPE, env=environment
    ) as child:
        assert child.stdout is not None
        ready = json.loads(child.stdout.readline())
        child.send_signal(signal.SIGTERM)
        code = child.wait(10)
    assert code == 0
    assert set(ready["urls"]) == set(DEFAULT_PORTS)


@pytest.mark.parametrize("named", [True, False])
def test_ports_by_name_or_in_order(named: bool) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        port = taken.getsockname()[1]
    with start_process(size=200, now=NOW, ports={"dvcqg": port} if named else (0, port)) as child:
        assert child.urls["dvcqg"].endswith(f":{port}")
        assert not child.urls["control"].endswith(f":{port}")


def test_a_child_that_cannot_start_is_reported(capfd: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(RuntimeError, match="before it was ready"):
        start_process(size=3, now=NOW)
    assert "at least 180" in capfd.readouterr().err


@pytest.fixture
def written(world: World, tmp_path: Path) -> Path:
    world.write(tmp_path, URLS)
    return tmp_path


def test_the_true_findings_are_written_as_json_lines(written: Path, world: World) -> None:
    lines = (written / "truth.jsonl").read_text("utf-8").splitlines()
    objects: list[dict[str, Any]] = [json.loads(line) for line in lines]

    assert [(o["rule"], o["code"], o["repair"], o["why"]) for o in objects] == [
        (f.rule, f.code, f.repair, f.why) for f in world.truth
    ]


def test_the_extract_has_every_code_of_the_portal(written: Path, world: World) -> None:
    raw = (written / "portal-extract.csv").read_bytes()
    rows = list(csv.DictReader(raw.decode("utf-8").splitlines()))

    assert raw.startswith(b"MaHoSo,TrangThaiHoSo,NgayTiepNhan")
    assert {row["MaHoSo"] for row in rows} == set(world.portal)
    assert {f.code for f in world.truth if f.rule == "A8"} <= {row["MaHoSo"] for row in rows}


def test_the_configuration_has_both_systems_and_no_secret(written: Path) -> None:
    text = (written / "khop.toml").read_text("utf-8")
    config = tomllib.loads(text)

    assert config["province"]["code"] == "H99"
    roles = {n: s["role"] for n, s in config["sources"].items()}
    assert tuple(roles) == files.CONFIGURED
    assert roles["igate"] == "one_stop"
    assert roles["dvcqg"] == roles["portal_extract"] == "portal"
    for name, key in (("igate", "client_secret"), ("dvcqg", "password")):
        secret = written / config["sources"][name][key]["file"]
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
        assert secret.read_text("utf-8").strip() not in text


def test_the_post_and_the_population_database_can_be_configured(
    world: World, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    configured = (*files.CONFIGURED, "vnpost", "population")
    monkeypatch.setattr(files, "CONFIGURED", tuple(dict.fromkeys(configured)))
    urls = {name: f"http://127.0.0.1:{port}" for name, port in DEFAULT_PORTS.items()}
    world.write(tmp_path, urls)
    sources = tomllib.loads((tmp_path / "khop.toml").read_text("utf-8"))["sources"]

    assert (sources["vnpost"]["role"], sources["population"]["role"]) == ("post", "population")
    assert sources["vnpost"]["order_url"].startswith("http://127.0.0.1:8103/")
    assert sources["population"]["url"].startswith("http://127.0.0.1:8104/")
    for name, key in (("vnpost", "consumer_secret"), ("population", "secret")):
        secret = tmp_path / sources[name][key]["file"]
        assert stat.S_IMODE(secret.stat().st_mode) == 0o600
