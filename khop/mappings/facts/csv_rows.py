"""Rows of a small CSV table that a person keeps: UTF-8, with comma, semicolon or tab.

A row that could be read in two ways is refused, with file and row. The headers are row 1.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path

from khop.errors import ConfigError

_DELIMITERS = ",;\t"


def csv_rows(path: Path) -> Iterator[Mapping[str, object]]:
    """Each row by its headers, in lower case; empty cells at the end of a row are left out.

    An empty row is an empty mapping, so that rows below it keep their numbers; empty rows at the
    end are left out. Raises ConfigError for a file that cannot be read, has no headers or one
    twice, and for a row with more cells than headers.
    """
    lines = csv_lines(path)
    headers = [header.lower() for header in next(lines, [])]
    if not all(headers) or not headers or len(set(headers)) < len(headers):
        raise ConfigError("lacks a header, or has one twice", key=f"{path.name}, row 1")
    empty = 0
    for number, cells in enumerate(lines, 2):
        if len(cells) > len(headers):
            raise ConfigError(
                "has more cells than there are headers; put quotes around a cell with commas",
                key=f"{path.name}, row {number}",
            )
        if cells:
            yield from ({} for _ in range(empty))
            yield dict(zip(headers, cells, strict=False))
        empty = 0 if cells else empty + 1


def csv_lines(path: Path) -> Iterator[list[str]]:
    """The cells of each row, without blanks around them and without empty cells at its end.

    Raises ConfigError for a file that cannot be read as CSV in UTF-8, with the row where it is
    known.
    """
    row = 1
    try:
        with path.open(encoding="utf-8-sig", newline="") as file:
            first = file.readline()
            file.seek(0)
            delimiter = max(_DELIMITERS, key=first.count)
            for line in csv.reader(file, delimiter=delimiter, strict=True):
                row += 1
                cells = [cell.strip() for cell in line]
                while cells and not cells[-1]:
                    cells.pop()
                yield cells
    except csv.Error as error:
        raise ConfigError(f"cannot be read as CSV: {error}", key=f"{path.name} row {row}") from None
    except (OSError, ValueError) as error:
        raise ConfigError(f"cannot be read as CSV in UTF-8: {error}", key=path.name) from None
