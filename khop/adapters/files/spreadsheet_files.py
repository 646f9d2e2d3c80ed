"""The table files of a path: one file, a folder, or a pattern."""

from __future__ import annotations

import glob
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from khop.adapters.ports import PaperFile
from khop.connectors.spreadsheets.model import Sheet, SkippedSheet, TableLimits, WhySkipped
from khop.connectors.spreadsheets.read import ENDINGS, read_sheets
from khop.errors import ConfigError

#: Beginnings of the temporary files that programs write while a file is open or being copied.
_TEMPORARY = ("~$", ".~", ".")


class TableFiles:
    """The files under a path. ``path``: a file, a folder, or a pattern with ``*``, ``?``, ``[``.
    ``key``: the path's key in khop.toml."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key

    def present(self) -> tuple[PaperFile, ...]:
        """The present files, by name; without those that change while they are hashed.

        Raises ConfigError when the path does not exist or a file cannot be read.
        """
        found = sorted(self._found().items())
        stamped = ((name, _digest(path, self._key)) for name, path in found)
        return tuple(PaperFile(name, digest) for name, digest in stamped if digest)

    def read(self, file: PaperFile) -> bytes:
        """The bytes of a file. Raises ConfigError when the file is gone, is too large, or has
        changed since ``present``."""
        path = self._found().get(file.name)
        if path is None:
            raise ConfigError(f"there is no file {file.name} any more", key=self._key)
        with _reading(path, self._key):
            if path.stat().st_size > TableLimits().file_bytes:
                largest = TableLimits().file_bytes >> 20
                raise ConfigError(f"{file.name} has more than {largest} MiB; divide it")
            data = path.read_bytes()
        if hashlib.sha256(data).hexdigest() != file.digest:
            raise ConfigError(
                f"{file.name} was changed while it was read; it is read the next time",
                key=self._key,
            )
        return data

    def _found(self) -> dict[str, Path]:
        """Name -> path. A file that the path names itself may have any ending."""
        path = self._path
        if path.is_file():
            return {path.name: path}
        if path.is_dir():
            with _reading(path, self._key):
                return {each.name: each for each in path.iterdir() if _is_table(each)}
        if not glob.has_magic(str(path)):
            raise ConfigError(f"there is no file or folder {path}", key=self._key)
        base = _fixed_part(path)
        # Path.glob takes no pattern that begins at the root.
        paths = map(Path, glob.iglob(str(path), recursive=True))  # noqa: PTH207
        return {each.relative_to(base).as_posix(): each for each in paths if _is_table(each)}


@dataclass(frozen=True, slots=True)
class ChosenSheets:
    """The sheets of a file that are read, in order, and those that are ``skipped``."""

    sheets: tuple[Sheet, ...]
    skipped: tuple[SkippedSheet, ...] = ()

    def __iter__(self) -> Iterator[Sheet]:
        return iter(self.sheets)

    def __len__(self) -> int:
        return len(self.sheets)


def chosen_sheets(
    data: bytes,
    file: str,
    wanted: str | None,
    has_headers: Callable[[Sheet], bool] | None = None,
) -> ChosenSheets:
    """The sheet named ``wanted``, or for None all that are not hidden; a file with hidden sheets
    alone is read. ``has_headers``: see ``read_sheets``. Raises ConfigError."""
    found = read_sheets(data, file, has_headers=has_headers)
    sheets = found.sheets
    if wanted is None:
        why, chosen = WhySkipped.HIDDEN, [sheet for sheet in sheets if not sheet.hidden]
    else:
        why = WhySkipped.NOT_CHOSEN
        chosen = [sheet for sheet in sheets if sheet.name.strip() == wanted.strip()]
        if not chosen and any(sheet.name for sheet in sheets):
            names = ", ".join(sheet.name for sheet in sheets)
            raise ConfigError(f"has no sheet {wanted!r}; it has {names}", key=file)
    chosen = chosen or list(sheets)
    skipped = [SkippedSheet(each.name, why) for each in sheets if each not in chosen]
    skipped += [SkippedSheet(name, WhySkipped.NO_TABLE) for name in found.others]
    return ChosenSheets(tuple(chosen), tuple(skipped))


def _is_table(path: Path) -> bool:
    return (
        path.suffix.lower() in ENDINGS
        and not path.name.startswith(_TEMPORARY)
        and path.is_file()
        and path.stat().st_size > 0
    )


def _fixed_part(pattern: Path) -> Path:
    """The folder above the first part with a wildcard."""
    base = Path()
    for part in pattern.parts:
        if glob.has_magic(part):
            break
        base /= part
    return base


def _digest(path: Path, key: str) -> str:
    """SHA-256 in hex; "" when the file changed meanwhile or was deleted."""
    with _reading(path, key):
        try:
            before = path.stat()
            with path.open("rb") as file:
                digest = hashlib.file_digest(file, "sha256").hexdigest()
            after = path.stat()
        except FileNotFoundError:
            return ""
    same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
    return digest if same else ""


@contextmanager
def _reading(path: Path, key: str) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise ConfigError(
            f"{path} cannot be read ({type(error).__name__}); let the account of khop read it",
            key=key,
        ) from None
