"""Another key, on both kinds of ledger (the whole way is in ``tests/cases/test_keys.py``)."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.domain_tables import Tables
from khop.config.model import Config, LedgerSettings, Province
from khop.errors import KhopError
from khop.mappings.identity import applicant_key
from khop.mappings.records import Reject
from khop.sync.engine import Engine
from khop.sync.key_rotation import key_state, replace_lost_key, rotate_key
from khop.sync.ledger import Ledger, check_ledger
from khop.sync.ledger.schema import node, quarantine, record_change, source_record
from khop.sync.privacy import Privacy
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, at, record
from tests.sync.installation import Build

LEDGERS = BOTH
PEOPLE = [f"0990000000{number:02}" for number in range(40)]


def config_of(ledger: Ledger, folder: Path) -> Config:
    return Config(
        province=Province(name="Tỉnh Mẫu", code="H99"),
        ledger=LedgerSettings(url=ledger.url),
        base_dir=folder,
        sources={},
    )


@pytest.fixture
def pulled(
    build_engine: Build, ledger: Ledger, privacy: Privacy, one_stop: FakeOneStop, tmp_path: Path
) -> Config:
    """After a pull of forty people's dossiers, with one record in quarantine."""
    key = privacy.matching_key
    for number, person in enumerate(PEOPLE, 1):
        one_stop.put(record(number, applicant_key=applicant_key(key, person)))
    one_stop.rejects = [Reject("code", "is missing", payload={"name": "Nguyễn Văn Mẫu"})]
    build_engine(one_stop).pull()
    return config_of(ledger, tmp_path)


def keys(ledger: Ledger) -> list[str]:
    with ledger.read() as connection:
        query = sa.select(source_record.c.applicant_key).order_by(source_record.c.code)
        return list(connection.scalars(query))


def test_stored_keys_are_those_that_the_new_secrets_make(
    pulled: Config, ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    for times in (1, 2, 3):
        state = rotate_key(pulled, actor="a", clock=clock)
        assert (state.earlier, state.pending, state.ledger) == (times, False, state.file)
        after = Privacy(tmp_path / "khop.key")
        assert keys(ledger) == [applicant_key(after.matching_key, person) for person in PEOPLE]
        with ledger.read() as connection:
            (sealed,) = connection.scalars(sa.select(quarantine.c.payload))
        assert after.unseal(sealed) == {"name": "Nguyễn Văn Mẫu"}
    assert key_state(pulled).earlier == 3


def test_keys_in_the_change_log_are_carried_over(
    pulled: Config,
    build_engine: Build,
    ledger: Ledger,
    one_stop: FakeOneStop,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    before = Privacy(tmp_path / "khop.key").matching_key
    other = applicant_key(before, PEOPLE[1])
    one_stop.put(record(1, applicant_key=other, due_at=at(1, month=12), changed_at=at(15)))
    build_engine(one_stop).pull()
    rotate_key(pulled, actor="a", clock=clock)
    after = Privacy(tmp_path / "khop.key").matching_key
    changed = ("applicant_key", *(applicant_key(after, PEOPLE[place]) for place in (0, 1)))
    assert logged(ledger) == [("due", None, None), changed]


def logged(ledger: Ledger) -> list[tuple[str, str | None, str | None]]:
    query = sa.select(record_change.c.field, record_change.c.old, record_change.c.new)
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(query.order_by(record_change.c.id))]


def test_keys_made_after_one_was_lost_are_no_change(
    pulled: Config,
    build_engine: Build,
    ledger: Ledger,
    one_stop: FakeOneStop,
    clock: FakeClock,
    tmp_path: Path,
) -> None:
    (tmp_path / "khop.key").unlink()
    replace_lost_key(pulled, actor="a", clock=clock)
    after = Privacy(tmp_path / "khop.key")
    one_stop.put(record(1, applicant_key=applicant_key(after.matching_key, PEOPLE[0])))
    with closing(Ledger(pulled.ledger_url)) as opened:
        Engine(pulled, opened, after, Tables.of(pulled), [one_stop], clock).pull()
    assert keys(ledger)[0] is not None
    assert logged(ledger) == []


def test_with_a_lost_key_nothing_is_left_that_it_made(
    pulled: Config, ledger: Ledger, clock: FakeClock, tmp_path: Path
) -> None:
    (tmp_path / "khop.key").unlink()
    replace_lost_key(pulled, actor="a", clock=clock)
    assert set(keys(ledger)) == {None}
    with ledger.read() as connection:
        assert connection.scalars(sa.select(quarantine.c.payload)).all() == [None]
    assert key_state(pulled).earlier == 0


@pytest.mark.parametrize("change", [rotate_key, replace_lost_key])
def test_a_daemon_that_runs_keeps_its_key(
    change: Callable[..., object], pulled: Config, ledger: Ledger, clock: FakeClock
) -> None:
    """It has read the key, and could write nothing with it any more."""
    seen = {"id": "n1", "version": "1", "started_us": 0, "state": "running"}
    with ledger.write() as connection:
        now_us = ledger.now_us(connection, clock)
        connection.execute(sa.insert(node), {**seen, "seen_us": now_us})
    before = pulled.key_path.read_bytes()
    with pytest.raises(KhopError, match=r"a khop daemon works on the ledger \(n1\): stop it"):
        change(pulled, actor="a", clock=clock)
    assert pulled.key_path.read_bytes() == before
    with ledger.write() as connection:
        connection.execute(sa.update(node).values(state="stopped"))
    rotate_key(pulled, actor="a", clock=clock)


def test_a_sound_ledger_is_said_to_be_sound(pulled: Config) -> None:
    found = check_ledger(pulled.ledger_url)
    assert (found.ok, found.problems) == (True, ())
