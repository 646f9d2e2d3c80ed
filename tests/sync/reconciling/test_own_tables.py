"""Rules use the tables that the province has in khop.toml."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from khop.mappings.records import DossierRecord, Status
from khop.sync.engine import Engine
from tests.sync.fakes import FakeOneStop, FakePortal, at, history, record

pytestmark = pytest.mark.slow

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
    """The rules that fire for one dossier, with these tables of khop.toml.

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


def test_a_code_of_a_shape_that_the_province_added_is_known(found: Found) -> None:
    assert found(record(1, code=OWN_CODE), codes=OWN_SHAPE) == set()


def test_without_the_provinces_shape_the_same_code_is_unknown(found: Found) -> None:
    assert found(record(1, code=OWN_CODE)) == {"E7"}


def test_a_code_of_a_shape_that_the_province_replaced_is_unknown(found: Found) -> None:
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
def test_the_date_in_a_code_is_read_in_the_format_of_the_province(
    found: Found, code: str, rules: set[str]
) -> None:
    assert found(record(1, code=code), codes=OWN_SHAPE) == rules


def test_a_made_up_code_is_found_beside_the_provinces_shapes(found: Found) -> None:
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
def test_a_change_of_state_that_the_province_allows_is_no_finding(
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


def test_a_change_of_state_that_only_the_province_forbids_is_a_finding(
    one_stop: FakeOneStop, found: Found
) -> None:
    steps = ((Status.RECEIVED, at(10)), (Status.PROCESSING, at(11)))
    one_stop.histories[record(1).native_id] = history(record(1), *steps)
    assert found(record(1), transitions={"from": {"2": {"forbidden": [4]}}}) == {"B8"}


@pytest.mark.parametrize(
    ("tables", "rules"), [({}, {"A7"}), ({"calendar": {"days_off": ["2026-11-19"]}}, set())]
)
def test_a_day_off_of_the_province_does_not_count_for_the_grace(
    found: Found, tables: dict[str, Any], rules: set[str]
) -> None:
    """Received on Wednesday the 18th, unknown to the portal, and today is Friday the 20th."""
    code, days = "H99.12-261118-0001", {"submitted_at": at(18, 8), "received_at": at(18)}
    assert found(record(1, code=code, **days), held=False, **tables) == rules


def test_a_code_is_read_by_the_shape_that_was_in_use_on_its_date(found: Found) -> None:
    """The province writes the day first from 2027 on; the code is of 2026."""
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


def test_a_code_longer_than_its_shape_allows_is_unknown(found: Found) -> None:
    shape = {**OWN_SHAPE["dossier"][0], "longest": len(OWN_CODE) - 1}
    assert found(record(1, code=OWN_CODE), codes={"dossier": [shape]}) == {"E7"}
