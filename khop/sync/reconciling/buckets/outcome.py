"""What the rules said of the cases of a run: findings, and when cases are due again."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

import pyarrow as pa

from khop.sync.reconciling.buckets.sorted_rows import SortedRows
from khop.sync.reconciling.finding_states import Found
from khop.sync.reconciling.rules import Rule, Severity

_FOUND = pa.schema(
    [
        (name, pa.string())
        for name in ("rule", "subject", "code", "severity", "unit", "values", "evidence")
    ]
)
_RECHECK = pa.schema([("subject", pa.string()), ("due_us", pa.int64())])


class Outcome:
    """Findings and rechecks, bucket by bucket as they come; read in an order that does not depend
    on buckets.

    ``excused``: how often an excuse kept a rule from firing. ``cases``, ``unmapped``: how many
    cases there were, and how many with a one-stop state that no table knows.
    """

    def __init__(self, folder: Path) -> None:
        self._found = SortedRows(folder / "found.parquet", _FOUND, keys=2)
        self._rechecks = SortedRows(folder / "rechecks.parquet", _RECHECK, keys=1)
        self._rules: dict[str, Rule] = {}
        self.excused = 0
        self.cases = 0
        self.unmapped = 0

    def add(self, found: Iterable[Found], rechecks: Iterable[Mapping[str, Any]]) -> None:
        for item in found:
            self._rules[item.rule.id] = item.rule
            self._found.add(
                (
                    *(item.rule.id, item.subject, item.code),
                    *(item.severity.value, item.unit, item.values, item.evidence),
                )
            )
        for row in rechecks:
            self._rechecks.add((row["subject"], row["due_us"]))

    def found(self) -> Iterator[Found]:
        """By rule and subject."""
        for rule, subject, code, severity, *rest in self._found:
            yield Found(self._rules[rule], subject, code, Severity(severity), *rest)

    def rechecks(self) -> Iterator[dict[str, Any]]:
        """Rows of ``recheck``, by subject."""
        for subject, due_us in self._rechecks:
            yield {"subject": subject, "due_us": due_us}
