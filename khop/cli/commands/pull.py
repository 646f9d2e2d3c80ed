"""``khop pull``."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.session import engine
from khop.cli.shell import ERROR, OK, ConfigOption, FormatOption, LangOption, Shell, shell_of
from khop.cli.tables import table

if TYPE_CHECKING:
    from khop.sync.results import PullSummary

_KINDS = {
    "lists": (
        "source",
        "pages",
        "fetched",
        "stored",
        "unchanged",
        "quarantined",
        "history_missing",
    ),
    "lookups": ("source", "asked", "present", "absent", "unknown", "waiting"),
    "codes": ("source", "read", "new"),
}


def pull(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(help="option.sources", metavar="SOURCE")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="option.full")] = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell) as opened, shell.progress() as progress:
        summary = opened.pull(sources or (), full=full, progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        show_pull(shell, summary)
    return report_pull(shell, summary)


def show_pull(shell: Shell, summary: PullSummary) -> None:
    """One table for each kind of source."""
    parts = [part.as_json() for part in summary.sources]
    for kind, columns in _KINDS.items():
        rows = [[part[c] for c in columns] for part in parts if columns[1] in part]
        if rows:
            shell.show(shell.words(f"pull.{kind}"), table(shell.words, columns, rows))


def report_pull(shell: Shell, summary: PullSummary) -> int:
    """Say on stderr what a person should know, and answer the exit code."""
    if not summary.sources:
        shell.note("pull.nothing")
    for part in summary.sources:
        if part.error is not None:
            shell.note("pull.failed", source=part.source, error=part.error)
        if not part.adds_up:
            shell.note("pull.sums", source=part.source)
        for what in ("short_pages", "missing", "history_missing", "unknown", "waiting"):
            count = getattr(part, what, 0)
            if count:
                shell.note(f"pull.{what.removesuffix('_pages')}", source=part.source, count=count)
    right = summary.ok and _all_add_up(part.adds_up for part in summary.sources)
    if right:
        shell.note("pull.ok", run=summary.run)
    return OK if right else ERROR


def _all_add_up(sums: Iterable[bool]) -> bool:
    return all(sums)
