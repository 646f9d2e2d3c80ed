"""How the file of a ledger is opened."""

from __future__ import annotations

import sqlite3
import stat
from contextlib import closing
from pathlib import Path

import pytest

from khop.errors import LedgerError
from khop.sync.ledger import create_ledger, sqlite_opening

MOUNTS = """\
22 1 0:20 / / rw,relatime shared:1 - ext4 /dev/sda1 rw
40 22 0:35 / /srv rw - xfs /dev/sdb1 rw
41 40 0:36 / /srv/chung rw - {kind} may-chu:/chung rw
42 41 0:37 / /srv/chung/rieng\\040tôi rw - ext4 /dev/sdc1 rw
"""


@pytest.mark.parametrize("kind", ["nfs", "nfs4", "cifs", "smb3", "fuse.sshfs", "ceph"])
def test_a_ledger_on_a_network_disk_is_refused(kind: str) -> None:
    mounts = MOUNTS.format(kind=kind)
    with pytest.raises(LedgerError, match=f"network disk \\({kind}\\)"):
        sqlite_opening.refuse_network_disk(Path("/srv/chung/khop/khop.db"), lambda: mounts)


@pytest.mark.parametrize(
    "path", ["/srv/khop.db", "/srv/chung2/khop.db", "/khop.db", "/srv/chung/rieng tôi/khop.db"]
)
def test_a_ledger_beside_a_network_disk_is_not(path: str) -> None:
    sqlite_opening.refuse_network_disk(Path(path), lambda: MOUNTS.format(kind="nfs4"))


@pytest.mark.parametrize("kind", ["9p", "overlay", "tmpfs", "zfs", "btrfs"])
def test_an_ordinary_disk_is_taken(kind: str) -> None:
    sqlite_opening.refuse_network_disk(Path("/srv/chung/khop.db"), lambda: MOUNTS.format(kind=kind))


def test_where_mounts_are_not_known_the_disk_is_taken() -> None:
    sqlite_opening.refuse_network_disk(Path("/khop.db"), lambda: "no such table\n1 2\n")


def test_deleted_rows_do_not_stay_and_the_log_is_written_ahead(tmp_path: Path) -> None:
    create_ledger(f"sqlite:///{tmp_path / 'khop.db'}")
    with closing(sqlite_opening.connect(tmp_path / "khop.db")) as connection:
        found = {
            name: connection.execute(f"PRAGMA {name}").fetchone()[0]
            for name in ("journal_mode", "secure_delete", "synchronous")
        }
    assert found == {"journal_mode": "wal", "secure_delete": 1, "synchronous": 2}


class NoLog(sqlite3.Connection):
    """A connection to a file on a disk without shared memory."""

    def execute(self, sql: str, *parameters: object) -> sqlite3.Cursor:
        if sql == "PRAGMA journal_mode=WAL":
            sql = "PRAGMA journal_mode=DELETE"
        return super().execute(sql, *parameters)  # type: ignore[arg-type]


def test_a_disk_without_a_write_ahead_log_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    usual = sqlite3.connect

    def connect(*place: str, **named: object) -> sqlite3.Connection:
        return usual(*place, **named, factory=NoLog)  # type: ignore[call-overload, no-any-return]

    monkeypatch.setattr(sqlite3, "connect", connect)
    with pytest.raises(LedgerError, match="does not allow SQLite's write-ahead log"):
        sqlite_opening.connect(tmp_path / "khop.db")


def test_files_of_a_ledger_are_of_their_owner_alone(tmp_path: Path) -> None:
    create_ledger(f"sqlite:///{tmp_path / 'khop.db'}")
    with closing(sqlite_opening.connect(tmp_path / "khop.db")) as connection:
        connection.execute("CREATE TABLE more (a)")
        modes = {path.name: stat.S_IMODE(path.stat().st_mode) for path in tmp_path.iterdir()}
    assert modes == dict.fromkeys(("khop.db", "khop.db-wal", "khop.db-shm"), 0o600)
