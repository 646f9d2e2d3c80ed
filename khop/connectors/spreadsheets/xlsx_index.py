"""The index of an .xlsx: which part holds which sheet.

Programs write the names of parts with ``/`` or with the sign of Windows paths, and in another case
than the index does; python-calamine accepts both, and so does this module.
"""

from __future__ import annotations

import zipfile
from collections.abc import Mapping
from dataclasses import dataclass, field
from posixpath import normpath

from khop.connectors.spreadsheets.xml_parts import (
    Attributes,
    DamagedPartError,
    local_name,
    read_elements,
)

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
#: Longest part that lists others.
_LONGEST = 4 << 20
_TRUE = ("1", "true", "on")


@dataclass(slots=True)
class Index:
    """``sheets``: name -> the key of its part (``part_key``). ``from_1904``: days count from 1904.

    ``computed_on_load``: the program that wrote the workbook did not compute its formulas.
    """

    sheets: dict[str, str] = field(default_factory=dict)
    from_1904: bool = False
    computed_on_load: bool = False


def part_key(name: str) -> str:
    """The name of a part as names are compared."""
    return normpath(name.replace("\\", "/").lstrip("/")).lower()


def read_index(archive: zipfile.ZipFile, parts: Mapping[str, zipfile.ZipInfo]) -> Index | None:
    """The index; None when there is none. ``parts``: by their key. Raises DamagedPartError."""
    if _WORKBOOK not in parts:
        return None
    targets: dict[str, str] = {}
    relations: dict[str, str] = {}
    index = Index()

    def relation(name: str, attributes: Attributes) -> None:
        if local_name(name) == "Relationship":
            targets[attributes.get("Id", "")] = attributes.get("Target", "")

    def workbook(name: str, attributes: Attributes) -> None:
        kind = local_name(name)
        if kind == "sheet":
            title = attributes.get("name", "")
            if title in relations:
                raise DamagedPartError
            relations[title] = _relation(attributes)
        elif kind == "workbookPr":
            index.from_1904 = attributes.get("date1904") in _TRUE
        elif kind == "calcPr":
            index.computed_on_load = attributes.get("fullCalcOnLoad") in _TRUE

    for part, note in ((_RELATIONS, relation), (_WORKBOOK, workbook)):
        if part not in parts or parts[part].file_size > _LONGEST:
            raise DamagedPartError
        with archive.open(parts[part]) as stream:
            read_elements(stream, note)
    index.sheets = {title: _target(targets.get(each, "")) for title, each in relations.items()}
    return index


def _relation(sheet: Attributes) -> str:
    """The id of a sheet's relation, which is in a namespace of its own."""
    return next((value for key, value in sheet.items() if key.endswith(" id")), "")


def _target(target: str) -> str:
    path = target.replace("\\", "/")
    return part_key(path if path.startswith(("/", "xl/")) else f"xl/{path}")
