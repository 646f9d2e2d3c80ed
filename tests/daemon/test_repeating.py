"""What the daemon does every second goes on after an error, and ends when it is told."""

from __future__ import annotations

import threading

from khop.daemon.repeating import Repeating

PATIENCE = 20.0


def test_it_goes_on_after_an_error_and_no_further_call_comes_after_the_stop() -> None:
    calls: list[int] = []
    third = threading.Event()

    def do() -> None:
        calls.append(1)
        if len(calls) == 3:
            third.set()
        raise RuntimeError("the disk is full")

    repeating = Repeating("tick", 0.01, do)
    repeating.start()
    assert third.wait(PATIENCE)
    repeating.stop(PATIENCE)
    after = len(calls)
    assert not threading.Event().wait(0.05)
    assert len(calls) == after


def test_the_call_under_way_is_waited_for_but_not_for_long() -> None:
    began, end = threading.Event(), threading.Event()

    def do() -> None:
        began.set()
        end.wait(PATIENCE)

    repeating = Repeating("tick", 0.01, do)
    repeating.start()
    assert began.wait(PATIENCE)
    repeating.stop(0.01)  # it comes back, though the call goes on
    end.set()
    repeating.stop(PATIENCE)
