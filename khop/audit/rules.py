"""The rules in plain words: names and explanations, numbers, excuses, what to do."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from khop.audit.values import label, show_time
from khop.audit.words import todo_words
from khop.sync.reconciling.rules import RULES
from khop.text.safe_display import plain
from khop.text.words import LANGUAGES, Words

if TYPE_CHECKING:  # it loads what compiles rules, which a list of findings does not need
    from khop.config.model import RuleException
    from khop.sync.reconciling.rule_facts import OwnNumber, RuleFacts

#: Parts of a rule's basis that are definitions of khop: a page of docs/, another rule.
_OWN_BASIS = re.compile(r"(?:docs/).*|[A-Z]\d+\+?")


@dataclass(frozen=True, slots=True)
class RuleWords:
    """A rule's name and explanation in one language."""

    name: str
    meaning: str


def rule_words(lang: str) -> dict[str, RuleWords]:
    """Every rule's name and explanation, in ``vi`` or ``en``, in the order of the taxonomy."""
    if lang == "vi":
        return {r.id: RuleWords(r.name_vi, r.explanation_vi) for r in RULES.values()}
    return {r.id: RuleWords(r.name_en, r.explanation_en) for r in RULES.values()}


def public_basis(basis: str) -> str:
    """The laws and decisions a rule comes from; "" for a rule that khop itself defines."""
    return ", ".join(part for part in basis.split(", ") if not _OWN_BASIS.fullmatch(part))


def rule_json(facts: RuleFacts) -> dict[str, Any]:
    """All facts of a rule, with its sentences in both languages."""
    by_language = {lang: todo_words(lang) for lang in LANGUAGES}
    return {
        **facts.as_json(),
        "basis": public_basis(facts.rule.basis) or None,
        "graver_when": {
            lang: graver_in_words(facts, words) or None for lang, words in by_language.items()
        },
        "todo": {
            lang: words.get(f"todo.{facts.rule.id}", "") for lang, words in by_language.items()
        },
    }


def numbers_in_short(facts: RuleFacts) -> str:
    """Each number's name and value, such as ``days = 45 (30)``: khop's default in brackets where
    the province has its own."""
    return "; ".join(
        f"{own.number.name} = {own.value}"
        + ("" if own.value == own.number.default else f" ({own.number.default})")
        for own in facts.numbers
    )


def numbers_in_words(facts: RuleFacts, words: Words) -> Iterator[str]:
    """Each number: its meaning, its value, and khop's default where the province has its own."""
    for own in facts.numbers:
        name = words.get(f"number.{facts.rule.id}.{own.number.name}", own.number.says)
        yield f"{name}: {_measured(own, words)}"


def _measured(own: OwnNumber, words: Words) -> str:
    unit = words.get(f"unit.{own.number.unit.replace(' ', '_')}", own.number.unit)
    if own.value == own.number.default:
        return f"{own.value} {unit}"
    return words("rules.own", value=own.value, unit=unit, default=own.number.default)


def graver_in_words(facts: RuleFacts, words: Words) -> str:
    """When a finding has a graver severity than its rule; "" when never."""
    return words.get(f"graver.{facts.rule.id}", "")


def excuses_in_words(facts: RuleFacts, words: Words) -> Iterator[str]:
    """What excuses a finding of the rule: kinds of registers, then how many exceptions."""
    for excuse in sorted(facts.rule.excused_by):
        yield words(f"excuse.{excuse}")
    if facts.exceptions:
        yield words("excuse.exceptions", count=len(facts.exceptions))


def on_file(facts: RuleFacts, words: Words) -> Iterator[str]:
    """The exceptions, outages and migrations of khop.toml for this rule, a line each."""
    for one in facts.exceptions:
        yield f"{'; '.join(_scope(one, words))}: {plain(one.reason)}"
    for kind, window in facts.windows:
        span = f"{show_time(window.start.isoformat())} – {show_time(window.end.isoformat())}"
        yield f"{words(f'excuse.{kind}')}: {span}: {plain(window.reason)}"


def shown_in_words(facts: RuleFacts, report: Words) -> str:
    """The labels of the values that a finding of the rule shows."""
    return "; ".join(label(name, report) for name in facts.rule.shows)


def _scope(one: RuleException, words: Words) -> Iterator[str]:
    if one.procedures:
        yield words("excuse.procedures", names=plain(", ".join(one.procedures)))
    if one.units:
        yield words("excuse.units", names=plain(", ".join(one.units)))
    if one.first:
        yield words("excuse.from", day=f"{one.first:%d/%m/%Y}")
    if one.last:
        yield words("excuse.until", day=f"{one.last:%d/%m/%Y}")
