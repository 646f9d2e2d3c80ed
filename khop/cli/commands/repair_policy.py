"""``khop repair run | status | pause | resume``: what khop repairs without being asked."""

from __future__ import annotations

from typing import TYPE_CHECKING, Annotated

import typer

from khop.cli.arguments import account
from khop.cli.exit_codes import OK, WORK
from khop.cli.options import AcceptClockOption, ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine
from khop.cli.shell import Shell, shell_of

if TYPE_CHECKING:
    from khop.sync.results import PolicyRepair, PolicyStatus, RepairSummary

PolicyArgument = Annotated[
    str | None, typer.Argument(help="option.repair_policy", metavar="POLICY")
]
WhyOption = Annotated[str, typer.Option("--why", help="option.why", metavar="TEXT")]
ByOption = Annotated[str | None, typer.Option("--by", help="option.by", metavar="NAME")]


def run(
    context: typer.Context,
    dry_run: Annotated[bool, typer.Option("--dry-run", help="option.repair_dry_run")] = False,
    accept_clock: AcceptClockOption = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    with engine(shell, accept_clock=accept_clock) as opened, shell.progress() as progress:
        summary = opened.repair_policies.run(dry_run=dry_run, progress=progress)
    if shell.as_json:
        shell.show_json(summary.as_json())
    else:
        _show_run(shell, summary, dry_run=dry_run)
    return OK if summary.ok else WORK


def status(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.sync.results import PolicyState

    shell = shell_of(context, config, format)
    with engine(shell, sources=()) as opened:
        policies = opened.repair_policies.status()
    if shell.as_json:
        shell.show_json({"policies": [each.as_json() for each in policies]})
    else:
        _show_status(shell, policies)
    return WORK if any(each.state is PolicyState.PAUSED for each in policies) else OK


def pause(
    context: typer.Context,
    why: WhyOption,
    policy: PolicyArgument = None,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    who = by if by is not None else account(shell)
    with engine(shell, sources=()) as opened:
        held = opened.repair_policies.pause(policy, by=who, why=why)
    if shell.as_json:
        shell.show_json({"paused": held.name, "by": held.by, "why": held.why})
    else:
        shell.note("repair.paused", name=held.name, by=held.by, reason=held.why)
    return OK


def resume(
    context: typer.Context,
    why: WhyOption,
    policy: PolicyArgument = None,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)
    who = by if by is not None else account(shell)
    with engine(shell, sources=()) as opened:
        ended = opened.repair_policies.resume(policy, by=who, why=why)
    if shell.as_json:
        shell.show_json({"resumed": ended.name})
    else:
        shell.note("repair.resumed", name=ended.name)
    return OK


def _show_run(shell: Shell, summary: RepairSummary, *, dry_run: bool) -> None:
    if not summary.policies:
        shell.note("repair.no_policy")
        return
    words = shell.words
    rows = [
        (
            one.policy,
            words(f"policy_state.{one.state}"),
            len(one.planned),
            _outcomes(shell, one),
            _left(shell, one),
            one.why,
        )
        for one in summary.policies
    ]
    columns = ("policy", "state", "planned", "outcome", "not_now", "reason")
    shell.show(result_table(words, columns, rows))
    if dry_run:
        _show_planned(shell, summary)
    else:
        _show_unsettled(shell, summary)


def _outcomes(shell: Shell, one: PolicyRepair) -> str:
    counts: dict[str, int] = {}
    for applied in one.applied:
        counts[applied.outcome] = counts.get(applied.outcome, 0) + 1
    return "\n".join(f"{n}: {shell.words(f'outcome.{name}')}" for name, n in counts.items())


def _left(shell: Shell, one: PolicyRepair) -> str:
    return "\n".join(f"{n}: {shell.words(f'not_now.{why}')}" for why, n in one.left.items())


def _show_planned(shell: Shell, summary: RepairSummary) -> None:
    rows = [
        (one.policy, item.code, shell.words(f"plan.{item.action}"), ", ".join(item.rules))
        for one in summary.policies
        for item in one.planned
    ]
    if rows:
        shell.show(result_table(shell.words, ("policy", "code", "action", "rules"), rows))


def _show_unsettled(shell: Shell, summary: RepairSummary) -> None:
    """Each dossier whose outcome somebody has to look at."""
    from khop.sync.results import SETTLED

    rows = [
        (one.policy, each.code, shell.words(f"outcome.{each.outcome}"), each.detail)
        for one in summary.policies
        for each in one.applied
        if each.outcome not in SETTLED
    ]
    if rows:
        shell.show(result_table(shell.words, ("policy", "code", "outcome", "detail"), rows))


def _show_status(shell: Shell, policies: list[PolicyStatus]) -> None:
    if not policies:
        shell.note("repair.no_policy")
        return
    words = shell.words
    rows = [
        (
            one.policy,
            ", ".join(one.rules),
            words(f"policy_state.{one.state}"),
            _hours(shell, one),
            f"{one.pushed} / {one.max_per_day}",
            one.unfinished,
            one.by,
            one.why,
        )
        for one in policies
    ]
    columns = ("policy", "rules", "state", "hours", "pushed", "unfinished", "by", "reason")
    shell.show(result_table(words, columns, rows))


def _hours(shell: Shell, one: PolicyStatus) -> str:
    return f"{one.hours}, {shell.words('repair.working_days')}" if one.working_days else one.hours
