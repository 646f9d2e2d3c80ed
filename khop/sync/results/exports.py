"""Results about exports of provinces."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import ClassVar

from khop.sync.results.findings import RuleCount
from khop.sync.results.plain_json import Result


@dataclass(frozen=True, slots=True)
class ExportSummary(Result):
    """One ``khop export``. ``applicants``: marks or keys. ``rows``: by table. ``size``: bytes of
    the files. ``digest``: of the manifest, which names the digest of every file."""

    folder: str
    province: str
    buckets: int
    applicants: str
    rows: Mapping[str, int]
    size: int
    digest: str


@dataclass(frozen=True, slots=True)
class ExportCheck(Result):
    """One ``khop export --check``. ``made``: of the export, ISO 8601. ``problems``: (path, what is
    wrong with it: missing, changed or unknown)."""

    folder: str
    province: str
    made: str
    files: int
    rows: int
    digest: str
    problems: tuple[tuple[str, str], ...] = ()

    @property
    def ok(self) -> bool:
        return not self.problems

    json_names: ClassVar[tuple[str, ...]] = (
        *("ok", "folder", "province", "made", "files", "rows", "digest", "problems"),
    )


@dataclass(frozen=True, slots=True)
class SharedCode(Result):
    """A dossier whose code, or another code of it, several provinces name.

    ``code``: the code in question. ``dossier``: the dossier's own code, another one where the code
    is its alias: it came from, or went to, a province that still lists it. ``status``: the portal's
    number of its state.
    """

    code: str
    province: str
    dossier: str
    status: int | None
    received_us: int | None


@dataclass(frozen=True, slots=True)
class CountrySummary(Result):
    """One ``khop reconcile --engine spark``. ``provinces``: code and moment of each export.
    ``counts``: one per rule, over all provinces of the ledger. ``shared``: dossiers whose code
    several of these provinces name."""

    run: int
    cases: int
    unmapped: int
    excused: int
    provinces: Mapping[str, str]
    counts: tuple[RuleCount, ...]
    shared: tuple[SharedCode, ...] = ()

    json_names: ClassVar[tuple[str, ...]] = (
        *("run", "cases", "unmapped", "excused", "provinces", "open", "counts", "shared"),
    )

    @property
    def open(self) -> int:
        return sum(count.open for count in self.counts)
