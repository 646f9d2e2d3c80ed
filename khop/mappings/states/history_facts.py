"""The facts of a history that rules use: its path of states, when states began, and by whom.

A ``path`` is the states a dossier went through, oldest first; equal neighbours are one::

    "1>2>4>9>10"

``?`` is a moment whose state is not known: a state that no table maps, or several states whose
order is not known (of one moment, or of one day where a source gives only the day). A step into or
out of ``?`` violates no rule. A step whose time is not known may lie anywhere, so there is a ``?``
between all others, and the time of no supplement is certain.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from khop.mappings.records import Instant, Precision, Status, StatusKind, StatusRecord
from khop.mappings.states.transitions import Pair, moments
from khop.text.local_time import DAY_US

_UNKNOWN = "?"


@dataclass(frozen=True, slots=True)
class HistoryFacts:
    """What rules use of one history. Times are microseconds of UTC; None where it is not certain.

    ``path``: "" for a history without a state. ``supplement_us``: when papers were last asked for
    (the latest change to state 5); ``supplement_before_us``: when they were asked for before that;
    ``supplement_after_us``: when they were first asked for after the reception. ``refused_us``,
    ``withdrawn_us``, ``stopped_us``: the latest change to state 3, 7, 8. The latest change is not
    certain where the state of the last step is not known.

    ``entered_by``: key of the officer of the first entry in state 2; ``closed_by``,
    ``closed_entered_us``: of the first entry in state 9 or 10. ``actor_key``: of who has the
    dossier now, by the current entry, else the last one; ``actor_default``: that one names nobody,
    or a name that stands for nobody; None for an empty history, or where it is not known.
    """

    path: str
    supplement_us: int | None = None
    supplement_before_us: int | None = None
    supplement_after_us: int | None = None
    refused_us: int | None = None
    withdrawn_us: int | None = None
    stopped_us: int | None = None
    entered_by: str | None = None
    closed_by: str | None = None
    closed_entered_us: int | None = None
    actor_key: str | None = None
    actor_default: bool | None = None


def history_facts(history: Iterable[StatusRecord], received: Instant | None = None) -> HistoryFacts:
    """The facts of the history of one dossier in one source. ``received``: its reception."""
    records = [each for each in history if each.kind is StatusKind.STATUS]
    undated = any(each.event_at is None for each in records)
    in_order = moments(records)
    now = _in_hands(records, [] if undated else in_order)
    path, changes = _steps(in_order)
    if undated:
        between = f">{_UNKNOWN}>".join(name for name in path if name != _UNKNOWN)
        return HistoryFacts(between or _UNKNOWN, **now)
    certain = bool(in_order) and all(each.status for each in in_order[-1])
    supplements = changes[Status.SUPPLEMENT]
    latest, second = [*reversed(supplements), None, None][:2]
    closed_by, closed_us = _first(in_order, frozenset({Status.FINISHED, Status.RETURNED}))
    return HistoryFacts(
        ">".join(path),
        supplement_us=latest if certain else None,
        supplement_before_us=second,
        supplement_after_us=_first_after(supplements, received),
        refused_us=max(changes[Status.NOT_RECEIVED], default=None) if certain else None,
        withdrawn_us=max(changes[Status.WITHDRAWN], default=None) if certain else None,
        stopped_us=max(changes[Status.STOPPED], default=None) if certain else None,
        entered_by=_first(in_order, frozenset({Status.RECEIVED}))[0],
        closed_by=closed_by,
        closed_entered_us=closed_us,
        **now,
    )


def _steps(
    in_order: Iterable[Sequence[StatusRecord]],
) -> tuple[list[str], Mapping[Status | None, list[int]]]:
    """The path, and when each state began, every time, oldest first."""
    path: list[str] = []
    changes: defaultdict[Status | None, list[int]] = defaultdict(list)
    before: set[Status | None] = set()
    for at_once in in_order:
        states = {record.status for record in at_once}
        for state in states - before:
            changes[state].append(_us(at_once))
        before = states
        only = next(iter(states)) if len(states) == 1 else None
        name = _UNKNOWN if only is None else str(only.value)
        if not path or path[-1] != name:
            path.append(name)
    return path, changes


def _us(at_once: Iterable[StatusRecord]) -> int:
    return max(record.event_at.us for record in at_once if record.event_at)


def _first(
    in_order: Iterable[Sequence[StatusRecord]], states: frozenset[Status]
) -> tuple[str | None, int | None]:
    """The officer and the time of the first entry in one of these states; no officer where there
    are several at once."""
    for at_once in in_order:
        if found := [each for each in at_once if each.status in states]:
            actors = {each.actor_key for each in found}
            return actors.pop() if len(actors) == 1 else None, _us(found)
    return None, None


def _first_after(supplements: Iterable[int], received: Instant | None) -> int | None:
    if received is None:
        return None
    by_day = received.precision is Precision.DAY
    last = received.us + (DAY_US - 1 if by_day else 0)
    return next((us for us in supplements if us > last), None)


def _in_hands(
    records: Iterable[StatusRecord], in_order: Sequence[Sequence[StatusRecord]]
) -> dict[str, Any]:
    """Who has the dossier now. Of several current entries, one in a person's hands counts."""
    last = in_order[-1] if in_order else ()
    now = [each for each in records if each.current] or last
    if not now or (chosen := max(now, key=_certainty)).held is None:
        return {}
    return {"actor_key": chosen.actor_key, "actor_default": not chosen.held}


def _certainty(entry: StatusRecord) -> int:
    """A person before what is not known, and that before nobody."""
    return {True: 2, None: 1, False: 0}[entry.held]


def path_pattern(pairs: Iterable[Pair]) -> str:
    """A regular expression that finds any of these steps in a path, for RE2, PostgreSQL and
    ``re``."""
    steps = sorted((before.value, after.value) for before, after in pairs)
    return "(?:^|>)(?:" + "|".join(f"{a}>{b}" for a, b in steps) + ")(?:>|$)"
