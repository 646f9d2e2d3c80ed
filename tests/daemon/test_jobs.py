"""What the tasks do that are called by time alone."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import closing
from datetime import datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.daemon import jobs
from khop.daemon.alarms.names import AlarmName
from khop.daemon.faults import sentence_of
from khop.daemon.jobs import JobResult, Stopped, Surroundings
from khop.daemon.tasks import Kind, Task
from khop.mappings.records import Instant
from khop.sync.ledger import Ledger, check_ledger
from khop.sync.ledger.schema import run, task_firing
from khop.sync.opening import open_engine
from khop.sync.results import NoProgress
from khop.text.local_time import DAY_US
from tests.cases.installation import NOW, Installation
from tests.cases.systems import code, row

pytestmark = pytest.mark.slow

Do = Callable[..., JobResult]
NOW_US = Instant.of(NOW).us


@pytest.fixture
def installation(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> Iterator[Installation]:
    monkeypatch.setattr("khop.sync.opening._utc_now", lambda: NOW)
    made = Installation(tmp_path, capsys)
    made.start()
    made.configure(
        '\n[log]\nanchor_file = "anchors.txt"\n\n[daemon]\nwork_folder = "work"\nkeep_days = 30\n'
    )
    made.one_stop.rows.append(row(1, code(1)))
    made.audit()
    yield made
    made.stop()


@pytest.fixture
def do(installation: Installation) -> Do:
    path = installation.folder / "khop.toml"
    config = load_config(path, adapter_types())

    def done(kind: Kind, *, stopping: bool = False, now: datetime = NOW) -> JobResult:
        given = Surroundings(
            config,
            path,
            lambda sources: open_engine(
                config, adapter_types(), clock=lambda: now, sources=sources
            ),
            lambda: now,
            NoProgress(),
            lambda: stopping,
        )
        return jobs.run(Task(kind.value, kind, None, None), given)

    return done


def test_the_head_of_the_log_is_noted(installation: Installation, do: Do) -> None:
    before = (installation.folder / "anchors.txt").read_text("utf-8").splitlines()
    assert do(Kind.ANCHOR).error is None
    after = (installation.folder / "anchors.txt").read_text("utf-8").splitlines()
    assert len(after) == len(before) + 1


def test_the_ledger_is_copied(installation: Installation, do: Do) -> None:
    assert do(Kind.BACKUP).error is None
    assert len(list((installation.folder / "backups").iterdir())) == 1


def test_a_sound_ledger_clears_the_alarm_and_a_damaged_one_raises_it(
    installation: Installation, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    sound = do(Kind.CHECK)
    assert (sound.error, sound.alarms) == (None, {AlarmName.LEDGER: None})
    found = check_ledger(f"sqlite:///{installation.folder / 'khop.db'}")
    damaged = type(found)(found.place, ("page 7 is damaged",), True)
    monkeypatch.setattr(jobs, "check_ledger", lambda url: damaged)
    assert do(Kind.CHECK).alarms == {AlarmName.LEDGER: "page 7 is damaged"}


def test_what_old_runs_left_is_taken_away(installation: Installation, do: Do) -> None:
    ledger = Ledger(f"sqlite:///{installation.folder / 'khop.db'}")
    old_us = int((NOW - timedelta(days=31)).timestamp()) * 1_000_000
    values = {"task": "pull:igate", "covers": 1, "state": "done", "attempts": 1}
    with ledger.write() as connection:
        for us in (old_us, old_us + 2 * 86_400_000_000):
            times = dict.fromkeys(("slot_us", "since_us", "start_us", "finished_us"), us)
            connection.execute(sa.insert(task_firing).values(**values, **times))
        runs = connection.scalar(sa.select(sa.func.count()).select_from(run))
    removed = do(Kind.RETENTION).summary["removed"]
    assert (removed["task_firing"], removed["run"]) == (1, 0)
    with ledger.read() as connection:
        assert connection.scalar(sa.select(sa.func.count()).select_from(run)) == runs
    ledger.close()


def test_nothing_is_taken_away_under_a_clock_that_cannot_be_right(
    installation: Installation, do: Do, monkeypatch: pytest.MonkeyPatch
) -> None:
    ahead = do(Kind.RETENTION, now=NOW + timedelta(days=400))
    assert (list(ahead.alarms), ahead.summary) == ([AlarmName.CLOCK], {})
    with closing(Ledger(f"sqlite:///{installation.folder / 'khop.db'}")) as ledger:
        with ledger.write() as connection:
            times = dict.fromkeys(("slot_us", "since_us", "start_us", "finished_us"), NOW_US)
            values = {"task": "pull:igate", "covers": 1, "state": "done", "attempts": 1}
            connection.execute(sa.insert(task_firing).values(**values, **times))
        year_us = NOW_US + 400 * DAY_US
        with monkeypatch.context() as patched:
            patched.setattr(type(ledger.database), "now_us", lambda *_: year_us)
            assert do(Kind.RETENTION).summary["removed"]["task_firing"] == 0
    later = installation.now = NOW + timedelta(days=400)
    assert do(Kind.RETENTION, now=later).summary["removed"]["task_firing"] == 1


def test_the_workbooks_are_written_by_khop_work(installation: Installation, do: Do) -> None:
    result = do(Kind.WORK)
    assert result.error is None
    assert (installation.folder / "work" / "work.json").exists()


def test_khop_work_ends_when_the_daemon_stops(installation: Installation, do: Do) -> None:
    with pytest.raises(Stopped):
        do(Kind.WORK, stopping=True)


def test_a_reconcile_is_followed_by_repair_and_notices(do: Do) -> None:
    result = do(Kind.RECONCILE)
    assert list(result.follows) == [Kind.REPAIR, Kind.NOTIFY]


def test_a_reconcile_after_days_without_a_run_asks_the_systems_for_the_time(
    installation: Installation, do: Do
) -> None:
    installation.now = NOW + timedelta(days=3)
    assert do(Kind.RECONCILE, now=installation.now).error is None
    later = installation.now + timedelta(days=3)
    assert AlarmName.CLOCK in do(Kind.RECONCILE, now=later).alarms


def test_an_error_of_the_program_is_named_by_its_kind() -> None:
    assert sentence_of(ValueError("a secret")) == "khop failed (ValueError)"
