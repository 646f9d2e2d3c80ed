"""The states of an inter-linked dossier in the log of pushes (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Iterable

from khop.connectors.igate.pushes import PushLogRow
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.facts.packaged import load_table


def missing_states(rows: Iterable[PushLogRow], nation_code: str) -> tuple[int, ...]:
    """The states that the exchange still needs before it takes a result of this dossier.

    They are in their order; empty when none is missing. ``nation_code``: the dossier's code on
    the portal. A state that was refused, or has no answer in the log, counts as missing, because
    operators send it again.
    """
    wanted = canonical_code(nation_code)
    taken = {
        row.state for row in rows if row.accepted and canonical_code(row.nation_code) == wanted
    }
    needed: list[int] = load_table("igate_pushes")["before_result"]
    return tuple(state for state in needed if state not in taken)
