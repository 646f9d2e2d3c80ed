"""The extent and the failed formulas of an OpenDocument spreadsheet (.ods), before it is read.

Such a file writes equal neighbouring cells or rows once, with a count.
"""

from __future__ import annotations

from typing import IO

from lxml import etree

from khop.connectors.spreadsheets.extent import Survey, refuse_large
from khop.connectors.spreadsheets.model import TableLimits
from khop.errors import ConfigError

_TABLE = "{urn:oasis:names:tc:opendocument:xmlns:table:1.0}"
_OFFICE = "{urn:oasis:names:tc:opendocument:xmlns:office:1.0}"
_ROW, _CELL, _COVERED = f"{_TABLE}table-row", f"{_TABLE}table-cell", f"{_TABLE}covered-table-cell"
_ERROR = "error"


def survey_content(
    stream: IO[bytes], name: str, limits: TableLimits
) -> dict[str, frozenset[tuple[int, int]]]:
    """Sheet name -> its cells whose formula failed. Raises ConfigError, lxml errors."""
    failed: dict[str, frozenset[tuple[int, int]]] = {}
    survey, position, sheet = Survey(), 0, ""
    events = etree.iterparse(
        stream,
        events=("start", "end"),
        tag=(f"{_TABLE}table", _ROW),
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
    )
    for event, element in events:
        if event == "start":
            if element.tag != _ROW:
                survey, position, sheet = Survey(), 0, str(element.get(f"{_TABLE}name") or "")
            continue
        if element.tag == _ROW:
            position = _count_row(element, position, survey, name, limits)
            element.clear()
        elif survey.failed:
            failed[sheet] = frozenset(survey.failed)
    return failed


def _count_row(
    row: etree._Element, position: int, survey: Survey, name: str, limits: TableLimits
) -> int:
    """Add one row element to the survey; the position of the row after it."""
    after = position + _times(row, "rows", name)
    column = 0
    for cell in row:
        if cell.tag not in (_CELL, _COVERED):
            continue
        start, column = column, column + _times(cell, "columns", name)
        if cell.get(f"{_OFFICE}value-type") is None and len(cell) == 0:
            continue
        survey.rows, survey.columns = after, max(survey.columns, column)
        refuse_large(survey, name, limits)
        if _has_failed(cell):
            survey.failed |= {(r, c) for r in range(position, after) for c in range(start, column)}
    return after


def _times(element: etree._Element, what: str, name: str) -> int:
    text = str(element.get(f"{_TABLE}number-{what}-repeated") or "1")
    if not (text.isascii() and text.isdigit() and len(text) <= 9):
        raise ConfigError(
            "has a count of equal cells that is no number; save it again in a spreadsheet program",
            key=name,
        )
    return max(int(text), 1)


def _has_failed(cell: etree._Element) -> bool:
    """Whether the cell's formula failed, by an attribute that LibreOffice writes."""
    return any(str(k).endswith("}value-type") and v == _ERROR for k, v in cell.attrib.items())
