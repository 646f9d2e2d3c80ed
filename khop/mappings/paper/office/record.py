"""One row of an office file, read column by column: what all kinds of it share."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from typing import Any, ClassVar

from khop.connectors.spreadsheets.model import Cell
from khop.errors import RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.paper.headers import Layout
from khop.mappings.paper.office.rows import OfficeRow
from khop.mappings.paper.row_cells import RowCells, RowPlace
from khop.mappings.paper.row_key import RowKeys
from khop.mappings.paper.shifted import SHIFTED
from khop.mappings.records import PaperKind
from khop.mappings.states.status import StatusTable, portal_statuses
from khop.text.cleaning import fold_label


@dataclass(frozen=True, slots=True)
class RowContext:
    """What the rows of a source are read with. ``grammar``: the shapes of codes. ``last``: a later
    day is refused; None refuses none. ``scores``: folded text -> the rating that it means.
    ``statuses``: what the states of a ministry's file mean."""

    grammar: CodeGrammar | None = None
    last: date | None = None
    scores: Mapping[str, str] = field(default_factory=dict)
    statuses: StatusTable = field(default_factory=lambda: portal_statuses({}, {}))


class OfficeRecord(RowCells, ABC):
    """The cells of a row, read. Errors are kept until ``row`` is called, so that a bad row has a
    key too."""

    kind: ClassVar[PaperKind]
    row_type: ClassVar[Callable[..., OfficeRow]]
    #: Column -> the fields that are not known when it cannot be read, where the names differ.
    fields: ClassVar[Mapping[str, str]] = {}

    def __init__(
        self, layout: Layout, place: RowPlace, cells: Sequence[Cell], context: RowContext
    ) -> None:
        super().__init__(layout, place, cells, context.last)
        self.context = context
        self.unit_name, self.unit_code = self._unit()
        self.code: str | None = None
        self.read()

    @property
    def unit(self) -> str | None:
        """The code of the row's unit, else its name."""
        return self.unit_code or self.unit_name

    def base(self, keys: RowKeys) -> bytes:
        """The base of the row's key."""
        unit = fold_label(self.unit or "")
        identity = self.identity()
        return keys.of([unit, *identity] if identity else [], lambda: list(self.cells))

    def row(self, row_key: str) -> OfficeRow:
        """The row. Raises RecordError when it lacks what every row of its kind needs."""
        if self.place.shifted:
            raise RecordError("columns", SHIFTED)
        made = self.made()
        return self.row_type(
            kind=self.kind,
            row_key=row_key,
            sheet=self.place.sheet,
            row_number=self.place.number,
            unit=self.unit_name,
            unit_code=self.unit_code,
            code=self.code,
            fields_lost=tuple(map(self.layout.name, self._errors)),
            unread=tuple(self.fields.get(column, column) for column in self._errors),
            **made,
        )

    @abstractmethod
    def read(self) -> None:
        """Read the cells."""

    @abstractmethod
    def identity(self) -> list[str]:
        """The values that identify the row within its unit; empty when they are not enough."""

    @abstractmethod
    def made(self) -> dict[str, Any]:
        """The values of the row beside those that all kinds have. Raises RecordError."""

    def needed(self, column: str, reason: str) -> RecordError:
        """What is wrong with a row that has no value in a column."""
        if column in self._errors:
            return self._errors[column]
        name = self.layout.name(column) if column in self.layout.places else column
        return RecordError(name, reason)
