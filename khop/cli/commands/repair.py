"""``khop plan`` and ``khop apply``: repairs on the portal, shown first, then sent."""

from __future__ import annotations

import codecs
import json
from collections import Counter
from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import rule_ids
from khop.cli.exit_codes import OK, WORK
from khop.cli.files import write_text
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption, RulesOption
from khop.cli.result_table import result_table
from khop.cli.session import check_out, compared, engine
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError

if TYPE_CHECKING:
    from khop.sync.results import ApplySummary, Plan, PlanItem, WorkItem


def plan(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option("--out", help="option.plan_out", metavar="FILE")
    ] = None,
    rules: RulesOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    check_out(shell, out)
    chosen = rule_ids(shell, rules)
    with engine(shell) as opened:
        made = opened.plan(chosen or None)
        known = compared(shell, opened)
    if out is not None:
        text = json.dumps(made.as_json(), ensure_ascii=False, indent=2) + "\n"
        write_text(out, shell, text)
        shell.note("plan.written", path=out)
    if shell.as_json:
        shell.show_json(made.as_json())
    else:
        show_plan(shell, made)
    return WORK if made.items or not known else OK


def apply(
    context: typer.Context,
    file: Annotated[Path | None, typer.Argument(help="option.plan_file", metavar="PLAN")] = None,
    rules: RulesOption = None,
    yes: Annotated[bool, typer.Option("--yes", "-y", help="option.yes")] = False,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    if file is not None and rules:
        raise KhopError(shell.words("error.rules_and_plan"))
    chosen = rule_ids(shell, rules)
    made = _read(shell, file) if file is not None else None
    with engine(shell, accept_clock=accept_clock) as opened, shell.progress() as progress:
        summary = opened.apply(
            made,
            rules=chosen or None,
            confirm=lambda question: yes or _ask(shell, question),
            progress=progress,
        )
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        show_apply(shell, summary)
    return OK if summary.ok else WORK


def show_plan(shell: Shell, made: Plan) -> None:
    """Print what would be sent and what is left for people."""
    words = shell.words
    if made.items:
        rows = [
            (item.code, words(f"plan.{item.action}"), ", ".join(item.rules), _changes(shell, item))
            for item in made.items
        ]
        shell.show(result_table(words, ("code", "action", "rules", "changes"), rows))
    _show_work(shell, made.work)
    key = "plan.items" if made.items else "plan.nothing"
    shell.note(key, items=len(made.items), cases=made.cases, work=len(made.work))


def show_apply(shell: Shell, summary: ApplySummary) -> None:
    """Print counts by outcome, and each dossier that is not settled."""
    from khop.sync.results import SETTLED

    if not summary.applied:
        shell.note("apply.nothing")
        return
    words = shell.words
    counts = Counter(one.outcome for one in summary.applied)
    outcomes = [(words(f"outcome.{outcome}"), n) for outcome, n in sorted(counts.items())]
    shell.show(result_table(words, ("outcome", "count"), outcomes))
    left = [one for one in summary.applied if one.outcome not in SETTLED]
    if left:
        rows = [
            (one.code, words(f"plan.{one.action}"), words(f"outcome.{one.outcome}"), one.detail)
            for one in left
        ]
        shell.show(result_table(words, ("code", "action", "outcome", "detail"), rows))
        shell.note("apply.left", count=len(left))
    settled = len(summary.applied) - len(left)
    shell.note("apply.done", settled=settled, count=len(summary.applied), run=summary.run)


def _show_work(shell: Shell, work: tuple[WorkItem, ...]) -> None:
    if not work:
        return
    from khop.audit.words import report_words

    words, in_report = shell.words, report_words(shell.words.lang)
    rows = [
        (
            w.code or w.row or w.subject,
            ", ".join(w.rules),
            w.unit,
            ", ".join(in_report.get(f"acts.{acts}", acts) for acts in w.acts),
            reason_in_words(shell, w.reason),
        )
        for w in work
    ]
    shell.show(
        words("plan.work"), result_table(words, ("code", "rules", "unit", "acts", "reason"), rows)
    )


def reason_in_words(shell: Shell, reason: str) -> str:
    """Why a machine may not push a dossier; a reason without a sentence is shown as it is."""
    return shell.words.get(f"reason.{reason}", reason.replace("_", " "))


def _changes(shell: Shell, item: PlanItem) -> str:
    """``old -> new`` of each field that the push would change, a line each."""
    from khop.audit.values import label, show_value
    from khop.audit.words import report_words

    words = report_words(shell.words.lang)
    return "\n".join(
        f"{label(change.field, words)}: {show_value(change.field, change.old, words)}"
        f" -> {show_value(change.field, change.new, words)}"
        for change in item.changes
    )


def _read(shell: Shell, file: Path) -> Plan:
    from khop.sync.repairing.plan_file import plan_from_json

    try:
        data = json.loads(_text(shell, file))
    except (ValueError, RecursionError):
        raise KhopError(shell.words("error.not_json", path=file)) from None
    return plan_from_json(data)


def _text(shell: Shell, file: Path) -> str:
    """The text of a file in UTF-8, or in UTF-16 as Windows PowerShell writes what a command prints.
    Raises ValueError for any other encoding."""
    try:
        data = file.read_bytes()
    except OSError as error:
        reason = error.strerror or type(error).__name__
        raise KhopError(shell.words("error.not_read", path=file, reason=reason)) from None
    wide = data.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return data.decode("utf-16" if wide else "utf-8-sig")


def _ask(shell: Shell, question: str) -> bool:
    question = shell.words.translated(question)
    if not shell.at_terminal:
        raise KhopError(shell.words("error.ask_without_terminal", question=question))
    return typer.confirm(shell.words("apply.ask", question=question), err=True)
