"""The facts of a history that rules use: its path of states, and its supplements.

A ``path`` is the states a dossier went through, oldest first; equal neighbours are one::

    "1>2>4>9>10"

``?`` is a moment whose state is not known: a state that no table maps, or several states whose
order is not known (of one moment, or of one day where a source gives only the day). A step into or
out of ``?`` violates no rule. A step whose time is not known may lie anywhere, so there is a ``?``
between all others, and the time of no supplement is certain.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from khop.mappings.records import Status, StatusKind, StatusRecord
from khop.mappings.states.transitions import Pair, moments

_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """``path``: "" for a history without a state. ``supplement_us``: when papers were last asked
    for (the latest change to state 5), None also where the state of the last step is not known;
    ``supplement_before_us``: when they were asked for before that. Both are microseconds of UTC."""

    path: str
    supplement_us: int | None = None
    supplement_before_us: int | None = None


def history_facts(history: Iterable[StatusRecord]) -> HistoryFacts:
    """The facts of the history of one dossier in one source."""
    records = [each for each in history if each.kind is StatusKind.STATUS]
    undated = any(each.event_at is None for each in records)
    path: list[str] = []
    supplements: list[int] = []
    before: set[Status | None] = set()
    for at_once in moments(records):
        states = {record.status for record in at_once}
        if Status.SUPPLEMENT in states - before:
            supplements.append(max(record.event_at.us for record in at_once if record.event_at))
        before = states
        only = next(iter(states)) if len(states) == 1 else None
        name = _UNKNOWN if only is None else str(only.value)
        if not path or path[-1] != name:
            path.append(name)
    if undated:
        between = f">{_UNKNOWN}>".join(name for name in path if name != _UNKNOWN)
        return HistoryFacts(between or _UNKNOWN)
    latest, second = [*reversed(supplements), None, None][:2]
    if None in before:
        latest = None
    return HistoryFacts(">".join(path), latest, second)


def path_pattern(pairs: Iterable[Pair]) -> str:
    """A regular expression that finds any of these steps in a path, for RE2, PostgreSQL and
    ``re``."""
    steps = sorted((before.value, after.value) for before, after in pairs)
    return "(?:^|>)(?:" + "|".join(f"{a}>{b}" for a, b in steps) + ")(?:>|$)"
