"""``khop pull``: read what changed from the sources into the ledger."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.exit_codes import ERROR, OK, WORK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sync.results import PaperSummary, PullSummary, SourceSummary

#: The columns of the table for each kind of source.
_KINDS = {
    "list": ("source", "pages", "fetched", "stored", "unchanged", "quarantined", "history_missing"),
    "lookups": ("source", "asked", "present", "absent", "unknown", "waiting"),
    "codes": ("source", "read", "new", "unusable"),
    "feed": ("source", "pages", "fetched", "stored", "unchanged", "quarantined"),
    "evidence": ("source", "asked", "events", "stored", "failed"),
    "paper": (
        "source",
        "files",
        "unchanged_files",
        "rows",
        "stored",
        "unchanged",
        "deleted",
        "quarantined",
        "no_rows",
    ),
}

#: At most so many unread columns, sheets and cells are named; the JSON has all.
_NAMED = 20
#: Counts whose sentence has another key than ``pull.COUNT``.
_NOTES = {"short_pages": "pull.short", "failed": "pull.not_answered"}


def pull(
    context: typer.Context,
    sources: Annotated[
        list[str] | None, typer.Argument(help="option.sources", metavar="SOURCE")
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="option.full")] = False,
    sweep: Annotated[
        int | None, typer.Option("--sweep", help="option.sweep", metavar="DAYS", min=1, max=3660)
    ] = None,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if full and sweep is not None:
        raise KhopError(shell.words("error.full_and_sweep"))
    with engine(shell, accept_clock=accept_clock) as opened, shell.progress() as progress:
        if sweep is not None:
            summary = opened.sweep(sources or (), days=sweep, progress=progress)
        else:
            summary = opened.pull(sources or (), full=full, progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        show_pull(shell, summary)
    return report_pull(shell, summary)


def show_pull(shell: Shell, summary: PullSummary) -> None:
    """Print one table for each kind of source."""
    parts = [part.as_json() for part in summary.sources]
    for kind, columns in _KINDS.items():
        rows = [[_cell(part[c]) for c in columns] for part in parts if part["kind"] == kind]
        if rows:
            shell.show(shell.words(f"pull.{kind}"), result_table(shell.words, columns, rows))


def _cell(value: object) -> object:
    """Counts by kind are shown as their sum."""
    return sum(value.values()) if isinstance(value, dict) else value


def report_pull(shell: Shell, summary: PullSummary, done: str = "pull.ok") -> int:
    """Print on stderr what went wrong or is incomplete, and return the exit code: WORK when a list
    did not return all that it counts.

    ``done``: the key of the sentence for a pull without errors.
    """
    if not summary.sources:
        shell.note("pull.nothing_to_pull")
    for part in summary.sources:
        _note_failures(shell, part)
        if not part.adds_up:
            shell.note("pull.sums", source=part.source)
        for what in ("short_pages", "missing", "history_missing", "unknown", "waiting", "failed"):
            count = getattr(part, what, 0)
            if what == "waiting" and part.error is not None:
                continue  # they wait because of the error, which was told
            if count:
                shell.note(_NOTES.get(what, f"pull.{what}"), source=part.source, count=count)
    good = summary.ok and all(part.adds_up for part in summary.sources)
    if good and summary.sources:
        shell.note(done, run=summary.run)
    if not good:
        return ERROR
    incomplete = any(_is_incomplete(part) for part in summary.sources)
    return WORK if incomplete else OK


def _is_incomplete(part: SourceSummary) -> bool:
    """Whether its list has dossiers that it did not return. A pull reads them later; until then
    they are compared as if they did not exist."""
    return bool(getattr(part, "missing", 0) or getattr(part, "short_pages", 0))


def _note_failures(shell: Shell, part: SourceSummary) -> None:
    from khop.sync.results import CodesSummary, ListSummary
    from khop.sync.results import PaperSummary as Paper

    paper = isinstance(part, Paper)
    if part.error is not None:
        failed = "pull.files_failed" if paper else "pull.failed"
        shell.note(failed, source=part.source, error=part.error)
    if isinstance(part, ListSummary) and part.without_times:
        shell.note("pull.undated", source=part.source)
    if isinstance(part, CodesSummary) and part.unusable:
        places = shell.words.translated("; ".join(part.places))
        shell.note("pull.unusable", source=part.source, count=part.unusable, places=places)
    if isinstance(part, Paper):
        _note_rows(shell, part)
    _note_unread(shell, part)


def _note_rows(shell: Shell, part: PaperSummary) -> None:
    """Say which lines of the files are no rows, or no evidence."""
    if part.quarantined:
        shell.note("pull.quarantined", source=part.source, count=part.quarantined)
    if part.no_rows:
        kinds = (f"{shell.words(f'no_row.{kind}')} {n}" for kind, n in part.no_rows.items())
        count = sum(part.no_rows.values())
        shell.note("pull.no_rows", source=part.source, count=count, kinds=", ".join(kinds))
    if part.documents:
        shell.note("pull.documents", source=part.source, count=part.documents)


def _note_unread(shell: Shell, part: SourceSummary) -> None:
    """Name what of the files was not read."""
    for what in ("columns_unread", "sheets_unread", "cells_unread"):
        names = getattr(part, what, [])
        shown = list(map(shell.words.translated, names[:_NAMED]))
        if more := len(names) - len(shown):
            shown = [*shown, shell.words("pull.and_more", count=more)]
        if shown:
            shell.note(f"pull.{what}", source=part.source, names="; ".join(shown))
