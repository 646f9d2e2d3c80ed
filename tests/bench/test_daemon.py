"""The figures of the daemon are measured on real processes."""

from __future__ import annotations

import os

import pytest

from bench import daemon


def test_a_share_of_values() -> None:
    assert daemon.share([3.0, 1.0, 2.0], 0.5) == 2.0
    assert daemon.share([float(each) for each in range(1000)], 0.99) == 990.0
    assert daemon.share([0.123], 0.99) == 0.12


def test_processor_time_grows_with_work() -> None:
    before = daemon.processor_seconds(os.getpid())
    while daemon.processor_seconds(os.getpid()) < before + 0.05:
        sum(range(1000))


@pytest.mark.slow
def test_figures_that_need_no_kill_are_there() -> None:
    done = daemon.measure("sqlite", seconds=12.0, rounds=0)
    assert done["lateness"]["firings"] > 0
    assert done["notice"]["after_the_third_failure"] >= 0
    assert done["idle"]["memory_mb"] > 0
