"""``khop rules``: the rules, with the numbers and exceptions of this province."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import rule_ids
from khop.cli.exit_codes import OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table, table_with_headers
from khop.cli.session import load
from khop.cli.shell import Shell, shell_of

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
    chosen = rule_ids(shell, ids)
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
    """The numbers of khop.toml; khop's defaults when there is no khop.toml and none was named."""
    from khop.config.model import RuleSettings
    from khop.sync.reconciling.rules.checks import check_rules

    if not (shell.config_named or shell.config_path.exists()):
        return RuleSettings()
    config = load(shell)
    check_rules(config)
    return config.rules


def _in_short(shell: Shell, facts: Sequence[RuleFacts]) -> None:
    from khop.audit.rules import excuses_in_words, numbers_in_short, rule_words
    from khop.audit.words import report_words, todo_words

    words, todo, names = shell.words, todo_words(shell.words.lang), rule_words(shell.words.lang)
    in_report = report_words(words.lang)
    rows = [
        (
            one.rule.id,
            f"{one.rule.severity}+" if one.rule.graver else one.rule.severity.value,
            names[one.rule.id].name,
            in_report.get(f"acts.{one.rule.acts}", one.rule.acts),
            words("rules.yes") if one.rule.repairable else "",
            one.grace,
            numbers_in_short(one),
            "; ".join(excuses_in_words(one, todo)),
            words("rules.off") if one.off else "",
        )
        for one in facts
    ]
    shell.show(result_table(words, _COLUMNS, rows))
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
    from khop.audit.words import report_words, todo_words

    words, lang, rule = shell.words, shell.words.lang, facts.rule
    todo, report = todo_words(lang), report_words(lang)
    vi = lang == "vi"
    severity = (report(f"severity.{rule.severity}"), graver_in_words(facts, todo))
    lines = [
        ("meaning", rule.explanation_vi if vi else rule.explanation_en),
        ("other_name", rule.name_en if vi else rule.name_vi),
        ("severity", "; ".join(filter(None, severity))),
        ("acts", f"{report(f'acts.{rule.acts}')} ({rule.acts})"),
        ("todo", todo.get(f"todo.{rule.id}", "")),
        ("repaired_by", words("rules.machine" if rule.repairable else "rules.people")),
        ("basis", public_basis(rule.basis) or words("rules.own_basis")),
        ("grace", "" if facts.grace is None else words("rules.grace", count=facts.grace)),
        *(("numbers", line) for line in numbers_in_words(facts, todo)),
        ("excused", "; ".join(excuses_in_words(facts, todo))),
        *(("on_file", line) for line in on_file(facts, todo)),
        ("shows", shown_in_words(facts, report)),
        ("off", words("rules.off") if facts.off else ""),
    ]
    name = rule.name_vi if vi else rule.name_en
    shown = [(words(f"table.{key}"), text) for key, text in lines if text]
    shell.show(f"{rule.id}: {name}", table_with_headers(("", ""), shown), "")
