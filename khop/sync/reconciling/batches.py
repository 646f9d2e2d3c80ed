"""Values in parts that fit into one query."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import TypeVar

T = TypeVar("T")

#: Values of one query. SQLite takes 32,766 and PostgreSQL 65,535; more than some hundred do not
#: make a query faster.
SIZE = 500


def batches(items: Sequence[T]) -> Iterator[Sequence[T]]:
    """The items in parts of at most ``SIZE``."""
    for start in range(0, len(items), SIZE):
        yield items[start : start + SIZE]
