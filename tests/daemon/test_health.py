"""The streams in the ledger: each transition is told once, whatever the nodes and the clock do."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor

import pytest
import sqlalchemy as sa

from khop.daemon.alarms.names import AlarmName
from khop.daemon.health import all_health, all_well
from khop.daemon.streams import State, Stream
from khop.errors import KhopError
from khop.sync.ledger import Ledger
from khop.sync.ledger.pauses import Cause, Pause, pause, paused, resume
from khop.sync.ledger.schema import alarm, alarm_message, audit_log
from tests.daemon.told import DAY, HOUR, MINUTE, START, STREAMS, look, told, wait, watcher
from tests.postgres import BOTH

LEDGERS = BOTH
FAULT = "igate search: cannot be reached (check its address and the network)"


def succeed(ledger: Ledger, now_us: int, *streams: str) -> None:
    with ledger.write() as connection:
        for stream in streams or [stream.name for stream in STREAMS]:
            watcher().note_success(connection, stream, now_us)


def fail(ledger: Ledger, now_us: int, stream: str = "igate", times: int = 3) -> None:
    with ledger.write() as connection:
        for number in range(times):
            watcher().note_failure(connection, stream, now_us + number * MINUTE, FAULT)


def state(ledger: Ledger, stream: str = "igate") -> State:
    with ledger.read() as connection:
        return all_health(connection)[stream].state


def test_nothing_is_told_on_first_start(ledger: Ledger) -> None:
    now = START
    for minute in range(0, 60, 10):
        look(ledger, watcher(), START + minute * MINUTE)
        fail(ledger, START + minute * MINUTE, times=1)
    assert (told(ledger), state(ledger)) == ([], State.NEW)
    with ledger.read() as connection:
        assert all_well(connection, STREAMS)
    wait(ledger, watcher(), now, 70)
    assert told(ledger) == [("igate", "began", "down")]


def test_a_silent_stream_is_told_once_and_its_recovery_once(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    now = wait(ledger, watcher(), START, 90)
    assert told(ledger) == [("igate", "began", "late")]
    with ledger.read() as connection:
        assert not all_well(connection, STREAMS)
    succeed(ledger, now)
    succeed(ledger, now + MINUTE)
    wait(ledger, watcher(), now, 20)
    assert told(ledger) == [("igate", "began", "late")]
    wait(ledger, watcher(), now, 50)
    assert told(ledger) == [("igate", "began", "late"), ("igate", "ended", "ok")]


def test_a_stream_that_fails_now_and_then_is_one_alarm(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    now = START
    for _ in range(8):
        fail(ledger, now, times=4)
        now = wait(ledger, watcher(), now, 10)
        succeed(ledger, now)
        now = wait(ledger, watcher(), now, 20)
    assert told(ledger) == [("igate", "began", "down")]
    wait(ledger, watcher(), now, 10)
    assert told(ledger) == [("igate", "began", "down"), ("igate", "ended", "ok")]


def test_a_state_that_comes_back_in_one_alarm_is_told_once(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START)
    now = START
    for _ in range(2):
        succeed(ledger, now)
        now = wait(ledger, watcher(), now, 20)
        fail(ledger, now, times=1)
        now = wait(ledger, watcher(), now, 50)
        assert state(ledger) == State.LATE
        fail(ledger, now, times=3)
    assert [what[1:] for what in told(ledger)] == [("began", "down"), ("changed", "late")]


def test_late_and_then_down_is_one_alarm_that_changes_once(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    now = wait(ledger, watcher(), START, 70)
    fail(ledger, now, times=5)
    wait(ledger, watcher(), now, 60)
    assert told(ledger) == [("igate", "began", "late"), ("igate", "changed", "down")]


def test_what_is_still_wrong_is_told_daily(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START)
    with ledger.write() as connection:
        connection.execute(sa.update(alarm_message).values(sent_us=START))
    for day in range(3):
        wait(ledger, watcher(), START + day * 25 * HOUR, 25 * 60)
        with ledger.write() as connection:
            connection.execute(sa.update(alarm_message).values(sent_us=START))
    reminders = [what for what in told(ledger) if what == ("igate", "reminder", "down")]
    assert len(reminders) == 3


def test_a_reminder_does_not_queue_behind_what_could_not_be_sent(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START)
    for day in range(3):
        wait(ledger, watcher(), START + day * DAY, 24 * 60)
    assert [what for what in told(ledger) if what[0] == "igate"] == [("igate", "began", "down")]


def test_a_channel_that_is_added_later_hears_of_it_by_the_reminder(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START)
    both = watcher("email", "webhook")
    with ledger.write() as connection:
        both.note_success(connection, "igate", START + 10 * MINUTE)
    assert told(ledger, "webhook") == []
    fail(ledger, START + 20 * MINUTE)
    wait(ledger, both, START + 20 * MINUTE, 25 * 60)
    with ledger.write() as connection:
        both.note_success(connection, "igate", START + 2 * DAY)
        both.note_success(connection, "igate", START + 2 * DAY + HOUR)
    heard = [what[1] for what in told(ledger, "webhook") if what[0] == "igate"]
    assert heard == ["reminder", "ended"]


def test_a_stream_that_is_no_longer_configured_ends_its_alarm(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START)
    with ledger.write() as connection:
        watcher().look(connection, STREAMS[1:], START + HOUR)
    assert told(ledger) == [("igate", "began", "down"), ("igate", "ended", "gone")]
    with ledger.read() as connection:
        assert "igate" not in all_health(connection)


@pytest.mark.parametrize("step", [365 * DAY, -365 * DAY, 3 * HOUR, -3 * HOUR])
def test_a_clock_that_steps_tells_nothing(step: int, ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START, times=1)
    for number in range(20):
        look(ledger, watcher(), START + MINUTE * number + (step if number % 2 else 0))
    assert told(ledger) == []


def test_what_is_late_is_still_noticed_after_the_clock_was_set_back(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    back = START - 365 * DAY
    look(ledger, watcher(), back)
    wait(ledger, watcher(), back, 70)
    assert told(ledger) == [("igate", "began", "late")]


def test_a_login_that_is_refused_pauses_the_system_until_a_person_resumes_it(
    ledger: Ledger,
) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    for minute in (1, 2):
        with ledger.write() as connection:
            watcher().note_unauthorised(
                connection, "dvcqg", START + minute * MINUTE, "dvcqg login: does not accept"
            )
    assert state(ledger, "dvcqg") is State.AUTH
    with ledger.read() as connection:
        assert paused(connection)["dvcqg"].cause is Cause.UNAUTHORISED
    now = wait(ledger, watcher(), START, 50)
    with ledger.write() as connection:
        assert watcher().resume(connection, "dvcqg", "canbo.mau", "new password", now)
        assert not watcher().resume(connection, "dvcqg", "canbo.mau", "new password", now)
    assert told(ledger) == [("dvcqg", "began", "auth"), ("dvcqg", "ended", "new")]
    with ledger.read() as connection:
        logged = connection.execute(
            sa.select(audit_log.c.actor, audit_log.c.action, audit_log.c.source)
            .where(audit_log.c.source == "dvcqg")
            .order_by(audit_log.c.id)
        ).all()
        assert not paused(connection)
    assert [tuple(row) for row in logged] == [
        ("khop", "pause.begin", "dvcqg"),
        ("canbo.mau", "pause.end", "dvcqg"),
    ]


def test_a_person_pauses_a_stream_and_what_the_person_wrote_is_not_sent(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    with ledger.write() as connection:
        args = (Cause.PERSON, "canbo.mau", "moving the server", START)
        assert watcher().pause(connection, "igate", *args)
        assert not watcher().pause(connection, "igate", *args)
    assert told(ledger) == [("igate", "began", "paused")]
    with ledger.read() as connection:
        assert connection.scalar(sa.select(alarm.c.detail)) is None


def test_a_pause_from_before_the_first_start_is_noticed(ledger: Ledger) -> None:
    with ledger.write() as connection:
        watcher().pause(connection, "igate", Cause.PERSON, "canbo.mau", "not ready", START)
    look(ledger, watcher(), START + MINUTE)
    assert state(ledger) is State.PAUSED


PARTS = tuple(
    Stream(name, HOUR, held_by=held_by)
    for name, held_by in (
        ("igate", ("igate", "pull", "pull:igate")),
        ("sweep:igate", ("igate", "sweep", "sweep:igate")),
        ("reconcile", ("reconcile",)),
    )
)


@pytest.mark.parametrize(
    ("name", "alarms"),
    [
        ("igate", {"igate": "paused"}),
        ("pull", {"igate": "paused"}),
        ("pull:igate", {"igate": "paused"}),
        ("sweep", {"sweep:igate": "paused"}),
        ("sweep:igate", {"sweep:igate": "paused"}),
    ],
)
def test_nothing_is_expected_of_what_a_pause_stops_and_one_stream_tells_it(
    name: str, alarms: dict[str, str], ledger: Ledger
) -> None:
    def look_for(minutes: int, now: int) -> int:
        with ledger.write() as connection:
            for minute in range(0, minutes + 1, 10):
                watcher().look(connection, PARTS, now + minute * MINUTE)
                for stream in {"igate", "sweep:igate", "reconcile"} - stopped:
                    watcher().note_success(connection, stream, now + minute * MINUTE)
        return now + minutes * MINUTE

    stopped = {one.name for one in PARTS if name in (one.name, *one.held_by)}
    look_for(0, START)
    succeed(ledger, START, *(one.name for one in PARTS))
    with ledger.write() as connection:
        watcher().pause(connection, name, Cause.PERSON, "canbo.mau", "moved", START)
    now = look_for(5 * 60, START)
    assert {about: state for about, _, state in told(ledger)} == alarms
    with ledger.write() as connection:
        assert watcher().resume(connection, name, "canbo.mau", "moved", now)
    now = look_for(50, now)
    assert {about: state for about, _, state in told(ledger)} == dict.fromkeys(alarms, "new")
    look_for(30, now)
    late = {about for about, _, state in told(ledger) if state == "late"}
    assert late == stopped


def test_a_source_that_is_not_pulled_is_told_of_while_its_account_is_refused(
    ledger: Ledger,
) -> None:
    def state_of(stream: str) -> State | None:
        with ledger.write() as connection:
            watcher().look(connection, PARTS[1:], now)
            health = all_health(connection).get(stream)
            return None if health is None else health.state

    now = START
    assert state_of("igate") is None
    with ledger.write() as connection:
        watcher().note_unauthorised(connection, "igate", START, "igate login: does not accept")
    now += MINUTE
    assert (state_of("igate"), state_of("sweep:igate")) == (State.AUTH, State.NEW)
    with ledger.write() as connection:
        watcher().resume(connection, "igate", "canbo.mau", "new password", now)
    now += MINUTE
    assert (state_of("igate"), state_of("sweep:igate")) == (None, State.NEW)
    assert told(ledger) == [("igate", "began", "auth"), ("igate", "ended", "new")]


@pytest.mark.parametrize("why", ["", "  ", "ask 0912 345 678"])
def test_a_pause_needs_a_reason_without_the_number_of_a_person(why: str, ledger: Ledger) -> None:
    with ledger.write() as connection:
        with pytest.raises(KhopError):
            watcher().pause(connection, "igate", Cause.PERSON, "canbo.mau", why, START)
        with pytest.raises(KhopError):
            watcher().resume(connection, "igate", "canbo.mau", why, START)


def test_the_account_of_a_pause_holds_no_number_of_a_person(ledger: Ledger) -> None:
    with ledger.write() as connection:
        with pytest.raises(KhopError, match="personal number"):
            watcher().pause(connection, "igate", Cause.PERSON, "0912 345 678", "moving", START)
        with pytest.raises(KhopError, match="personal number"):
            watcher().resume(connection, "igate", "0912 345 678", "moved", START)


def test_an_alarm_that_is_not_about_a_stream_is_raised_and_cleared_once(ledger: Ledger) -> None:
    with ledger.write() as connection:
        for detail in ("91 % full", "92 % full"):
            watcher().raise_alarm(connection, AlarmName.DISK, detail, START)
        assert connection.scalar(sa.select(alarm.c.detail)) == "92 % full"
        assert watcher().clear_alarm(connection, AlarmName.DISK, START + HOUR)
        assert not watcher().clear_alarm(connection, AlarmName.DISK, START + HOUR)
    assert told(ledger) == [("disk", "began", "disk"), ("disk", "ended", "cleared")]


def test_alarms_of_one_name_about_several_things_are_apart(ledger: Ledger) -> None:
    missed = AlarmName.MISSED_SLOTS
    with ledger.write() as connection:
        for task in ("backup", "sweep"):
            assert watcher().raise_alarm(connection, missed, "3 times", START, about=task)
        assert watcher().clear_alarm(connection, missed, START, about="backup")
        assert not watcher().clear_alarm(connection, missed, START)
    assert [what[:2] for what in told(ledger)] == [
        ("backup", "began"),
        ("backup", "ended"),
        ("sweep", "began"),
    ]


def test_a_policy_of_repair_that_paused_itself_is_an_alarm_until_a_person_resumes_it(
    ledger: Ledger,
) -> None:
    look(ledger, watcher(), START)
    asked = Pause("repair:A7", START, Cause.CANARY, "khop", "2 of 5 were refused")
    with ledger.write() as connection:
        pause(connection, asked)
    wait(ledger, watcher(), START, 20)
    with ledger.write() as connection:
        resume(connection, "repair:A7", by="canbo.mau", why="mended", now_us=START + HOUR)
    look(ledger, watcher(), START + HOUR)
    assert [what for what in told(ledger) if what[0] == "A7"] == [
        ("A7", "began", "repair_paused"),
        ("A7", "ended", "cleared"),
    ]


def test_several_nodes_that_notice_the_same_tell_it_once(ledger: Ledger) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    fail(ledger, START, times=2)
    now = wait(ledger, watcher(), START, 40)

    def notice(node: int) -> None:
        fail(ledger, now + node, times=1)
        look(ledger, watcher("email", "webhook"), now + 15 * MINUTE + node)
        with ledger.write() as connection:
            watcher().raise_alarm(connection, AlarmName.CLOCK, "61 s", now)

    with ThreadPoolExecutor(4) as nodes:
        list(nodes.map(notice, range(8)))
    assert sorted(told(ledger)) == [("clock", "began", "clock"), ("igate", "began", "down")]


def test_the_log_says_once_that_it_began_and_once_that_it_ended(
    ledger: Ledger, caplog: pytest.LogCaptureFixture
) -> None:
    look(ledger, watcher(), START)
    succeed(ledger, START)
    with caplog.at_level("INFO", logger="khop"):
        fail(ledger, START, times=6)
        wait(ledger, watcher(), START, 50)
        succeed(ledger, START + HOUR, "igate")
        wait(ledger, watcher(), START + HOUR, 50)
    assert [line.message.split(" detail")[0] for line in caplog.records] == [
        "alarm_began about=igate state=down",
        "alarm_ended about=igate state=ok",
    ]
