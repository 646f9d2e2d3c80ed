"""``khop rules``: what is compared, and how, in this province."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.rulenames import known_rules
from khop.cli.session import load
from khop.cli.shell import OK, ConfigOption, FormatOption, LangOption, Shell, shell_of
from khop.cli.tables import raw_table, table

if TYPE_CHECKING:
    from khop.config.model import RuleSettings
    from khop.sync.reconciling.rule_facts import RuleFacts

_COLUMNS = ("rule", "severity", "name", "acts", "repair", "grace", "numbers", "excused", "off")


def rules(
    context: typer.Context,
    ids: Annotated[list[str] | None, typer.Argument(help="option.rule_ids", metavar="ID")] = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.reconciling.rule_facts import rule_facts

    shell = shell_of(context, config, format)
    chosen = known_rules(shell, ids or ())
    facts = rule_facts(_settings(shell), chosen)
    if shell.as_json:
        from khop.audit.rules import rule_json

        shell.show_json({"rules": [rule_json(one) for one in facts]})
    elif chosen:
        for one in facts:
            _in_full(shell, one)
    else:
        _in_short(shell, facts)
    return OK


def _settings(shell: Shell) -> RuleSettings:
    """The province's own numbers; the packaged ones where there is no khop.toml and none was
    asked for."""
    from khop.config.model import RuleSettings
    from khop.sync.reconciling.rules.settings import check_rules

    if not (shell.config_named or shell.config_path.exists()):
        return RuleSettings()
    config = load(shell)
    check_rules(config)
    return config.rules


def _in_short(shell: Shell, facts: Sequence[RuleFacts]) -> None:
    from khop.audit.rulebook import rule_words
    from khop.audit.rules import excuses_in_words, numbers_in_short
    from khop.audit.worklist import todo_words

    words, said, names = shell.words, todo_words(shell.words.lang), rule_words(shell.words.lang)
    rows = [
        (
            one.rule.id,
            f"{one.rule.severity}+" if one.rule.graver else one.rule.severity.value,
            names[one.rule.id].name,
            one.rule.acts,
            words("rules.yes") if one.rule.repairable else "",
            one.grace,
            numbers_in_short(one),
            "; ".join(excuses_in_words(one, said)),
            words("rules.off") if one.off else "",
        )
        for one in facts
    ]
    shell.show(table(words, _COLUMNS, rows))
    shell.note("rules.count", count=len(rows), off=sum(one.off for one in facts))


def _in_full(shell: Shell, facts: RuleFacts) -> None:
    from khop.audit.rules import (
        excuses_in_words,
        graver_in_words,
        numbers_in_words,
        on_file,
        public_basis,
        shown_in_words,
    )
    from khop.audit.worklist import todo_words
    from khop.text.words import report_words

    words, lang, rule = shell.words, shell.words.lang, facts.rule
    said, report = todo_words(lang), report_words(lang)
    vi = lang == "vi"
    severity = (report(f"severity.{rule.severity}"), graver_in_words(facts, said))
    lines = [
        ("meaning", rule.explanation_vi if vi else rule.explanation_en),
        ("other_name", rule.name_en if vi else rule.name_vi),
        ("severity", "; ".join(filter(None, severity))),
        ("acts", f"{report(f'acts.{rule.acts}')} ({rule.acts})"),
        ("todo", said.get(f"todo.{rule.id}", "")),
        ("repair", words("rules.machine" if rule.repairable else "rules.people")),
        ("basis", public_basis(rule.basis) or words("rules.own_basis")),
        ("grace", _grace(shell, facts)),
        *(("numbers", line) for line in numbers_in_words(facts, said)),
        ("excused", "; ".join(excuses_in_words(facts, said))),
        *(("on_file", line) for line in on_file(facts, said)),
        ("shows", shown_in_words(facts, report)),
        ("off", words("rules.off") if facts.off else ""),
    ]
    name = rule.name_vi if vi else rule.name_en
    told = [(words(f"table.{key}"), text) for key, text in lines if text]
    shell.show(f"{rule.id}: {name}", raw_table(("", ""), told), "")


def _grace(shell: Shell, facts: RuleFacts) -> str:
    return "" if facts.grace is None else shell.words("rules.grace", count=facts.grace)
