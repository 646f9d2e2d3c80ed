"""``khop work``: what people have to do, one workbook for each unit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.commands.repair import reason_in_words
from khop.cli.exit_codes import OK, WORK
from khop.cli.files import make_folder, read_text, write_text, write_whole
from khop.cli.options import ConfigOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import check_out, compared, engine, load
from khop.cli.shell import Shell, shell_of

if TYPE_CHECKING:
    from khop.audit.worklist import UnitWork, WorkReport
    from khop.sync.findings.work import Task

#: The list of all tasks, beside the workbooks.
INDEX = "work.json"


class WorkFormat(StrEnum):
    """What is written: workbooks and the list of all tasks, or the list alone."""

    XLSX = "xlsx"
    JSON = "json"


def work(
    context: typer.Context,
    out: Annotated[Path, typer.Option("--out", help="option.work_out", metavar="DIR")],
    units: Annotated[
        list[str] | None, typer.Option("--unit", help="option.work_unit", metavar="NAME")
    ] = None,
    config: ConfigOption = None,
    format: Annotated[
        WorkFormat | None, typer.Option("--format", help="option.work_format")
    ] = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format, allowed=WorkFormat)
    with engine(shell) as opened:
        tasks, fresh = opened.work(units or ()), opened.freshness()
        known = compared(shell, opened)
    from khop.audit.worklist import WorkReport, by_unit

    report = WorkReport.of(
        shell.words.lang,
        load(shell).province.name,
        datetime.now(UTC),
        lambda reason: reason_in_words(shell, reason),
        fresh,
    )
    make_folder(out, shell.words)
    check_out(shell, out / INDEX)
    parts = [] if shell.as_json else by_unit(tasks)
    files = _write_workbooks(shell, out, parts, report)
    _write_index(shell, out, tasks, files, report, only=bool(units))
    _print(shell, out, tasks, files)
    return OK if known else WORK


def _write_workbooks(
    shell: Shell, out: Path, parts: Sequence[UnitWork], report: WorkReport
) -> list[dict[str, Any]]:
    from khop.audit.formats.work_xlsx import unit_workbook

    files = []
    with shell.progress() as progress:
        task = shell.words("work.task")
        progress.start(task, len(parts))
        for part in parts:
            name = f"{part.file_name}.xlsx"
            check_out(shell, out / name)
            write_whole(out / name, shell, partial(unit_workbook, part, report))
            files.append({"unit": part.unit or None, "file": name, "count": len(part.tasks)})
            progress.advance(task)
        progress.finish(task)
    return files


def _write_index(
    shell: Shell,
    out: Path,
    tasks: Sequence[Task],
    files: Sequence[Mapping[str, Any]],
    report: WorkReport,
    *,
    only: bool,
) -> None:
    """Write the list of all tasks, and delete the workbooks of an earlier run whose units have no
    task now. With ``only`` (some units were named) and with --format json they are kept."""
    from khop.audit.worklist import work_json

    written = {file["file"] for file in files}
    others = _earlier(shell, out, written)
    if not only and not shell.as_json:
        for file in others:
            (out / file["file"]).unlink(missing_ok=True)
        others = []
    text = json.dumps(work_json(tasks, report, [*files, *others]), ensure_ascii=False, indent=2)
    write_text(out / INDEX, shell, f"{text}\n")


def _earlier(shell: Shell, out: Path, written: set[str]) -> list[dict[str, Any]]:
    """The workbooks that an earlier run wrote here and this one did not."""
    index = out / INDEX
    try:
        files = json.loads(read_text(index, shell.words))["files"] if index.exists() else []
        named = [dict(file) for file in files if file["file"] not in written]
    except (ValueError, RecursionError, KeyError, TypeError):
        return []  # a file of another program: khop wrote no workbook here
    return [file for file in named if _is_workbook(out, str(file["file"]))]


def _is_workbook(out: Path, name: str) -> bool:
    plain_name = Path(name).name == name and name.endswith(".xlsx")
    return plain_name and (out / name).is_file()


def _print(
    shell: Shell, out: Path, tasks: Sequence[Task], files: Sequence[Mapping[str, Any]]
) -> None:
    if shell.as_json:
        shell.show_json({"folder": str(out), "index": INDEX, "work": len(tasks)})
        return
    if files:
        no_unit = shell.words("work.no_unit")
        rows = [(file["unit"] or no_unit, file["count"], file["file"]) for file in files]
        shell.show(result_table(shell.words, ("unit", "count", "file"), rows))
    shell.note("work.written" if tasks else "work.nothing", count=len(tasks), path=out)
