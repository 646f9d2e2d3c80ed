"""``khop show``: all that is known of one dossier, the sources side by side. ``khop identity``: its
applicant, checked in the population database."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.exit_codes import OK, WORK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.reports import make_report
from khop.cli.result_table import result_table, table_with_headers
from khop.cli.session import compared, engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.config.model import Config
    from khop.sync.results import CaseView
    from khop.text.words import Words

#: Columns that are of no use to a person.
SKIPPED = frozenset(
    {
        *("applicant_kind", "change_no", "listed_hash", "row_key", "step_key", "version"),
        *("list_said", "detail_said", "last_known"),
    }
)


def show(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="option.code", metavar="CODE")],
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if not code.strip():
        raise KhopError(shell.words("error.no_code"))
    with engine(shell, sources=()) as opened:
        view = opened.show(code)
        if view is not None:
            compared(shell, opened)
    settings = load(shell)
    if view is None:
        raise KhopError(shell.words("error.no_dossier", code=code))
    if shell.as_json:
        shell.show_json(view.as_json())
    else:
        _show(shell, settings, view)
    return OK


def _show(shell: Shell, config: Config, view: CaseView) -> None:
    from khop.audit.about import legend_line
    from khop.audit.formats.terminal import findings_tables
    from khop.audit.words import report_words

    words = report_words(shell.words.lang)
    heading = "show.row" if view.code.startswith("row:") else "show.case"
    shell.show(shell.words(heading, code=view.code), "")
    known = [*view.records, *view.presence]
    _section(shell, "sources", [_side_by_side(words, known)] if known else [])
    report = make_report(shell, config, view.findings)
    _section(
        shell,
        "findings",
        [*findings_tables(report), legend_line(report), ""] if view.findings else [],
    )
    _section(shell, "history", [_listed(words, view.history)] if view.history else [])
    if view.changes:
        _section(shell, "changes", [_changes(shell, words, view.changes)])
    for name in ("paper", "candidates", "identity", "pushes", "steps"):
        rows: Sequence[Mapping[str, Any]] = getattr(view, name)
        _section(shell, name, [_listed(words, rows)] if rows else [])


def _section(shell: Shell, name: str, parts: Sequence[Any]) -> None:
    shell.show(shell.words(f"show.{name}"), *(parts or [f"  {shell.words('show.none')}", ""]))


def _side_by_side(words: Words, rows: Sequence[Mapping[str, Any]]) -> Any:
    """A column for each source's record or look-up, a row for each field that any of them has."""
    from khop.audit.values import label, show_value

    names = [name for name in _names(rows) if name != "source"]
    headers = ["", *(str(row.get("source", "")) for row in rows)]
    lines = [
        [label(name, words), *(show_value(name, row.get(name), words) for row in rows)]
        for name in names
    ]
    return table_with_headers(headers, lines)


def _listed(words: Words, rows: Sequence[Mapping[str, Any]]) -> Any:
    """A line for each row; columns that are empty in every row are left out."""
    from khop.audit.values import label, show_value

    names = _names(rows)
    lines = [[show_value(name, row.get(name), words) for name in names] for row in rows]
    return table_with_headers([label(name, words) for name in names], lines)


def _changes(shell: Shell, words: Words, rows: Sequence[Mapping[str, Any]]) -> Any:
    """A line for each change; of an entry of the history, with the time it had."""
    from khop.audit.values import label, show_value

    def field(row: Mapping[str, Any]) -> str:
        name = label(row["field"], words)
        if row["entry_id"] is None:
            return name
        return (
            f"{shell.words('show.history')} {show_value('event', row['event_at'], words)}: {name}"
        )

    lines = [
        [
            field(row),
            *(show_value(row["field"], row[side], words) for side in ("old", "new")),
            *(show_value(name, row[f"{name}_at"], words) for name in ("seen", "changed")),
        ]
        for row in rows
    ]
    return result_table(shell.words, ("field", "before", "after", "seen", "changed_there"), lines)


def _names(rows: Sequence[Mapping[str, Any]]) -> list[str]:
    """The fields that have a value in any row, in the order of their first value."""
    found: dict[str, None] = {}
    for row in rows:
        for name, value in row.items():
            if value not in (None, "", (), []) and name not in SKIPPED:
                found[name] = None
    return list(found)


def identity(
    context: typer.Context,
    code: Annotated[str, typer.Argument(help="option.code", metavar="CODE")],
    officer: Annotated[str, typer.Option("--officer", help="option.officer", metavar="ACCOUNT")],
    source: Annotated[
        str | None, typer.Option("--source", help="option.source", metavar="NAME")
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell) as opened:
        view = opened.check_identity(code, officer=officer, source=source)
    if shell.as_json:
        shell.show_json(view.as_json())
    else:
        shell.show(shell.words(f"identity.{view.verdict}", code=view.code))
        for warning in view.warnings:
            key = f"identity.warning_{warning}"
            shell.show(f"  {shell.words.get(key, warning)}")
    return OK if view.verdict == "match" else WORK
