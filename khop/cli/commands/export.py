"""``khop export``: what cases are made of, for a body that compares several provinces."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import account
from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sync.results import ExportSummary

_BUCKETS = 16


def export(
    context: typer.Context,
    to: Annotated[Path | None, typer.Option("--to", help="option.export_to", metavar="FOLDER")] = (
        None
    ),
    check: Annotated[
        Path | None, typer.Option("--check", help="option.export_check", metavar="FOLDER")
    ] = None,
    buckets: Annotated[
        int, typer.Option("--buckets", help="option.buckets", metavar="NUMBER", min=1, max=4096)
    ] = _BUCKETS,
    applicant_keys: Annotated[
        bool, typer.Option("--applicant-keys", help="option.applicant_keys")
    ] = False,
    reason: Annotated[
        str, typer.Option("--reason", help="option.export_reason", metavar="TEXT")
    ] = "",
    force: Annotated[bool, typer.Option("--force", help="option.export_force")] = False,
    by: Annotated[str | None, typer.Option("--by", help="option.by", metavar="ACCOUNT")] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if (to is None) == (check is None):
        raise KhopError(shell.words("error.export_what"))
    if check is not None:
        return _check(shell, check)
    assert to is not None
    with engine(shell, sources=()) as opened, shell.progress() as progress:
        done = opened.exports.make(
            to,
            actor=by or account(shell),
            buckets=buckets,
            applicant_keys=applicant_keys,
            reason=reason,
            force=force,
            progress=progress,
        )
    if shell.as_json:
        shell.show_json(done.as_json())
    else:
        _show(shell, done)
    return OK


def _show(shell: Shell, done: ExportSummary) -> None:
    shell.show(result_table(shell.words, ("table", "rows"), done.rows.items()))
    shell.note(
        "export.done",
        folder=done.folder,
        province=done.province,
        buckets=done.buckets,
        size=f"{done.size / 1_000_000:,.1f}",
        digest=done.digest,
    )
    shell.note(f"export.{done.applicants}")


def _check(shell: Shell, folder: Path) -> int:
    from khop.sync.exports.checking import check_export

    found = check_export(folder)
    if shell.as_json:
        shell.show_json(found.as_json())
        return OK if found.ok else ERROR
    if not found.ok:
        rows = [(path, shell.words(f"export.{wrong}")) for path, wrong in found.problems]
        shell.show(result_table(shell.words, ("file", "problem"), rows))
    key = "export.sound" if found.ok else "export.damaged"
    shell.show(
        shell.words(
            key,
            folder=found.folder,
            province=found.province,
            made=found.made,
            files=found.files,
            rows=found.rows,
            digest=found.digest,
            count=len(found.problems),
        )
    )
    return OK if found.ok else ERROR
