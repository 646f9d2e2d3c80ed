"""Making an export.

::

    FOLDER's neighbour .FOLDER.part ──► files by bucket ──► manifest ──► audit log ──► renamed

An export that has its name is whole. Whoever is killed before leaves a folder ``.FOLDER.part``,
which the next export of that name replaces.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from hashlib import blake2b, file_digest
from pathlib import Path
from secrets import token_bytes

import pyarrow as pa
import pyarrow.parquet as pq

from khop.errors import KhopError
from khop.sync.exports.manifest import MANIFEST, Applicants, ExportedFile, Manifest
from khop.sync.ledger.audit_log import Entry, append
from khop.sync.ledger.copies.files import flush_folder, not_written
from khop.sync.reconciling.cases import INPUTS
from khop.sync.reconciling.feed import Feed
from khop.sync.reconciling.ledger_inputs import Selection, read_inputs
from khop.sync.reconciling.partition import partition
from khop.sync.results import ExportSummary
from khop.sync.run_context import RunContext
from khop.text.digest import hex_digest

EXPORT = "export"
#: The columns that tell rows of one applicant apart from those of another, by table.
_OF_ONE = {"source_record": "code", "paper_row": "row_key"}
_KEY = "applicant_key"
_PRIVATE = 0o700


@dataclass(frozen=True, slots=True)
class Asked:
    """Which export is wanted, and by whom. ``reason``: why with the applicants' keys. ``force``:
    in the place of an export that is there."""

    folder: Path
    actor: str
    reason: str = ""
    force: bool = False


def make_export(
    context: RunContext,
    asked: Asked,
    selection: Selection,
    manifest: Callable[[tuple[ExportedFile, ...]], Manifest],
    settle: Callable[[Path], None],
) -> ExportSummary:
    """Write the inputs of all cases of a ledger into a new folder, by bucket.

    ``manifest``: of these files. ``settle``: gives a file its mode. Raises KhopError; then the
    folder is as it was.
    """
    wanted = manifest(())
    _check_place(asked)
    part = asked.folder.with_name(f".{asked.folder.name}.part")
    try:
        shutil.rmtree(part, ignore_errors=True)
        part.mkdir(_PRIVATE, parents=True)
        context.progress.start(EXPORT)
        _write_files(context, part, selection, wanted)
        made = manifest(tuple(_files(part, settle)))
        (part / MANIFEST).write_text(made.text(), "utf-8")
        settle(part / MANIFEST)
        context.progress.finish(EXPORT)
        summary = _summary(asked, made)
        _log(context, asked, summary)
        _give_name(part, asked.folder)
    except OSError as error:
        raise not_written(asked.folder, error) from None
    return summary


def _check_place(asked: Asked) -> None:
    if not asked.folder.exists():
        return
    if not (asked.folder / MANIFEST).is_file():
        raise KhopError(f"{asked.folder} is there, and is no export: name another folder")
    if not asked.force:
        raise KhopError(f"{asked.folder} is there already; --force replaces it")


def _write_files(context: RunContext, part: Path, selection: Selection, wanted: Manifest) -> None:
    with read_inputs(context.ledger, selection, owned=True) as feed:
        tables = feed if wanted.applicants is Applicants.KEYS else _marked(feed)
        partition(_told(tables, context), part, wanted.buckets)
    for spilled in part.glob("spilled*"):
        shutil.rmtree(spilled)


def _told(feed: Feed, context: RunContext) -> Feed:
    def counted(reader: pa.RecordBatchReader) -> Iterator[pa.RecordBatch]:
        for batch in reader:
            context.progress.advance(EXPORT, batch.num_rows)
            yield batch

    for name, reader in feed:
        yield name, pa.RecordBatchReader.from_batches(reader.schema, counted(reader))


def _marked(feed: Feed) -> Feed:
    """The tables with marks in the place of the applicants' keys.

    A mark is a digest of key and code under a secret of this export, which is not kept. So equal
    marks only say that two records of one code have the same applicant, which is what rules ask.
    """
    secret = token_bytes(32)

    def mark(of: str | None, key: str | None) -> str | None:
        if key is None:
            return None
        return blake2b(f"{of}\x1f{key}".encode(), key=secret, digest_size=16).hexdigest()

    def marked(reader: pa.RecordBatchReader, of: str) -> Iterator[pa.RecordBatch]:
        for batch in reader:
            pairs = zip(batch[of].to_pylist(), batch[_KEY].to_pylist(), strict=True)
            marks = pa.array([mark(*pair) for pair in pairs], pa.string())
            yield batch.set_column(batch.schema.get_field_index(_KEY), _KEY, marks)

    for name, reader in feed:
        of = _OF_ONE.get(name)
        batches = iter(reader) if of is None else marked(reader, of)
        yield name, pa.RecordBatchReader.from_batches(reader.schema, batches)


def _files(part: Path, settle: Callable[[Path], None]) -> Iterator[ExportedFile]:
    for folder in part.glob("*/**/"):
        folder.chmod(_PRIVATE)
    for path in sorted(part.glob("*/bucket=*/*.parquet")):
        settle(path)
        with path.open("rb") as content:
            digest = file_digest(content, "sha256").hexdigest()
        yield ExportedFile(
            path=path.relative_to(part).as_posix(),
            rows=pq.read_metadata(path).num_rows,
            size=path.stat().st_size,
            sha256=digest,
        )


def _summary(asked: Asked, made: Manifest) -> ExportSummary:
    rows = dict.fromkeys(INPUTS, 0)
    for file in made.files:
        rows[file.table] += file.rows
    return ExportSummary(
        folder=str(asked.folder),
        province=made.province,
        buckets=made.buckets,
        applicants=made.applicants.value,
        rows=rows,
        size=sum(file.size for file in made.files),
        digest=hex_digest(made.text().encode()),
    )


def _log(context: RunContext, asked: Asked, summary: ExportSummary) -> None:
    """Who takes what out of the ledger, before it has its name."""
    told = ("province", "buckets", "applicants", "digest")
    detail = {name: getattr(summary, name) for name in told}
    detail |= {"rows": sum(summary.rows.values()), "why": asked.reason}
    with context.write() as connection:
        append(connection, context.now_us(), [Entry(asked.actor, EXPORT, detail=detail)])


def _give_name(part: Path, folder: Path) -> None:
    old = part.with_suffix(".old")
    shutil.rmtree(old, ignore_errors=True)
    if folder.exists():
        folder.replace(old)
    part.replace(folder)
    flush_folder(folder.parent)
    shutil.rmtree(old, ignore_errors=True)
