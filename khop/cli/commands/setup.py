"""``khop init`` and ``khop check``."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from khop.cli.files import write_whole
from khop.cli.session import engine
from khop.cli.shell import ERROR, OK, ConfigOption, FormatOption, LangOption, Shell, shell_of
from khop.cli.tables import table
from khop.errors import ConfigError

if TYPE_CHECKING:
    from khop.sync.results import SystemCheck

_COLUMNS = ("source", "role", "step", "result", "detail", "skew", "unmapped")


def init(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    made = prepare(shell)
    if shell.as_json:
        shell.show_json(made)
    return OK


def prepare(shell: Shell) -> dict[str, Any]:
    """Configuration, key, ledger: what is there is kept, what is missing is made.

    Raises KhopError.
    """
    from khop.config.adapters import adapter_types
    from khop.config.load import load_config
    from khop.sync.ledger import create_ledger, ledger_place
    from khop.sync.privacy import ensure_key

    path, types = shell.config_path, adapter_types()
    if not types:
        raise ConfigError(shell.words("error.no_adapters"))
    new_config = not path.exists()
    if new_config:
        _write_config(shell, path)
    shell.note("init.config_new" if new_config else "init.config_kept", path=path)
    config = load_config(path, types)
    new_key = ensure_key(config.key_path)
    shell.note("init.key_new" if new_key else "init.key_kept", path=config.key_path)
    create_ledger(config.ledger_url)
    place = ledger_place(config.ledger_url)
    shell.note("init.ledger", place=place)
    return {
        "config": str(path),
        "config_new": new_config,
        "key": str(config.key_path),
        "key_new": new_key,
        "ledger": place,
    }


def _write_config(shell: Shell, path: Path) -> None:
    from khop.cli.template import config_template
    from khop.config.adapters import adapter_types

    text = config_template(adapter_types())
    write_whole(path, shell.words, lambda beside: _write(beside, text))


def _write(path: Path, text: str) -> None:
    path.write_text(text, "utf-8")


def check(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell) as opened:
        checks = opened.check()
    ok = all(one.ok for one in checks)
    if shell.as_json:
        shell.show_json({"ok": ok, "systems": [one.as_json() for one in checks]})
    elif checks:
        shell.show(table(shell.words, _COLUMNS, _check_rows(shell, checks)))
    if not checks:
        shell.note("pull.nothing")
    shell.note("check.all_ok" if ok else "check.not_ok")
    return OK if ok else ERROR


def _check_rows(shell: Shell, checks: Sequence[SystemCheck]) -> list[list[object]]:
    """A line for each step; a system's skew and unmapped states stand in its first line."""
    words = shell.words
    rows: list[list[object]] = []
    for one in checks:
        skew = "" if one.clock_skew is None else f"{one.clock_skew:+.1f}"
        unmapped = ", ".join(f"{name} ({count})" for name, count in one.unmapped.items())
        head = [one.source, one.role, skew, unmapped]
        for step in one.steps:
            result = words("check.ok" if step["ok"] else "check.failed")
            name = words.get(f"check.{step['name']}", step["name"])
            rows.append([head[0], head[1], name, result, step["detail"], head[2], head[3]])
            head = ["", "", "", ""]
    return rows
