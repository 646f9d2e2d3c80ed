"""Opening the engine of a configuration."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import UTC, datetime

from khop.adapters.ports import AdapterType, Context
from khop.config.adapters import build_adapters
from khop.config.domain_tables import Tables
from khop.config.model import Config
from khop.errors import KhopError
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, installation
from khop.sync.privacy import Privacy
from khop.sync.reading.call_quota import LedgerBook


def open_engine(
    config: Config,
    adapters: Mapping[str, AdapterType],
    *,
    clock: Callable[[], datetime] | None = None,
    sources: Sequence[str] | None = None,
) -> Engine:
    """The engine of a configuration; close it when done, or use it in a ``with`` block.

    ``sources``: build only these. Raises ConfigError, LedgerError.
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
    return Engine(config, ledger, privacy, tables, built, now)


def _key_in_use(privacy: Privacy, ledger: Ledger) -> Privacy:
    """The key with the secret that the ledger belongs to. Raises ConfigError for another key."""
    with ledger.read() as connection:
        found = installation.fingerprint(connection)
    return privacy if found is None else privacy.as_of(found)


def _utc_now() -> datetime:
    return datetime.now(UTC)
