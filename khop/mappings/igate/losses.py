"""What of an item of iGate could not be read, and what it leaves unread in the record."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence

from khop.errors import RecordError
from khop.mappings.igate.ordinary import PERSON_KEYS, form_fields
from khop.mappings.igate.text import vietnamese_name
from khop.mappings.igate.wire import DossierItem, Task
from khop.mappings.records import DossierRecord, Instant
from khop.mappings.time.parsing import parse_wire_time

#: The record's fields that a wire field fills; what is lost leaves them unread.
_FILLS: Mapping[str, tuple[str, ...]] = {
    "nationCode": ("aliases",),
    "dossierStatus": ("status",),
    "dossierTaskStatus": ("status",),
    "statusCurrentTask": ("status",),
    "appliedDate": ("submitted_at",),
    "acceptedDate": ("received_at",),
    "appointmentDate": ("due_at",),
    "completedDate": ("finished_at",),
    "returnedDate": ("returned_at",),
    "updatedDate": ("changed_at",),
    "undefindedCompleteTime": ("no_due",),
    "agency": ("unit", "unit_code"),
    "procedure": ("procedure",),
    "applyMethod": ("channel",),
    "applicant": ("applicant_key",),
    "task": ("entered_at",),
    "currentTask": ("entered_at",),
}
_TIMES: Mapping[str, str] = {
    "appliedDate": "submitted_at",
    "acceptedDate": "received_at",
    "appointmentDate": "due_at",
    "completedDate": "finished_at",
    "returnedDate": "returned_at",
    "updatedDate": "changed_at",
}


def times_of(wire: DossierItem, lost: list[str]) -> dict[str, Instant | None]:
    """The times of an item; one that cannot be read with certainty is named in ``lost``."""
    found: dict[str, Instant | None] = {}
    for name, filled in _TIMES.items():
        try:
            found[filled] = parse_wire_time(getattr(wire, name), name)
        except RecordError:
            found[filled] = None
            lost.append(name)
    return found


def unread_fields(record: DossierRecord, lost: Sequence[str]) -> tuple[str, ...]:
    """The fields of the record that are empty because of what was lost."""
    names = dict.fromkeys(filled for path in lost for filled in _FILLS.get(_field(path), ()))
    return tuple(
        name
        for name in names
        if name == "no_due" or getattr(record, name) in (None, ()) or name == "aliases"
    )


def says_nothing(wire: DossierItem, item: Mapping[str, object], taken_out: Sequence[str]) -> bool:
    """Whether an object that the item has is read as nothing, and not because of what was taken
    out of it."""
    status, method, unit = wire.dossierStatus, wire.applyMethod, wire.agency
    procedure, applicant = wire.procedure, wire.applicant
    empty = []
    if status is not None and status.id is None and not vietnamese_name(status.name):
        empty.append("dossierStatus")
    if method is not None and method.id is None and not vietnamese_name(method.name):
        empty.append("applyMethod")
    if unit is not None and not unit.code and not vietnamese_name(unit.name):
        empty.append("agency")
    if procedure is not None and not procedure.code and not procedure.translate:
        empty.append("procedure")
    if applicant is not None:
        person = applicant.data
        nobody = person is None or not person.model_fields_set
        if nobody and form_fields(item["applicant"]).keys() & PERSON_KEYS:
            empty.append("applicant")
    if wire.task is not None:
        tasks = [wire.task] if isinstance(wire.task, Task) else wire.task
        silent = any(task is not None and not task.model_fields_set for task in tasks)
        if silent and any(_each(item["task"])):
            empty.append("task")
    return bool(empty) and not {_field(path) for path in taken_out}.issuperset(empty)


def _field(path: str) -> str:
    """The field of an item that a wire path is in."""
    return re.split(r"[.\[]", path, maxsplit=1)[0]


def _each(written: object) -> Sequence[object]:
    return written if isinstance(written, list) else [written]
