"""What lists of findings say: events, changes between two days, freshness, short names."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from functools import partial
from typing import Any

import pytest
import sqlalchemy as sa

from khop.errors import KhopError, Unreachable
from khop.mappings.records import Reject
from khop.sync.engine import Engine
from khop.sync.findings.finding_rows import event_of
from khop.sync.findings.listing import walk
from khop.sync.findings.subjects import short_subject, subject_of
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import discrepancy
from khop.sync.results import FindingState
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeCodes, FakeOneStop, FakePortal, record
from tests.sync.findings.deciding import OFFICER, ONE, TWO, a7
from tests.sync.installation import Build

LEDGERS = BOTH


@pytest.mark.parametrize(
    ("values", "event"),
    [
        ({"os_status": 2, "os_due": "2026-11-24", "lb_returned": "2026-11-19"}, "2026-11-19"),
        ({"os_entered": "2026-11-10T09:00:00+07:00"}, "2026-11-10T09:00:00+07:00"),
        ({"os_status": 2, "rg_number": "12/2026"}, None),
        ({}, None),
    ],
)
def test_the_event_of_a_finding_is_no_due_date_where_it_has_another_time(
    values: dict[str, object], event: str | None
) -> None:
    assert event_of(values) == event


def test_findings_are_chosen_by_the_day_of_their_event(found: Engine) -> None:
    event = a7(found).event
    assert event is not None
    day = date.fromisoformat(event[:10])
    codes = [f.code for f in found.findings(event_since=day, event_until=day)]
    assert codes == [ONE, TWO]
    assert list(found.findings(event_since=day + timedelta(days=1))) == []
    assert list(found.findings(event_until=day - timedelta(days=1))) == []


def test_findings_are_chosen_by_when_they_were_first_seen(
    found: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    before = clock.now + timedelta(hours=1)
    clock.advance(days=1)
    one_stop.put(record(3))
    found.pull()
    found.reconcile()
    assert [f.code for f in found.findings(until=before)] == [ONE, TWO]
    assert [f.code for f in found.findings(since=before)] == [record(3).code]


def test_findings_are_read_some_at_a_time_as_they_are_then(
    found: Engine, ledger: Ledger, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("khop.sync.findings.views.walk", partial(walk, at_once=1))
    listed = found.findings()
    assert next(listed).code == ONE
    with ledger.write() as connection:
        late = sa.update(discrepancy).where(discrepancy.c.code == TWO)
        connection.execute(late.values(assignee="canbo.mau"))
    assert [(each.code, each.assignee) for each in listed] == [(TWO, "canbo.mau")]


def test_changes_between_two_days_are_what_is_new_and_what_is_gone(
    found: Engine, one_stop: FakeOneStop, portal: FakePortal, clock: FakeClock
) -> None:
    start = clock.now + timedelta(hours=1)
    clock.advance(days=1)
    portal.hold(record(1))
    one_stop.put(record(3))
    found.pull()
    found.reconcile(whole=True)
    found.decisions.exclude([TWO], actor=OFFICER, reason="Thử nghiệm.")
    end = clock.now + timedelta(hours=1)
    changes = [(word, f.code) for word, f in found.changes_between(start, end)]
    assert sorted(changes) == [("gone", ONE), ("gone", TWO), ("new", record(3).code)]
    assert found.changes_between(end, end) == []
    back = [(word, f.code) for word, f in found.changes_between(end, start)]
    assert sorted(back) == [("gone", record(3).code), ("new", ONE), ("new", TWO)]
    assert a7(found, ONE).resolved is not None
    assert a7(found, ONE).state is FindingState.RESOLVED


def test_freshness_names_the_last_success_and_the_error_after_it(
    found: Engine, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    fresh = found.freshness()
    (source,) = (each for each in fresh.sources if each.role == "one_stop")
    assert (fresh.dossiers, fresh.quarantined) == (2, 0)
    assert (source.read, source.known, source.complete, source.error) == (2, 2, True, None)
    success = source.last_success
    assert success is not None
    clock.advance(days=1)

    def silent(number: int) -> None:
        raise Unreachable(one_stop.name, "list")

    one_stop.on_page = silent
    found.pull()
    (source,) = (each for each in found.freshness().sources if each.role == "one_stop")
    assert source.last_success == success
    assert source.error is not None


def test_a_portal_that_was_asked_nothing_was_not_read(engine: Engine, clock: FakeClock) -> None:
    engine.pull()
    (portal,) = (each for each in engine.freshness().sources if each.role == "portal")
    assert (portal.last_success, portal.error, portal.read) == (None, None, 0)


def test_a_pull_without_questions_leaves_the_time_of_the_last_answer(
    found: Engine, clock: FakeClock
) -> None:
    def answered() -> str | None:
        (portal,) = (each for each in found.freshness().sources if each.role == "portal")
        return portal.last_success

    first = answered()
    assert first is not None
    clock.advance(minutes=10)
    (look_ups,) = (part for part in found.pull().sources if part.kind == "lookups")
    assert look_ups.as_json()["asked"] == 0
    assert answered() == first


def test_a_row_of_paper_is_named_by_the_beginning_of_its_key(found: Engine) -> None:
    key = "3f9a01bc" + "0" * 56
    finding = a7(found)
    with found.ledger.write() as connection:
        for subject in (f"row:{key}", f"row:{key}-2", "row:3f9a01bc" + "1" * 56 + "-3"):
            connection.execute(
                discrepancy.insert().from_select(
                    ["subject", *(c.name for c in discrepancy.c if c.name != "subject")],
                    _copy(subject, finding.rule, finding.subject),
                )
            )
    with found.ledger.read() as connection:
        assert short_subject(f"row:{key}-2") == "row:3f9a01bc-2"
        assert subject_of(connection, "row:3f9a01bc") == f"row:{key}"
        assert subject_of(connection, "row:3f9a-2") == f"row:{key}-2"
        assert subject_of(connection, "row:77") == "row:77"
        assert subject_of(connection, replace(finding).subject) == finding.subject


def test_two_rows_with_the_same_beginning_are_not_confused(found: Engine) -> None:
    finding = a7(found)
    with found.ledger.write() as connection:
        for end in ("0", "1"):
            connection.execute(
                discrepancy.insert().from_select(
                    ["subject", *(c.name for c in discrepancy.c if c.name != "subject")],
                    _copy(f"row:3f9a{end}", finding.rule, finding.subject),
                )
            )
    with found.ledger.read() as connection, pytest.raises(KhopError, match="2 rows begin with"):
        subject_of(connection, "row:3f9a")


def test_a_beginning_of_many_rows_names_a_few_of_them_briefly(found: Engine) -> None:
    finding = a7(found)
    with found.ledger.write() as connection:
        for end in range(16):
            connection.execute(
                discrepancy.insert().from_select(
                    ["subject", *(c.name for c in discrepancy.c if c.name != "subject")],
                    _copy(f"row:3f9a{end:x}{'0' * 59}", finding.rule, finding.subject),
                )
            )
    with found.ledger.read() as connection, pytest.raises(KhopError) as refused:
        subject_of(connection, "row:3f9a")
    sentence = str(refused.value)
    assert sentence.startswith("16 rows begin with row:3f9a")
    assert sentence.endswith("row:3f9a90000000, …")


def _copy(subject: str, rule: str, of: str) -> sa.Select[tuple[object, ...]]:
    """The row of a finding under another subject."""
    others = [column for column in discrepancy.c if column.name != "subject"]
    return sa.select(sa.literal(subject), *others).where(
        discrepancy.c.rule == rule, discrepancy.c.subject == of
    )


def test_a_file_of_codes_says_how_many_it_named_and_how_many_could_not_be_read(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    bad = Reject("MaHoSo", "is not a code", "file.csv#!4")
    named: Any = (ONE, bad, TWO)
    engine = build_engine(one_stop, FakeCodes(named=named))
    engine.pull()
    (source,) = (each for each in engine.freshness().sources if each.source == "extract")
    assert (source.read, source.known) == (2, 3)
