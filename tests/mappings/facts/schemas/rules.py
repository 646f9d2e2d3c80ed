"""Schema of the numbers of single rules."""

from __future__ import annotations

from typing import Annotated, Literal, Self

from pydantic import Field, model_validator

from khop.sync.reconciling.rules import RULES
from tests.mappings.facts.schemas.values import Sourced, Text, unlike

Rule = Annotated[str, Field(pattern=r"^[A-J][0-9]+$")]


class Number(Sourced):
    rule: Rule
    name: Annotated[str, Field(pattern=r"^[a-z_]+$")]
    default: int
    least: Annotated[int, Field(ge=0)]
    most: int
    unit: Literal["minutes", "hours", "days of 24 hours", "working days"]
    says: Text


class RuleNumbers(Sourced):
    number: Annotated[list[Number], Field(min_length=1)]

    @model_validator(mode="after")
    def _each_number_is_of_a_rule_and_stands_once(self) -> Self:
        unlike([f"{row.rule}.{row.name}" for row in self.number])
        assert all(row.least <= row.default <= row.most for row in self.number)
        assert {row.rule for row in self.number} <= set(RULES)
        return self
