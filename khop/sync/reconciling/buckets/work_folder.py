"""A private folder for large files of work under way.

It is removed when the work ends, however it ends. One that a killed process left is removed when
the next work begins: the process holds a lock on its folder, which the system releases with it.
"""

from __future__ import annotations

import fcntl
import os
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

import duckdb

from khop.errors import LedgerError


@contextmanager
def work_folder(place: Path) -> Iterator[Path]:
    """An empty folder of this account alone, for the block.

    ``place``: the folder it is made in, and what its name begins with
    (``Database.work_place``). Raises LedgerError when it cannot be made, when files in it cannot be
    written in the block, and when DuckDB has too little memory.
    """
    try:
        _remove_left(place)
        folder, lock = _made(place)
    except OSError as error:
        raise LedgerError(
            f"no folder can be made in {place.parent} ({error.strerror}), where a reconcile puts "
            "what does not fit into memory; give khop's account the right, or free some space"
        ) from None
    try:
        yield folder
    except duckdb.OutOfMemoryException:
        raise LedgerError(
            "the cases do not fit into the memory that [reconcile] memory_mb allows; raise it"
        ) from None
    except (duckdb.IOException, OSError) as error:
        raise LedgerError(
            f"files in {place.parent} cannot be written or read; free some space there and run "
            f"again, nothing is half done ({type(error).__name__})"
        ) from error
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        os.close(lock)


def _made(place: Path) -> tuple[Path, int]:
    """A new folder, and its lock. Another process may remove it before it is locked."""
    while True:
        folder = Path(tempfile.mkdtemp(prefix=place.name, dir=place.parent))  # mode 0700
        with suppress(FileNotFoundError):
            lock = os.open(folder, os.O_RDONLY)
            fcntl.flock(lock, fcntl.LOCK_EX)
            if folder.exists():
                return folder, lock
            os.close(lock)


def _remove_left(place: Path) -> None:
    """Remove the folders that no process holds."""
    for folder in place.parent.glob(f"{place.name}*"):
        try:
            lock = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        except OSError:  # of another account, or gone by now
            continue
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            shutil.rmtree(folder, ignore_errors=True)
        except BlockingIOError:
            pass
        finally:
            os.close(lock)
