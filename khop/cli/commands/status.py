"""``khop status``: how things stand, with or without a daemon that runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

import typer

from khop.cli.exit_codes import OK, WORK
from khop.cli.options import ConfigOption, FormatOption, LangOption
from khop.cli.result_table import result_table
from khop.cli.session import engine, load
from khop.cli.shell import Shell, shell_of

if TYPE_CHECKING:
    from khop.daemon.outside.standing import Standing
    from khop.daemon.tasks import Task
    from khop.sync.engine import Engine

#: What is counted by source; the rest is counted by state.
_BY_SOURCE = ("lookups", "quarantine")


def status(
    context: typer.Context,
    config: ConfigOption = None,
    format: FormatOption = None,
    lang: LangOption = None,
) -> int:
    from khop.config.adapters import adapter_types
    from khop.daemon.outside.standing import standing
    from khop.daemon.tasks import tasks_of
    from khop.sync.opening import readable_sources

    shell = shell_of(context, config, format)
    settings = load(shell)
    tasks = tasks_of(settings, readable_sources(settings, adapter_types()))
    with engine(shell, sources=()) as opened:
        found = standing(opened.ledger, _now, list(tasks), list(settings.sources))
        said = _said(opened, found, tasks)
    if shell.as_json:
        shell.show_json(said)
    else:
        _show(shell, said)
    return OK if said["well"] else WORK


def _said(opened: Engine, found: Standing, tasks: dict[str, Task]) -> dict[str, Any]:
    """How things stand, as the JSON says it. Findings and quarantine are the work of the day: they
    are counted, and make nothing unwell."""
    freshness = opened.freshness()
    read = {one.source: one.last_success for one in freshness.sources}
    there = [one for one in found.nodes if one.is_there(found.now_us)]
    streams = _streams(found, tasks, read)
    unwell = [one for one in streams if one["state"] not in ("new", "ok")]
    return {
        "well": bool(there) and not (unwell or found.alarms or found.pauses),
        "daemon": bool(there),
        "nodes": [
            {"node": one.name, "version": one.version, "seen": _time(one.seen_us)} for one in there
        ],
        "streams": streams,
        "running": [
            {"task": task, "since": _time(since)} for task, since in sorted(found.running.items())
        ],
        "alarms": [
            {
                "about": one.about,
                "state": one.state,
                "since": _time(one.opened_us),
                "detail": one.detail,
            }
            for one in found.alarms
        ],
        "pauses": [
            {"name": one.name, "since": _time(one.since_us), "by": one.by, "why": one.why}
            for one in found.pauses
        ],
        "lookups": dict(found.lookups),
        "pushes": dict(found.pushes),
        "quarantine": dict(found.quarantined),
        "findings": _by_state(found),
        "as_of": freshness.as_of,
        "ledger": {"place": opened.ledger.place, "bytes": found.ledger_bytes},
        "log": {"head": str(found.head), "anchor": _anchor(opened)},
    }


def _streams(
    found: Standing, tasks: dict[str, Task], read: dict[str, str | None]
) -> list[dict[str, Any]]:
    """The streams; a task that is paused has no next time."""
    from khop.daemon.node import held_back

    held = held_back(tasks.values(), {one.name: one for one in found.pauses})
    streams = []
    for task in tasks.values():
        health = found.streams.get(task.stream)
        ok_us = None if health is None else health.ok_us
        age = None if ok_us is None else max(found.now_us - ok_us, 0) // 1_000_000
        streams.append(
            {
                "stream": task.stream,
                "state": "new" if health is None else str(health.state),
                # by hand or by cron, where no daemon ran
                "success": read.get(task.stream) if ok_us is None else _time(ok_us),
                "age_seconds": age,
                "next": None if task.name in held else _time(found.next_us.get(task.name)),
                "error": None if health is None else health.detail,
            }
        )
    return streams


def _by_state(found: Standing) -> dict[str, int]:
    counts: dict[str, int] = {}
    for (_, state), number in sorted(found.findings.items()):
        counts[state] = counts.get(state, 0) + number
    return counts


def _anchor(opened: Engine) -> str | None:
    """The head of the log that was noted last, outside the ledger."""
    from khop.sync.findings.anchors import anchors_to_check
    from khop.sync.ledger.sealed.chain import Problems

    noted = anchors_to_check(opened.config, None, Problems())
    return str(noted[-1][1]) if noted else None


def _time(us: int | None) -> str | None:
    from khop.text.local_time import local_text

    return None if us is None else local_text(us)


def _show(shell: Shell, said: dict[str, Any]) -> None:
    words = shell.words
    rows = [
        (
            one["stream"],
            words(f"stream_state.{one['state']}"),
            _short(one["success"]),
            _age(shell, one["age_seconds"]),
            _short(one["next"]),
        )
        for one in said["streams"]
    ]
    shell.show(result_table(words, ("stream", "state", "success", "age", "next"), rows))
    runs = [(one["task"], _short(one["since"])) for one in said["running"]]
    _part(shell, "status.running", ("task", "since"), runs)
    told = {one["detail"] for one in said["alarms"]}  # each error is shown once
    errors = [
        (one["stream"], one["error"])
        for one in said["streams"]
        if one["error"] and one["error"] not in told
    ]
    _part(shell, "status.errors", ("stream", "error"), errors)
    alarms = [
        (one["about"], words.get(f"stream_state.{one['state']}", one["state"]),
         _short(one["since"]), one["detail"])
        for one in said["alarms"]
    ]  # fmt: skip
    _part(shell, "status.alarms", ("stream", "alarm", "since", "detail"), alarms)
    pauses = [
        (one["name"], _short(one["since"]), one["by"],
         words("status.above") if one["why"] in told else one["why"])
        for one in said["pauses"]
    ]  # fmt: skip
    _part(shell, "status.pauses", ("stream", "since", "by", "reason"), pauses)
    for one in said["pauses"]:
        shell.show(words("status.resume", command=_resume(one["name"])))
    nodes = [(one["node"], one["version"], _short(one["seen"])) for one in said["nodes"]]
    _part(shell, "status.nodes", ("node", "version", "seen"), nodes)
    if not said["daemon"]:
        shell.show(words("status.no_daemon"))
    for key in ("lookups", "pushes", "quarantine", "findings"):
        counted = said[key] if key in _BY_SOURCE else _named(shell, said[key])
        shell.show(words(f"status.{key}", counts=_counts(counted)))
    megabytes = f"{said['ledger']['bytes'] / 1e6:.1f}"
    shell.show(words("status.compared", at=_short(said["as_of"]) or "-"))
    shell.show(words("status.ledger", place=said["ledger"]["place"], megabytes=megabytes))
    ends = (said["log"][name] or "-" for name in ("head", "anchor"))
    head, anchor = (end.partition(":")[0] for end in ends)
    shell.show(words("status.log", head=head, anchor=anchor))


def _resume(name: str) -> str:
    """The command that ends a pause."""
    kind, _, policy = name.partition(":")
    if kind == "repair" and policy:
        return f"khop repair resume {policy} --why …"
    return f"khop daemon resume {name} --why …"


def _part(
    shell: Shell, title: str, columns: Sequence[str], rows: Sequence[Sequence[object]]
) -> None:
    if rows:
        shell.show(shell.words(title), result_table(shell.words, columns, rows))


def _named(shell: Shell, counts: dict[str, int]) -> dict[str, int]:
    """Counts by state, with the states in words."""
    from khop.audit.words import report_words

    words = report_words(shell.words.lang)
    return {words.get(f"state.{name}", name).lower(): count for name, count in counts.items()}


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.items() if count) or "0"


def _short(text: str | None) -> str | None:
    """A local time, without the year, to the minute, as reports write days."""
    return None if text is None else f"{datetime.fromisoformat(text):%d/%m %H:%M}"


def _age(shell: Shell, seconds: int | None) -> str | None:
    if seconds is None:
        return None
    for unit, length in (("days", 2 * 86_400), ("hours", 2 * 3_600)):
        if seconds >= length:
            return shell.words(f"status.{unit}", number=seconds // (length // 2))
    return shell.words("status.minutes", number=seconds // 60)


def _now() -> datetime:
    return datetime.now(UTC)
