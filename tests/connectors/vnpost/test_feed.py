from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from khop.connectors.vnpost import FixedToken, NgspClient, NgspDeployment
from khop.connectors.vnpost.feed import BEGINNING, object_id, read_feed, unwrapped
from khop.errors import Unreachable, Unreadable
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo

URL = "https://api.example.vn/order/tracking"


def oid(number: int) -> str:
    return f"65f7a0c0{number:016x}"


def doc(number: int, **more: object) -> dict[str, object]:
    return {"_id": {"$oid": oid(number)}, "OrderNumber": f"H99-260318-{number:04}", **more}


def page(*numbers: int, **counts: object) -> dict[str, object]:
    return {**counts, "_embedded": {"rh:doc": [doc(number) for number in numbers]}}


@pytest.fixture
def client(script: Script, transport_to: TransportTo, time: FakeTime) -> NgspClient:
    return NgspClient(
        "post",
        transport_to(script),
        FixedToken(lambda: "abc"),
        NgspDeployment({"tracking": URL}, "DEMOCUST"),
        clock=time.clock,
    )


def test_every_sample_page_is_read(client: NgspClient, script: Script, sample: Sample) -> None:
    expected = [(3, oid(3)), (0, None), (2, oid(6)), (2, oid(9)), (1, oid(10))]
    after = None
    entries = json.loads(sample("vnpost/tracking-response.json"))
    for entry, (count, position) in zip(entries, expected, strict=True):
        script.replies = [httpx.Response(200, json=entry["body"])]
        found = client.events(after, 50)
        assert (len(found.events), found.position, found.last) == (count, position, True)
        if asked := entry.get("http"):
            request = script.requests[-1]
            assert request.method == "GET"
            assert dict(request.url.params) == {k: str(v) for k, v in asked["query"].items()}
        after = position or after


def test_the_feed_is_never_taken_out_of_a_cache(client: NgspClient, script: Script) -> None:
    script.replies = [httpx.Response(200, json={"_returned": 0})]
    client.events(None, 5000)
    assert script.requests[0].headers["cache-control"] == "no-cache"
    assert script.requests[0].url.params["pagesize"] == "1000"


@pytest.mark.parametrize(
    "body",
    [
        {"_returned": 0},
        {"_embedded": None, "_size": 0},
        {"_embedded": {}},
        {"_embedded": {"rh:doc": None}},
        {"_embedded": {"rh:doc": []}},
        {"_embedded": []},
        [],
    ],
)
def test_nothing_new_is_written_in_many_ways(body: object) -> None:
    found = read_feed(body, oid(3), 50)
    assert (found.position, found.last, found.events) == (None, True, ())


def test_a_single_event_may_stand_without_its_list() -> None:
    found = read_feed({"_embedded": {"rh:doc": doc(7)}}, BEGINNING, 50)
    assert len(found.events) == 1
    assert found.position == oid(7)
    assert read_feed({"_embedded": [doc(7)]}, BEGINNING, 50).position == oid(7)
    assert read_feed([doc(7)], BEGINNING, 50).position == oid(7)


def test_a_full_page_goes_on_and_a_short_one_ends() -> None:
    assert not read_feed(page(1, 2), BEGINNING, 2).last
    assert read_feed(page(1, 2), BEGINNING, 3).last


@pytest.mark.parametrize(
    "counts", [{"_size": 9}, {"_size": "9"}, {"_size": {"$numberLong": "9"}}, {"_total_pages": 2}]
)
def test_a_capped_page_that_says_there_is_more_goes_on(counts: Any) -> None:
    found = read_feed(page(1, 2, **counts), BEGINNING, 1000)
    assert not found.last
    assert found.position == oid(2)


def test_counts_never_keep_an_empty_feed_going() -> None:
    assert read_feed({"_size": 9, "_total_pages": 4}, oid(2), 50).last


def test_the_position_is_the_greatest_id_wherever_it_stands() -> None:
    assert read_feed(page(2, 9, 4), BEGINNING, 50).position == oid(9)


def test_ids_may_be_text_and_in_any_case() -> None:
    body = {"_embedded": {"rh:doc": [{"_id": oid(10).upper()}]}}
    assert read_feed(body, oid(9), 50).position == oid(10)
    assert object_id({"$oid": f" {oid(10).upper()} "}) == oid(10)


@pytest.mark.parametrize("bad", [None, 7, "65f7", "z" * 24, {"$oid": None}, {"oid": oid(1)}, {}])
def test_what_is_no_id_does_not_keep_the_others_from_moving(bad: object) -> None:
    assert object_id(bad) is None
    body = {"_embedded": {"rh:doc": [doc(1), {"_id": bad}, "text", None]}}
    found = read_feed(body, BEGINNING, 50)
    assert found.position == oid(1)
    assert len(found.events) == 4


def test_the_last_event_again_ends_the_feed() -> None:
    found = read_feed(page(3), oid(3), 50)
    assert found.position is None
    assert found.last
    assert len(found.events) == 1


@pytest.mark.parametrize("body", [page(1, 2), {"_embedded": {"rh:doc": [{}, {}]}}])
def test_a_full_page_that_leads_nowhere_is_an_error_and_no_loop(
    client: NgspClient, script: Script, time: FakeTime, body: object
) -> None:
    script.replies = [httpx.Response(200, json=body)]
    with pytest.raises(Unreadable, match="does not continue"):
        client.events(oid(5), 2)


def test_a_page_that_came_twice_is_asked_for_again(client: NgspClient, script: Script) -> None:
    script.replies = [httpx.Response(200, json=page(1, 2)), httpx.Response(200, json=page(3))]
    assert client.events(oid(2), 2).position == oid(3)
    assert len(script.requests) == 2


def test_a_short_page_that_came_twice_is_noticed_when_it_says_there_is_more() -> None:
    with pytest.raises(ValueError, match="does not continue"):
        read_feed(page(1, 2, _size=7), oid(2), 50)


def test_a_feed_that_comes_newest_first_would_lose_events() -> None:
    with pytest.raises(ValueError, match="page_size"):
        read_feed(page(9, 8, 7), BEGINNING, 3)
    with pytest.raises(ValueError, match="page_size"):
        read_feed(page(9, 8, 8, 7), BEGINNING, 4)
    with pytest.raises(ValueError, match="page_size"):
        read_feed(page(9, 8, _size=9), BEGINNING, 50)
    assert read_feed(page(9, 8, 7), BEGINNING, 4).position == oid(9)


def test_of_a_page_out_of_order_the_last_is_where_the_feed_goes_on() -> None:
    assert read_feed(page(1, 9, 4), BEGINNING, 3).position == oid(4)
    assert read_feed(page(1, 9, 4, 3), oid(3), 4).position == oid(4)


def test_events_under_another_name_are_not_an_empty_feed() -> None:
    with pytest.raises(ValueError, match="rh:doc"):
        read_feed({"_embedded": {"documents": [doc(1)]}}, BEGINNING, 50)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"Message": "Lỗi"},
        {"Status": 500, "Message": "Lỗi"},
        "text",
        7,
        {"_returned": 3, "_embedded": {"rh:doc": [doc(1)]}},
        {"_returned": 3},
    ],
)
def test_what_is_no_whole_page_is_not_read_as_an_empty_one(
    client: NgspClient, script: Script, body: object
) -> None:
    script.replies = [httpx.Response(200, json=body)]
    with pytest.raises(Unreadable):
        client.events(None, 50)
    assert len(script.requests) > 1


@pytest.mark.parametrize(
    ("reply", "kind"),
    [
        (httpx.Response(200, text="<html></html>"), Unreadable),
        (httpx.Response(200, text='{"_returned": 1, "_embe'), Unreadable),
        (httpx.Response(503), Unreachable),
    ],
)
def test_a_read_is_tried_again(
    client: NgspClient, script: Script, reply: httpx.Response, kind: type[Exception]
) -> None:
    script.replies = [reply, httpx.Response(200, json=page(1))]
    assert client.events(None, 50).position == oid(1)
    script.replies = [reply]
    with pytest.raises(kind):
        client.events(None, 50)


def test_mongos_types_are_taken_off_values() -> None:
    assert unwrapped({"$date": {"$numberLong": "1773802800000"}}) == "1773802800000"
    assert unwrapped({"$numberInt": "4"}) == "4"
    assert unwrapped({"other": 4}) == {"other": 4}
    assert unwrapped(4) == 4
