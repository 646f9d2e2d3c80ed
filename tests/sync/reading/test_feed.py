"""Feeds of events and look-ups of evidence, from the source into the ledger."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field, replace
from typing import Any

import pytest
import sqlalchemy as sa

from khop.adapters.ports import EvidencePage, Health, Role
from khop.errors import (
    ConfigError,
    ConnectorError,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import Reject, Status, StatusKind, StatusRecord
from khop.sync.engine import Engine
from khop.sync.ledger import Ledger
from khop.sync.ledger.schema import feed, status_record
from khop.sync.results import EvidenceSummary, FeedSummary
from tests.postgres import BOTH
from tests.sync.fakes import FakeClock, FakeOneStop, FakePortal, at, record

LEDGERS = BOTH


def event(number: int, code: str = "H99.12-261110-0001", **changes: object) -> StatusRecord:
    ordinary = StatusRecord(
        source="vnpost",
        native_id=code,
        entry_id=f"{number:024x}",
        code=code,
        kind=StatusKind.POSTAL_EVENT,
        event_at=at(12, 9, number % 60),
        status_raw="2 Đang thu gom",
        item="HC000000001VN",
    )
    return replace(ordinary, **changes)  # type: ignore[arg-type]


@dataclass
class FakeFeed:
    """Events in the feed's order, by page."""

    name: str = "vnpost"
    role: Role = Role.POST
    size: int = 2
    log: list[StatusRecord | Reject] = field(default_factory=list)
    asked: list[str | None] = field(default_factory=list)
    fault: ConnectorError | None = None
    stands_still: bool = False

    def events(self, after: str | None) -> EvidencePage:
        self.asked.append(after)
        if self.fault is not None and after is not None:
            raise self.fault
        start = int(after or "0")
        part = self.log[start : start + self.size]
        end = start + len(part)
        return EvidencePage(
            position=after if self.stands_still else str(end),
            last=end >= len(self.log) and not self.stands_still,
            records=tuple(e for e in part if isinstance(e, StatusRecord)),
            rejects=tuple(e for e in part if isinstance(e, Reject)),
        )

    def replay_event(self, payload: object) -> StatusRecord:
        if not isinstance(payload, dict) or "number" not in payload:
            raise RecordError("_id", "is missing")
        return event(payload["number"])

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass


@dataclass
class FakeTracker:
    """A system that is asked about one dossier at a time."""

    name: str = "myvnpost"
    role: Role = Role.POST
    connections: int = 1
    lookup_budget: int = 100
    known: dict[str, tuple[StatusRecord, ...]] = field(default_factory=dict)
    asked: list[str] = field(default_factory=list)
    fault: ConnectorError | None = None

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        self.asked.append(code)
        if self.fault is not None:
            raise self.fault
        return self.known.get(code, ())

    def check(self) -> Health:
        return Health(())

    def close(self) -> None:
        pass


Build = Callable[..., Engine]


def pulled(engine: Engine, **options: bool) -> FeedSummary:
    found = [s for s in engine.pull(**options).sources if isinstance(s, FeedSummary)]
    return found[0]


def stored(ledger: Ledger) -> list[tuple[str, str, str | None]]:
    query = sa.select(
        status_record.c.entry_id, status_record.c.kind, status_record.c.item
    ).order_by(status_record.c.entry_id)
    with ledger.read() as connection:
        return [tuple(row) for row in connection.execute(query)]


def test_a_feed_is_read_to_its_end_and_goes_on_from_there(
    build_engine: Build, ledger: Ledger
) -> None:
    post = FakeFeed(log=[event(n) for n in range(1, 6)])
    engine = build_engine(post)
    first = pulled(engine)
    assert (first.pages, first.fetched, first.stored, first.adds_up) == (3, 5, 5, True)
    assert len(stored(ledger)) == 5
    post.asked.clear()
    post.log.append(event(6, kind=StatusKind.DELIVERED))
    second = pulled(engine)
    assert post.asked == ["5"]
    assert (second.fetched, second.stored) == (1, 1)
    assert stored(ledger)[-1] == (f"{6:024x}", "delivered", "HC000000001VN")


def test_reading_the_whole_feed_again_changes_nothing(build_engine: Build, ledger: Ledger) -> None:
    post = FakeFeed(log=[event(1), event(1), event(2), event(3)])
    engine = build_engine(post)
    assert pulled(engine).stored == 3
    before = stored(ledger)
    again = pulled(engine, full=True)
    assert post.asked.count(None) == 2
    assert (again.fetched, again.stored, again.unchanged, again.adds_up) == (4, 0, 4, True)
    assert stored(ledger) == before


def test_an_event_that_says_something_else_now_replaces_its_row(
    build_engine: Build, ledger: Ledger
) -> None:
    post = FakeFeed(log=[event(1)])
    engine = build_engine(post)
    pulled(engine)
    post.log = [event(1, kind=StatusKind.DELIVERED)]
    assert pulled(engine, full=True).stored == 1
    assert stored(ledger) == [(f"{1:024x}", "delivered", "HC000000001VN")]


def test_an_emptier_copy_of_an_event_takes_nothing_away(
    build_engine: Build, ledger: Ledger
) -> None:
    emptier = event(1, item=None, event_at=None)
    post = FakeFeed(log=[event(1), emptier, event(2), emptier])
    summary = pulled(build_engine(post))
    assert (summary.fetched, summary.stored, summary.unchanged) == (4, 2, 2)
    assert stored(ledger)[0] == (f"{1:024x}", "postal_event", "HC000000001VN")


def test_a_bad_event_goes_to_quarantine_and_the_others_are_kept(
    build_engine: Build, ledger: Ledger
) -> None:
    bad = Reject("_id", "is missing", native_id="x", payload={"number": 7})
    post = FakeFeed(log=[event(1), bad, event(2)])
    engine = build_engine(post)
    summary = pulled(engine)
    assert (summary.stored, summary.quarantined, summary.adds_up) == (2, 1, True)
    retried = engine.quarantine_retry()
    assert (retried.released, retried.still_bad) == (1, 0)
    assert [entry for entry, _, _ in stored(ledger)] == [f"{n:024x}" for n in (1, 2, 7)]


def test_an_event_that_stays_bad_stays_in_quarantine(build_engine: Build) -> None:
    post = FakeFeed(log=[Reject("_id", "is missing", payload={"nothing": 1})])
    engine = build_engine(post)
    pulled(engine)
    assert engine.quarantine_retry().still_bad == 1
    assert [row.state for row in engine.quarantine()] == ["open"]


def test_a_feed_that_breaks_off_keeps_what_was_read(build_engine: Build, ledger: Ledger) -> None:
    post = FakeFeed(log=[event(n) for n in range(1, 6)], fault=Unreachable("vnpost", "events"))
    engine = build_engine(post)
    summary = pulled(engine)
    assert summary.error is not None
    assert summary.stored == 2
    with ledger.read() as connection:
        assert connection.scalar(sa.select(feed.c.position)) == "2"
    post.fault = None
    assert pulled(engine).stored == 3


def test_a_feed_that_stands_still_ends_the_pull(build_engine: Build) -> None:
    post = FakeFeed(log=[event(1), event(2), event(3)], stands_still=True)
    summary = pulled(build_engine(post))
    assert "stands still" in (summary.error or "")
    assert len(post.asked) == 1


def test_codes_of_a_feed_are_asked_about_at_the_portal(
    build_engine: Build, portal: FakePortal
) -> None:
    post = FakeFeed(log=[event(1, code="H99.12-261110-0042")])
    build_engine(post, portal).pull()
    assert portal.asked == ["H99.12-261110-0042"]


def test_codes_that_left_quarantine_or_came_before_the_portal_are_asked_about_too(
    build_engine: Build, portal: FakePortal
) -> None:
    post = FakeFeed(log=[event(1, code="H99.12-261110-0042")])
    build_engine(post).pull()
    bad = Reject("_id", "is missing", native_id="x", payload={"number": 7})
    post.log.append(bad)
    engine = build_engine(post, portal)
    engine.pull()
    assert portal.asked == ["H99.12-261110-0042"]
    assert engine.quarantine_retry().released == 1
    portal.asked.clear()
    engine.pull()
    assert event(7).code in portal.asked


def test_a_dossier_that_only_the_post_knows_can_be_shown(build_engine: Build) -> None:
    engine = build_engine(FakeFeed(log=[event(1, code="H99.12-261110-0042")]))
    engine.pull()
    view = engine.show("H99.12-261110-0042")
    assert view is not None
    assert [row["item"] for row in view.history] == ["HC000000001VN"]


def test_events_under_another_code_of_a_dossier_are_seen_beside_it(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, aliases=("G22.99-261110-0009",)))
    engine = build_engine(one_stop, FakeFeed(log=[event(1, code="G22.99-261110-0009")]))
    engine.pull()
    for code in ("H99.12-261110-0001", "G22.99-261110-0009"):
        view = engine.show(code)
        assert view is not None
        assert "vnpost" in [row["source"] for row in view.history]


def test_events_are_seen_beside_the_dossier(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal
) -> None:
    one_stop.put(record(1))
    engine = build_engine(one_stop, portal, FakeFeed(log=[event(1)]))
    engine.pull()
    view = engine.show("H99.12-261110-0001")
    assert view is not None
    assert [row["item"] for row in view.history if row["source"] == "vnpost"] == ["HC000000001VN"]


def test_evidence_is_asked_for_finished_dossiers_until_a_delivery_is_known(
    build_engine: Build, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(
        record(1, status=Status.FINISHED),
        record(2),
        record(3, status=Status.RETURNED, returned_at=at(18)),
        record(4, status=Status.RETURNED, returned_at=at(1, month=9)),
    )
    delivered = event(1, "H99.12-261110-0001", source="myvnpost", kind=StatusKind.DELIVERED)
    tracker = FakeTracker(known={"H99.12-261110-0001": (delivered,)})
    engine = build_engine(one_stop, tracker)
    (summary,) = [s for s in engine.pull().sources if isinstance(s, EvidenceSummary)]
    assert tracker.asked == ["H99.12-261110-0001", "H99.12-261110-0003"]
    assert (summary.asked, summary.stored, summary.failed) == (2, 1, 0)
    tracker.asked.clear()
    engine.pull()
    assert tracker.asked == ["H99.12-261110-0003"]


def test_a_post_without_its_secret_does_not_keep_the_portal_from_being_asked(
    build_engine: Build, one_stop: FakeOneStop, portal: FakePortal, monkeypatch: pytest.MonkeyPatch
) -> None:
    def unset(asked: object) -> Any:
        raise ConfigError("the environment variable KHOP_VNPOST_SECRET is not set")

    one_stop.put(record(1, status=Status.FINISHED), record(2, status=Status.FINISHED))
    post, tracker = FakeFeed(), FakeTracker()
    monkeypatch.setattr(post, "events", unset)
    monkeypatch.setattr(tracker, "evidence_of", unset)
    summary = build_engine(one_stop, portal, post, tracker).pull()
    said = {part.source: part.error for part in summary.sources if part.error}
    assert set(said) == {"vnpost", "myvnpost"}
    assert not summary.ok
    assert all("KHOP_VNPOST_SECRET" in text for text in said.values())
    assert len(portal.asked) == 2


@pytest.mark.parametrize(
    "fault", [Unreachable("myvnpost", "history"), Unauthorised("myvnpost", "login")]
)
def test_a_tracker_that_does_not_answer_says_so(
    fault: ConnectorError, build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(*(record(n, status=Status.FINISHED) for n in range(1, 4)))
    tracker = FakeTracker(fault=fault)
    (summary,) = [
        s for s in build_engine(one_stop, tracker).pull().sources if isinstance(s, EvidenceSummary)
    ]
    assert summary.failed == 3
    assert summary.error == str(fault)
    assert len(tracker.asked) == (1 if fault.__class__ is Unauthorised else 3)


def test_one_dossier_that_is_refused_alone_does_not_fail_the_pull(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, status=Status.FINISHED))
    tracker = FakeTracker(fault=Refused("myvnpost", "history"))
    (summary,) = [
        s for s in build_engine(one_stop, tracker).pull().sources if isinstance(s, EvidenceSummary)
    ]
    assert (summary.failed, summary.error) == (1, None)


def test_refusals_of_everything_that_was_asked_end_the_look_ups(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(*(record(n, status=Status.FINISHED) for n in range(1, 12)))
    tracker = FakeTracker(fault=Refused("myvnpost", "history"))
    (summary,) = [
        s for s in build_engine(one_stop, tracker).pull().sources if isinstance(s, EvidenceSummary)
    ]
    assert summary.error is not None
