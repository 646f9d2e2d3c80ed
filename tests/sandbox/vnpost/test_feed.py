"""The simulated post: the feed, and the scans of the world."""

from __future__ import annotations

from datetime import UTC, datetime

from khop.sandbox.accounts.vnpost import TRACKING_PATH
from khop.sandbox.vnpost.system import VnpostOptions
from khop.sandbox.world.decoys_evidence import DECOYS_OF_EVIDENCE
from khop.sandbox.world.plants_evidence import PLANTS_OF_EVIDENCE
from khop.sandbox.world.post_events import DELIVERED, MESSAGES, ON_THE_WAY, Event, Feed
from khop.sandbox.world.world import World
from tests.sandbox.helpers import always
from tests.sandbox.vnpost.client import (
    ZEROS,
    VnpostClient,
    documents,
    event_id,
    event_time,
    running_vnpost,
)


def test_every_event_is_read_once_whatever_the_page_size(
    client: VnpostClient, world: World
) -> None:
    wanted = len(world.post)
    for size in (7, 1000):
        rows = {event_id(row) for row in client.feed(size)}
        assert len(rows) == wanted
    assert client.kinds() == []


def test_ids_ascend_and_event_times_do_not(shared_world: World) -> None:
    with running_vnpost(shared_world) as client:
        client.log_in()
        rows = client.feed()
    ids = [event_id(row) for row in rows]
    assert ids == sorted(ids)
    assert len(set(ids)) < len(ids), "some come twice"
    assert all(len(each) == 24 for each in ids)
    times = [time for row in rows if (time := event_time(row))]
    assert times != sorted(times)


def test_events_have_usual_and_rarer_forms(shared_world: World) -> None:
    with running_vnpost(shared_world) as client:
        client.log_in()
        rows = client.feed()
    assert {type(row["_id"]) for row in rows} == {dict, str}
    assert {type(row["StatusCode"]) for row in rows} == {int, str}
    assert {type(row["EventTime"]) for row in rows} >= {int, dict}
    assert {row["ItemCode"] is None for row in rows} == {True, False}


def test_the_end_of_the_feed_has_no_documents(client: VnpostClient) -> None:
    last = event_id(client.feed()[-1])
    ends = [client.page(last) for _ in range(30)]
    assert all(not documents(end) for end in ends)
    assert {"_embedded" in end for end in ends} == {True, False}


def test_a_too_large_page_and_a_bad_position_are_violations(client: VnpostClient) -> None:
    client.page(size=1001)
    assert client.kinds() == ["page_too_big"]
    assert client.http.get(TRACKING_PATH, params={"lastId": ""}).status_code == 400
    assert client.kinds()[1:] == ["bad_position"]


def test_reading_from_the_start_again_is_a_violation_if_configured(world: World) -> None:
    with running_vnpost(world, VnpostOptions(notes_restarts=True)) as client:
        client.log_in()
        client.feed()
        assert client.kinds() == []
        client.page()
        assert client.kinds() == ["feed_from_start"]


def usual(world: World) -> list[Event]:
    """The events of dossiers whose evidence was not planted."""
    planted = {make.__name__.replace("_", " ") for make in DECOYS_OF_EVIDENCE}
    planted |= PLANTS_OF_EVIDENCE.keys()
    return [
        event
        for event in world.post
        if world.current_record(own_code(world, event.order)).story not in planted
    ]


def own_code(world: World, order_number: str) -> str:
    """The one-stop's code of an order number, which may be the portal's code."""
    return world.local_code(order_number) or world.current_record(order_number).code


def by_way(world: World, direction: str) -> dict[str, list[Event]]:
    ways: dict[str, list[Event]] = {}
    for event in usual(world):
        if event.direction == direction:
            ways.setdefault(own_code(world, event.order), []).append(event)
    return ways


def test_papers_arrive_before_the_dossier_is_received(shared_world: World) -> None:
    ways = by_way(shared_world, "collect")
    assert ways
    for order_number, events in ways.items():
        received = shared_world.current_record(order_number).received
        assert received is not None
        assert all(event.at is None or event.at < received * 1000 for event in events)
        assert DELIVERED in {event.code for event in events}


def test_a_result_is_sent_after_the_end_and_delivered_before_the_return(
    shared_world: World,
) -> None:
    ways = by_way(shared_world, "return")
    for order_number, events in ways.items():
        d = shared_world.current_record(order_number)
        assert d.finished is not None
        assert d.received is not None
        moments = [event.at for event in events if event.at]
        assert d.received * 1000 <= d.finished * 1000 <= min(moments)
        delivered = [e.at for e in events if e.code == DELIVERED]
        assert bool(delivered) is (d.status == 10)
        if delivered and d.returned is not None:
            assert delivered[0] is not None
            assert delivered[0] <= d.returned * 1000
    assert {shared_world.current_record(number).status for number in ways} == {9, 10}


def test_scans_are_written_after_they_happened_and_before_now(shared_world: World) -> None:
    events = shared_world.post
    now = shared_world.now.timestamp() * 1000
    assert all(event.written <= now for event in events)
    assert all(event.at is None or event.at < event.written + 1000 for event in events)
    late = [e for e in events if e.at and e.written - e.at > 24 * 3600 * 1000]
    assert late
    timeless = [event for event in usual(shared_world) if not event.at]
    assert {event.code for event in timeless} == {ON_THE_WAY}


def test_collect_and_return_orders_share_the_number_but_not_the_waybill(
    shared_world: World,
) -> None:
    shared = by_way(shared_world, "collect").keys() & by_way(shared_world, "return").keys()
    assert shared
    for number in shared:
        waybills = {
            (event.direction, event.item)
            for event in shared_world.post
            if own_code(shared_world, event.order) == number and event.item
        }
        assert len({item for _, item in waybills}) == 2


def test_the_same_seed_has_the_same_events(world: World) -> None:
    again = World.generate(seed=world.seed, size=200, now=world.now)
    assert again.post == world.post
    assert list(world.post) == sorted(world.post, key=lambda event: event.written)


def test_some_results_have_the_code_of_the_portal() -> None:
    world = World.generate(seed=7, size=2000, now=datetime(2026, 8, 24, 9, 30, tzinfo=UTC))
    ways = {event.order.startswith("G22.99-") for event in usual(world)}
    assert ways == {True, False}


def test_a_late_event_keeps_the_order_of_the_feed() -> None:
    feed = Feed([Event("A", "return", None, 1, 5_000, 9_000)])
    late = feed.append(Event("A", "return", None, 2, 4_000, 6_000))
    assert [event.code for _, event in feed.after(ZEROS, 10)] == [1, 2]
    assert feed.after(late, 10) == []
    assert feed.left(ZEROS) == 2


def test_a_short_page_reports_how_many_events_are_left(world: World) -> None:
    total = len(world.post)
    with running_vnpost(world, faults=always("short_page")) as client:
        client.log_in()
        page = client.page()
        assert page["_size"] == total
        assert 0 < page["_returned"] < total


def test_a_repeated_page_has_the_events_read_before(world: World) -> None:
    with running_vnpost(world, faults=always("repeated_page")) as client:
        client.log_in()
        first = documents(client.page(size=5))
        again = documents(client.page(event_id(first[-1]), size=5))
    assert event_id(again[-1]) == event_id(first[-1])


def test_a_late_scan_changes_no_delivery(world: World) -> None:
    before = world.post
    with running_vnpost(world, faults=always("rows_move")) as client:
        client.log_in()
        rows = client.feed(5)
    known = {(e.order, e.item) for e in before if e.code == DELIVERED}
    added = rows[len(before) :]
    assert added
    assert all(int(row["StatusCode"]) == ON_THE_WAY for row in added[-3:])
    assert all((row["OrderNumber"], row["ItemCode"]) in known for row in added[-3:])


def test_an_unknown_code_and_an_older_copy_change_no_delivery(world: World) -> None:
    truth = {e.item for e in world.post if e.code == DELIVERED}
    with running_vnpost(world, faults=always("unknown_status")) as client:
        client.log_in()
        rows = documents(client.page())
    assert [row for row in rows if int(row["StatusCode"]) not in MESSAGES]
    assert {row["ItemCode"] for row in rows if int(row["StatusCode"]) == DELIVERED} == truth
    with running_vnpost(world, faults=always("duplicate_ids")) as client:
        client.log_in()
        copies = [event_id(row) for row in documents(client.page())]
    assert len(copies) == len(set(copies)) + 1
