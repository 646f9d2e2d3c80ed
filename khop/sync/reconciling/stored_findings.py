"""The findings in the ledger, beside those that a reconcile found.

Both come by rule and subject, a part at a time, so that memory does not grow with their number.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Sequence
from typing import Any, Protocol, TypeAlias, TypeVar

import sqlalchemy as sa

from khop.sync.ledger.schema import discrepancy, exclusion
from khop.sync.reconciling.batches import batches

#: (rule, subject)
Key: TypeAlias = tuple[str, str]


class Keyed(Protocol):
    """What is known by rule and subject."""

    @property
    def key(self) -> Key: ...


F = TypeVar("F", bound=Keyed)

#: Rows of one query.
_PAGE = 5_000
#: Of more subjects, all findings are read one after the other.
_MOST_SUBJECTS = 50_000

_STORED: sa.Select[Any] = sa.select(
    discrepancy.c.rule,
    discrepancy.c.subject,
    discrepancy.c.state,
    discrepancy.c.fingerprint,
    discrepancy.c.severity,
    discrepancy.c.unit,
    discrepancy.c.evidence_json,
)
_KEY = sa.tuple_(discrepancy.c.rule, discrepancy.c.subject)
_BY_KEY = _STORED.order_by(discrepancy.c.rule, discrepancy.c.subject)


def beside_stored(
    connection: sa.Connection, found: Iterable[F], subjects: Collection[str] | None
) -> Iterator[tuple[F | None, sa.Row[Any] | None]]:
    """Each finding that was found, that is stored, or both.

    ``found``: by rule and subject; raises ValueError when it is not. ``subjects``: only their
    stored findings are read; None for all. While the pairs are read, findings may be written whose
    pair was read.
    """
    rows = _stored(connection, subjects)
    row = next(rows, None)
    for item in _in_order(found):
        while row is not None and _key(row) < item.key:
            yield None, row
            row = next(rows, None)
        if row is not None and _key(row) == item.key:
            yield item, row
            row = next(rows, None)
        else:
            yield item, None
    while row is not None:
        yield None, row
        row = next(rows, None)


def _in_order(found: Iterable[F]) -> Iterator[F]:
    last: Key | None = None
    for item in found:
        if last is not None and item.key <= last:
            raise ValueError(item.key, last)
        last = item.key
        yield item


def _key(row: sa.Row[Any]) -> Key:
    return row.rule, row.subject


def _stored(connection: sa.Connection, subjects: Collection[str] | None) -> Iterator[sa.Row[Any]]:
    """The findings of the subjects, by rule and subject."""
    if subjects is None:
        return _pages(connection)
    if len(subjects) > _MOST_SUBJECTS:
        wanted = frozenset(subjects)
        return (row for row in _pages(connection) if row.subject in wanted)
    found = [
        row
        for part in batches(sorted(subjects))
        for row in connection.execute(_STORED.where(discrepancy.c.subject.in_(part)))
    ]
    return iter(sorted(found, key=_key))


def _pages(connection: sa.Connection) -> Iterator[sa.Row[Any]]:
    """All findings. They are read in pages, because a query that is under way does not say whether
    it sees what is written meanwhile; what is written comes before the page."""
    query = _BY_KEY
    while page := connection.execute(query.limit(_PAGE)).all():
        yield from page
        query = _BY_KEY.where(sa.tuple_(*_key(page[-1])) < _KEY)


def excluded(
    connection: sa.Connection, now_us: int, subjects: Collection[str] | None
) -> frozenset[Key]:
    """The findings of the subjects whose exclusion is in force: decisions of people, which are
    few."""
    query = sa.select(exclusion.c.rule, exclusion.c.subject).where(
        sa.or_(exclusion.c.until_us.is_(None), exclusion.c.until_us >= now_us)
    )
    parts: Iterable[Sequence[str] | None]
    parts = [None] if subjects is None else batches(sorted(subjects))
    return frozenset(
        (row.rule, row.subject)
        for part in parts
        for row in connection.execute(
            query if part is None else query.where(exclusion.c.subject.in_(part))
        )
    )
