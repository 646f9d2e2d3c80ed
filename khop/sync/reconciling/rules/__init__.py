"""The reconcile rules, each one declared object (docs/rules.md).

To add a rule, declare it in the module of its family and name it in that module's ``RULES``
(docs/extend.md). To add a family, add its module to ``_FAMILIES``.
"""

from itertools import chain

from khop.sync.reconciling.rules import codes, dates, existence, histories, reality, states
from khop.sync.reconciling.rules.rule import Clock, Rule, Severity

_FAMILIES = (existence, states, reality, dates, histories, codes)


def _order(rule: Rule) -> tuple[str, int]:
    return rule.id[0], int(rule.id[1:])


#: Every rule, by its id, in the order of the ids: A1, A2, …, B1, …
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(chain.from_iterable(family.RULES for family in _FAMILIES), key=_order)
}


def place(rule: str) -> tuple[int, str]:
    """Sort key of a rule's id: the order of ``RULES``; unknown ids come last."""
    return (list(RULES).index(rule) if rule in RULES else len(RULES), rule)


__all__ = ["RULES", "Clock", "Rule", "Severity", "place"]
