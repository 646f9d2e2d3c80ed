"""Answers to the portal's look-up, read into one record (docs/systems/dvcqg.md, docs/rules.md).

The fields of an answer are not published, and keys come in any case. An answer may hold several
items, and items of other dossiers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import reduce
from typing import Any

from khop.errors import RecordError
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.dvcqg.wire import LookupItem
from khop.mappings.records import DossierRecord, Instant, Status
from khop.mappings.states.status import ChannelTable, StatusTable
from khop.mappings.time.parsing import parse_wire_time
from khop.mappings.wire_shapes import known_keys, read_shape, scalar_text

#: Record field -> the wire field that fills it, for ``fields_lost``.
_WIRE = {
    "status": "TrangThaiHoSo",
    "submitted_at": "NgayNopHoSo",
    "received_at": "NgayTiepNhan",
    "due_at": "NgayHenTra",
    "finished_at": "NgayKetThucXuLy",
    "returned_at": "NgayTra",
    "unit": "DonViXuLy",
    "unit_code": "MaDonViXuLy",
    "procedure": "MaTTHC",
    "channel": "KenhThucHien",
}


@dataclass(frozen=True, slots=True)
class LookupSource:
    """The source that answers, and the portal's code lists of states and channels."""

    name: str
    status: StatusTable
    channel: ChannelTable


def lookup_record(items: Sequence[object], code: str, source: LookupSource) -> DossierRecord | None:
    """One record of the items of the canonical ``code``; None when there is no item.

    Raises RecordError when there are items and none is of that dossier.
    """
    if not items:
        return None
    records = [_record(wire, code, lost, source) for wire, lost in _of_code(items, code)]
    return reduce(_agreed, records)


def _record(
    wire: LookupItem, code: str, lost: Iterable[str], source: LookupSource
) -> DossierRecord:
    dates = _Dates(wire, lost)
    status, status_raw = _state(wire, source.status)
    submitted = dates.read("NgayNopHoSo") or dates.read("NgayNop")
    record = DossierRecord(
        source=source.name,
        native_id=code,
        code=code,
        status=status,
        status_raw=status_raw,
        submitted_at=submitted,
        received_at=dates.read("NgayTiepNhan"),
        due_at=dates.read("NgayHenTra"),
        finished_at=dates.read("NgayKetThucXuLy"),
        returned_at=dates.read("NgayTra"),
        unit=scalar_text(wire.DonViXuLy) or None,
        unit_code=scalar_text(wire.MaDonViXuLy) or None,
        procedure=base_procedure(scalar_text(wire.MaTTHC)),
        channel=source.channel.lookup(wire.KenhThucHien, scalar_text(wire.KenhThucHien)),
        fields_lost=tuple(dates.lost),
    )
    return replace(record, unread=_unread(record, dates.lost)) if dates.lost else record


def _unread(record: DossierRecord, lost: Collection[str]) -> tuple[str, ...]:
    """The empty fields of the record whose wire field was lost."""
    named = {"submitted_at": {"NgayNopHoSo", "NgayNop"}, "status": {"MaTrangThai", "TrangThaiHoSo"}}
    return tuple(
        field
        for field, wire_name in _WIRE.items()
        if getattr(record, field) is None and named.get(field, {wire_name}) & set(lost)
    )


def _state(wire: LookupItem, table: StatusTable) -> tuple[Status | None, str | None]:
    """MaTrangThai, else TrangThaiHoSo, each a code or a label (docs/rules.md)."""
    code, label = scalar_text(wire.MaTrangThai), scalar_text(wire.TrangThaiHoSo)
    by_code, by_label = (table.lookup(text, text) for text in (code, label))
    status = by_code or by_label
    # People read the label; it is used unless it means another state than the code.
    raw = label if by_label in (None, status) else ""
    return status, raw or code or None


class _Dates:
    """Reads an item's dates; a bad one is None and named, since look-ups have no quarantine."""

    def __init__(self, wire: LookupItem, lost: Iterable[str]) -> None:
        self._wire = wire
        self.lost = list(lost)

    def read(self, field: str) -> Instant | None:
        value = getattr(self._wire, field)
        if isinstance(value, int) and not isinstance(value, bool):
            value = str(value)  # 20250114081530 without its quotes
        try:
            return parse_wire_time(value, field)
        except RecordError:
            self.lost.append(field)
            return None


def _of_code(items: Sequence[object], code: str) -> list[tuple[LookupItem, tuple[str, ...]]]:
    """The items of ``code``; an only item may have no code."""
    exact = (known_keys(item, LookupItem) if isinstance(item, Mapping) else item for item in items)
    read = [read_shape(LookupItem, item, ()) for item in exact]
    own = [each for each in read if code in map(canonical_code, _codes(each[0]))]
    if own:
        return own
    if len(read) > 1 or any(_codes(read[0][0])) or "MaHoSo" in read[0][1]:
        raise RecordError("MaHoSo", "no item of the answer is about the dossier asked for")
    if all(value in (None, "") for value in read[0][0].model_dump().values()):
        raise RecordError("MaHoSo", "the answer has an item without any known field")
    return read


def _codes(wire: LookupItem) -> tuple[str, str]:
    return scalar_text(wire.MaHoSo), scalar_text(wire.MaSoHoSo)


def _agreed(one: DossierRecord, other: DossierRecord) -> DossierRecord:
    """One record of two items; a contradicted field is None, a missing one comes from the other."""
    changes: dict[str, Any] = {}
    lost = [*one.fields_lost, *other.fields_lost]
    for field, wire_name in _WIRE.items():
        mine, theirs = getattr(one, field), getattr(other, field)
        if wire_name in lost or _contradict(field, one, other):
            changes[field] = None
            lost.append(wire_name)
        elif mine is None:
            changes[field] = theirs
    # A contradicted state is not an unmapped one, so it has no text either.
    contradicted = _WIRE["status"] in lost
    changes["status_raw"] = None if contradicted else one.status_raw or other.status_raw
    agreed = replace(one, **changes, fields_lost=tuple(dict.fromkeys(lost)))
    return replace(agreed, unread=_unread(agreed, lost))


def _contradict(field: str, one: DossierRecord, other: DossierRecord) -> bool:
    mine, theirs = getattr(one, field), getattr(other, field)
    if field == "status" and one.status_raw and other.status_raw:
        # Two unmapped states contradict each other unless their texts are equal.
        return mine != theirs or (mine is None and one.status_raw != other.status_raw)
    return mine is not None and theirs is not None and mine != theirs
