"""The words of each rule: what to do, its numbers, its graver case."""

from __future__ import annotations

import pytest

from khop.audit.rules import graver_in_words, numbers_in_words
from khop.audit.words import todo_words
from khop.config.model import RuleSettings
from khop.sync.reconciling.rule_facts import rule_facts
from khop.sync.reconciling.rules import RULES


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_rule_says_what_to_do(lang: str) -> None:
    words = todo_words(lang)
    sentences = [words(f"todo.{rule}") for rule in RULES]
    assert len(set(sentences)) == len(RULES)
    assert all(text.endswith(".") for text in sentences)
    assert {key for key in words.all_keys() if key.startswith("todo.")} == {
        f"todo.{rule}" for rule in RULES
    }


@pytest.mark.parametrize("lang", ["vi", "en"])
def test_every_number_and_every_graver_case_has_words(lang: str) -> None:
    words = todo_words(lang)
    for facts in rule_facts(RuleSettings()):
        assert bool(graver_in_words(facts, words)) == (facts.rule.graver is not None)
        for own in facts.numbers:
            assert words(f"number.{facts.rule.id}.{own.number.name}")
            assert words(f"unit.{own.number.unit.replace(' ', '_')}")
    (f1,) = rule_facts(RuleSettings(numbers={"F1": {"days": 45}}), ("F1",))
    assert "45" in "".join(numbers_in_words(f1, words))
    assert "30" in "".join(numbers_in_words(f1, words))
