"""What a ledger needs of its database.

There are two kinds: an SQLite file (``sqlite``) and a database of a PostgreSQL server
(``postgres``). All that differs between them is behind ``Database``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
from pathlib import Path
from typing import Any

import sqlalchemy as sa


class Database(ABC):
    """One place for one ledger."""

    #: Execution options of the three kinds of transaction (``store.Ledger``).
    reads: Mapping[str, Any]
    drafts: Mapping[str, Any]
    writes: Mapping[str, Any]

    @property
    @abstractmethod
    def place(self) -> str:
        """Where it is, for people: without a password."""

    @property
    @abstractmethod
    def failures(self) -> tuple[type[Exception], ...]:
        """The exceptions its driver raises."""

    @property
    def files(self) -> list[Path]:
        """Its files on this machine that are there."""
        return []

    @property
    @abstractmethod
    def work_place(self) -> Path:
        """Where large files of work under way are made: a folder, and what their names begin
        with."""

    @abstractmethod
    def exists(self) -> bool:
        """Whether there may be a ledger, as far as that shows without a connection."""

    @abstractmethod
    def copy_into(self, folder: Path) -> str:
        """The URL of a copy in this folder, as the ledger is now. Raises LedgerError when none can
        be made."""

    @abstractmethod
    def require(self) -> None:
        """Raises LedgerError when the ledger is missing, as far as that shows without a
        connection."""

    @abstractmethod
    def require_place(self) -> None:
        """Raises LedgerError when no ledger can be made there, as far as that shows without a
        connection."""

    @abstractmethod
    def engine(self) -> sa.Engine:
        """Its connections, made when they are first needed. Raises ConfigError."""

    @abstractmethod
    def begin_write(self, connection: sa.Connection) -> None:
        """Called first in each transaction that writes."""

    def now_us(self, connection: sa.Connection) -> int | None:
        """The clock that all machines share which use it; None when it has none of its own."""
        return None

    @abstractmethod
    def size_bytes(self, connection: sa.Connection) -> int:
        """The bytes that it takes on its disk."""

    @abstractmethod
    def settle(self, connection: sa.Connection) -> None:
        """Called after the tables were made or migrated, before the commit.

        Raises LedgerError when a ledger cannot be kept there.
        """

    @abstractmethod
    def damage(self, connection: sa.Connection) -> tuple[list[str], bool]:
        """What is wrong with pages and indexes, and whether both could be checked."""

    @abstractmethod
    def meaning(self, failure: BaseException) -> str:
        """The sentence for an exception of the driver; it continues "the ledger PLACE"."""

    @abstractmethod
    def passes(self, failure: BaseException) -> bool:
        """Whether an exception of the driver says what passes by itself: the database is away, or
        locked for too long."""
