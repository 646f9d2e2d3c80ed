"""The retry policy."""

from __future__ import annotations

import pytest

from khop.connectors.http.retry import RetryPolicy, retrying
from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime


def tries(
    time: FakeTime, error: Exception, *, write: bool, attempts: int = 4, seconds: float = 60
) -> int:
    made = 0

    def call() -> None:
        nonlocal made
        made += 1
        raise error

    loop = retrying(
        RetryPolicy(attempts, seconds),
        write=write,
        clock=time.clock,
        sleep=time.sleep,
        random=lambda: 1.0,
    )
    with pytest.raises(type(error)) as caught:
        loop(call)
    assert caught.value is error
    return made


@pytest.mark.parametrize(
    ("kind", "read", "write"),
    [
        (Unreachable, 4, 4),
        (RateLimited, 4, 4),
        (Unreadable, 4, 1),
        (OutcomeUnknown, 1, 1),
        (Unauthorised, 1, 1),
        (Refused, 1, 1),
        (AlreadyExists, 1, 1),
    ],
)
def test_the_class_of_an_error_decides_on_a_retry(
    time: FakeTime, kind: type[ConnectorError], read: int, write: int
) -> None:
    assert tries(time, kind("s", "o"), write=False) == read
    assert tries(time, kind("s", "o"), write=True) == write


def test_a_record_error_is_not_retried(time: FakeTime) -> None:
    assert tries(time, RecordError("f", "r"), write=False) == 1


def test_waits_double_up_to_the_limit(time: FakeTime) -> None:
    tries(time, Unreachable("s", "o"), write=False, attempts=9, seconds=1000)
    assert time.slept == [0.5, 1.0, 2.0, 4.0, 8.0, 16.0, 20.0, 20.0]


def test_jitter_is_full() -> None:
    policy = RetryPolicy(6, 60)
    assert policy.wait(4, None, lambda: 0.0) == 0.0
    assert policy.wait(4, None, lambda: 0.25) == 1.0
    assert policy.wait(10_000, None, lambda: 1.0) == 20.0


def test_the_time_limit_ends_the_tries(time: FakeTime) -> None:
    made = tries(time, Unreachable("s", "o"), write=False, attempts=100, seconds=10)
    assert time.now - 1000.0 <= 10
    assert made == 5


def test_retry_after_is_waited(time: FakeTime) -> None:
    tries(time, RateLimited("s", "o", retry_after=7.0), write=True, attempts=3)
    assert time.slept == [7.5, 7.5]


def test_a_wait_beyond_the_time_limit_ends_the_tries(time: FakeTime) -> None:
    assert tries(time, RateLimited("s", "o", retry_after=61.0), write=False) == 1
    assert time.slept == []
