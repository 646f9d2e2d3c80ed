"""Checks the rules that khop.toml names, and the numbers it gives them."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from difflib import get_close_matches

from khop.config.model import Config
from khop.errors import ConfigError
from khop.sync.reconciling.rules import RULES
from khop.sync.reconciling.rules.numbers import numbers


def check_rules(config: Config) -> None:
    """Raises ConfigError, which names the key, for an unknown rule, an unknown number of a rule, a
    number out of its bounds, or a policy for a rule that nothing repairs."""
    for key, rule in _named(config):
        if rule not in RULES:
            raise ConfigError(f"there is no rule {rule!r}{_meant(rule.upper(), RULES)}", key=key)
    for rule, given in config.rules.numbers.items():
        for name, value in given.items():
            _check_number(rule, name, value)
    for place, policy in enumerate(config.repair.policy):
        for rule in policy.rules:
            _check_repairable(rule, config.rules.off, key=f"repair.policy.{place}.rules")


def _named(config: Config) -> Iterator[tuple[str, str]]:
    """(key, rule) for every rule that khop.toml names."""
    rules = config.rules
    lists: dict[str, Collection[str]] = {
        "rules.off": rules.off,
        "rules.grace_by_rule": rules.grace_by_rule,
        "rules.numbers": rules.numbers,
        "notices.rules": config.notices.rules,
    }
    for place, exception in enumerate(rules.exceptions):
        lists[f"rules.exceptions.{place}.rules"] = exception.rules
    for place, policy in enumerate(config.repair.policy):
        lists[f"repair.policy.{place}.rules"] = policy.rules
    for key, named in lists.items():
        yield from ((key, rule) for rule in named)


def _check_repairable(rule: str, off: Collection[str], *, key: str) -> None:
    if not RULES[rule].repairable:
        known = ", ".join(other.id for other in RULES.values() if other.repairable)
        raise ConfigError(
            f"only people can repair findings of the rule {rule}; a machine repairs {known}",
            key=key,
        )
    if rule in off:
        raise ConfigError(f"the rule {rule} is not run (rules.off)", key=key)


def _check_number(rule: str, name: str, value: int) -> None:
    own = {known: number for (of, known), number in numbers().items() if of == rule}
    key = f"rules.numbers.{rule}"
    if not own:
        raise ConfigError(
            f"the rule {rule} has no numbers of its own (its grace: rules.grace_by_rule)", key=key
        )
    if name not in own:
        hint = _meant(name, own) or f"; there is {', '.join(own)}"
        raise ConfigError(f"the rule {rule} has no number {name!r}{hint}", key=key)
    number = own[name]
    if not number.least <= value <= number.most:
        raise ConfigError(
            f"{value} is out of bounds: {number.least} to {number.most} {number.unit}",
            key=f"{key}.{name}",
        )


def _meant(word: str, known: Collection[str]) -> str:
    close = get_close_matches(word, known, n=1, cutoff=0.3)
    return f", did you mean {close[0]}?" if close else ""
