"""Opening the file of a ledger: for writing, or, where it cannot be written, for reading.

Readers of a file in WAL mode need its ``-shm`` file. Where that cannot be made, the file is read as
one that nobody changes, if its disk is read-only and no changes stand in its ``-wal`` file; else a
copy is read.
"""

from __future__ import annotations

import os
import re
import shutil
import sqlite3
import tempfile
from collections.abc import Callable, Sequence
from pathlib import Path
from urllib.parse import quote

from khop.errors import LedgerError

LOCK_WAIT_SECONDS = 60

#: Types of file systems whose locks do not hold between machines, or are slow to be seen.
_NETWORK = frozenset(
    (
        *("nfs", "nfs4", "cifs", "smb3", "smbfs", "ncpfs", "afs", "ceph", "lustre", "gfs2"),
        *("ocfs2", "davfs", "fuse.davfs2", "fuse.sshfs", "fuse.glusterfs", "fuse.cephfs"),
        *("fuse.s3fs", "fuse.rclone"),
    )
)
#: How that text writes spaces and the like.
_ESCAPED = re.compile(r"\\([0-7]{3})")
_MOUNTS = Path("/proc/self/mountinfo")
#: Bytes that a write needs at least.
_ROOM = 64 * 1024
#: Pages of 4 KiB in the write-ahead log before they are copied into the file.
_LOG_PAGES = 8_000
#: Tries to copy a file that another process may write.
_COPIES = 5
_NO_SHARED_MEMORY = ("unable to open", "readonly", "read-only")


def connect(path: Path) -> sqlite3.Connection:
    """A connection to the file. Raises sqlite3.Error, LedgerError."""
    connection = _opened(str(path))
    try:
        if _is_readable(connection, path):
            _set_up(connection, path)
            return connection
    except BaseException:
        connection.close()
        raise
    connection.close()
    return _for_reading(path)


def make_private(path: Path) -> None:
    """Make the file when it is missing, for its owner alone; its log files get the same mode.
    Raises OSError."""
    try:
        os.close(os.open(path, os.O_RDWR | os.O_CREAT | os.O_EXCL, 0o600))
    except FileExistsError:
        return


def file_system_of(path: Path, mounts: str) -> str:
    """The type of the file system that holds a path, by the text of ``/proc/self/mountinfo``; ""
    when it is not known."""
    best, found = -1, ""
    for line in mounts.splitlines():
        left, _, right = line.partition(" - ")
        fields, kinds = left.split(), right.split()
        if len(fields) < 5 or not kinds:
            continue
        point = Path(_ESCAPED.sub(lambda found: chr(int(found[1], 8)), fields[4]))
        if path.is_relative_to(point) and len(point.parts) >= best:
            best, found = len(point.parts), kinds[0]
    return found


def refuse_network_disk(path: Path, read: Callable[[], str] | None = None) -> None:
    """Raises LedgerError when the file is on a disk of another machine."""
    try:
        mounts = _MOUNTS.read_text("utf-8", "replace") if read is None else read()
        kind = file_system_of(path.resolve(), mounts)
    except (OSError, UnicodeError):
        return
    if kind in _NETWORK:
        raise LedgerError(
            f"the ledger {path} is on a network disk ({kind}), where SQLite can lose data; put it "
            "on a disk of this machine, or use a PostgreSQL server ([ledger] url)"
        )


def _opened(place: str, *, uri: bool = False) -> sqlite3.Connection:
    return sqlite3.connect(
        place,
        timeout=LOCK_WAIT_SECONDS,
        isolation_level=None,  # BEGIN is sent by the ledger
        check_same_thread=False,
        uri=uri,
    )


def _is_readable(connection: sqlite3.Connection, path: Path) -> bool:
    """Whether the file can be read. Raises sqlite3.Error when it is damaged or locked."""
    try:
        connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
    except sqlite3.OperationalError as error:
        if any(sign in str(error).lower() for sign in _NO_SHARED_MEMORY) or has_no_room(path):
            return False
        raise
    return True


def has_no_room(path: Path) -> bool:
    """Whether the disk of the file is full."""
    try:
        disk = os.statvfs(path.parent)
    except OSError:
        return False
    return disk.f_bavail * disk.f_frsize < _ROOM and not disk.f_flag & os.ST_RDONLY


def _set_up(connection: sqlite3.Connection, path: Path) -> None:
    try:
        (mode,) = connection.execute("PRAGMA journal_mode=WAL").fetchone()
    except sqlite3.OperationalError as error:
        if "readonly" not in str(error).lower():
            raise
        mode = "wal"  # a file that cannot be written stays as it is
    if mode != "wal" and os.access(path, os.W_OK):
        raise LedgerError(
            f"the disk of the ledger {path} does not allow SQLite's write-ahead log (it says "
            f"{mode!r}); put the ledger on an ordinary disk of this machine"
        )
    # FULL: an outbox row must be on disk before its push leaves this machine
    connection.execute("PRAGMA synchronous=FULL")
    connection.execute("PRAGMA cache_size=-32768")
    # A page of the file that many commits change is copied from the log once. What was committed
    # is on disk in the log already.
    connection.execute(f"PRAGMA wal_autocheckpoint={_LOG_PAGES}")
    # what is deleted does not stay readable in the file
    connection.execute("PRAGMA secure_delete=ON")


def _for_reading(path: Path) -> sqlite3.Connection:
    log = path.with_name(f"{path.name}-wal")
    read_only = bool(os.statvfs(path).f_flag & os.ST_RDONLY)
    if read_only and not (log.exists() and log.stat().st_size):
        return _opened(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)
    with tempfile.TemporaryDirectory(prefix="khop-") as folder:  # for this account alone
        copied = _copied([path, log], Path(folder))
        connection = _opened(str(copied))
        try:
            connection.execute("SELECT 1 FROM sqlite_master LIMIT 1").fetchall()
            connection.execute("PRAGMA query_only=ON")
        except BaseException:
            connection.close()
            raise
        return connection  # its files stay open when the folder goes


def _copied(files: Sequence[Path], folder: Path) -> Path:
    """A copy of the file and its log, of one moment. Raises LedgerError."""
    for _ in range(_COPIES):
        before = list(map(_stamp, files))
        for source in files:
            if source.exists():
                shutil.copyfile(source, folder / source.name)
        if before == list(map(_stamp, files)):
            return folder / files[0].name
    raise LedgerError(f"the ledger {files[0]} is being written; run the command again")


def _stamp(path: Path) -> tuple[int, int] | None:
    try:
        found = path.stat()
    except FileNotFoundError:
        return None
    return found.st_mtime_ns, found.st_size
