"""Checks a workbook's archive before it is read.

python-calamine holds a whole sheet in memory, from the first to the last filled cell: one stray
cell far from the table could exhaust the machine's memory. It also reads a failed formula as an
empty cell. This module finds both beforehand.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, field
from functools import partial
from typing import IO

from lxml import etree

from khop.connectors.http.answers import Unusable
from khop.connectors.http.xml import local_name, read_xml
from khop.connectors.spreadsheets.model import TableLimits
from khop.connectors.spreadsheets.ods_extent import survey_content
from khop.connectors.spreadsheets.signatures import refuse_parts
from khop.connectors.spreadsheets.xlsx_extent import survey_part
from khop.errors import ConfigError

_WORKBOOK, _RELATIONS = "xl/workbook.xml", "xl/_rels/workbook.xml.rels"
_OPEN_DOCUMENT = "content.xml"
#: Parts of a workbook that hold no cells, and those that are no XML.
_NO_CELLS = re.compile(
    r"xl/(sharedStrings|styles)\.xml|xl/(theme|media|drawings)/.*|content\.xml"
    r"|.*\.(bin|vml|png|jpe?g)"
)
#: Longest index part, which lists the other parts.
_LONGEST_INDEX = 4 << 20


@dataclass(frozen=True, slots=True)
class ArchiveFacts:
    """``from_1904``: days count from 1904. ``failed``: sheet name -> (row, column), from 0, of
    cells whose formula failed."""

    from_1904: bool = False
    failed: Mapping[str, frozenset[tuple[int, int]]] = field(default_factory=dict)


def look_into(file: IO[bytes], name: str, limits: TableLimits) -> ArchiveFacts:
    """The facts that python-calamine does not report. Raises ConfigError for an archive that is
    damaged, protected, or larger than the limits when unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_large_archive(archive, name, limits)
            refuse_parts(archive.namelist(), name)
            # An archive may hold parts of both kinds; python-calamine decides which it reads.
            facts = _workbook(archive, name, limits)
            if _OPEN_DOCUMENT in archive.namelist():
                with archive.open(_OPEN_DOCUMENT) as part:
                    facts = ArchiveFacts(failed=survey_content(part, name, limits))
            return facts
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged(name, error) from None
    except (OSError, etree.LxmlError, zlib.error) as error:
        raise damaged(name, error) from None


def damaged(name: str, error: BaseException) -> ConfigError:
    """The error of a workbook that cannot be read."""
    return ConfigError(
        f"cannot be read as a workbook ({type(error).__name__}): it is damaged or was not copied "
        "completely; open it in a spreadsheet program and save it again as .xlsx",
        key=name,
    )


def _refuse_large_archive(archive: zipfile.ZipFile, name: str, limits: TableLimits) -> None:
    unpacked = sum(part.file_size for part in archive.infolist())
    if unpacked > limits.unpacked_bytes:
        raise ConfigError(
            f"has {unpacked >> 20} MiB when it is unpacked, and at most "
            f"{limits.unpacked_bytes >> 20} MiB are read; divide it, or save it as CSV",
            key=name,
        )
    if any(part.flag_bits & 1 for part in archive.infolist()):
        raise protected(name)


def protected(name: str) -> ConfigError:
    """The error of a workbook with a password."""
    return ConfigError("is protected by a password; save it without one", key=name)


def _workbook(archive: zipfile.ZipFile, name: str, limits: TableLimits) -> ArchiveFacts:
    sheets, from_1904 = _index(archive)
    surveys = {
        part: survey_part(partial(archive.open, part), name, limits)
        for part in _with_cells(archive, set(sheets.values()))
    }
    failed = {
        sheet: frozenset(surveys[part].failed)
        for sheet, part in sheets.items()
        if part in surveys and surveys[part].failed
    }
    return ArchiveFacts(from_1904, failed)


def _with_cells(archive: zipfile.ZipFile, sheets: Collection[str]) -> Iterator[str]:
    """Every part that may be read as a sheet, also parts that the index does not list."""
    named = {part.lower() for part in sheets}
    for part in archive.namelist():
        if part.lower() in named or not _NO_CELLS.fullmatch(part):
            yield part


def _index(archive: zipfile.ZipFile) -> tuple[dict[str, str], bool]:
    """Sheet name -> its part, and whether days count from 1904."""
    workbook, relations = _read(archive, _WORKBOOK), _read(archive, _RELATIONS)
    if workbook is None or relations is None:
        return {}, False
    targets = {str(each.get("Id")): str(each.get("Target")) for each in relations}
    sheets = {
        str(each.get("name")): _part(targets.get(_relation_id(each), ""))
        for each in workbook.iter()
        if local_name(each) == "sheet"
    }
    properties = (each for each in workbook if local_name(each) == "workbookPr")
    return sheets, any(each.get("date1904") in ("1", "true") for each in properties)


def _relation_id(sheet: etree._Element) -> str:
    named = (value for key, value in sheet.attrib.items() if str(key).endswith("}id"))
    return str(next(named, ""))


def _part(target: str) -> str:
    return target.removeprefix("/") if target.startswith(("/", "xl/")) else f"xl/{target}"


def _read(archive: zipfile.ZipFile, part: str) -> etree._Element | None:
    try:
        if archive.getinfo(part).file_size > _LONGEST_INDEX:
            return None
        return read_xml(archive.read(part))
    except (KeyError, Unusable):
        return None
