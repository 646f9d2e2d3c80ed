"""Notices: each change of a finding is sent once, also when the receiver does not answer."""

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
from tests.sync.findings.receiver import SECRET, NoticeReceiver, receiving

pytestmark = pytest.mark.slow

LEDGERS = BOTH
Build = Callable[..., Engine]


@pytest.fixture
def receiver(clock: FakeClock) -> Iterator[NoticeReceiver]:
    with receiving(clock.now) as opened:
        yield opened


@pytest.fixture
def notifying(
    build_engine: Build,
    one_stop: FakeOneStop,
    portal: FakePortal,
    receiver: NoticeReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> Callable[..., Engine]:
    """Builds engines that notify the receiver; keyword arguments are keys of ``[notices]``."""
    monkeypatch.setenv("KHOP_NOTICES", SECRET)

    def build(**keys: Any) -> Engine:
        settings = {"url": receiver.url, "secret": {"env": "KHOP_NOTICES"}, "attempts": 1} | keys
        return build_engine(one_stop, portal, notices=settings)

    return build


def ended_before_it_began(number: int, **changes: Any) -> Any:
    """A dossier with a finding of C5, which is S2."""
    return record(number, received_at=at(12), finished_at=at(11), **changes)


def pull_and_reconcile(engine: Engine) -> None:
    engine.pull()
    engine.reconcile()


def stored(ledger: Ledger, *columns: str) -> list[tuple[Any, ...]]:
    with ledger.read() as connection:
        query = sa.select(*(notice.c[name] for name in columns)).order_by(notice.c.number)
        return [tuple(row) for row in connection.execute(query)]


def code(number: int) -> str:
    return record(number).code


def test_new_resolved_and_reopened_findings_are_each_sent_once(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    clock: FakeClock,
) -> None:
    engine = notifying(rules=["C5"])
    one_stop.put(ended_before_it_began(1))
    pull_and_reconcile(engine)
    assert engine.notify().events == {NoticeEvent.NEW: 1}
    assert engine.notify().events == {}
    for change in ({"finished_at": None}, {"finished_at": at(11)}):
        clock.advance(hours=1)
        changed = replace(ended_before_it_began(1), **change, changed_at=at(20, clock.now.hour))
        one_stop.put(changed)
        pull_and_reconcile(engine)
        engine.notify()
    assert [event for event, _, _ in receiver.events()] == ["new", "resolved", "reopened"]


def test_a_finding_resolved_before_the_first_notice_is_not_sent(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    clock: FakeClock,
) -> None:
    engine = notifying(rules=["C5"])
    one_stop.put(ended_before_it_began(1))
    pull_and_reconcile(engine)
    clock.advance(hours=1)
    one_stop.put(replace(record(1), changed_at=at(20, 12)))
    pull_and_reconcile(engine)
    assert engine.notify().events == {}
    assert receiver.requests == []


def test_only_configured_rules_and_severities_are_sent(
    notifying: Callable[..., Engine], one_stop: FakeOneStop, receiver: NoticeReceiver
) -> None:
    odd = replace(ended_before_it_began(1), code="MA-KHONG-THEO-DANG-NAO")
    one_stop.put(odd)
    engine = notifying()
    pull_and_reconcile(engine)
    found = {finding.rule for finding in engine.findings()}
    assert {"C5", "E7"} <= found
    engine.notify()
    assert "C5" in {rule for _, rule, _ in receiver.events()}
    assert "E7" not in {rule for _, rule, _ in receiver.events()}
    notifying(severities=["S4"], rules=["E7"]).notify()
    assert receiver.events()[-1][:2] == ("new", "E7")


def test_a_finding_that_was_excluded_after_its_notice_is_sent_again(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    ledger: Ledger,
) -> None:
    engine = notifying(rules=["C5"])
    one_stop.put(ended_before_it_began(1), ended_before_it_began(2))
    pull_and_reconcile(engine)
    engine.notify()
    with ledger.write() as connection:
        out = sa.update(discrepancy).where(discrepancy.c.subject == code(1))
        connection.execute(out.values(state=FindingState.EXCLUDED.value))
    engine.notify()
    assert receiver.events()[2:] == [("excluded", "C5", code(1))]


def test_many_findings_are_sent_in_several_notices(
    notifying: Callable[..., Engine], one_stop: FakeOneStop, receiver: NoticeReceiver
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    summary = engine.notify()
    assert (summary.sent, summary.pending, summary.ok) == (2, 0, True)
    assert [len(said["findings"]) for said in receiver.said()] == [BATCH, 2]
    assert len(set(receiver.events())) == BATCH + 2


@pytest.mark.parametrize("answer", [500, 503, 408, 429, None])
def test_a_notice_without_a_usable_answer_is_sent_again_with_the_same_id(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    ledger: Ledger,
    clock: FakeClock,
    answer: int | None,
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
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


def test_a_notice_that_cannot_be_sent_holds_up_later_ones(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    ledger: Ledger,
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    receiver.answers = [500]
    assert engine.notify().pending == 2
    assert len(receiver.requests) == 1
    assert stored(ledger, "attempts") == [(1,), (0,)]


@pytest.mark.parametrize("answer", [400, 404, 413, 422])
def test_a_refused_notice_is_listed_and_sent_again_only_on_request(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    ledger: Ledger,
    answer: int,
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    receiver.answers = [answer, 200]
    refused = engine.notify()
    assert (refused.sent, refused.refused, refused.pending, refused.ok) == (1, 1, 0, False)
    assert f"HTTP {answer}" in refused.failures[0]
    quiet = engine.notify()
    assert (quiet.sent, quiet.refused_before, quiet.ok) == (0, 1, True)
    assert engine.notify(again=True).sent == 1
    assert stored(ledger, "state", "attempts") == [("sent", 2), ("sent", 1)]


@pytest.mark.parametrize("answer", [401, 403])
def test_an_unauthorised_answer_stops_the_sending(
    notifying: Callable[..., Engine], one_stop: FakeOneStop, receiver: NoticeReceiver, answer: int
) -> None:
    one_stop.put(*(ended_before_it_began(n) for n in range(1, BATCH + 3)))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    receiver.answers = [answer]
    summary = engine.notify()
    assert (summary.refused, summary.pending) == (1, 1)
    assert len(receiver.requests) == 1


def test_a_redirect_is_not_followed_and_the_notice_stays_pending(
    notifying: Callable[..., Engine], one_stop: FakeOneStop, receiver: NoticeReceiver
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    receiver.answers = [307, 200]
    summary = engine.notify()
    assert (summary.pending, receiver.paths) == (1, ["/notices"])
    assert "it redirects" in summary.failures[0]
    assert engine.notify().sent == 1


def test_a_notice_is_sent_again_after_the_process_died(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)

    def dies(*args: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as cut_off:
        cut_off.setattr("khop.sync.ledger.notices.tried", dies)
        with pytest.raises(KeyboardInterrupt):
            engine.notify()
    assert engine.notify().sent == 1
    assert len({head["khop-notice"] for head, _ in receiver.requests}) == 1
    assert len(receiver.requests) == 2


def test_a_dry_run_sends_and_writes_nothing(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    ledger: Ledger,
) -> None:
    one_stop.put(ended_before_it_began(1))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    shown = engine.notify(dry_run=True)
    assert (dict(shown.events), shown.sent, shown.ok) == ({NoticeEvent.NEW: 1}, 0, True)
    assert shown.notices[0]["findings"][0]["subject"] == code(1)
    assert (receiver.requests, stored(ledger, "id")) == ([], [])
    with ledger.read() as connection:
        assert "notify" not in set(connection.scalars(sa.select(run.c.kind)))


def test_a_reconcile_sends_no_notice(
    notifying: Callable[..., Engine],
    one_stop: FakeOneStop,
    receiver: NoticeReceiver,
    ledger: Ledger,
) -> None:
    one_stop.put(ended_before_it_began(1))
    pull_and_reconcile(notifying())
    assert (receiver.requests, stored(ledger, "id")) == ([], [])


def test_a_second_sender_is_refused(notifying: Callable[..., Engine], clock: FakeClock) -> None:
    engine = notifying()
    with acquire(engine.ledger, "notify", clock), pytest.raises(LedgerError, match="another khop"):
        engine.notify()


def test_numbers_of_persons_are_masked_in_notices(
    notifying: Callable[..., Engine], one_stop: FakeOneStop, receiver: NoticeReceiver
) -> None:
    one_stop.put(ended_before_it_began(1, unit="UBND xã Mẫu 079090000001"))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    engine.notify()
    (_, body) = receiver.requests[0]
    text = body.decode()
    assert "UBND xã Mẫu ************" in text
    assert "079090000001" not in text
    assert all(word not in text for word in ("applicant", "k" * 64, "explanation", "assignee"))


def test_a_notice_holds_rule_dossier_values_and_evidence(
    notifying: Callable[..., Engine], one_stop: FakeOneStop, receiver: NoticeReceiver
) -> None:
    one_stop.put(ended_before_it_began(1, status=Status.FINISHED))
    engine = notifying(rules=["C5"])
    pull_and_reconcile(engine)
    engine.notify()
    (said,) = receiver.said()
    (finding,) = said["findings"]
    assert said["id"] == receiver.requests[0][0]["khop-notice"]
    assert finding["name"]["vi"] == "Kết thúc trước khi tiếp nhận"
    assert (finding["code"], finding["severity"], finding["state"]) == (code(1), "S2", "open")
    assert finding["values"]["os_finished"].startswith("2026-11-11")
    assert finding["evidence"][0]["native_id"] == record(1).native_id


@pytest.mark.parametrize(
    ("keys", "error"),
    [
        ({"url": None}, "notices: no receiver of notices is configured"),
        ({"secret": {"env": "KHOP_NO_SUCH"}}, "KHOP_NO_SUCH is not set"),
        ({"secret": {"file": "short"}}, "notices.secret: the secret has fewer than 16"),
        ({"ca_file": "none.pem"}, "notices.ca_file: this file cannot be read"),
    ],
)
def test_an_unusable_setting_is_named_and_nothing_is_sent(
    notifying: Callable[..., Engine],
    receiver: NoticeReceiver,
    tmp_path: Any,
    keys: dict[str, Any],
    error: str,
) -> None:
    (tmp_path / "short").write_text("short\n")
    engine = notifying(**keys)
    with pytest.raises(ConfigError) as caught:
        engine.notify()
    assert error in str(caught.value)
    assert receiver.requests == []
