"""Asking a system about one code after the other, and when to stop."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from khop.errors import (
    AdapterError,
    ConfigError,
    ConnectorError,
    RecordError,
    Refused,
    Unauthorised,
)
from khop.sync.reading.adapter_bugs import bug_of, is_bug

T = TypeVar("T")

Failure = ConnectorError | RecordError | ConfigError | AdapterError

#: From this many refusals in a row, the system counts as out of order, not single dossiers.
_MANY_REFUSALS = 10


@dataclass(frozen=True, slots=True)
class Answer(Generic[T]):
    """The answer about one code; ``found`` is None without an answer."""

    code: str
    found: T | None = None
    failure: Failure | None = None


class Asker(Generic[T]):
    """Asks a system. After a refused login, or without its settings, it asks no more: further
    tries would fail, and could lock the account.

    ``expected``: errors that become answers; others are raised. A bug of the adapter
    ``source`` becomes an answer too.
    """

    def __init__(self, source: str, ask: Callable[[str], T], *expected: type[Failure]) -> None:
        self._source = source
        self._ask = ask
        self._expected = expected
        self._ended: Failure | None = None

    def ask(self, code: str) -> Answer[T]:
        """The answer about this code. Called by several threads."""
        if self._ended is not None:
            return Answer(code, failure=self._ended)
        try:
            return Answer(code, self._ask(code))
        except self._expected as error:
            if _ends_all(error):
                self._ended = error
            return Answer(code, failure=error)
        except BaseException as error:
            if not is_bug(error):
                raise
            return Answer(code, failure=bug_of(self._source, error))


def fatal_error(answers: Sequence[Answer[T]]) -> Failure | None:
    """The error that ends the asking: the account is refused or not set up, or nothing answers.

    A few dossiers that the system refuses to show do not end it.
    """
    failures = [a.failure for a in answers if a.failure and not isinstance(a.failure, RecordError)]
    refused = next((failure for failure in failures if _ends_all(failure)), None)
    silent = len(failures) == len(answers) and (
        len(failures) >= _MANY_REFUSALS
        or any(not isinstance(failure, Refused) for failure in failures)
    )
    return refused or (failures[-1] if silent else None)


def first_bug(answers: Sequence[Answer[T]]) -> AdapterError | None:
    """The first bug of the adapter among these answers."""
    return next((a.failure for a in answers if isinstance(a.failure, AdapterError)), None)


def _ends_all(error: Failure) -> bool:
    """Whether every further call would fail the same way."""
    return isinstance(error, ConfigError) or (isinstance(error, Unauthorised) and error.at_login)
