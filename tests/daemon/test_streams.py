"""How a stream is after each event."""

from __future__ import annotations

import pytest

from khop.daemon.streams import MOST_FAILURES, Health, Moment, State, Stream

MINUTE = 60_000_000
HOUR = 60 * MINUTE
PULL = Stream("igate", late_after_us=HOUR)
NIGHTLY = Stream("sweep", late_after_us=26 * HOUR)


def at(minutes: float) -> Moment:
    """A moment at which the clock and the time watched say the same."""
    return Moment(round(minutes * MINUTE), round(minutes * MINUTE))


OK = Health.new(at(0)).ended_well(at(0))


def failed(health: Health, *minutes: float) -> Health:
    for minute in minutes:
        health = health.failed(at(minute), "igate search: HTTP 500")
    return health


def test_a_run_that_ends_well_makes_a_new_stream_well() -> None:
    assert (OK.state, OK.ok_us, OK.failures) == (State.OK, 0, 0)


def test_a_stream_is_late_when_no_run_ended_well_for_too_long() -> None:
    assert OK.waited(at(60), PULL).state is State.OK
    late = OK.waited(at(61), PULL)
    assert (late.state, late.since_us, late.ok_us) == (State.LATE, 61 * MINUTE, 0)
    assert late.ended_well(at(62)).state is State.OK


def test_a_new_stream_tells_nothing_until_it_is_late() -> None:
    new = failed(Health.new(at(0)), 10, 20, 30, 40)
    assert new.waited(at(60), PULL).state is State.NEW
    assert new.waited(at(61), PULL).state is State.DOWN
    assert Health.new(at(0)).waited(at(61), PULL).state is State.LATE


def test_a_stream_is_down_after_several_failures_in_a_row_and_not_at_the_first() -> None:
    assert failed(OK, *range(1, MOST_FAILURES)).state is State.OK
    down = failed(OK, *range(1, MOST_FAILURES + 1))
    assert (down.state, down.detail) == (State.DOWN, "igate search: HTTP 500")
    assert down.waited(at(600), PULL) == down
    well = down.ended_well(at(601))
    assert (well.state, well.failures, well.detail) == (State.OK, 0, None)


def test_failures_with_a_success_between_them_are_not_in_a_row() -> None:
    assert failed(failed(OK, 1, 2).ended_well(at(3)), 4, 5).state is State.OK


@pytest.mark.parametrize(("stream", "minutes"), [(PULL, 60), (NIGHTLY, 6.5 * 60)])
def test_one_failure_that_nothing_follows_makes_a_stream_down_in_the_end(
    stream: Stream, minutes: float
) -> None:
    once = failed(OK, 1)
    assert once.waited(at(minutes), stream).state is State.OK
    assert once.waited(at(minutes + 1), stream).state is State.DOWN


def test_a_late_stream_that_fails_is_down() -> None:
    late = OK.waited(at(61), PULL)
    assert failed(late, 62, 63).state is State.LATE
    assert failed(late, 62, 63, 64).state is State.DOWN


@pytest.mark.parametrize("state", [State.AUTH, State.PAUSED])
def test_a_stopped_stream_stays_so_until_it_is_resumed_and_then_begins_anew(state: State) -> None:
    stopped = failed(OK, 1).stopped(at(2), state, "why")
    assert stopped.waited(at(600), PULL) == stopped
    assert failed(stopped, 3, 4, 5).state is state
    assert stopped.ended_well(at(3)).state is state
    assert stopped.stopped(at(4), State.PAUSED).state is state
    resumed = stopped.resumed(at(600))
    assert (resumed.state, resumed.failures, resumed.ok_us) == (State.NEW, 0, 0)
    assert resumed.waited(at(660), PULL).state is State.NEW
    assert resumed.waited(at(661), PULL).state is State.LATE


def test_resuming_what_is_not_stopped_changes_nothing() -> None:
    assert OK.resumed(at(5)) == OK


def test_the_clock_alone_makes_nothing_late() -> None:
    a_year_on = Moment(365 * 24 * HOUR, 10 * MINUTE)
    assert OK.waited(a_year_on, PULL) == OK
    assert failed(OK, 1).waited(a_year_on, PULL).state is State.OK
