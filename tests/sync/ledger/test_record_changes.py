"""The change log: what the systems said before (docs/rules.md, The change log)."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field, replace
from typing import Any
from uuid import uuid4

import pytest
import sqlalchemy as sa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.adapters.ports import Role
from khop.mappings.records import DossierReading, DossierRecord, Instant, Precision, Status
from khop.sync.ledger import Ledger
from khop.sync.ledger.records import Arrival, record_hash, store_arrivals
from khop.sync.ledger.schema import record_change, source_record
from tests.postgres import BOTH
from tests.sync.fakes import FakeOneStop, at, history, record
from tests.sync.installation import Build

LEDGERS = BOTH

SEEN = at(20).us


def put(
    ledger: Ledger,
    reading: DossierReading,
    *,
    seen: int = SEEN,
    list_said: str | None = None,
    detail_said: str | None = None,
    history_due: bool = False,
) -> None:
    arrival = Arrival(reading, record_hash(reading.record), history_due, list_said, detail_said)
    with ledger.write() as connection:
        store_arrivals(connection, Role.ONE_STOP, [arrival], seen)


def log_of(ledger: Ledger, source: str = "igate") -> list[tuple[Any, ...]]:
    """(entry, field, old, new, at) of every row, in the order they were written."""
    query = (
        sa.select(record_change)
        .where(record_change.c.source == source)
        .order_by(record_change.c.id)
    )
    with ledger.read() as connection:
        rows = connection.execute(query).mappings().all()
    return [
        (row["entry_id"], row["field"], _value(row, "old"), _value(row, "new"), row["at_us"])
        for row in rows
    ]


def _value(row: Any, name: str) -> Any:
    return row[name] if row[f"{name}_us"] is None else (row[f"{name}_us"], row[f"{name}_day"])


def said(*records: DossierRecord) -> list[DossierReading]:
    return [DossierReading(one) for one in records]


def fields(ledger: Ledger) -> list[Any]:
    return [(row[1], row[2], row[3]) for row in log_of(ledger)]


def test_the_first_sight_writes_nothing(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1), history(record(1), (Status.RECEIVED, at(10)))))
    assert log_of(ledger) == []


def test_a_value_that_goes_and_comes_back_is_two_changes(ledger: Ledger) -> None:
    first, moved = record(1), record(1, due_at=at(30, 17, month=12))
    for reading in said(first, moved, first):
        put(ledger, reading)
    old, new = (first.due_at, moved.due_at)
    assert old is not None
    assert new is not None
    assert fields(ledger) == [
        ("due", (old.us, False), (new.us, False)),
        ("due", (new.us, False), (old.us, False)),
    ]


def test_a_change_happened_when_the_system_says_so_if_that_is_later_than_before(
    ledger: Ledger,
) -> None:
    changes = (at(12), at(13), at(13), at(11), None, at(14))
    for day, changed in enumerate(changes, 1):
        one = record(1, due_at=at(day, month=12), changed_at=changed)
        put(ledger, DossierReading(one), seen=SEEN + day)
    when = [row[4] for row in log_of(ledger)]
    assert when == [at(13).us, SEEN + 3, SEEN + 4, SEEN + 5, SEEN + 6]


def test_only_watched_fields_are_logged(ledger: Ledger) -> None:
    other = record(
        1, submitted_at=at(9), unit="Tên khác", no_due=True, applicant_mask="N. V. M.", channel=None
    )
    for reading in said(record(1), other):
        put(ledger, reading)
    assert log_of(ledger) == []


def test_a_record_under_another_code_is_a_change_of_its_code(ledger: Ledger) -> None:
    for reading in said(record(1), record(1, code="H99.12-261110-7777")):
        put(ledger, reading)
    assert fields(ledger) == [("code", "H99.12-261110-0001", "H99.12-261110-7777")]


def test_what_is_read_anew_by_another_table_is_no_change(ledger: Ledger) -> None:
    """The wire content is the same, in the list and in the detail."""
    steps = history(record(1), (Status.RECEIVED, at(10)))
    put(ledger, DossierReading(record(1), steps), list_said="a", detail_said="b")
    other = record(1, status=None, due_at=at(1), procedure=None)
    again = tuple(replace(one, status=Status.NEW) for one in steps)
    put(ledger, DossierReading(other, again), list_said="a", detail_said="b")
    assert log_of(ledger) == []


def test_a_state_that_a_table_reads_otherwise_is_no_change_beside_one(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1)), list_said="a")
    put(ledger, DossierReading(record(1, status=None, due_at=at(1))), list_said="b")
    assert [row[1] for row in log_of(ledger)] == ["due"]


def test_a_detail_alone_can_change(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1)), list_said="a", detail_said="b")
    put(ledger, DossierReading(record(1, due_at=at(1))), list_said="a", detail_said="c")
    assert [row[1] for row in log_of(ledger)] == ["due"]


def test_before_digests_were_kept_nothing_shows_who_changed_a_value(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1)))
    put(ledger, DossierReading(record(1, due_at=at(1))), list_said="a")
    put(ledger, DossierReading(record(1, due_at=at(2))), list_said="b")
    assert fields(ledger) == [("due", (at(1).us, False), (at(2).us, False))]


def test_a_value_that_cannot_be_read_is_compared_when_it_can_be_again(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1)))
    unread = record(1, due_at=None, received_at=None, unread=("due_at", "received_at"))
    put(ledger, DossierReading(unread))
    put(ledger, DossierReading(replace(unread, status=Status.FINISHED)))
    put(ledger, DossierReading(record(1, status=Status.FINISHED, due_at=at(1, month=12))))
    assert fields(ledger) == [
        ("status", "4", "9"),
        ("due", (at(30, 17).us, False), (at(1, month=12).us, False)),
    ]


def test_a_value_first_seen_unreadable_is_no_change_when_it_is_read(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1, due_at=None, unread=("due_at",))))
    put(ledger, DossierReading(record(1)))
    assert log_of(ledger) == []


def test_a_detail_that_cannot_be_read_hides_its_values_for_a_time(ledger: Ledger) -> None:
    whole = record(1, procedure="1.001612", finished_at=at(15))
    listed = replace(whole, procedure=None, finished_at=None)
    put(ledger, DossierReading(whole, ()), list_said="a", detail_said="b")
    put(ledger, DossierReading(listed), list_said="c", history_due=True)
    assert log_of(ledger) == []
    moved = replace(whole, finished_at=at(16))
    put(ledger, DossierReading(moved, ()), list_said="c", detail_said="d")
    assert fields(ledger) == [("finished", (at(15).us, False), (at(16).us, False))]


def test_entries_of_a_history_are_the_same_by_their_own_id(ledger: Ledger) -> None:
    one = record(1)
    first, second, third = history(
        one, (Status.RECEIVED, at(10)), (Status.PROCESSING, at(11)), (Status.FINISHED, at(12))
    )
    put(ledger, DossierReading(one, (first, second)))
    later = (
        replace(first, event_at=at(9), unit="Đơn vị khác"),
        replace(third, actor_key="b" * 64),
    )
    put(ledger, DossierReading(one, later))
    put(ledger, DossierReading(one, (replace(third, actor_key="c" * 64, own_id=False),)))
    assert [row[:4] for row in log_of(ledger)] == [
        ("task-0", "event", (at(10).us, False), (at(9).us, False)),
        ("task-0", "unit", None, "Đơn vị khác"),
    ]


def test_a_changed_entry_keeps_when_it_had_happened(ledger: Ledger) -> None:
    one = record(1)
    (entry,) = history(one, (Status.RECEIVED, at(10)))
    put(ledger, DossierReading(one, (entry,)))
    put(ledger, DossierReading(one, (replace(entry, event_at=at(2), unit="U"),)))
    with ledger.read() as connection:
        events = connection.scalars(sa.select(record_change.c.event_us)).all()
    assert events == [at(10).us] * 2


def test_khop_show_lists_the_changes_and_shows_no_key(
    ledger: Ledger, build_engine: Build, one_stop: FakeOneStop
) -> None:
    put(ledger, DossierReading(record(1, applicant_key="a" * 64)))
    other = "H99.12-261110-7777"
    moved = record(1, applicant_key="b" * 64, status=Status.FINISHED, code=other, changed_at=at(13))
    put(ledger, DossierReading(moved))
    engine = build_engine(one_stop)
    view, before = engine.show(other), engine.show(record(1).code)
    assert view is not None
    assert [(each["field"], each["old"], each["new"]) for each in view.changes] == [
        ("code", record(1).code, other),
        ("status", 4, 9),
        ("applicant", "…", "…"),
    ]
    assert {each["changed_at"] for each in view.changes} == {"2026-11-13T09:00:00+07:00"}
    assert "a" * 64 not in str(view.as_json())
    assert before is not None
    assert before.changes == view.changes[:1]


def test_the_log_and_the_record_are_one_transaction(ledger: Ledger) -> None:
    put(ledger, DossierReading(record(1)))
    arrival = Arrival(DossierReading(record(1, due_at=at(1))), "x")
    with pytest.raises(RuntimeError), ledger.write() as connection:
        store_arrivals(connection, Role.ONE_STOP, [arrival], SEEN)
        raise RuntimeError
    with ledger.read() as connection:
        assert connection.scalar(sa.select(source_record.c.due_us)) == at(30, 17).us
    assert log_of(ledger) == []


# A simple model of the log, and drawn readings of one dossier.

_TIMES = (None, at(10), at(12), replace(at(12), precision=Precision.DAY), at(5, month=12))
_POOLS: dict[str, Sequence[Any]] = {
    "code": ("H99.12-261110-0001", "H99.12-261110-0002"),
    "status": (None, Status.PROCESSING, Status.FINISHED),
    "received_at": _TIMES,
    "due_at": _TIMES,
    "finished_at": _TIMES,
    "returned_at": _TIMES,
    "unit_code": (None, "H99.12", "H99.13"),
    "procedure": (None, "1.001612", "2.000635"),
    "applicant_key": (None, "a" * 64, "b" * 64),
    "changed_at": (None, at(11), at(13), at(14)),
    "unit": ("A", "B"),
}
_DATES = ("received_at", "due_at", "finished_at", "returned_at")


@dataclass
class Model:
    """What the log has to say, worked out one reading at a time."""

    known: dict[str, Any] = field(default_factory=dict)
    changed: Instant | None = None
    log: list[tuple[Any, ...]] = field(default_factory=list)

    def take(self, one: DossierRecord, seen: int, first: bool) -> None:
        moment = seen
        if one.changed_at and self.changed and one.changed_at > self.changed:
            moment = one.changed_at.us
        for name in _POOLS:
            if name in ("unit", "changed_at"):
                continue
            if name in one.unread:
                continue
            value = getattr(one, name)
            if name == "status":
                value = one.status_raw if value is None else str(int(value))
            elif value is not None and name in _DATES:
                value = (value.us, value.precision is Precision.DAY)
            if not first and name in self.known and self.known[name] != value:
                said = name.removesuffix("_at")
                self.log.append((None, said, self.known[name], value, moment))
            self.known[name] = value
        self.changed = one.changed_at


@st.composite
def readings(draw: Callable[..., Any]) -> list[DossierRecord]:
    found = []
    now = {name: pool[-1] for name, pool in _POOLS.items()}
    for _ in range(draw(st.integers(2, 6))):
        for name in draw(st.lists(st.sampled_from(list(_POOLS)), max_size=4)):
            now[name] = draw(st.sampled_from(_POOLS[name]))
        unread = draw(st.lists(st.sampled_from(_DATES), max_size=2, unique=True))
        found.append(record(1, **{**now, **dict.fromkeys(unread), "unread": tuple(unread)}))
    return found


@settings(
    max_examples=60,
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture],
)
@given(drawn=readings())
def test_the_log_says_what_a_simple_model_says(ledger: Ledger, drawn: list[DossierRecord]) -> None:
    source, model = f"igate-{uuid4()}", Model()
    for place, one in enumerate(drawn):
        put(ledger, DossierReading(replace(one, source=source)), seen=SEEN + place)
        model.take(one, SEEN + place, first=place == 0)
    assert log_of(ledger, source) == model.log
