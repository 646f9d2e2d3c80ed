"""Copies of a ledger, made while khop works on it, on both kinds of ledger."""

from __future__ import annotations

import fcntl
import resource
import stat
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from pathlib import Path

import pytest

from khop.config.model import BackupSettings, Config, LedgerSettings, Province
from khop.errors import ConfigError, KhopError
from khop.sync.ledger import Ledger, audit_log
from khop.sync.ledger.audit_log import Entry
from khop.sync.ledger.copies.backup import back_up
from tests.postgres import BOTH, Server, program
from tests.sync.fakes import FakeClock

LEDGERS = BOTH


def config_of(url: str, folder: Path, **backup: object) -> Config:
    return Config(
        province=Province(name="Tỉnh Mẫu", code="H99"),
        ledger=LedgerSettings(url=url),
        backup=BackupSettings.model_validate({"pg_dump": program("pg_dump"), **backup}),
        base_dir=folder,
        sources={},
    )


def add_entries(ledger: Ledger, count: int) -> None:
    with ledger.write() as connection:
        audit_log.append(connection, 1, [Entry("a", "x", code=str(n)) for n in range(count)])


def copies(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir())


@contextmanager
def file_limit(size: int) -> Iterator[None]:
    """No file may become larger than this, for the time of the block."""
    before = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, before[1]))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, before)


def test_a_copy_is_made_beside_a_writer_and_holds_what_was_committed(
    ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    add_entries(ledger, 5)
    with ledger.write() as connection:
        audit_log.append(connection, 1, [Entry("a", "not committed yet")])
        done = back_up(config_of(ledger.url, tmp_path), clock)
    made = Path(done.file)
    with ledger.read() as connection:
        fifth = audit_log.head(connection)
    # the log begins with the entry that says which key seals it
    assert (done.entries, fifth.id) == (6, 7)
    assert done.head.startswith("6:")
    assert (made.stat().st_size, stat.S_IMODE(made.stat().st_mode)) == (done.size, 0o600)
    assert copies(tmp_path / "backups") == [made.name]
    assert made.name.split("-")[2:4] == ["20261120", "160000"]


def test_the_newest_are_kept_and_files_of_others_are_left_alone(
    ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    others = ["khop-00000000-20200101-000000-1.db", "khop.db", "khop-ghi-chú.txt"]
    for name in others:
        (folder / name).touch()
    config, made = config_of(ledger.url, tmp_path, keep=3), []
    for _ in range(5):
        add_entries(ledger, 1)
        made.append(Path(back_up(config, clock).file).name)
        clock.advance(minutes=1)
    assert copies(folder) == sorted([*others, *made[2:]])
    clock.advance(minutes=-60)  # a clock that was set back: the copy just made is kept too
    last = back_up(config, clock, keep=1)
    assert copies(folder) == sorted([*others, Path(last.file).name])
    assert len(last.removed) == 3


def test_a_folder_with_the_key_is_told(ledger: Ledger, clock: FakeClock, tmp_path: Path) -> None:
    config = config_of(ledger.url, tmp_path)
    assert back_up(config, clock, folder=tmp_path).key_beside
    assert not back_up(config, clock).key_beside


def test_a_full_disk_is_one_sentence_and_leaves_no_half_file(
    ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    add_entries(ledger, 2000)
    with file_limit(8192), pytest.raises(KhopError, match="no room for a copy of the ledger"):
        back_up(config_of(ledger.url, tmp_path), clock)
    assert copies(tmp_path / "backups") == []
    back_up(config_of(ledger.url, tmp_path), clock)


def test_what_a_killed_backup_left_is_used_again(
    ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    (folder / ".khop-backup.part").write_bytes(b"half a copy" * 1000)
    made = back_up(config_of(ledger.url, tmp_path), clock)
    assert copies(folder) == [Path(made.file).name]


def test_two_backups_into_one_folder_do_not_mix(
    ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    folder = tmp_path / "backups"
    folder.mkdir()
    with (folder / ".khop-backup.part").open("w") as other:
        fcntl.flock(other, fcntl.LOCK_EX)
        with pytest.raises(KhopError, match="another khop writes a copy"):
            back_up(config_of(ledger.url, tmp_path), clock)
    back_up(config_of(ledger.url, tmp_path), clock)


def test_a_missing_or_older_pg_dump_is_told(
    postgres: Server, postgres_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    config = config_of(postgres_url, tmp_path, pg_dump="khong-co")
    with pytest.raises(ConfigError, match=r"backup.pg_dump: PostgreSQL's program khong-co was not"):
        back_up(config, clock)
    old = tmp_path / "pg_dump"
    old.write_text("#!/bin/sh\necho 'pg_dump (PostgreSQL) 9.6'\n")
    old.chmod(0o700)
    (tmp_path / "pg_restore").symlink_to(program("pg_restore"))
    with pytest.raises(ConfigError, match=r"is of PostgreSQL 9, the server of \d+"):
        back_up(config_of(postgres_url, tmp_path, pg_dump="./pg_dump"), clock)


def test_a_password_is_not_on_the_command_line(
    postgres: Server, postgres_url: str, clock: FakeClock, tmp_path: Path
) -> None:
    """The program is put into a shell script that keeps what it was called with."""
    script = tmp_path / "pg_dump"
    script.write_text(
        f'#!/bin/sh\necho "$@" >>{tmp_path}/called\necho "$PGPASSWORD" >>{tmp_path}/password\n'
        f'exec {program("pg_dump")} "$@"\n'
    )
    script.chmod(0o700)
    (tmp_path / "pg_restore").symlink_to(program("pg_restore"))
    url = postgres.url("khop", password="mat-khau-rieng")
    back_up(config_of(url, tmp_path, pg_dump="./pg_dump"), clock)
    assert "mat-khau-rieng" not in (tmp_path / "called").read_text()
    assert "mat-khau-rieng" in (tmp_path / "password").read_text()


def test_the_clock_of_the_name_is_local(ledger: Ledger, clock: FakeClock, tmp_path: Path) -> None:
    clock.now -= timedelta(hours=clock.now.hour)
    assert "-07" in Path(back_up(config_of(ledger.url, tmp_path), clock).file).name
