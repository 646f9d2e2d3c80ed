"""What the log of pushes says of an inter-linked dossier (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Iterable

from khop.connectors.igate.pushes import PushLogRow
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.facts.packaged import load_table


def missing_states(rows: Iterable[PushLogRow], nation_code: str) -> tuple[int, ...]:
    """The states that still keep the exchange from taking a result of this dossier, in their
    order; empty when none does.

    ``nation_code``: its code on the portal. A state that was sent and refused, or whose answer
    the log does not tell, counts as missing: operators send such a state again.
    """
    wanted = canonical_code(nation_code)
    taken = {
        row.state for row in rows if row.accepted and canonical_code(row.nation_code) == wanted
    }
    needed: list[int] = load_table("igate_pushes")["before_result"]
    return tuple(state for state in needed if state not in taken)


def blocked_results(rows: Iterable[PushLogRow]) -> tuple[PushLogRow, ...]:
    """The pushes of a result that were refused while an earlier state was missing."""
    kept = list(rows)
    results: list[int] = load_table("igate_pushes")["results"]
    return tuple(
        row
        for row in kept
        if row.accepted is False and row.state in results and missing_states(kept, row.nation_code)
    )
