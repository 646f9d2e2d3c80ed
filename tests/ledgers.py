"""Ledgers that are opened with a key, without an engine."""

from __future__ import annotations

from datetime import UTC, datetime
from pathlib import Path

from khop.sync.ledger import Ledger
from khop.sync.privacy import Privacy, ensure_key


def keyed(url: str, folder: Path) -> Ledger:
    """The ledger of a URL, with the key in ``folder``, which is made when there is none."""
    ensure_key(folder / "khop.key")
    ledger = Ledger(url)
    ledger.use(Privacy(folder / "khop.key"), lambda: datetime(2026, 11, 20, tzinfo=UTC))
    return ledger
