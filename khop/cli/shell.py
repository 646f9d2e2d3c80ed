"""What every command works with: its words, where its output goes, which khop.toml it reads.

Results go to stdout; everything else (progress, notes, complaints) goes to stderr. With
``--format json`` stdout holds one JSON document and nothing else.
"""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from enum import StrEnum
from functools import cached_property
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.errors import KhopError
from khop.text.safe_display import plain
from khop.text.words import Words

if TYPE_CHECKING:
    from rich.console import Console, RenderableType

    from khop.sync.results import Progress

OK = 0
ERROR = 1
WORK = 2

#: The width of tables that go to a file or a pipe, in characters: a line of a table stays one
#: line there, so that it can be searched.
_PIPE_WIDTH = 1000


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"


class ReportFormat(StrEnum):
    """How findings are printed or written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


class Lang(StrEnum):
    """The languages khop speaks."""

    VI = "vi"
    EN = "en"


ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="option.config", metavar="FILE")
]
FormatOption = Annotated[Format | None, typer.Option("--format", help="option.format")]
ReportFormatOption = Annotated[
    ReportFormat | None, typer.Option("--format", help="option.report_format")
]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="option.lang")]
RulesOption = Annotated[list[str] | None, typer.Option("--rule", help="option.rule", metavar="ID")]


@dataclass
class Shell:
    """One invocation. ``config`` and ``format`` may be given before the verb or after it; what
    stands after it wins."""

    words: Words
    environ: Mapping[str, str]
    config: Path | None = None
    format: str | None = None

    @property
    def config_named(self) -> bool:
        """Whether somebody said which khop.toml."""
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
        """Is there a person who can be asked?"""
        return sys.stdin.isatty() and sys.stderr.isatty()

    @property
    def plain_ascii(self) -> bool:
        """Whether stdout cannot carry every letter, so that JSON has to escape them."""
        return not (sys.stdout.encoding or "").lower().startswith("utf")

    def note(self, key: str, /, **names: object) -> None:
        """Say a sentence to the person, on stderr."""
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
        """Bars on a terminal until the work ends; silence where there is no terminal."""
        from khop.cli.progress import Bars
        from khop.sync.results import NoProgress

        if not self.err.is_terminal:
            yield NoProgress()
            return
        bars = Bars(self.err)
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
    """The invocation a command runs in, with the options that stood after the verb.

    Raises KhopError when the format chosen before the verb is none of this command.
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
