"""iGate's dossiers -> canonical records (specs/igate.md 3, 4, 6; rules.md 1.1).

``IgateMapping.reading``  one item of the list, or a detail -> record and history
``IgateMapping.full``     a detail -> the dossier in full, for a push
``collapse``              a history -> its changes of state
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from hashlib import sha256

from khop.connectors.igate.wire import (
    Agency,
    DossierDetail,
    DossierItem,
    FormFile,
    PersonData,
    PersonDetail,
    Procedure,
    Tag,
    Task,
)
from khop.faults import RecordError
from khop.mappings.codes import base_procedure, canonical_code
from khop.mappings.identity import actor_key, applicant_key, identity_digits, mask_name, mask_number
from khop.mappings.igate_text import (
    clean_value,
    first_text,
    step_name,
    task_label,
    vietnamese_name,
)
from khop.mappings.records import (
    Applicant,
    Attachment,
    DossierReading,
    DossierRecord,
    FullDossier,
    Instant,
    Status,
    StatusKind,
    StatusRecord,
    Step,
)
from khop.mappings.status import ChannelTable, StatusTable
from khop.mappings.text import clean_text
from khop.mappings.times import parse_wire_day, parse_wire_time
from khop.mappings.wire_shapes import each_of, read_shape

#: A dossier whose state, id or code has a shape nobody knows is not read by guess.
_ESSENTIAL = frozenset({"id", "code", "nationCode", "dossierStatus", "dossierStatus.id"})
#: Texts that JavaScript made of an absent nationCode (specs/igate.md 5).
_NO_CODE = frozenset({"", "UNDEFINED", "NULL"})
_FLAG_SET = (1, "1", True)
_CITIZEN, _ORGANISATION = 1, 4
_PERSONAL_NUMBER = (9, 12)


class IgateMapping:
    """What iGate says, as records of ``source``.

    ``key`` is the installation's secret for matching keys; ``status`` and ``channel`` are the
    deployment's code lists.
    """

    def __init__(self, source: str, key: bytes, status: StatusTable, channel: ChannelTable) -> None:
        self._source = source
        self._key = key
        self._status = status
        self._channel = channel

    def reading(self, item: object) -> DossierReading:
        """The record of a list item or detail, with its history where it carries ``task``.

        Raises RecordError (wire path, reason) when the item cannot stand as a record; what is
        only cosmetic is named in ``fields_lost`` instead.
        """
        wire, lost = read_shape(DossierItem, item, _ESSENTIAL)
        return self._read(wire, list(lost))[0]

    def full(self, item: object) -> FullDossier:
        """The dossier in full, from its detail. Raises RecordError as ``reading`` does."""
        wire, lost = read_shape(DossierDetail, item, _ESSENTIAL)
        reading, entries = self._read(wire, list(lost))
        steps = {entry.record.entry_id: entry.step for entry in entries if entry.step}
        person = wire.applicant.data if wire.applicant else None
        procedure = wire.procedure or Procedure()
        kind = wire.dossierReceivingKind
        name = vietnamese_name(procedure.translate)
        return FullDossier(
            record=reading.record,
            applicant=_applicant(person or PersonDetail()),
            procedure_name=name,
            sector_code=clean_value(procedure.sector.code) if procedure.sector else "",
            sector_name=vietnamese_name(procedure.sector.name) if procedure.sector else "",
            summary=clean_value(person.noidungyeucaugiaiquyet) if person else "",
            return_by_post=kind is not None
            and self._channel.names_post(vietnamese_name(kind.name)),
            files=tuple(_files(wire.dossierFormFile)),
            steps=tuple(steps[record.entry_id] for record in collapse(reading.history or ())),
        )

    def _read(
        self, wire: DossierItem, lost: list[str]
    ) -> tuple[DossierReading, tuple[_Entry, ...]]:
        native_id, code = _required(wire.id, "id"), _code(wire.code)
        entries = tuple(self._history(wire, native_id, code, lost))
        history = None if wire.task is None else tuple(entry.record for entry in entries)
        return DossierReading(self._record(wire, native_id, code, entries, lost), history), entries

    def _record(
        self,
        wire: DossierItem,
        native_id: str,
        code: str,
        entries: Sequence[_Entry],
        lost: list[str],
    ) -> DossierRecord:
        status, status_raw = self._state(wire.dossierStatus)
        unit = wire.agency or _NO_AGENCY
        person = wire.applicant.data if wire.applicant else None
        key, mask = self._who(person, lost) if person else (None, None)
        method = wire.applyMethod
        procedure = wire.procedure.code if wire.procedure else None
        return DossierRecord(
            source=self._source,
            native_id=native_id,
            code=code,
            aliases=_aliases(wire.nationCode, code),
            status=status,
            status_raw=status_raw,
            submitted_at=parse_wire_time(wire.appliedDate, "appliedDate"),
            received_at=parse_wire_time(wire.acceptedDate, "acceptedDate"),
            due_at=parse_wire_time(wire.appointmentDate, "appointmentDate"),
            finished_at=parse_wire_time(wire.completedDate, "completedDate"),
            returned_at=parse_wire_time(wire.returnedDate, "returnedDate"),
            entered_at=_entered_at(entries),
            changed_at=parse_wire_time(wire.updatedDate, "updatedDate"),
            no_due=wire.undefindedCompleteTime in _FLAG_SET,
            unit=vietnamese_name(unit.name) or None,
            unit_code=clean_value(unit.code) or None,
            procedure=base_procedure(procedure) if procedure else None,
            channel=self._channel.lookup(method.id, vietnamese_name(method.name))
            if method
            else None,
            applicant_key=key,
            applicant_mask=mask,
            fields_lost=tuple(lost),
        )

    def _state(self, tag: Tag | None) -> tuple[Status | None, str | None]:
        """The state, and its label; the id as text where the answer has no label."""
        if tag is None:
            return None, None
        label = vietnamese_name(tag.name)
        raw = label or ("" if tag.id is None else str(tag.id))
        return self._status.lookup(tag.id, label), raw or None

    def _who(self, person: PersonData, lost: list[str]) -> tuple[str | None, str | None]:
        """Matching key and masked display of the applicant."""
        number = identity_digits(person.identityNumber)
        name = first_text(person.fullname, person.ownerFullname, person.organization)
        birth = None
        if not number:
            try:
                birth = parse_wire_day(person.birthday, "applicant.data.birthday")
            except RecordError as error:
                lost.append(error.field)
        key = applicant_key(self._key, number, name, birth)
        return key, (mask_name(name) if name else mask_number(number)) or None

    def _history(
        self, wire: DossierItem, native_id: str, code: str, lost: list[str]
    ) -> list[_Entry]:
        """One entry for each task with a usable time, oldest first (rules.md 1.1)."""
        entries: dict[str, _Entry] = {}
        for place, task in each_of(wire.task):
            where = "task.createdDate" if place is None else f"task[{place}].createdDate"
            try:
                created = parse_wire_time(task.createdDate, where)
            except RecordError:
                created = None
            if created is None:
                lost.append(where)
                continue
            entry = self._entry(task, created, native_id, code)
            if entries.setdefault(entry.record.entry_id, entry).record != entry.record:
                entry = self._entry(task, created, native_id, code, own_id=False)
                entries[entry.record.entry_id] = entry
        return sorted(entries.values(), key=_when)

    def _entry(
        self, task: Task, created: Instant, native_id: str, code: str, *, own_id: bool = True
    ) -> _Entry:
        label = task_label(task)
        status = self._status.lookup(None, label) if label else None
        officer, office = task.assignee, vietnamese_name(task.agency.name) if task.agency else ""
        name = clean_value(officer.fullname) if officer else ""
        who = str(officer.id) if officer and officer.id is not None else name
        record = StatusRecord(
            source=self._source,
            native_id=native_id,
            entry_id=_entry_id(task.id if own_id else None, created, label, who),
            code=code,
            kind=StatusKind.STATUS,
            event_at=created,
            status=status,
            status_raw=label or None,
            entered_at=created,
            actor_key=actor_key(self._key, who) if who else None,
            unit=office or None,
        )
        if status is None:
            return _Entry(record)
        text = step_name(task) or label
        return _Entry(record, Step(created, status, text, actor=name, office=office))


@dataclass(frozen=True, slots=True)
class _Entry:
    """A task read once, for the history and for a push; no step without a known state."""

    record: StatusRecord
    step: Step | None = None


_NO_AGENCY = Agency()


def collapse(history: Sequence[StatusRecord]) -> tuple[StatusRecord, ...]:
    """The changes of state in a history: oldest first, equal neighbours one, unmapped left out.

    Of equal neighbours the first stays: it is when the state began.
    """
    known = [each for each in history if each.status is not None and each.event_at is not None]
    changes: list[StatusRecord] = []
    for each in sorted(known, key=_event_us):
        if not changes or changes[-1].status is not each.status:
            changes.append(each)
    return tuple(changes)


def _event_us(record: StatusRecord) -> int:
    return record.event_at.us if record.event_at else 0


def _when(entry: _Entry) -> int:
    return _event_us(entry.record)


def _entered_at(entries: Sequence[_Entry]) -> Instant | None:
    """When the system wrote the reception: its first entry in state 2 (rules.md 1.1)."""
    records = (entry.record for entry in entries)
    return next((each.entered_at for each in records if each.status is Status.RECEIVED), None)


def _required(text: str, field: str) -> str:
    clean = clean_text(text)
    if not clean:
        raise RecordError(field, "is blank")
    return clean


def _code(written: str) -> str:
    code = canonical_code(written)
    if not code.isprintable():
        raise RecordError("code", "holds characters that are no text")
    return _required(code, "code")


def _aliases(nation_code: str | None, code: str) -> tuple[str, ...]:
    if not nation_code:
        return ()
    alias = canonical_code(clean_text(nation_code))
    return () if alias in _NO_CODE or alias == code else (alias,)


def _entry_id(own: str | int | None, created: Instant, label: str, who: str) -> str:
    """The task's own id; where it has none, or one used twice, a digest of what it says."""
    if text := clean_value(own):
        return text
    return sha256(f"{created.us}|{label}|{who}".encode()).hexdigest()[:32]


def _applicant(person: PersonDetail) -> Applicant:
    number = identity_digits(person.identityNumber)
    organization = clean_value(person.organization)
    is_person = not organization or len(number) in _PERSONAL_NUMBER
    return Applicant(
        name=first_text(person.ownerFullname, person.fullname, organization),
        identity_number=number,
        kind=_CITIZEN if is_person else _ORGANISATION,
        phone=_phone(clean_value(person.phoneNumber)),
        email=clean_value(person.email),
    )


def _phone(written: str) -> str:
    """As it is dialled at home: ``+84…``, or a number without its leading zero, starts with 0."""
    digits = "".join(char for char in written if char.isdecimal())
    if len(digits) == 11 and digits.startswith("84"):
        return f"0{digits[2:]}"
    return f"0{digits}" if len(digits) == 9 and not digits.startswith("0") else written


def _files(forms: Sequence[FormFile | None] | FormFile | None) -> Iterator[Attachment]:
    """The submitted files. iGate names them by id; it gives no address the portal can fetch."""
    for _, form in each_of(forms):
        for _, file in each_of(form.file):
            yield Attachment(name=clean_value(file.filename), native_id=clean_value(file.id))
