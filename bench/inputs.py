"""The ledger's tables as Arrow: the input of both sides of the reconcile benchmark."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import pyarrow as pa

from khop.sync.ledger import Ledger
from khop.sync.reconciling import ledger_inputs


def read_inputs(path: Path) -> dict[str, pa.Table]:
    """The tables that cases are made from, read in one transaction."""
    with closing(Ledger(f"sqlite:///{path}")) as ledger, ledger_inputs.read_inputs(ledger) as feed:
        return {name: reader.read_all() for name, reader in feed}
