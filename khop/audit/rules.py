"""The rules of a province in a person's words."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Any

from khop.audit.values import label, show_time
from khop.audit.worklist import todo_words
from khop.config.model import RuleException
from khop.sync.reconciling.rule_facts import OwnNumber, RuleFacts
from khop.text.safe_display import plain
from khop.text.words import LANGUAGES, Words

#: What is a definition of this project, not a law.
_OWN_BASIS = re.compile(r"(?:docs/).*|[A-Z]\d+\+?")


def public_basis(basis: str) -> str:
    """The laws and decisions a rule comes from; "" where it is this project's own definition."""
    return ", ".join(part for part in basis.split(", ") if not _OWN_BASIS.fullmatch(part))


def rule_json(facts: RuleFacts) -> dict[str, Any]:
    """All that is known of a rule, in both languages."""
    told = {lang: todo_words(lang) for lang in LANGUAGES}
    return {
        **facts.as_json(),
        "basis": public_basis(facts.rule.basis) or None,
        "graver_when": {
            lang: graver_in_words(facts, words) or None for lang, words in told.items()
        },
        "todo": {lang: words.get(f"todo.{facts.rule.id}", "") for lang, words in told.items()},
    }


def numbers_in_short(facts: RuleFacts) -> str:
    """Each number's name and value; the packaged one behind it where that is another."""
    return "; ".join(
        f"{own.number.name} = {own.value}"
        + ("" if own.value == own.number.default else f" ({own.number.default})")
        for own in facts.numbers
    )


def numbers_in_words(facts: RuleFacts, words: Words) -> Iterator[str]:
    """Each number: what it is, its value, and the packaged one where that is another."""
    for own in facts.numbers:
        name = words.get(f"number.{facts.rule.id}.{own.number.name}", own.number.says)
        yield f"{name}: {_measured(own, words)}"


def _measured(own: OwnNumber, words: Words) -> str:
    unit = words.get(f"unit.{own.number.unit.replace(' ', '_')}", own.number.unit)
    if own.value == own.number.default:
        return f"{own.value} {unit}"
    return words("rules.own", value=own.value, unit=unit, default=own.number.default)


def graver_in_words(facts: RuleFacts, words: Words) -> str:
    """When a finding is graver than its rule; "" where it never is."""
    return words.get(f"graver.{facts.rule.id}", "")


def excuses_in_words(facts: RuleFacts, words: Words) -> Iterator[str]:
    """What excuses what the rule sees: kinds of registers, then what is on file."""
    for excuse in sorted(facts.rule.excused_by):
        yield words(f"excuse.{excuse}")
    if facts.exceptions:
        yield words("excuse.exceptions", count=len(facts.exceptions))


def on_file(facts: RuleFacts, words: Words) -> Iterator[str]:
    """What is on file here, a line each."""
    for one in facts.exceptions:
        yield f"{'; '.join(_scope(one, words))}: {plain(one.reason)}"
    for kind, window in facts.windows:
        span = f"{show_time(window.start.isoformat())} – {show_time(window.end.isoformat())}"
        yield f"{words(f'excuse.{kind}')}: {span}: {plain(window.reason)}"


def shown_in_words(facts: RuleFacts, report: Words) -> str:
    """The labels of what a finding shows."""
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
