"""Look-ups of evidence at systems without a feed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import pytest

from khop.adapters.ports import Role
from khop.errors import (
    ConfigError,
    ConnectorError,
    Refused,
    Unauthorised,
    Unreachable,
)
from khop.mappings.records import Status, StatusKind, StatusRecord
from khop.sync.engine import Engine
from khop.sync.results import EvidenceSummary
from tests.postgres import BOTH
from tests.sync.fakes import (
    FakeClock,
    FakeFeed,
    FakeOneStop,
    FakePortal,
    FakeSystem,
    at,
    postal_event,
    record,
)
from tests.sync.installation import Build

LEDGERS = BOTH


@dataclass
class FakeTracker(FakeSystem):
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


def evidence(engine: Engine) -> EvidenceSummary:
    (summary,) = (s for s in engine.pull().sources if isinstance(s, EvidenceSummary))
    return summary


def test_finished_dossiers_are_looked_up_until_a_delivery_is_known(
    build_engine: Build, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(
        record(1, status=Status.FINISHED),
        record(2),
        record(3, status=Status.RETURNED, returned_at=at(18)),
        record(4, status=Status.RETURNED, returned_at=at(1, month=9)),
    )
    delivered = postal_event(1, "H99.12-261110-0001", source="myvnpost", kind=StatusKind.DELIVERED)
    tracker = FakeTracker(known={"H99.12-261110-0001": (delivered,)})
    engine = build_engine(one_stop, tracker)
    summary = evidence(engine)
    assert tracker.asked == ["H99.12-261110-0001", "H99.12-261110-0003"]
    assert (summary.asked, summary.stored, summary.failed) == (2, 1, 0)
    tracker.asked.clear()
    engine.pull()
    assert tracker.asked == []
    clock.advance(days=4)
    engine.pull()
    assert tracker.asked == ["H99.12-261110-0003"]


def test_a_dossier_is_no_longer_asked_about_long_after_its_return(
    build_engine: Build, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(record(3, status=Status.RETURNED, returned_at=at(18)), record(2))
    tracker = FakeTracker()
    engine = build_engine(one_stop, tracker)
    engine.pull()
    clock.advance(days=40)
    tracker.asked.clear()
    engine.pull()
    assert tracker.asked == []
    one_stop.put(record(2, status=Status.FINISHED, changed_at=at(25)))
    engine.pull()
    assert tracker.asked == [record(2).code]


def test_a_look_up_of_evidence_that_failed_is_made_again_by_the_next_pull(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, status=Status.FINISHED))
    tracker = FakeTracker(fault=Unreachable("myvnpost", "history"))
    engine = build_engine(one_stop, tracker)
    engine.pull()
    tracker.fault = None
    assert [evidence(engine).asked for _ in range(2)] == [1, 0]


def test_evidence_asked_under_a_clock_that_was_ahead_is_asked_again(
    build_engine: Build, one_stop: FakeOneStop, clock: FakeClock
) -> None:
    one_stop.put(record(1, status=Status.FINISHED))
    engine = build_engine(one_stop, FakeTracker())
    clock.advance(days=365)
    assert evidence(engine).asked == 1
    clock.advance(days=-365)
    assert [evidence(engine).asked for _ in range(2)] == [1, 0]


def test_a_missing_secret_of_the_post_does_not_stop_the_look_ups_at_the_portal(
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
def test_a_tracker_that_does_not_answer_ends_with_its_error(
    fault: ConnectorError, build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(*(record(n, status=Status.FINISHED) for n in range(1, 4)))
    tracker = FakeTracker(fault=fault)
    summary = evidence(build_engine(one_stop, tracker))
    assert summary.failed == 3
    assert summary.error == str(fault)
    assert len(tracker.asked) == (1 if fault.__class__ is Unauthorised else 3)


def test_a_single_refused_dossier_does_not_end_the_look_ups(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(record(1, status=Status.FINISHED))
    tracker = FakeTracker(fault=Refused("myvnpost", "history"))
    summary = evidence(build_engine(one_stop, tracker))
    assert (summary.failed, summary.error) == (1, None)


def test_refusals_of_every_dossier_end_the_look_ups(
    build_engine: Build, one_stop: FakeOneStop
) -> None:
    one_stop.put(*(record(n, status=Status.FINISHED) for n in range(1, 12)))
    tracker = FakeTracker(fault=Refused("myvnpost", "history"))
    summary = evidence(build_engine(one_stop, tracker))
    assert summary.error is not None
