"""Findings as they leave the house: without what may be about a person.

What a rule shows is codes, states, times and units. Cells of paper are written by hand, and what
was written into the wrong column must not travel on.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from khop.sync.results import Finding
from khop.text.masking import holds_personal_number, short_text

#: Columns that have many digits and are about nobody.
_PLAIN = frozenset({"native_id", "code", "source", "file", "item", "ps_item", "os_path"})


def outward(finding: Finding) -> Finding:
    """The finding with numbers of persons masked, and without what people wrote about it."""
    return replace(
        finding,
        unit=None if finding.unit is None else plain_text(finding.unit),
        values=plain_values(finding.values),
        evidence=tuple(map(plain_values, finding.evidence)),
        explanation=None,
        exclusion=None,
    )


def plain_values(values: Mapping[str, Any]) -> dict[str, Any]:
    """The values with numbers of persons masked."""
    return {
        name: plain_text(value) if isinstance(value, str) and name not in _PLAIN else value
        for name, value in values.items()
    }


def plain_text(text: str) -> str:
    """The text as it is; masked where it may hold the number of a person."""
    return short_text(text) if holds_personal_number(text) else text
