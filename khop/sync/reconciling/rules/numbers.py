"""The numbers of single rules: the packaged ones (``data/rule_numbers.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from khop.mappings.facts.packaged import load_table


@dataclass(frozen=True, slots=True)
class Number:
    """A number a rule measures with. ``says``: what it is, after the rule's own words. ``least``
    and ``most``: what a province may set."""

    rule: str
    name: str
    default: int
    least: int
    most: int
    unit: str
    says: str
    source: str


@cache
def numbers() -> Mapping[tuple[str, str], Number]:
    """All of them by (rule, name)."""
    rows = [Number(**row) for row in load_table("rule_numbers")["number"]]
    return {(row.rule, row.name): row for row in rows}


def default_number(rule: str, name: str) -> int:
    """The packaged number. Raises KeyError when the rule has none such."""
    return numbers()[rule, name].default
