"""The rules and numbers that khop.toml may name."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from pydantic import ValidationError

from khop.config.model import Config, Province, RuleSettings
from khop.errors import ConfigError
from khop.sync.reconciling.rules import RULES
from khop.sync.reconciling.rules.checks import check_rules
from khop.sync.reconciling.rules.numbers import numbers

EXCEPTION = {"rules": ["F2"], "procedures": ["1.012756"], "reason": "land law"}


def config(**tables: Any) -> Config:
    return Config(
        province=Province(name="Tỉnh Mẫu", code="H99"), base_dir=Path("/"), sources={}, **tables
    )


def policies(*rules: list[str]) -> dict[str, Any]:
    """Policies for these rules."""
    rows = [{"name": f"policy-{n}", "rules": each} for n, each in enumerate(rules)]
    return {"repair": {"policy": rows}}


def test_known_rules_and_numbers_within_bounds_are_accepted() -> None:
    check_rules(
        config(
            rules={
                "off": ["E7"],
                "grace_by_rule": {"A7": 2},
                "numbers": {"F1": {"days": 45}, "C12": {"hours": 23, "tolerance_minutes": 0}},
                "exceptions": [EXCEPTION],
            },
            repair={"policy": [{"name": "dates", "rules": ["A7"]}]},
            notices={"rules": ["B1"]},
        )
    )


@pytest.mark.parametrize(
    ("tables", "error"),
    [
        ({"rules": {"off": ["E77"]}}, "rules.off: there is no rule 'E77', did you mean E7?"),
        ({"rules": {"grace_by_rule": {"a7": 1}}}, "rules.grace_by_rule: there is no rule 'a7'"),
        ({"rules": {"numbers": {"F11": {"days": 1}}}}, "rules.numbers: there is no rule 'F11'"),
        (policies(["A77"]), "repair.policy.0.rules: there is no rule 'A77'"),
        (policies(["A7"], ["B1"]), "repair.policy.1.rules: only people can repair"),
        (policies(["A7"]) | {"rules": {"off": ["A7"]}}, "the rule A7 is not run (rules.off)"),
        ({"notices": {"rules": ["B111"]}}, "did you mean B11?"),
        (
            {"rules": {"exceptions": [EXCEPTION, EXCEPTION | {"rules": ["D1", "D9"]}]}},
            "rules.exceptions.1.rules: there is no rule 'D9'",
        ),
        (
            {"rules": {"numbers": {"F1": {"day": 1}}}},
            "rules.numbers.F1: the rule F1 has no number 'day', did you mean days?",
        ),
        (
            {"rules": {"numbers": {"C12": {"xyz": 1}}}},
            "no number 'xyz'; there is hours, tolerance_minutes",
        ),
        ({"rules": {"numbers": {"A7": {"days": 1}}}}, "rules.grace_by_rule"),
        (
            {"rules": {"numbers": {"C12": {"hours": 24}}}},
            "rules.numbers.C12.hours: 24 is out of bounds: 1 to 23 hours",
        ),
        ({"rules": {"numbers": {"C12": {"hours": 0}}}}, "1 to 23 hours"),
        ({"rules": {"numbers": {"C12": {"tolerance_minutes": 30}}}}, "0 to 29 minutes"),
        ({"rules": {"numbers": {"F1": {"days": 10**9}}}}, "1 to 366 days of 24 hours"),
    ],
)
def test_an_unknown_rule_or_a_number_out_of_bounds_is_refused(
    tables: dict[str, Any], error: str
) -> None:
    with pytest.raises(ConfigError) as caught:
        check_rules(config(**tables))
    assert error in str(caught.value)


@pytest.mark.parametrize("keys", [{"grace": 367}, {"grace_by_rule": {"A7": 367}}])
def test_a_grace_of_years_is_refused(keys: dict[str, Any]) -> None:
    with pytest.raises(ValidationError, match="366"):
        RuleSettings(**keys)


def test_every_number_belongs_to_a_rule_and_its_default_is_within_its_bounds() -> None:
    for (rule, name), number in numbers().items():
        assert rule in RULES, name
        assert number.least <= number.default <= number.most
        assert number.source
