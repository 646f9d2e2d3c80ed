"""A finding of the truth, as the sandbox gives it out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

from khop.sandbox.truth.judge import Verdict
from khop.sandbox.world.paper import Place


@dataclass(frozen=True, slots=True)
class Finding:
    """One rule that fires for one case; ``repair`` says who may repair it (docs/rules.md).

    ``code`` is None for a row of paper without one; ``row`` is then its place.
    """

    rule: str
    code: str | None
    repair: Literal["machine", "people"]
    why: str
    severity: str
    row: Place | None = None

    @classmethod
    def of(cls, verdict: Verdict, row: Place | None = None) -> Finding:
        """``row``: the place of the row, where the verdict is about one without a code."""
        if verdict.obstacle is None:
            return cls(verdict.rule, verdict.code, "machine", verdict.why, verdict.severity, row)
        why = (
            f"{verdict.why}; not by machine: {verdict.obstacle}"
            if verdict.obstacle
            else verdict.why
        )
        return cls(verdict.rule, verdict.code, "people", why, verdict.severity, row)

    @property
    def subject(self) -> str:
        """The code, or the place of the row."""
        return self.row.subject if self.row is not None else self.code or ""

    @property
    def order_key(self) -> tuple[str, str, str, str, int]:
        row = self.row or Place("", "", 0)
        return self.rule, self.code or "", row.file, row.sheet, row.row
