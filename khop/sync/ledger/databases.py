"""What a ledger needs of the database it stands in.

There are two kinds, a file of SQLite (``sqlite``) and a database of a PostgreSQL server
(``postgres``); all that differs between them is behind ``Database``.
"""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Mapping
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
        """The faults of its driver."""

    @abstractmethod
    def require(self) -> None:
        """Raises LedgerError when it can be seen without a connection that it is not there."""

    @abstractmethod
    def require_place(self) -> None:
        """Raises LedgerError when it can be seen that none can be made there."""

    @abstractmethod
    def engine(self) -> sa.Engine:
        """Its connections, made when they are first needed. Raises ConfigError."""

    @abstractmethod
    def begin_write(self, connection: sa.Connection) -> None:
        """What a transaction that writes has to do first."""

    @abstractmethod
    def settle(self, connection: sa.Connection) -> None:
        """What is to be done after the tables were made or migrated, before that is committed.

        Raises LedgerError when a ledger cannot be kept there.
        """

    @abstractmethod
    def meaning(self, failure: BaseException) -> str:
        """What a person is told of a fault of the driver; goes on after "the ledger PLACE"."""
