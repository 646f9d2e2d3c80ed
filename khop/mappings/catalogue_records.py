"""Records of a catalogue: procedures with their time limits and fees, units, sectors.

An amount that is not a number stays a text: "30 ngày" is not read as thirty.
"""

from __future__ import annotations

from dataclasses import dataclass

from khop.mappings.records import Channel


@dataclass(frozen=True, slots=True)
class FeeRate:
    """A fee of a procedure. ``amount``: whole đồng; None when it is not one number."""

    code: str
    amount: int | None
    unit: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class TimeLimit:
    """How long a procedure may take when filed through ``channel``.

    ``amount`` counts ``unit`` (as written: "Ngày làm việc", "Ngày", "Giờ"); None when the
    catalogue gives no number; ``text`` is what it gives in its place.
    """

    channel: Channel | None
    amount: int | None
    unit: str = ""
    text: str = ""
    fees: tuple[FeeRate, ...] = ()


@dataclass(frozen=True, slots=True)
class CatalogueItem:
    """A unit, a sector, a result or a paper: ``code``, ``name``; ``parent`` where it has one."""

    code: str
    name: str
    parent: str = ""


@dataclass(frozen=True, slots=True)
class ProcedureEntry:
    """One procedure as a catalogue publishes it.

    ``public``: whether it is in force; None when the catalogue does not tell. ``levels``: the
    levels that carry it out, 0 ministry, 1 province, 2 district, 3 commune. ``fields_lost``: wire
    fields that could not be used.
    """

    code: str
    name: str
    public: bool | None = None
    sectors: tuple[CatalogueItem, ...] = ()
    limits: tuple[TimeLimit, ...] = ()
    results: tuple[CatalogueItem, ...] = ()
    papers: tuple[CatalogueItem, ...] = ()
    units: tuple[CatalogueItem, ...] = ()
    levels: tuple[int, ...] = ()
    fields_lost: tuple[str, ...] = ()
