"""A copy of the ledger that is interrupted while it is written."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.sync.ledger import Ledger
from khop.sync.ledger.copies.backup import back_up
from khop.sync.results import NoProgress
from tests.sync.fakes import FakeClock
from tests.sync.ledger.test_backup import add_entries, config_of, copies


class _Interrupted(NoProgress):
    """Someone interrupts the copy while the database writes it."""

    def advance(self, task: str, by: int = 1, *, total: int | None = None) -> None:
        raise KeyboardInterrupt


def test_an_interruption_while_sqlite_copies_is_no_error_of_the_ledger(
    ledger: Ledger, clock: FakeClock, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khop.sync.ledger.copies.backup._STEPS", 100)
    add_entries(ledger, 500)
    with pytest.raises(KeyboardInterrupt):
        back_up(config_of(ledger.url, tmp_path), clock, progress=_Interrupted())
    assert copies(tmp_path / "backups") == []
    back_up(config_of(ledger.url, tmp_path), clock)
