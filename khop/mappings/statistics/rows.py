"""Rows of form II.06a: counting, adding up, and checking the sums of the form."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.statistics.bucket_rules import BucketRules
from khop.mappings.statistics.buckets import Column, LeftOut, Note, place
from khop.mappings.statistics.periods import Period
from khop.mappings.statistics.report_dossier import Calculator, ReportDossier, by_receipt_slip

#: Number of each column of one row, by the column or by its printed number.
Counts = Mapping[Column, int] | Mapping[int, int]


@dataclass(frozen=True, slots=True)
class ReportRow:
    """One row of the form: every column, the notes, and the dossiers left out by reason."""

    columns: Mapping[Column, int]
    notes: Mapping[Note, int]
    left_out: Mapping[LeftOut, int]


@dataclass(frozen=True, slots=True)
class BrokenIdentity:
    """A sum of the form that is wrong: column ``total`` has ``actual``, its parts add up to
    ``expected``. With ``previous``, the parts are of the period before."""

    total: int
    parts: tuple[int, ...]
    actual: int
    expected: int
    previous: bool = False


def tally(
    dossiers: Iterable[ReportDossier],
    period: Period,
    rules: BucketRules | None = None,
    calculator: Calculator = by_receipt_slip,
) -> ReportRow:
    """The row of these dossiers. Raises ConfigError as ``place`` does."""
    columns: Counter[Column] = Counter()
    notes: Counter[Note] = Counter()
    left_out: Counter[LeftOut] = Counter()
    for dossier in dossiers:
        placed = place(dossier, period, rules, calculator)
        if isinstance(placed, LeftOut):
            left_out[placed] += 1
        else:
            columns.update((placed.intake, placed.outcome))
            notes.update(placed.notes)
    return ReportRow(_with_totals(columns), dict(notes), dict(left_out))


def add_rows(rows: Iterable[ReportRow]) -> ReportRow:
    """The total of rows, such as those of a level of units, or form II.06b of lower units."""
    columns: Counter[Column] = Counter()
    notes: Counter[Note] = Counter()
    left_out: Counter[LeftOut] = Counter()
    for row in rows:
        columns.update(row.columns)
        notes.update(row.notes)
        left_out.update(row.left_out)
    return ReportRow({column: columns[column] for column in Column}, dict(notes), dict(left_out))


def broken_identities(
    columns: Counts, previous: Counts | None = None
) -> tuple[BrokenIdentity, ...]:
    """The sums of one row that are wrong.

    ``previous``: the same row of the period before, to check what was carried over. Raises
    RecordError for a column that is missing or is not a count.
    """
    table = load_table("statistics")
    checks = [(row["total"], tuple(row["parts"]), columns) for row in table["identity"]]
    if previous is not None:
        carried = table["carried_over"]
        checks.append((carried["column"], (carried["previous"],), previous))
    found = (
        BrokenIdentity(
            total,
            parts,
            _count(columns, total, ""),
            sum(_count(where, part, "previous " if where is previous else "") for part in parts),
            where is previous,
        )
        for total, parts, where in checks
    )
    return tuple(identity for identity in found if identity.actual != identity.expected)


def _with_totals(counted: Counter[Column]) -> dict[Column, int]:
    """Every column; a total is the sum of the parts in its first row of the table."""
    columns = {column: counted[column] for column in Column}
    totals: dict[Column, int] = {}
    for row in load_table("statistics")["identity"]:
        totals.setdefault(Column(row["total"]), sum(counted[Column(p)] for p in row["parts"]))
    return columns | totals


def _count(columns: Counts, number: int, where: str) -> int:
    counts: Any = columns
    value = counts.get(number) if isinstance(counts, Mapping) else None
    if isinstance(value, int) and not isinstance(value, bool) and value >= 0:
        return value
    raise RecordError(f"{where}column {number}", "is missing or is not a count")
