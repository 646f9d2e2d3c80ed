"""The reconcile rules, each a small declared thing (rules.md section 4).

To add a rule, declare it beside its brothers in a module of this package and list the module
in ``_FAMILIES``; nothing else changes.
"""

from khop.sync.rules import codes, dates, existence, states
from khop.sync.rules.rule import Clock, Rule, Severity

_FAMILIES = (existence.RULES, states.RULES, dates.RULES, codes.RULES)

#: Every rule, by its id, in the order of the taxonomy.
RULES: dict[str, Rule] = {rule.id: rule for family in _FAMILIES for rule in family}


def place(rule: str) -> tuple[int, str]:
    """Sort key of a rule's id: the order of the taxonomy, ids no rule has last."""
    return (list(RULES).index(rule) if rule in RULES else len(RULES), rule)


__all__ = ["RULES", "Clock", "Rule", "Severity", "place"]
