"""Old workbooks (.xls), read in a separate process.

python-calamine trusts the lengths inside such a file: a damaged one makes it request more memory
than there is, which ends the process. So ``xls_worker`` reads it in a process of its own::

    python -m khop.connectors.spreadsheets.xls_worker  <  workbook  >  pickled OldSheets
"""

from __future__ import annotations

import pickle
import subprocess
import sys
from dataclasses import dataclass

from khop.connectors.spreadsheets.merged_cells import Range
from khop.connectors.spreadsheets.model import Cell

#: Bytes and seconds that suffice for the largest sheet, 65,536 rows by 256 columns.
MEMORY = 3 << 30
_SECONDS = 120
#: Exit code of the worker for a workbook with a password.
PROTECTED = 3


class OldWorkbookError(Exception):
    """The workbook cannot be read."""


class OldWorkbookProtected(OldWorkbookError):
    """It has a password."""


@dataclass(frozen=True, slots=True)
class OldSheet:
    """``rows``: from the first row of the sheet on. ``before``: number of empty columns that the
    rows leave out on the left."""

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
    # Only the worker writes this output, and it pickles plain cells.
    sheets: list[OldSheet] = pickle.loads(done.stdout)
    return sheets
