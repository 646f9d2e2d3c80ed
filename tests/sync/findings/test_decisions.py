"""What people decide about findings, and that runs keep to it."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import LedgerError
from khop.sync.engine import Engine
from khop.sync.findings import decisions
from khop.sync.findings.decision_texts import LONGEST_NAME, LONGEST_TEXT, DecisionError
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import audit_log, discrepancy, exclusion
from khop.sync.results import UNSETTLED, Finding, FindingState, RuleCount
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, record
from tests.sync.papers import FakePapers, logbook_row

LEDGERS = BOTH

OFFICER = "canbo.mau"
ONE = record(1).code
TWO = record(2).code
#: The local day of the tests' clock.
TODAY = date(2026, 11, 20)


@pytest.fixture
def found(engine: Engine, one_stop: FakeOneStop) -> Engine:
    """Two dossiers the portal does not have."""
    one_stop.put(record(1), record(2))
    engine.pull()
    engine.reconcile()
    return engine


def a7(engine: Engine, code: str = ONE) -> Finding:
    (finding,) = (
        f for f in engine.findings(states=[s.value for s in FindingState]) if f.code == code
    )
    assert finding.rule == "A7"
    return finding


def count(engine: Engine) -> RuleCount:
    summary = engine.reconcile()
    return next(count for count in summary.counts if count.rule == "A7")


def told(engine: Engine, code: str = ONE) -> list[tuple[str, str]]:
    return [(event.action, event.by) for event in engine.history_of(code)]


def stored(ledger: Ledger) -> list[Any]:
    with ledger.read() as connection:
        return [
            connection.execute(sa.select(table).order_by(*table.primary_key.columns)).all()
            for table in (discrepancy, exclusion, audit_log)
        ]


# --- assigned, explained ------------------------------------------------------------------------


def test_a_finding_goes_from_assigned_to_explained_and_a_run_keeps_it(
    found: Engine, clock: FakeClock
) -> None:
    (assigned,) = found.assign(
        [ONE], actor="truongphong", assignee="canbo.mau", answer_due=date(2026, 11, 24)
    )
    assert (assigned.state, assigned.assignee, assigned.answer_due) == (
        FindingState.ASSIGNED,
        "canbo.mau",
        "2026-11-24",
    )
    clock.advance(days=1)
    assert count(found).open == 2
    assert a7(found) == assigned.__class__(**{**_fields(assigned), "last_seen": _now(clock)})
    (explained,) = found.explain([ONE], actor=OFFICER, text="Cổng bảo trì, đã gửi lại.")
    assert (explained.state, explained.explanation) == (
        FindingState.EXPLAINED,
        "Cổng bảo trì, đã gửi lại.",
    )
    found.reconcile(whole=True)
    assert a7(found).explanation == "Cổng bảo trì, đã gửi lại."
    assert told(found) == [("open", "khop"), ("assign", "truongphong"), ("explain", OFFICER)]
    assert a7(found, TWO).state is FindingState.OPEN


def _fields(finding: Finding) -> dict[str, Any]:
    return {name: getattr(finding, name) for name in Finding.__slots__}


def _now(clock: FakeClock) -> str:
    return (clock.now + timedelta(hours=7)).replace(tzinfo=None).isoformat() + "+07:00"


def test_a_new_question_sets_the_answer_aside_and_the_history_keeps_it(found: Engine) -> None:
    found.explain([ONE], actor=OFFICER, text="Đã gửi lại.")
    (again,) = found.assign([ONE], actor="truongphong", assignee=OFFICER)
    assert (again.state, again.explanation, again.answer_due) == (
        FindingState.ASSIGNED,
        None,
        None,
    )
    texts = [event.detail.get("text") for event in found.history_of(ONE)]
    assert texts == [None, "Đã gửi lại.", None]


def test_what_is_no_longer_found_is_resolved_and_comes_back_open_with_nobody_asked(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.assign([ONE], actor=OFFICER, assignee=OFFICER, answer_due=TODAY)
    found.explain([ONE], actor=OFFICER, text="Đã gửi lại.")
    portal.hold(record(1))
    clock.advance(days=1)
    found.pull()
    assert count(found).resolved == 1
    assert a7(found).state is FindingState.RESOLVED
    assert a7(found).explanation == "Đã gửi lại."
    portal.dossiers.clear()
    clock.advance(days=1)
    found.pull()
    assert count(found).reopened == 1
    back = a7(found)
    assert (back.state, back.assignee, back.answer_due, back.explanation) == (
        FindingState.OPEN,
        None,
        None,
        None,
    )
    actions = [action for action, _ in told(found)]
    assert actions == ["open", "assign", "explain", "resolve", "reopen"]


# --- excluded -----------------------------------------------------------------------------------


def test_an_exclusion_holds_over_runs_and_says_who_and_why(found: Engine, clock: FakeClock) -> None:
    (excluded,) = found.exclude([ONE], actor="truongphong", reason="Hồ sơ thử nghiệm")
    assert excluded.state is FindingState.EXCLUDED
    assert excluded.exclusion == {
        "by": "truongphong",
        "reason": "Hồ sơ thử nghiệm",
        "made": _now(clock),
        "until": None,
    }
    clock.advance(days=30)
    counted = count(found)
    assert (counted.open, counted.excluded) == (1, 1)
    found.reconcile(whole=True)
    assert a7(found).state is FindingState.EXCLUDED
    assert [f.code for f in found.findings()] == [TWO]


def test_an_exclusion_outlives_its_finding(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.exclude([ONE], actor=OFFICER, reason="Hồ sơ thử nghiệm")
    for held, state in ((True, FindingState.RESOLVED), (False, FindingState.EXCLUDED)):
        portal.dossiers.clear()
        portal.hold(*([record(1)] if held else []))
        clock.advance(days=1)
        found.pull()
        found.reconcile()
        assert a7(found).state is state


def test_an_exclusion_ends_with_its_day_though_nothing_touched_the_dossier(
    found: Engine, clock: FakeClock
) -> None:
    found.assign([ONE], actor=OFFICER, assignee=OFFICER)
    found.exclude([ONE], actor=OFFICER, reason="Cổng bảo trì", until=TODAY)
    clock.now = datetime(2026, 11, 20, 16, 59, 59, 999_999, tzinfo=UTC)
    found.reconcile()
    assert a7(found).state is FindingState.EXCLUDED
    assert a7(found).exclusion is not None
    assert a7(found).exclusion["until"] == "2026-11-20"
    clock.advance(microseconds=1)
    summary = found.reconcile()
    counted = next(c for c in summary.counts if c.rule == "A7")
    assert not summary.whole
    assert (counted.open, counted.new, counted.reopened, counted.excluded) == (2, 0, 0, 0)
    back = a7(found)
    assert (back.state, back.assignee, back.exclusion) == (FindingState.OPEN, None, None)
    assert told(found)[-1] == ("exclusion_end", "khop")
    assert found.reconcile().examined == 0


def test_an_exclusion_that_has_ended_is_no_obstacle_before_the_next_run(
    found: Engine, clock: FakeClock
) -> None:
    found.exclude([ONE], actor=OFFICER, reason="Cổng bảo trì", until=TODAY)
    clock.advance(days=1)
    (again,) = found.exclude([ONE], actor="truongphong", reason="Cổng vẫn bảo trì")
    assert again.exclusion is not None
    assert again.exclusion["by"] == "truongphong"
    clock.advance(days=1)
    assert count(found).excluded == 1


def test_taken_back_it_is_open_at_once_and_looked_at_again(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.exclude([ONE, TWO], actor=OFFICER, reason="Nhầm")
    found.reconcile()
    taken = found.take_back([ONE, TWO], actor="truongphong", reason="Không có căn cứ")
    assert [finding.state for finding in taken] == [FindingState.OPEN] * 2
    summary = found.reconcile()
    assert (summary.whole, summary.examined, summary.open) == (False, 2, 2)
    assert a7(found).state is FindingState.OPEN
    assert told(found)[-1] == ("take_back", "truongphong")


def test_an_exclusion_of_what_went_away_is_taken_back_too(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    found.exclude([ONE], actor=OFFICER, reason="Nhầm")
    portal.hold(record(1))
    clock.advance(days=1)
    found.pull()
    found.reconcile()
    (finding,) = found.take_back([ONE], actor=OFFICER)
    assert finding.state is FindingState.RESOLVED
    portal.dossiers.clear()
    clock.advance(days=1)
    found.pull()
    found.reconcile()
    assert a7(found).state is FindingState.OPEN


def test_a_run_at_an_earlier_now_obeys_the_exclusion_that_held_then(
    found: Engine, clock: FakeClock
) -> None:
    found.exclude([ONE], actor=OFFICER, reason="Cổng bảo trì", until=TODAY)
    earlier = clock.now
    clock.advance(days=2)
    found.reconcile()
    assert a7(found).state is FindingState.OPEN
    found.reconcile(earlier)
    assert a7(found).state is FindingState.EXCLUDED


# --- many at once, and what is refused ----------------------------------------------------------


def test_all_of_one_subject_or_one_rule_of_it(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> None:
    engine = build_engine(one_stop, portal)
    one_stop.put(record(1, due_at=None))
    engine.pull()
    engine.reconcile()
    assert {f.rule for f in engine.assign([ONE], actor="a", assignee="b")} == {"A7", "C9"}
    (only,) = engine.exclude([ONE.lower()], actor="a", reason="x", rules=["c9"])
    assert only.rule == "C9"
    # What is excluded is left alone where all of a dossier are meant.
    assert [f.rule for f in engine.explain([ONE, f" {ONE} "], actor="a", text="y")] == ["A7"]
    with pytest.raises(DecisionError) as refused:
        engine.explain([ONE], actor="a", text="y", rules=["A7", "C9"])
    assert (refused.value.reason, refused.value.about["rule"]) == ("excluded", "C9")


def test_a_dossier_is_named_by_its_alias_too(engine: Engine, one_stop: FakeOneStop) -> None:
    one_stop.put(record(1, aliases=("G22.99.00-261110-000001",)))
    engine.pull()
    engine.reconcile()
    (finding,) = engine.assign(["g22.99.00-261110-000001"], actor="a", assignee="b")
    assert finding.code == ONE
    assert engine.history_of("G22.99.00-261110-000001") == engine.history_of(ONE) != []


def test_a_row_of_paper_without_a_code_has_a_life_of_its_own(
    build_engine: Callable[..., Engine], one_stop: FakeOneStop, portal: FakePortal
) -> None:
    rows = FakePapers(contents={"so.xlsx": [logbook_row(1, procedure="9.999999")]})
    engine = build_engine(one_stop, portal, rows)
    engine.pull()
    engine.reconcile()
    (a1,) = engine.findings()
    assert (a1.rule, a1.code) == ("A1", None)
    assert (a1.evidence[0]["file"], a1.evidence[0]["row"]) == ("so.xlsx", 4)
    (assigned,) = engine.assign([a1.subject], actor="a", assignee="b")
    assert assigned.state is FindingState.ASSIGNED
    assert told(engine, a1.subject) == [("open", "khop"), ("assign", "a")]


def test_one_that_cannot_be_done_undoes_all(found: Engine, ledger: Ledger) -> None:
    before = stored(ledger)
    for subjects in ([ONE, "H99.12-261110-9999"], ["H99.12-261110-9999", ONE]):
        with pytest.raises(DecisionError, match="no finding of H99"):
            found.exclude(subjects, actor=OFFICER, reason="x")
    assert stored(ledger) == before


def test_a_decision_that_fails_half_way_leaves_nothing(
    found: Engine, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    before = stored(ledger)

    def torn(*args: object) -> None:
        raise LedgerError("full")

    monkeypatch.setattr(decisions.audit_log, "append_all", torn)
    with pytest.raises(LedgerError):
        found.exclude([ONE, TWO], actor=OFFICER, reason="x")
    assert stored(ledger) == before


def test_what_is_resolved_is_not_decided_about(
    found: Engine, portal: FakePortal, clock: FakeClock
) -> None:
    portal.hold(record(1))
    clock.advance(days=1)
    found.pull()
    found.reconcile()
    for decide in (
        lambda: found.assign([ONE], actor="a", assignee="b"),
        lambda: found.explain([ONE], actor="a", text="b"),
        lambda: found.exclude([ONE], actor="a", reason="b"),
    ):
        with pytest.raises(DecisionError, match="no longer found it"):
            decide()


def test_what_is_excluded_is_decided_about_when_it_was_taken_back(found: Engine) -> None:
    found.exclude([ONE], actor=OFFICER, reason="x")
    for decide in (
        lambda: found.assign([ONE], actor="a", assignee="b"),
        lambda: found.explain([ONE], actor="a", text="b"),
        lambda: found.exclude([ONE], actor="a", reason="b"),
    ):
        with pytest.raises(DecisionError, match="take the exclusion back first"):
            decide()
    found.take_back([ONE], actor="a")
    with pytest.raises(DecisionError, match="no exclusion of A7"):
        found.take_back([ONE], actor="a", rules=["A7"])
    assert found.assign([ONE], actor="a", assignee="b")[0].state in UNSETTLED


YESTERDAY = TODAY - timedelta(days=1)


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


# One test for all: each would have to find the same again.
def test_what_is_refused_says_why_and_writes_nothing(found: Engine, ledger: Ledger) -> None:
    before = stored(ledger)
    for reason, verb, named in REFUSED:
        with pytest.raises(DecisionError) as refused:
            getattr(found, verb)([ONE], **{"actor": "a", **named})
        assert (verb, refused.value.reason) == (verb, reason)
        assert str(refused.value)
        assert "{" not in str(refused.value)
        assert not any(str(value) in str(refused.value) for value in _private(named))
    assert stored(ledger) == before


def _private(named: dict[str, Any]) -> list[Any]:
    texts = [text for text in named.values() if isinstance(text, str)]
    return [text for text in texts if any(sign.isdigit() for sign in text)]


def test_codes_and_days_are_no_personal_numbers(found: Engine) -> None:
    for text in (
        f"Trùng với hồ sơ {ONE}",
        "Hồ sơ 000.00.18.H99-261112-0001 nộp 12.11.2026 14:30, trả 13-11-2026 08:00",
        "Theo Quyết định 1234/QĐ-UBND ngày 01/07/2025",
        "Từ 2026-11-12 14:30 đến 2026-11-13 09:00",
    ):
        assert found.explain([ONE], actor="a", text=text)[0].explanation == text


def test_the_last_day_is_today(found: Engine) -> None:
    (finding,) = found.assign([ONE], actor="a", assignee="b", answer_due=TODAY)
    assert finding.answer_due == TODAY.isoformat()


def test_the_log_is_whole_after_all_of_it(found: Engine, clock: FakeClock) -> None:
    found.assign([ONE, TWO], actor="a", assignee="b")
    found.explain([ONE], actor="b", text="Đã gửi lại")
    found.exclude([TWO], actor="a", reason="Thử nghiệm", until=TODAY)
    clock.advance(days=1)
    found.reconcile()
    found.exclude([TWO], actor="a", reason="Thử nghiệm")
    found.take_back([TWO], actor="a")
    verified = found.verify_log()
    # Two were found, five decisions were about six findings, and one exclusion ended.
    assert (verified.bad, verified.entries) == (None, 2 + 6 + 1)


def test_a_run_that_changes_nothing_logs_nothing(found: Engine) -> None:
    before = found.verify_log().head
    found.reconcile()
    found.reconcile(whole=True)
    assert found.verify_log().head == before
