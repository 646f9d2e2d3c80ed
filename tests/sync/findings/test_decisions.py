"""Decisions about several findings, decisions that are refused, and the audit log."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest

from khop.errors import LedgerError
from khop.sync.engine import Engine
from khop.sync.findings.decision_texts import LONGEST_NAME, LONGEST_TEXT, DecisionError
from khop.sync.ledger import Ledger
from khop.sync.results import UNSETTLED, Finding, FindingState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record
from tests.sync.findings.deciding import OFFICER, ONE, TODAY, TWO, events, rows_of
from tests.sync.papers import FakePapers, logbook_row

LEDGERS = BOTH
YESTERDAY = TODAY - timedelta(days=1)


def test_a_decision_is_about_all_findings_of_a_subject_or_one_rule(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine = build_engine(one_stop, portal)
    one_stop.put(record(1, due_at=None))
    engine.pull()
    engine.reconcile()
    assert {f.rule for f in engine.decisions.assign([ONE], actor="a", assignee="b")} == {"A7", "C9"}
    (only,) = engine.decisions.exclude([ONE.lower()], actor="a", reason="x", rules=["c9"])
    assert only.rule == "C9"
    # Without rules, the excluded finding is left as it is.
    assert [f.rule for f in engine.decisions.explain([ONE, f" {ONE} "], actor="a", text="y")] == [
        "A7"
    ]
    with pytest.raises(DecisionError) as refused:
        engine.decisions.explain([ONE], actor="a", text="y", rules=["A7", "C9"])
    assert (refused.value.reason, refused.value.about["rule"]) == ("excluded", "C9")


def test_a_dossier_may_be_named_by_its_alias(engine: Engine, one_stop: FakeOneStop) -> None:
    one_stop.put(record(1, aliases=("G22.99.00-261110-000001",)))
    engine.pull()
    engine.reconcile()
    (finding,) = engine.decisions.assign(["g22.99.00-261110-000001"], actor="a", assignee="b")
    assert finding.code == ONE
    assert (
        engine.decisions.history_of("G22.99.00-261110-000001")
        == engine.decisions.history_of(ONE)
        != []
    )


def test_a_row_of_paper_without_a_code_is_assigned_by_its_key(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> None:
    rows = FakePapers(contents={"so.xlsx": [logbook_row(1, procedure="9.999999")]})
    engine = build_engine(one_stop, portal, rows)
    engine.pull()
    engine.reconcile()
    (a1,) = engine.findings()
    assert (a1.rule, a1.code) == ("A1", None)
    assert (a1.evidence[0]["file"], a1.evidence[0]["row"]) == ("so.xlsx", 4)
    (assigned,) = engine.decisions.assign([a1.subject], actor="a", assignee="b")
    assert assigned.state is FindingState.ASSIGNED
    assert events(engine, a1.subject) == [("open", "khop"), ("assign", "a")]


def test_one_unknown_subject_refuses_the_whole_decision(found: Engine, ledger: Ledger) -> None:
    before = rows_of(ledger)
    for subjects in ([ONE, "H99.12-261110-9999"], ["H99.12-261110-9999", ONE]):
        with pytest.raises(DecisionError, match="no finding of H99"):
            found.decisions.exclude(subjects, actor=OFFICER, reason="x")
    assert rows_of(ledger) == before


def test_a_decision_that_fails_half_way_writes_nothing(
    found: Engine, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = rows_of(ledger)

    def torn(*args: object) -> None:
        raise LedgerError("full")

    monkeypatch.setattr("khop.sync.ledger.audit_log.append", torn)
    with pytest.raises(LedgerError):
        found.decisions.exclude([ONE, TWO], actor=OFFICER, reason="x")
    assert rows_of(ledger) == before


def each_decision(engine: Engine) -> list[Callable[[], list[Finding]]]:
    return [
        lambda: engine.decisions.assign([ONE], actor="a", assignee="b"),
        lambda: engine.decisions.explain([ONE], actor="a", text="b"),
        lambda: engine.decisions.exclude([ONE], actor="a", reason="b"),
    ]


def test_decisions_about_a_resolved_finding_are_refused(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.hold(record(1))
    clock.advance(days=1)
    found.pull()
    found.reconcile()
    for decide in each_decision(found):
        with pytest.raises(DecisionError, match="no longer found it"):
            decide()


def test_decisions_about_an_excluded_finding_are_refused_until_it_is_taken_back(
    found: Engine,
) -> None:
    found.decisions.exclude([ONE], actor=OFFICER, reason="x")
    for decide in each_decision(found):
        with pytest.raises(DecisionError, match="take the exclusion back first"):
            decide()
    found.decisions.take_back([ONE], actor="a")
    with pytest.raises(DecisionError, match="no exclusion of A7"):
        found.decisions.take_back([ONE], actor="a", rules=["A7"])
    assert found.decisions.assign([ONE], actor="a", assignee="b")[0].state in UNSETTLED


REFUSED: list[tuple[str, str, dict[str, Any]]] = [
    ("no_finding", "assign", {"assignee": "b", "rules": ["B6"]}),
    ("no_rule", "assign", {"assignee": "b", "rules": ["A99"]}),
    ("no_assignee", "assign", {"assignee": "  "}),
    ("past", "assign", {"assignee": "b", "answer_due": YESTERDAY}),
    ("too_long", "assign", {"assignee": "b" * (LONGEST_NAME + 1)}),
    ("no_text", "explain", {"text": "\n"}),
    ("too_long", "explain", {"text": "b" * (LONGEST_TEXT + 1)}),
    ("no_reason", "exclude", {"reason": ""}),
    ("past", "exclude", {"reason": "x", "until": YESTERDAY}),
    ("not_excluded", "take_back", {}),
    ("no_actor", "take_back", {"actor": " "}),
    ("personal", "assign", {"assignee": "0990000001"}),
    ("personal", "explain", {"text": "Người nộp 001085012345 đã nhận"}),
    ("personal", "explain", {"text": "CMND 012 345 678"}),
    ("personal", "exclude", {"reason": "đã gọi 0990.000.001"}),
    ("personal", "take_back", {"reason": "gọi +84 990 000 001"}),
]


# One test for all, because the findings take long to make.
def test_a_refused_decision_gives_its_reason_and_writes_nothing(
    found: Engine, ledger: Ledger
) -> None:
    before = rows_of(ledger)
    for reason, verb, named in REFUSED:
        with pytest.raises(DecisionError) as refused:
            getattr(found.decisions, verb)([ONE], **{"actor": "a", **named})
        assert (verb, refused.value.reason) == (verb, reason)
        assert str(refused.value)
        assert "{" not in str(refused.value)
        assert not any(str(value) in str(refused.value) for value in _private(named))
    assert rows_of(ledger) == before


def _private(named: dict[str, Any]) -> list[Any]:
    texts = [text for text in named.values() if isinstance(text, str)]
    return [text for text in texts if any(sign.isdigit() for sign in text)]


def test_codes_and_dates_in_a_text_are_no_personal_numbers(found: Engine) -> None:
    for text in (
        f"Trùng với hồ sơ {ONE}",
        "Hồ sơ 000.00.18.H99-261112-0001 nộp 12.11.2026 14:30, trả 13-11-2026 08:00",
        "Theo Quyết định 1234/QĐ-UBND ngày 01/07/2025",
        "Từ 2026-11-12 14:30 đến 2026-11-13 09:00",
    ):
        assert found.decisions.explain([ONE], actor="a", text=text)[0].explanation == text


def test_the_log_is_unbroken_after_decisions_and_runs(found: Engine, clock: FakeClock) -> None:
    found.decisions.assign([ONE, TWO], actor="a", assignee="b")
    found.decisions.explain([ONE], actor="b", text="Đã gửi lại")
    found.decisions.exclude([TWO], actor="a", reason="Thử nghiệm", until=TODAY)
    clock.advance(days=1)
    found.reconcile()
    found.decisions.exclude([TWO], actor="a", reason="Thử nghiệm")
    found.decisions.take_back([TWO], actor="a")
    verified = found.verify_log()
    # The key, two findings opened, five decisions about six findings, one exclusion ended.
    assert (verified.problems, verified.entries) == ((), 1 + 2 + 6 + 1)


def test_a_run_that_changes_nothing_logs_nothing(found: Engine) -> None:
    before = found.verify_log().head
    found.reconcile()
    found.reconcile(whole=True)
    assert found.verify_log().head == before
