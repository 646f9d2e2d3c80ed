"""An extract of the portal as a file: it names the codes the portal holds.

The portal answers only for codes it is asked about, so a dossier that the one-stop does not
know can be found only when something names it. Each code of the extract is looked up; what the
look-up answers counts, not the extract.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from khop.adapters.ports import AdapterType, CheckStep, Context, Health, Role
from khop.adapters.settings import SourceSettings
from khop.faults import ConfigError
from khop.mappings.codes import canonical_code

_LONGEST_CODE = 100


class PortalFileSettings(SourceSettings):
    """``[sources.NAME]`` with ``adapter = "portal_file"``."""

    path: Annotated[Path, Field(description="CSV file in UTF-8 with a header row.")]
    code_column: Annotated[str, Field(description="Header of the column with dossier codes.")] = (
        "MaHoSo"
    )


class PortalFileAdapter:
    """A ``CodeSource`` over a CSV extract."""

    def __init__(self, name: str, role: Role, path: Path, column: str) -> None:
        self.name = name
        self.role = role
        self._path = path
        self._column = column

    def codes(self) -> Iterator[str]:
        """Canonical dossier codes, in the file's order. Raises ConfigError."""
        try:
            with self._path.open(encoding="utf-8-sig", newline="") as file:
                yield from self._read(file)
        except (OSError, UnicodeDecodeError, csv.Error) as error:
            raise ConfigError(
                f"the portal extract {self._path} cannot be read ({type(error).__name__}); "
                "give a CSV file in UTF-8",
                key=f"sources.{self.name}.path",
            ) from None

    def check(self) -> Health:
        try:
            count = sum(1 for _ in self.codes())
        except ConfigError as error:
            return Health((CheckStep("read", False, str(error)),))
        return Health((CheckStep("read", True, f"{count} dossier codes"),))

    def close(self) -> None:
        """A file that was read is closed already."""

    def _read(self, file: Iterator[str]) -> Iterator[str]:
        rows = csv.DictReader(file)
        names = {name.strip().casefold(): name for name in rows.fieldnames or ()}
        column = names.get(self._column.casefold())
        if column is None:
            raise ConfigError(
                f"{self._path} has no column {self._column}; its header row must name it",
                key=f"sources.{self.name}.code_column",
            )
        for row in rows:
            code = canonical_code(row[column] or "")
            if 0 < len(code) <= _LONGEST_CODE:
                yield code


def _build(name: str, role: Role, settings: Any, context: Context) -> PortalFileAdapter:
    return PortalFileAdapter(name, role, context.base_dir / settings.path, settings.code_column)


ADAPTER = AdapterType(PortalFileSettings, frozenset({Role.PORTAL}), _build)
