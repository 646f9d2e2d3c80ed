"""Finds the table files of a folder or a pattern.

Links to folders are not followed, so that a folder is read once and a loop is none. A link to a
file counts when the file is inside the folder; what leads out of the folder is not read, and named.
"""

from __future__ import annotations

import glob
import os
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from pathlib import Path

from khop.connectors.spreadsheets.read import ENDINGS

#: Beginnings of the temporary files that programs write while a file is open or being copied.
_TEMPORARY = ("~$", ".~", ".")
_FILE_OUTSIDE = (
    "is a link to a file outside the folder, which is not read; copy the file into the folder, or "
    "give its own path"
)
_FOLDER_OUTSIDE = (
    "is a link to a folder outside, which is not followed; give the path of that folder in a "
    "source of its own"
)
_CLOSED = "is a folder that cannot be listed; let the account of khop read it"
#: Matches folders of any depth.
_ANY_DEPTH = "**"


@dataclass(frozen=True, slots=True)
class Found:
    """A file. ``refused``: why it is not read; "" when it is."""

    path: Path
    refused: str = ""


def files_in(folder: Path) -> dict[str, Found]:
    """The tables directly in a folder, by name. Raises OSError."""
    paths = ((each.name, each) for each in folder.iterdir() if _is_table(each))
    return _inside(folder, paths, {})


def files_like(pattern: Path) -> dict[str, Found]:
    """The tables that match a pattern, by their path below its first part with a wildcard."""
    base = fixed_part(pattern)
    wanted = pattern.parts[len(base.parts) :]
    refused: dict[str, Found] = {}
    paths = _walk(base, wanted, lambda path, why: refused.update({_name(base, path): why}))
    return _inside(base, ((_name(base, each), each) for each in paths), refused)


def fixed_part(pattern: Path) -> Path:
    """The folder above the first part with a wildcard."""
    base = Path()
    for part in pattern.parts:
        if glob.has_magic(part):
            break
        base /= part
    return base


def _walk(
    base: Path, wanted: Sequence[str], refuse: Callable[[Path, Found], None]
) -> Iterator[Path]:
    """The tables below a folder that match, link or not, without those behind links."""

    def closed(error: OSError) -> None:
        path = Path(error.filename)
        if not isinstance(error, FileNotFoundError):
            refuse(path, Found(path, _CLOSED))

    for folder, names, files in os.walk(base, onerror=closed):
        parts = Path(folder).relative_to(base).parts
        below = [name for name in names if _leads_on((*parts, name), wanted)]
        links = {name for name in below if Path(folder, name).is_symlink()}
        for name in links:
            path = Path(folder, name)
            if not path.resolve().is_relative_to(base.resolve()):
                refuse(path, Found(path, _FOLDER_OUTSIDE))
        names[:] = sorted(set(below) - links)
        for name in files:
            if _matches((*parts, name), wanted) and _is_table(path := Path(folder, name)):
                yield path


def _inside(
    base: Path, paths: Iterator[tuple[str, Path]], refused: dict[str, Found]
) -> dict[str, Found]:
    """The files by name; each once, and refused when it is outside of ``base``."""
    links: list[tuple[str, Path]] = []
    found: dict[str, Found] = {}
    for name, path in paths:
        if path.is_symlink():
            links.append((name, path.resolve()))
        else:
            found[name] = Found(path)
    top = base.resolve()
    seen = {each.path.resolve() for each in found.values()} if links else set()
    for name, target in sorted(links):
        if not target.is_relative_to(top):
            found[name] = Found(target, _FILE_OUTSIDE)
        elif target not in seen:
            seen.add(target)
            found[name] = Found(target)
    return found | refused


def _matches(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    if not parts or not wanted:
        return not parts and all(each == _ANY_DEPTH for each in wanted)
    if wanted[0] == _ANY_DEPTH:
        deeper = not _is_temporary(parts[0]) and _matches(parts[1:], wanted)
        return deeper or _matches(parts, wanted[1:])
    return _fits(parts[0], wanted[0]) and _matches(parts[1:], wanted[1:])


def _leads_on(parts: Sequence[str], wanted: Sequence[str]) -> bool:
    """Whether files below a folder may match."""
    if wanted[0] == _ANY_DEPTH:
        return not any(map(_is_temporary, parts)) or (
            len(wanted) > 1 and _leads_on(parts, wanted[1:])
        )
    if len(wanted) == 1 or not _fits(parts[0], wanted[0]):
        return False
    return len(parts) == 1 or _leads_on(parts[1:], wanted[1:])


def _fits(name: str, wanted: str) -> bool:
    """Hidden names fit only a pattern that begins as they do."""
    return fnmatchcase(name, wanted) and not (name.startswith(".") and wanted[0] != ".")


def _name(base: Path, path: Path) -> str:
    return path.relative_to(base).as_posix()


def _is_temporary(name: str) -> bool:
    return name.startswith(_TEMPORARY)


def _is_table(path: Path) -> bool:
    return (
        path.suffix.lower() in ENDINGS
        and not _is_temporary(path.name)
        and path.is_file()
        and path.stat().st_size > 0
    )
