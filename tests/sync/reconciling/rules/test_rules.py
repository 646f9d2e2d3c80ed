"""Each rule of docs/rules.md: where it fires, where it must not."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import Role
from khop.config.domain_tables import Tables
from khop.config.model import RuleSettings
from khop.mappings.records import (
    Channel,
    DossierReading,
    DossierRecord,
    Instant,
    Precision,
    Presence,
    Reject,
    Status,
)
from khop.sync.ledger import Ledger, create_ledger, presence, quarantine, records
from khop.sync.ledger.records import Arrival, record_hash
from khop.sync.ledger.schema import discrepancy
from khop.sync.privacy import Privacy
from khop.sync.reading.list_pull import Cursor, save_cursor
from khop.sync.reconciling.cases import CASE_COLUMNS
from khop.sync.reconciling.reconcile import Reconciled, Scope, reconcile
from khop.sync.reconciling.rules import RULES
from tests.sync.fakes import at, record

# Friday; the working days before it are 19, 18, 17 and 16 November
NOW = datetime(2026, 11, 20, 9, 0, tzinfo=UTC)
YESTERDAY, TWO_DAYS_AGO = at(19), at(18)
OLD = {"changed_at": at(11)}


def day(instant: Instant) -> Instant:
    return Instant(instant.us - instant.us % 86_400_000_000 - 7 * 3_600_000_000, Precision.DAY)


def moved(instant: Instant, **by: float) -> Instant:
    seconds = by.get("hours", 0) * 3600 + by.get("minutes", 0) * 60 + by.get("seconds", 0)
    return replace(instant, us=instant.us + int(seconds * 1_000_000))


def fired(
    ledger: Ledger,
    ours: DossierRecord | None,
    theirs: DossierRecord | Presence | None,
    *,
    asked_as: str | None = None,
    settings: RuleSettings | None = None,
) -> set[str]:
    """The rules that fire for one dossier as the two systems have it."""
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor(complete=True))
        if ours is not None:
            digest = record_hash(ours)
            arrival = Arrival(DossierReading(ours), digest)
            records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
        code = asked_as or (ours.code if ours else record(1).code)
        if theirs is Presence.UNKNOWN:
            presence.failed(connection, "dvcqg", [(code, "no answer")], 1)
        elif theirs is not None:
            found = None if theirs is Presence.ABSENT else theirs
            assert found is None or isinstance(found, DossierRecord)
            presence.answered(connection, "dvcqg", [(code, found)], Instant.of(NOW).us)
    done = run(ledger, settings=settings or RuleSettings())
    return {count.rule for count in done.counts if count.open}


def run(ledger: Ledger, now: datetime = NOW, settings: RuleSettings | None = None) -> Reconciled:
    scope = Scope(sources=["dvcqg", "igate"], one_stops=["igate"])
    return reconcile(ledger, settings or RuleSettings(), Tables(), now, scope=scope)


def opened(done: Reconciled, rule: str) -> int:
    return next(count.open for count in done.counts if count.rule == rule)


def both(number: int = 1, **changes: Any) -> tuple[DossierRecord, DossierRecord]:
    """The same old dossier in both systems, but for ``os_…`` and ``po_…`` changes."""
    ours = {k.removeprefix("os_"): v for k, v in changes.items() if k.startswith("os_")}
    theirs = {k.removeprefix("po_"): v for k, v in changes.items() if k.startswith("po_")}
    return record(number, **{**OLD, **ours}), record(number, **theirs)


def test_two_systems_that_agree_fire_nothing(ledger: Ledger) -> None:
    assert fired(ledger, *both()) == set()


CASES: list[tuple[str, dict[str, Any], bool]] = [
    # B5, B6, B11: who closed first
    ("B5", {"os_status": Status.PROCESSING, "po_status": Status.FINISHED}, True),
    ("B5", {"os_status": Status.STOPPED, "po_status": Status.RETURNED}, True),
    ("B5", {"os_status": Status.NEW, "po_status": Status.FINISHED}, False),
    ("B5", {"os_status": Status.WITHDRAWN, "po_status": Status.FINISHED}, False),
    ("B11", {"os_status": Status.NEW, "po_status": Status.FINISHED}, True),
    ("B11", {"os_status": Status.PROCESSING, "po_status": Status.FINISHED}, False),
    (
        "B6",
        {
            "os_status": Status.FINISHED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.PROCESSING,
        },
        True,
    ),
    (
        "B6",
        {
            "os_status": Status.RETURNED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.NEW,
        },
        True,
    ),
    (
        "B6",
        {
            "os_status": Status.FINISHED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.WITHDRAWN,
        },
        False,
    ),
    (
        "B6",
        {"os_status": Status.FINISHED, "os_finished_at": YESTERDAY, "po_status": Status.PROCESSING},
        False,
    ),
    # B6 does not fire without an end date; then B11 says that the states differ
    ("B6", {"os_status": Status.FINISHED, "po_status": Status.PROCESSING}, False),
    ("B11", {"os_status": Status.FINISHED, "po_status": Status.PROCESSING}, True),
    (
        "B11",
        {
            "os_status": Status.FINISHED,
            "os_finished_at": TWO_DAYS_AGO,
            "po_status": Status.PROCESSING,
        },
        False,
    ),
    (
        "B11",
        {"os_status": Status.FINISHED, "os_finished_at": at(12), "po_status": Status.RETURNED},
        True,
    ),
    ("B11", {"po_status": Status.RECEIVED, "os_changed_at": YESTERDAY}, False),
    ("B11", {"po_status": Status.RECEIVED, "os_changed_at": TWO_DAYS_AGO}, True),
    ("B11", {"po_status": Status.RECEIVED, "os_changed_at": None}, False),
    ("B11", {"po_status": None}, False),
    # B10: an online dossier nobody took up
    ("B10", {"os_status": Status.NEW, "os_submitted_at": TWO_DAYS_AGO}, True),
    ("B10", {"os_status": Status.NEW, "os_submitted_at": YESTERDAY}, False),
    ("B10", {"os_status": Status.NEW, "os_submitted_at": None}, False),
    ("B10", {"os_submitted_at": TWO_DAYS_AGO}, False),
    # C1, C2, C9: missing dates, and the states that may miss them
    ("C1", {"os_received_at": None}, True),
    ("C1", {"os_received_at": None, "os_status": Status.NEW}, False),
    ("C1", {"os_received_at": None, "os_status": Status.NOT_RECEIVED}, False),
    ("C1", {"os_received_at": None, "os_status": Status.SUPPLEMENT}, False),
    ("C1", {"os_received_at": None, "os_status": None, "os_status_raw": None}, False),
    ("C2", {"os_status": Status.FINISHED}, True),
    ("C2", {"os_status": Status.RETURNED}, True),
    ("C2", {"os_status": Status.WITHDRAWN}, False),
    ("C2", {"os_status": Status.FINISHED, "os_finished_at": at(12)}, False),
    ("C9", {"os_due_at": None}, True),
    ("C9", {"os_due_at": None, "os_no_due": True}, False),
    ("C9", {"os_due_at": None, "os_status": Status.NEW}, False),
    ("C9", {"os_due_at": None, "os_status": Status.NOT_RECEIVED}, False),
    ("C9", {"os_due_at": None, "os_status": Status.SUPPLEMENT}, True),
    ("C9", {"os_due_at": None, "os_status": Status.SUPPLEMENT, "os_received_at": None}, False),
    # C3, C4: the future begins tomorrow, in Hà Nội
    ("C3", {"os_received_at": at(21, 0)}, True),
    ("C3", {"os_received_at": at(20, 23, 59)}, False),
    ("C3", {"os_received_at": day(at(21))}, True),
    ("C3", {"os_received_at": day(at(20))}, False),
    ("C4", {"os_finished_at": at(21, 0)}, True),
    ("C4", {"os_finished_at": at(20, 23, 59)}, False),
    # C5, C6: order, by day where only a day is known
    ("C5", {"os_finished_at": at(10, 8, 59)}, True),
    ("C5", {"os_finished_at": at(10, 9)}, False),
    ("C5", {"os_finished_at": day(at(10))}, False),
    ("C5", {"os_finished_at": day(at(9))}, True),
    ("C6", {"os_submitted_at": at(10, 9, 1)}, True),
    ("C6", {"os_submitted_at": at(10, 9)}, False),
    ("C6", {"os_finished_at": at(12), "os_returned_at": at(11)}, True),
    ("C6", {"os_finished_at": at(12), "os_returned_at": at(12)}, False),
    ("C6", {"os_finished_at": at(12), "os_returned_at": day(at(12))}, False),
    # C12: seven hours, give or take a minute, known to the second
    ("C12", {"po_received_at": moved(at(10, 9), hours=7)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=-7)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=60)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=61)}, False),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=-60)}, True),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7, seconds=-61)}, False),
    ("C12", {"po_due_at": moved(at(30, 17), hours=7)}, True),
    ("C12", {"os_due_at": day(at(30)), "po_due_at": moved(day(at(30)), hours=7)}, False),
    ("C12", {"po_received_at": moved(at(10, 9), hours=7), "os_changed_at": YESTERDAY}, True),
    # C14: every other difference
    ("C14", {"po_received_at": moved(at(10, 9), hours=7, seconds=61)}, True),
    ("C14", {"po_received_at": moved(at(10, 9), hours=7)}, False),
    ("C14", {"po_received_at": moved(at(10, 9), minutes=15)}, False),
    ("C14", {"po_received_at": moved(at(10, 9), minutes=15, seconds=1)}, True),
    ("C14", {"po_received_at": day(at(10))}, False),
    ("C14", {"po_received_at": day(at(11))}, True),
    ("C14", {"po_received_at": moved(at(10, 9), minutes=20), "os_changed_at": YESTERDAY}, False),
    ("C14", {"po_due_at": None}, False),
    ("C14", {"po_due_at": at(30, 16)}, True),
    ("C14", {"os_finished_at": at(12), "po_finished_at": at(13)}, True),
    ("C14", {"os_returned_at": at(12), "po_returned_at": at(13)}, True),
    (
        "C14",
        {"po_received_at": moved(at(10, 9), hours=7), "po_due_at": at(27, 17)},
        False,
    ),
]


@pytest.fixture(scope="module")
def open_findings(tmp_path_factory: pytest.TempPathFactory) -> set[tuple[str, str]]:
    """What one reconcile finds when every row of CASES is a dossier of its own."""
    url = f"sqlite:///{tmp_path_factory.mktemp('rules') / 'khop.db'}"
    create_ledger(url)
    ledger = Ledger(url)
    with ledger.write() as connection:
        for number, (_, changes, _) in enumerate(CASES, start=1):
            ours, theirs = both(number, **changes)
            digest = record_hash(ours)
            arrival = Arrival(DossierReading(ours), digest)
            records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
            presence.answered(connection, "dvcqg", [(ours.code, theirs)], 1)
    run(ledger)
    with ledger.read() as connection:
        rows = connection.execute(sa.select(discrepancy.c.rule, discrepancy.c.code)).all()
    ledger.close()
    return {(row.rule, row.code) for row in rows}


@pytest.mark.parametrize(
    ("number", "rule", "expected"),
    [(number, rule, expected) for number, (rule, _, expected) in enumerate(CASES, start=1)],
)
def test_a_rule_fires_exactly_where_it_should(
    number: int, rule: str, expected: bool, open_findings: set[tuple[str, str]]
) -> None:
    assert ((rule, record(number).code) in open_findings) is expected


A7_CASES: list[tuple[dict[str, Any], Presence, bool]] = [
    ({}, Presence.ABSENT, True),
    ({}, Presence.UNKNOWN, False),
    ({"received_at": TWO_DAYS_AGO}, Presence.ABSENT, True),
    ({"received_at": YESTERDAY}, Presence.ABSENT, False),
    ({"received_at": None}, Presence.ABSENT, False),
    ({"status": Status.NEW}, Presence.ABSENT, False),
    ({"status": None, "status_raw": None}, Presence.ABSENT, False),
    ({"channel": Channel.ONLINE}, Presence.ABSENT, True),
    ({"channel": None}, Presence.ABSENT, True),
]


@pytest.mark.parametrize(("changes", "known", "expected"), A7_CASES)
def test_never_synced(
    changes: dict[str, Any], known: Presence, expected: bool, ledger: Ledger
) -> None:
    assert ("A7" in fired(ledger, record(1, **changes), known)) is expected


def test_never_synced_spares_what_was_never_looked_up(ledger: Ledger) -> None:
    assert fired(ledger, record(1), None) == set()


@pytest.mark.parametrize(
    ("channel", "expected"),
    [(Channel.ONLINE, False), (Channel.COUNTER, True), (None, False)],
)
def test_never_synced_of_a_dossier_with_an_alias_depends_on_its_channel(
    channel: Channel | None, expected: bool, ledger: Ledger
) -> None:
    ours = record(1, channel=channel, aliases=("G22.99-261110-000777",))
    fired(ledger, ours, Presence.ABSENT)
    found = fired(ledger, ours, Presence.ABSENT, asked_as="G22.99-261110-000777")
    assert ("A7" in found) is expected


def test_a_code_that_was_not_asked_about_leaves_presence_unknown(ledger: Ledger) -> None:
    ours = record(1, aliases=("G22.99-261110-000777",))
    assert fired(ledger, ours, Presence.ABSENT) == set()


def test_the_portal_may_know_a_dossier_by_its_alias(ledger: Ledger) -> None:
    ours = record(1, aliases=("G22.99-261110-000777",), **OLD)
    theirs = record(1, code="G22.99-261110-000777", status=Status.FINISHED)
    fired(ledger, ours, Presence.ABSENT)
    assert fired(ledger, ours, theirs, asked_as="G22.99-261110-000777") == {"B5"}


A8_CASES: list[tuple[dict[str, Any], bool]] = [
    ({"received_at": TWO_DAYS_AGO}, True),
    ({"received_at": YESTERDAY}, False),
    ({"received_at": None, "submitted_at": TWO_DAYS_AGO}, True),
    ({"received_at": None, "submitted_at": None}, False),  # first seen today
]


@pytest.mark.parametrize(("changes", "expected"), A8_CASES)
def test_phantom(changes: dict[str, Any], expected: bool, ledger: Ledger) -> None:
    assert ("A8" in fired(ledger, None, record(1, **changes))) is expected


def test_no_phantom_before_the_one_stop_was_read_to_its_end(ledger: Ledger) -> None:
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor())
        presence.answered(connection, "dvcqg", [(record(1).code, record(1))], 1)
    done = run(ledger)
    assert done.cases == 0


@pytest.mark.parametrize(
    ("code", "expected"),
    [
        ("H99.12-261110-0001", False),
        ("000.00.06.H99-261110-0361", False),
        ("H15.50.05.13-261008-0975", False),
        ("G09.20-20260609-0092637", False),
        ("UNIT-261110-000777", False),
        ("H99.12-261110-48213", False),
        ("HS-2026/15", True),
        ("H99.12-261110-001", True),
        ("H99.12_261110_0001", True),
    ],
)
def test_unknown_code_shape(code: str, expected: bool, ledger: Ledger) -> None:
    assert ("E7" in fired(ledger, record(1, code=code, **OLD), None)) is expected


def test_an_unmapped_state_fires_no_rule_at_all(ledger: Ledger) -> None:
    ours = record(
        1,
        code="HS-1",
        status=None,
        status_raw="Chờ ký số",
        received_at=at(25),
        finished_at=at(1),
        submitted_at=at(26),
    )
    assert fired(ledger, ours, Presence.ABSENT) == set()


def test_of_several_native_records_the_latest_change_speaks(ledger: Ledger) -> None:
    older = record(1, native_id="a", status=Status.FINISHED, changed_at=at(10))
    newer = record(1, native_id="b", changed_at=at(11))
    fired(ledger, older, None)
    assert fired(ledger, newer, record(1)) == set()


def test_on_a_tie_the_greater_native_id_speaks(ledger: Ledger) -> None:
    fired(ledger, record(1, native_id="b", **OLD), None)
    assert fired(ledger, record(1, native_id="a", finished_at=at(1), **OLD), record(1)) == set()


@pytest.mark.parametrize(
    "settings",
    [RuleSettings(grace=3), RuleSettings(grace_by_rule={"A7": 3}), RuleSettings(off=("A7",))],
)
def test_grace_is_configurable_and_rules_can_be_switched_off(
    settings: RuleSettings, ledger: Ledger
) -> None:
    ours = record(1, received_at=TWO_DAYS_AGO, submitted_at=TWO_DAYS_AGO, **OLD)
    assert "A7" not in fired(ledger, ours, Presence.ABSENT, settings=settings)


def test_a_state_differs_until_the_other_rule_takes_it_over(ledger: Ledger) -> None:
    """B11 gives way to B6 when B6 fires, which B6's own grace decides."""
    ours, theirs = both(
        os_status=Status.FINISHED, os_finished_at=TWO_DAYS_AGO, po_status=Status.PROCESSING
    )
    patient = RuleSettings(grace_by_rule={"B6": 5})
    assert fired(ledger, ours, theirs, settings=patient) == {"B11"}
    assert fired(ledger, ours, theirs) == {"B6"}


def test_a_rule_that_is_switched_off_still_takes_its_findings_from_others(ledger: Ledger) -> None:
    ours, theirs = both(os_status=Status.PROCESSING, po_status=Status.FINISHED)
    assert fired(ledger, ours, theirs, settings=RuleSettings(off=("B5",))) == set()


def test_with_all_rules_off_nothing_is_found(ledger: Ledger) -> None:
    settings = RuleSettings(off=tuple(RULES))
    assert fired(ledger, record(1), Presence.ABSENT, settings=settings) == set()


def test_what_a_source_said_that_is_configured_no_more_does_not_count(ledger: Ledger) -> None:
    with ledger.write() as connection:
        presence.answered(connection, "pilot", [(record(1).code, record(1))], 1)
    assert fired(ledger, record(1, **OLD), Presence.ABSENT) == {"A7"}


def test_a_dossier_in_quarantine_is_no_phantom(ledger: Ledger, privacy: Privacy) -> None:
    bad = Reject("agency.name", "is too long", code=" h99.12-261110-0001 ")
    with ledger.write() as connection:
        quarantine.put(connection, "igate", [bad], privacy, 1)
    assert fired(ledger, None, record(1)) == set()


def test_a_bad_event_of_the_post_does_not_hide_a_phantom(ledger: Ledger, privacy: Privacy) -> None:
    bad = Reject("EventTime", "is no time", code=record(1).code)
    with ledger.write() as connection:
        quarantine.put(connection, "vnpost", [bad], privacy, 1)
    scope = Scope(sources=["dvcqg", "igate", "vnpost"], one_stops=["igate"])
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor(complete=True))
        presence.answered(connection, "dvcqg", [(record(1).code, record(1, **OLD))], 1)
    done = reconcile(ledger, RuleSettings(), Tables(), NOW, scope=scope)
    assert {count.rule for count in done.counts if count.open} == {"A8"}


def test_a_weekend_and_a_holiday_are_no_grace(ledger: Ledger) -> None:
    """Received on Monday 23/11/2026; the 24th is a holiday, so on the 25th one day has passed."""
    ours = record(1, received_at=at(23), submitted_at=at(23), due_at=at(30), **OLD)
    with ledger.write() as connection:
        digest = record_hash(ours)
        arrival = Arrival(DossierReading(ours), digest)
        records.store_arrivals(connection, Role.ONE_STOP, [arrival], 1)
        presence.answered(connection, "dvcqg", [(ours.code, None)], 1)
    open_on = {d: opened(run(ledger, datetime(2026, 11, d, 3, tzinfo=UTC)), "A7") for d in (25, 26)}
    assert open_on == {25: 0, 26: 1}


def test_every_rule_names_columns_that_a_case_has() -> None:
    known = {*CASE_COLUMNS, *(c.removesuffix("_us") for c in CASE_COLUMNS)}
    assert {(r.id, s) for r in RULES.values() for s in r.shows if s not in known} == set()
