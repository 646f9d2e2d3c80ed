"""One invocation of ``khop``: its language, its output, the khop.toml it reads.

Results go to stdout. Everything else (progress, notes, errors) goes to stderr. With
``--format json`` stdout holds one JSON document and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Any

import typer

from khop.cli.options import Format
from khop.errors import KhopError
from khop.text.safe_display import plain
from khop.text.words import Words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from khop.sync.results import Progress

#: The width of tables in a file or a pipe, in characters: each row of a table stays on one line,
#: so that it can be searched.
_PIPE_WIDTH = 1000


#: Names of values, and of columns, that are English sentences of the library.
FROM_LIBRARY = frozenset({"detail", "error", "reason"})


@dataclass
class Shell:
    """One invocation. ``config`` and ``format`` may be given before the command or after it; the
    one after it counts."""

    words: Words
    environ: Mapping[str, str]
    config: Path | None = None
    format: str | None = None
    #: Gives a file that was written its mode and group; khop.toml may name another one.
    settle: Callable[[Path], None] = lambda path: path.chmod(0o600)

    @property
    def config_named(self) -> bool:
        """Whether --config or KHOP_CONFIG says which khop.toml."""
        return bool(self.config or self.environ.get("KHOP_CONFIG"))

    @property
    def config_path(self) -> Path:
        named = self.config or self.environ.get("KHOP_CONFIG")
        return Path(named) if named else Path("khop.toml")

    @property
    def as_json(self) -> bool:
        return self.format == Format.JSON

    @cached_property
    def out(self) -> Console:
        return _console(sys.stdout)

    @cached_property
    def err(self) -> Console:
        return _console(sys.stderr)

    @property
    def at_terminal(self) -> bool:
        """Whether a person can be asked a question."""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def plain_ascii(self) -> bool:
        """Whether stdout cannot encode every letter, so that JSON must escape them."""
        return not (sys.stdout.encoding or "").lower().startswith("utf")

    def note(self, key: str, /, **names: object) -> None:
        """Print the sentence at ``key`` on stderr. An English sentence of the library among the
        names is translated."""
        for name in FROM_LIBRARY & names.keys():
            names[name] = self.words.translated(str(names[name]))
        self.err.print(plain(self.words(key, **names)), markup=False, soft_wrap=True)

    def show(self, *parts: RenderableType) -> None:
        """Print parts of a result on stdout."""
        for part in parts:
            self.out.print(plain(part) if isinstance(part, str) else part, markup=False)

    def show_json(self, value: Any) -> None:
        """Print the one JSON document of a result on stdout."""
        json.dump(value, sys.stdout, ensure_ascii=self.plain_ascii, indent=2, default=str)
        sys.stdout.write("\n")

    @contextmanager
    def progress(self) -> Iterator[Progress]:
        """Progress bars on a terminal; nothing where stderr is no terminal."""
        from khop.cli.progress_bars import ProgressBars
        from khop.sync.results import NoProgress

        if not self.err.is_terminal:
            yield NoProgress()
            return
        bars = ProgressBars(self.err, self.words)
        try:
            yield bars
        finally:
            bars.close()


def shell_of(
    context: typer.Context,
    config: Path | None = None,
    chosen: StrEnum | None = None,
    *,
    allowed: type[StrEnum] = Format,
) -> Shell:
    """The invocation that a command runs in, with the options given after the command.

    Raises KhopError when the format given before the command is none of its formats (``allowed``).
    """
    shell: Shell = context.obj
    shell.config = config or shell.config
    shell.format = chosen.value if chosen else shell.format
    if shell.format is not None and shell.format not in set(allowed):
        names = ", ".join(item.value for item in allowed)
        raise KhopError(shell.words("error.format", format=shell.format, formats=names))
    return shell


def _console(stream: Any) -> Console:
    from rich.console import Console

    wide = None if stream.isatty() or os.environ.get("COLUMNS") else _PIPE_WIDTH
    return Console(file=stream, width=wide, emoji=False, highlight=False)
