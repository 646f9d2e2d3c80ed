"""What an adapter may not do, and what happens then: its part of the run ends with its name, and no
other's."""

from __future__ import annotations

import traceback
from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from pathlib import PurePath
from typing import Protocol

from khop.errors import AdapterError, KhopError, LedgerError, Unauthorised
from khop.mappings.records import DossierReading, DossierRecord, StatusKind, StatusRecord
from khop.text.logs import Log

#: The kinds of events that are evidence of what happened to a dossier; rules and `khop show` read
#: no other.
EVIDENCE_KINDS = frozenset(StatusKind) - {StatusKind.STATUS}

#: The modules that work with the ledger.
_ENGINE = "khop.sync."

log = Log(__name__)


class Part(Protocol):
    """The summary of one source's part of a run."""

    source: str
    error: str | None
    login_refused: bool


@contextmanager
def own_part(summary: Part) -> Iterator[None]:
    """Have an error of the block end only this part: its sentence goes into the summary.

    An error of the ledger, and the end of the program, end the whole run.
    """
    try:
        yield
    except BaseException as error:
        if is_bug(error):
            summary.error = str(bug_of(summary.source, error))
        elif isinstance(error, KhopError) and not isinstance(error, LedgerError):
            summary.error = str(error)
            summary.login_refused = isinstance(error, Unauthorised)
        else:
            raise


def is_bug(error: BaseException) -> bool:
    """Whether no adapter may raise this: an exception that is no KhopError and does not end the
    program, or a LedgerError that the engine did not raise."""
    if isinstance(error, LedgerError):
        return not _raised_in(error).startswith(_ENGINE)
    return not isinstance(error, KhopError | KeyboardInterrupt | SystemExit)


def _raised_in(error: BaseException) -> str:
    """The module that raised the error; "" for one that was not raised."""
    frames = list(traceback.walk_tb(error.__traceback__))
    return str(frames[-1][0].f_globals.get("__name__", "")) if frames else ""


def bug_of(source: str, error: BaseException) -> AdapterError:
    """The error for an exception that an adapter may not raise.

    It names the exception and its place, and not its text, which may hold personal data.
    """
    frames = traceback.extract_tb(error.__traceback__)
    place = f" at {PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else ""
    found = AdapterError(source, f"raised {type(error).__name__}{place}")
    log.warning("adapter_bug", source=source, error=str(found))
    return found


def check_readings(source: str, readings: Iterable[DossierReading]) -> None:
    """Raises AdapterError for a record, or an entry of a history, of another source."""
    for reading in readings:
        check_owner(source, reading.record)
        for entry in reading.history or ():
            check_owner(source, entry)


def check_events(
    source: str, events: Iterable[StatusRecord], kinds: Collection[StatusKind] = EVIDENCE_KINDS
) -> None:
    """Raises AdapterError for an event of another source, or of a kind that is no evidence."""
    for event in events:
        check_owner(source, event)
        if event.kind not in kinds:
            known = ", ".join(sorted(kind.value for kind in kinds))
            raise AdapterError(
                source, f"gave an event of the kind {event.kind!s}; evidence is {known}"
            )


def check_owner(source: str, record: DossierRecord | StatusRecord | None) -> None:
    """Raises AdapterError for a record whose ``source`` is another than that of its adapter."""
    if record is not None and record.source != source:
        raise AdapterError(source, f"gave a record of the source {record.source!r}")
