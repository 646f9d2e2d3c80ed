"""A ledger that is moved to another database: all of it, and at no instant are there two."""

from __future__ import annotations

import signal
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import ConfigError, KhopError, LedgerError
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.copies.move import move_ledger, take_back_move
from khop.sync.ledger.leases.holding import acquire
from khop.sync.ledger.schema import metadata, quarantine, run
from khop.sync.privacy import Privacy
from tests.paths import ROOT
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record
from tests.sync.installation import tables
from tests.sync.ledger.test_backup import config_of
from tests.sync.repairing.pushing import pull_and_reconcile, yes
from tests.sync.restoring import config

__all__ = ["config"]
LEDGERS = BOTH
MOVE = "khop.sync.ledger.copies.move."


@pytest.fixture
def worked(engine: Engine, one_stop: FakeOneStop, clock: FakeClock) -> Engine:
    """After a cycle, with a push, a finding and a record in quarantine."""
    one_stop.put(record(1), record(2), record(3))
    one_stop.bad = {record(3).native_id}
    pull_and_reconcile(engine, clock)
    engine.apply(confirm=yes)
    return engine


@pytest.fixture
def elsewhere(config: Config, request: pytest.FixtureRequest) -> str:
    """A place of the other kind."""
    if config.ledger.url.startswith("postgres"):
        return "sqlite:///moved.db"
    return str(request.getfixturevalue("postgres_url"))


def content(url: str) -> dict[str, list[str]]:
    """All rows of all tables, but for the entry that says that the ledger was moved."""
    with closing(Ledger(url)) as opened, opened.read() as connection:
        rows = {
            table.name: sorted(map(repr, connection.execute(sa.select(table)).all()))
            for table in metadata.sorted_tables
            if table.name != "installation"
        }
    rows["audit_log"] = [row for row in rows["audit_log"] if "ledger.move" not in row]
    return rows


@pytest.mark.slow
def test_everything_is_moved_and_khop_goes_on_there(
    worked: Engine, config: Config, elsewhere: str, clock: FakeClock,
    one_stop: FakeOneStop, portal: FakePortal, tmp_path: Path,
) -> None:  # fmt: skip
    before = content(config.ledger_url)
    done = move_ledger(config, elsewhere, clock, actor="a")
    new = config_of(elsewhere, tmp_path)
    assert content(new.ledger_url) == before
    assert done.rows == sum(map(len, before.values())) + 1
    one_stop.put(record(4))
    one_stop.bad = {record(3).native_id, record(4).native_id}
    opened, key = Ledger(new.ledger_url), Privacy(tmp_path / "khop.key")
    with Engine(new, opened, key, tables(), (one_stop, portal), clock) as engine:
        pull_and_reconcile(engine, clock)
        assert engine.verify_log().ok
        with opened.read() as connection:
            assert set(connection.scalars(sa.select(quarantine.c.id))) == {1, 2}
            numbers = connection.scalars(sa.select(run.c.id).order_by(run.c.id)).all()
            assert numbers == list(range(1, len(numbers) + 1))
    with pytest.raises(KhopError, match="is not empty"):
        move_ledger(config, elsewhere, clock, actor="a")


@pytest.mark.slow
def test_the_old_one_is_refused_until_the_move_is_taken_back(
    worked: Engine, config: Config, elsewhere: str, clock: FakeClock
) -> None:
    with pytest.raises(KhopError, match="was not moved"):
        take_back_move(config)
    before = content(config.ledger_url)
    move_ledger(config, elsewhere, clock, actor="a")
    with pytest.raises(LedgerError, match="was moved to another database"):
        Ledger(config.ledger_url)
    with pytest.raises(LedgerError, match="was moved to another database"):
        worked.pull()  # it had it open
    take_back_move(config)
    assert content(config.ledger_url) == before
    worked.pull()


@pytest.mark.slow
def test_what_cannot_be_moved_now_is_told(
    worked: Engine, config: Config, elsewhere: str, clock: FakeClock
) -> None:
    with acquire(worked.ledger, "pull:igate", clock), pytest.raises(KhopError, match="works on"):
        move_ledger(config, elsewhere, clock, actor="a")
    with pytest.raises(KhopError, match="already"):
        move_ledger(config, config.ledger.url, clock, actor="a")
    with pytest.raises(ConfigError, match="without its password"):
        move_ledger(config, "postgresql://khop:mat-khau@db/khop", clock, actor="a")


@pytest.fixture
def written(config: Config) -> Path:
    """khop.toml of the configuration, as a process of its own reads it."""
    path = config.base_dir / "khop.toml"
    path.write_text(
        f'[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n[ledger]\nurl = "{config.ledger.url}"\n'
        f'[backup]\npg_dump = "{config.backup.pg_dump}"\n',
        "utf-8",
    )
    return path


def killed(call: str, number: int, config: Path, what: str) -> None:
    """Run in a process of its own, which is killed before this call."""
    program = ROOT / "tests/sync/ledger/killed_at.py"
    done = subprocess.run(
        [sys.executable, str(program), call, str(number), str(config), what],
        cwd=ROOT, env={"PYTHONPATH": str(ROOT), "PATH": ""}, check=False,
    )  # fmt: skip
    assert done.returncode == -signal.SIGKILL


def is_whole(url: str, rows: dict[str, list[str]]) -> bool:
    try:
        return content(url) == rows
    except LedgerError:
        return False


@pytest.mark.slow
@pytest.mark.parametrize(
    ("call", "number", "old_works"),
    [("_batches", 9, True), ("_set_version", 1, True), ("_set_version", 2, True),
     ("_set_version", 3, False)],
)  # fmt: skip
def test_a_killed_move_leaves_one_ledger_at_most_and_can_be_run_again(
    call: str, number: int, old_works: bool, worked: Engine, config: Config, elsewhere: str,
    written: Path, clock: FakeClock, tmp_path: Path,
) -> None:  # fmt: skip
    before = content(config.ledger_url)
    killed(MOVE + call, number, written, elsewhere)
    new = config_of(elsewhere, tmp_path).ledger_url
    assert (is_whole(config.ledger_url, before), is_whole(new, before)) == (old_works, False)
    if old_works:
        worked.pull()
        before = content(config.ledger_url)
    move_ledger(config, elsewhere, clock, actor="a")
    assert content(new) == before


@pytest.mark.slow
def test_a_killed_backup_leaves_no_file_that_looks_like_one(written: Path, config: Config) -> None:
    folder = config.base_dir / "backups"
    killed("khop.sync.ledger.copies.backup.keep_as", 1, written, "backup")
    assert [path.name for path in folder.iterdir()] == [".khop-backup.part"]
