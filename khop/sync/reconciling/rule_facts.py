"""Each rule as a province has it: its numbers, its exceptions and events, whether it is off."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from typing import Any

import ibis
import ibis.expr.schema as sch
import ibis.expr.types as ir

from khop.config.domain_tables import Tables
from khop.config.model import RuleException, RuleSettings, Window
from khop.sync.reconciling.cases import DAY, INPUTS, case_table
from khop.sync.reconciling.ledger_inputs import input_schema
from khop.sync.reconciling.rules import RULES, Clock, Rule
from khop.sync.reconciling.rules.clock import Amount
from khop.sync.reconciling.rules.excuses import registered
from khop.sync.reconciling.rules.numbers import Number, numbers
from khop.sync.reconciling.rules.rule import Excuse


@dataclass(frozen=True, slots=True)
class OwnNumber:
    """A number of a rule and the value it has in this province."""

    number: Number
    value: int

    def as_json(self) -> dict[str, Any]:
        return {
            "name": self.number.name,
            "value": self.value,
            "default": self.number.default,
            "least": self.number.least,
            "most": self.number.most,
            "unit": self.number.unit,
        }


@dataclass(frozen=True, slots=True)
class RuleFacts:
    """A rule with the settings of a province.

    ``grace``: working days that a difference may last; None for a rule without a grace.
    ``exceptions``, ``windows``: exceptions and registered events that concern the rule.
    """

    rule: Rule
    off: bool
    grace: int | None
    numbers: tuple[OwnNumber, ...]
    exceptions: tuple[RuleException, ...]
    windows: tuple[tuple[Excuse, Window], ...]

    def as_json(self) -> dict[str, Any]:
        rule = self.rule
        return {
            "rule": rule.id,
            "name": {"vi": rule.name_vi, "en": rule.name_en},
            "explanation": {"vi": rule.explanation_vi, "en": rule.explanation_en},
            "severity": rule.severity.value,
            "may_be_graver": rule.graver is not None,
            "acts": rule.acts,
            "basis": rule.basis,
            "repair": "machine" if rule.repairable else "people",
            "off": self.off,
            "grace": self.grace,
            "numbers": [number.as_json() for number in self.numbers],
            "excused_by": sorted(excuse.value for excuse in rule.excused_by),
            "exceptions": [one.model_dump(mode="json") for one in self.exceptions],
            "windows": [
                {"kind": kind.value, **window.model_dump(mode="json")}
                for kind, window in self.windows
            ],
            "shows": list(rule.shows),
        }


def rule_facts(settings: RuleSettings, ids: Collection[str] = ()) -> list[RuleFacts]:
    """The facts of these rules, or of all, in the order of ``RULES``."""
    chosen = [rule for rule in RULES.values() if not ids or rule.id in ids]
    waiting = with_grace(chosen)
    return [_facts(rule, settings, rule.id in waiting) for rule in chosen]


def with_grace(rules: Iterable[Rule]) -> frozenset[str]:
    """The rules that wait for the grace to pass: they ask for an age of more than their grace."""
    cases = ibis.table(_case_schema(), name="cases")
    return frozenset(rule.id for rule in rules if _waits(rule, cases))


def _waits(rule: Rule, cases: ir.Table) -> bool:
    clock = Clock(datetime(2026, 11, 20, 9, tzinfo=UTC), Tables()).of(rule.id)
    rule.predicate(cases, clock)
    grace = Amount(rule.id, None)
    return any(grace in limit.working_days for limit in clock.asked.limits)


@cache
def _case_schema() -> sch.Schema:
    tables = {
        name: ibis.table(ibis.Schema.from_pyarrow(input_schema(name)), name=name) for name in INPUTS
    }
    tables["day"] = ibis.table(ibis.Schema.from_pyarrow(DAY), name="day")
    return case_table(tables, phantoms=True).schema()


def _facts(rule: Rule, settings: RuleSettings, waits: bool) -> RuleFacts:
    own = settings.numbers.get(rule.id, {})
    return RuleFacts(
        rule=rule,
        off=rule.id in settings.off,
        grace=settings.grace_by_rule.get(rule.id, settings.grace) if waits else None,
        numbers=tuple(
            OwnNumber(number, own.get(number.name, number.default))
            for number in numbers().values()
            if number.rule == rule.id
        ),
        exceptions=tuple(one for one in settings.exceptions if rule.id in one.rules),
        windows=tuple(
            (kind, window)
            for kind in sorted(rule.excused_by)
            for window in registered(settings)[kind]
        ),
    )
