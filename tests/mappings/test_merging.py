"""Two readings of one dossier as one."""

from __future__ import annotations

from dataclasses import replace

import pytest

from khop.mappings.merging import merge_readings
from khop.mappings.records import Channel, DossierReading, DossierRecord, Instant

EARLY, LATE = Instant(1), Instant(2)


def merged(first: DossierRecord, second: DossierRecord) -> DossierRecord:
    return merge_readings(DossierReading(first), DossierReading(second)).record


@pytest.mark.parametrize("turned", [False, True])
def test_what_one_reading_could_not_read_the_other_fills(turned: bool) -> None:
    bad = DossierRecord("igate", "1", "A", changed_at=LATE, unread=("unit", "due_at"),
                        fields_lost=("agency", "appointmentDate"))  # fmt: skip
    good = DossierRecord("igate", "1", "A", changed_at=EARLY, unit="Sở Mẫu")
    found = merged(*((good, bad) if turned else (bad, good)))
    assert (found.unit, found.unread) == ("Sở Mẫu", ("due_at",))
    assert found.fields_lost == ("agency", "appointmentDate")


def test_a_field_the_older_reading_lost_stays_unread_where_the_newer_lacks_it() -> None:
    newer = DossierRecord("igate", "1", "A", changed_at=LATE, channel=Channel.POST)
    older = replace(newer, changed_at=EARLY, channel=None, unread=("channel", "received_at"),
                    fields_lost=("applyMethod", "acceptedDate"))  # fmt: skip
    assert merged(newer, older).unread == ("received_at",)


@pytest.mark.parametrize(
    ("newer", "older", "no_due", "unread"),
    [
        (("no_due",), (), True, ()),
        ((), ("no_due",), False, ()),
        (("no_due",), ("no_due",), True, ("no_due",)),
    ],
)
def test_whether_there_is_a_time_limit_comes_from_the_reading_that_could_read_it(
    newer: tuple[str, ...], older: tuple[str, ...], no_due: bool, unread: tuple[str, ...]
) -> None:
    one = DossierRecord("igate", "1", "A", changed_at=LATE, unread=newer, fields_lost=newer)
    other = replace(one, changed_at=EARLY, no_due=True, unread=older, fields_lost=older or ("x",))
    found = merged(one, other)
    assert (found.no_due, found.unread) == (no_due, unread)
