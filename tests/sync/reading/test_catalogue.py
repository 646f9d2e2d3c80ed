"""Catalogues: what is read again and when, and what is stored with its time."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta

import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.errors import ConnectorError, RecordError, Unreachable
from khop.mappings.catalogue_records import CatalogueItem, FeeRate, ProcedureEntry, TimeLimit
from khop.mappings.records import Channel, Instant
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import catalogue
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakeSystem, record
from tests.sync.installation import Build

LEDGERS = BOTH

LIMIT = TimeLimit(Channel.ONLINE, 3, "Ngày làm việc", fees=(FeeRate("LP01", 8000, "đồng"),))


@dataclass
class FakeCatalogue(FakeSystem):
    name: str = "dvcqg"
    role: Role = Role.PORTAL
    procedures: dict[str, ProcedureEntry] = field(
        default_factory=lambda: {
            code: ProcedureEntry(code, f"Thủ tục {code}", limits=(LIMIT,))
            for code in ("1.001612", "1.001613", "1.001614")
        }
    )
    asked: list[str] = field(default_factory=list)
    faults: dict[str, ConnectorError | RecordError] = field(default_factory=dict)

    def procedure_codes(self) -> tuple[str, ...]:
        return tuple(self.procedures)

    def procedure_entry(self, code: str) -> ProcedureEntry | None:
        self.asked.append(code)
        if code in self.faults:
            raise self.faults[code]
        return self.procedures.get(code)

    def unit_entries(self) -> tuple[CatalogueItem, ...]:
        return (CatalogueItem("H99.12", "UBND xã Mẫu"), CatalogueItem("H99.13", "UBND xã Thử"))

    def sector_entries(self) -> tuple[CatalogueItem, ...]:
        return (CatalogueItem("G03-GD10", "Giáo dục"),)


def stored(ledger: Ledger, kind: str) -> dict[str, sa.Row[tuple[object, ...]]]:
    with ledger.read() as connection:
        rows = connection.execute(sa.select(catalogue).where(catalogue.c.kind == kind)).all()
    return {row.code: row for row in rows}


def test_procedures_that_dossiers_use_are_stored_with_the_time_they_were_read(
    build_engine: Build, one_stop: FakeOneStop, ledger: Ledger, clock: FakeClock
) -> None:
    one_stop.put(record(1), record(2, procedure="1.001614"), record(3, procedure="9.999999"))
    portal = FakeCatalogue()
    engine = build_engine(one_stop, portal)
    engine.pull()
    (summary,) = engine.read_catalogues()
    assert (summary.units, summary.sectors) == (2, 1)
    assert (summary.procedures, summary.unknown, summary.failed) == (2, 1, 0)
    rows = stored(ledger, "procedure")
    assert sorted(rows) == ["1.001612", "1.001614"]
    limit = json.loads(rows["1.001612"].entry)["limits"][0]
    assert (limit["amount"], limit["unit"], limit["fees"][0]["amount"]) == (
        3,
        "Ngày làm việc",
        8000,
    )
    assert rows["1.001612"].read_us == Instant.of(clock()).us
    assert sorted(stored(ledger, "unit")) == ["H99.12", "H99.13"]


def test_a_procedure_that_was_read_lately_is_not_read_again(
    build_engine: Build, ledger: Ledger, clock: FakeClock
) -> None:
    portal = FakeCatalogue()
    engine = build_engine(portal)
    engine.read_catalogues(every=True)
    first = stored(ledger, "procedure")["1.001612"].first_read_us
    portal.asked.clear()
    engine.read_catalogues(every=True)
    assert portal.asked == []
    clock.advance(days=31)
    engine.read_catalogues(every=True, older_than=timedelta(days=30))
    assert len(portal.asked) == 3
    row = stored(ledger, "procedure")["1.001612"]
    assert row.first_read_us == first < row.read_us


def test_only_procedures_that_failed_are_read_again(build_engine: Build, ledger: Ledger) -> None:
    portal = FakeCatalogue(faults={"1.001613": RecordError("LINHVUC", "is no list")})
    engine = build_engine(portal)
    (summary,) = engine.read_catalogues(every=True)
    assert (summary.procedures, summary.failed, summary.error) == (2, 1, None)
    portal.faults.clear()
    portal.asked.clear()
    (summary,) = engine.read_catalogues(every=True)
    assert portal.asked == ["1.001613"]
    assert len(stored(ledger, "procedure")) == 3


def test_a_system_that_fails_half_way_ends_the_reading_soon_after(build_engine: Build) -> None:
    codes = [f"1.{n:06d}" for n in range(100)]
    portal = FakeCatalogue(procedures={code: ProcedureEntry(code, "") for code in codes})
    portal.faults = {code: Unreachable("dvcqg", "LayThuTuc") for code in codes[50:]}
    (summary,) = build_engine(portal).read_catalogues(every=True)
    assert (summary.procedures, summary.error is None) == (50, False)
    assert len(portal.asked) < 60


def test_a_system_out_of_order_ends_the_reading(build_engine: Build) -> None:
    codes = [f"1.{n:06d}" for n in range(100)]
    portal = FakeCatalogue(procedures={code: ProcedureEntry(code, "") for code in codes})
    portal.faults = {code: Unreachable("dvcqg", "LayThuTuc") for code in codes}
    (summary,) = build_engine(portal).read_catalogues(every=True)
    assert summary.error is not None
    assert len(portal.asked) < 20
