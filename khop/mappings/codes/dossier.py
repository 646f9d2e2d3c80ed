"""Codes of dossiers: the unit, day and serial they are made of.

Shapes are data (``data/code_grammar.toml``, docs/domain.md (Codes)). A code of unknown shape is
kept, never refused.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date
from enum import StrEnum

from khop.errors import RecordError
from khop.mappings.codes.grammar import (
    CodeGrammar,
    CodeShape,
    Order,
    packaged_grammar,
    readings,
)
from khop.mappings.codes.organisation import (
    OrganisationCode,
    parse_organisation,
)
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.facts.packaged import load_table
from khop.mappings.facts.rows import plain_day
from khop.text.cleaning import clean_text

_Day = date


class CodeFlag(StrEnum):
    """What about a code a person should look at."""

    SYNTHETIC = "synthetic"
    UNKNOWN_SHAPE = "unknown_shape"
    DATE_MISMATCH = "date_mismatch"


@dataclass(frozen=True, slots=True)
class CodeParts:
    """The parts of a dossier code.

    ``grammar``: id of its shape; None for an unknown shape, of which no part is known. ``date``:
    the day it was given out, None when those digits are no day. ``synthetic``: its serial has the
    length of serials that a machine makes up. ``origin``: the system that a foreign code comes
    from. ``date_mismatch``: whether the date differs from the reception date, None when they were
    not or cannot be compared.
    """

    code: str
    grammar: str | None = None
    unit: str | None = None
    date: _Day | None = None
    serial: str | None = None
    synthetic: bool = False
    origin: str | None = None
    date_mismatch: bool | None = None
    _read_by: CodeGrammar | None = field(default=None, repr=False, compare=False)

    @property
    def flags(self) -> frozenset[CodeFlag]:
        """The flags that are raised."""
        raised = {
            CodeFlag.SYNTHETIC: self.synthetic,
            CodeFlag.UNKNOWN_SHAPE: self.grammar is None,
            CodeFlag.DATE_MISMATCH: self.date_mismatch,
        }
        return frozenset(flag for flag, up in raised.items() if up)

    @property
    def organisation(self) -> OrganisationCode | None:
        """The unit that gave the code out; None when the code does not say.

        It is read by the grammar of the code, with a province's own shapes.
        """
        return None if self.unit is None else parse_organisation(self.unit, self._read_by)

    @property
    def tail(self) -> tuple[_Day, str] | None:
        """Day and number without leading zeros, which stay when the unit's code changes.

        One of the attributes by which old and new codes are matched, never enough by itself
        (docs/domain.md, Codes). None when either is not known.
        """
        if self.date is None or self.serial is None:
            return None
        return self.date, self.serial.lstrip("0")


def parse_code(code: str, grammar: CodeGrammar | None = None) -> CodeParts:
    """The parts of a dossier code in any spelling. A code of unknown shape is kept as it is.

    Of several shapes that fit, the first is taken that was in use on the code's own day and has
    the unit's order; else the first. Raises RecordError when ``code`` is not text.
    """
    code = canonical_code(code)
    shapes = (grammar or packaged_grammar()).dossier
    found = [
        (shape, _parts(code, shape, parts, grammar)) for shape, parts in readings(shapes, code)
    ]
    if len(found) > 1:
        return max(found, key=_fits)[1]
    return found[0][1] if found else CodeParts(code)


def foreign_code(text: str, origin: str) -> CodeParts:
    """A code of a specialised system (civil status, land, business registration): free text.

    ``origin`` names the system. The text is never divided into parts. Raises RecordError when
    the origin is blank or the code is not text.
    """
    code = canonical_code(text)
    origin = clean_text(origin) if isinstance(origin, str) else ""
    if not origin:
        raise RecordError("origin", "does not say which system the code comes from")
    return CodeParts(code, load_table("code_grammar")["foreign"]["id"], origin=origin)


def compare_date(
    parts: CodeParts,
    received: date | None,
    day_number: Callable[[date], int],
    *,
    tolerance: int | None = None,
) -> CodeParts:
    """``parts`` with ``date_mismatch``: the code's date is not the reception date (rule E4).

    ``received`` is the local day of reception. ``day_number`` counts working days, as
    ``WorkingCalendar.ord`` does. ``tolerance`` is how many working days may lie between, by
    default the number of the table. Without either day, and for a day that ``day_number`` refuses
    with ValueError, it is None. Raises RecordError when ``received`` is not a day.
    """
    if received is None or parts.date is None:
        return replace(parts, date_mismatch=None)
    if tolerance is None:
        tolerance = load_table("code_grammar")["date_mismatch"]["tolerance"]
    try:
        apart = abs(day_number(parts.date) - day_number(plain_day(received)))
    except ValueError:
        return replace(parts, date_mismatch=None)
    return replace(parts, date_mismatch=apart > tolerance)


def may_be_one_dossier(one: CodeParts, other: CodeParts) -> bool:
    """Whether two codes have one unit, day and number, in the old and in the new order.

    That makes them a candidate for a person, never reason enough to merge (docs/domain.md, Codes).
    """
    if one.tail is None or one.tail != other.tail:
        return False
    first, second = one.organisation, other.organisation
    if first is None or second is None:
        return False
    return first.levels == second.levels and first.order is not second.order


def code_patterns(grammar: CodeGrammar | None = None) -> Mapping[str, str]:
    """Grammar id -> anchored pattern over canonical codes, for RE2, PostgreSQL and ``re``."""
    shapes = (grammar or packaged_grammar()).dossier
    return {shape.id: f"^(?:{shape.pattern[1:-1]})$" for shape in shapes}


def _parts(
    code: str, shape: CodeShape, parts: Mapping[str, str], grammar: CodeGrammar | None
) -> CodeParts:
    serial, digits = parts["serial"], parts.get("date")
    return CodeParts(
        code,
        shape.id,
        parts.get("unit") or None,
        None if digits is None else shape.day(digits),
        serial,
        len(serial) == shape.made_up_serial,
        _read_by=grammar,
    )


def _fits(found: tuple[CodeShape, CodeParts]) -> tuple[bool, bool]:
    shape, parts = found
    unit = parts.organisation
    open_order = unit is None or unit.order is None or shape.order in (None, Order.EITHER)
    in_order = open_order or (unit is not None and unit.order is shape.order)
    return shape.given_out_on(parts.date), in_order
