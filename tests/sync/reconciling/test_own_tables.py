"""Rules measure with the tables that the province wrote in khop.toml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from tests.sync.fakes import FakeOneStop, FakePortal, at, history, record

OWN_CODE = "H99.12/10112026/000001"
OWN_SHAPE = {
    "dossier": [
        {
            "id": "TINH1",
            "name": "one-stop of the communes",
            "pattern": r"^(H99(?:\.[0-9]{2,3})*)/([0-9]{8})/([0-9]{6})$",
            "parts": ["unit", "date", "serial"],
            "date_format": "ddMMyyyy",
            "source": "QĐ 12/QĐ-UBND",
        }
    ]
}

Found = Callable[..., set[str]]


@pytest.fixture
def found(build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal) -> Found:
    """The rules that fire for one dossier; what khop.toml says is given by the table's name.

    ``held``: the portal has the same dossier.
    """

    def rules(dossier: DossierRecord, *, held: bool = True, **tables: Any) -> set[str]:
        one_stop.put(dossier)
        portal.hold(*([dossier] if held else []))
        engine = build_engine(one_stop, portal, **tables)
        engine.pull()
        engine.reconcile()
        return {finding.rule for finding in engine.findings()}

    return rules


def test_a_code_of_the_provinces_own_shape_is_known(found: Found) -> None:
    assert found(record(1, code=OWN_CODE), codes=OWN_SHAPE) == set()


def test_without_that_table_the_same_code_has_no_known_shape(found: Found) -> None:
    assert found(record(1, code=OWN_CODE)) == {"E7"}


def test_a_province_that_takes_a_shape_away_no_longer_knows_it(found: Found) -> None:
    only_archive = {
        "dossier": [
            {
                "id": "G2",
                "name": "not given out here",
                "pattern": "^(ARCHIVE)-([0-9]+)$",
                "parts": ["unit", "serial"],
                "source": "QĐ 12/QĐ-UBND",
            }
        ]
    }
    assert found(record(1), codes=only_archive) == {"E7"}


@pytest.mark.parametrize(
    ("code", "rules"),
    [
        ("H99.12/10112026/000001", set()),
        ("H99.12/11112026/000001", set()),
        ("H99.12/12112026/000001", {"E4"}),
        ("H99.12/11102026/000001", {"E4"}),
        ("H99.12/31022026/000001", set()),
    ],
)
def test_the_date_in_a_code_is_read_as_the_province_writes_it(
    found: Found, code: str, rules: set[str]
) -> None:
    assert found(record(1, code=code), codes=OWN_SHAPE) == rules


def test_a_made_up_code_stays_one_beside_the_provinces_shapes(found: Found) -> None:
    assert found(record(1, code="H99.12-261110-00001"), codes=OWN_SHAPE) == {"E3"}


@pytest.mark.parametrize(
    ("tables", "rules"),
    [
        ({}, {"B8"}),
        ({"transitions": {"from": {"10": {"ordinary": {"4": "sent back"}}}}}, set()),
        ({"transitions": {"from": {"10": {"evidence": {"4": "decision"}}}}}, set()),
        ({"transitions": {"from": {"9": {"ordinary": {"4": "sent back"}}}}}, {"B8"}),
    ],
)
def test_a_forbidden_change_that_is_legal_here_is_none(
    one_stop: FakeOneStop, found: Found, tables: dict[str, Any], rules: set[str]
) -> None:
    one_stop.histories[record(1).native_id] = history(
        record(1),
        (Status.RECEIVED, at(10)),
        (Status.PROCESSING, at(10, 10)),
        (Status.FINISHED, at(10, 11)),
        (Status.RETURNED, at(10, 12)),
        (Status.PROCESSING, at(10, 13)),
    )
    assert found(record(1), **tables) == rules


def test_a_change_that_is_forbidden_here_only(one_stop: FakeOneStop, found: Found) -> None:
    steps = ((Status.RECEIVED, at(10)), (Status.PROCESSING, at(11)))
    one_stop.histories[record(1).native_id] = history(record(1), *steps)
    assert found(record(1), transitions={"from": {"2": {"forbidden": [4]}}}) == {"B8"}


@pytest.mark.parametrize(
    ("tables", "rules"), [({}, {"A7"}), ({"calendar": {"days_off": ["2026-11-19"]}}, set())]
)
def test_a_day_off_of_the_province_is_no_day_of_grace(
    found: Found, tables: dict[str, Any], rules: set[str]
) -> None:
    """Received on Wednesday the 18th, unknown to the portal, and today is Friday the 20th."""
    code, days = "H99.12-261118-0001", {"submitted_at": at(18, 8), "received_at": at(18)}
    assert found(record(1, code=code, **days), held=False, **tables) == rules


def test_a_code_is_read_by_the_shape_that_was_in_force_on_its_day(found: Found) -> None:
    """The province writes the day first from 2027 on; the code of 2026 is none of those."""
    day_first = {
        "id": "TINH2",
        "name": "day first",
        "pattern": r"^(H99(?:\.[0-9]{2,3})*)-([0-9]{6})-([0-9]{4})$",
        "parts": ["unit", "date", "serial"],
        "date_format": "ddMMyy",
        "valid_from": date(2027, 1, 1),
        "source": "QĐ 13/QĐ-UBND",
    }
    assert found(record(1), codes={"dossier": [day_first]}) == set()


def test_a_code_longer_than_its_shape_allows_has_another(found: Found) -> None:
    shape = {**OWN_SHAPE["dossier"][0], "longest": len(OWN_CODE) - 1}
    assert found(record(1, code=OWN_CODE), codes={"dossier": [shape]}) == {"E7"}
