"""Checks the archive of a workbook (.xlsx, .ods) before it is read, and finds what python-calamine
does not tell."""

from __future__ import annotations

import zipfile
import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import partial
from typing import IO

from khop.connectors.spreadsheets.model import TableLimits
from khop.connectors.spreadsheets.ods_survey import ContentSurvey
from khop.connectors.spreadsheets.signatures import refuse_parts
from khop.connectors.spreadsheets.survey import FileLimits, Survey
from khop.connectors.spreadsheets.xlsx_index import Index, part_key, read_index
from khop.connectors.spreadsheets.xlsx_survey import survey_part
from khop.connectors.spreadsheets.xml_parts import DamagedPartError
from khop.errors import ConfigError

_OPEN_DOCUMENT = "content.xml"
_BINARY_WORKBOOK = "xl/workbook.bin"

#: The parts of an archive, by ``part_key``.
Parts = Mapping[str, zipfile.ZipInfo]


@dataclass(frozen=True, slots=True)
class Facts:
    """``from_1904``: days count from 1904. ``sheets``: name -> its survey."""

    from_1904: bool
    sheets: Mapping[str, Survey]


def look_into(file: IO[bytes], name: str, limits: TableLimits) -> Facts:
    """The facts that python-calamine does not report. Raises ConfigError for an archive that is
    damaged, protected, or larger than the limits when unpacked."""
    try:
        with zipfile.ZipFile(file) as archive:
            _refuse_large_archive(archive, name, limits)
            refuse_parts(archive.namelist(), name)
            return _facts(archive, _parts(archive), FileLimits(limits, name), name)
    except (zipfile.BadZipFile, EOFError, NotImplementedError, RuntimeError, ValueError) as error:
        raise damaged(name, error) from None
    except (OSError, DamagedPartError, zlib.error) as error:
        raise damaged(name, error) from None


def is_archive(data: bytes) -> bool:
    """Whether a file is an archive, as workbooks are but the old ones."""
    return data.startswith(b"PK")


def damaged(name: str, error: BaseException) -> ConfigError:
    """The error of a workbook that cannot be read."""
    return ConfigError(
        f"cannot be read as a workbook ({type(error).__name__}): it is damaged or was not copied "
        "completely; open it in a spreadsheet program and save it again as .xlsx",
        key=name,
    )


def protected(name: str) -> ConfigError:
    """The error of a workbook with a password."""
    return ConfigError("is protected by a password; save it without one", key=name)


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


def _parts(archive: zipfile.ZipFile) -> Parts:
    """Raises DamagedPartError for two parts of one name: readers differ in which they take."""
    parts: dict[str, zipfile.ZipInfo] = {}
    for part in archive.infolist():
        if parts.setdefault(part_key(part.filename), part) is not part:
            raise DamagedPartError
    return parts


def _facts(archive: zipfile.ZipFile, parts: Parts, limits: FileLimits, name: str) -> Facts:
    """Of an archive with the parts of both kinds, those of the one that python-calamine reads."""
    if _OPEN_DOCUMENT in parts:
        content = ContentSurvey(limits)
        with archive.open(parts[_OPEN_DOCUMENT]) as stream:
            content.read(stream)
        if "xl/workbook.xml" not in parts:
            return Facts(content.from_1904, content.sheets)
    if _BINARY_WORKBOOK in parts:
        raise ConfigError("is a binary workbook (.xlsb); save it as .xlsx", key=name)
    index = read_index(archive, parts)
    if index is None:
        raise DamagedPartError
    return Facts(index.from_1904, _surveys(archive, parts, index, limits))


def _surveys(
    archive: zipfile.ZipFile, parts: Parts, index: Index, limits: FileLimits
) -> dict[str, Survey]:
    for exact in (False, True):
        found: dict[str, Survey] = {}
        for sheet, part in index.sheets.items():
            if part in parts:
                found[sheet] = survey_part(
                    partial(archive.open, parts[part]),
                    limits,
                    computed_on_load=index.computed_on_load,
                    exact=exact,
                )
                limits.check_lost(found.values())
        if not limits.are_large(found.values()):
            break
    limits.check_extent([*found.values()])
    return found
