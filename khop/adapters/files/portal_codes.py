"""An extract of the portal as a file: a list of the portal's dossier codes.

The portal has no list, only look-ups by code, so a dossier that the one-stop lacks can be found
only by a code from elsewhere. Each code of the extract is looked up, and only the answer to the
look-up counts.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from khop.adapters.files.paper import unusable_row
from khop.adapters.files.spreadsheet_files import TableFiles, chosen_sheets
from khop.adapters.ports import (
    AdapterType,
    CheckStep,
    Context,
    Health,
    PaperFile,
    Role,
    UnusableRow,
)
from khop.adapters.settings import SourceSettings
from khop.connectors.spreadsheets.model import Cell, Sheet, TableRow
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.codes.near import near_codes
from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.headers import (
    SEARCHED_ROWS,
    Layout,
    find_layout,
    is_header_again,
)
from khop.mappings.paper.items import SheetRead
from khop.mappings.paper.lines import names_a_code
from khop.mappings.paper.meanings import shown
from khop.mappings.paper.office.templates import is_example
from khop.mappings.paper.reader import NO_HEADERS
from khop.mappings.records import Reject, UnknownCode

_KIND = "portal"


class PortalFileSettings(SourceSettings):
    """``[sources.NAME]`` with ``adapter = "portal_file"``."""

    path: Annotated[
        Path,
        Field(
            description="Workbook (.xlsx, .xls, .ods) or CSV file in UTF-8, with a header row; or "
            "a folder or a pattern of such files."
        ),
    ]
    code_column: Annotated[
        str | None,
        Field(
            description="Header of the column with dossier codes; by default MaHoSo, Mã hồ sơ and "
            "the like are recognised."
        ),
    ] = None
    sheet: Annotated[
        str | None,
        Field(description="The one sheet to read; by default every one that has such a column."),
    ] = None


class PortalFileAdapter:
    """A ``CodeSource`` over an extract."""

    def __init__(
        self,
        name: str,
        role: Role,
        files: TableFiles,
        column: str | None,
        sheet: str | None,
        grammar: CodeGrammar | None = None,
    ) -> None:
        self.name = name
        self.role = role
        self._files = files
        self._own = {"code": column} if column else {}
        self._sheet = sheet
        self._grammar = grammar

    def codes(self) -> Iterator[str | Reject | SheetRead]:
        """Canonical dossier codes in the files' order, the cells that are no usable code, and the
        sheets that were passed over, each with its file.

        Raises ConfigError at the end when a file could not be read; it hinders no other.
        """
        failures: list[str] = []
        for file in self._files.present():
            try:
                yield from self._codes_of(file)
            except ConfigError as error:
                failures.append(str(error))
        if failures:
            raise ConfigError("; ".join(failures))

    def check(self) -> Health:
        """The number of codes and of unusable cells, and which cells these are."""
        good, lost = 0, list[UnusableRow]()
        steps: list[CheckStep] = []
        try:
            for item in self.codes():
                if isinstance(item, SheetRead):
                    text = f"{item.sheet}: not read ({item.not_read})"
                    steps.append(CheckStep("read", True, text))
                elif isinstance(item, Reject):
                    lost.append(unusable_row(item))
                else:
                    good += 1
        except ConfigError as error:
            steps.append(CheckStep("read", False, str(error)))
        if good or lost or all(step.ok for step in steps):
            steps.append(CheckStep("read", True, _counted(good, len(lost))))
        return Health(tuple(steps), unusable=tuple(lost))

    def close(self) -> None:
        """Nothing to do: files are closed after they are read."""

    def _codes_of(self, file: PaperFile) -> Iterator[str | Reject | SheetRead]:
        chosen = chosen_sheets(
            self._files.read(file),
            file.name,
            self._sheet,
            lambda sheet: self._layout(sheet, self._top(sheet.rows()), file) is not None,
        )
        found = False
        passed = [SheetRead(_where(file, each.name), not_read=each.why) for each in chosen.skipped]
        for sheet in chosen:
            rows = sheet.rows()
            top = self._top(rows)
            if layout := self._layout(sheet, top, file):
                found = True
                yield from self._sheet_codes(layout, chain(top[layout.first :], rows), sheet, file)
            else:
                passed.append(SheetRead(_where(file, sheet.name), not_read=NO_HEADERS))
        if not found:
            raise ConfigError(
                f"{file.name} has no column of dossier codes; its header row must name it, "
                'or set code_column = "its header"',
                key=f"sources.{self.name}.code_column",
            )
        yield from passed

    @staticmethod
    def _top(rows: Iterator[TableRow]) -> list[TableRow]:
        return list(islice(rows, SEARCHED_ROWS))

    def _layout(self, sheet: Sheet, top: Sequence[TableRow], file: PaperFile) -> Layout | None:
        return find_layout(_KIND, top, self._own, f"{file.name} {sheet.name}".strip())

    def _sheet_codes(
        self, layout: Layout, under: Iterable[TableRow], sheet: Sheet, file: PaperFile
    ) -> Iterator[str | Reject]:
        place, order = layout.places["code"], layout.places.get("order", -1)
        for row in under:
            if 0 <= order < len(row.cells) and is_example(row.cells[order]):
                continue
            if place >= len(row.cells) or is_header_again(layout, row.cells):
                continue
            if names_a_code(row.cells[place]):
                try:
                    code = _code(row.cells[place], shown(layout.headers[place]), self._grammar)
                except RecordError as error:
                    where = f"{file.name}#{sheet.name}!{row.number}"
                    yield Reject(error.field, error.reason, where)
                else:
                    if code:
                        yield code


def _code(cell: Cell, field: str, grammar: CodeGrammar | None) -> str | None:
    """The code in a cell. A text of no known shape may be the code of another system, which the
    portal can be asked about; a part of a code or a damaged one cannot. Raises RecordError."""
    try:
        return read_code(cell, field, grammar)
    except UnknownCode as unknown:
        if unknown.text and unknown.shown and not near_codes(unknown.shown):
            return unknown.text
        raise


def _where(file: PaperFile, sheet: str) -> str:
    return f"{file.name}, sheet {sheet}" if sheet else file.name


def _counted(good: int, lost: int) -> str:
    return f"{good} dossier codes, {lost} unusable" if lost else f"{good} dossier codes"


def _build(name: str, role: Role, settings: Any, context: Context) -> PortalFileAdapter:
    files = TableFiles(context.base_dir / settings.path, f"sources.{name}.path")
    return PortalFileAdapter(name, role, files, settings.code_column, settings.sheet, context.codes)


ADAPTER = AdapterType(PortalFileSettings, frozenset({Role.PORTAL}), _build)
