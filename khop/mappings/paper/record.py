"""One row of a logbook or register, read column by column."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import partial
from typing import TypeVar

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.identity import KEY_BYTES, applicant_key, mask_name, mask_number
from khop.mappings.paper.cells import (
    read_birth,
    read_identity,
    read_number,
    read_number_and_day,
    read_procedure,
    read_text,
    read_time,
)
from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.headers import Layout
from khop.mappings.paper.lines import unit_or_code
from khop.mappings.paper.row_key import RowKeys
from khop.mappings.paper.words import evidence_columns
from khop.mappings.records import Instant, PaperKind, PaperRow, UnknownCode

V = TypeVar("V")

#: Columns that are filled in later or do not identify a row, so they are no part of its key.
_LATER = frozenset({"order", "returned", "finished", "recipient", "status", "note", "phone"})


@dataclass(frozen=True, slots=True)
class RowPlace:
    """The place of a row. ``unit``, ``unit_code``: for rows that name no unit themselves."""

    file: str
    sheet: str
    number: int
    from_1904: bool = False
    unit: str | None = None
    unit_code: str | None = None

    @property
    def native_id(self) -> str:
        return f"{self.file}#{self.sheet}!{self.number}"


class PaperRecord:
    """The cells of a row, read. Errors are kept until ``row`` is called, so that a bad row has a
    key too."""

    def __init__(
        self,
        kind: PaperKind,
        key: bytes,
        layout: Layout,
        place: RowPlace,
        cells: Sequence[Cell],
        grammar: CodeGrammar | None = None,
    ) -> None:
        self.layout = layout
        self.place = place
        self.cells = cells
        self._kind = kind
        self._grammar = grammar
        self._errors: dict[str, RecordError] = {}
        self._name = self._text("applicant") or self._text("submitter")
        self._key = key
        self._draft = self._read(key)

    @property
    def code(self) -> str | None:
        """The dossier code, where it can be read; else the text in its place that people may be
        shown."""
        unknown = self._errors.get("code")
        shown = unknown.shown if isinstance(unknown, UnknownCode) else None
        return self._draft.code or shown

    @property
    def unit(self) -> str | None:
        """The code of the row's unit, else its name."""
        return self._draft.unit_code or self._draft.unit

    def base(self, keys: RowKeys) -> bytes:
        """The base of the row's key."""
        draft = self._draft
        if len(self._key) > KEY_BYTES:  # of several secrets, the first counts for keys of rows
            first, _ = self._applicant(self._key[:KEY_BYTES])
            draft = replace(draft, applicant_key=first)
        return keys.base(draft, self._name, self._kept)

    def _kept(self) -> list[Cell]:
        """The cells without columns that are filled in later."""
        later = {place for name, place in self.layout.places.items() if name in _LATER}
        return [cell for place, cell in enumerate(self.cells) if place not in later]

    def row(self, row_key: str) -> PaperRow:
        """The row. Raises RecordError when its code or its evidence cannot be used; UnknownCode,
        with the row, when nothing but the shape of the code is wrong."""
        evidence = evidence_columns(self._kind)
        needed = (*evidence, "number_signed") if "signed" in evidence else evidence
        unknown = self._errors.get("code")
        code = () if isinstance(unknown, UnknownCode) else ("code",)
        for column in (*code, *needed):
            if column in self._errors:
                raise self._errors[column]
        if not any(getattr(self._draft, f"{column}_at") for column in evidence):
            named = [self.layout.name(each) for each in evidence if each in self.layout.places]
            raise RecordError(" or ".join(named), "has no date")
        lost = tuple(self.layout.name(column) for column in self._errors if column != "code")
        row = replace(self._draft, row_key=row_key, fields_lost=lost)
        if isinstance(unknown, UnknownCode):
            unknown.row = replace(row, code=unknown.text) if unknown.text else None
            raise unknown
        return row

    def _read(self, key: bytes) -> PaperRow:
        number, symbol, signed = self._document()
        applicant, mask = self._applicant(key)
        unit, unit_code = self._unit()
        return PaperRow(
            self._kind,
            "",
            self.place.sheet,
            self.place.number,
            code=self._one("code", partial(read_code, grammar=self._grammar)),
            unit=unit,
            unit_code=unit_code,
            procedure=self._one("procedure", read_procedure),
            applicant_key=applicant,
            applicant_mask=mask,
            received_at=self._time("received"),
            due_at=self._time("due"),
            returned_at=self._time("returned"),
            signed_at=signed,
            new_due_at=self._time("new_due"),
            number=number,
            symbol=symbol,
        )

    def _document(self) -> tuple[str | None, str | None, Instant | None]:
        """Number, symbol and day of the signed document."""
        number = self._one("number", read_number) or self._text("number_symbol")
        signed = self._time("signed")
        both = self._one("number_signed", read_number_and_day)
        if both:
            number, signed = number or both[0], signed or both[1]
        symbol = self._text("symbol")
        if not symbol and "/" in number:
            number, _, symbol = (part.strip() for part in number.partition("/"))
        return number or None, symbol or None, signed

    def _applicant(self, key: bytes) -> tuple[str | None, str | None]:
        """Matching key and masked display."""
        identity = self._one("identity", read_identity) or ""
        birth = self._one("birth", partial(read_birth, from_1904=self.place.from_1904))
        mask = mask_name(self._name) if self._name else mask_number(identity)
        return applicant_key(key, identity, self._name, birth), mask or None

    def _unit(self) -> tuple[str | None, str | None]:
        """The unit of the row, else the one above it or in the settings."""
        code = self._text("unit_code")
        name, code_in_name = unit_or_code(self._text("unit") or self._text("issuer"))
        if name or code or code_in_name:
            return name, code or code_in_name
        return self.place.unit, self.place.unit_code

    def _time(self, column: str) -> Instant | None:
        return self._one(column, partial(read_time, from_1904=self.place.from_1904))

    def _text(self, column: str) -> str:
        return self._one(column, read_text) or ""

    def _one(self, column: str, read: Callable[[Cell, str], V]) -> V | None:
        """The value in a column; None where there is no such cell or it cannot be read."""
        place = self.layout.places.get(column)
        if place is None or place >= len(self.cells) or self.cells[place] == "":
            return None
        try:
            return read(self.cells[place], self.layout.name(column))
        except RecordError as error:
            self._errors[column] = error
            return None
