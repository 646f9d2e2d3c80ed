"""What the tables share: their metadata, and pairs of columns for times."""

from __future__ import annotations

from sqlalchemy import BigInteger, Boolean, Column, MetaData

metadata = MetaData()

#: Times a dossier has in several systems; each is a pair of columns.
SHARED_TIMES = ("submitted", "received", "due", "finished", "returned")


def times(*names: str) -> list[Column[int] | Column[bool]]:
    """For each time a column ``NAME_us``, and ``NAME_day`` beside it."""
    return [
        column
        for name in names
        for column in (Column(f"{name}_us", BigInteger), Column(f"{name}_day", Boolean))
    ]
