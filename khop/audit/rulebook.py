"""The rules in a person's words."""

from __future__ import annotations

from khop.audit.report import RuleWords
from khop.sync.reconciling.rules import RULES


def rule_words(lang: str) -> dict[str, RuleWords]:
    """Every rule's name and explanation, in ``vi`` or ``en``, in the order of the taxonomy."""
    if lang == "vi":
        return {r.id: RuleWords(r.name_vi, r.explanation_vi) for r in RULES.values()}
    return {r.id: RuleWords(r.name_en, r.explanation_en) for r in RULES.values()}
