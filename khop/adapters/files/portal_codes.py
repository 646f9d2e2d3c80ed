"""An extract of the portal as a file: a list of the portal's dossier codes.

The portal has no list, only look-ups by code, so a dossier that the one-stop lacks can be found
only by a code from elsewhere. Each code of the extract is looked up, and only the answer to the
look-up counts.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from khop.adapters.files.spreadsheet_files import TableFiles, chosen_sheets
from khop.adapters.ports import AdapterType, CheckStep, Context, Health, Role
from khop.adapters.settings import SourceSettings
from khop.connectors.spreadsheets.model import Cell, Sheet
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.grammar import CodeGrammar
from khop.mappings.codes.near import near_codes
from khop.mappings.paper.code_cells import read_code
from khop.mappings.paper.headers import SEARCHED_ROWS, find_layout, is_header_again
from khop.mappings.paper.lines import names_a_code
from khop.mappings.records import UnknownCode

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

    def codes(self) -> Iterator[str]:
        """Canonical dossier codes, in the files' order. Raises ConfigError."""
        return (code for code, _ in self._cells() if code)

    def check(self) -> Health:
        try:
            found = [code is not None for code, _ in self._cells()]
        except ConfigError as error:
            return Health((CheckStep("read", False, str(error)),))
        lost = found.count(False)
        detail = f"{found.count(True)} dossier codes"
        return Health((CheckStep("read", True, f"{detail}, {lost} unusable" if lost else detail),))

    def close(self) -> None:
        """Nothing to do: files are closed after they are read."""

    def _cells(self) -> Iterator[tuple[str | None, str]]:
        """Each code, None for an unusable one, with the name of its file."""
        for file in self._files.present():
            sheets = chosen_sheets(self._files.read(file), file.name, self._sheet)
            found = [codes for each in sheets if (codes := self._sheet_codes(each, file.name))]
            if not found:
                raise ConfigError(
                    f"{file.name} has no column of dossier codes; its header row must name it, "
                    'or set code_column = "its header"',
                    key=f"sources.{self.name}.code_column",
                )
            yield from ((code, file.name) for code in chain.from_iterable(found))

    def _sheet_codes(self, sheet: Sheet, file: str) -> Iterator[str | None] | None:
        rows = sheet.rows()
        top = list(islice(rows, SEARCHED_ROWS))
        layout = find_layout(_KIND, top, self._own, f"{file} {sheet.name}".strip())
        if layout is None:
            return None
        place = layout.places["code"]
        under = chain(top[layout.first :], rows)
        table = (row.cells for row in under if not is_header_again(layout, row.cells))
        cells = (cells[place] for cells in table if place < len(cells))
        return (_code(cell, self._grammar) for cell in cells if names_a_code(cell))


def _code(cell: Cell, grammar: CodeGrammar | None) -> str | None:
    """The code in a cell. A text of no known shape may be the code of another system, which the
    portal can be asked about; a part of a code or a damaged one cannot."""
    try:
        return read_code(cell, "code", grammar)
    except UnknownCode as unknown:
        return unknown.text if unknown.shown and not near_codes(unknown.shown) else None
    except RecordError:
        return None


def _build(name: str, role: Role, settings: Any, context: Context) -> PortalFileAdapter:
    files = TableFiles(context.base_dir / settings.path, f"sources.{name}.path")
    return PortalFileAdapter(name, role, files, settings.code_column, settings.sheet, context.codes)


ADAPTER = AdapterType(PortalFileSettings, frozenset({Role.PORTAL}), _build)
