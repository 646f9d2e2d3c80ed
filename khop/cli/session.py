"""From an invocation to an open engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import TYPE_CHECKING

from khop.cli.shell import Shell

if TYPE_CHECKING:
    from khop.config import Config
    from khop.sync.engine import Engine


def load(shell: Shell) -> Config:
    """The configuration of this invocation. Raises ConfigError."""
    from khop.adapters.registry import adapter_types
    from khop.config import load_config

    return load_config(shell.config_path, adapter_types())


@contextmanager
def engine(shell: Shell, sources: Sequence[str] | None = None) -> Iterator[Engine]:
    """The engine over this invocation's configuration.

    ``sources``: the systems the command speaks to; () for a command that only reads the ledger,
    so that it works without secrets and with every system down. Raises KhopError.
    """
    from khop.adapters.registry import adapter_types
    from khop.sync.engine import open_engine

    with (
        _warnings_to_stderr(),
        open_engine(load(shell), adapter_types(), sources=sources) as opened,
    ):
        yield opened


@contextmanager
def _warnings_to_stderr() -> Iterator[None]:
    """Warnings of the engine go to stderr, since stdout is for results; the program that calls
    the command line gets its own logging back."""
    import structlog

    before = structlog.get_config()
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger("warning"),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
    try:
        yield
    finally:
        structlog.configure(**before)
