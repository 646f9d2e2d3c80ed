"""The command line in processes of its own, from an empty folder to a repaired province."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest

from khop.sandbox import SandboxProcess, start_process
from tests import paths

NOW = "2026-11-20T16:00:00+07:00"
OK, ERROR, WORK = 0, 1, 2


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("province")


@pytest.fixture(scope="module")
def province(folder: Path) -> Iterator[SandboxProcess]:
    with start_process(size=200, seed=5, now=datetime.fromisoformat(NOW), folder=folder) as sandbox:
        yield sandbox


def khop(folder: Path, *args: str, **env: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "khop", *args, "--lang", "en"],
        cwd=folder,
        env={**os.environ, "PYTHONPATH": str(paths.ROOT), **env},
        capture_output=True,
        text=True,
        timeout=120,
        check=False,
    )


def as_json(folder: Path, code: int, *args: str) -> Any:
    done = khop(folder, *args, "--format", "json")
    assert done.returncode == code, done.stderr
    return json.loads(done.stdout)


@pytest.mark.slow
def test_a_cycle_finds_the_planted_differences_and_ends_with_an_empty_plan(
    province: SandboxProcess, folder: Path
) -> None:
    assert khop(folder, "init").returncode == OK
    assert {c["source"]: c["ok"] for c in as_json(folder, OK, "check")["systems"]} == {
        "igate": True,
        "dvcqg": True,
        "portal_extract": True,
        "vnpost": True,
        "population": True,
        "logbook": True,
        "result_register": True,
    }
    pulled = as_json(folder, OK, "pull")
    assert all(source["adds_up"] for source in pulled["sources"])

    reconciled = as_json(folder, WORK, "reconcile", "--now", NOW)
    truth = Counter((finding["rule"], finding["code"]) for finding in province.findings())
    assert reconciled["open"] == truth.total()
    listed = as_json(folder, WORK, "audit")
    found = listed["findings"]
    about = {source["source"]: source for source in listed["about"]["sources"]}
    assert about["igate"]["last_success"] is not None
    assert about["igate"]["read"] == about["igate"]["known"] - about["igate"]["quarantined"]
    assert Counter((finding["rule"], finding["code"]) for finding in found) == truth
    assert set(found[0]) == {
        "rule",
        "subject",
        "code",
        "severity",
        "state",
        "unit",
        "acts",
        "first_seen",
        "last_seen",
        "assignee",
        "event",
        "resolved",
        "answer_due",
        "explanation",
        "exclusion",
        "values",
        "evidence",
    }

    plan = as_json(folder, WORK, "plan", "--out", "plan.json")
    assert plan["items"]
    refused = khop(folder, "apply", "plan.json")
    assert refused.returncode == ERROR
    assert "--yes" in refused.stderr
    applied = as_json(folder, OK, "apply", "plan.json", "--yes")
    assert applied["ok"]
    assert as_json(folder, OK, "plan")["items"] == []

    assert as_json(folder, OK, "pull")["ok"]
    left = as_json(folder, WORK, "reconcile", "--now", NOW)
    assert left["open"] == len(province.findings()) < truth.total()
    shown = as_json(folder, OK, "show", plan["items"][0]["code"].lower())
    assert shown["case"]["po_presence"] == "present"
    assert shown["pushes"][0]["state"] == "done"
    assert province.violations() == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        ("secrets/igate", "secrets/dvcqg", "client_secret"),
        ("h99_onegate", "h99_other", "password"),
    ],
)
def test_a_wrong_account_is_named_by_its_key_without_a_traceback(
    old: str, new: str, told: str, province: SandboxProcess, folder: Path
) -> None:
    text = (folder / "khop.toml").read_text("utf-8")
    wrong = folder / "wrong.toml"
    wrong.write_text(text.replace(old, new).replace("khop.db", "wrong.db"), "utf-8")
    assert khop(folder, "init", "--config", "wrong.toml").returncode == OK
    done = khop(folder, "check", "--config", "wrong.toml", COLUMNS="400")
    assert done.returncode == ERROR
    assert told in done.stdout
    assert "Traceback" not in done.stdout + done.stderr


@pytest.mark.slow
def test_no_identity_number_is_in_the_ledger_or_in_the_output(
    province: SandboxProcess, folder: Path
) -> None:
    khop(folder, "init")
    said = khop(folder, "pull", "igate", "--full")
    ledger = b"".join(path.read_bytes() for path in folder.glob("khop.db*"))
    for number in citizens(province):
        assert number.encode() not in ledger
        assert number not in said.stdout + said.stderr


def citizens(province: SandboxProcess) -> list[str]:
    """Identity numbers of invented citizens, read from the one-stop as khop reads it."""
    import httpx

    with httpx.Client(base_url=province.urls["igate"]) as client:
        token = client.post(
            "/auth/realms/digo/protocol/openid-connect/token",
            data={"grant_type": "client_credentials"},
            auth=("svc-khop", "sandbox-igate"),
        ).json()["access_token"]
        page = client.get(
            "/pa/dossier/search",
            params={"page": 0, "size": 100},
            headers={"Authorization": f"Bearer {token}"},
        ).json()
    numbers = [str(i["applicant"]["data"].get("identityNumber", "")) for i in page["content"]]
    found = [number for number in numbers if len(number) >= 9]
    assert len(found) > 50
    return found
