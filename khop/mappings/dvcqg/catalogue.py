"""The portal's catalogues -> procedures, services, units, dictionaries (docs/systems/dvcqg.md).

``procedure_codes``   rows of LayDanhSachTTHC -> codes
``procedure_entry``   the answer of LayThuTuc -> ProcedureEntry
``procedure_names``   the names and codes that a push needs of it
``online_services``   rows of LayDVC
``unit_items``        rows of LayDanhMucCoQuan
``sector_items``      rows of LayDanhMucLinhVuc
``dictionary_items``  rows of any list of codes
``technical_id``      the answer of TraCuuTechID
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, TypeVar

from pydantic import BaseModel

from khop.errors import RecordError
from khop.mappings.catalogue_records import CatalogueItem, FeeRate, ProcedureEntry, TimeLimit
from khop.mappings.codes.procedure import base_procedure
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.dvcqg.wire_catalogue import (
    FeeItem,
    ListedProcedure,
    OnlineServiceItem,
    ProcedureItem,
    ResultItem,
    SectorItem,
    TimeItem,
    UnitItem,
)
from khop.mappings.facts.packaged import load_table
from khop.mappings.records import Channel
from khop.mappings.states.status import ChannelTable
from khop.mappings.wire_shapes import each_of, read_shape
from khop.text.cleaning import clean_text, fold_label

M = TypeVar("M", bound=BaseModel)
T = TypeVar("T")
Row = Mapping[str, object]

#: The deepest level whose keys are changed to capitals; a procedure has four.
_DEEPEST = 8
_DIGITS = re.compile(r"\d{1,15}(?:[.,]0{1,2})?", re.ASCII)
_GROUPED = re.compile(r"\d{1,3}(?:\.\d{3})+|\d{1,3}(?:,\d{3})+", re.ASCII)
_LEVELS = range(4)
_CODE, _NAME = "MA", "TEN"


@dataclass(frozen=True, slots=True)
class ProcedureNames:
    """Names and codes of the catalogue for a push; "" where there is none. ``result_code`` and
    ``result_name`` only where there is one possible result."""

    name: str = ""
    sector_code: str = ""
    sector_name: str = ""
    result_code: str = ""
    result_name: str = ""


@dataclass(frozen=True, slots=True)
class OnlineService:
    """A public service of the portal. ``applies``: the rows of APDUNGDVC unchanged, since their
    fields are not published."""

    code: str
    name: str
    procedure: str = ""
    procedure_name: str = ""
    issuer: str = ""
    sector: str = ""
    applies: tuple[object, ...] = ()


def procedure_codes(rows: Sequence[object]) -> tuple[str, ...]:
    """The codes of a list of procedures, each once, in its order.

    A row without a code is ignored. Raises RecordError when no row has one.
    """
    codes = (plain(_shape(ListedProcedure, row)[0].MATTHC) for row in rows)
    return _some(tuple(dict.fromkeys(filter(None, codes))), rows, "MATTHC")


def procedure_entry(
    rows: Sequence[object], code: str, channels: ChannelTable
) -> ProcedureEntry | None:
    """The procedure ``code`` among the rows; None when there is no row.

    Raises RecordError when there are rows and none is of that procedure.
    """
    if not rows:
        return None
    wire, lost = _row_of(rows, code)
    return _entry(wire, plain(wire.MATTHC) or code, channels, [*lost])


def procedure_names(row: object) -> ProcedureNames:
    """Names and codes of one LayThuTuc item; fields that do not fit are ignored."""
    wire, _ = _shape(ProcedureItem, row)
    sector = next((each for _, each in each_of(wire.LINHVUCTHUCHIEN)), SectorItem())
    results = [each for _, each in each_of(wire.KETQUATHUCHIEN)]
    # Of several possible results, the catalogue does not say which one a dossier has.
    result = results[0] if len(results) == 1 else ResultItem()
    return ProcedureNames(
        name=plain(wire.TENTTHC),
        sector_code=plain(sector.MALINHVUC),
        sector_name=plain(sector.TENLINHVUC),
        result_code=plain(result.MAKETQUA),
        result_name=plain(result.TENKETQUA),
    )


def online_services(rows: Iterable[object]) -> tuple[OnlineService, ...]:
    """The public services. Raises RecordError for a row without a code."""
    return tuple(map(_online_service, rows))


def dictionary_service(name: str) -> str:
    """The service of a dictionary, by its short name or its full name. Raises RecordError."""
    known: Mapping[str, str] = load_table("dvcqg_catalogue")["dictionaries"]
    if name in known.values():
        return name
    if name not in known:
        raise RecordError("dictionary", f"is none of {', '.join(known)}")
    return known[name]


def dictionary_items(rows: Iterable[object]) -> tuple[CatalogueItem, ...]:
    """Code and name of each row, from its columns MA… and TEN… with the same ending.

    Raises RecordError when a row has no such pair, or several.
    """
    return tuple(map(_dictionary_item, rows))


def unit_items(rows: Sequence[object]) -> tuple[CatalogueItem, ...]:
    """Units by code. Rows as in ``procedure_codes``."""
    wires = [_shape(UnitItem, row)[0] for row in rows]
    items = (CatalogueItem(plain(w.MADONVI), plain(w.TENDONVI)) for w in wires)
    return _some(tuple(item for item in items if item.code), rows, "MADONVI")


def sector_items(rows: Sequence[object]) -> tuple[CatalogueItem, ...]:
    """Sectors by code; ``parent`` is the branch (MANGANH). Rows as in ``procedure_codes``."""
    wires = [_shape(SectorItem, row)[0] for row in rows]
    items = (
        CatalogueItem(plain(w.MALINHVUC), plain(w.TENLINHVUC), plain(w.MANGANH)) for w in wires
    )
    return _some(tuple(item for item in items if item.code), rows, "MALINHVUC")


def technical_id(rows: Sequence[object]) -> str | None:
    """The portal account of the answer; None for none.

    Raises RecordError when the answer names several, or a row names none.
    """
    found = {plain(upper_keys(row).get("TECHNICALID")) for row in rows if isinstance(row, Mapping)}
    if len(found) > 1 or "" in found:
        raise RecordError("TECHNICALID", "is missing, or several accounts are named")
    return next(iter(found), None)


def upper_keys(item: Mapping[Any, object]) -> dict[str, object]:
    """The item with all keys in capitals, also in its lists and objects. A key that was written in
    capitals comes before another spelling of it."""
    return _upper(item, 0)


def plain(value: object) -> str:
    """A scalar as clean text; "" for null and for anything else."""
    if isinstance(value, bool) or not isinstance(value, str | int | float):
        return ""
    if isinstance(value, float) and value.is_integer():
        value = int(value)
    return clean_text(str(value))


def _entry(
    wire: ProcedureItem, code: str, channels: ChannelTable, lost: list[str]
) -> ProcedureEntry:
    """The entry of one procedure; fields that cannot be used are added to ``lost``."""
    sectors = [(s.MALINHVUC, s.TENLINHVUC) for _, s in each_of(wire.LINHVUCTHUCHIEN)]
    results = [(r.MAKETQUA, r.TENKETQUA) for _, r in each_of(wire.KETQUATHUCHIEN)]
    units = [(u.MADONVI, u.TENDONVI) for _, u in each_of(wire.COQUANTHUCHIEN)]
    limits, levels = tuple(_limits(wire, channels, lost)), tuple(_levels(wire, lost))
    state = plain(wire.TRANGTHAI)
    return ProcedureEntry(
        code=code,
        name=plain(wire.TENTTHC),
        public=state == load_table("dvcqg_catalogue")["state"]["public"] if state else None,
        sectors=_items(sectors),
        limits=limits,
        results=_items(results),
        papers=tuple(_papers(wire)),
        units=_items(units),
        levels=levels,
        fields_lost=tuple(dict.fromkeys(lost)),
    )


def _limits(wire: ProcedureItem, channels: ChannelTable, lost: list[str]) -> Iterator[TimeLimit]:
    for place, way in each_of(wire.CACHTHUCTHUCHIEN):
        written = plain(way.KENH)
        channel = channels.lookup(written, written) if written else None
        if written and channel is None:
            lost.append(_within("CACHTHUCTHUCHIEN", place, "KENH"))
        times = [time for _, time in each_of(way.THOIGIAN)]
        if not times:
            # The channel is open, and the catalogue gives no time limit for it.
            yield TimeLimit(channel, None)
        yield from (_limit(channel, time) for time in times)


def _papers(wire: ProcedureItem) -> Iterator[CatalogueItem]:
    for _, case in each_of(wire.THANHPHANHOSO):
        for _, paper in each_of(case.GIAYTO):
            code, name = plain(paper.MAGIAYTO), plain(paper.TENGIAYTO)
            if code or name:
                yield CatalogueItem(code, name, plain(case.TRUONGHOP))


def _levels(wire: ProcedureItem, lost: list[str]) -> Iterator[int]:
    for place, level in each_of(wire.CAPTHUCHIEN):
        number = _whole(level.CAPTHUCHIEN)
        if number is not None and number in _LEVELS:
            yield number
        elif plain(level.CAPTHUCHIEN):
            lost.append(_within("CAPTHUCHIEN", place, "CAPTHUCHIEN"))


def _limit(channel: Channel | None, time: TimeItem) -> TimeLimit:
    amount = _whole(time.THOIGIANGIAIQUYET)
    return TimeLimit(
        channel=channel,
        amount=amount,
        unit=plain(time.DONVITINH),
        text=_joined_texts(time.THOIGIANGIAIQUYET if amount is None else None, time.MOTA),
        fees=tuple(_fee(fee) for _, fee in each_of(time.PHILEPHI)),
    )


def _fee(fee: FeeItem) -> FeeRate:
    unit = plain(fee.DONVI)
    amount = _whole(fee.SOTIEN, grouped=True) if _is_dong(unit) else None
    written = fee.SOTIEN if amount is None else None
    return FeeRate(plain(fee.MAPHILEPHI), amount, unit, _joined_texts(written, fee.MOTA))


def _is_dong(unit: str) -> bool:
    counted = fold_label(unit).split("/", 1)[0].strip()
    return counted in load_table("dvcqg_catalogue")["money"]["units"]


def _whole(value: object, *, grouped: bool = False) -> int | None:
    """A whole number, also as text; None for anything else. ``grouped``: "100.000" too, since
    đồng have no hundredths."""
    text = plain(value)
    if _DIGITS.fullmatch(text):
        return int(re.split("[.,]", text)[0])
    if grouped and _GROUPED.fullmatch(text):
        return int(re.sub("[.,]", "", text))
    return None


def _joined_texts(*values: object) -> str:
    return "; ".join(text for text in map(plain, values) if text)


def _items(pairs: Iterable[tuple[object, object]]) -> tuple[CatalogueItem, ...]:
    read = ((plain(code), plain(name)) for code, name in pairs)
    return tuple(CatalogueItem(code, name) for code, name in read if code or name)


def _row_of(rows: Sequence[object], code: str) -> tuple[ProcedureItem, tuple[str, ...]]:
    """The row of ``code``: by its code, else by its base, else the only row if it has no code."""
    read = [_shape(ProcedureItem, row) for row in rows]
    for alike in (canonical_code, base_procedure):
        wanted = alike(code)
        for wire, lost in read:
            written = plain(wire.MATTHC)
            if written and alike(written) == wanted:
                return wire, lost
    if len(read) == 1 and not plain(read[0][0].MATTHC) and plain(read[0][0].TENTTHC):
        return read[0]
    raise RecordError("MATTHC", "no item of the answer is about the procedure asked for")


def _online_service(row: object) -> OnlineService:
    wire, _ = _shape(OnlineServiceItem, row)
    applies = upper_keys(row).get("APDUNGDVC") if isinstance(row, Mapping) else None
    service = OnlineService(
        code=plain(wire.MADVC),
        name=plain(wire.TENDVC),
        procedure=plain(wire.MATTHC),
        procedure_name=plain(wire.TENTTHC),
        issuer=plain(wire.TENCOQUANBANHANH),
        sector=plain(wire.TENLINHVUC),
        applies=tuple(applies) if isinstance(applies, list) else (),
    )
    if not service.code:
        raise RecordError("MADVC", "is missing")
    return service


def _dictionary_item(row: object) -> CatalogueItem:
    if not isinstance(row, Mapping):
        raise RecordError("item", "is not an object")
    fields = upper_keys(row)
    stems = [key[len(_CODE) :] for key in fields if key.startswith(_CODE)]
    paired = [stem for stem in stems if f"{_NAME}{stem}" in fields]
    if len(paired) != 1:
        raise RecordError("item", "has no single pair of columns MA… and TEN…")
    code, name = (plain(fields[f"{head}{paired[0]}"]) for head in (_CODE, _NAME))
    if not code:
        raise RecordError(f"{_CODE}{paired[0]}", "is missing")
    return CatalogueItem(code, name)


def _some(found: tuple[T, ...], rows: Sequence[object], field: str) -> tuple[T, ...]:
    if rows and not found:
        raise RecordError(field, "is missing in every row")
    return found


def _shape(model: type[M], row: object) -> tuple[M, tuple[str, ...]]:
    return read_shape(model, upper_keys(row) if isinstance(row, Mapping) else row, ())


def _upper(item: Mapping[Any, object], depth: int) -> dict[str, object]:
    fields = {str(key).strip().upper(): value for key, value in item.items()}
    exact = {
        key.strip(): value for key, value in item.items() if isinstance(key, str) and key.isupper()
    }
    return {key: _upper_value(value, depth + 1) for key, value in {**fields, **exact}.items()}


def _upper_value(value: object, depth: int) -> object:
    if depth < _DEEPEST and isinstance(value, Mapping):
        return _upper(value, depth)
    if depth < _DEEPEST and isinstance(value, list):
        return [_upper_value(item, depth + 1) for item in value]
    return value


def _within(field: str, place: int | None, name: str) -> str:
    return f"{field}.{name}" if place is None else f"{field}[{place}].{name}"
