"""Feeds of events, from the source into the ledger."""

from __future__ import annotations

import sqlalchemy as sa

from khop.errors import (
    RecordError,
    Unreachable,
)
from khop.mappings.records import Reject, StatusKind, StatusRecord
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import feed, status_record
from khop.sync.results import FeedSummary, FindingState
from tests.postgres import BOTH
from tests.sync.fakes import (
    FakeFeed,
    FakeOneStop,
    FakePortal,
    postal_event,
    record,
)
from tests.sync.installation import Build

LEDGERS = BOTH


class Feed(FakeFeed):
    """A feed whose bad events a newer program understands."""

    def replay_event(self, payload: object) -> StatusRecord:
        if not isinstance(payload, dict) or "number" not in payload:
            raise RecordError("_id", "is missing")
        return postal_event(payload["number"])


def pulled(engine: Engine, *, full: bool = False) -> FeedSummary:
    found = [s for s in engine.pull(full=full).sources if isinstance(s, FeedSummary)]
    return found[0]


def stored(ledger: Ledger) -> list[tuple[str, str, str | None]]:
    query = sa.select(
        status_record.c.entry_id, status_record.c.kind, status_record.c.item
    ).order_by(status_record.c.entry_id)
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_feed_is_read_to_its_end_and_the_next_pull_starts_there(
    build_engine: Build, ledger: Ledger
) -> None:
    post = Feed(log=[postal_event(n) for n in range(1, 6)])
    engine = build_engine(post)
    first = pulled(engine)
    assert (first.pages, first.fetched, first.stored, first.adds_up) == (3, 5, 5, True)
    assert len(stored(ledger)) == 5
    post.asked.clear()
    post.log.append(postal_event(6, kind=StatusKind.DELIVERED))
    second = pulled(engine)
    assert post.asked == ["5"]
    assert (second.fetched, second.stored) == (1, 1)
    assert stored(ledger)[-1] == (f"{6:024x}", "delivered", "HC000000001VN")


def test_reading_the_whole_feed_again_changes_nothing(build_engine: Build, ledger: Ledger) -> None:
    post = Feed(log=[postal_event(1), postal_event(1), postal_event(2), postal_event(3)])
    engine = build_engine(post)
    assert pulled(engine).stored == 3
    before = stored(ledger)
    again = pulled(engine, full=True)
    assert post.asked.count(None) == 2
    assert (again.fetched, again.stored, again.unchanged, again.adds_up) == (4, 0, 4, True)
    assert stored(ledger) == before


def test_a_changed_event_replaces_its_row(build_engine: Build, ledger: Ledger) -> None:
    post = Feed(log=[postal_event(1)])
    engine = build_engine(post)
    pulled(engine)
    post.log = [postal_event(1, kind=StatusKind.DELIVERED)]
    assert pulled(engine, full=True).stored == 1
    assert stored(ledger) == [(f"{1:024x}", "delivered", "HC000000001VN")]


def test_an_emptier_copy_of_an_event_does_not_replace_the_fuller_one(
    build_engine: Build, ledger: Ledger
) -> None:
    emptier = postal_event(1, item=None, event_at=None)
    post = Feed(log=[postal_event(1), emptier, postal_event(2), emptier])
    summary = pulled(build_engine(post))
    assert (summary.fetched, summary.stored, summary.unchanged) == (4, 2, 2)
    assert stored(ledger)[0] == (f"{1:024x}", "postal_event", "HC000000001VN")


def test_a_bad_event_goes_to_quarantine_and_the_others_are_stored(
    build_engine: Build, ledger: Ledger
) -> None:
    bad = Reject("_id", "is missing", native_id="x", payload={"number": 7})
    post = Feed(log=[postal_event(1), bad, postal_event(2)])
    engine = build_engine(post)
    summary = pulled(engine)
    assert (summary.stored, summary.quarantined, summary.adds_up) == (2, 1, True)
    retried = engine.quarantine_retry()
    assert (retried.released, retried.still_bad) == (1, 0)
    assert [entry for entry, _, _ in stored(ledger)] == [f"{n:024x}" for n in (1, 2, 7)]


def test_an_event_that_stays_bad_stays_in_quarantine(build_engine: Build) -> None:
    post = Feed(log=[Reject("_id", "is missing", payload={"nothing": 1})])
    engine = build_engine(post)
    pulled(engine)
    assert engine.quarantine_retry().still_bad == 1
    assert [row.state for row in engine.quarantine()] == ["open"]


def test_a_feed_that_fails_half_way_keeps_the_pages_before(
    build_engine: Build, ledger: Ledger
) -> None:
    post = Feed(log=[postal_event(n) for n in range(1, 6)], fault=Unreachable("vnpost", "events"))
    engine = build_engine(post)
    summary = pulled(engine)
    assert summary.error is not None
    assert summary.stored == 2
    with ledger.read() as connection:
        assert connection.scalar(sa.select(feed.c.position)) == "2"
    post.fault = None
    assert pulled(engine).stored == 3


def test_a_feed_that_repeats_its_position_ends_with_an_error(build_engine: Build) -> None:
    post = Feed(log=[postal_event(1), postal_event(2), postal_event(3)], repeats_position=True)
    summary = pulled(build_engine(post))
    assert "repeats its position" in (summary.error or "")
    assert len(post.asked) == 1


def test_codes_of_a_feed_are_looked_up_at_the_portal(
    build_engine: Build, portal: FakePortal
) -> None:
    post = Feed(log=[postal_event(1, code="H99.12-261110-0042")])
    build_engine(post, portal).pull()
    assert portal.asked == ["H99.12-261110-0042"]


def test_codes_of_earlier_pulls_and_of_released_events_are_looked_up_too(
    build_engine: Build, portal: FakePortal
) -> None:
    post = Feed(log=[postal_event(1, code="H99.12-261110-0042")])
    build_engine(post).pull()
    bad = Reject("_id", "is missing", native_id="x", payload={"number": 7})
    post.log.append(bad)
    engine = build_engine(post, portal)
    engine.pull()
    assert portal.asked == ["H99.12-261110-0042"]
    assert engine.quarantine_retry().released == 1
    portal.asked.clear()
    engine.pull()
    assert postal_event(7).code in portal.asked


def test_a_dossier_that_only_the_post_knows_can_be_shown(build_engine: Build) -> None:
    engine = build_engine(Feed(log=[postal_event(1, code="H99.12-261110-0042")]))
    engine.pull()
    view = engine.show("H99.12-261110-0042")
    assert view is not None
    assert [row["item"] for row in view.history] == ["HC000000001VN"]


def test_events_under_an_alias_are_shown_with_the_dossier(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, aliases=("G22.99-261110-0009",)))
    engine = build_engine(one_stop, Feed(log=[postal_event(1, code="G22.99-261110-0009")]))
    engine.pull()
    for code in ("H99.12-261110-0001", "G22.99-261110-0009"):
        view = engine.show(code)
        assert view is not None
        assert "vnpost" in [row["source"] for row in view.history]


def test_events_under_another_spelling_are_candidates_and_no_evidence(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    code, other = "H99.12-261110-0001", "000.00.12.H99-261110-0001"
    one_stop.put(record(1))
    events = postal_event(1, code=other), postal_event(2, code="H99.13-261110-0001")
    engine = build_engine(one_stop, Feed(log=list(events)))
    engine.pull()
    engine.reconcile()
    view = engine.show(code)
    assert view is not None
    assert [(row["code"], row["reasons"]) for row in view.candidates] == [(other, ["code"])]
    assert "vnpost" not in [row["source"] for row in view.history]
    assert not any(value for name, value in view.case.items() if name.startswith("ps_"))
    assert list(engine.findings(states=list(FindingState))) == []
    one_stop.put(record(2, code=other))
    engine.pull()
    view = engine.show(code)
    assert view is not None
    assert view.candidates == ()


def test_events_are_shown_with_the_dossier(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.put(record(1))
    engine = build_engine(one_stop, portal, Feed(log=[postal_event(1)]))
    engine.pull()
    view = engine.show("H99.12-261110-0001")
    assert view is not None
    assert [row["item"] for row in view.history if row["source"] == "vnpost"] == ["HC000000001VN"]
