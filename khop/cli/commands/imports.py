"""``khop import``: files that belong to no source of khop.toml, read once."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.commands.pull import report_pull, show_pull
from khop.cli.commands.setup import show_unusable
from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.session import engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError
from khop.text.safe_display import plain

if TYPE_CHECKING:
    from khop.adapters.ports import Adapter, Context

_PREFIX = "import_"


class FileKind(StrEnum):
    """What a file contains."""

    LOGBOOK = "logbook"
    REGISTER = "register"
    APOLOGY = "apology"
    SLIPS = "slips"
    REPORT = "report"
    COUNTS = "counts"
    FEEDBACK = "feedback"
    RATINGS = "ratings"
    MINISTRY = "ministry"
    PORTAL = "portal"


def import_files(
    context: typer.Context,
    files: Annotated[list[Path], typer.Argument(help="option.import_files", metavar="FILE")],
    kind: Annotated[FileKind, typer.Option("--as", help="option.import_as")],
    unit: Annotated[
        str | None, typer.Option("--unit", help="option.import_unit", metavar="NAME")
    ] = None,
    source: Annotated[
        str | None, typer.Option("--source", help="option.import_source", metavar="NAME")
    ] = None,
    again: Annotated[bool, typer.Option("--again", help="option.import_again")] = False,
    preview: Annotated[bool, typer.Option("--preview", help="option.import_preview")] = False,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if unit is not None and kind is FileKind.PORTAL:
        raise KhopError(shell.words("error.unit_of_codes"))
    name = source or kind.value
    if not name.startswith(_PREFIX):
        name = f"{_PREFIX}{name}"
    build = _builder(name, kind, files, unit)
    if preview:
        return _preview(shell, build)
    # With another unit or source the same file gives other rows, so it is read again.
    full = again or unit is not None or source is not None
    with (
        engine(shell, _portals(shell), accept_clock=accept_clock) as opened,
        shell.progress() as progress,
    ):
        summary = opened.import_files(build, full=full, progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        show_pull(shell, summary)
    code = report_pull(shell, summary, done="import.ok")
    if code == OK:
        shell.note("import.next")
    return code


def _preview(shell: Shell, build: Callable[[Context], Sequence[Adapter]]) -> int:
    """Show what would be read, and store nothing."""
    with engine(shell, sources=[]) as opened:
        checks = opened.preview_files(build)
    ok = all(one.ok for one in checks)
    steps = [step for one in checks for step in one.steps]
    if shell.as_json:
        unusable = [row for one in checks for row in one.unusable]
        shell.show_json({"ok": ok, "files": steps, "unusable": unusable})
    else:
        for step in steps:
            text = plain(shell.words.translated(step["detail"]))
            shell.out.print(text, markup=False, soft_wrap=True)
        show_unusable(shell, checks)
    shell.note("import.preview" if ok else "import.preview_failed")
    return OK if ok else ERROR


def _builder(
    name: str, kind: FileKind, files: Sequence[Path], unit: str | None
) -> Callable[[Context], Sequence[Adapter]]:
    def build(context: Context) -> Sequence[Adapter]:
        from khop.adapters.files.imports import import_codes, import_paper
        from khop.mappings.records import PaperKind

        if kind is FileKind.PORTAL:
            return import_codes(name, files, context)
        return import_paper(name, PaperKind(kind.value), files, context, unit)

    return build


def _portals(shell: Shell) -> list[str]:
    """The portals: they look up the codes of the files. No other source is needed."""
    from khop.adapters.ports import Role

    sources = load(shell).sources
    return [name for name, settings in sources.items() if settings.role is Role.PORTAL]
