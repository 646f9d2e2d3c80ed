"""The configuration and the engine of one invocation."""

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


def check_out(shell: Shell, out: Path | None) -> None:
    """Raises KhopError when writing to ``out`` would replace khop.toml, the key, the ledger, or a
    file that a source of khop.toml reads."""
    if out is None:
        return
    config, wanted = load(shell), out.resolve()
    ledger = Path(config.ledger_url.removeprefix("sqlite:///"))
    own = {shell.config_path.resolve(), config.key_path.resolve(), ledger.resolve()}
    # The path of a source is a file, a folder or a pattern.
    paths = (getattr(settings, "path", None) for settings in config.sources.values())
    read = [(config.base_dir / path).resolve() for path in paths if isinstance(path, Path)]
    if wanted in own or any(
        wanted == place or wanted.parent == place or wanted.match(str(place)) for place in read
    ):
        raise KhopError(shell.words("error.out_kept", path=out))


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
        _warnings_to_stderr(),
        open_engine(
            load(shell), adapter_types(), sources=sources, accept_clock=accept_clock
        ) as opened,
    ):
        yield opened


@contextmanager
def _warnings_to_stderr() -> Iterator[None]:
    """Send the engine's warnings to stderr, because stdout is for results. Afterwards the logging
    of the calling program is as it was."""
    import structlog

    before = structlog.get_config() if structlog.is_configured() else None
    structlog.configure(
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
