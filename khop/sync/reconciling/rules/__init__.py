"""The reconcile rules, each a small declared thing (docs/rules.md).

To add a rule, declare it beside its brothers in a module of this package and list the module
in ``_FAMILIES``; nothing else changes.
"""

from khop.sync.reconciling.rules import codes, dates, existence, histories, reality, states
from khop.sync.reconciling.rules.rule import Clock, Rule, Severity

_FAMILIES = (
    existence.RULES,
    states.RULES,
    reality.RULES,
    dates.RULES,
    histories.RULES,
    codes.RULES,
)


def _order(rule: Rule) -> tuple[str, int]:
    return rule.id[0], int(rule.id[1:])


#: Every rule, by its id, in the order of the taxonomy.
RULES: dict[str, Rule] = {
    rule.id: rule for rule in sorted((r for rules in _FAMILIES for r in rules), key=_order)
}


def place(rule: str) -> tuple[int, str]:
    """Sort key of a rule's id: the order of the taxonomy, ids no rule has last."""
    return (list(RULES).index(rule) if rule in RULES else len(RULES), rule)


__all__ = ["RULES", "Clock", "Rule", "Severity", "place"]
