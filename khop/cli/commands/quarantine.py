"""``khop quarantine list | show | retry``: records that could not be used."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import account
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sync.engine import Engine
    from khop.sync.results import QuarantineRow

_STATES = {"open": ("open",), "released": ("released",), "all": ("open", "released")}
_COLUMNS = ("id", "source", "code", "native_id", "field", "reason", "first_seen", "state")


def list_records(
    context: typer.Context,
    state: Annotated[
        str, typer.Option("--state", help="option.quarantine_state", metavar="STATE")
    ] = "open",
    source: Annotated[
        str | None, typer.Option("--source", help="option.source", metavar="NAME")
    ] = None,
    limit: Annotated[
        int, typer.Option("--limit", help="option.limit", metavar="NUMBER", min=1)
    ] = 1000,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if state not in _STATES:
        raise KhopError(shell.words("error.state", text=state, states=", ".join(_STATES)))
    with engine(shell, sources=()) as opened:
        found = [opened.quarantine(one, source=source, limit=limit) for one in _STATES[state]]
    rows = sorted((row for part in found for row in part), key=lambda row: row.id)[:limit]
    if shell.as_json:
        shell.show_json({"records": [row.as_json() for row in rows]})
    elif rows:
        shell.show(result_table(shell.words, _COLUMNS, (_cells(shell, row) for row in rows)))
    shell.note("quarantine.count" if rows else "quarantine.none", count=len(rows))
    if len(rows) == limit:
        shell.note("quarantine.more", limit=limit)
    return OK


def show_record(
    context: typer.Context,
    number: Annotated[int, typer.Argument(help="option.quarantine_id", metavar="NUMBER")],
    payload: Annotated[
        str | None, typer.Option("--payload", help="option.payload", metavar="REASON")
    ] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if payload is not None and not payload.strip():
        raise KhopError(shell.words("error.payload_reason"))
    with engine(shell, sources=()) as opened:
        row = _row(shell, opened, number)
        item = _payload(shell, opened, row, payload) if payload else None
    if shell.as_json:
        shown = row.as_json() | ({"payload": item} if payload else {})
        shell.show_json(shown)
        return OK
    shell.show(result_table(shell.words, _COLUMNS, [_cells(shell, row)]))
    if payload:
        shell.show_json(item)
    elif row.has_payload:
        shell.note("quarantine.has_payload")
    return OK


def retry(
    context: typer.Context,
    numbers: Annotated[
        list[int] | None, typer.Argument(help="option.quarantine_ids", metavar="NUMBER")
    ] = None,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell, accept_clock=accept_clock) as opened, shell.progress() as progress:
        summary = opened.quarantine_retry(numbers or (), progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    shell.note("quarantine.retried", **summary.as_json())
    return WORK if summary.still_bad or summary.unreachable else OK


def _row(shell: Shell, opened: Engine, number: int) -> QuarantineRow:
    """The record of this number. Raises KhopError."""
    row = opened.quarantine_row(number)
    if row is None:
        raise KhopError(shell.words("error.no_quarantine", id=number))
    return row


def _payload(shell: Shell, opened: Engine, row: QuarantineRow, reason: str) -> object:
    """The record as it was received. Raises KhopError when it was not kept."""
    if not row.has_payload:
        raise KhopError(shell.words("error.no_payload"))
    return opened.quarantine_payload(row.id, reason=reason, actor=account(shell))


def _cells(shell: Shell, row: QuarantineRow) -> tuple[object, ...]:
    from khop.audit.values import show_time

    state = shell.words(f"quarantine.state_{row.state}")
    cells = row.as_json() | {"first_seen": show_time(row.first_seen), "state": state}
    return tuple(cells[name] for name in _COLUMNS)
