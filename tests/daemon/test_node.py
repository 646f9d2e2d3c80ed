"""A node beside others of another version, another configuration, and under a clock that is set
back."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from khop.config.slots import calendar_of
from khop.daemon import firings
from khop.daemon.firings import MOST_ATTEMPTS, State
from khop.daemon.node import Node
from khop.daemon.tasks import Kind, Task
from khop.errors import LedgerError, LedgerUnavailable
from khop.sync.ledger import Lease, Ledger
from khop.sync.ledger.schema import schedule, task_firing

START = datetime(2026, 11, 23, 8, 0, 20, tzinfo=UTC)
HOUR = 3600.0


@dataclass
class Time:
    """``seconds``: the true time, ``offset``: the error of the clock."""

    seconds: float = 0.0
    offset: float = 0.0

    def clock(self) -> datetime:
        return START + timedelta(seconds=self.seconds + self.offset)


class Server(Ledger):
    """A ledger whose clock, also a server's, is the one of the test."""

    time: Time
    writes = 0
    #: Whether no transaction that writes can be committed.
    fails = False
    is_away = False

    def now_us(self, connection: sa.Connection, clock: object) -> int:
        return int(self.time.clock().timestamp() * 1_000_000)

    @contextmanager
    def read(self) -> Iterator[sa.Connection]:
        if self.is_away:
            raise LedgerUnavailable("the ledger cannot be reached")
        with super().read() as connection:
            yield connection

    @contextmanager
    def write(self, lease: Lease | None = None) -> Iterator[sa.Connection]:
        self.writes += 1
        with super().write(lease) as connection:
            yield connection
            if self.fails:
                raise LedgerError("the ledger has no room")


def task(calendar: str, name: str = "reconcile") -> Mapping[str, Task]:
    return {name: Task(name, Kind.RECONCILE, None, calendar_of(calendar))}


def joined(
    url: str, time: Time, tasks: Mapping[str, Task], version: str = "1.0", host: str = "a"
) -> Node:
    ledger = Server(url)
    ledger.time = time
    made = Node(ledger, f"{host}:1/boot:1:1", tasks, time.clock, version=version)
    made.monotonic = lambda: time.seconds
    made.join()
    return made


def slots(made: Node, name: str = "reconcile") -> list[tuple[str, str]]:
    """The slots that are accounted for, and how."""
    query = sa.select(task_firing).where(task_firing.c.task == name)
    with made.ledger.read() as connection:
        rows = connection.execute(query.order_by(task_firing.c.slot_us)).all()
    moments = [datetime.fromtimestamp(row.slot_us / 1_000_000, UTC) for row in rows]
    return [(f"{at:%H:%M}", row.state) for at, row in zip(moments, rows, strict=True)]


def test_a_clock_that_is_set_back_twice_before_any_slot_loses_none(ledger_url: str) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1h"))
    for offset in (-24 * HOUR, -48 * HOUR):
        time.seconds, time.offset = time.seconds + 1, offset
        made.tick()
    time.seconds += 1
    time.offset -= time.seconds - 59 * 60  # a minute before the next slot, and no sign of life due
    made.tick()
    time.offset += 60
    time.seconds += 1
    assert [firing.task for firing in made.tick()] == ["reconcile"]


def test_an_older_version_takes_no_work_while_a_newer_is_there_and_does_after(
    ledger_url: str,
) -> None:
    time = Time()
    old = joined(ledger_url, time, task("every 1m"), "1.9.0", "a")
    joined(ledger_url, time, task("every 1m"), "1.10.0", "b")
    time.seconds = 45
    assert old.tick() == []
    assert old.draining == "khop 1.10.0 is there"
    assert slots(old) == [("08:01", State.DUE)]
    time.seconds = 130  # nothing was heard of the newer one for longer than a minute
    old.tick()
    assert old.draining is None
    assert old.running


def test_a_newer_version_of_the_future_is_not_there(ledger_url: str) -> None:
    time = Time(offset=24 * HOUR)
    joined(ledger_url, time, task("every 1m"), "2.0", "b")
    time.offset = 0.0
    assert joined(ledger_url, time, task("every 1m"), "1.0").draining is None


def test_a_slot_of_the_old_calendar_is_accounted_for_when_it_changes(ledger_url: str) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1m"))
    time.seconds = 100
    made.tasks = task("every 1h")
    made.join()
    assert slots(made) == [("08:02", State.DUE)]
    with made.ledger.read() as connection:
        row = connection.execute(sa.select(schedule)).one()
    assert (row.spec, row.next_us % 3_600_000_000) == ("every 1h", 0)


def test_what_only_another_configuration_has_causes_no_writing(ledger_url: str) -> None:
    time = Time()
    joined(ledger_url, time, task("every 1m", "removed"), host="b")
    made = joined(ledger_url, time, task("every 1h"), host="a")
    time.seconds = 45
    assert isinstance(made.ledger, Server)
    before = made.ledger.writes
    made.tick()  # with a sign of life
    time.seconds = 46
    made.tick()
    assert made.ledger.writes == before + 1


def test_a_node_leaves_also_when_its_task_left_khop_toml_meanwhile(ledger: Ledger) -> None:
    time = Time()
    node = joined(ledger.url, time, task("every 1m"))
    time.seconds = 60.0
    (firing,) = node.tick()
    node.tasks = {}
    node.leave()
    assert node.running == {}
    with ledger.read() as connection:
        row = connection.execute(sa.select(task_firing)).one()
    assert (row.task, row.state, row.token) == (firing.task, State.DUE, None)
    node.ledger.close()


def test_what_could_not_be_written_takes_no_place_of_the_work_at_once(ledger_url: str) -> None:
    """Such as on a full disk: the look claims, and its transaction is not committed."""
    time = Time(seconds=-20.0)
    made = joined(ledger_url, time, task("every 1m"))
    time.seconds = 45.0
    assert isinstance(made.ledger, Server)
    made.ledger.fails = True
    for _ in range(made.at_once + 1):
        with pytest.raises(LedgerError):
            made.tick()
    made.ledger.fails = False
    assert not made.running
    assert [firing.task for firing in made.tick()] == ["reconcile"]


def test_a_task_that_began_anew_is_not_let_go_with_its_firing_before(ledger_url: str) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1m"))
    time.seconds = 45.0
    (first,) = made.tick()
    made.ended(first, None)
    time.seconds = 105.0
    (second,) = made.tick()
    made.let_go(first)  # the thread of the first one ends late
    assert list(made.running.values()) == [second]


def test_a_schedule_that_could_not_be_written_when_khop_toml_was_read_is_written_later(
    ledger_url: str,
) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1m"))
    made.tasks = {**task("every 1m"), **task("every 1m", "added")}
    assert isinstance(made.ledger, Server)
    made.ledger.fails = True
    with pytest.raises(LedgerError):
        made.tick()
    made.ledger.fails = False
    made.tick()
    time.seconds = 45.0
    made.tick()
    assert slots(made, "added") == [("08:01", State.RUNNING)]


def test_a_clock_that_jumps_ahead_takes_no_task_from_a_process_that_runs_it(
    ledger_url: str,
) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1m"))
    other = joined(ledger_url, time, task("every 1m"), host="b")
    time.seconds = 45.0
    (firing,) = made.tick()
    with made.ledger.write() as connection:
        now_us = made.ledger.now_us(connection, time.clock)
        firings.trigger(connection, "reconcile", "after a pull", now_us, now_us)
    time.offset = 40.0  # by this clock the lease has run out
    assert other.tick() == []
    assert made.ended(firing, None)
    assert [each.task for each in other.tick()] == ["reconcile"]


def test_a_process_that_stood_still_after_it_claimed_does_not_trust_its_lease(
    ledger_url: str,
) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1m"))
    time.seconds = 45.0
    (firing,) = made.tick()
    time.seconds = 80.0
    assert not made.lease_of(firing).is_trusted


def test_a_task_that_time_does_not_call_any_more_causes_no_writing(ledger_url: str) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1m"))
    made.tasks = {"reconcile": Task("reconcile", Kind.RECONCILE, None, None)}
    made.join()
    time.seconds = 500.0
    assert isinstance(made.ledger, Server)
    made.tick()
    before = made.ledger.writes
    time.seconds = 501.0
    made.tick()
    assert made.ledger.writes == before


def test_a_firing_that_lost_the_ledger_is_tried_again_three_times_at_most(
    ledger_url: str,
) -> None:
    time = Time()
    made = joined(ledger_url, time, task("every 1h"))
    time.seconds = HOUR
    for attempt in range(1, MOST_ATTEMPTS + 1):
        (firing,) = made.tick()
        assert firing.attempts == attempt
        made.cut_off(firing, "the ledger cannot be reached")
        assert made.tick() == []  # not at once
        time.seconds += 11
    assert slots(made) == [("09:00", State.INTERRUPTED)]
    assert made.running == {}


def test_a_repair_that_lost_the_ledger_is_interrupted(ledger_url: str) -> None:
    time = Time()
    repair = Task("repair", Kind.REPAIR, None, calendar_of("every 1h"))
    made = joined(ledger_url, time, {"repair": repair})
    time.seconds = HOUR - 20
    (firing,) = made.tick()
    made.cut_off(firing, "the ledger cannot be reached")
    assert slots(made, "repair") == [("09:00", State.INTERRUPTED)]


def test_a_firing_is_not_taken_back_because_nobody_could_renew_its_lease(ledger_url: str) -> None:
    time = Time()
    holder = joined(ledger_url, time, task("every 1m"))
    other = joined(ledger_url, time, task("every 1m"), host="b")
    time.seconds = 45
    (firing,) = holder.tick()
    other.tick()
    assert isinstance(other.ledger, Server)
    other.ledger.is_away = True
    time.seconds += 40
    with pytest.raises(LedgerUnavailable):
        other.tick()
    other.ledger.is_away = False
    assert other.tick() == []
    assert holder.ended(firing, None)
    other.tick()
    time.seconds += 60
    (following,) = other.tick()
    holder.tick()
    time.seconds += 40
    assert [each.slot_us for each in holder.tick()] == [following.slot_us]
