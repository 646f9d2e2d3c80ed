"""``khop``: from the words of a command line to an exit code.

0 ok; 1 error, said in one sentence on stderr; 2 differences found or work to do; 130 stopped by
Ctrl-C. A traceback is shown only with ``KHOP_DEBUG=1``.
"""

from __future__ import annotations

import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from typing import Any, TextIO

import typer
from typer.main import get_command

from khop.cli.app import make_app
from khop.cli.language import choose_language, command_words
from khop.cli.shell import ERROR, OK, Shell
from khop.errors import ConfigError, ConnectorError, KhopError, LedgerError, RecordError
from khop.text.safe_display import plain
from khop.text.words import Words

INTERRUPTED = 130

_KINDS = (ConfigError, ConnectorError, RecordError, LedgerError, KhopError)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and answer its exit code."""
    args = list(sys.argv[1:] if argv is None else argv)
    _survive_any_terminal()
    words = command_words(choose_language(args, os.environ))
    try:
        return _run(args, words, os.environ)
    except (KeyboardInterrupt, typer.Abort):
        return _complain(words("error.interrupted"), INTERRUPTED)
    except typer.TyperException as error:
        # Without a message its help has been shown instead.
        text = _usage(error, words) if error.format_message() else ""
        return _complain(text)
    except KhopError as error:
        _debug()
        return _complain(_sentence(error, words))
    except BrokenPipeError:
        # Whoever read the output has gone; the interpreter must not complain at its end.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return ERROR
    except Exception as error:
        _debug()
        return _complain(words("error.unexpected", type=_kind(error)))


def _run(args: list[str], words: Words, environ: Mapping[str, str]) -> int:
    command = get_command(make_app())
    localise(command, words)
    code = command.main(
        args, prog_name="khop", standalone_mode=False, obj=Shell(words=words, environ=environ)
    )
    if code == INTERRUPTED:
        raise KeyboardInterrupt
    sys.stdout.flush()
    return code if isinstance(code, int) else OK


def localise(command: Any, words: Words) -> None:
    """Put a command's help, its options' help and those below it into a language.

    The declarations name keys of the words (``help.pull``, ``option.config``).
    """
    if command.help:
        command.help = words.get(command.help, command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = words.get(parameter.help, parameter.help)
    for below in getattr(command, "commands", {}).values():
        localise(below, words)


def _sentence(error: KhopError, words: Words) -> str:
    kind = next(kind for kind in _KINDS if isinstance(error, kind))
    return words(f"error.{kind.__name__}", error=error)


def _usage(error: typer.TyperException, words: Words) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "khop"
    return words("error.usage", error=error.format_message(), command=command)


def _kind(error: Exception) -> str:
    """An unforeseen error's type; its text may hold foreign data and is not shown."""
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__} ({error.strerror})"
    return type(error).__name__


def _complain(sentence: str, code: int = ERROR) -> int:
    if sentence:
        print(f"khop: {plain(sentence)}", file=sys.stderr)
    return code


def _debug() -> None:
    if os.environ.get("KHOP_DEBUG") == "1":
        traceback.print_exc(file=sys.stderr)


def _survive_any_terminal() -> None:
    """A terminal that lacks a letter shows an escape in its place, and nothing fails."""
    for stream in (sys.stdout, sys.stderr):
        _lenient(stream)


def _lenient(stream: TextIO) -> None:
    reconfigure = getattr(stream, "reconfigure", None)
    if reconfigure is not None:
        reconfigure(errors="backslashreplace")
