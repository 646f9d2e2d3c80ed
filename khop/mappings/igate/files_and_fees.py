"""Files and fees of a dossier of iGate (docs/systems/igate.md)."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import quote

from khop.errors import RecordError
from khop.mappings.igate.text import vietnamese_name
from khop.mappings.igate.wire import FeeItem, FormFile, StoredFile
from khop.mappings.records import Attachment, Fee
from khop.mappings.wire_shapes import each_of, read_shape, scalar_text

_WHOLE = re.compile(r"\d{1,15}(?:\.00?)?", re.ASCII)


def attachments(
    forms: Sequence[FormFile | None] | FormFile | None, address: str | None
) -> Iterator[Attachment]:
    """The submitted files.

    iGate gives their ids and no address; ``address`` is the deployment's, with ``{id}`` or
    ``{uuid}``. iGate does not tell which files are results or scans of paper.
    """
    for _, form in each_of(forms):
        paper = form.procedureForm
        for _, file in each_of(form.file):
            yield Attachment(
                name=scalar_text(file.filename),
                native_id=scalar_text(file.id),
                url=_filled(address, file) if address else "",
                code=scalar_text(paper.code) if paper else "",
                paper=vietnamese_name(paper.name) if paper else "",
            )


def read_fees(rows: Iterable[object], native_id: str, lost: list[str]) -> tuple[Fee, ...] | None:
    """The fees of one dossier, from the rows of an answer that may hold those of others.

    ``amount`` is that of the row. A row with a ``quantity`` other than one is kept and its
    quantity named in ``lost``, because it is not known whether the amount includes it. A row
    without a usable amount is named in ``lost``; the fees are then not known: None.
    """
    fees: list[Fee] = []
    known = True
    for place, row in enumerate(rows):
        where = f"fees[{place}]"
        try:
            wire, errors = read_shape(FeeItem, row, ())
        except RecordError:
            lost.append(where)
            known = False
            continue
        lost += [f"{where}.{error}" for error in errors]
        if wire.dossier is None or scalar_text(wire.dossier.id) in ("", native_id):
            fee = _fee(wire, where, lost)
            fees += [fee] if fee else []
            known = known and fee is not None
    return tuple(fees) if known else None


def _fee(wire: FeeItem, where: str, lost: list[str]) -> Fee | None:
    amount = _dong(wire.amount)
    if amount is None:
        lost.append(f"{where}.amount")
        return None
    if wire.quantity is not None and _dong(wire.quantity) != 1:
        lost.append(f"{where}.quantity")
    kind = wire.procost.type if wire.procost else None
    return Fee(vietnamese_name(kind.name) if kind else "", amount, _paid(wire, amount, where, lost))


def _paid(wire: FeeItem, amount: int, where: str, lost: list[str]) -> bool | None:
    """Whether the paid amount covers the row; a truth value is taken as it is."""
    if wire.paid is None or isinstance(wire.paid, bool):
        return wire.paid
    paid = _dong(wire.paid)
    if paid is None:
        lost.append(f"{where}.paid")
        return None
    return paid >= amount


def _dong(value: object) -> int | None:
    """Whole đồng from a number or its text. Digits in groups are not read, because a dot may
    separate thousands or decimals."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return None
    found = _WHOLE.fullmatch(str(value).strip())
    return int(found[0].partition(".")[0]) if found else None


def _filled(address: str, file: StoredFile) -> str:
    """The address of one file; "" where the file lacks the id that the address needs."""
    for name, value in (("{id}", scalar_text(file.id)), ("{uuid}", scalar_text(file.uuid))):
        if name in address and not value:
            return ""
        address = address.replace(name, quote(value, safe=""))
    return address
