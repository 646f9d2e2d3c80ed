"""What ``Engine.exports`` does, over the parts of an installation."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from khop.sync.exports.making import EXPORT, Asked, make_export
from khop.sync.exports.manifest import Applicants, ExportedFile, Manifest
from khop.sync.findings.anchors import write_anchors
from khop.sync.findings.freshness import freshness
from khop.sync.operations import Operations
from khop.sync.reconciling.cases import INPUTS, ONLY_ROWS
from khop.sync.reconciling.increments import read_last_reconcile
from khop.sync.reconciling.ledger_inputs import Selection
from khop.sync.reconciling.reconcile import lists_complete
from khop.sync.reconciling.rules import Clock
from khop.sync.results import CountrySummary, ExportSummary, Progress
from khop.version import __version__


def export_ledger(
    operations: Operations,
    asked: Asked,
    buckets: int,
    applicants: Applicants,
    progress: Progress | None,
) -> ExportSummary:
    """``Exports.make``."""
    with operations.lease(EXPORT, progress) as context:
        manifest = _manifest(operations, buckets, applicants)
        selection = Selection(manifest.lists_complete, None, manifest.sources, manifest.one_stops)

        def of_files(files: tuple[ExportedFile, ...]) -> Manifest:
            return manifest.model_copy(update={"files": files})

        settle = operations.config.files.settle
        return make_export(context, asked, selection, of_files, settle)


def _manifest(operations: Operations, buckets: int, applicants: Applicants) -> Manifest:
    one_stops = operations.systems.one_stops()
    with operations.ledger.read() as connection:
        last = read_last_reconcile(connection)
        fresh = freshness(connection, operations.systems.roles(connection))
    return Manifest(
        khop=__version__,
        province=operations.config.province.code,
        name=operations.config.province.name,
        key=operations.privacy.fingerprint,
        applicants=applicants,
        made_us=operations.now_us(),
        reconciled_us=None if last is None else last.now_us,
        lists_complete=lists_complete(operations.ledger, one_stops),
        sources=tuple(operations.source_names()),
        one_stops=tuple(one_stops),
        buckets=buckets,
        columns={table: tuple(columns) for table, columns in INPUTS.items()},
        only_rows=dict(ONLY_ROWS),
        freshness=tuple(source.as_json() for source in fresh.sources),
        files=(),
    )


def reconcile_exports(
    operations: Operations,
    remote: str,
    places: Sequence[str],
    now: datetime | None,
    progress: Progress | None,
) -> CountrySummary:
    """``Exports.reconcile``."""
    from khop.sync.exports import country, judging  # the client of the cluster is an extra
    from khop.sync.reconciling.spark_session import connect

    with (
        operations.begin(country.RECONCILE, country.RECONCILE, progress) as (context, run),
        connect(remote) as spark,
    ):
        with context.read() as connection:
            country.check_ledger(connection)
        exports = judging.open_exports(spark, places)
        clock = Clock(operations.clock(), operations.tables, operations.config.rules)
        done = country.reconcile_provinces(country.Country(context, clock, now), spark, exports)
        summary = run.done(done.summary(run.id, judging.shared_codes(spark, exports)))
    write_anchors(operations.ledger, operations.config, operations.clock)
    return summary
