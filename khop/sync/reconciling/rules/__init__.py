"""The reconcile rules, each one declared object (docs/rules.md).

To add a rule, declare it in the module of what it reads and add it to that module's tuple
``RULES`` (docs/extend.md). To add a module, add it to ``_MODULES``.
"""

from itertools import chain

from khop.sync.reconciling.rules import codes, dates, existence, histories, reality, states
from khop.sync.reconciling.rules.clock import Clock
from khop.sync.reconciling.rules.rule import Rule, Severity

_MODULES = (existence, states, reality, dates, histories, codes)


def _order(rule: Rule) -> tuple[str, int]:
    return rule.id[0], int(rule.id[1:])


#: Every rule, by its id, in the order of the ids: A1, A2, …, B1, …
RULES: dict[str, Rule] = {
    rule.id: rule
    for rule in sorted(chain.from_iterable(module.RULES for module in _MODULES), key=_order)
}


def place(rule: str) -> tuple[int, str]:
    """Sort key of a rule's id: the order of ``RULES``; unknown ids come last."""
    return (list(RULES).index(rule) if rule in RULES else len(RULES), rule)


__all__ = ["RULES", "Clock", "Rule", "Severity", "place"]
