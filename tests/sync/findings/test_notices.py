"""Notices: what is told, once; and what becomes of it when the receiver does not answer."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import ConfigError, LedgerError
from khop.mappings.records import Status
from khop.sync.engine import Engine
from khop.sync.findings.notices import BATCH
from khop.sync.ledger import Ledger, acquire
from khop.sync.ledger.notices import NoticeEvent
from khop.sync.ledger.schema import discrepancy, notice, run
from khop.sync.results import FindingState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record
from tests.sync.findings.receiver import SECRET, Receiver, receiving

LEDGERS = BOTH
Build = Callable[..., Engine]


@pytest.fixture
def receiver(clock: FakeClock) -> Iterator[Receiver]:
    with receiving(clock.now) as opened:
        yield opened


@pytest.fixture
def telling(
    build_engine: Build,
    one_stop: FakeOneStop,
    portal: FakePortal,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Engine]:
    """An engine that tells the receiver; keyword arguments are keys of ``[notices]``."""
    monkeypatch.setenv("KHOP_NOTICES", SECRET)

    def build(**keys: Any) -> Engine:
        settings = {"url": receiver.url, "secret": {"env": "KHOP_NOTICES"}, "attempts": 1} | keys
        return build_engine(one_stop, portal, notices=settings)

    return build


def ended_before_it_began(number: int, **changes: Any) -> Any:
    """A dossier with a finding of C5, which is S2."""
    return record(number, received_at=at(12), finished_at=at(11), **changes)


def looked(engine: Engine) -> None:
    engine.pull()
    engine.reconcile()


def stored(ledger: Ledger, *columns: str) -> list[tuple[Any, ...]]:
    with ledger.read() as connection:
        query = sa.select(*(notice.c[name] for name in columns)).order_by(notice.c.number)
        return [tuple(row) for row in connection.execute(query)]


def code(number: int) -> str:
    return record(number).code


def test_what_is_new_reopened_and_resolved_is_told_once(
    telling: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: Receiver,
    clock: FakeClock,
) -> None:
    engine = telling(rules=["C5"])
    one_stop.put(ended_before_it_began(1))
    looked(engine)
    assert engine.notify().events == {NoticeEvent.NEW: 1}
    assert engine.notify().events == {}
    for change in ({"finished_at": None}, {"finished_at": at(11)}):
        clock.advance(hours=1)
        mended = replace(ended_before_it_began(1), **change, changed_at=at(20, clock.now.hour))
        one_stop.put(mended)
        looked(engine)
        engine.notify()
    assert [event for event, _, _ in receiver.events()] == ["new", "resolved", "reopened"]


def test_what_came_and_went_between_two_notices_is_not_told(
    telling: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: Receiver,
    clock: FakeClock,
) -> None:
    engine = telling(rules=["C5"])
    one_stop.put(ended_before_it_began(1))
    looked(engine)
    clock.advance(hours=1)
    one_stop.put(replace(record(1), changed_at=at(20, 12)))
    looked(engine)
    assert engine.notify().events == {}
    assert receiver.requests == []


def test_only_rules_and_severities_that_were_asked_for_are_told(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver
) -> None:
    odd = replace(ended_before_it_began(1), code="MA-KHONG-THEO-DANG-NAO")
    one_stop.put(odd)
    engine = telling()
    looked(engine)
    found = {finding.rule for finding in engine.findings()}
    assert {"C5", "E7"} <= found
    engine.notify()
    assert "C5" in {rule for _, rule, _ in receiver.events()}
    assert "E7" not in {rule for _, rule, _ in receiver.events()}
    telling(severities=["S4"], rules=["E7"]).notify()
    assert receiver.events()[-1][:2] == ("new", "E7")


def test_a_finding_that_people_ruled_out_after_it_was_told_is_told_again(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver, ledger: Ledger
) -> None:
    engine = telling(rules=["C5"])
    one_stop.put(ended_before_it_began(1), ended_before_it_began(2))
    looked(engine)
    engine.notify()
    with ledger.write() as connection:
        out = sa.update(discrepancy).where(discrepancy.c.subject == code(1))
        connection.execute(out.values(state=FindingState.EXCLUDED.value))
    engine.notify()
    assert receiver.events()[2:] == [("excluded", "C5", code(1))]


def test_many_findings_travel_in_batches(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = telling(rules=["C5"])
    looked(engine)
    summary = engine.notify()
    assert (summary.sent, summary.pending, summary.ok) == (2, 0, True)
    assert [len(said["findings"]) for said in receiver.said()] == [BATCH, 2]
    assert len(set(receiver.events())) == BATCH + 2


@pytest.mark.parametrize("answer", [500, 503, 408, 429, None])
def test_what_is_not_answered_is_sent_again_with_the_same_id(
    telling: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: Receiver,
    ledger: Ledger,
    clock: FakeClock,
    answer: int | None,
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = telling(rules=["C5"])
    looked(engine)
    receiver.answers = [answer, 204]
    first = engine.notify()
    assert (first.sent, first.pending, first.ok) == (0, 1, False)
    assert first.failures
    clock.advance(minutes=2)
    second = engine.notify()
    assert (second.sent, second.pending, second.events) == (1, 0, {})
    (head, body), (later, again) = receiver.requests
    assert (head["khop-notice"], body) == (later["khop-notice"], again)
    assert int(later["khop-timestamp"]) - int(head["khop-timestamp"]) == 120
    assert stored(ledger, "state", "attempts", "failure") == [("sent", 2, None)]


def test_what_cannot_be_sent_holds_up_what_came_later(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver, ledger: Ledger
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = telling(rules=["C5"])
    looked(engine)
    receiver.answers = [500]
    assert engine.notify().pending == 2
    assert len(receiver.requests) == 1
    assert stored(ledger, "attempts") == [(1,), (0,)]


@pytest.mark.parametrize("answer", [400, 404, 413, 422])
def test_what_is_refused_is_shown_and_not_sent_again_until_a_person_says_so(
    telling: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: Receiver,
    ledger: Ledger,
    answer: int,
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = telling(rules=["C5"])
    looked(engine)
    receiver.answers = [answer, 200]
    refused = engine.notify()
    assert (refused.sent, refused.refused, refused.pending, refused.ok) == (1, 1, 0, False)
    assert f"HTTP {answer}" in refused.failures[0]
    quiet = engine.notify()
    assert (quiet.sent, quiet.refused_before, quiet.ok) == (0, 1, True)
    assert engine.notify(again=True).sent == 1
    assert stored(ledger, "state", "attempts") == [("sent", 2), ("sent", 1)]


@pytest.mark.parametrize("answer", [401, 403])
def test_who_is_not_let_in_does_not_go_on(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver, answer: int
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = telling(rules=["C5"])
    looked(engine)
    receiver.answers = [answer]
    summary = engine.notify()
    assert (summary.refused, summary.pending) == (1, 1)
    assert len(receiver.requests) == 1


def test_a_redirect_is_not_followed_and_nothing_is_lost(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = telling(rules=["C5"])
    looked(engine)
    receiver.answers = [307, 200]
    summary = engine.notify()
    assert (summary.pending, receiver.paths) == (1, ["/notices"])
    assert "it redirects" in summary.failures[0]
    assert engine.notify().sent == 1


def test_a_process_that_dies_while_it_sends_sends_it_again(
    telling: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: Receiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = telling(rules=["C5"])
    looked(engine)

    def dies(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut_off:
        cut_off.setattr("khop.sync.ledger.notices.tried", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.notify()
    assert engine.notify().sent == 1
    assert len({head["khop-notice"] for head, _ in receiver.requests}) == 1
    assert len(receiver.requests) == 2


def test_a_dry_run_tells_nobody_and_writes_nothing(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver, ledger: Ledger
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = telling(rules=["C5"])
    looked(engine)
    shown = engine.notify(dry_run=True)
    assert (dict(shown.events), shown.sent, shown.ok) == ({NoticeEvent.NEW: 1}, 0, True)
    assert shown.notices[0]["findings"][0]["subject"] == code(1)
    assert (receiver.requests, stored(ledger, "id")) == ([], [])
    with ledger.read() as connection:
        assert "notify" not in set(connection.scalars(sa.select(run.c.kind)))


def test_a_reconcile_sends_nothing_by_itself(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver, ledger: Ledger
) -> None:
    one_stop.put(ended_before_it_began(1))
    looked(telling())
    assert (receiver.requests, stored(ledger, "id")) == ([], [])


def test_two_never_send_at_once(telling: Callable[..., Engine], clock: FakeClock) -> None:
    engine = telling()
    with acquire(engine.ledger, "notify", clock), pytest.raises(LedgerError, match="another khop"):
        engine.notify()


def test_numbers_of_persons_do_not_leave_the_house(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver
) -> None:
    one_stop.put(ended_before_it_began(1, unit="UBND xã Mẫu 079090000001"))
    engine = telling(rules=["C5"])
    looked(engine)
    engine.notify()
    (_, body) = receiver.requests[0]
    text = body.decode()
    assert "UBND xã Mẫu ************" in text
    assert "079090000001" not in text
    assert all(word not in text for word in ("applicant", "k" * 64, "explanation", "assignee"))


def test_a_notice_says_what_a_receiver_needs(
    telling: Callable[..., Engine], one_stop: FakeOneStop, receiver: Receiver
) -> None:
    one_stop.put(ended_before_it_began(1, status=Status.FINISHED))
    engine = telling(rules=["C5"])
    looked(engine)
    engine.notify()
    (said,) = receiver.said()
    (told,) = said["findings"]
    assert said["id"] == receiver.requests[0][0]["khop-notice"]
    assert told["name"]["vi"] == "Kết thúc trước khi tiếp nhận"
    assert (told["code"], told["severity"], told["state"]) == (code(1), "S2", "open")
    assert told["values"]["os_finished"].startswith("2026-11-11")
    assert told["evidence"][0]["native_id"] == record(1).native_id


@pytest.mark.parametrize(
    ("keys", "told"),
    [
        ({"url": None}, "notices: no receiver of notices is configured"),
        ({"secret": {"env": "KHOP_NO_SUCH"}}, "KHOP_NO_SUCH is not set"),
        ({"secret": {"file": "short"}}, "notices.secret: the secret has fewer than 16"),
        ({"ca_file": "none.pem"}, "notices.ca_file: this file cannot be read"),
    ],
)
def test_what_is_missing_is_said_and_nothing_is_sent(
    telling: Callable[..., Engine],
    receiver: Receiver,
    tmp_path: Any,
    keys: dict[str, Any],
    told: str,
) -> None:
    (tmp_path / "short").write_text("short\n")
    engine = telling(**keys)
    with pytest.raises(ConfigError) as caught:
        engine.notify()
    assert str(caught.value).startswith(told) or told in str(caught.value)
    assert receiver.requests == []
