"""The rate limit and the circuit breaker."""

from __future__ import annotations

import threading
from random import Random

import pytest

from khop.connectors.http.limits import CircuitBreaker, CircuitOpen, TokenBucket
from tests.connectors.scripted import FakeTime


def test_the_bucket_keeps_the_rate(time: FakeTime) -> None:
    bucket = TokenBucket(10.0, clock=time.clock, sleep=time.sleep)
    for _ in range(51):
        bucket.acquire()
    assert time.now - 1000.0 == pytest.approx(5.0)


def test_idle_time_allows_no_burst(time: FakeTime) -> None:
    bucket = TokenBucket(100.0, clock=time.clock, sleep=time.sleep)
    time.now += 3600
    for _ in range(110):
        bucket.acquire()
    assert time.now - 4600.0 == pytest.approx(1.0)


def test_threads_share_one_rate(time: FakeTime) -> None:
    waits: list[float] = []
    bucket = TokenBucket(10.0, clock=lambda: 0.0, sleep=waits.append)
    threads = [threading.Thread(target=bucket.acquire) for _ in range(21)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(waits) == pytest.approx([n / 10 for n in range(1, 21)])


def fail(breaker: CircuitBreaker, times: int) -> None:
    for _ in range(times):
        breaker.report(ok=False, probe=breaker.admit())


def test_a_dead_host_opens_the_circuit_and_one_probe_closes_it(time: FakeTime) -> None:
    breaker = CircuitBreaker(clock=time.clock)
    fail(breaker, 10)
    with pytest.raises(CircuitOpen) as refused:
        breaker.admit()
    assert refused.value.seconds == 30.0
    time.now += 30
    assert breaker.admit() is True
    with pytest.raises(CircuitOpen):
        breaker.admit()
    breaker.report(ok=True, probe=True)
    assert breaker.admit() is False


def test_a_failed_probe_starts_a_new_cool_down(time: FakeTime) -> None:
    breaker = CircuitBreaker(clock=time.clock)
    fail(breaker, 10)
    time.now += 30
    fail(breaker, 1)
    time.now += 29
    with pytest.raises(CircuitOpen):
        breaker.admit()
    time.now += 1
    assert breaker.admit() is True


def test_failures_while_open_do_not_prolong_the_cool_down(time: FakeTime) -> None:
    breaker = CircuitBreaker(clock=time.clock)
    late = breaker.admit()
    fail(breaker, 10)
    time.now += 20
    breaker.report(ok=False, probe=late)
    time.now += 10
    assert breaker.admit() is True


def test_one_failure_in_ten_never_opens_the_circuit(time: FakeTime) -> None:
    breaker = CircuitBreaker(clock=time.clock)
    random = Random(7)
    for _ in range(20_000):
        breaker.report(ok=random.random() > 0.1, probe=breaker.admit())
    assert breaker.admit() is False
