"""``khop finding assign | explain | exclude | take-back | history``: decisions on findings."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.arguments import account, day, rule_ids
from khop.cli.exit_codes import OK
from khop.cli.options import ConfigOption, FormatOption, LangOption, RulesOption
from khop.cli.reports import make_report
from khop.cli.result_table import result_table
from khop.cli.session import engine, load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sync.engine import Engine
    from khop.sync.findings.history import FindingEvent
    from khop.sync.results import Finding

_EVENTS = ("at", "rule", "event", "by", "detail")

SubjectsArgument = Annotated[list[str], typer.Argument(help="option.subjects", metavar="SUBJECT")]
ByOption = Annotated[str | None, typer.Option("--by", help="option.by", metavar="NAME")]


def assign(
    context: typer.Context,
    subjects: SubjectsArgument,
    to: Annotated[str, typer.Option("--to", help="option.assignee", metavar="NAME")],
    due: Annotated[
        str | None, typer.Option("--due", help="option.answer_due", metavar="DAY")
    ] = None,
    rules: RulesOption = None,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    decision = {"assignee": to, "answer_due": day(shell, due)}
    return _decide(shell, "assign", subjects, rules, by, decision)


def explain(
    context: typer.Context,
    subjects: SubjectsArgument,
    text: Annotated[str, typer.Option("--text", help="option.text", metavar="TEXT")],
    rules: RulesOption = None,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    return _decide(shell, "explain", subjects, rules, by, {"text": text})


def exclude(
    context: typer.Context,
    subjects: SubjectsArgument,
    reason: Annotated[str, typer.Option("--reason", help="option.reason", metavar="TEXT")],
    until: Annotated[
        str | None, typer.Option("--until", help="option.until", metavar="DAY")
    ] = None,
    rules: RulesOption = None,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    decision = {"reason": reason, "until": day(shell, until)}
    return _decide(shell, "exclude", subjects, rules, by, decision)


def take_back(
    context: typer.Context,
    subjects: SubjectsArgument,
    reason: Annotated[
        str, typer.Option("--reason", help="option.take_back_reason", metavar="TEXT")
    ] = "",
    rules: RulesOption = None,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    return _decide(shell, "take_back", subjects, rules, by, {"reason": reason})


def history(
    context: typer.Context,
    subjects: SubjectsArgument,
    rules: RulesOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    chosen = rule_ids(shell, rules)
    with engine(shell, sources=()) as opened:
        histories = {
            subject: opened.decisions.history_of(subject) for subject in dict.fromkeys(subjects)
        }
    events = {
        subject: [event for event in history if event.rule in chosen or not chosen]
        for subject, history in histories.items()
    }
    if shell.as_json:
        whole = [event.as_json() for found in events.values() for event in found]
        shell.show_json({"events": whole})
    else:
        _show_histories(shell, events)
    return OK


def _decide(
    shell: Shell,
    verb: str,
    subjects: Sequence[str],
    rules: Sequence[str] | None,
    by: str | None,
    decision: Mapping[str, Any],
) -> int:
    """Make one decision and show the findings after it. Raises KhopError."""
    from khop.audit.formats.terminal import findings_tables

    actor = by if by is not None else account(shell)
    chosen = rule_ids(shell, rules)
    config = load(shell)
    with engine(shell, sources=()) as opened:
        decide = partial(_verb(opened, verb), subjects, rules=chosen, actor=actor, **decision)
        decided = _refusals_in_words(shell, decide)
    if shell.as_json:
        shell.show_json({"findings": [finding.as_json() for finding in decided]})
    else:
        shell.show(*findings_tables(make_report(shell, config, decided)))
    shell.note(f"finding.{verb}", count=len(decided))
    return OK


def _verb(opened: Engine, verb: str) -> Callable[..., list[Finding]]:
    verbs: dict[str, Callable[..., list[Finding]]] = {
        "assign": opened.decisions.assign,
        "explain": opened.decisions.explain,
        "exclude": opened.decisions.exclude,
        "take_back": opened.decisions.take_back,
    }
    return verbs[verb]


def _refusals_in_words(shell: Shell, decide: Callable[[], list[Finding]]) -> list[Finding]:
    """The findings of ``decide``; a DecisionError becomes a sentence in the person's language."""
    from khop.sync.findings.decision_texts import DecisionError

    try:
        return decide()
    except DecisionError as error:
        sentence = shell.words(f"refused.{error.reason}", **error.about)
        raise KhopError(" ".join(sentence.split())) from None


def _show_histories(shell: Shell, events: Mapping[str, Sequence[FindingEvent]]) -> None:
    for subject, found in events.items():
        shell.show(shell.words("finding.history", subject=subject))
        if found:
            shell.show(
                result_table(shell.words, _EVENTS, [_event(shell, event) for event in found])
            )
        else:
            shell.show(f"  {shell.words('finding.no_history')}", "")


def _event(shell: Shell, event: FindingEvent) -> tuple[object, ...]:
    from khop.audit.values import describe, show_time
    from khop.audit.words import report_words

    words = report_words(shell.words.lang)
    action = words.get(f"event.{event.action}", event.action)
    detail = {name: value for name, value in event.detail.items() if name != "state"}
    return show_time(event.at), event.rule, action, event.by, describe(detail, words)
