"""What a finding of a province is about, in a ledger of several provinces.

``H29/CODE`` for a dossier, ``row:H29/KEY`` for a row of paper: the same code, or the same row, may
be in two provinces, and a finding names its province wherever it is shown.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import replace

import sqlalchemy as sa

from khop.sync.ledger.paper_rows import ROW
from khop.sync.ledger.schema import discrepancy
from khop.sync.reconciling.finding_states import Found

_SLASH = "/"


def of_province(found: Found, province: str) -> Found:
    """The finding of a province's own ledger, in that of several provinces."""
    start = f"{province}{_SLASH}"
    if found.subject.startswith(ROW):
        return replace(found, subject=f"{ROW}{start}{found.subject.removeprefix(ROW)}")
    subject = f"{start}{found.subject}"
    return replace(found, subject=subject, code=subject)


def stored_subjects(connection: sa.Connection, province: str) -> Iterable[str]:
    """The subjects of all findings of a province that the ledger has."""
    column = discrepancy.c.subject
    start = f"{province}{_SLASH}"
    here = sa.or_(column.startswith(start), column.startswith(f"{ROW}{start}"))
    return connection.scalars(sa.select(column).where(here).distinct())
