"""Redaction of findings before export: numbers of persons are masked.

Rules show codes, states, times and units. Rows of paper are written by hand, so a number of a
person may be in a column that is shown.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

from khop.sync.results import Finding
from khop.text.masking import holds_personal_number, short_text

#: Columns whose digits are never the number of a person.
_PLAIN = frozenset({"native_id", "code", "source", "file", "item", "ps_item", "os_path"})


def redacted(finding: Finding) -> Finding:
    """The finding with numbers of persons masked, and without explanation and exclusion, which
    people wrote."""
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
    """The text, masked when it may hold the number of a person."""
    return short_text(text) if holds_personal_number(text) else text
