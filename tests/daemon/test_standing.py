"""How things stand by the ledger: which processes are there, which alarms are shown."""

from __future__ import annotations

import pytest

from khop.daemon.alarms.names import AlarmName
from khop.daemon.node import GONE_US
from khop.daemon.outside.standing import NodeSeen, standing
from khop.sync.ledger import Ledger
from tests.daemon.told import HOUR, START, watcher
from tests.sync.fakes import FakeClock


@pytest.mark.parametrize(
    ("ago_us", "there"),
    [(0, True), (GONE_US, True), (GONE_US + 1, False), (-GONE_US, True), (-HOUR, False)],
)
def test_a_process_is_there_when_its_sign_of_life_is_near(ago_us: int, there: bool) -> None:
    seen = NodeSeen("host:1:x", "0.1.0", "running", START - ago_us)
    assert seen.is_there(START) is there


def test_an_alarm_that_is_not_the_state_of_a_stream_is_shown_whatever_it_is_about(
    ledger: Ledger, clock: FakeClock
) -> None:
    with ledger.write() as connection:
        watcher().note_success(connection, "notify", START)
        watcher().note_failure(connection, "igate", START, "HTTP 500")
        watcher().raise_alarm(
            connection, AlarmName.REPAIR_PAUSED, "2 of 5 were refused", START, about="notify"
        )
        for stream in ("igate", "dvcqg"):
            watcher().note_success(connection, stream, START)
            for _ in range(3):
                watcher().note_failure(connection, stream, START, "HTTP 500")
        watcher().note_success(connection, "igate", START)
    shown = [(one.about, one.state) for one in standing(ledger, clock, (), ()).alarms]
    assert shown == [("notify", "repair_paused"), ("dvcqg", "down")]
