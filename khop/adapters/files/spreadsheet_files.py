"""The table files of a path: one file, a folder, or a pattern."""

from __future__ import annotations

import glob
import hashlib
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from io import BufferedReader
from pathlib import Path

from khop.adapters.files.folders import Found, files_in, files_like, fixed_part
from khop.adapters.ports import PaperFile
from khop.connectors.spreadsheets.model import Sheet, SkippedSheet, TableLimits, WhySkipped
from khop.connectors.spreadsheets.read import read_sheets
from khop.errors import ConfigError

#: Instead of the digest of a file that cannot be read; ``read`` says why.
_NOT_READ = "not read"


class TableFiles:
    """The files under a path. ``path``: a file, a folder, or a pattern with ``*``, ``?``, ``[``.
    ``key``: the path's key in khop.toml."""

    def __init__(self, path: Path, key: str) -> None:
        self._path = path
        self._key = key

    def present(self) -> tuple[PaperFile, ...]:
        """The present files, by name; without those that change while they are hashed.

        Also files that cannot be read, of which ``read`` tells the reason: they hinder no other.
        Raises ConfigError when the path does not exist or a folder cannot be listed.
        """
        found = sorted(self._found().items())
        stamped = ((name, self._digest(name, file)) for name, file in found)
        return tuple(PaperFile(name, digest) for name, digest in stamped if digest)

    def read(self, file: PaperFile) -> bytes:
        """The bytes of a file. Raises ConfigError when the file is gone, is too large, is outside
        the folder, or has changed since ``present``."""
        found = self._found().get(file.name)
        if found is None:
            raise ConfigError(f"there is no file {file.name} any more", key=self._key)
        with self._opened(file.name, found) as opened:
            data = opened.read(TableLimits().file_bytes + 1)
        if hashlib.sha256(data).hexdigest() != file.digest:
            raise ConfigError(
                f"{file.name} was changed while it was read; it is read the next time",
                key=self._key,
            )
        return data

    def _found(self) -> dict[str, Found]:
        """By name. A file that the path names itself may have any ending."""
        path = self._path
        if path.is_file():
            return {path.name: Found(path.resolve())}
        with self._reading(path):
            if path.is_dir():
                return files_in(path)
            if glob.has_magic(str(path)):
                path = fixed_part(path)
                if path.is_dir():
                    return files_like(self._path)
        raise ConfigError(f"there is no file or folder {path}", key=self._key)

    def _digest(self, name: str, found: Found) -> str:
        """SHA-256 in hex; "" when the file changed meanwhile or was deleted."""
        try:
            with self._opened(name, found) as file:
                before = os.fstat(file.fileno())
                digest = hashlib.file_digest(file, "sha256").hexdigest()
                after = os.fstat(file.fileno())
        except ConfigError:
            return _NOT_READ if found.refused or found.path.exists() else ""
        same = (before.st_size, before.st_mtime_ns) == (after.st_size, after.st_mtime_ns)
        return digest if same else ""

    @contextmanager
    def _opened(self, name: str, found: Found) -> Iterator[BufferedReader]:
        """A file whose size was looked at. Raises ConfigError."""
        if found.refused:
            raise ConfigError(f"{name} {found.refused}", key=self._key)
        with self._reading(found.path), _open(found.path) as file:
            if os.fstat(file.fileno()).st_size > TableLimits().file_bytes:
                most = TableLimits().file_bytes >> 20
                raise ConfigError(f"{name} has more than {most} MiB; divide it", key=self._key)
            yield file

    @contextmanager
    def _reading(self, path: Path) -> Iterator[None]:
        try:
            yield
        except OSError as error:
            raise ConfigError(
                f"{path} cannot be read ({type(error).__name__}); let the account of khop read it",
                key=self._key,
            ) from None


def _open(path: Path) -> BufferedReader:
    """Opens what was found there, not what a link put in its place leads to, nor waits for a
    pipe. Raises OSError."""

    def opener(name: str, flags: int) -> int:
        return os.open(name, flags | os.O_NOFOLLOW | os.O_NONBLOCK)

    return open(path, "rb", opener=opener)


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
