"""A push: before each request that it makes, the lease is still this process's."""

from __future__ import annotations

from dataclasses import dataclass, field

import httpx
import pytest
import sqlalchemy as sa

from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Timing, Transport
from khop.sync.ledger import Lease, LeaseLost, Ledger
from khop.sync.ledger.leases.rows import TTL_SECONDS, take
from khop.sync.ledger.schema import lease
from khop.sync.privacy import Privacy
from khop.sync.results import NoProgress
from khop.sync.run_context import RunContext
from tests.sync.fakes import FakeClock


@dataclass
class Time:
    """Seconds that pass only in waits; another process may take all leases meanwhile."""

    ledger: Ledger
    taken_over: bool = False
    now: float = 0.0

    def sleep(self, seconds: float) -> None:
        self.now += seconds
        if self.taken_over:
            with self.ledger.write() as connection:
                connection.execute(sa.update(lease).values(token=lease.c.token + 1))


@dataclass
class Busy(httpx.BaseTransport):
    """A system that is too busy for the first call."""

    wait: str
    requests: list[httpx.Request] = field(default_factory=list)

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if len(self.requests) == 1:
            return httpx.Response(429, headers={"Retry-After": self.wait})
        return httpx.Response(200)


@pytest.fixture
def time(ledger: Ledger) -> Time:
    return Time(ledger)


@pytest.fixture
def context(ledger: Ledger, privacy: Privacy, clock: FakeClock, time: Time) -> RunContext:
    with ledger.write() as connection:
        tokens = take(connection, ["apply"], ledger.now_us(connection, clock))
    held = Lease(tokens, clock, lambda: time.now)
    return RunContext(ledger, privacy, held, clock, NoProgress())


def push(context: RunContext, time: Time, system: Busy) -> None:
    timing = Timing(clock=lambda: time.now, sleep=time.sleep, random=lambda: 0.0)
    transport = Transport("dvcqg", TransportSettings(), timing=timing, http=system)
    with context.pushing():
        transport.call("push", "POST", "https://h.example.vn/", json={}, write=True)


@pytest.mark.parametrize(("wait", "sent"), [(TTL_SECONDS, 1), (1, 2)])
def test_a_try_after_the_lease_was_lost_is_not_sent(
    context: RunContext, time: Time, wait: int, sent: int
) -> None:
    """The second is sent while no other process can have taken the lease."""
    system, time.taken_over = Busy(str(wait)), wait == TTL_SECONDS
    if sent == 1:
        with pytest.raises(LeaseLost, match="'apply'"):
            push(context, time, system)
    else:
        push(context, time, system)
    assert len(system.requests) == sent


def test_a_try_after_a_long_wait_renews_the_lease_first(context: RunContext, time: Time) -> None:
    system = Busy(str(TTL_SECONDS))
    push(context, time, system)
    assert len(system.requests) == 2
    assert context.lease.is_trusted


def test_a_push_without_the_lease_is_not_begun(context: RunContext, time: Time) -> None:
    time.taken_over = True
    time.sleep(TTL_SECONDS)
    system = Busy("1")
    with pytest.raises(LeaseLost, match="'apply'"):
        push(context, time, system)
    assert system.requests == []
