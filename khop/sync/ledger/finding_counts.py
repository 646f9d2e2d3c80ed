"""How many findings of each rule are in each state.

The counts are stored, and updated with the findings: counting reads all findings, which costs
more than a reconcile of a few dossiers. A whole reconcile counts again.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import sqlalchemy as sa

from khop.sync.ledger.schema import discrepancy, finding_count

#: (rule, state)
Place = tuple[str, str]


def read(connection: sa.Connection) -> Counter[Place]:
    """The stored counts."""
    found = connection.execute(sa.select(finding_count))
    return Counter({(row.rule, row.state): row.number for row in found})


def move(connection: sa.Connection, moves: Mapping[Place, int]) -> None:
    """Add to the counts; called in the transaction that writes the findings."""
    rows = [
        {"rule": rule, "state": state, "number": number}
        for (rule, state), number in sorted(moves.items())
        if number
    ]
    if rows:
        connection.execute(_MOVE, rows)


def recount(connection: sa.Connection) -> None:
    """Count all findings again."""
    connection.execute(sa.delete(finding_count))
    place = discrepancy.c.rule, discrepancy.c.state
    counted = sa.select(*place, sa.func.count()).group_by(*place)
    connection.execute(sa.insert(finding_count).from_select(["rule", "state", "number"], counted))


_MOVE = sa.text(
    "INSERT INTO finding_count (rule, state, number) VALUES (:rule, :state, :number) "
    "ON CONFLICT (rule, state) DO UPDATE SET number = finding_count.number + excluded.number"
)
