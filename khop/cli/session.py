"""From an invocation to an open engine."""

from __future__ import annotations

import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from khop.cli.shell import Shell
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.config.model import Config
    from khop.sync.engine import Engine


def load(shell: Shell) -> Config:
    """The configuration of this invocation. Raises ConfigError."""
    from khop.config.adapters import adapter_types
    from khop.config.load import load_config

    return load_config(shell.config_path, adapter_types())


def refuse_kept(shell: Shell, out: Path | None) -> None:
    """Raises KhopError when ``out`` would take the place of khop's own files, or of a file that
    a source of khop.toml reads."""
    if out is None:
        return
    config, wanted = load(shell), out.resolve()
    ledger = Path(config.ledger_url.removeprefix("sqlite:///"))
    own = {shell.config_path.resolve(), config.key_path.resolve(), ledger.resolve()}
    if wanted in own or any(_reads(config, path, wanted) for path in _paths(config)):
        raise KhopError(shell.words("error.out_kept", path=out))


def _paths(config: Config) -> Iterator[Path]:
    for settings in config.sources.values():
        path = getattr(settings, "path", None)
        if isinstance(path, Path):
            yield path


def _reads(config: Config, path: Path, wanted: Path) -> bool:
    """Whether a source with this path (a file, a folder, a pattern) reads ``wanted``."""
    place = (config.base_dir / path).resolve()
    return wanted == place or wanted.parent == place or wanted.match(str(place))


@contextmanager
def engine(shell: Shell, sources: Sequence[str] | None = None) -> Iterator[Engine]:
    """The engine over this invocation's configuration.

    ``sources``: the systems the command speaks to; () for a command that only reads the ledger,
    so that it works without secrets and with every system down. Raises KhopError.
    """
    from khop.config.adapters import adapter_types
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
