"""Writes the folder of a sandbox: khop.toml, the files it names, and the true findings."""

from __future__ import annotations

import csv
import json
import os
from collections.abc import Iterable, Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

from khop.sandbox.accounts import dvcqg, igate, population, vnpost
from khop.sandbox.files.unit_file import units_text
from khop.sandbox.truth.finding import Finding
from khop.sandbox.world import paper
from khop.sandbox.world.dossiers import PortalEntry
from khop.sandbox.world.portal_dates import write_date
from khop.sandbox.world.register import MADONVI, PROVINCE, Register

_SECRETS = {
    "igate": igate.CLIENT_SECRET,
    "dvcqg": dvcqg.PASSWORD,
    "vnpost": vnpost.CONSUMER_SECRET,
    "population": population.SECRET,
}
#: The sections of khop.toml, in order.
CONFIGURED = (
    "igate", "dvcqg", "portal_extract", "vnpost", "population", "logbook", "result_register",
)  # fmt: skip

_HEAD = """\
# Configuration of khop for the simulated province {province}.

[province]
name = "Tỉnh Mẫu"
code = "{province}"

[ledger]
url = "sqlite:///khop.db"             # a relative path starts at this file's folder

[units]
file = "don-vi.toml"                  # the units, and which took over from which
"""
_SECTIONS = {
    "igate": """\
# The one-stop system: where the dossiers are handled.
[sources.igate]
adapter = "igate"
role = "one_stop"
base_url = "{url}"
token_url = "{url}{igate.TOKEN_PATH}"
client_id = "{igate.CLIENT_ID}"
client_secret = {{ file = "secrets/igate" }}
page_size = 500
calls_per_second = 2000

# This deployment uses the usual labels; no table of khop's maps 17 "Chờ ký số liên thông",
# so it stays unmapped. A deployment with labels of its own adds, for example:
# [sources.igate.status.by_id]
# 9 = 9
# [sources.igate.status.by_name]
# "Đã ký số" = 9
""",
    "dvcqg": """\
# The national portal, asked about one dossier at a time.
[sources.dvcqg]
adapter = "dvcqg"
role = "portal"
dialect = "native"
base_url = "{url}"
username = "{dvcqg.USERNAME}"
password = {{ file = "secrets/dvcqg" }}
madonvi = "{madonvi}"
dstcode = "{dvcqg.DSTCODE}"
calls_per_second = 2000
""",
    "portal_extract": """\
# All the codes the portal holds: the only way to learn of a dossier the one-stop never had.
[sources.portal_extract]
adapter = "portal_file"
role = "portal"
path = "portal-extract.csv"
""",
    "vnpost": """\
# The post: what was handed to it, and what it delivered.
[sources.vnpost]
adapter = "vnpost"
role = "post"
token_url = "{url}{vnpost.TOKEN_PATH}"
order_url = "{url}{vnpost.ORDER_PATH}"
cancel_url = "{url}{vnpost.CANCEL_PATH}"
tracking_url = "{url}{vnpost.TRACKING_PATH}"
document_url = "{url}{vnpost.DOCUMENT_PATH}"
consumer_key = "{vnpost.CONSUMER_KEY}"
consumer_secret = {{ file = "secrets/vnpost" }}
customer_code = "{vnpost.CUSTOMER_CODE}"
""",
    "population": """\
# The population database: whether what an applicant wrote belongs together.
[sources.population]
adapter = "population"
role = "population"
url = "{url}{population.SIGN_PATH}"
sign_path = "{population.SIGN_PATH}"
username = "{population.USERNAME}"
secret = {{ file = "secrets/population" }}
timestamp_unit = "ms"
unit_code = "{province}"
""",
    "logbook": """\
# The logbook kept beside the system: what was received and given back on paper.
[sources.logbook]
adapter = "logbook_file"
role = "logbook"
path = "{paper.LOGBOOK_FILE}"
""",
    "result_register": """\
# The register of signed results.
[sources.result_register]
adapter = "register_file"
role = "register"
path = "{paper.REGISTER_FILE}"
""",
}
_TAIL = """\
[repair]
max_changes = 1000
"""


def write_world(
    folder: Path,
    urls: Mapping[str, str],
    *,
    truth: Iterable[Finding],
    entries: Iterable[PortalEntry],
    register: Register,
) -> None:
    """Write all files but those of paper into ``folder``, which is created if needed."""
    folder.mkdir(parents=True, exist_ok=True)
    lines = (json.dumps(line, ensure_ascii=False) for line in truth_lines(truth))
    (folder / "truth.jsonl").write_text("".join(f"{line}\n" for line in lines), "utf-8")
    _write_extract(folder / "portal-extract.csv", entries)
    (folder / "don-vi.toml").write_text(units_text(register), "utf-8")
    (folder / "khop.toml").write_text(_config(urls), "utf-8")
    secrets = folder / "secrets"
    secrets.mkdir(mode=0o700, exist_ok=True)
    for name in CONFIGURED:
        if name in _SECRETS:
            _write_secret(secrets / name, _SECRETS[name])


def truth_lines(truth: Iterable[Finding]) -> list[dict[str, Any]]:
    """Findings as JSON objects."""
    return [asdict(finding) for finding in truth]


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
    parts = [_HEAD, *(_SECTIONS[name] for name in CONFIGURED), _TAIL]
    values = {
        "province": PROVINCE,
        "madonvi": MADONVI,
        "igate": igate,
        "dvcqg": dvcqg,
        "vnpost": vnpost,
        "population": population,
        "paper": paper,
    }
    texts = [
        part.format(url=urls.get(name, ""), **values)
        for name, part in zip(("", *CONFIGURED, ""), parts, strict=True)
    ]
    return "\n".join(texts)
