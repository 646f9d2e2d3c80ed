"""Files of rows kept outside the systems: read when they changed, each in one transaction.

A file that cannot be read keeps none of the others from being read. A pull that is cut off
leaves whole files behind: those it had read, as they are now, and the others as they were.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import fields, replace
from datetime import datetime

import sqlalchemy as sa

from khop.adapters.ports import DossierLookup, PaperFile, PaperSource
from khop.errors import ConfigError
from khop.mappings.records import Instant, PaperRow, Reject
from khop.sync.ledger import Lease, Ledger
from khop.sync.ledger import paper_rows as paper
from khop.sync.ledger.paper_rows import FileRead, Stored
from khop.sync.privacy import Privacy
from khop.sync.results import PaperSummary, Progress

_STRIDE = 500
#: So many files that cannot be read are named each; the others are counted.
_NAMED_FAULTS = 5


class PaperPull:
    """One reading of one source's files."""

    def __init__(
        self,
        ledger: Ledger,
        source: PaperSource,
        asked: DossierLookup | None,
        privacy: Privacy,
        lease: Lease,
        clock: Callable[[], datetime],
        progress: Progress,
    ) -> None:
        """``asked``: the system that is then asked about the codes the rows name."""
        self._ledger = ledger
        self._source = source
        self._asked = asked
        self._privacy = privacy
        self._lease = lease
        self._clock = clock
        self._progress = progress

    def run(self, *, full: bool = False) -> PaperSummary:
        """Read the files that changed; with ``full``, all. The summary carries the faults."""
        name = self._source.name
        summary = PaperSummary(name)
        self._progress.start(name)
        faults: list[str] = []
        known = {} if full else self._known()
        for file in self._files(faults):
            summary = replace(summary, files=summary.files + 1)
            try:
                summary = self._file(file, summary, known)
            except ConfigError as error:
                summary = replace(summary, failed_files=summary.failed_files + 1)
                faults.append(str(error))
        self._name_codes_of_earlier_pulls()
        self._progress.finish(name)
        return replace(summary, error=_sentence(faults))

    def _known(self) -> Mapping[str, str]:
        with self._ledger.read() as connection:
            return paper.known_files(connection, self._source.name)

    def _files(self, faults: list[str]) -> Iterator[PaperFile]:
        try:
            yield from self._source.files()
        except ConfigError as error:
            faults.append(str(error))

    def _file(
        self, file: PaperFile, summary: PaperSummary, known: Mapping[str, str]
    ) -> PaperSummary:
        if known.get(file.name) == file.digest:
            return replace(summary, unchanged_files=summary.unchanged_files + 1)
        _check_name(self._source.name, file)
        read = self._read(file)
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            self._check_kind(connection, file)
            now_us = Instant.of(self._clock()).us
            done = paper.store_file(connection, self._source.name, read, self._privacy, now_us)
            self._name_codes(connection)
        return _counted(summary, read, done)

    def _check_kind(self, connection: sa.Connection, file: PaperFile) -> None:
        """Raises ConfigError when the file's rows are of another kind in the ledger: they would
        be taken for rows that left it."""
        name, kind = self._source.name, self._source.kind.value
        if others := paper.kinds_of(connection, name, file.name) - {kind}:
            raise ConfigError(
                f"{file.name} was read as {', '.join(sorted(others))} under the name {name}; "
                f"read it as {kind} under another name"
            )

    def _read(self, file: PaperFile) -> FileRead:
        """The whole file. Nothing of it is stored when it turns out bad further down."""
        rows: dict[str, PaperRow] = {}
        rejects: list[Reject] = []
        for number, item in enumerate(self._source.rows(file), 1):
            if isinstance(item, PaperRow) and item.row_key in rows:
                item = _doubled(file, item)
            if isinstance(item, PaperRow):
                rows[item.row_key] = item
            else:
                rejects.append(item)
            if number % _STRIDE == 0:
                self._progress.advance(self._source.name, _STRIDE)
        return FileRead(file, tuple(rows.values()), tuple(rejects))

    def _name_codes(self, connection: sa.Connection) -> None:
        """Have the portal asked about all codes of the rows: with the rows themselves, since
        nobody may come back to a file that was imported once."""
        if self._asked is not None:
            paper.name_rows(connection, self._asked.name, self._source.name)

    def _name_codes_of_earlier_pulls(self) -> None:
        """They may be from before there was a portal to ask."""
        if self._asked is None:
            return
        with self._ledger.write() as connection:
            self._lease.renew(connection)
            self._name_codes(connection)


def joined(summaries: Iterable[PaperSummary]) -> list[PaperSummary]:
    """One summary for each source, of several readings."""
    found: dict[str, PaperSummary] = {}
    for one in summaries:
        before = found.get(one.source)
        found[one.source] = one if before is None else _added(before, one)
    return list(found.values())


def _added(one: PaperSummary, other: PaperSummary) -> PaperSummary:
    counts = [f.name for f in fields(PaperSummary) if f.name not in ("source", "error")]
    sums = {name: getattr(one, name) + getattr(other, name) for name in counts}
    errors = [error for error in (one.error, other.error) if error is not None]
    return replace(one, **sums, error="; ".join(errors) or None)


def _check_name(source: str, file: PaperFile) -> None:
    """Raises ConfigError for a name that no ledger can keep: a file system allows any bytes."""
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError:
        shown = file.name.encode("utf-8", "replace").decode("utf-8")
        raise ConfigError(
            f"the name of the file {shown} is not in UTF-8; rename it", key=f"sources.{source}"
        ) from None


def row_place(file: str, row: PaperRow) -> str:
    """Where a row stands, as rejects name it: ``FILE#SHEET!ROW``."""
    return f"{file}#{row.sheet}!{row.row_number}"


def _doubled(file: PaperFile, row: PaperRow) -> Reject:
    return Reject(
        field="row_key",
        reason="cannot be told from an earlier row of the file",
        native_id=row_place(file.name, row),
        code=row.code,
    )


def _counted(summary: PaperSummary, read: FileRead, done: Stored) -> PaperSummary:
    return replace(
        summary,
        rows=summary.rows + len(read.rows) + len(read.rejects),
        stored=summary.stored + done.stored,
        unchanged=summary.unchanged + done.unchanged,
        deleted=summary.deleted + done.deleted,
        quarantined=summary.quarantined + len(read.rejects),
    )


def _sentence(faults: list[str]) -> str | None:
    more = len(faults) - _NAMED_FAULTS
    named = faults[:_NAMED_FAULTS] + ([f"and {more} more files"] if more > 0 else [])
    return "; ".join(named) or None
