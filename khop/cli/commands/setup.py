"""``khop init`` and ``khop check``: a new installation, and whether its systems answer."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.exit_codes import ERROR, OK
from khop.cli.files import write_text
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import ConfigError

if TYPE_CHECKING:
    from khop.config.model import Config
    from khop.sync.results import SystemCheck

_COLUMNS = ("source", "role", "step", "result", "detail", "skew", "unmapped")
_UNUSABLE = ("place", "field", "reason")
#: At most so many unusable rows are printed; the JSON has all.
_NAMED = 20


def init(
    context: typer.Context,
    no_backup: Annotated[bool, typer.Option("--no-backup", help="option.no_backup")] = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    made = prepare(shell, backup=not no_backup)
    if shell.as_json:
        shell.show_json(made)
    return OK


def prepare(shell: Shell, *, backup: bool = True) -> dict[str, Any]:
    """Make the configuration, the key and the ledger; keep those that exist. ``backup``: copy a
    ledger before it is migrated. Raises KhopError; then a ledger that is there is as it was."""
    from khop.config.adapters import adapter_types
    from khop.config.load import load_config
    from khop.sync.ledger import ledger_place
    from khop.sync.opening import prepare_ledger

    path, types = shell.config_path, adapter_types()
    if not types:
        raise ConfigError(shell.words("error.no_adapters"))
    new_config = not path.exists()
    if new_config:
        _write_config(shell, path)
    shell.note("init.config_new" if new_config else "init.config_kept", path=path)
    config = load_config(path, types)
    copied = _back_up(shell, config) if backup else None
    new_key, unsealed = prepare_ledger(config)
    shell.note("init.key_new" if new_key else "init.key_kept", path=config.key_path)
    place = ledger_place(config.ledger_url)
    shell.note("init.ledger", place=place)
    if unsealed:
        shell.note("init.unsealed", number=unsealed)
    return {
        "config": str(path),
        "config_new": new_config,
        "key": str(config.key_path),
        "key_new": new_key,
        "ledger": place,
        "backup": copied,
    }


def _back_up(shell: Shell, config: Config) -> str | None:
    """Copy a ledger that will be migrated; the file, or None when there is nothing to migrate."""
    from khop.sync.ledger import older_version
    from khop.sync.ledger.copies.backup import back_up

    found = older_version(config.ledger_url)
    if found is None:
        return None
    shell.note("init.older", version=found)
    with shell.progress() as progress:
        done = back_up(config, lambda: datetime.now(UTC), progress=progress)
    shell.note("init.backed_up", file=done.file)
    return done.file


def _write_config(shell: Shell, path: Path) -> None:
    from khop.cli.config_template import config_template
    from khop.config.adapters import adapter_types

    text = config_template(adapter_types(), shell.words.translated)
    write_text(path, shell, text)


def check(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    from khop.config.installation_check import remarks

    found = remarks(load(shell))
    with engine(shell) as opened:
        checks = opened.check()
    ok = all(one.ok for one in checks) and not any(one.grave for one in found)
    if shell.as_json:
        installation = [asdict(one) for one in found]
        systems = [one.as_json() for one in checks]
        shell.show_json({"ok": ok, "systems": systems, "installation": installation})
    elif checks:
        shell.show(result_table(shell.words, _COLUMNS, _check_rows(shell, checks)))
        show_unusable(shell, checks)
    for one in found:
        shell.note(f"check.{one.key}", where=one.where)
    if not checks:
        shell.note("pull.nothing")
    shell.note("check.all_ok" if ok else "check.not_ok")
    return OK if ok else ERROR


def show_unusable(shell: Shell, checks: Sequence[SystemCheck]) -> None:
    """Print where the first unusable rows of files are, and why they are unusable."""
    found = [row for one in checks for row in one.unusable]
    if not found:
        return
    rows = [(row["native_id"], row["field"], row["reason"]) for row in found[:_NAMED]]
    shell.show(shell.words("check.unusable"), result_table(shell.words, _UNUSABLE, rows))
    if more := len(found) - len(rows):
        shell.show(shell.words("check.more_unusable", count=more))


def _check_rows(shell: Shell, checks: Sequence[SystemCheck]) -> list[list[object]]:
    """A row for each step; the first row of a system has its clock skew and unmapped states."""
    from khop.audit.words import report_words

    words, roles = shell.words, report_words(shell.words.lang)
    rows: list[list[object]] = []
    for one in checks:
        skew = "" if one.clock_skew is None else f"{one.clock_skew:+.1f}"
        unmapped = ", ".join(f"{name} ({count})" for name, count in one.unmapped.items())
        head = [one.source, roles.get(f"role.{one.role}", one.role), skew, unmapped]
        for step in one.steps:
            result = words("check.ok" if step["ok"] else "check.failed")
            name = words.get(f"check.{step['name']}", step["name"])
            rows.append([head[0], head[1], name, result, step["detail"], head[2], head[3]])
            head = ["", "", "", ""]
    return rows
