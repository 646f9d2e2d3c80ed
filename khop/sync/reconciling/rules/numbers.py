"""The packaged numbers of single rules (``data/rule_numbers.toml``)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

from khop.mappings.facts.packaged import load_table


@dataclass(frozen=True, slots=True)
class Number:
    """A number a rule measures with. ``says``: what it measures, in words. ``least``, ``most``:
    bounds of what a province may set."""

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
    """The packaged number. Raises KeyError when the rule has no number of that name."""
    return numbers()[rule, name].default
