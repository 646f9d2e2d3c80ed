"""Files that a person hands over once: paper rows, or an extract of the portal.

A file is known by its path, from khop.toml's folder where it lies below that: two communes may
both send a ``so-theo-doi.xlsx``, and the second is not the first, changed.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from khop.adapters.files.paper import PaperFileAdapter, paper_adapter
from khop.adapters.files.portal_codes import PortalFileAdapter
from khop.adapters.files.spreadsheet_files import TableFiles
from khop.adapters.ports import Context, PaperFile, Role
from khop.errors import ConfigError
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind


class OneFile(TableFiles):
    """One file, under the name it is known by. Raises ConfigError for what is no file."""

    def __init__(self, path: Path, folder: Path) -> None:
        self._whole = path.resolve()
        super().__init__(self._whole, path.name)
        self._known_as = _known_as(self._whole, folder.resolve())

    def present(self) -> tuple[PaperFile, ...]:
        """As ``TableFiles.present``; a file that is still being written is refused."""
        if self._whole.is_dir():
            raise ConfigError(f"{self._whole} is a folder; name its files")
        found = tuple(replace(file, name=self._known_as) for file in super().present())
        if not found:
            raise ConfigError(f"{self._whole} is still being written; import it again")
        return found

    def read(self, file: PaperFile) -> bytes:
        return super().read(replace(file, name=self._whole.name))


def import_paper(
    name: str, kind: PaperKind, paths: Sequence[Path], context: Context, unit: str | None = None
) -> list[PaperFileAdapter]:
    """Sources of these files, all of the same name. ``unit``: of rows that name none."""
    role = paper_adapter(name, kind, Path(), context).role
    return [
        PaperFileAdapter(
            name,
            role,
            OneFile(path, context.base_dir),
            PaperReader(kind, context.key, unit=unit),
            None,
        )
        for path in paths
    ]


def import_codes(name: str, paths: Sequence[Path], context: Context) -> list[PortalFileAdapter]:
    """Sources of the codes in these extracts, all of the same name."""
    return [
        PortalFileAdapter(name, Role.PORTAL, OneFile(path, context.base_dir), None, None)
        for path in paths
    ]


def _known_as(path: Path, folder: Path) -> str:
    return (path.relative_to(folder) if path.is_relative_to(folder) else path).as_posix()
