"""Workbooks of the old kind (.xls), read in a process of their own.

Their structure holds lengths that the reader believes: a damaged file asks for more memory than
there is, and the reader ends its whole process then. That process is ``table_old_worker``::

    python -m khop.connectors.spreadsheets.xls_worker  <  workbook  >  pickled OldSheets
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass

from khop.connectors.spreadsheets.merged_cells import Range
from khop.connectors.spreadsheets.model import Cell

#: Bytes and seconds that are enough for the largest sheet of this kind, 65,536 rows by 256.
MEMORY = 3 << 30
_SECONDS = 120
#: How the worker ends when there is a password.
PROTECTED = 3


class OldWorkbookError(Exception):
    """The workbook cannot be read."""


class OldWorkbookProtected(OldWorkbookError):
    """It has a password."""


@dataclass(frozen=True, slots=True)
class OldSheet:
    """``rows`` from the first of the sheet on; ``before``: empty columns left out in front."""

    name: str
    hidden: bool
    before: int
    width: int
    rows: list[list[Cell]]
    merged: list[Range]


def read_old(data: bytes) -> list[OldSheet]:
    """The sheets of a workbook. Raises OldWorkbookError."""
    command = [sys.executable, "-m", "khop.connectors.spreadsheets.xls_worker"]
    try:
        done = subprocess.run(
            command, input=data, capture_output=True, timeout=_SECONDS, check=False
        )
    except (OSError, subprocess.TimeoutExpired):
        raise OldWorkbookError from None
    if done.returncode == PROTECTED:
        raise OldWorkbookProtected
    if done.returncode:
        raise OldWorkbookError
    # What is unpickled comes from this module alone: plain cells, packed by the worker.
    sheets: list[OldSheet] = pickle.loads(done.stdout)
    return sheets
