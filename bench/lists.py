"""Lists of findings: how soon ``khop audit`` writes its first row and how long all take, and what
a page costs; beside a program that reads the same rows by SQL and writes them as JSON.

    python -m bench.lists [--size N] [--rounds N]

Processor time: other work on the machine does not change it much.
"""

from __future__ import annotations

import argparse
import json
import os
import random
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import closing
from functools import partial
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

import sqlalchemy as sa

from bench.measure import environment, keep
from bench.times import NOW_US
from khop.config.domain_tables import Tables
from khop.sync.findings.filters import Filters
from khop.sync.findings.pages import Turn, finding_page
from khop.sync.ledger import Ledger, create_ledger, finding_counts
from khop.sync.ledger.schema import discrepancy
from khop.sync.privacy import ensure_key
from khop.sync.reconciling.rules import RULES

FORMATS = ("table", "json", "jsonl")
#: To draw a table takes so long that only its first row is waited for.
_DRAWN = "table"
PAGES = {
    "first": (Filters(), None),
    "deep": (Filters(), "S3.C1.H99"),
    "of a unit": (Filters(units=("UBND xã Mẫu 7",)), None),
    "by the end of a code": (Filters(code_ends="4711"), None),
    "resolved": (Filters(states=("resolved",)), None),
}
_CONFIG = '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'
_UNITS = 150
_AT_ONCE = 10_000
_TICKS = os.sysconf("SC_CLK_TCK")
_RAW = """
import json, sqlite3, sys
rows = sqlite3.connect(sys.argv[1])
rows.row_factory = sqlite3.Row
for row in rows.execute(
    "SELECT * FROM discrepancy WHERE state IN ('open', 'assigned', 'explained')"
    " ORDER BY severity, rule, subject"
):
    print(json.dumps({**row, "values": json.loads(row["values_json"]),
                      "evidence": json.loads(row["evidence_json"])}, ensure_ascii=False))
"""


def measure(size: int, rounds: int) -> dict[str, Any]:
    """Seconds of processor time."""
    with TemporaryDirectory() as name:
        folder = Path(name)
        _make(folder, size)
        raw = [sys.executable, "-c", _RAW, str(folder / "khop.db")]
        audit = [sys.executable, "-m", "khop", "audit", "--config", str(folder / "khop.toml")]
        programs = {"raw": raw} | {form: [*audit, "--format", form] for form in FORMATS}
        taken: dict[str, list[dict[str, float]]] = {name: [] for name in programs}
        for _ in range(rounds):
            for peer, program in programs.items():
                taken[peer].append(_run(program, whole=peer != _DRAWN))
        lists = {peer: _medians(found) for peer, found in taken.items()}
        return {
            "size": size,
            "lists": lists,
            "jsonl_to_raw": round(lists["jsonl"]["all"] / lists["raw"]["all"], 2),
            "pages": _pages(folder, rounds),
        }


def _medians(found: Sequence[dict[str, float]]) -> dict[str, float]:
    return {name: round(median(each[name] for each in found), 2) for name in found[0]}


def _make(folder: Path, size: int) -> None:
    """An installation with ``size`` findings that need work and as many that are resolved."""
    (folder / "khop.toml").write_text(_CONFIG, "utf-8")
    ensure_key(folder / "khop.key")
    url = f"sqlite:///{folder / 'khop.db'}"
    create_ledger(url)
    engine = sa.create_engine(url)
    with engine.begin() as connection:
        for start in range(0, 2 * size, _AT_ONCE):
            some = range(start, min(start + _AT_ONCE, 2 * size))
            connection.execute(sa.insert(discrepancy), list(_rows(some, size)))
        finding_counts.recount(connection)
    engine.dispose()


def _rows(numbers: range, size: int) -> Iterator[dict[str, Any]]:
    draw = random.Random(numbers.start)
    rules = list(RULES.values())
    for number in numbers:
        rule = draw.choice(rules)
        place = f"H99.{draw.randrange(10, 40)}.{draw.randrange(1, 9):02}"
        code = f"{place}-2611{number % 28 + 1:02}-{number:07}"
        values = {"os_status": 9, "po_status": 4, "os_finished": "2026-11-12T09:00:00+07:00"}
        evidence = [
            {"source": "igate", "kind": "record", "native_id": f"{number:024x}"},
            {"source": "dvcqg", "kind": "look_up", "code": code, "checked_at": "2026-11-20"},
        ]
        yield {
            "rule": rule.id,
            "subject": code,
            "code": code,
            "reversed_code": code[::-1],
            "state": "open" if number < size else "resolved",
            "severity": rule.severity.value,
            "unit": f"UBND xã Mẫu {draw.randrange(_UNITS)}",
            "acts": rule.acts,
            "fingerprint": f"{number:064x}",
            "values_json": json.dumps(values),
            "evidence_json": json.dumps(evidence),
            "first_seen_us": NOW_US,
            "last_seen_us": NOW_US,
            "opened_us": NOW_US,
            "resolved_us": None if number < size else NOW_US,
            "reopened": 0,
        }


def _run(program: Sequence[str], *, whole: bool) -> dict[str, float]:
    """Seconds until the first finding was written; with ``whole`` also until the program ended, and
    the most memory it had."""
    with subprocess.Popen(
        program, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, env=environment()
    ) as child:
        assert child.stdout is not None
        next(line for line in child.stdout if b"H99." in line)
        fields = Path(f"/proc/{child.pid}/stat").read_text("ascii").rpartition(")")[2].split()
        first = (int(fields[11]) + int(fields[12])) / _TICKS
        if not whole:
            child.terminate()
        for _ in child.stdout:
            pass
        _, status, used = os.wait4(child.pid, 0)
        child.returncode = os.waitstatus_to_exitcode(status)
    rest = {"all": used.ru_utime + used.ru_stime, "memory_mb": used.ru_maxrss / 1024}
    return {"first_row": first, **(rest if whole else {})}


def _pages(folder: Path, rounds: int) -> dict[str, float]:
    """Milliseconds a page of 50, once it has been asked for before."""
    names = Tables().unit_names
    with closing(Ledger(f"sqlite:///{folder / 'khop.db'}")) as ledger:
        return {
            name: _milliseconds(partial(finding_page, ledger, filters, names, Turn(after)), rounds)
            for name, (filters, after) in PAGES.items()
        }


def _milliseconds(ask: Callable[[], object], rounds: int) -> float:
    ask()
    spent = []
    for _ in range(10 * rounds):
        began = time.process_time()
        ask()
        spent.append(1000 * (time.process_time() - began))
    return round(median(spent), 2)


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="python -m bench.lists")
    parser.add_argument("--size", type=int, default=200_000)
    parser.add_argument("--rounds", type=int, default=3)
    given = parser.parse_args(arguments)
    keep("lists", measure(given.size, given.rounds))


if __name__ == "__main__":
    main()
