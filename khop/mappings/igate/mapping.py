"""iGate's dossiers -> canonical records (docs/systems/igate.md; docs/rules.md).

``IgateMapping.reading``  one item of the list, or a detail -> record and history
``IgateMapping.full``     a detail -> the dossier in full, for a push
"""

from __future__ import annotations

import marshal
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import partial
from typing import Any, Literal, TypeVar

from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.igate.files_and_fees import attachments, read_fees
from khop.mappings.igate.history import Entry, HistoryReader, TaskRules, collapse, entered_at
from khop.mappings.igate.losses import says_nothing, times_of, unread_fields
from khop.mappings.igate.ordinary import (
    loosened,
    repaired,
    spelt_otherwise,
)
from khop.mappings.igate.person import Matched, applicant_of, has_owner, matched_by, owner_of
from khop.mappings.igate.references import is_no_value, texts_of
from khop.mappings.igate.text import flag, vietnamese_name
from khop.mappings.igate.wire import (
    CODE_MAX,
    Agency,
    DossierDetail,
    DossierItem,
    PersonDetail,
    Procedure,
    StepState,
    Tag,
)
from khop.mappings.records import DossierReading, DossierRecord, FullDossier, Status
from khop.mappings.states.status import ChannelTable, StatusTable
from khop.mappings.time.parsing import parse_wire_time
from khop.mappings.wire_shapes import read_shape, scalar_text
from khop.text.cleaning import clean_text
from khop.text.digest import hex_digest

D = TypeVar("D", bound=DossierItem)
StateField = Literal["dossierStatus", "dossierTaskStatus", "statusCurrentTask"]

#: A dossier is refused when its id or code has an unknown shape.
_ESSENTIAL = frozenset({"id", "code"})
#: Unknown keys of items that are remembered as such.
_MOST_KEYS = 10_000


@dataclass(frozen=True, slots=True)
class IgateOptions:
    """Where one deployment of iGate keeps what differs between deployments.

    ``tasks``: how its history is read. ``state``: the fields that hold the state; the first whose
    state the status table knows is taken, else the first that has one. ``file_url``: address of a
    submitted file, with ``{id}`` or ``{uuid}``; None where there is none.
    """

    tasks: TaskRules = field(default_factory=TaskRules)
    state: tuple[StateField, ...] = ("dossierStatus",)
    file_url: str | None = None

    @property
    def needs_step(self) -> bool:
        """Whether fields of the current step are read, which most deployments do not need."""
        return self.tasks.current_task != "never" or self.state != ("dossierStatus",)


class IgateMapping:
    """iGate's answers as records of ``source``.

    ``key`` is the installation's secret for matching keys; ``status`` and ``channel`` are the
    deployment's code lists.
    """

    def __init__(
        self,
        source: str,
        key: bytes,
        status: StatusTable,
        channel: ChannelTable,
        options: IgateOptions | None = None,
    ) -> None:
        self._source = source
        self._key = key
        self._status = status
        self._channel = channel
        self._options = options or IgateOptions()
        self._history = HistoryReader(source, key, status, self._options.tasks)
        self._unknown_keys: frozenset[object] = _KNOWN

    def reading(self, item: object, *, detail: bool = False) -> DossierReading:
        """The record of a list item or ``detail``, with its history where the item has ``task``.

        Raises RecordError (wire path, reason) when the item has no id or code. Any other field
        that cannot be read is named in ``fields_lost`` instead, and in ``unread`` where it leaves
        a field of the record empty.
        """
        wire, item, lost = self._shape(DossierItem, item)
        return self._read(wire, item, lost, detail)[0]

    def full(self, item: object, fees: Sequence[object] | None = None) -> FullDossier:
        """The dossier in full, from its detail and the rows of its fees; None: they were not read.
        Raises RecordError as ``reading`` does."""
        wire, item, lost = self._shape(DossierDetail, item)
        reading, entries = self._read(wire, item, lost, True)
        steps = {entry.record.entry_id: entry.step for entry in entries if entry.step}
        person = (wire.applicant.data if wire.applicant else None) or PersonDetail()
        procedure = wire.procedure or Procedure()
        kind = wire.dossierReceivingKind
        applicant = applicant_of(person, lost)
        paid = None if fees is None else read_fees(fees, reading.record.native_id, lost)
        return FullDossier(
            record=replace(reading.record, fields_lost=tuple(lost)),
            applicant=applicant,
            procedure_name=vietnamese_name(procedure.translate),
            sector_code=scalar_text(procedure.sector.code) if procedure.sector else "",
            sector_name=vietnamese_name(procedure.sector.name) if procedure.sector else "",
            summary=scalar_text(person.noidungyeucaugiaiquyet),
            return_by_post=kind is not None
            and self._channel.names_post(vietnamese_name(kind.name)),
            files=tuple(attachments(wire.dossierFormFile, self._options.file_url)),
            fees=paid,
            steps=tuple(steps[record.entry_id] for record in collapse(reading.history or ())),
            owner=owner_of(person),
        )

    def _shape(self, model: type[D], item: object) -> tuple[D, dict[str, object], list[str]]:
        """The item as ``model``, the item in its usual form, and what was lost."""
        if not isinstance(item, dict):
            raise RecordError("item", "is not an object")
        lost: list[str] = []
        unusual = not ("id" in item and "code" in item) or self._spelt_otherwise(item)
        if unusual:
            item, lost = loosened(item)
        wire, taken_out = read_shape(model, item, _ESSENTIAL, repaired)
        if not unusual and says_nothing(wire, item, taken_out):
            item, lost = loosened(item)
            wire, again = read_shape(model, item, _ESSENTIAL, repaired)
            taken_out = (*taken_out, *again)
        return wire, item, list(dict.fromkeys((*lost, *taken_out)))

    def _spelt_otherwise(self, item: dict[str, object]) -> bool:
        if item.keys() <= self._unknown_keys:
            return False
        odd = item.keys() - self._unknown_keys
        if spelt_otherwise(odd, item):
            return True
        if len(self._unknown_keys) < _MOST_KEYS:
            self._unknown_keys |= odd
        return False

    def _read(
        self, wire: DossierItem, item: Mapping[str, object], lost: list[str], detail: bool
    ) -> tuple[DossierReading, tuple[Entry, ...]]:
        native_id, code = _required(wire.id, "id"), _code(wire.code)
        step = _NO_STEP
        if self._options.needs_step:
            step, also_lost = read_shape(StepState, item, (), repaired)
            lost += also_lost
        entries = self._history.entries(wire.task, native_id, code, lost)
        carried = wire.task is not None
        if not entries and step.currentTask and self._stands_in(detail):
            carried, entries = True, self._history.entries(
                step.currentTask, native_id, code, lost, where="currentTask", state=step
            )  # fmt: skip
        history = tuple(entry.record for entry in entries) if carried else None
        record = self._record(wire, step, native_id, code, entries, lost)
        return DossierReading(record, history, partial(_said, item)), entries

    def _stands_in(self, detail: bool) -> bool:
        """Whether ``currentTask`` is used where the history is missing."""
        allowed = self._options.tasks.current_task
        return allowed == "always" or (detail and allowed == "detail")

    def _record(
        self,
        wire: DossierItem,
        step: StepState,
        native_id: str,
        code: str,
        entries: Sequence[Entry],
        lost: list[str],
    ) -> DossierRecord:
        status, status_raw = self._state(wire, step)
        unit = wire.agency or _NO_AGENCY
        person = wire.applicant.data if wire.applicant else None
        applicant = matched_by(self._key, person, lost) if person else Matched()
        method = wire.applyMethod
        procedure = _procedure(wire.procedure, lost)
        read = parse_wire_time
        times: dict[str, Any]
        try:
            times = {
                "submitted_at": read(wire.appliedDate, "appliedDate"),
                "received_at": read(wire.acceptedDate, "acceptedDate"),
                "due_at": read(wire.appointmentDate, "appointmentDate"),
                "finished_at": read(wire.completedDate, "completedDate"),
                "returned_at": read(wire.returnedDate, "returnedDate"),
                "changed_at": read(wire.updatedDate, "updatedDate"),
            }
        except RecordError:
            times = times_of(wire, lost)
        record = DossierRecord(
            source=self._source,
            native_id=native_id,
            code=code,
            aliases=_aliases(wire.nationCode, code, lost),
            status=status,
            status_raw=status_raw,
            **times,
            entered_at=entered_at(entries, lost),
            no_due=_without_due(wire.undefindedCompleteTime, lost),
            unit=vietnamese_name(unit.name) or None,
            unit_code=scalar_text(unit.code) or None,
            procedure=procedure,
            channel=self._channel.lookup(method.id, vietnamese_name(method.name))
            if method
            else None,
            applicant_key=applicant.key,
            applicant_kind=applicant.kind,
            applicant_mask=applicant.mask,
        )
        owner = ("owner",) if person is not None and has_owner(person) else ()
        if not lost and not owner:
            return record
        unread = (*unread_fields(record, lost), *owner)
        return replace(record, fields_lost=tuple(lost), unread=unread)

    def _state(self, wire: DossierItem, step: StepState) -> tuple[Status | None, str | None]:
        """The state, and its label; the id as text where the answer has no label."""
        raw: str | None = None
        for name in self._options.state:
            status, written = self._state_of(_tag(name, wire, step))
            if status is not None:
                return status, written
            raw = raw or written
        return None, raw

    def _state_of(self, tag: Tag | None) -> tuple[Status | None, str | None]:
        if tag is None:
            return None, None
        label = vietnamese_name(tag.name)
        raw = label or ("" if tag.id is None else str(tag.id))
        return self._status.lookup(tag.id, label), raw or None


def _said(item: Mapping[str, object]) -> str:
    """The digest of an item (``DossierReading.said``). Version 0 of marshal writes equal values of
    JSON in one way only, in a tenth of the time of JSON."""
    return hex_digest(marshal.dumps(list(map(item.get, _SAID)), 0))


#: What a record is made from. Another name here makes every digest another one.
_SAID = (
    *("id", "code", "nationCode", "dossierStatus", "procedure", "agency", "applyMethod"),
    *("appliedDate", "acceptedDate", "appointmentDate", "completedDate", "returnedDate"),
    *("updatedDate", "undefindedCompleteTime", "task", "currentTask"),
    *("dossierTaskStatus", "statusCurrentTask"),
)
_NO_AGENCY, _NO_STEP = Agency(), StepState()
_KNOWN: frozenset[object] = frozenset({*DossierDetail.model_fields, *StepState.model_fields})


def _tag(field: StateField, wire: DossierItem, step: StepState) -> Tag | None:
    match field:
        case "dossierTaskStatus":
            return step.dossierTaskStatus
        case "statusCurrentTask":
            return Tag(name=step.statusCurrentTask)
    return wire.dossierStatus


def _without_due(written: object, lost: list[str]) -> bool:
    """Whether the procedure has no time limit; a flag of unknown form is named in ``lost``."""
    known = flag(written)
    if known is None:
        lost.append("undefindedCompleteTime")
    return bool(known)


def _required(text: str, field: str) -> str:
    clean = clean_text(text)
    if not clean:
        raise RecordError(field, "is blank")
    if is_no_value(clean):
        raise RecordError(field, "holds a word such as undefined or null in place of a value")
    return clean


def _code(written: str) -> str:
    code = canonical_code(written)
    if not code.isprintable():
        raise RecordError("code", "holds characters that are no text")
    return _required(code, "code")


def _aliases(nation_code: object, code: str, lost: list[str]) -> tuple[str, ...]:
    """The dossier's other codes, whatever holds them; one that is no text is named in ``lost``."""
    if nation_code is None or nation_code == "":
        return ()
    found: dict[str, None] = {}
    written = [nation_code] if isinstance(nation_code, str) else texts_of(nation_code)
    for text in written:
        alias = canonical_code(clean_text(text)) if len(text) <= CODE_MAX else ""
        if (len(text) > CODE_MAX or not alias.isprintable()) and "nationCode" not in lost:
            lost.append("nationCode")
        elif alias and not is_no_value(alias) and alias != code:
            found[alias] = None
    if not written:
        lost.append("nationCode")
    return tuple(found)


def _procedure(said: Procedure | None, lost: list[str]) -> str | None:
    """The base code. A procedure of which only the name is known is named in ``lost``: it has a
    code, and nobody knows which."""
    if said is None:
        return None
    known = said.code and not is_no_value(said.code.strip())
    base = base_procedure(said.code) if known and said.code else None
    if base is None and (said.code or said.translate) and "procedure.code" not in lost:
        lost.append("procedure.code")
    return base
