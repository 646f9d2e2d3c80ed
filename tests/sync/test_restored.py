"""A ledger that was put back to an earlier state: it goes on from there, and what khop sent in the
meantime is not sent again."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from itertools import islice
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.model import Config
from khop.errors import ConfigError, KhopError
from khop.mappings.records import Status
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger, check_ledger
from khop.sync.ledger.copies.backup import back_up
from khop.sync.ledger.leases.holding import acquire
from khop.sync.ledger.schema import node, outbox
from khop.sync.privacy import ensure_key
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, history, record
from tests.sync.installation import Build, template
from tests.sync.ledger.test_backup import config_of
from tests.sync.repairing.pushing import pull_and_reconcile, yes
from tests.sync.restoring import config, pulled, put_back, runs
from tests.sync.test_killed import at_every_instant, reconciled

pytestmark = pytest.mark.slow

__all__ = ["config", "pulled", "reconciled", "template"]


def test_a_ledger_in_use_is_replaced_only_when_asked_and_is_kept(
    pulled: str, engine: Engine, clock: FakeClock, config: Config
) -> None:
    engine.apply(confirm=yes)
    before = runs(config)
    with pytest.raises(KhopError, match=r"its audit log has \d+ entries more than the backup"):
        put_back(config, pulled, clock)
    assert runs(config) == before
    done = put_back(config, pulled, clock, replace=True)
    assert (done.newer or 0) > 2
    assert runs(config) == before - 1
    assert done.replaced is not None
    # the engine has had the ledger open all along
    assert engine.verify_log().ok
    put_back(config, done.replaced, clock, replace=True)
    assert runs(config) == before
    assert engine.verify_log().ok


def test_a_working_khop_is_not_disturbed(
    pulled: str, ledger: Ledger, clock: FakeClock, config: Config
) -> None:
    with (
        acquire(ledger, "pull:igate", clock),
        pytest.raises(KhopError, match="a khop works on the ledger"),
    ):
        put_back(config, pulled, clock, replace=True)
    put_back(config, pulled, clock, replace=True)


def test_a_daemon_that_ran_when_the_backup_was_made_is_not_there_any_more(
    engine: Engine, ledger: Ledger, clock: FakeClock, config: Config
) -> None:
    engine.pull()
    seen = {"id": "n1", "version": "1", "started_us": 0, "state": "running"}
    with ledger.write() as connection:
        now_us = ledger.now_us(connection, clock)
        connection.execute(sa.insert(node), {**seen, "seen_us": now_us})
    made = back_up(config, clock).file
    with ledger.write() as connection:
        connection.execute(sa.update(node).values(state="stopped"))
    put_back(config, made, clock, replace=True)
    with ledger.read() as connection:
        assert connection.scalar(sa.select(node.c.id)) is None
    put_back(config, made, clock, replace=True)


@pytest.mark.parametrize("first", [0, 100, 5 * 4096, None])
def test_a_damaged_or_missing_ledger_is_moved_away_with_its_log(
    first: int | None, pulled: str, engine: Engine, clock: FakeClock, config: Config
) -> None:
    """Its head, its schema, or pages after that are damaged; None: it is empty."""
    engine.close()
    path = config.base_dir / "khop.db"
    content = path.read_bytes()
    damaged = b"" if first is None else content[:first] + b"x" * (len(content) - first)
    path.write_bytes(damaged)
    path.with_name("khop.db-wal").write_bytes(b"left by a killed process")
    if damaged:
        with pytest.raises(KhopError, match=r"is in use, and|is corrupt|is damaged"):
            put_back(config, pulled, clock)
    done = put_back(config, pulled, clock, replace=True)
    assert (done.replaced is not None) == bool(damaged)
    assert check_ledger(config.ledger_url).ok
    assert runs(config) == 2


def test_what_is_no_whole_backup_of_this_ledger_is_refused(
    pulled: str, clock: FakeClock, config: Config, tmp_path: Path
) -> None:
    cut, text = tmp_path / "cut.db", tmp_path / "text.db"
    cut.write_bytes(Path(pulled).read_bytes()[:-8192])
    text.write_text("không phải")
    with pytest.raises(KhopError, match="is damaged: it is no whole copy"):
        put_back(config, str(cut), clock, replace=True)
    with pytest.raises(KhopError, match="is no backup of a ledger"):
        put_back(config, str(text), clock, replace=True)
    (tmp_path / "khop.key").unlink()
    ensure_key(tmp_path / "khop.key")
    with pytest.raises(ConfigError, match="another key"):
        put_back(config, pulled, clock, replace=True)
    assert runs(config) == 2


def test_a_file_of_a_newer_version_is_refused(
    pulled: str, clock: FakeClock, config: Config
) -> None:
    with closing(sqlite3.connect(pulled)) as copy:
        copy.execute("UPDATE alembic_version SET version_num = '9999'")
        copy.commit()
    with pytest.raises(KhopError, match="newer version than this program"):
        put_back(config, pulled, clock, replace=True)
    assert runs(config) == 2
    assert [path.name for path in config.base_dir.glob(".khop*")] == []


def test_a_ledger_that_a_newer_khop_migrated_goes_back_to_the_backup_from_before(
    pulled: str, engine: Engine, clock: FakeClock, config: Config
) -> None:
    with engine.ledger.write() as connection:
        connection.execute(sa.text("UPDATE alembic_version SET version_num = '9999'"))
    with pytest.raises(KhopError, match="newer version"):
        Ledger(config.ledger_url)
    put_back(config, pulled, clock, replace=True)
    assert engine.verify_log().ok


def test_an_older_step_is_left_to_people_and_a_newer_one_is_sent(
    build_engine: Build, clock: FakeClock, config: Config,
    one_stop: FakeOneStop, portal: FakePortal,
) -> None:  # fmt: skip
    engine = build_engine(one_stop, portal, repair={"max_share": 1.0})
    made = back_up(config, clock)
    dossier = record(1, status=Status.FINISHED, finished_at=at(12))
    one_stop.put(dossier)
    steps = [(Status.RECEIVED, at(10)), (Status.FINISHED, at(12))]
    one_stop.histories[dossier.native_id] = history(dossier, *steps)
    portal.hold(record(1, status=Status.RECEIVED))
    put_back(config, made.file, clock, replace=True)
    pull_and_reconcile(engine, clock)
    (applied,) = engine.apply(confirm=yes).applied
    assert (applied.outcome, portal.steps) == ("steps_unknown", {})
    clock.advance(days=6)
    returned = replace(dossier, status=Status.RETURNED, returned_at=at(21), changed_at=at(21))
    one_stop.put(returned)
    one_stop.histories[dossier.native_id] = history(returned, *steps, (Status.RETURNED, at(21)))
    pull_and_reconcile(engine, clock)
    assert [one.outcome for one in engine.apply(confirm=yes).applied] == ["done"]
    assert [step.status for step in portal.steps[dossier.code]] == [Status.RETURNED]


@pytest.mark.slow
def test_a_backup_of_any_instant_of_an_apply_doubles_nothing(
    reconciled: Path, tmp_path: Path
) -> None:
    """The apply is stopped, backed up, and ended; then the backup is put back, and all goes on."""

    def work(engine: Engine) -> None:
        engine.apply(confirm=yes)

    for office in islice(at_every_instant(tmp_path, reconciled, work), 2, None, 6):
        engine = office.khop.engine
        config = config_of(office.khop.ledger.url, office.khop.files[0].parent)
        made = back_up(config, office.clock)
        work(engine)
        done = put_back(config, made.file, office.clock, replace=True)
        pull_and_reconcile(engine, office.clock)
        work(engine)
        first = office.one_stop.dossiers[record(1).native_id]
        office.one_stop.put(replace(first, due_at=at(29), changed_at=at(19)))
        pull_and_reconcile(engine, office.clock)
        work(engine)
        assert office.portal.breaches == []
        assert engine.verify_log().ok
        with office.khop.ledger.read() as connection:
            left = sa.select(outbox.c.version).where(outbox.c.state == "steps_unknown")
            assert len(connection.scalars(left).all()) >= done.held
