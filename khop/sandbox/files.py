"""The files a user of the sandbox starts with: the truth, the portal's extract, khop.toml."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path

from khop.sandbox.dossiers import PortalEntry
from khop.sandbox.dvcqg_wire import write_date
from khop.sandbox.judge import Finding
from khop.sandbox.register import MADONVI, PROVINCE

#: The accounts both servers know. They guard invented data on a loopback address.
CLIENT_ID = "svc-khop"
CLIENT_SECRET = "sandbox-igate"
USERNAME = "h99_onegate"
PASSWORD = "sandbox-dvcqg"
DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"

_CONFIG = """\
# Configuration of khop for the simulated province {province}.

[province]
name = "Tỉnh Mẫu"
code = "{province}"

[ledger]
url = "sqlite:///khop.db"             # a relative path starts at this file's folder

# The one-stop system: where the dossiers are handled.
[sources.igate]
adapter = "igate"
role = "one_stop"
base_url = "{igate}"
token_url = "{igate}{token_path}"
client_id = "{client_id}"
client_secret = {{ file = "secrets/igate" }}
page_size = 500
calls_per_second = 2000

# This deployment uses the usual labels; 17 "Chờ ký số liên thông" has no state on the portal
# and stays unmapped. A deployment with labels of its own adds, for example:
# [sources.igate.status.by_id]
# 9 = 9
# [sources.igate.status.by_name]
# "Đã ký số" = 9

# The national portal, asked about one dossier at a time.
[sources.dvcqg]
adapter = "dvcqg"
role = "portal"
dialect = "native"
base_url = "{dvcqg}"
username = "{username}"
password = {{ file = "secrets/dvcqg" }}
madonvi = "{madonvi}"
dstcode = "{dstcode}"
calls_per_second = 2000

# All the codes the portal holds: the only way to learn of a dossier the one-stop never had.
[sources.portal_extract]
adapter = "portal_file"
role = "portal"
path = "portal-extract.csv"

[repair]
auto = []                             # rules the daemon may repair unasked
max_changes = 1000
"""


def write_world(
    folder: Path,
    urls: Mapping[str, str],
    *,
    truth: Iterable[Finding],
    entries: Iterable[PortalEntry],
) -> None:
    """Write everything into ``folder``, which is made if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    _write_truth(folder / "truth.jsonl", truth)
    _write_extract(folder / "portal-extract.csv", entries)
    (folder / "khop.toml").write_text(_config(urls), "utf-8")
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    _write_secret(secrets / "igate", CLIENT_SECRET)
    _write_secret(secrets / "dvcqg", PASSWORD)


def truth_lines(truth: Iterable[Finding]) -> list[dict[str, str]]:
    """Findings as plain objects."""
    return [asdict(finding) for finding in truth]


def _write_truth(path: Path, truth: Iterable[Finding]) -> None:
    lines = (json.dumps(line, ensure_ascii=False) for line in truth_lines(truth))
    path.write_text("".join(f"{line}\n" for line in lines), "utf-8")


def _write_extract(path: Path, entries: Iterable[PortalEntry]) -> None:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(("MaHoSo", "TrangThaiHoSo", "NgayTiepNhan"))
        for entry in entries:
            received = write_date(entry.received, entry.form)
            writer.writerow((entry.code, entry.status, received))


def _write_secret(path: Path, secret: str) -> None:
    descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w", encoding="utf-8") as file:
        file.write(f"{secret}\n")


def _config(urls: Mapping[str, str]) -> str:
    return _CONFIG.format(
        province=PROVINCE, igate=urls["igate"], dvcqg=urls["dvcqg"], madonvi=MADONVI,
        token_path=TOKEN_PATH, client_id=CLIENT_ID, username=USERNAME, dstcode=DSTCODE,
    )  # fmt: skip
