"""What the daemon does every second goes on after an error and under a clock that is set, and ends
when it is told."""

from __future__ import annotations

import re
import threading
import time
from datetime import datetime, timedelta, tzinfo

import pytest

from khop.daemon import repeating as module
from khop.daemon.repeating import Repeating

PATIENCE = 20.0
#: Seconds between two calls.
OFTEN = 0.02


class SetClock(datetime):
    """The clock of this machine after it was set: ``by`` is how far."""

    by = timedelta()

    @classmethod
    def now(cls, tz: tzinfo | None = None) -> SetClock:
        return cls.fromtimestamp(cls.seconds(), tz)

    @classmethod
    def seconds(cls) -> float:
        return time.time() + cls.by.total_seconds()


def test_it_goes_on_after_an_error_and_no_further_call_comes_after_the_stop() -> None:
    calls: list[int] = []
    third = threading.Event()

    def do() -> None:
        calls.append(1)
        if len(calls) == 3:
            third.set()
        raise RuntimeError("the disk is full")

    repeating = Repeating()
    repeating.every(OFTEN, "tick", do)
    repeating.start()
    assert third.wait(PATIENCE)
    assert repeating.stop(PATIENCE)
    after = len(calls)
    assert not threading.Event().wait(5 * OFTEN)
    assert len(calls) == after


def test_a_fault_is_logged_when_it_begins_and_when_it_ends(
    caplog: pytest.LogCaptureFixture,
) -> None:
    calls: list[int] = []
    ended = threading.Event()

    def do() -> None:
        calls.append(1)
        if len(calls) < 5:
            raise RuntimeError("a code of a person")
        if len(calls) == 8:
            ended.set()

    repeating = Repeating()
    repeating.every(OFTEN, "tick", do)
    with caplog.at_level("INFO", logger="khop"):
        repeating.start()
        assert ended.wait(PATIENCE)
        assert repeating.stop(PATIENCE)
    begun, over = [line.message for line in caplog.records]
    assert re.fullmatch(
        r"call_failed call=tick error=khop failed \(RuntimeError\) at=test_repeating.py:\d+", begun
    )
    assert over == "call_works_again call=tick"


def test_the_call_under_way_is_waited_for_but_not_for_long() -> None:
    began, end = threading.Event(), threading.Event()

    def do() -> None:
        began.set()
        end.wait(PATIENCE)

    repeating = Repeating()
    repeating.every(OFTEN, "tick", do)
    repeating.start()
    assert began.wait(PATIENCE)
    assert not repeating.stop(0.01)  # it comes back, though the call goes on
    end.set()
    assert repeating.stop(PATIENCE)


@pytest.mark.parametrize("hours", [-1, -24 * 365, 5])
def test_it_goes_on_after_the_clock_was_set(monkeypatch: pytest.MonkeyPatch, hours: int) -> None:
    monkeypatch.setattr(SetClock, "by", timedelta())
    monkeypatch.setattr("apscheduler.schedulers.base.datetime", SetClock)
    monkeypatch.setattr(module, "datetime", SetClock)
    called = threading.Event()
    repeating = Repeating(SetClock.seconds)
    repeating.every(OFTEN, "tick", called.set)
    repeating.start()
    try:
        assert called.wait(PATIENCE)
        monkeypatch.setattr(SetClock, "by", timedelta(hours=hours))
        for _ in range(2):  # it is not the call that was under way
            called.clear()
            repeating.keep_time()
            assert called.wait(PATIENCE)
    finally:
        assert repeating.stop(PATIENCE)
