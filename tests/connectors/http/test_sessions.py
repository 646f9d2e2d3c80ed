"""Sessions that many threads share."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from typing import Any

import pytest

from khop.connectors.http.sessions import Session, SessionKeeper
from khop.errors import ConfigError, RateLimited, Unauthorised, Unreachable
from tests.connectors.scripted import FakeTime


class LoginStub:
    def __init__(self) -> None:
        self.logins = 0
        self.error: Exception | None = None
        self.open = threading.Event()
        self.open.set()
        self.entered = threading.Event()

    def log_in(self) -> tuple[str, float]:
        self.logins += 1
        self.entered.set()
        assert self.open.wait(10)
        if self.error is not None:
            raise self.error
        return f"session-{self.logins}", 600.0


@pytest.fixture
def portal() -> LoginStub:
    return LoginStub()


@pytest.fixture
def keeper(portal: LoginStub, time: FakeTime) -> SessionKeeper:
    return SessionKeeper(portal.log_in, clock=time.clock)


def all_at_once(count: int, work: Callable[[], Session]) -> list[Any]:
    ended: list[Any] = []

    def run() -> None:
        try:
            ended.append(work())
        except Exception as error:
            ended.append(error)

    threads = [threading.Thread(target=run) for _ in range(count)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return ended


def test_a_session_is_kept_until_it_expires(
    keeper: SessionKeeper, portal: LoginStub, time: FakeTime
) -> None:
    first = keeper.current()
    time.now += 599
    assert keeper.current() is first
    time.now += 1
    assert keeper.current().text == "session-2"
    assert portal.logins == 2


def test_a_session_is_not_shown_in_repr(keeper: SessionKeeper) -> None:
    assert "session-1" not in repr(keeper.current())


def test_threads_refused_together_log_in_once(keeper: SessionKeeper, portal: LoginStub) -> None:
    stale = keeper.current()
    got = all_at_once(16, lambda: keeper.renewed(stale))
    assert portal.logins == 2
    assert {session.text for session in got} == {"session-2"}


def test_threads_that_start_together_log_in_once(keeper: SessionKeeper, portal: LoginStub) -> None:
    portal.open.clear()
    late = threading.Timer(0.05, portal.open.set)
    late.start()
    got = all_at_once(16, keeper.current)
    late.join()
    assert portal.logins == 1
    assert {session.text for session in got} == {"session-1"}


def test_a_renewal_by_another_thread_is_not_repeated(
    keeper: SessionKeeper, portal: LoginStub
) -> None:
    stale = keeper.current()
    newer = keeper.renewed(stale)
    assert keeper.renewed(stale) is newer
    assert keeper.renewed(newer).text == "session-3"


def test_waiting_threads_share_a_failed_login(keeper: SessionKeeper, portal: LoginStub) -> None:
    stale = keeper.current()
    portal.error = RateLimited("s", "login", retry_after=3.0, http_status=429)
    ended = all_at_once(8, lambda: keeper.renewed(stale))
    assert portal.logins == 2
    assert all(isinstance(error, RateLimited) and error.retry_after == 3.0 for error in ended)
    assert len({id(error) for error in ended}) == 8
    assert len({str(error) for error in ended}) == 1


@pytest.mark.parametrize(
    "error", [Unauthorised("s", "login"), Unreachable("s", "login"), ConfigError("no secret")]
)
def test_after_a_failure_the_next_call_tries_again(
    keeper: SessionKeeper, portal: LoginStub, error: Exception
) -> None:
    portal.error = error
    with pytest.raises(type(error), match=re.escape(str(error))):
        keeper.current()
    portal.error = None
    assert keeper.current().text == "session-2"


def test_log_in_always_opens_a_session(keeper: SessionKeeper, portal: LoginStub) -> None:
    keeper.current()
    assert keeper.log_in().text == "session-2"
    assert keeper.current().text == "session-2"


def test_a_failed_login_is_forgotten_after_a_success(
    keeper: SessionKeeper, portal: LoginStub
) -> None:
    stale = keeper.current()
    portal.error = Unreachable("s", "login")
    with pytest.raises(Unreachable):
        keeper.renewed(stale)
    portal.error = None
    keeper.current()
    assert keeper.renewed(stale).text == "session-3"


def test_the_lifetime_starts_before_the_login(time: FakeTime) -> None:
    def slow() -> tuple[str, float]:
        time.now += 100
        return "s", 600.0

    keeper = SessionKeeper(slow, clock=time.clock)
    assert keeper.current().until == 1600.0


class System:
    """Accepts the sessions in ``good``; each call may first wait, as a retry does."""

    def __init__(self, time: FakeTime, good: set[str], waits: float = 0.0) -> None:
        self.time, self.good, self.waits = time, good, waits
        self.used: list[str] = []

    def send(self, session: Callable[[], Session]) -> str:
        self.time.now += self.waits
        text = session().text
        self.time.now += self.waits
        self.used.append(text)
        if text not in self.good:
            raise Unauthorised("s", "op")
        return text


def test_a_refused_call_is_repeated_with_a_new_session(
    keeper: SessionKeeper, time: FakeTime
) -> None:
    system = System(time, {"session-2"})
    assert keeper.use(system.send, (Unauthorised,)) == "session-2"
    assert system.used == ["session-1", "session-2"]


def test_a_second_refusal_right_after_the_login_is_final(
    keeper: SessionKeeper, time: FakeTime, portal: LoginStub
) -> None:
    system = System(time, set())
    with pytest.raises(Unauthorised):
        keeper.use(system.send, (Unauthorised,))
    assert system.used == ["session-1", "session-2"]
    assert portal.logins == 2


def test_a_session_that_aged_during_a_wait_may_be_renewed_again(
    keeper: SessionKeeper, time: FakeTime
) -> None:
    system = System(time, {"session-3"}, waits=5.0)
    assert keeper.use(system.send, (Unauthorised,)) == "session-3"


def test_endless_refusals_end_after_three_repeats(
    keeper: SessionKeeper, time: FakeTime, portal: LoginStub
) -> None:
    system = System(time, set(), waits=5.0)
    with pytest.raises(Unauthorised):
        keeper.use(system.send, (Unauthorised,))
    assert portal.logins == 4


def test_a_later_try_uses_the_session_of_another_call(keeper: SessionKeeper) -> None:
    def send(session: Callable[[], Session]) -> list[str]:
        first = session().text
        keeper.log_in()
        return [first, session().text]

    assert keeper.use(send, (Unauthorised,)) == ["session-1", "session-2"]


def test_other_errors_are_not_repeated(keeper: SessionKeeper, portal: LoginStub) -> None:
    def send(session: Callable[[], Session]) -> None:
        raise Unreachable("s", session().text)

    with pytest.raises(Unreachable):
        keeper.use(send, (Unauthorised,))
    assert portal.logins == 1
