"""Which state may follow which, and the steps of a history that violate this.

The matrix is data (``data/status_transitions.toml``; docs/domain.md, States). Its ordinary steps,
which need no evidence::

    1 new -> 2 received -> 4 in progress -> 9 finished -> 10 returned
    5 supplement -> 2, 4        6 financial duty -> 4

A history is the states of one dossier in one source. Feeds arrive out of order and leave steps
out, so a violation needs an explanation and is never a reason to refuse a record.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import cache
from itertools import pairwise, product

from khop.errors import ConfigError
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Precision, Status, StatusKind, StatusRecord


class StepMark(StrEnum):
    """The kinds of changes of state in the matrix."""

    ORDINARY = "ordinary"
    #: Legal, but needs evidence.
    EVIDENCE = "evidence"
    #: Should never happen without a correction.
    FORBIDDEN = "forbidden"


@dataclass(frozen=True, slots=True)
class Cell:
    """One cell of the matrix. ``evidence``: what the step needs as evidence, where known."""

    mark: StepMark
    evidence: str = ""


Pair = tuple[Status, Status]


@dataclass(frozen=True, slots=True)
class TransitionMatrix:
    """Cells by (state before, state after). A pair without a cell is legal."""

    cells: Mapping[Pair, Cell]

    def cell(self, before: Status, after: Status) -> Cell | None:
        """The cell of the step; None when there is none, which makes the step legal."""
        return self.cells.get((before, after))

    def missing_between(self, before: Status, after: Status) -> tuple[Status, ...]:
        """The states between the two on the shortest way of ordinary steps.

        Empty when the step is ordinary itself, or no such way exists. Steps that need evidence
        are not used.
        """
        ways: dict[Status, tuple[Status, ...]] = {before: ()}
        waiting = [before]
        for here in waiting:
            for there in Status:
                cell = self.cell(here, there)
                if there not in ways and cell is not None and cell.mark is StepMark.ORDINARY:
                    ways[there] = (*ways[here], there)
                    waiting.append(there)
        return ways.get(after, ())[:-1]

    def allows(self, before: Status, after: Status, *, tolerate_missing: bool = True) -> bool:
        """Whether the step is not forbidden, or is explained by ordinary steps not recorded."""
        cell = self.cell(before, after)
        if cell is None or cell.mark is not StepMark.FORBIDDEN:
            return True
        return tolerate_missing and bool(self.missing_between(before, after))

    def forbidden_pairs(self, *, tolerate_missing: bool = True) -> frozenset[Pair]:
        """The pairs that ``allows`` refuses, for a rule that runs in SQL."""
        return frozenset(
            pair for pair in self.cells if not self.allows(*pair, tolerate_missing=tolerate_missing)
        )


@dataclass(frozen=True, slots=True)
class StateStep:
    """Two records of a history that follow each other, in different states.

    ``cell``: the cell of the matrix. ``missing``: the ordinary states between the two that would
    explain a forbidden step and were not recorded.
    """

    before: StatusRecord
    after: StatusRecord
    cell: Cell | None
    missing: tuple[Status, ...] = ()


def transition_matrix(
    overrides: Mapping[str, object] | None = None, *, key: str = "transitions"
) -> TransitionMatrix:
    """The packaged matrix with a deployment's cells over it.

    ``overrides`` has the shape of the packaged table: ``from.4.ordinary = { 2 = "…" }``. A mark
    has a table of states and their evidence, or a list of states. Raises ConfigError, naming the
    path under ``key``.
    """
    packaged = _packaged()
    if overrides is None:
        return packaged
    table = _table(overrides, key)
    if unknown := [name for name in table if name != "from"]:
        raise ConfigError("is not known here; write from.STATE", key=f"{key}.{unknown[0]}")
    return TransitionMatrix({**packaged.cells, **_cells(table.get("from", {}), f"{key}.from")})


def illegal_steps(
    history: Iterable[StatusRecord],
    matrix: TransitionMatrix | None = None,
    *,
    tolerate_missing: bool = True,
) -> tuple[StateStep, ...]:
    """The steps of a history that the matrix forbids, oldest first.

    The history is sorted by event time first; records of another kind than ``status`` or without
    an event time are ignored. Unknown facts are no violation: a step from or to a state that no
    table maps, and the order of records of one moment, or of one day where the source gives one
    of them by day only. ``tolerate_missing``: a step is no violation when ordinary steps that
    were not recorded would explain it, such as 1 to 4 (docs/domain.md, States). Without it every
    forbidden step counts (docs/rules.md, B8).
    """

    def forbidden(step: StateStep) -> bool:
        if step.cell is None or step.cell.mark is not StepMark.FORBIDDEN:
            return False
        return not (tolerate_missing and step.missing)

    return _steps(history, matrix or _packaged(), forbidden)


def steps_with_evidence(
    history: Iterable[StatusRecord], matrix: TransitionMatrix | None = None
) -> tuple[StateStep, ...]:
    """The steps that are legal but need evidence, in the order of ``illegal_steps``."""

    def needs_evidence(step: StateStep) -> bool:
        return step.cell is not None and step.cell.mark is StepMark.EVIDENCE

    return _steps(history, matrix or _packaged(), needs_evidence)


def state_on(history: Iterable[StatusRecord], day: date) -> Status | None:
    """The state a dossier was in at the end of a local day.

    None when nothing is recorded until then, when no table maps the state of the latest record,
    and when records of the latest moment name several states.
    """
    until = [records for (on, _), records in _timed(history) if on <= day]
    states = {record.status for records in until[-1:] for record in records}
    return states.pop() if len(states) == 1 else None


def _steps(
    history: Iterable[StatusRecord], matrix: TransitionMatrix, wanted: Callable[[StateStep], bool]
) -> tuple[StateStep, ...]:
    """Steps between neighbouring moments, where every possible order of records is ``wanted``."""
    readings = (
        [_step(a, b, matrix) for a, b in product(before, after)]
        for before, after in pairwise(moments(history))
    )
    return tuple(steps[0] for steps in readings if all(map(wanted, steps)))


def moments(history: Iterable[StatusRecord]) -> list[list[StatusRecord]]:
    """The records of a history by moment, oldest first.

    Records whose order is not known are one moment: those of one time, and those of one day where
    the source gives one of them by day only. Records of another kind than ``status`` or without
    an event time are ignored.
    """
    return [records for _, records in _timed(history)]


def _timed(history: Iterable[StatusRecord]) -> list[tuple[tuple[date, int], list[StatusRecord]]]:
    timed = [
        (record.event_at, record)
        for record in history
        if record.kind is StatusKind.STATUS and record.event_at is not None
    ]
    by_day = {event.local_date for event, _ in timed if event.precision is Precision.DAY}
    found: dict[tuple[date, int], list[StatusRecord]] = {}
    for event, record in timed:
        day = event.local_date
        found.setdefault((day, 0 if day in by_day else event.us), []).append(record)
    return [(moment, found[moment]) for moment in sorted(found)]


def _step(before: StatusRecord, after: StatusRecord, matrix: TransitionMatrix) -> StateStep:
    """The step with its cell; without one when a state is not mapped."""
    if before.status is None or after.status is None:
        return StateStep(before, after, None)
    cell = matrix.cell(before.status, after.status)
    if cell is None or cell.mark is not StepMark.FORBIDDEN:
        return StateStep(before, after, cell)
    return StateStep(before, after, cell, matrix.missing_between(before.status, after.status))


@cache
def _packaged() -> TransitionMatrix:
    return TransitionMatrix(_cells(load_table("status_transitions")["from"], "from"))


def _cells(rows: object, key: str) -> dict[Pair, Cell]:
    cells: dict[Pair, Cell] = {}
    for start, marks in _table(rows, key).items():
        before = _status(start, f"{key}.{start}")
        for mark, ends in _table(marks, f"{key}.{start}").items():
            where = f"{key}.{start}.{mark}"
            for after, cell in _row(mark, ends, where):
                if cells.setdefault((before, after), cell) is not cell:
                    raise ConfigError(f"names state {after.value} twice; keep one", key=where)
    return cells


def _row(mark: str, ends: object, where: str) -> Iterator[tuple[Status, Cell]]:
    if mark not in tuple(StepMark):
        raise ConfigError(f"is no mark; write one of {', '.join(StepMark)}", key=where)
    # A forbidden step names no evidence, so a list of states is enough.
    pairs = [(end, "") for end in ends] if isinstance(ends, list) else _table(ends, where).items()
    for end, evidence in pairs:
        if not isinstance(evidence, str):
            raise ConfigError("is not a text that names the evidence", key=f"{where}.{end}")
        yield _status(end, f"{where}.{end}"), Cell(StepMark(mark), evidence)


def _table(value: object, key: str) -> Mapping[str, object]:
    if isinstance(value, Mapping):
        return value
    raise ConfigError("is not a table of states", key=key)


def _status(written: object, where: str) -> Status:
    text = str(written)
    if text.isascii() and text.isdecimal() and len(text) <= 2:
        try:
            return Status(int(text))
        except ValueError:
            pass
    raise ConfigError("is not one of the portal's states, 1 to 10", key=where)
