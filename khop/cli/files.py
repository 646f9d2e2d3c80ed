"""Files that a command reads and writes. A file is written whole or not at all, and readable by
khop's account alone, or by a group of khop.toml too.

Every function raises KhopError, one sentence with the path and the reason.
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING

from khop.errors import KhopError
from khop.text.words import Words

if TYPE_CHECKING:
    from khop.cli.shell import Shell


def write_whole(path: Path, shell: Shell, write: Callable[[Path], None]) -> None:
    """Let ``write`` fill a temporary file beside ``path``, then rename it to ``path``.

    When that fails, an older file at ``path`` is unchanged.
    """
    words = shell.words
    try:
        handle, name = tempfile.mkstemp(prefix=f".{path.name}.", dir=path.parent)
        os.close(handle)
        beside = Path(name)
        try:
            write(beside)
            shell.settle(beside)
            beside.replace(path)
        finally:
            beside.unlink(missing_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KhopError(words("error.not_written", path=path, reason=reason)) from None


def write_text(path: Path, shell: Shell, text: str) -> None:
    """Write a text in UTF-8, whole or not at all."""

    def write(beside: Path) -> None:
        beside.write_text(text, "utf-8")

    write_whole(path, shell, write)


def make_folder(path: Path, words: Words) -> None:
    """Make a folder and the folders above it, where they are missing."""
    try:
        path.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KhopError(words("error.not_written", path=path, reason=reason)) from None


def read_text(path: Path, words: Words) -> str:
    """The text of a file in UTF-8."""
    try:
        return path.read_text("utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or type(error).__name__
        raise KhopError(words("error.not_read", path=path, reason=reason)) from None
