"""Files of rows kept outside the systems: read when they changed, each in one transaction.

A file that cannot be read does not stop the reading of the others. An interrupted pull leaves
whole files behind: those it had read as they are now, the others as they were.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, fields

import sqlalchemy as sa

from khop.adapters.ports import DossierLookup, PaperFile, PaperSource
from khop.errors import ConfigError
from khop.mappings.paper.items import AnyRow, NoRow, SheetRead
from khop.mappings.paper.office.rows import OfficeRow
from khop.mappings.records import PaperKind, PaperRow, Reject
from khop.sync.ledger import paper_rows
from khop.sync.ledger.codes import codes_of_dossiers
from khop.sync.ledger.paper_rows import FileRead
from khop.sync.results import PaperSummary
from khop.sync.run_context import RunContext

_STRIDE = 500
#: At most this many unreadable files are named; the others are counted.
_NAMED_ERRORS = 5


@dataclass(slots=True)
class _Passed:
    """The lines of a file that are no rows, by kind, and its sheets."""

    no_rows: Counter[str] = field(default_factory=Counter)
    sheets: list[SheetRead] = field(default_factory=list)


def pull_paper(
    context: RunContext,
    source: PaperSource,
    lookup: DossierLookup | None,
    *,
    full: bool = False,
) -> PaperSummary:
    """Read the files that changed; with ``full``, all. The summary carries the errors.

    ``lookup``: the system that is then asked about the codes the rows name.
    """
    summary = PaperSummary(source.name)
    context.progress.start(source.name)
    failures: list[str] = []
    known: dict[str, str] = {}
    if not full:
        with context.read() as connection:
            known = paper_rows.known_files(connection, source.name)
            for name in paper_rows.files_to_read_again(connection, source.name):
                known.pop(name, None)
    for file in _files(source, failures):
        summary.files += 1
        if known.get(file.name) == file.digest:
            summary.unchanged_files += 1
            continue
        try:
            _pull_file(context, source, lookup, file, summary)
        except ConfigError as error:
            summary.failed_files += 1
            failures.append(str(error))
    # Rows of earlier pulls too: there may have been no system to ask then.
    if lookup is not None:
        with context.write() as connection:
            paper_rows.name_rows(connection, lookup.name, source.name)
    context.progress.finish(source.name)
    summary.error = _sentence(failures)
    return summary


def _files(source: PaperSource, failures: list[str]) -> Iterator[PaperFile]:
    try:
        yield from source.files()
    except ConfigError as error:
        failures.append(str(error))


def _pull_file(
    context: RunContext,
    source: PaperSource,
    lookup: DossierLookup | None,
    file: PaperFile,
    summary: PaperSummary,
) -> None:
    _check_name(source.name, file)
    read, passed = _read(context, source, file)
    with context.write() as connection:
        _check_kind(connection, source, file)
        now_us = context.now_us()
        done = paper_rows.store_file(connection, source.name, read, context.privacy, now_us)
        # Same transaction: an imported file may never be read again.
        if lookup is not None:
            paper_rows.name_rows(connection, lookup.name, source.name)
    _note(summary, file, read, passed)
    summary.stored += done.stored
    summary.unchanged += done.unchanged
    summary.deleted += done.deleted
    summary.quarantined += len(read.rejects)


def _check_name(source: str, file: PaperFile) -> None:
    """Raises ConfigError for a name that is not UTF-8: file systems allow any bytes, the ledger
    does not."""
    try:
        file.name.encode("utf-8")
    except UnicodeEncodeError:
        shown = file.name.encode("utf-8", "replace").decode("utf-8")
        raise ConfigError(
            f"the name of the file {shown} is not in UTF-8; rename it", key=f"sources.{source}"
        ) from None


def _check_kind(connection: sa.Connection, source: PaperSource, file: PaperFile) -> None:
    """Raises ConfigError when the ledger has the file's rows as another kind: they would be
    taken for rows that left the file."""
    name, kind = source.name, source.kind.value
    if others := paper_rows.kinds_of(connection, name, file.name) - {kind, PaperKind.DOCUMENT}:
        raise ConfigError(
            f"{file.name} was read as {', '.join(sorted(others))} under the name {name}; "
            f"read it as {kind} under another name"
        )


def _read(context: RunContext, source: PaperSource, file: PaperFile) -> tuple[FileRead, _Passed]:
    """The whole file, before any of it is stored: its end may turn out to be unreadable."""
    rows: dict[str, AnyRow] = {}
    rejects: list[Reject] = []
    passed = _Passed()
    unknown = 0
    for number, item in enumerate(source.rows(file), 1):
        unknown += isinstance(item, Reject) and item.row is not None
        if isinstance(item, PaperRow | OfficeRow) and item.row_key in rows:
            item = _same_key_twice(file, item)
        if isinstance(item, PaperRow | OfficeRow):
            rows[item.row_key] = item
        elif isinstance(item, Reject):
            rejects.append(item)
        elif isinstance(item, NoRow):
            passed.no_rows[item.kind.value] += 1
        else:
            passed.sheets.append(item)
        if number % _STRIDE == 0:
            context.progress.advance(source.name, _STRIDE)
    if unknown:
        rejects = _without_known(context, file, rows, rejects)
    return FileRead(file, tuple(rows.values()), tuple(rejects), source.kind), passed


def _note(summary: PaperSummary, file: PaperFile, read: FileRead, passed: _Passed) -> None:
    """Add the lines of a file to the summary."""
    rows = len(read.rows) + len(read.rejects)
    counted = sum(sheet.lines for sheet in passed.sheets)
    summary.rows += rows
    summary.documents += sum(row.kind is PaperKind.DOCUMENT for row in read.rows)
    # A source of another kind may not count its lines.
    summary.lines += counted if passed.sheets else rows + passed.no_rows.total()
    summary.no_rows = dict(passed.no_rows + Counter(summary.no_rows))
    for row in read.rows:
        place = f"{file.name}#{row.sheet}!{row.row_number}"
        summary.cells_unread += [f"{place} {header}" for header in row.fields_lost]
    for sheet in passed.sheets:
        where = f"{file.name}, sheet {sheet.sheet}" if sheet.sheet else file.name
        summary.columns_unread += [f"{where}: {each}" for each in sheet.columns_unread]
        if sheet.not_read:
            summary.sheets_unread.append(f"{where} ({sheet.not_read})")


def _without_known(
    context: RunContext, file: PaperFile, rows: dict[str, AnyRow], rejects: list[Reject]
) -> list[Reject]:
    """Move the rows whose code is of unknown shape, but that of a dossier, to ``rows``."""
    named = {each.row.code for each in rejects if each.row is not None and each.row.code}
    with context.read() as connection:
        known = codes_of_dossiers(connection, named)
    left = []
    for reject in rejects:
        row = reject.row
        if row is None or row.code not in known:
            left.append(reject)
        elif row.row_key in rows:
            left.append(_same_key_twice(file, row))
        else:
            rows[row.row_key] = row
    return left


def _same_key_twice(file: PaperFile, row: AnyRow) -> Reject:
    return Reject(
        field="row_key",
        reason="has the same key as an earlier row of the file",
        native_id=f"{file.name}#{row.sheet}!{row.row_number}",
        code=row.code,
    )


def _sentence(failures: list[str]) -> str | None:
    more = len(failures) - _NAMED_ERRORS
    named = failures[:_NAMED_ERRORS] + ([f"and {more} more files"] if more > 0 else [])
    return "; ".join(named) or None


def one_per_source(summaries: Iterable[PaperSummary]) -> list[PaperSummary]:
    """Several readings of a source added up to one summary."""
    found: dict[str, PaperSummary] = {}
    for one in summaries:
        if one.source in found:
            _add(found[one.source], one)
        else:
            found[one.source] = one
    return list(found.values())


def _add(total: PaperSummary, other: PaperSummary) -> None:
    for each in fields(PaperSummary):
        if each.name not in ("source", "error", "no_rows"):
            count = getattr(total, each.name) + getattr(other, each.name)
            setattr(total, each.name, count)
    total.no_rows = dict(Counter(total.no_rows) + Counter(other.no_rows))
    errors = [error for error in (total.error, other.error) if error is not None]
    total.error = "; ".join(errors) or None
