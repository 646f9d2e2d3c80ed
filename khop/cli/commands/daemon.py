"""``khop daemon``: khop by itself; what it would do when; pausing a source or a task."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Annotated, Any

import typer

from khop.cli.arguments import account
from khop.cli.exit_codes import ERROR, OK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import load
from khop.cli.shell import Shell, shell_of
from khop.errors import KhopError, LedgerError

if TYPE_CHECKING:
    from khop.daemon.tasks import Task

WhyOption = Annotated[str, typer.Option("--why", help="option.why", metavar="TEXT")]
ByOption = Annotated[str | None, typer.Option("--by", help="option.by", metavar="ACCOUNT")]


def daemon(
    context: typer.Context,
    explain: Annotated[bool, typer.Option("--explain", help="option.explain")] = False,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    if context.invoked_subcommand is not None:
        return OK
    shell = shell_of(context, config, format)
    if explain:
        return _explain(shell)
    from khop.config.adapters import adapter_types
    from khop.daemon.process import Daemon

    load(shell)
    _log_as_json()
    process = Daemon(shell.config_path, adapter_types(), _now)
    code = process.run()
    if process.unfinished:
        sys.stdout.flush()
        os._exit(code)  # threads that wait for a system would keep the process
    return code


def pause(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="option.stream", metavar="NAME")],
    why: WhyOption,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)

    def begin(watcher: Any, connection: Any, now_us: int) -> bool:
        from khop.sync.ledger.pauses import Cause

        return bool(
            watcher.pause(connection, name, Cause.PERSON, by or account(shell), why, now_us)
        )

    return _change(shell, name, begin, "daemon.paused", "daemon.paused_already")


def resume(
    context: typer.Context,
    name: Annotated[str, typer.Argument(help="option.stream", metavar="NAME")],
    why: WhyOption,
    by: ByOption = None,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    shell = shell_of(context, config, format)

    def end(watcher: Any, connection: Any, now_us: int) -> bool:
        return bool(watcher.resume(connection, name, by or account(shell), why, now_us))

    return _change(shell, name, end, "daemon.resumed", "daemon.not_paused", paused_too=True)


def try_alarms(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.daemon.alarms.sending import send_test

    shell = shell_of(context, config, format)
    sent = send_test(load(shell), _now)
    if not sent:
        raise KhopError(shell.words("error.no_channel"))
    rows = [(one.channel, one.error or shell.words("daemon.sent")) for one in sent]
    if shell.as_json:
        shell.show_json({"channels": [{"channel": s.channel, "error": s.error} for s in sent]})
    else:
        shell.show(result_table(shell.words, ("channel", "result"), rows))
    return OK if all(one.error is None for one in sent) else ERROR


def _change(
    shell: Shell,
    name: str,
    change: Callable[..., bool],
    done: str,
    nothing: str,
    *,
    paused_too: bool = False,
) -> int:
    """``paused_too``: a name that is paused will do, also when khop.toml has it no more."""
    from khop.cli.session import engine
    from khop.daemon.health import Watcher
    from khop.mappings.records import Instant
    from khop.sync.ledger.pauses import paused

    tasks = _tasks(shell)
    known = {*tasks, *(t.kind.value for t in tasks.values())}
    known |= {source for task in tasks.values() for source in task.uses}
    if name not in known and not paused_too:
        raise _no_stream(shell, name, known)
    with engine(shell, sources=()) as opened:
        watcher = Watcher.of(opened.config.alarms)
        with opened.ledger.write() as connection:
            if name not in known and name not in paused(connection):
                raise _no_stream(shell, name, known)
            now_us = opened.ledger.now_us(connection, _now)
            changed = change(watcher, connection, Instant(now_us).us)
    shell.note(done if changed else nothing, name=name)
    return OK


def _no_stream(shell: Shell, name: str, known: set[str]) -> KhopError:
    words = shell.words("error.no_stream", name=name, known=", ".join(sorted(known)))
    return KhopError(words)


def _explain(shell: Shell) -> int:
    """Print the tasks, their calendars, their next slots, and why."""
    from khop.mappings.records import Instant
    from khop.text.local_time import local_text

    now_us = Instant.of(_now()).us
    rows = []
    tasks = _tasks(shell)
    paused = _paused(shell, tasks)
    for task in tasks.values():
        calendar = None if task.name in paused else task.calendar
        following = None if calendar is None else calendar.following(now_us)
        rows.append(
            {
                "task": task.name,
                "schedule": None if task.calendar is None else task.calendar.text,
                "next": None if following is None else local_text(following),
                "paused": paused.get(task.name),
                "from": "khop.toml" if task.own else None,
                "does": shell.words(f"does.{task.kind}"),
            }
        )
    if shell.as_json:
        shell.show_json({"tasks": rows})
        return OK
    follows, usual = shell.words("daemon.follows"), shell.words("daemon.usual")
    held = shell.words("stream_state.paused")
    shown = [
        (
            row["task"],
            row["schedule"] or follows,
            held if row["paused"] else (row["next"] or "")[:16].replace("T", " "),
            row["from"] or usual,
            row["does"],
        )
        for row in rows
    ]
    shell.show(result_table(shell.words, ("task", "schedule", "next", "from", "does"), shown))
    shell.note("daemon.explained")
    return OK


def _paused(shell: Shell, tasks: dict[str, Task]) -> dict[str, str]:
    """The tasks that are paused, with the reason; without a ledger nobody knows."""
    from khop.daemon.node import held_back
    from khop.sync.ledger import Ledger
    from khop.sync.ledger.pauses import paused

    try:
        with closing(Ledger(load(shell).ledger_url)) as ledger, ledger.read() as connection:
            return held_back(tasks.values(), paused(connection))
    except LedgerError:
        shell.note("daemon.pauses_unknown")
        return {}


def _tasks(shell: Shell) -> dict[str, Task]:
    from khop.config.adapters import adapter_types
    from khop.daemon.tasks import tasks_of
    from khop.sync.opening import readable_sources

    config = load(shell)
    return tasks_of(config, readable_sources(config, adapter_types()))


def _log_as_json() -> None:
    """Log lines as JSON to stdout: the daemon has no other output."""
    import structlog

    from khop.daemon.outside.log_lines import OnceADay

    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            OnceADay(),
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.JSONRenderer(ensure_ascii=False),
        ],
        wrapper_class=structlog.make_filtering_bound_logger("info"),
        logger_factory=structlog.WriteLoggerFactory(sys.stdout),
        cache_logger_on_first_use=True,
    )


def _now() -> datetime:
    return datetime.now(UTC)
