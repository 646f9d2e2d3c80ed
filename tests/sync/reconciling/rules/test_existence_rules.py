"""Dossiers that one of the two systems does not have (A7, A8)."""

from __future__ import annotations

from typing import Any

import pytest

from khop.mappings.records import Channel, Presence, Reject, Status
from khop.sync.ledger import Ledger, presence, quarantine
from khop.sync.ledger.cursor import Cursor, save_cursor
from khop.sync.privacy import Privacy
from tests.sync.fakes import record
from tests.sync.reconciling.rules.judging import TWO_DAYS_AGO, YESTERDAY, complete, run
from tests.sync.reconciling.rules.two_systems import OLD, fired

pytestmark = pytest.mark.slow

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
def test_a_received_dossier_that_the_portal_lacks_is_found(
    changes: dict[str, Any], known: Presence, expected: bool, ledger: Ledger
) -> None:
    assert ("A7" in fired(ledger, record(1, **changes), known)) is expected


def test_a_dossier_that_was_never_looked_up_is_not_found(ledger: Ledger) -> None:
    assert fired(ledger, record(1), None) == set()


@pytest.mark.parametrize(
    ("channel", "expected"),
    [(Channel.ONLINE, False), (Channel.COUNTER, True), (None, False)],
)
def test_a_dossier_with_an_alias_is_found_by_its_channel(
    channel: Channel | None, expected: bool, ledger: Ledger
) -> None:
    ours = record(1, channel=channel, aliases=("G22.99-261110-000777",))
    fired(ledger, ours, Presence.ABSENT)
    found = fired(ledger, ours, Presence.ABSENT, asked_as="G22.99-261110-000777")
    assert ("A7" in found) is expected


def test_a_dossier_with_an_alias_that_was_not_looked_up_is_not_found(ledger: Ledger) -> None:
    ours = record(1, aliases=("G22.99-261110-000777",))
    assert fired(ledger, ours, Presence.ABSENT) == set()


def test_an_answer_about_the_alias_is_compared_with_the_dossier(ledger: Ledger) -> None:
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
def test_a_dossier_that_only_the_portal_has_is_found_after_the_grace(
    changes: dict[str, Any], expected: bool, ledger: Ledger
) -> None:
    assert ("A8" in fired(ledger, None, record(1, **changes))) is expected


def test_the_portal_alone_makes_no_case_before_the_one_stop_was_read_to_its_end(
    ledger: Ledger,
) -> None:
    with ledger.write() as connection:
        save_cursor(connection, "igate", Cursor())
        presence.answered(connection, "dvcqg", [(record(1).code, record(1))], 1)
    done = run(ledger)
    assert done.cases == 0


def test_answers_of_a_source_that_is_no_longer_configured_do_not_count(ledger: Ledger) -> None:
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
        complete(connection)
        presence.answered(connection, "dvcqg", [(record(1).code, record(1, **OLD))], 1)
    done = run(ledger)
    assert {count.rule for count in done.counts if count.open} == {"A8"}
