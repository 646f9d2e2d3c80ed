"""Numbers of changes: which stored dossiers other systems have to be asked about again.

Each transaction that changes a value that other systems have too (its code, state, dates, unit or
procedure) gives the changed dossiers the next number. A change of anything else keeps the number.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence, Set
from typing import Any, TypeAlias

import sqlalchemy as sa

from khop.sync.ledger.look_ups import newest_change
from khop.sync.ledger.record_changes import Key
from khop.sync.ledger.schema import SHARED_TIMES

#: Source, native id and alias.
Alias: TypeAlias = tuple[str, str, str]

_SHARED = (
    "code",
    "status",
    *(f"{name}_us" for name in SHARED_TIMES),
    "unit",
    "unit_code",
    "procedure",
)


def number_changes(
    connection: sa.Connection,
    stored: Mapping[Key, Mapping[Any, Any]],
    named: Set[Alias],
    rows: Sequence[dict[str, Any]],
    aliases: Sequence[Mapping[str, Any]],
) -> None:
    """Set ``change_no`` of rows that are about to replace the ``stored`` ones and their aliases
    ``named``.

    ``aliases``: the rows of ``record_alias`` that come with them.
    """
    renamed = {
        (row["source"], row["native_id"])
        for row in aliases
        if (row["source"], row["native_id"], row["alias"]) not in named
    }
    number = newest_change(connection) + 1
    for row in rows:
        key = row["source"], row["native_id"]
        before = None if key in renamed else stored.get(key)
        if before is not None and all(row[name] == before[name] for name in _SHARED):
            row["change_no"] = before["change_no"]
        else:
            row["change_no"] = number
