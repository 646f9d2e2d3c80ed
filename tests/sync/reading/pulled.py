"""What the tests of list pulls share."""

from __future__ import annotations

import sqlalchemy as sa

from khop.adapters.ports import SourcePage
from khop.errors import Unreachable
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import source_record
from khop.sync.results import ListSummary, PullSummary


def listed(summary: PullSummary) -> ListSummary:
    found = summary.sources[0]
    assert isinstance(found, ListSummary)
    return found


def codes(ledger: Ledger) -> set[str]:
    with ledger.read() as connection:
        return set(connection.scalars(sa.select(source_record.c.code)))


def fail() -> SourcePage:
    raise Unreachable("igate", "search")
