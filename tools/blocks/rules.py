"""The rules: in short for the readmes, in full and their numbers for docs/rules.md."""

from __future__ import annotations

from khop.audit.rules import excuses_in_words, graver_in_words, numbers_in_words, public_basis
from khop.audit.words import report_words, todo_words
from khop.config.model import RuleSettings
from khop.sync.reconciling.rule_facts import RuleFacts, rule_facts
from khop.sync.reconciling.rules import RULES
from khop.sync.reconciling.rules.numbers import numbers
from khop.text.words import Words
from tools.blocks.markdown import table


def rules_in_short(lang: str) -> str:
    """A table of all rules: meaning, severity, who acts, whether a machine may repair."""
    vi = lang == "vi"
    head = (
        ("Mã", "Sai lệch", "Ý nghĩa", "Mức", "Người xử lý", "Máy sửa được")
        if vi
        else ("Rule", "Discrepancy", "What it means", "Severity", "Who acts", "Machine repairs")
    )
    yes = "có" if vi else "yes"
    return table(
        head,
        (
            (
                rule.id,
                rule.name_vi if vi else rule.name_en,
                rule.explanation_vi if vi else rule.explanation_en,
                rule.severity.value,
                report_words(lang)(f"acts.{rule.acts}"),
                yes if rule.repairable else "",
            )
            for rule in RULES.values()
        ),
    )


def rules_in_full() -> str:
    """A section for each rule."""
    return "\n\n".join(map(_rule_section, rule_facts(RuleSettings())))


def _rule_section(facts: RuleFacts) -> str:
    words, todo, rule = report_words("en"), todo_words("en"), facts.rule
    severity = (words(f"severity.{rule.severity.value}"), graver_in_words(facts, todo))
    shown = {
        "Severity": "; ".join(filter(None, severity)),
        "Who acts": f"{words(f'acts.{rule.acts}')} ({rule.acts})",
        "Repair": "the machine, through `khop apply`" if rule.repairable else "people",
        "What to do": todo(f"todo.{rule.id}"),
        "Basis": public_basis(rule.basis) or "this project's own definition",
        **_measures(facts, todo),
        "A finding shows": "; ".join(_column(words, name) for name in rule.shows),
    }
    lines = [f"### {rule.id}: {rule.name_en}", "", f"*{rule.name_vi}*", ""]
    lines += [rule.explanation_en, "", rule.explanation_vi, ""]
    return "\n".join([*lines, *(f"- {name}: {value}" for name, value in shown.items())])


def _measures(facts: RuleFacts, todo: Words) -> dict[str, str]:
    """The grace, the numbers and the excuses of a rule, those that it has."""
    names = [f"`{own.number.name}`" for own in facts.numbers]
    numbers = (
        f"{name}: {text}" for name, text in zip(names, numbers_in_words(facts, todo), strict=True)
    )
    grace = "" if facts.grace is None else f"{facts.grace} working day"
    excuses = "; ".join(excuses_in_words(facts, todo))
    shown = {"Grace": grace, "Numbers": "; ".join(numbers), "Excused by": excuses}
    return {name: text for name, text in shown.items() if text}


def _column(words: Words, name: str) -> str:
    side, _, field = name.partition("_")
    return f"{words(f'side.{side}')} {words(f'field.{field}')}"


def rule_numbers() -> str:
    """A table of the numbers of single rules, with the values that a province may set."""
    head = ("Rule", "Number", "Meaning", "Default", "May be", "Unit")
    return table(
        head,
        (
            (n.rule, f"`{n.name}`", n.says, str(n.default), f"{n.least} to {n.most}", n.unit)
            for n in numbers().values()
        ),
    )
