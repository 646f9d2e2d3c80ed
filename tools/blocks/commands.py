"""The help of every command, for docs/commands.md."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from typer.main import get_command

from khop.cli.app import make_app
from khop.cli.language import command_words
from khop.cli.main import localise

#: Width of the help texts, in characters.
_HELP_WIDTH = 88


def commands() -> dict[str, Any]:
    """Every command, by the words that are typed for it, with English help."""
    top: Any = get_command(make_app())
    localise(top, command_words("en"))
    return dict(_commands_below(top, "khop"))


def _commands_below(command: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, command
    for name, below in getattr(command, "commands", {}).items():
        yield from _commands_below(below, f"{path} {name}")


def commands_page() -> str:
    """The text of ``--help`` of every command, without the frame that a terminal shows."""
    parts = []
    for path, command in commands().items():
        command.rich_markup_mode = None
        context = command.context_class(command, info_name=path, terminal_width=_HELP_WIDTH)
        parts.append(f"## {path}\n\n```text\n{command.get_help(context).strip()}\n```")
    return "\n\n".join(parts)
