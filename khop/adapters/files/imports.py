"""Files that a person imports once: paper rows, or an extract of the portal.

A file is identified by its path, relative to khop.toml's folder where it lies below it: two
communes may both send a ``so-theo-doi.xlsx``, and the second is no new version of the first.
"""

from __future__ import annotations

import os
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from khop.adapters.files.paper import ROLES, PaperFileAdapter
from khop.adapters.files.portal_codes import PortalFileAdapter
from khop.adapters.files.spreadsheet_files import TableFiles
from khop.adapters.ports import Context, PaperFile, Role
from khop.errors import ConfigError
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind


class OneFile(TableFiles):
    """One file, identified by its path. Raises ConfigError where there is no such file."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._whole = Path(os.path.realpath(path))  # a link to itself stays as it is
        super().__init__(self._whole, path.name)
        self._identity = _identity(self._whole, folder.resolve())

    def present(self) -> tuple[PaperFile, ...]:
        """As ``TableFiles.present``; a file that is still being written is refused."""
        if self._whole.is_dir():
            raise ConfigError(f"{self._whole} is a folder; give the files in it")
        found = tuple(replace(file, name=self._identity) for file in super().present())
        if not found:
            raise ConfigError(f"{self._whole} is still being written; import it again later")
        return found

    def read(self, file: PaperFile) -> bytes:
        return super().read(replace(file, name=self._whole.name))


def import_paper(
    name: str, kind: PaperKind, paths: Sequence[Path], context: Context, unit: str | None = None
) -> list[PaperFileAdapter]:
    """Sources of these files, all of the same name. ``unit``: of rows that name none."""
    return [
        PaperFileAdapter(
            name,
            ROLES[kind],
            OneFile(path, context.base_dir),
            PaperReader(kind, context.key, unit=unit, grammar=context.codes),
            None,
            context.clock,
        )
        for path in paths
    ]


def import_codes(name: str, paths: Sequence[Path], context: Context) -> list[PortalFileAdapter]:
    """Sources of the codes in these extracts, all of the same name."""
    return [
        PortalFileAdapter(
            name, Role.PORTAL, OneFile(path, context.base_dir), None, None, context.codes
        )
        for path in paths
    ]


def _identity(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()
