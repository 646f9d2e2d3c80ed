"""Values in parts that fit into one query."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import TypeVar

T = TypeVar("T")

#: Values of one query. SQLite takes 32,766 and PostgreSQL 65,535; more than some hundred do not
#: make a query faster.
SIZE = 500


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in parts of at most ``SIZE``."""
    for start in range(0, len(items), SIZE):
        yield items[start : start + SIZE]


#: Rows that are written by one call: enough to cost little each, few enough to be kept in memory.
ROWS = 10_000


def parts(items: Iterable[T], size: int = ROWS) -> Iterator[list[T]]:
    """The items in parts, each read when it is asked for."""
    left = iter(items)
    while part := list(islice(left, size)):
        yield part
