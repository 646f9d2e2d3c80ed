"""`khop log verify` compares findings, exclusions and the outbox with the audit log."""

from __future__ import annotations

import pytest
import sqlalchemy as sa

from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.results import FindingState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop
from tests.sync.findings.deciding import ONE, TODAY, TWO

pytestmark = pytest.mark.slow

LEDGERS = BOTH

_COVERED = ("audit_log", "installation", "discrepancy", "exclusion")


@pytest.fixture
def decided(found: Engine, clock: FakeClock, one_stop: FakeOneStop) -> Engine:
    """Two findings: one is explained, one was excluded, went, and came back."""
    found.decisions.assign([ONE], actor="a", assignee="b", answer_due=TODAY)
    found.decisions.explain([ONE], actor="b", text="Đã gửi lại")
    found.decisions.exclude([TWO], actor="a", reason="Thử nghiệm")
    clock.advance(days=1)
    found.reconcile(whole=True)
    return found


def kinds(engine: Engine) -> list[tuple[str, object, object]]:
    about = [one.about for one in engine.verify_log().problems]
    kind = [one.kind for one in engine.verify_log().problems]
    return [
        (name, each.get("subject", each.get("code")), each.get("what"))
        for name, each in zip(kind, about, strict=True)
    ]


def test_untouched_tables_agree_with_the_log(decided: Engine) -> None:
    assert decided.verify_log().problems == ()


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE discrepancy SET state = 'resolved' WHERE subject = '{one}'",
         ("finding_changed", ONE, "state")),
        ("UPDATE discrepancy SET severity = 'S4' WHERE subject = '{one}'",
         ("finding_changed", ONE, "severity, unit, fingerprint")),
        ("UPDATE discrepancy SET unit = 'x' WHERE subject = '{one}'",
         ("finding_changed", ONE, "severity, unit, fingerprint")),
        ("UPDATE discrepancy SET fingerprint = 'x' WHERE subject = '{one}'",
         ("finding_changed", ONE, "severity, unit, fingerprint, values")),
        ("UPDATE discrepancy SET values_json = '{{}}' WHERE subject = '{one}'",
         ("finding_changed", ONE, "values")),
        ("UPDATE discrepancy SET code = 'H99-9' WHERE subject = '{one}'",
         ("finding_changed", ONE, "code")),
        ("UPDATE discrepancy SET explanation = 'x' WHERE subject = '{one}'",
         ("finding_changed", ONE, "answer")),
        ("UPDATE discrepancy SET answer_due_us = 1 WHERE subject = '{one}'",
         ("finding_changed", ONE, "answer")),
        ("UPDATE discrepancy SET first_seen_us = first_seen_us - 1 WHERE subject = '{one}'",
         ("finding_changed", ONE, "first_seen_us")),
        ("UPDATE discrepancy SET opened_us = opened_us + 1 WHERE subject = '{two}'",
         ("finding_changed", TWO, "opened_us")),
        ("UPDATE discrepancy SET reopened = 7 WHERE subject = '{two}'",
         ("finding_changed", TWO, "reopened")),
        ("UPDATE exclusion SET made_us = made_us - 1", ("exclusion_changed", TWO, None)),
        ("DELETE FROM discrepancy WHERE subject = '{one}'", ("finding_removed", ONE, None)),
        ("UPDATE discrepancy SET subject = 'H99-9', code = 'H99-9' WHERE subject = '{one}'",
         ("finding_added", "H99-9", None)),
        ("DELETE FROM exclusion", ("exclusion_removed", TWO, None)),
        ("UPDATE exclusion SET reason = 'x'", ("exclusion_changed", TWO, None)),
        ("UPDATE exclusion SET until_us = 1", ("exclusion_changed", TWO, None)),
        ("UPDATE exclusion SET actor = 'x'", ("exclusion_changed", TWO, None)),
        ("INSERT INTO exclusion VALUES ('A7', '{one}', 'x', 'a', 1, NULL)",
         ("exclusion_added", ONE, None)),
    ],
)  # fmt: skip
def test_a_change_of_another_program_is_named(
    sql: str, told: tuple[str, object, object], decided: Engine, ledger: Ledger
) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text(sql.format(one=ONE, two=TWO)))
    assert told in kinds(decided)


def test_a_decision_whose_entry_was_taken_out_is_named(decided: Engine, ledger: Ledger) -> None:
    with ledger.write() as connection:
        connection.execute(sa.text("DELETE FROM audit_log WHERE action = 'finding.exclude'"))
    told = kinds(decided)
    assert ("exclusion_added", TWO, None) in told
    assert told[0][0] == "missing"


@pytest.mark.parametrize(
    ("sql", "told"),
    [
        ("UPDATE outbox SET state = 'refused' WHERE code = '{one}'", "push_changed"),
        ("UPDATE outbox SET detail = 'x' WHERE code = '{one}'", "push_changed"),
        ("DELETE FROM outbox WHERE code = '{one}'", "push_removed"),
        ("UPDATE outbox SET version = 'x' WHERE code = '{one}'", "push_added"),
        ("UPDATE progress_step SET state = 'refused' WHERE code = '{one}'", "steps_changed"),
        ("UPDATE progress_step SET sent_us = 1 WHERE code = '{one}'", "steps_changed"),
        ("DELETE FROM progress_step WHERE code = '{one}'", "steps_changed"),
        ("UPDATE progress_step SET version = 'x' WHERE code = '{one}'", "steps_changed"),
    ],
)
def test_a_changed_push_is_named(
    sql: str, told: str, found: Engine, ledger: Ledger, clock: FakeClock
) -> None:
    found.apply(confirm=lambda _: True)
    found.pull()
    found.reconcile()
    assert found.verify_log().problems == ()
    with ledger.write() as connection:
        connection.execute(sa.text(sql.format(one=ONE)))
    assert (told, ONE, None) in kinds(found)


def test_findings_that_go_and_come_back_agree_with_the_log(
    decided: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    decided.apply(confirm=lambda _: True)
    clock.advance(days=1)
    decided.pull()
    decided.reconcile()
    states = {each.state for each in decided.findings(states=[s.value for s in FindingState])}
    assert FindingState.RESOLVED in states
    decided.decisions.take_back([TWO], actor="a")
    assert decided.verify_log().problems == ()


@pytest.mark.parametrize(
    ("removed", "told"),
    [
        (("installation",), {"end_changed"}),
        ((*_COVERED, "finding_count", "finding_day"), {"not_sealed"}),
    ],
)
def test_a_log_whose_end_is_recorded_nowhere_is_told(
    removed: tuple[str, ...], told: set[str], decided: Engine, ledger: Ledger
) -> None:
    with ledger.write() as connection:
        for table in removed:
            connection.execute(sa.text(f"DELETE FROM {table}"))
    assert {one.kind for one in decided.verify_log().problems} == told


def test_an_entry_that_is_no_text_any_more_is_told(decided: Engine, ledger: Ledger) -> None:
    if not str(ledger.place).endswith(".db"):
        pytest.skip("a column of PostgreSQL holds text alone")
    with ledger.write() as connection:
        connection.execute(sa.text("UPDATE audit_log SET actor = x'ff' WHERE id = 2"))
    assert "changed" in {one.kind for one in decided.verify_log().problems}
