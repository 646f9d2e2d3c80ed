"""``khop demo``: one whole cycle on simulated systems whose differences are known."""

from __future__ import annotations

import json
import shutil
import sys
import time
from collections import Counter
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.commands.setup import prepare
from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import (
    FaultsOption,
    FormatOption,
    LangOption,
    ReportFormat,
    SeedOption,
    SizeOption,
)
from khop.cli.reports import make_report, write_report
from khop.cli.result_table import result_table
from khop.cli.session import engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sandbox import SandboxProcess
    from khop.sync.engine import Engine
    from khop.sync.results import Finding, Freshness

#: A file that every demo writes, so that no other folder is ever deleted.
_MARK = ".khop-demo"
#: Pulls and applies at most, until nothing is left over from answers that went wrong.
_ROUNDS = 5

Pairs = frozenset[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class _Story:
    """(rule, code) of the findings before and after the repair, and of the planted differences."""

    before: Pairs
    after: Pairs
    planted: Pairs
    findings: list[Finding]
    freshness: Freshness
    violations: list[dict[str, Any]]


def demo(
    context: typer.Context,
    size: SizeOption = 2000,
    seed: SeedOption = 1,
    faults: FaultsOption = 0.02,
    folder: Annotated[Path, typer.Option("--dir", help="option.dir", metavar="FOLDER")] = Path(
        "demo"
    ),
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, None, format)
    began = time.monotonic()
    _make_room(shell, folder)
    shell.config = folder / "khop.toml"
    shell.note("demo.start", size=size, faults=f"{faults:.0%}")
    with _sandbox(shell, folder, size, seed, faults) as systems:
        prepare(shell)
        story = _play(shell, systems)
    _write_files(shell, folder, story)
    if shell.as_json:
        shell.show_json(_as_json(story, folder))
    else:
        _show(shell, story, folder)
    shell.note("demo.took", seconds=f"{time.monotonic() - began:.0f}")
    return OK if story.before == story.planted and not story.violations else ERROR


def _make_room(shell: Shell, folder: Path) -> None:
    """Make an empty folder. Raises KhopError when it holds files that no demo wrote."""
    try:
        if folder.exists() and any(folder.iterdir()):
            if not (folder / _MARK).is_file():
                raise KhopError(shell.words("error.demo_dir", path=folder))
            shutil.rmtree(folder)
        folder.mkdir(parents=True, exist_ok=True)
        (folder / _MARK).touch()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KhopError(shell.words("error.not_written", path=folder, reason=reason)) from None


@contextmanager
def _sandbox(
    shell: Shell, folder: Path, size: int, seed: int, faults: float
) -> Iterator[SandboxProcess]:
    from khop.sandbox import start_process

    try:
        started = start_process(size=size, seed=seed, faults=faults, folder=folder)
    except (OSError, RuntimeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise KhopError(shell.words("error.sandbox_failed", reason=reason)) from None
    with started:
        yield started


def _play(shell: Shell, systems: SandboxProcess) -> _Story:
    """Pull, reconcile, plan, apply, pull, reconcile, all at the present of the simulated world."""
    with engine(shell) as opened:
        shell.note("demo.step_pull")
        _pull(shell, opened)
        shell.note("demo.step_reconcile")
        before = _reconcile(opened, systems.now)
        _apply(shell, opened)
        shell.note("demo.step_again")
        _pull(shell, opened)
        after = _reconcile(opened, systems.now)
        return _Story(
            before=before,
            after=after,
            planted=frozenset(
                (line["rule"], line["code"] or _place(line["row"])) for line in systems.truth()
            ),
            findings=list(opened.findings()),
            freshness=opened.freshness(),
            violations=systems.violations(),
        )


def _pull(shell: Shell, opened: Engine) -> None:
    """Pull until no source needs another pull. Raises KhopError when a source still fails."""
    for _ in range(_ROUNDS):
        with shell.progress() as progress:
            summary = opened.pull(progress=progress)
        parts = [part.as_json() for part in summary.sources]
        if summary.ok and not any(_left_over(part) for part in parts):
            return
    for part in summary.sources:
        if part.error is not None:
            raise KhopError(shell.words("pull.failed", source=part.source, error=part.error))


def _left_over(part: dict[str, Any]) -> bool:
    """Whether another pull would bring more. Look-ups without a usable answer do not count: for
    some dossiers of the simulated world there is never one."""
    return any(part.get(name) for name in ("waiting", "history_missing"))


def _reconcile(opened: Engine, now: datetime) -> Pairs:
    opened.reconcile(now)
    return frozenset(
        (finding.rule, finding.code or _place(finding.evidence[0])) for finding in opened.findings()
    )


def _place(row: Mapping[str, Any]) -> str:
    """File, sheet and row of a row of paper that names no dossier."""
    return f"{row['file']} {row['sheet']} {row['row']}"


def _apply(shell: Shell, opened: Engine) -> None:
    """Apply until the plan is empty: nothing is left that a machine can repair."""
    for _ in range(_ROUNDS):
        made = opened.plan()
        if not made.items:
            return
        shell.note("demo.step_apply", count=len(made.items))
        with shell.progress() as progress:
            opened.apply(made, confirm=lambda question: True, progress=progress)


def _write_files(shell: Shell, folder: Path, story: _Story) -> None:
    shell.note("demo.step_report")
    report = make_report(shell, load(shell), story.findings, story.freshness)
    write_report(shell, report, ReportFormat.HTML, folder / "report.html")
    write_report(shell, report, ReportFormat.XLSX, folder / "findings.xlsx")
    text = json.dumps(story.violations, ensure_ascii=False, indent=2)
    (folder / "violations.json").write_text(f"{text}\n", "utf-8")


def _counts(story: _Story) -> list[tuple[str, int, int, int]]:
    """(rule, before, repaired, left) for each rule with findings."""
    from khop.sync.reconciling.rules import place

    before = Counter(rule for rule, _ in story.before)
    left = Counter(rule for rule, _ in story.after)
    repaired = Counter(rule for rule, _ in story.before - story.after)
    rules = sorted(before.keys() | left.keys(), key=place)
    return [(rule, before[rule], repaired[rule], left[rule]) for rule in rules]


def _as_json(story: _Story, folder: Path) -> dict[str, Any]:
    return {
        "folder": str(folder),
        "planted": len(story.planted),
        "not_found": len(story.planted - story.before),
        "not_planted": len(story.before - story.planted),
        "rules": [
            {"rule": rule, "before": before, "repaired": repaired, "left": left}
            for rule, before, repaired, left in _counts(story)
        ],
        "violations": story.violations,
    }


def _show(shell: Shell, story: _Story, folder: Path) -> None:
    from khop.audit.rules import rule_words

    names = rule_words(shell.words.lang)
    rows = [
        (rule, names[rule].name, before, repaired, left)
        for rule, before, repaired, left in _counts(story)
    ]
    repaired = len(story.before - story.after)
    rows.append(("", shell.words("demo.total"), len(story.before), repaired, len(story.after)))
    columns = ("rule", "name", "before", "repaired", "left")
    shell.show(shell.words("demo.table"), result_table(shell.words, columns, rows))
    _show_truth(shell, story)
    if story.violations:
        shell.note("demo.violations", count=len(story.violations), path=folder / "violations.json")
    else:
        shell.note("demo.violations_none")
    for name in ("report.html", "findings.xlsx"):
        shell.note("demo.look", path=folder / name)
    code = next((finding.code for finding in story.findings if finding.code), None)
    if code is not None:
        again = {"code": code, "config": folder / "khop.toml"}
        shell.note("demo.again", program=_program(), **again)


def _program() -> str:
    """The command that starts this program again."""
    if shutil.which("khop"):
        return "khop"
    called = Path(sys.argv[0])
    return f"{sys.executable} -m khop" if called.name == "__main__.py" else str(called)


def _show_truth(shell: Shell, story: _Story) -> None:
    """Say whether the findings are exactly the planted differences."""
    missing = len(story.planted - story.before)
    extra = len(story.before - story.planted)
    if missing or extra:
        shell.note("demo.found_not", missing=missing, extra=extra)
    else:
        shell.note("demo.found", count=len(story.planted))
