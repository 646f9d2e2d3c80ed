"""The tasks of a dossier of iGate -> its history (docs/systems/igate.md; docs/rules.md).

``TaskRules``       how a deployment's tasks are read
``HistoryReader``   tasks -> entries, oldest first
``collapse``        a history -> its changes of state
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from hashlib import sha256
from typing import Literal, TypeAlias

from khop.errors import RecordError
from khop.mappings.facts.packaged import load_table
from khop.mappings.identity import actor_key, fold_name
from khop.mappings.igate.text import TASK_LABELS, flag, step_name, vietnamese_name
from khop.mappings.igate.wire import StepState, Task
from khop.mappings.records import Instant, Status, StatusKind, StatusRecord, Step
from khop.mappings.states.status import StatusTable
from khop.mappings.time.parsing import parse_wire_time
from khop.mappings.wire_shapes import each_of, scalar_text

Tasks: TypeAlias = Sequence[Task | None] | Task | None

TaskLabel = Literal[
    "activitiTask.status",
    "name",
    "bpmProcessDefinitionTask.name",
    "bpmProcessDefinitionTask.remind",
    "definitionTask.name",
    "definitionTask.definitionKey",
]
#: Paths of what decides about a task's place in the history and its state.
_STATE_OR_TIME = re.compile(r"(?:task|currentTask)(?:\[\d+\])?(?!\.(?:id|assignee|agency)\b)")
TaskDate = Literal["createdDate", "updatedDate"]


@dataclass(frozen=True, slots=True)
class TaskRules:
    """How tasks become entries; the defaults are those of docs/rules.md.

    ``label``: the fields that may hold the label of the state; the first whose label the status
    table knows is taken, else the first that has one. ``event``, ``entered``: the fields of the
    date of the event and of its entry; the first one filled is taken. ``open_tasks``: whether a
    current task, which has not ended, counts. ``current_task``: whether ``currentTask`` is used
    where the history is missing: in a detail, also in lists, or never.
    """

    label: tuple[TaskLabel, ...] = ("activitiTask.status",)
    event: tuple[TaskDate, ...] = ("createdDate",)
    entered: tuple[TaskDate, ...] = ("createdDate",)
    open_tasks: bool = True
    current_task: Literal["never", "detail", "always"] = "never"


@dataclass(frozen=True, slots=True)
class Entry:
    """A task as an entry of the history and a step of a push; no step without a mapped state."""

    record: StatusRecord
    step: Step | None = None


@dataclass(frozen=True, slots=True)
class _Facts:
    """What was read of one task: its two times, the label of its state, and whether it is in a
    person's hands (``StatusRecord.held``). ``event``: None where the task may lie anywhere in the
    history."""

    event: Instant | None
    entered: Instant | None
    label: str
    held: bool | None = None


class HistoryReader:
    """Reads tasks of the deployment ``source``. ``key``: secret for the keys of officers."""

    def __init__(self, source: str, key: bytes, status: StatusTable, rules: TaskRules) -> None:
        self._source = source
        self._key = key
        self._status = status
        self._rules = rules

    def entries(
        self, tasks: Tasks, native_id: str, code: str, lost: list[str], *, where: str = "task",
        state: StepState | None = None,
    ) -> tuple[Entry, ...]:  # fmt: skip
        """One entry for each task, oldest first; those whose time or label cannot be read come
        before the others and have no time.

        ``state``: the step of the dossier, which gives the label of a current task without one.
        Unusable fields are added to ``lost``; tasks in ``lost`` count as unreadable.
        """
        entries: dict[str, Entry] = {}
        for path in _lost_tasks(where, lost) if lost else ():
            entry = self._entry(Task(id=path), _Facts(None, None, ""), native_id, code)
            entries[path] = entry
        for place, task in each_of(tasks):
            path = where if place is None else f"{where}[{place}]"
            if not self._rules.open_tasks and flag(task.isCurrent):
                continue
            dates = _Dates(task, path, lost)
            event = dates.first(self._rules.event)
            if event is None:
                dates.miss(self._rules.event[0])
            entered = dates.first(self._rules.entered)
            label = self._label(task, path, lost) or _state_label(task, state)
            facts = _Facts(event, entered, label, _held(task, f"{path}.assignee", lost))
            entry = self._entry(task, facts, native_id, code)
            first = entries.setdefault(entry.record.entry_id, entry)
            if first.record != entry.record:
                # an id that two tasks have says of neither which one it was before
                shared = replace(first.record, own_id=False)
                entries[shared.entry_id] = replace(first, record=shared)
                entry = self._entry(task, facts, native_id, code, own_id=False)
                entries[entry.record.entry_id] = entry
        return tuple(sorted(entries.values(), key=lambda entry: _event_us(entry.record)))

    def _label(self, task: Task, path: str, lost: list[str]) -> str:
        first = ""
        for name in self._rules.label:
            label = TASK_LABELS[name](task)
            if label is None:
                lost.append(f"{path}.{name}")
            elif label and self._status.lookup(None, label) is not None:
                return label
            first = first or label or ""
        return first

    def _entry(
        self, task: Task, facts: _Facts, native_id: str, code: str, *, own_id: bool = True
    ) -> Entry:
        event, label = facts.event, facts.label
        status = self._status.lookup(None, label) if label else None
        officer, office = task.assignee, vietnamese_name(task.agency.name) if task.agency else ""
        name = scalar_text(officer.fullname) if officer else ""
        who = str(officer.id) if officer and officer.id is not None else name
        record = StatusRecord(
            source=self._source,
            native_id=native_id,
            entry_id=_entry_id(task.id if own_id else None, event, label, who),
            code=code,
            kind=StatusKind.STATUS,
            event_at=event,
            status=status,
            status_raw=label or None,
            entered_at=facts.entered,
            actor_key=actor_key(self._key, who) if who else None,
            unit=office or None,
            own_id=own_id and bool(scalar_text(task.id)),
            current=flag(task.isCurrent) or False,
            held=facts.held,
        )
        if status is None or event is None:
            return Entry(record)
        text = step_name(task) or label
        return Entry(record, Step(event, status, text, actor=name, office=office))


def _held(task: Task, path: str, lost: Iterable[str]) -> bool | None:
    """Whether a task is in a person's hands (``StatusRecord.held``). ``path``: of its assignee."""
    officer = task.assignee
    name = officer.fullname if officer else None
    if name is None or not scalar_text(name):
        if any(place.startswith(path) for place in lost) or "assignee" not in task.model_fields_set:
            return None
        return name is None and officer is not None and officer.id is not None
    return fold_name(scalar_text(name)) not in _nobody()


@cache
def _nobody() -> frozenset[str]:
    return frozenset(map(fold_name, load_table("nobody")["names"]))


def _lost_tasks(where: str, lost: Iterable[str]) -> list[str]:
    """The paths in ``lost`` that are whole tasks."""
    return [path for path in lost if re.fullmatch(rf"{re.escape(where)}\[\d+\]", path)]


class _Dates:
    """The dates of one task, each read once; a bad one is named once."""

    def __init__(self, task: Task, path: str, lost: list[str]) -> None:
        self._written = {"createdDate": task.createdDate, "updatedDate": task.updatedDate}
        self._path = path
        self._lost = lost
        self._read: dict[str, Instant | None] = {}

    def first(self, names: Iterable[TaskDate]) -> Instant | None:
        return next((found for name in names if (found := self._date(name))), None)

    def miss(self, name: TaskDate) -> None:
        where = f"{self._path}.{name}"
        if where not in self._lost:
            self._lost.append(where)

    def _date(self, name: TaskDate) -> Instant | None:
        if name not in self._read:
            try:
                self._read[name] = parse_wire_time(self._written[name], name)
            except RecordError:
                self._read[name] = None
                self.miss(name)
        return self._read[name]


def collapse(history: Sequence[StatusRecord]) -> tuple[StatusRecord, ...]:
    """The changes of state in a history, oldest first, without unmapped states.

    Of neighbours with equal state the first is kept, which is when the state began.
    """
    known = [each for each in history if each.status is not None and each.event_at is not None]
    changes: list[StatusRecord] = []
    for each in sorted(known, key=_event_us):
        if not changes or changes[-1].status is not each.status:
            changes.append(each)
    return tuple(changes)


def entered_at(entries: Sequence[Entry], lost: Iterable[str]) -> Instant | None:
    """The entry time of the reception: that of the first entry in state 2 (docs/rules.md). None
    where an entry of which time or state were lost may come before it."""
    if any(_STATE_OR_TIME.match(path) for path in lost):
        return None
    records = (entry.record for entry in entries)
    return next((each.entered_at for each in records if each.status is Status.RECEIVED), None)


def step_labels(state: StepState) -> Iterator[str]:
    """The labels of a dossier's current step, the citizen's first (docs/systems/igate.md)."""
    yield scalar_text(state.statusCurrentTask)
    yield vietnamese_name(state.dossierTaskStatus.name) if state.dossierTaskStatus else ""


def _state_label(task: Task, state: StepState | None) -> str:
    if state is None or not flag(task.isCurrent):
        return ""
    return next(filter(None, step_labels(state)), "")


def _entry_id(own: str | int | None, event: Instant | None, label: str, who: str) -> str:
    """The task's own id; without one, a digest of the task."""
    if text := scalar_text(own):
        return text
    return sha256(f"{event.us if event else ''}|{label}|{who}".encode()).hexdigest()[:32]


def _event_us(record: StatusRecord) -> int:
    return record.event_at.us if record.event_at else 0
