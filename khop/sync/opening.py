"""Opening the engine of a configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from contextlib import closing, suppress
from datetime import UTC, datetime
from pathlib import Path

from khop.adapters.ports import AdapterType, Context
from khop.config.adapters import build_adapters
from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.errors import ConfigError, KhopError
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, create_ledger, installation, key_of_ledger, ledger_place
from khop.sync.privacy import Privacy, ensure_key, has_key
from khop.sync.reading.call_quota import LedgerBook
from khop.sync.systems import readable


def open_engine(
    config: Config,
    adapters: Mapping[str, AdapterType],
    *,
    clock: Callable[[], datetime] | None = None,
    sources: Sequence[str] | None = None,
    accept_clock: bool = False,
) -> Engine:
    """The engine of a configuration; close it when done, or use it in a ``with`` block.

    ``sources``: build only these. ``accept_clock``: run although the clock differs by more than a
    day from that of the last run (``sync.clock_guard``). Raises ConfigError, LedgerError.
    """
    now = clock or _utc_now
    tables = Tables.of(config)
    codes = tables.codes
    privacy = Privacy(config.key_path)
    ledger = Ledger(config.ledger_url)
    try:
        privacy = _key_in_use(privacy, ledger)
        ledger.use(privacy, now)
    except KhopError:
        ledger.close()
        raise
    book = LedgerBook(ledger, privacy.matching_key, now)
    context = Context(
        privacy.matching_key, config.base_dir, now, tables.calendar, book=book, codes=codes
    )
    try:
        built = build_adapters(config, context, sources, types=adapters)
    except KhopError:
        ledger.close()
        raise
    return Engine(config, ledger, privacy, tables, built, now, accept_clock=accept_clock)


def readable_sources(
    config: Config, adapters: Mapping[str, AdapterType]
) -> dict[str, frozenset[str]]:
    """For each source what can be read of it (``systems.readable``). Every adapter is built once,
    without the ledger, and no system is called. Raises ConfigError."""
    tables, key = Tables.of(config), Privacy(config.key_path).matching_key
    context = Context(key, config.base_dir, _utc_now, tables.calendar, codes=tables.codes)
    built = build_adapters(config, context, types=adapters)
    try:
        return readable(built)
    finally:
        for adapter in built:
            adapter.close()


def prepare_ledger(
    config: Config, *, clock: Callable[[], datetime] | None = None
) -> tuple[bool, int]:
    """Make the key and the ledger, or migrate the ledger; keep those that exist.

    Returns whether a key was made, and how many entries of the audit log are older than its seal,
    where that is said now. A ledger that was used has a key: then none is made. Raises
    ConfigError, LedgerError.
    """
    path, found = config.key_path, key_of_ledger(config.ledger_url)
    made = found is None and ensure_key(path)
    privacy = _key_beside(path, config.ledger_url, found)
    create_ledger(config.ledger_url)
    with closing(Ledger(config.ledger_url)) as ledger:
        ledger.use(privacy, clock or _utc_now)
        unsealed = ledger.adopt_key() or 0
        _settle(config, [path, *ledger.database.files])
    return made, unsealed


def _settle(config: Config, files: Sequence[Path]) -> None:
    """Give files the mode that khop.toml says, where this account may; ``khop check`` tells the
    others. Raises ConfigError for an unknown group."""
    for path in files:
        with suppress(OSError):
            config.files.settle(path)


def _key_beside(path: Path, url: str, found: str | None) -> Privacy:
    """The key beside a ledger. Raises ConfigError when it is missing or another."""
    if found is not None and not has_key(path):
        raise ConfigError(
            f"the key file {path} is missing or empty, and the ledger {ledger_place(url)} was used "
            f"with a key{f' (fingerprint {found})' if found else ''}: restore the copy of it, no "
            "other is made; if it is lost for good, `khop key rotate --lost` keeps findings and "
            "decisions",
            key="privacy.key_file",
        )
    privacy = Privacy(path)
    return privacy.as_of(found) if found else privacy


def _key_in_use(privacy: Privacy, ledger: Ledger) -> Privacy:
    """The key with the secret that the ledger belongs to. Raises ConfigError for another key."""
    with ledger.read() as connection:
        found = installation.fingerprint(connection)
    return privacy if found is None else privacy.as_of(found)


def _utc_now() -> datetime:
    return datetime.now(UTC)
