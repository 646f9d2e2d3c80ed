"""Facts about rules: their numbers in this province, their grace, their excuses."""

from __future__ import annotations

from khop.config.model import RuleSettings
from khop.sync.reconciling.rule_facts import rule_facts, with_grace
from khop.sync.reconciling.rules import RULES


def test_rules_with_a_grace_are_those_whose_condition_depends_on_it() -> None:
    waiting = {"A1", "A2", "A7", "A8", "B1", "B6", "B10", "B11", "C14", "H1"}
    assert with_grace(RULES.values()) == waiting


def test_facts_hold_the_provinces_number_and_the_packaged_one() -> None:
    settings = RuleSettings(grace=2, grace_by_rule={"A8": 3}, numbers={"F1": {"days": 45}})
    facts = {one.rule.id: one for one in rule_facts(settings)}
    assert list(facts) == list(RULES)
    assert [facts[rule].grace for rule in ("A7", "A8", "C3")] == [2, 3, None]
    (days,) = facts["F1"].numbers
    assert (days.value, days.number.default) == (45, 30)
    assert facts["F1"].as_json()["numbers"][0]["value"] == 45


def test_facts_hold_the_exceptions_and_events_that_excuse_the_rule() -> None:
    window = {"start": "2026-10-05T13:00:00+07:00", "end": "2026-10-06T09:30:00+07:00"}
    settings = RuleSettings.model_validate(
        {
            "off": ["E7"],
            "exceptions": [{"rules": ["F2"], "units": ["Sở Mẫu"], "reason": "law"}],
            "outages": [{**window, "reason": "power"}],
        }
    )
    facts = {one.rule.id: one.as_json() for one in rule_facts(settings, ("D1", "E7", "F2"))}
    assert [one["off"] for one in facts.values()] == [False, True, False]
    assert [len(one["exceptions"]) for one in facts.values()] == [0, 0, 1]
    assert [w["kind"] for w in facts["D1"]["windows"]] == ["outage"]
    assert facts["D1"]["excused_by"] == ["migration", "outage"]
    assert facts["D1"]["may_be_graver"]
    assert not facts["F2"]["may_be_graver"]
