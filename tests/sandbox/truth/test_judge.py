"""The judge of the truth: who may repair a finding. That each rule fires where it should is
tested against the engine (``tests/sync/reconciling/rules/test_rules_oracle.py``)."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khop.sandbox.truth.judge import Verdict, verdicts
from khop.sandbox.truth.statements import Answer, Record, Statements, Time
from khop.sandbox.truth.times import Clock
from tests.sync.drawn_worlds.calendar import CountedByHand
from tests.sync.drawn_worlds.draw import local

CODE = "H99.01-261112-0001"
NOW = local("2026-11-20 16:00")


def at(day: str) -> Time:
    return local(f"2026-11-{day} 09:00"), False


#: Received and in progress; the portal has it under another state for longer than the grace.
RECORD = Record(
    native_id="1",
    code=CODE,
    status=4,
    received=at("12"),
    due=at("27"),
    changed=at("12"),
    channel=1,
)
ANSWER = Answer(code=CODE, presence="present", status=2, received=at("12"), due=at("27"))


def judged(record: Record, answer: Answer = ANSWER) -> dict[str, Verdict]:
    said = Statements(records=[record], answers=[answer])
    return {verdict.rule: verdict for verdict in verdicts(said, Clock(NOW, CountedByHand()))}


@pytest.mark.parametrize(
    ("record", "answer", "rule", "obstacle"),
    [
        (RECORD, ANSWER, "B11", None),
        (RECORD, Answer(code=CODE, presence="absent"), "A7", None),
        (replace(RECORD, aliases=("G22.99-261112-000001",)), ANSWER, "B11", "born on the portal"),
        (
            RECORD,
            replace(ANSWER, status=9, due=at("26")),
            "C14",
            "would lower the portal's state",
        ),
        (replace(RECORD, status=9, finished=at("13")), ANSWER, "B6", None),
        (replace(RECORD, status=9), replace(ANSWER, status=3), "B11", "ended without end date"),
        (replace(RECORD, received=None), ANSWER, "B11", "no reception date"),
        (replace(RECORD, received=None, status=5), ANSWER, "B11", None),
        (replace(RECORD, channel=None), ANSWER, "B11", "unknown channel"),
        (replace(RECORD, due=None), ANSWER, "C9", ""),
    ],
)
def test_a_machine_may_repair_a_finding_unless_there_is_an_obstacle(
    record: Record, answer: Answer, rule: str, obstacle: str | None
) -> None:
    assert judged(record, answer)[rule].obstacle == obstacle


@pytest.mark.parametrize(
    ("code", "obstacle"),
    [
        (CODE, None),
        ("\u041d99.01-261112-000001", "no plain code of a known shape"),
        ("H99.01/261112/0001", "no plain code of a known shape"),
        ("HS-12", "no plain code of a known shape"),
    ],
)
def test_no_machine_sends_under_a_look_alike_or_an_unknown_shape(
    code: str, obstacle: str | None
) -> None:
    found = judged(replace(RECORD, code=code), replace(ANSWER, code=code))
    assert found["B11"].obstacle == obstacle


def test_no_machine_sends_under_a_code_of_two_dossiers() -> None:
    records = [replace(RECORD, applicant="a"), replace(RECORD, native_id="2", applicant="b")]
    said = Statements(records=records, answers=[ANSWER])
    found = {each.rule: each for each in verdicts(said, Clock(NOW, CountedByHand()))}
    assert found["B11"].obstacle == "one code, several dossiers"
    records[1] = replace(records[1], applicant="a")
    found = {each.rule: each for each in verdicts(said, Clock(NOW, CountedByHand()))}
    assert found["B11"].obstacle is None


def test_a_dossier_with_an_unmapped_state_fires_no_rule() -> None:
    no_due = replace(RECORD, due=None, finished=at("11"))
    assert judged(no_due).keys() == {"B11", "C5", "C9"}
    assert judged(replace(no_due, status=None, unmapped=True)) == {}
