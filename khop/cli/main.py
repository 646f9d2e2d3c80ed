"""``khop``: run one command line and return its exit code.

Every error becomes one sentence on stderr. A traceback is shown only with ``KHOP_DEBUG=1``.
"""

from __future__ import annotations

import errno
import os
import sys
import traceback
from collections.abc import Mapping, Sequence
from contextlib import suppress
from typing import Any

import typer
from typer.main import get_command

from khop.cli.app import make_app
from khop.cli.exit_codes import ERROR, INTERRUPTED, OK
from khop.cli.language import choose_language, command_words
from khop.cli.shell import Shell
from khop.errors import ConfigError, ConnectorError, KhopError, LedgerError, RecordError
from khop.extras import missing_extra
from khop.text.safe_display import plain
from khop.text.words import Words

_KINDS = (ConfigError, ConnectorError, RecordError, LedgerError, KhopError)


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command line and return its exit code (``khop.cli.exit_codes``)."""
    args = list(sys.argv[1:] if argv is None else argv)
    _escape_unknown_letters()
    words = command_words(choose_language(args, os.environ))
    try:
        return _run(args, words, os.environ)
    except (KeyboardInterrupt, typer.Abort):
        return _print_error(words("error.interrupted"), INTERRUPTED)
    except typer.TyperException as error:
        # Without a message, typer has already shown the help.
        text = _usage_sentence(error, words) if error.format_message() else ""
        return _print_error(text)
    except KhopError as error:
        _print_traceback()
        return _print_error(_error_sentence(error, words))
    except BrokenPipeError:
        _drop_stdout()  # the reader of the output has closed the pipe
        return ERROR
    except OSError as error:
        _print_traceback()
        _drop_stdout()
        return _print_error(_os_sentence(error, words))
    except MemoryError:
        return _print_error(words("error.memory"))
    except ModuleNotFoundError as error:
        _print_traceback()
        extra = missing_extra(error)
        if extra is None:
            return _print_error(words("error.unexpected", type=_kind(error)))
        return _print_error(words("error.extra", extra=extra))
    except (Exception, SystemExit) as error:  # an adapter may even end the interpreter
        if isinstance(error.__context__, BrokenPipeError):  # typer and rich make an exit of it
            _drop_stdout()
            return ERROR
        _print_traceback()
        return _print_error(words("error.unexpected", type=_kind(error)))


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
    """Translate the help of a command, of its options and of the commands below it.

    The declarations hold keys of ``words`` (``help.pull``, ``option.config``).
    """
    if command.help:
        command.help = words.get(command.help, command.help)
    for parameter in command.params:
        if getattr(parameter, "help", None):
            parameter.help = words.get(parameter.help, parameter.help)
        if parameter.metavar:
            parameter.metavar = words.get(f"metavar.{parameter.metavar}", parameter.metavar)
        if parameter.param_type_name == "argument" or getattr(parameter, "is_flag", False):
            _hide_type(parameter)
    _localise_frame(command, words)
    for below in getattr(command, "commands", {}).values():
        localise(below, words)


def _hide_type(parameter: Any) -> None:
    """Leave out the name of a type of Python, which says nothing to people: ``<list[Path]>``."""
    parameter.display_type_rich = lambda ctx: None


def _localise_frame(command: Any, words: Words) -> None:
    """Translate what typer writes around the texts of a help page."""
    context = command.context_class(command)
    help_option = command.get_help_option(context)
    help_option.help = words("frame.help")
    _hide_type(help_option)
    command.options_metavar = words("frame.options_metavar")
    if hasattr(command, "subcommand_metavar"):
        command.subcommand_metavar = words("frame.command_metavar")
    write_usage, write_help = command.get_usage, command.format_help

    def get_usage(context: Any) -> str:
        return str(write_usage(context)).replace("Usage: ", words("frame.usage"), 1)

    def format_help(context: Any, formatter: Any) -> None:
        # They import rich, so only a command that shows its help does it.
        from rich.markup import escape
        from typer import rich_utils

        rich_utils.ARGUMENTS_PANEL_TITLE = words("frame.arguments")
        rich_utils.OPTIONS_PANEL_TITLE = words("frame.options")
        rich_utils.COMMANDS_PANEL_TITLE = words("frame.commands")
        rich_utils.REQUIRED_LONG_STRING = words("frame.required")
        rich_utils.DEFAULT_STRING = words("frame.default")
        if command.rich_markup_mode is None:
            write_help(context, formatter)
            return
        shown = [command, *command.params, *getattr(command, "commands", {}).values()]
        texts = [one.help for one in shown]
        for one in shown:
            one.help = escape(one.help or "")  # the name of a table, `[alarms]`, is no style
        write_help(context, formatter)
        for one, text in zip(shown, texts, strict=True):
            one.help = text

    command.get_usage, command.format_help = get_usage, format_help


def _error_sentence(error: KhopError, words: Words) -> str:
    kind = next(kind for kind in _KINDS if isinstance(error, kind))
    return words(f"error.{kind.__name__}", error=words.translated(str(error)))


def _usage_sentence(error: typer.TyperException, words: Words) -> str:
    context = getattr(error, "ctx", None)
    command = context.command_path if context else "khop"
    message = words.translated(error.format_message())
    if message[-1:].isalnum():
        message += "."
    return words("error.usage", error=message, command=command)


def _os_sentence(error: OSError, words: Words) -> str:
    """What the computer refused, where, and what to do."""
    place = " ".join(str(name) for name in (error.filename, error.filename2) if name is not None)
    reason = f"{error.strerror or type(error).__name__}{f': {place}' if place else ''}"
    key = {
        errno.ENOSPC: "disk_full",
        errno.EDQUOT: "disk_full",
        errno.EFBIG: "disk_full",
        errno.EACCES: "not_allowed",
        errno.EPERM: "not_allowed",
        errno.EROFS: "not_allowed",
        errno.EMFILE: "too_many_files",
        errno.ENFILE: "too_many_files",
    }.get(error.errno or 0, "os")
    return words(f"error.{key}", reason=reason)


def _drop_stdout() -> None:
    """Redirect stdout, so that the interpreter does not fail when it flushes stdout at its end."""
    with suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _kind(error: BaseException) -> str:
    """The type of an unexpected error. Its text may hold personal data and is not shown."""
    if isinstance(error, OSError) and error.strerror:
        return f"{type(error).__name__} ({error.strerror})"
    return type(error).__name__


def _print_error(sentence: str, code: int = ERROR) -> int:
    if sentence:
        print(f"khop: {plain(sentence)}", file=sys.stderr)
    return code


def _print_traceback() -> None:
    if os.environ.get("KHOP_DEBUG") == "1":
        traceback.print_exc(file=sys.stderr)


def _escape_unknown_letters() -> None:
    """Print an escape for a letter that the terminal's encoding lacks, instead of failing."""
    for stream in (sys.stdout, sys.stderr):
        reconfigure = getattr(stream, "reconfigure", None)
        if reconfigure is not None:
            reconfigure(errors="backslashreplace")
