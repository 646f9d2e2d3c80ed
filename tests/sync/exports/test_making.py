"""``khop export``: what is in it, what is not, and what it takes to make one."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
import sqlalchemy as sa

from khop.errors import KhopError
from khop.sync.engine import Engine
from khop.sync.exports.checking import check_export
from khop.sync.exports.manifest import MANIFEST, Manifest, read_manifest
from khop.sync.ledger import create_ledger
from khop.sync.ledger.schema import audit_log, source_record
from khop.sync.reconciling.ledger_inputs import Selection
from khop.sync.reconciling.partition import Partition
from khop.sync.reconciling.warehouse import case_query, duckdb_cases, ledger_cases
from tests.postgres import BOTH, Server, postgres
from tests.sync.drawn_worlds.draw import ONE_STOPS
from tests.sync.drawn_worlds.store import SOURCES
from tests.sync.exports.provinces import fill, installed

__all__ = ["postgres"]

#: Columns that other texts stand in, in an export without keys.
KEYED = ("os_applicant_key", "lb_applicant_key", "rg_applicant_key")


@pytest.fixture(scope="module", params=BOTH)
def engine(
    request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[Engine]:
    """A province with dossiers that were compared once."""
    folder = tmp_path_factory.mktemp("province")
    if request.param == "sqlite":
        with installed(folder, "H29") as engine:
            fill(engine, 3, 40)
            engine.reconcile()
            yield engine
        return
    server: Server = request.getfixturevalue("postgres")
    with server.database() as name:
        create_ledger(server.url(name))
        with installed(folder, "H29", server.url(name)) as engine:
            fill(engine, 3, 40)
            engine.reconcile()
            yield engine


def manifest_of(folder: Path) -> Manifest:
    return read_manifest((folder / MANIFEST).read_text("utf-8"), str(folder))


def cases_of(parts: Partition) -> list[str]:
    made = case_query("duckdb", True, False, ())
    rows = []
    with duckdb.connect() as connection:
        for bucket in range(parts.buckets):
            parts.load(connection, bucket)
            cases = duckdb_cases(connection, made)
            rows += [_without_keys(row) for row in cases.rows(cases.table)]
    return sorted(rows)


def _without_keys(row: dict[str, object]) -> str:
    return str({name: value for name, value in row.items() if name not in KEYED})


@pytest.mark.parametrize("keys", [False, True])
def test_an_export_has_the_cases_of_the_ledger(engine: Engine, keys: bool, tmp_path: Path) -> None:
    made = engine.exports.make(
        tmp_path / "ra", actor="an", buckets=3, applicant_keys=keys, reason="tra soát"
    )
    with ledger_cases(engine.ledger, Selection(sources=SOURCES, one_stops=ONE_STOPS)) as cases:
        expected = sorted(map(_without_keys, cases.rows(cases.table)))
    assert cases_of(Partition(tmp_path / "ra", 3)) == expected
    assert made.rows["source_record"] > 40
    assert check_export(tmp_path / "ra").ok


def test_the_manifest_names_every_file_and_who_made_it(engine: Engine, tmp_path: Path) -> None:
    made = engine.exports.make(tmp_path / "ra", actor="an", buckets=2)
    said = manifest_of(tmp_path / "ra")
    assert (said.province, said.buckets, said.applicants) == ("H29", 2, "marks")
    assert said.lists_complete
    assert said.one_stops == ONE_STOPS
    assert {source["source"] for source in said.freshness} == set(SOURCES)
    assert said.reconciled_us is not None
    on_disk = {str(path.relative_to(tmp_path / "ra")) for path in tmp_path.rglob("*.parquet")}
    assert {file.path for file in said.files} == on_disk
    assert sum(made.rows.values()) == said.rows
    assert check_export(tmp_path / "ra").digest == made.digest


def test_without_keys_nothing_ties_the_dossiers_of_one_applicant_together(
    engine: Engine, tmp_path: Path
) -> None:
    with engine.ledger.read() as connection:
        column = source_record.c.applicant_key
        keys = set(connection.scalars(sa.select(column).where(column.is_not(None))))
    for name, wanted in (("marks", False), ("again", False), ("keys", True)):
        engine.exports.make(
            tmp_path / name, actor="an", buckets=1, applicant_keys=wanted, reason="tra soát"
        )
    marks, again, out = (_keys_in(tmp_path / name) for name in ("marks", "again", "keys"))
    assert {key for _, key in out} <= keys
    assert not {key for _, key in marks} & (keys | {key for _, key in again})
    # one mark for each applicant of each code
    assert len({key for _, key in marks}) == len(marks) == len(out)


def _keys_in(folder: Path) -> set[tuple[str, str]]:
    table = pq.read_table(next(folder.glob("source_record/*/*.parquet")), partitioning=None)
    rows = table.select(["code", "applicant_key"]).to_pylist()
    return {(row["code"], row["applicant_key"]) for row in rows if row["applicant_key"]}


def test_the_audit_log_says_who_took_what_out_and_why(engine: Engine, tmp_path: Path) -> None:
    made = engine.exports.make(
        tmp_path / "ra", actor="an", buckets=1, applicant_keys=True, reason="thanh tra số 12"
    )
    with engine.ledger.read() as connection:
        query = sa.select(audit_log).order_by(audit_log.c.id.desc()).limit(1)
        row = connection.execute(query).one()
    assert (row.actor, row.action) == ("an", "export")
    assert json.loads(row.detail) == {
        "province": "H29",
        "buckets": 1,
        "applicants": "keys",
        "digest": made.digest,
        "rows": sum(made.rows.values()),
        "why": "thanh tra số 12",
    }
    assert engine.verify_log().ok


def test_keys_need_a_reason(engine: Engine, tmp_path: Path) -> None:
    for reason, said in (("", "needs a reason"), ("số 079012345678", "personal number")):
        with pytest.raises(KhopError, match=said):
            engine.exports.make(
                tmp_path / "ra", actor="an", buckets=1, applicant_keys=True, reason=reason
            )
    assert not (tmp_path / "ra").exists()


def test_only_the_account_of_khop_may_read_it(engine: Engine, tmp_path: Path) -> None:
    engine.exports.make(tmp_path / "ra", actor="an", buckets=2)
    modes = {
        (path.is_dir(), path.stat().st_mode & 0o777)
        for path in [tmp_path / "ra", *(tmp_path / "ra").rglob("*")]
    }
    assert modes == {(True, 0o700), (False, 0o600)}


def test_an_export_is_replaced_only_when_asked_and_whole(
    engine: Engine, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    folder = tmp_path / "ra"
    first = engine.exports.make(folder, actor="an", buckets=1)
    with pytest.raises(KhopError, match="--force"):
        engine.exports.make(folder, actor="an", buckets=2)
    left = tmp_path / ".ra.part"  # of one that was killed
    left.mkdir()
    (left / "nửa chừng").touch()
    second = engine.exports.make(folder, actor="an", buckets=2, force=True)
    assert second.digest != first.digest
    assert check_export(folder).digest == second.digest
    assert [path.name for path in tmp_path.iterdir()] == ["ra"]


def test_another_folder_is_never_replaced(engine: Engine, tmp_path: Path) -> None:
    (tmp_path / "giấy tờ").mkdir()
    with pytest.raises(KhopError, match="is no export"):
        engine.exports.make(tmp_path / "giấy tờ", actor="an", buckets=1, force=True)


def test_a_file_that_changed_or_is_missing_or_unknown_is_named(
    engine: Engine, tmp_path: Path
) -> None:
    folder = tmp_path / "ra"
    engine.exports.make(folder, actor="an", buckets=2)
    first, second = manifest_of(folder).files[:2]
    (folder / first.path).unlink()
    with (folder / second.path).open("r+b") as file:
        file.seek(4)
        file.write(b"\xff")
    (folder / "x.parquet").touch()
    check = check_export(folder)
    assert not check.ok
    assert check.problems == (
        *sorted([(first.path, "missing"), (second.path, "changed")]),
        ("x.parquet", "unknown"),
    )


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"schema_version": 2}, "has schema 2"),
        ({"province": "../x"}, "wrong at province"),
        ({"columns": {}}, "with other columns"),
        ({"files": [{"path": "../x.parquet"}]}, "wrong at files"),
        (
            {
                "files": [
                    {"path": f"x/bucket=0/{n}.parquet", "rows": 1, "size": 1, "sha256": "0" * 64}
                    for n in (1, 2)
                ]
            },
            "wrong at files",
        ),
    ],
)
def test_a_manifest_that_cannot_be_used_is_refused(
    change: dict[str, object], said: str, engine: Engine, tmp_path: Path
) -> None:
    engine.exports.make(tmp_path / "ra", actor="an", buckets=1)
    told = json.loads((tmp_path / "ra" / MANIFEST).read_text("utf-8"))
    (tmp_path / "ra" / MANIFEST).write_text(json.dumps(told | change), "utf-8")
    with pytest.raises(KhopError, match=said):
        check_export(tmp_path / "ra")
