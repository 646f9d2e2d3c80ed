"""One row of a logbook or register, read column by column."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.identity import KEY_BYTES, applicant_key, applicant_kind, mask_name, mask_number
from khop.mappings.paper.cells import (
    read_identity,
    read_number,
    read_number_and_day,
    read_procedure,
    read_text,
)
from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.days import read_birth
from khop.mappings.paper.documents import ResultRule, code_in_summary
from khop.mappings.paper.forms import WITHOUT_FORM, read_form
from khop.mappings.paper.headers import Layout
from khop.mappings.paper.persons import person_name
from khop.mappings.paper.row_cells import RowCells, RowPlace
from khop.mappings.paper.row_key import RowKeys
from khop.mappings.paper.shifted import SHIFTED
from khop.mappings.paper.words import evidence_columns, is_blank
from khop.mappings.records import Instant, PaperKind, PaperRow, UnknownCode

#: Columns that are filled in later or do not identify a row, so they are no part of its key.
_LATER = frozenset({"order", "returned", "finished", "recipient", "status", "note", "phone"})

#: Column -> the fields that are not known when it cannot be read.
_FIELDS = {
    **dict.fromkeys(("applicant", "submitter", "identity", "birth"), ("applicant_key",)),
    **dict.fromkeys(("unit", "issuer"), ("unit",)),
    "unit_code": ("unit_code",),
    "procedure": ("procedure",),
    "number": ("number",),
    "symbol": ("symbol",),
    "number_symbol": ("number", "symbol"),
    "number_signed": ("number", "symbol", "signed_at"),
}


class PaperRecord(RowCells):
    """The cells of a row, read. Errors are kept until ``row`` is called, so that a bad row has a
    key too. ``last``: evidence of a later day is refused; None refuses none."""

    def __init__(
        self,
        kind: PaperKind,
        key: bytes,
        layout: Layout,
        place: RowPlace,
        cells: Sequence[Cell],
        grammar: CodeGrammar | None = None,
        last: date | None = None,
        results: ResultRule | None = None,
    ) -> None:
        super().__init__(layout, place, cells, last)
        self._kind = kind
        self._grammar = grammar
        self._results = results or ResultRule()
        self._key = key
        self._name, self._is_certain = self._person()
        self._draft = self._in_order(self._read(key))

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
            first, *_ = self._applicant(self._key[:KEY_BYTES])
            draft = replace(draft, applicant_key=first)
        return keys.base(draft, self._name, self._kept)

    def _kept(self) -> list[Cell]:
        """The cells without columns that are filled in later."""
        later = {place for name, place in self.layout.places.items() if name in _LATER}
        return [cell for place, cell in enumerate(self.cells) if place not in later]

    def row(self, row_key: str) -> PaperRow:
        """The row. Raises RecordError when its code cannot be used, when it has no day that is
        evidence, and when its days cannot all be right; UnknownCode, with the row, when nothing
        but the shape of the code is wrong."""
        if self.place.shifted:
            raise RecordError("columns", SHIFTED)
        unknown = self._errors.get("code")
        if unknown is not None and not isinstance(unknown, UnknownCode):
            raise unknown
        evidence = evidence_columns(self._kind)
        if not any(getattr(self._draft, f"{column}_at", None) for column in evidence):
            self._refuse_without_day(evidence)
        self._refuse_without_form()
        self._refuse_return_before_reception()
        lost = tuple(self.layout.name(column) for column in self._errors if column != "code")
        unread = tuple(dict.fromkeys(self._unread())) if lost else ()
        if not (self._is_certain or self._identity or self._draft.code):
            unread = tuple(dict.fromkeys((*unread, "applicant_key")))
        row = replace(self._draft, row_key=row_key, fields_lost=lost, unread=unread)
        if isinstance(unknown, UnknownCode):
            unknown.row = replace(row, code=unknown.text) if unknown.text else None
            raise unknown
        return row

    def _refuse_without_day(self, evidence: Sequence[str]) -> None:
        for column in (*evidence, "number_signed"):
            if column in self._errors:
                raise self._errors[column]
        named = [self.layout.name(each) for each in evidence if each in self.layout.places]
        raise RecordError(" or ".join(named), "has no date")

    def _refuse_without_form(self) -> None:
        if self._kind is not PaperKind.SLIPS or self._draft.form:
            return
        if "form" in self._errors:
            raise self._errors["form"]
        raise RecordError("form", WITHOUT_FORM)

    def _refuse_return_before_reception(self) -> None:
        received, returned = self._draft.received_at, self._draft.returned_at
        if received and returned and returned.local_date < received.local_date:
            raise RecordError(
                self.layout.name("returned"), "lies before the reception: one of the two is wrong"
            )

    def _unread(self) -> Iterator[str]:
        """The fields of the row that are not known, because their cells could not be read."""
        draft = self._draft
        for column in self._errors:
            for name in () if column == "code" else _FIELDS.get(column, (f"{column}_at",)):
                if name == "applicant_key" and self._identity:
                    continue
                if name == "unit" and draft.unit_code:
                    continue
                if name in ("number", "symbol", "signed_at") and getattr(draft, name):
                    continue
                yield name

    def _read(self, key: bytes) -> PaperRow:
        number, symbol, signed = self._document()
        applicant, made_of, mask = self._applicant(key)
        unit, unit_code = self._unit()
        code = self._code()
        return PaperRow(
            self._row_kind(code),
            "",
            self.place.sheet,
            self.place.number,
            code=code,
            unit=unit,
            unit_code=unit_code,
            procedure=self._one("procedure", read_procedure),
            applicant_key=applicant,
            applicant_kind=made_of,
            applicant_mask=mask,
            received_at=self._time("received"),
            due_at=self._time("due"),
            returned_at=self._time("returned"),
            signed_at=signed,
            new_due_at=self._time("new_due"),
            number=number,
            symbol=symbol,
            **self._slip(signed),
        )

    def _slip(self, signed: Instant | None) -> dict[str, Any]:
        """The form of a slip, of its column, else of the lines above it, and whether it gives a
        reason. What the reason is may name persons, and is not kept."""
        if self._kind is not PaperKind.SLIPS:
            return {}
        day = None if signed is None else signed.local_date
        form = self._one("form", partial(read_form, day=day))
        if form is None and "form" not in self._errors:
            form = self.place.form
        return {"form": form, "has_reason": self._one("reason", _says_something) or False}

    def _code(self) -> str | None:
        """The code in its column; of a document without it, the one in its summary."""
        code = self._one("code", partial(read_code, grammar=self._grammar))
        if code or "code" in self._errors or self._kind is PaperKind.LOGBOOK:
            return code
        try:
            return code_in_summary(self.layout, self.cells, self._grammar)
        except RecordError as error:
            self._errors["code"] = error
            return None

    def _row_kind(self, code: str | None) -> PaperKind:
        """The kind of the row: in a book of all documents, most are no results."""
        if self.place.of_documents and not self._results.is_result(self.layout, self.cells, code):
            return PaperKind.DOCUMENT
        return self._kind

    def _in_order(self, row: PaperRow) -> PaperRow:
        """The row without a due day that lies before the reception."""
        if not row.received_at or not row.due_at:
            return row
        if row.due_at.local_date >= row.received_at.local_date:
            return row
        self._errors["due"] = RecordError(self.layout.name("due"), "lies before the reception")
        return replace(row, due_at=None)

    def _document(self) -> tuple[str | None, str | None, Instant | None]:
        """Number, symbol and day of the signed document."""
        number = self._one("number", read_number) or self._text("number_symbol")
        signed = self._time("signed")
        read_both = partial(read_number_and_day, style=self._styles["signed"])
        both = self._one("number_signed", read_both)
        if both:
            number, signed = number or both[0], signed or both[1]
        symbol = self._named("symbol")
        if not symbol and "/" in number:
            number, _, symbol = (part.strip() for part in number.partition("/"))
        return number or None, symbol or None, signed

    def _person(self) -> tuple[str, bool]:
        """The name of the applicant, else of the submitter, and whether it is certain; "" for one
        that cannot be read."""
        name = self._named("applicant")
        if not name and "applicant" not in self._errors:
            name = self._named("submitter")
        return person_name(name) if name else ("", True)

    def _applicant(self, key: bytes) -> tuple[str | None, str | None, str | None]:
        """Matching key, its kind, and masked display."""
        self._identity = self._one("identity", read_identity) or ""
        birth = self._one("birth", partial(read_birth, style=self._styles["birth"]))
        mask = mask_name(self._name) if self._name else mask_number(self._identity)
        who = self._identity, self._name, birth
        return applicant_key(key, *who), applicant_kind(*who), mask or None


def _says_something(cell: Cell, field: str) -> bool:
    """Whether a cell has more than a sign for nothing. Raises RecordError."""
    return not is_blank(read_text(cell, field))
