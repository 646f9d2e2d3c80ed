"""The feed of postal events."""

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


def test_the_feed_is_requested_without_cache(client: NgspClient, script: Script) -> None:
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
def test_every_form_of_an_empty_page_is_read(body: object) -> None:
    found = read_feed(body, oid(3), 50)
    assert (found.position, found.last, found.events) == (None, True, ())


def test_a_single_event_may_come_without_a_list() -> None:
    found = read_feed({"_embedded": {"rh:doc": doc(7)}}, BEGINNING, 50)
    assert len(found.events) == 1
    assert found.position == oid(7)
    assert read_feed({"_embedded": [doc(7)]}, BEGINNING, 50).position == oid(7)
    assert read_feed([doc(7)], BEGINNING, 50).position == oid(7)


def test_a_full_page_continues_and_a_short_page_ends() -> None:
    assert not read_feed(page(1, 2), BEGINNING, 2).last
    assert read_feed(page(1, 2), BEGINNING, 3).last


@pytest.mark.parametrize(
    "counts", [{"_size": 9}, {"_size": "9"}, {"_size": {"$numberLong": "9"}}, {"_total_pages": 2}]
)
def test_a_limited_page_with_larger_counts_continues(counts: Any) -> None:
    found = read_feed(page(1, 2, **counts), BEGINNING, 1000)
    assert not found.last
    assert found.position == oid(2)


def test_an_empty_page_ends_whatever_its_counts() -> None:
    assert read_feed({"_size": 9, "_total_pages": 4}, oid(2), 50).last


def test_the_position_of_the_last_page_is_the_greatest_id() -> None:
    assert read_feed(page(2, 9, 4), BEGINNING, 50).position == oid(9)


def test_ids_may_be_text_in_any_case() -> None:
    body = {"_embedded": {"rh:doc": [{"_id": oid(10).upper()}]}}
    assert read_feed(body, oid(9), 50).position == oid(10)
    assert object_id({"$oid": f" {oid(10).upper()} "}) == oid(10)


@pytest.mark.parametrize("bad", [None, 7, "65f7", "z" * 24, {"$oid": None}, {"oid": oid(1)}, {}])
def test_events_without_an_id_do_not_block_the_position(bad: object) -> None:
    assert object_id(bad) is None
    body = {"_embedded": {"rh:doc": [doc(1), {"_id": bad}, "text", None]}}
    found = read_feed(body, BEGINNING, 50)
    assert found.position == oid(1)
    assert len(found.events) == 4


def test_a_page_with_only_the_last_event_ends_the_feed() -> None:
    found = read_feed(page(3), oid(3), 50)
    assert found.position is None
    assert found.last
    assert len(found.events) == 1


@pytest.mark.parametrize("body", [page(1, 2), {"_embedded": {"rh:doc": [{}, {}]}}])
def test_a_full_page_without_new_events_is_an_error(
    client: NgspClient, script: Script, time: FakeTime, body: object
) -> None:
    script.replies = [httpx.Response(200, json=body)]
    with pytest.raises(Unreadable, match="does not continue"):
        client.events(oid(5), 2)


def test_a_repeated_page_is_requested_again(client: NgspClient, script: Script) -> None:
    script.replies = [httpx.Response(200, json=page(1, 2)), httpx.Response(200, json=page(3))]
    assert client.events(oid(2), 2).position == oid(3)
    assert len(script.requests) == 2


def test_a_repeated_short_page_with_larger_counts_is_an_error() -> None:
    with pytest.raises(ValueError, match="does not continue"):
        read_feed(page(1, 2, _size=7), oid(2), 50)


def test_a_feed_sorted_newest_first_is_refused() -> None:
    with pytest.raises(ValueError, match="page_size"):
        read_feed(page(9, 8, 7), BEGINNING, 3)
    with pytest.raises(ValueError, match="page_size"):
        read_feed(page(9, 8, 8, 7), BEGINNING, 4)
    with pytest.raises(ValueError, match="page_size"):
        read_feed(page(9, 8, _size=9), BEGINNING, 50)
    assert read_feed(page(9, 8, 7), BEGINNING, 4).position == oid(9)


def test_an_unsorted_page_continues_from_its_last_id() -> None:
    assert read_feed(page(1, 9, 4), BEGINNING, 3).position == oid(4)
    assert read_feed(page(1, 9, 4, 3), oid(3), 4).position == oid(4)


def test_a_page_without_rh_doc_is_no_empty_page() -> None:
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
def test_an_incomplete_page_is_no_empty_page(
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
def test_a_failed_read_is_retried(
    client: NgspClient, script: Script, reply: httpx.Response, kind: type[Exception]
) -> None:
    script.replies = [reply, httpx.Response(200, json=page(1))]
    assert client.events(None, 50).position == oid(1)
    script.replies = [reply]
    with pytest.raises(kind):
        client.events(None, 50)


def test_type_wrappers_of_mongodb_are_removed() -> None:
    assert unwrapped({"$date": {"$numberLong": "1773802800000"}}) == "1773802800000"
    assert unwrapped({"$numberInt": "4"}) == "4"
    assert unwrapped({"other": 4}) == {"other": 4}
    assert unwrapped(4) == 4
