"""The rules over exports, on a cluster: province by province and bucket by bucket.

A bucket has all rows of its cases, so nothing of one is needed for another. Only ``shared_codes``
looks at all provinces at once.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from khop.errors import KhopError
from khop.sync.exports.manifest import MANIFEST, Manifest, read_manifest
from khop.sync.reconciling.batches import batches
from khop.sync.reconciling.cases.days import day_table
from khop.sync.reconciling.finding_states import Found
from khop.sync.reconciling.rule_query import found, prepared, sizes
from khop.sync.reconciling.rules import Clock
from khop.sync.reconciling.rules.excuses import spans_us
from khop.sync.reconciling.spark_session import Spark
from khop.sync.reconciling.warehouse import Cases, case_query
from khop.sync.reconciling.warehouse_spark import spark_cases
from khop.sync.results import SharedCode


@dataclass(frozen=True, slots=True)
class Export:
    """An export where the cluster reads it. ``place``: its folder."""

    place: str
    manifest: Manifest

    def path(self, name: str) -> str:
        return f"{self.place}/{name}"

    def files(self, bucket: int) -> dict[str, list[str]]:
        """The paths of the files of each table."""
        paths = self.manifest.of_bucket(bucket)
        return {table: list(map(self.path, names)) for table, names in paths.items()}


@dataclass(slots=True)
class Judged:
    """What the rules say of one province."""

    found: list[Found] = field(default_factory=list)
    cases: int = 0
    unmapped: int = 0
    excused: int = 0


def open_exports(spark: Spark, places: Sequence[str]) -> list[Export]:
    """The exports in these folders, each of another province. Raises KhopError for one that cannot
    be used, or whose files are not as they were made: the cluster works out their digests."""
    exports: dict[str, Export] = {}
    for place in (given.rstrip("/") for given in places):
        manifest = read_manifest(spark.text(f"{place}/{MANIFEST}"), place)
        export = Export(place, manifest)
        if manifest.province in exports:
            other = exports[manifest.province].place
            raise KhopError(f"{other} and {place} are both of the province {manifest.province}")
        exports[manifest.province] = export
    for export in exports.values():
        _check_files(spark, export)
    return list(exports.values())


def _check_files(spark: Spark, export: Export) -> None:
    for files in batches(list(export.manifest.files)):
        digests = spark.digests([export.path(file.path) for file in files])
        for file in files:
            said = digests.get(export.path(file.path))
            if said is None:
                raise KhopError(f"the export {export.place} lacks {file.path}")
            if said != (file.size, file.sha256):
                raise KhopError(f"the export {export.place}: {file.path} was changed")


def judge_export(
    spark: Spark, export: Export, clock: Clock, key: str, on_bucket: Callable[[], object]
) -> Judged:
    """The rules over all cases of an export. ``key`` names the configuration of the clock."""
    spark.view_of_rows("day", day_table(clock.calendar))
    migrations = spans_us(clock.settings.migrations)
    shapes = clock.tables.codes.dossier
    made = case_query("spark", export.manifest.lists_complete, True, shapes, migrations)
    judged = Judged()
    for bucket in range(export.manifest.buckets):
        files = export.files(bucket)
        if files:
            _judge(spark_cases(spark, files, made), clock, key, judged)
        on_bucket()
    return judged


def _judge(cases: Cases, clock: Clock, key: str, judged: Judged) -> None:
    asked = prepared(cases, clock, key)
    judged.found += found(cases, asked, clock)
    counted = sizes(cases, asked)
    judged.cases += counted.cases
    judged.unmapped += counted.unmapped
    judged.excused += counted.excused


def shared_codes(spark: Spark, exports: Sequence[Export]) -> list[SharedCode]:
    """The dossiers whose code, or another code of it, several provinces name."""
    named = []
    for number, export in enumerate(exports):
        for table in ("source_record", "record_alias"):
            paths = [export.path(f.path) for f in export.manifest.files if f.table == table]
            if paths:
                spark.view_of_files(f"{table}_{number}", paths)
                named.append(_NAMED[table].format(province=export.manifest.province, n=number))
    if not named:
        return []
    rows = spark.answer(_SHARED.format(named=" UNION ALL ".join(named))).to_pylist()
    return [SharedCode(**row) for row in rows]


_COLUMNS = (
    "'{province}' AS province, r.code AS dossier, CAST(r.status AS bigint) AS status, "
    "r.received_us FROM source_record_{n} r"
)
_NAMED = {
    "source_record": f"SELECT r.code AS code, {_COLUMNS} WHERE r.role = 'one_stop'",
    "record_alias": (
        f"SELECT a.alias AS code, {_COLUMNS} JOIN record_alias_{{n}} a "
        "ON a.source = r.source AND a.native_id = r.native_id WHERE r.role = 'one_stop'"
    ),
}
_SHARED = (
    "WITH named AS ({named}), shared AS (SELECT code AS shared_code FROM named GROUP BY code "
    "HAVING min(province) <> max(province)) "
    "SELECT DISTINCT n.code, n.province, n.dossier, n.status, n.received_us "
    "FROM named n JOIN shared s ON s.shared_code = n.code "
    "ORDER BY n.code, n.province, n.dossier"
)
