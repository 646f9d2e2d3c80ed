"""All rules: the grace, rules that are off, several records of one code, unmapped states."""

from __future__ import annotations

from datetime import UTC, datetime

import pytest

from khop.config.model import RuleSettings
from khop.mappings.records import Presence, Status
from khop.sync.ledger import Ledger, presence
from khop.sync.reconciling.cases import CASE_COLUMNS
from khop.sync.reconciling.rules import (
    RULES,
    codes,
    dates,
    existence,
    histories,
    reality,
    states,
)
from tests.sync.fakes import at, record
from tests.sync.reconciling.rules.judging import (
    TWO_DAYS_AGO,
    complete,
    open_findings,
    put_record,
    run,
)
from tests.sync.reconciling.rules.two_systems import OLD, both, fired

pytestmark = pytest.mark.slow


def test_two_systems_that_agree_fire_nothing(ledger: Ledger) -> None:
    assert fired(ledger, *both()) == set()


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("H99.12-261110-0001", False),
        ("000.00.06.H99-261110-0361", False),
        ("H15.50.05.13-261008-0975", False),
        ("G09.20-20260609-0092637", False),
        ("UNIT-261110-000777", False),
        ("H99.12-261110-48213", False),
        ("HS-2026/15", True),
        ("H99.12-261110-001", True),
        ("H99.12_261110_0001", True),
    ],
)
def test_a_code_of_an_unknown_shape_is_found(code: str, expected: bool, ledger: Ledger) -> None:
    assert ("E7" in fired(ledger, record(1, code=code, **OLD), None)) is expected


def test_an_unmapped_state_fires_no_rule_at_all(ledger: Ledger) -> None:
    ours = record(
        1,
        code="HS-1",
        status=None,
        status_raw="Chờ ký số",
        received_at=at(25),
        finished_at=at(1),
        submitted_at=at(26),
    )
    assert fired(ledger, ours, Presence.ABSENT) == set()


def test_of_several_records_of_one_code_the_latest_change_counts(ledger: Ledger) -> None:
    older = record(1, native_id="a", status=Status.FINISHED, changed_at=at(10))
    newer = record(1, native_id="b", changed_at=at(11))
    fired(ledger, older, None)
    assert fired(ledger, newer, record(1)) == set()


def test_of_two_records_that_changed_at_once_the_greater_native_id_counts(ledger: Ledger) -> None:
    fired(ledger, record(1, native_id="b", **OLD), None)
    assert fired(ledger, record(1, native_id="a", finished_at=at(1), **OLD), record(1)) == set()


@pytest.mark.parametrize(
    "settings",
    [RuleSettings(grace=3), RuleSettings(grace_by_rule={"A7": 3}), RuleSettings(off=("A7",))],
)
def test_grace_is_configurable_and_rules_can_be_switched_off(
    settings: RuleSettings, ledger: Ledger
) -> None:
    ours = record(1, received_at=TWO_DAYS_AGO, submitted_at=TWO_DAYS_AGO, **OLD)
    assert "A7" not in fired(ledger, ours, Presence.ABSENT, settings=settings)


def test_states_that_differ_are_b11_until_b6_fires(ledger: Ledger) -> None:
    """Whether B6 fires is decided by the grace of B6."""
    ours, theirs = both(
        os_status=Status.FINISHED, os_finished_at=TWO_DAYS_AGO, po_status=Status.PROCESSING
    )
    longer = RuleSettings(grace_by_rule={"B6": 5})
    assert fired(ledger, ours, theirs, settings=longer) == {"B11"}
    assert fired(ledger, ours, theirs) == {"B6"}


def test_a_rule_that_is_off_still_keeps_b11_from_firing(ledger: Ledger) -> None:
    ours, theirs = both(os_status=Status.PROCESSING, po_status=Status.FINISHED)
    assert fired(ledger, ours, theirs, settings=RuleSettings(off=("B5",))) == set()


def test_with_all_rules_off_nothing_is_found(ledger: Ledger) -> None:
    settings = RuleSettings(off=tuple(RULES))
    assert fired(ledger, record(1), Presence.ABSENT, settings=settings) == set()


def test_different_applicants_of_one_code_are_found_and_unknown_ones_are_not(
    ledger: Ledger,
) -> None:
    pairs = [("a", "b"), ("a", "a"), ("a", None)]
    with ledger.write() as connection:
        complete(connection)
        for number, (one, other) in enumerate(pairs, start=1):
            for native, key in (("x", one), ("y", other)):
                ours = record(number, native_id=f"{native}{number}", applicant_key=key)
                put_record(connection, ours)
    run(ledger)
    assert open_findings(ledger) == {("E1", record(1).code)}


def test_a_weekend_and_a_holiday_are_no_grace(ledger: Ledger) -> None:
    """Received on Monday 23/11/2026; the 24th is a holiday, so on the 25th one day has passed."""
    ours = record(1, received_at=at(23), submitted_at=at(23), due_at=at(30), **OLD)
    with ledger.write() as connection:
        put_record(connection, ours)
        presence.answered(connection, "dvcqg", [(ours.code, None)], 1)
    found = {}
    for today in (25, 26):
        run(ledger, now=datetime(2026, 11, today, 3, tzinfo=UTC))
        found[today] = ("A7", ours.code) in open_findings(ledger)
    assert found == {25: False, 26: True}


def test_every_rule_names_columns_that_a_case_has() -> None:
    known = {*CASE_COLUMNS, *(c.removesuffix("_us") for c in CASE_COLUMNS)}
    assert {(r.id, s) for r in RULES.values() for s in r.shows if s not in known} == set()


def test_every_rule_has_an_id_of_its_own() -> None:
    families = (codes, dates, existence, histories, reality, states)
    declared = [rule for family in families for rule in family.RULES]
    assert len(declared) == len(RULES)
    assert {rule.id: rule for rule in declared} == RULES
