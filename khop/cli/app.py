"""The list of commands. Their help texts are keys of ``messages/LANG.toml``; ``main`` translates
them.

Commands import the engine only when they run, so that ``khop --help`` answers at once.
"""

from __future__ import annotations

from typing import Annotated

import typer

from khop.cli.commands import (
    audit,
    catalogue,
    daemon,
    demo,
    export,
    finding,
    imports,
    key,
    ledger,
    log,
    notify,
    quarantine,
    reconcile,
    repair,
    repair_policy,
    rules,
    sandbox,
    service,
    setup,
    show,
    status,
    template,
    work,
)
from khop.cli.commands import pull as pulling
from khop.cli.options import ConfigOption, LangOption, ReportFormatOption
from khop.cli.shell import Shell


def make_app() -> typer.Typer:
    """A new command line with every command."""
    app = typer.Typer(
        name="khop",
        help="help.khop",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,
    )
    app.callback()(_root)
    for name, command in (
        ("demo", demo.demo),
        ("init", setup.init),
        ("check", setup.check),
        ("pull", pulling.pull),
        ("import", imports.import_files),
        ("template", template.template),
        ("catalogue", catalogue.catalogue),
        ("reconcile", reconcile.reconcile),
        ("export", export.export),
        ("plan", repair.plan),
        ("apply", repair.apply),
        ("audit", audit.audit),
        ("show", show.show),
        ("rules", rules.rules),
        ("work", work.work),
        ("notify", notify.notify),
        ("identity", show.identity),
        ("service", service.service),
        ("status", status.status),
        ("sandbox", sandbox.sandbox),
    ):
        app.command(name, help=f"help.{name}")(command)
    app.add_typer(_daemon(), name="daemon", help="help.daemon")
    app.add_typer(_repair(), name="repair", help="help.repair")
    app.add_typer(_finding(), name="finding", help="help.finding")
    app.add_typer(_quarantine(), name="quarantine", help="help.quarantine")
    app.add_typer(_log(), name="log", help="help.log")
    app.add_typer(_key(), name="key", help="help.key")
    app.add_typer(_ledger(), name="ledger", help="help.ledger")
    return app


def _finding() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    for name, command in (
        ("assign", finding.assign),
        ("explain", finding.explain),
        ("exclude", finding.exclude),
        ("take-back", finding.take_back),
        ("history", finding.history),
    ):
        group.command(name, help=f"help.finding_{name.replace('-', '_')}")(command)
    return group


def _daemon() -> typer.Typer:
    group = typer.Typer(no_args_is_help=False, invoke_without_command=True)
    group.callback()(daemon.daemon)
    group.command("pause", help="help.daemon_pause")(daemon.pause)
    group.command("resume", help="help.daemon_resume")(daemon.resume)
    group.command("test-alarm", help="help.daemon_test_alarm")(daemon.try_alarms)
    return group


def _repair() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    group.command("run", help="help.repair_run")(repair_policy.run)
    group.command("status", help="help.repair_status")(repair_policy.status)
    group.command("pause", help="help.repair_pause")(repair_policy.pause)
    group.command("resume", help="help.repair_resume")(repair_policy.resume)
    return group


def _quarantine() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    group.command("list", help="help.quarantine_list")(quarantine.list_records)
    group.command("show", help="help.quarantine_show")(quarantine.show_record)
    group.command("retry", help="help.quarantine_retry")(quarantine.retry)
    return group


def _log() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    # Without a callback, typer turns a group of one command into that command.
    group.callback()(_nothing)
    group.command("verify", help="help.log_verify")(log.verify)
    return group


def _key() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    group.command("show", help="help.key_show")(key.show)
    group.command("rotate", help="help.key_rotate")(key.rotate)
    return group


def _ledger() -> typer.Typer:
    group = typer.Typer(no_args_is_help=True)
    group.command("check", help="help.ledger_check")(ledger.check)
    group.command("backup", help="help.ledger_backup")(ledger.backup)
    group.command("restore", help="help.ledger_restore")(ledger.restore)
    group.command("move", help="help.ledger_move")(ledger.move)
    return group


def _nothing() -> None:
    """The callback of a group that has nothing to do before its command."""


def _root(
    context: typer.Context,
    config: ConfigOption = None,
    format: ReportFormatOption = None,
    lang: LangOption = None,
    version: Annotated[
        bool, typer.Option("--version", help="option.version", is_eager=True, callback=_version)
    ] = False,
) -> None:
    shell: Shell = context.obj
    shell.config = config
    shell.format = format.value if format else None


def _version(wanted: bool) -> None:
    if wanted:
        from khop.version import __version__

        typer.echo(f"khop {__version__}")
        raise typer.Exit
