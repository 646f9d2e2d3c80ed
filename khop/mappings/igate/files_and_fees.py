"""Files and fees of a dossier of iGate (docs/systems/igate.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from khop.errors import RecordError
from khop.mappings.igate.text import clean_value, vietnamese_name
from khop.mappings.igate.wire import FeeItem, FormFile, StoredFile
from khop.mappings.records import Attachment, Fee
from khop.mappings.wire_shapes import each_of, read_shape

_WHOLE = re.compile(r"\d{1,15}(?:\.00?)?", re.ASCII)


def attachments(
    forms: Sequence[FormFile | None] | FormFile | None, address: str | None
) -> Iterator[Attachment]:
    """The submitted files. iGate names them by id and tells no address; ``address`` is the
    deployment's own, with ``{id}`` or ``{uuid}``. Nothing says which of them are results, or
    scans of paper."""
    for _, form in each_of(forms):
        paper = clean_value(form.procedureForm.code) if form.procedureForm else ""
        for _, file in each_of(form.file):
            yield Attachment(
                name=clean_value(file.filename),
                native_id=clean_value(file.id),
                url=_filled(address, file) if address else "",
                code=paper,
            )


def read_fees(rows: Iterable[object], native_id: str, lost: list[str]) -> tuple[Fee, ...]:
    """The fees of one dossier, from the rows of an answer that may hold those of others.

    ``amount`` is the row's own; a row with a ``quantity`` other than one is kept and its
    quantity named in ``lost``, for no source says whether it is in the amount. Rows without a
    usable amount are left out and named there.
    """
    fees: list[Fee] = []
    for place, row in enumerate(rows):
        where = f"fees[{place}]"
        try:
            wire, faults = read_shape(FeeItem, row, ())
        except RecordError:
            lost.append(where)
            continue
        lost += [f"{where}.{fault}" for fault in faults]
        if wire.dossier is None or clean_value(wire.dossier.id) in ("", native_id):
            fees += _fee(wire, where, lost)
    return tuple(fees)


def _fee(wire: FeeItem, where: str, lost: list[str]) -> Iterator[Fee]:
    amount = _dong(wire.amount)
    if amount is None:
        lost.append(f"{where}.amount")
        return
    if wire.quantity is not None and _dong(wire.quantity) != 1:
        lost.append(f"{where}.quantity")
    kind = wire.procost.type if wire.procost else None
    yield Fee(vietnamese_name(kind.name) if kind else "", amount, _paid(wire, amount, where, lost))


def _paid(wire: FeeItem, amount: int, where: str, lost: list[str]) -> bool | None:
    """Whether the amount that was paid covers the row; a truth value speaks for itself."""
    if wire.paid is None or isinstance(wire.paid, bool):
        return wire.paid
    paid = _dong(wire.paid)
    if paid is None:
        lost.append(f"{where}.paid")
        return None
    return paid >= amount


def _dong(value: object) -> int | None:
    """Whole đồng from a number or its text. Text in groups of three is not read: a dot stands
    for thousands here, and for decimals there."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _WHOLE.fullmatch(str(value).strip())
    return int(found[0].partition(".")[0]) if found else None


def _filled(address: str, file: StoredFile) -> str:
    """The address of one file; "" where what it asks for is not there."""
    for name, value in (("{id}", clean_value(file.id)), ("{uuid}", clean_value(file.uuid))):
        if name in address and not value:
            return ""
        address = address.replace(name, quote(value, safe=""))
    return address
