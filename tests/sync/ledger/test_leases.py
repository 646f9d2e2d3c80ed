"""Leases: who holds one, until when, and what a former holder may still do."""

from __future__ import annotations

import os
import time
from collections.abc import Callable
from datetime import datetime

import pytest
import sqlalchemy as sa

from khop.sync.ledger import Lease, LeaseHeld, LeaseLost, Ledger, acquire
from khop.sync.ledger.leases.processes import this_process, was_here_and_is_gone
from khop.sync.ledger.leases.rows import TTL_SECONDS, TTL_US, is_held, take
from khop.sync.ledger.schema import lease
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock

LEDGERS = BOTH
HERE = this_process()
NOW = 1_800_000_000_000_000


def expires(ledger: Ledger, name: str) -> int:
    with ledger.read() as connection:
        query = sa.select(lease.c.expires_us).where(lease.c.name == name)
        return int(connection.execute(query).scalar_one())


def taken(ledger: Ledger, clock: Callable[[], datetime], monotonic: Callable[[], float]) -> Lease:
    with ledger.write() as connection:
        tokens = take(connection, ["apply"], ledger.now_us(connection, clock))
    return Lease(tokens, clock, monotonic)


def test_a_write_under_a_lease_that_was_taken_over_is_rolled_back(
    ledger: Ledger, clock: FakeClock
) -> None:
    with acquire(ledger, "apply", clock) as held:
        with ledger.write() as connection:
            connection.execute(sa.update(lease).values(token=lease.c.token + 1))
        with pytest.raises(LeaseLost, match="took over"), ledger.write(held):
            pass


def test_the_whole_and_its_parts_are_not_held_at_once(ledger: Ledger, clock: FakeClock) -> None:
    with acquire(ledger, ["pull:a", "pull:b"], clock):
        for name in ("pull", "pull:a", "pull:b"):
            with pytest.raises(LeaseHeld), acquire(ledger, name, clock):
                pass
        for name in ("pull:c", "pull_a", "apply"):
            with acquire(ledger, name, clock):
                pass
    with (
        acquire(ledger, "pull", clock),
        pytest.raises(LeaseHeld, match="'pull'"),
        acquire(ledger, "pull:a", clock),
    ):
        pass


def test_of_several_leases_all_are_taken_or_none(ledger: Ledger, clock: FakeClock) -> None:
    with acquire(ledger, "pull:b", clock):
        with pytest.raises(LeaseHeld), acquire(ledger, ["pull:a", "pull:b"], clock):
            pass
        with acquire(ledger, "pull:a", clock):
            pass


def test_a_write_renews_and_a_released_lease_can_be_taken(ledger: Ledger, clock: FakeClock) -> None:
    with acquire(ledger, "apply", clock) as held:
        with ledger.write() as connection:
            connection.execute(sa.update(lease).values(expires_us=5))
        with ledger.write(held) as connection:
            now_us = ledger.now_us(connection, clock)
        assert abs(expires(ledger, "apply") - now_us - TTL_US) < 5_000_000
    assert expires(ledger, "apply") == 0
    with acquire(ledger, "apply", clock) as again:
        assert again.tokens["apply"] > held.tokens["apply"]


def test_a_holder_that_was_stopped_for_long_looks_before_it_goes_on(
    ledger: Ledger, clock: FakeClock
) -> None:
    seconds = [0.0]
    held = taken(ledger, clock, lambda: seconds[0])
    assert held.is_trusted
    seconds[0] += TTL_SECONDS
    assert not held.is_trusted
    ledger.renew(held)
    assert held.is_trusted
    seconds[0] += TTL_SECONDS
    with ledger.write() as connection:
        connection.execute(sa.update(lease).values(token=lease.c.token + 1))
    with pytest.raises(LeaseLost, match="took over"):
        ledger.renew(held)
    assert not held.is_trusted


def test_a_renewal_that_was_not_committed_is_not_trusted(ledger: Ledger, clock: FakeClock) -> None:
    seconds = [0.0]
    held = taken(ledger, clock, lambda: seconds[0])
    seconds[0] += TTL_SECONDS
    with pytest.raises(ZeroDivisionError), ledger.write(held):
        raise ZeroDivisionError
    assert not held.is_trusted


def ended(pid: int, start: str | None = None) -> str:
    """The name of this process with another number."""
    host, _, rest = HERE.partition("/")
    place, _, started = rest.rpartition(":")
    return f"{host.rpartition(':')[0]}:{pid}/{place}:{start or started}"


@pytest.mark.parametrize(
    ("owner", "gone"),
    [
        (HERE, False),
        (ended(999_999_999), True),
        (ended(os.getpid(), "1"), True),
        # another machine, another boot, another container
        ("elsewhere:999999999/other-boot:4026531836:1", False),
        (ended(999_999_999).replace("/", "/0"), False),
        ("host:1:1", False),
        ("", False),
    ],
    ids=["this", "ended", "number_used_again", "machine", "boot", "old_name", "none"],
)
def test_a_process_is_gone_only_where_it_could_be_seen(owner: str, gone: bool) -> None:
    assert was_here_and_is_gone(owner) is gone


@pytest.mark.parametrize(
    ("owner", "left_us", "held"),
    [
        (HERE, 1, True),
        (HERE, 0, False),
        (None, 1, False),
        (ended(999_999_999), TTL_US, False),
        ("elsewhere:1/boot:1:1", TTL_US, True),
        ("elsewhere:1/boot:1:1", 2 * 86_400_000_000, False),
    ],
    ids=["this", "run_out", "released", "ended", "elsewhere", "wrong_clock"],
)
def test_a_lease_is_held_until_it_runs_out_or_its_process_is_seen_to_be_gone(
    owner: str | None, left_us: int, held: bool
) -> None:
    assert is_held(owner, NOW + left_us, NOW) is held


@pytest.mark.skipif(not hasattr(time, "CLOCK_BOOTTIME"), reason="Linux tells it")
def test_the_time_of_a_lease_goes_on_while_the_machine_is_suspended(
    ledger: Ledger, clock: FakeClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    slept = 0.0
    real = time.clock_gettime

    def after_sleep(which: int) -> float:
        return real(which) + (slept if which == time.CLOCK_BOOTTIME else 0.0)

    monkeypatch.setattr(time, "clock_gettime", after_sleep)
    with acquire(ledger, "apply", clock) as held:
        assert held.is_trusted
        slept = 3600.0
        assert not held.is_trusted
