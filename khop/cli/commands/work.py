"""``khop work``: what people have to do, one workbook a unit."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from enum import StrEnum
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.commands.repair import reason
from khop.cli.files import make_folder, read_text, write_whole
from khop.cli.session import engine, load
from khop.cli.shell import OK, ConfigOption, LangOption, Shell, shell_of
from khop.cli.tables import table

if TYPE_CHECKING:
    from khop.audit.worklist import UnitWork, WorkWords
    from khop.sync.findings.work import Task

#: The list of everything, beside the workbooks.
INDEX = "work.json"


class WorkFormat(StrEnum):
    """What is written: workbooks and the list of everything, or that alone."""

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
        tasks = opened.work(units or ())
    from khop.audit.worklist import WorkWords, by_unit

    told = WorkWords.of(
        shell.words.lang,
        load(shell).province.name,
        datetime.now(UTC),
        lambda word: reason(shell, word),
    )
    make_folder(out, shell.words)
    parts = [] if shell.as_json else by_unit(tasks)
    files = _write_workbooks(shell, out, parts, told)
    _write_index(shell, out, tasks, files, told, only=bool(units))
    _say(shell, out, tasks, files)
    return OK


def _write_workbooks(
    shell: Shell, out: Path, parts: Sequence[UnitWork], told: WorkWords
) -> list[dict[str, Any]]:
    from khop.audit.formats.work_xlsx import unit_workbook

    files = []
    with shell.progress() as progress:
        task = shell.words("work.task")
        progress.start(task, len(parts))
        for part in parts:
            name = f"{part.file_name}.xlsx"
            write_whole(out / name, shell.words, partial(unit_workbook, part, told))
            files.append({"unit": part.unit or None, "file": name, "count": len(part.tasks)})
            progress.advance(task)
        progress.finish(task)
    return files


def _write_index(
    shell: Shell,
    out: Path,
    tasks: Sequence[Task],
    files: Sequence[Mapping[str, Any]],
    told: WorkWords,
    *,
    only: bool,
) -> None:
    """The list of everything. Workbooks of an earlier run go when there is nothing left to do;
    those of units that were not asked for (``only``) stay, and all of them for --format json."""
    from khop.audit.worklist import work_json

    written = {file["file"] for file in files}
    others = _earlier(shell, out, written)
    if not only and not shell.as_json:
        for file in others:
            (out / file["file"]).unlink(missing_ok=True)
        others = []
    text = json.dumps(work_json(tasks, told, [*files, *others]), ensure_ascii=False, indent=2)
    write_whole(out / INDEX, shell.words, lambda path: _write(path, f"{text}\n"))


def _earlier(shell: Shell, out: Path, written: set[str]) -> list[dict[str, Any]]:
    """The workbooks that an earlier run wrote here, but for those written now."""
    index = out / INDEX
    try:
        files = json.loads(read_text(index, shell.words))["files"] if index.exists() else []
        named = [dict(file) for file in files if file["file"] not in written]
    except (ValueError, RecursionError, KeyError, TypeError):
        return []  # another program's file: nothing here is ours
    return [file for file in named if _is_workbook(out, str(file["file"]))]


def _is_workbook(out: Path, name: str) -> bool:
    plain_name = Path(name).name == name and name.endswith(".xlsx")
    return plain_name and (out / name).is_file()


def _say(
    shell: Shell, out: Path, tasks: Sequence[Task], files: Sequence[Mapping[str, Any]]
) -> None:
    if shell.as_json:
        shell.show_json({"folder": str(out), "index": INDEX, "work": len(tasks)})
        return
    if files:
        no_unit = shell.words("work.no_unit")
        rows = [(file["unit"] or no_unit, file["count"], file["file"]) for file in files]
        shell.show(table(shell.words, ("unit", "count", "file"), rows))
    shell.note("work.written" if tasks else "work.nothing", count=len(tasks), path=out)


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")
