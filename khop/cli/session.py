"""The configuration and the engine of one invocation."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, MutableMapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING, Any

from khop.cli.shell import Shell
from khop.errors import KhopError
from khop.text.words import Words

if TYPE_CHECKING:
    from khop.config.model import Config
    from khop.sync.engine import Engine


def load(shell: Shell) -> Config:
    """The configuration of this invocation. Raises ConfigError."""
    from khop.config.adapters import adapter_types
    from khop.config.load import load_config

    config = load_config(shell.config_path, adapter_types())
    shell.settle = config.files.settle
    return config


def compared(shell: Shell, opened: Engine) -> bool:
    """Whether the sources were ever compared; else say on stderr that nothing is known yet, and
    what to do."""
    was = opened.was_compared()
    if not was:
        shell.note("reconcile.never")
    return was


def check_out(shell: Shell, out: Path | None) -> None:
    """Raises KhopError when writing to ``out`` would replace khop.toml, or a file that it names:
    the ledger, the key, a secret, a table, a file that a source reads. Other names of the same file
    (links) count too."""
    if out is None:
        return
    from khop.config.named_files import files_of

    wanted = Path(os.path.realpath(out))
    named = {shell.config_path.resolve(), *files_of(load(shell))}
    if any(_is_in(wanted, place) for place in named):
        raise KhopError(shell.words("error.out_kept", path=out))


def _is_in(wanted: Path, place: Path) -> bool:
    """Whether a file is this place: a file, in a folder, or of a pattern."""
    if wanted in (place, Path(os.path.realpath(place))) or wanted.match(str(place)):
        return True
    try:
        return wanted.parent.samefile(place) or wanted.samefile(place)
    except OSError:
        return False


@contextmanager
def engine(
    shell: Shell, sources: Sequence[str] | None = None, *, accept_clock: bool = False
) -> Iterator[Engine]:
    """The engine of this invocation's configuration, closed at the end.

    ``sources``: the sources to build, all for None. A command that uses only the ledger gives ():
    it then works without secrets and while every system is down. Raises KhopError.
    """
    from khop.config.adapters import adapter_types
    from khop.sync.opening import open_engine

    with (
        _warnings_to_stderr(shell.words),
        open_engine(
            load(shell), adapter_types(), sources=sources, accept_clock=accept_clock
        ) as opened,
    ):
        yield opened


@contextmanager
def _warnings_to_stderr(words: Words) -> Iterator[None]:
    """Send the engine's warnings to stderr, in words, because stdout is for results.

    Afterwards the logging of the calling program is as it was.
    """
    import structlog

    def in_words(logger: object, name: str, event: MutableMapping[str, Any]) -> Any:
        event["event"] = words.get(f"warning.{event['event']}", str(event["event"]))
        if "error" in event:
            event["error"] = words.translated(str(event["error"]))
        return event

    before = structlog.get_config() if structlog.is_configured() else None
    structlog.configure(
        processors=[in_words, *structlog.get_config()["processors"]],
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        if before is None:
            structlog.reset_defaults()
        else:
            structlog.configure(**before)
