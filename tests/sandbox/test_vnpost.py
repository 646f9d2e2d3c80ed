"""The post on the wire: tokens, orders, cancelling, the feed, and what it notes of a client."""

from __future__ import annotations

import base64
import json
import unicodedata
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import httpx
import pytest

from khop.sandbox.faults import NONE, Faults
from khop.sandbox.http import Listener
from khop.sandbox.post_events import (
    DELIVERED,
    MESSAGES,
    ON_THE_WAY,
    Event,
    Feed,
    post_events,
)
from khop.sandbox.violations import Violations
from khop.sandbox.vnpost import Vnpost, VnpostOptions
from khop.sandbox.vnpost_wire import (
    BUS_PATH,
    CANCEL_PATH,
    CONSUMER_KEY,
    CONSUMER_SECRET,
    CUSTOMER_CODE,
    DOCUMENT_PATH,
    KEY_TOKEN,
    ORDER_PATH,
    SERVICE_CODE,
    STATIC_TOKEN,
    TOKEN_PATH,
    TRACKING_PATH,
)
from khop.sandbox.world import World

ZEROS = "0" * 24
NUMBER = "H99.18.03-260820-9001"


class Post:
    """A client of one running post, without any retry."""

    def __init__(self, app: Vnpost, http: httpx.Client, violations: Violations) -> None:
        self.app = app
        self.http = http
        self.violations = violations

    def kinds(self) -> list[str]:
        return [violation.kind for violation in self.violations]

    def ask_for_token(self, **changes: Any) -> httpx.Response:
        call: dict[str, Any] = {
            "auth": (CONSUMER_KEY, CONSUMER_SECRET),
            "data": {"grant_type": "client_credentials"},
        }
        return self.http.post(TOKEN_PATH, **(call | changes))

    def log_in(self) -> str:
        answer = self.ask_for_token()
        assert answer.status_code == 200
        token: str = answer.json()["access_token"]
        self.http.headers["Authorization"] = f"Bearer {token}"
        return token

    def post(self, **changes: Any) -> tuple[int, str]:
        return said(self.http.post(ORDER_PATH, json=order(**changes)))

    def cancel(self, number: str = NUMBER) -> tuple[int, str]:
        query = {"CustomerCode": CUSTOMER_CODE, "OrderNumber": number}
        return said(self.http.get(CANCEL_PATH, params=query))

    def page(self, last: str = ZEROS, size: int = 1000) -> Any:
        answer = self.http.get(TRACKING_PATH, params={"pagesize": size, "lastId": last})
        assert answer.status_code == 200
        return answer.json()

    def feed(self, size: int = 50) -> list[dict[str, Any]]:
        """Every document of the feed, read page by page until nothing comes."""
        found: list[dict[str, Any]] = []
        last = ZEROS
        while rows := documents(self.page(last, size)):
            found.extend(rows)
            last = event_id(rows[-1])
        return found


def said(answer: httpx.Response) -> tuple[int, str]:
    assert answer.status_code == 200
    body = answer.json()
    return int(body["Status"]), body["Message"]


def documents(page: dict[str, Any]) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = page.get("_embedded", {}).get("rh:doc", [])
    assert page["_returned"] == len(rows)
    return rows


def event_id(document: dict[str, Any]) -> str:
    value = document["_id"]
    return str(value["$oid"] if isinstance(value, dict) else value)


def event_time(document: dict[str, Any]) -> int | None:
    value = document["EventTime"]
    return int(value["$numberLong"]) if isinstance(value, dict) else value


def order(**changes: Any) -> dict[str, Any]:
    """A return order the post accepts."""
    return {
        "CustomerCode": CUSTOMER_CODE,
        "OrderNumber": NUMBER,
        "CODAmount": 0.0,
        "SenderProvince": 10,
        "SenderDistrict": 1110,
        "SenderAddress": "Bộ phận Một cửa, xã Mẫu",
        "SenderName": "UBND xã Mẫu 3",
        "SenderEmail": None,
        "SenderTel": "02400000001",
        "SenderDesc": None,
        "Description": None,
        "ReceiverName": "Nguyễn Văn Mẫu",
        "ReceiverAddress": "Thôn 1",
        "ReceiverTel": "0990000001",
        "ReceiverProvince": 10,
        "ReceiverDistrict": 0,
        "ReceiverEmail": None,
    } | changes


def collect(**changes: Any) -> dict[str, Any]:
    """The other way: papers from the citizen to the office."""
    return {
        "SenderName": "Nguyễn Văn Mẫu",
        "SenderTel": "0990000001",
        "SenderDesc": "Tên dịch vụ: Thu gom hồ sơ tại nhà",
        "ReceiverName": "UBND xã Mẫu 3",
    } | changes


class Time:
    def __init__(self) -> None:
        self.seconds = 0.0

    def __call__(self) -> float:
        return self.seconds


@contextmanager
def post(
    world: World,
    options: VnpostOptions | None = None,
    *,
    faults: Faults = NONE,
    clock: Time | None = None,
) -> Iterator[Post]:
    violations = Violations(world.register)
    app = Vnpost(
        world, violations, options or VnpostOptions(),
        faults=faults, clock=clock or Time(), sleep=lambda _: None,
    )  # fmt: skip
    listener = Listener(app, "127.0.0.1", 0)
    listener.start()
    try:
        with httpx.Client(base_url=listener.url, timeout=5) as http:
            yield Post(app, http, violations)
    finally:
        listener.stop()


@pytest.fixture
def client(world: World) -> Iterator[Post]:
    with post(world) as client:
        client.log_in()
        yield client


# --- tokens ----------------------------------------------------------------------------------


def test_the_same_token_comes_again_until_it_ends(world: World) -> None:
    clock = Time()
    with post(world, VnpostOptions(token_seconds=60), clock=clock) as client:
        first = client.log_in()
        clock.seconds = 50
        again = client.ask_for_token().json()
        clock.seconds = 60
        assert again["access_token"] == first
        assert again["expires_in"] == 10
        assert client.log_in() != first


def test_an_ended_token_is_refused_as_expired_and_an_invented_one_as_invalid(
    world: World,
) -> None:
    clock = Time()
    with post(world, VnpostOptions(token_seconds=60), clock=clock) as client:
        client.log_in()
        clock.seconds = 61
        assert refused(client) == "900903"
        client.http.headers["Authorization"] = "Bearer made-up"
        assert refused(client) == "900901"
        del client.http.headers["Authorization"]
        assert refused(client) == "900902"


def refused(client: Post) -> str:
    answer = client.http.get(TRACKING_PATH)
    assert answer.status_code == 401
    code = next(code for code in ("900901", "900902", "900903") if code in answer.text)
    assert ("fault" in answer.text) and (answer.text[0] in "{<")
    return code


def test_both_forms_of_the_gateway_fault_come(world: World) -> None:
    with post(world) as client:
        bodies = [client.http.get(TRACKING_PATH).text for _ in range(30)]
    assert {body[0] for body in bodies} == {"{", "<"}
    assert {json.loads(body)["fault"]["code"] for body in bodies if body[0] == "{"} == {900902}


def test_a_wrong_secret_is_refused(world: World) -> None:
    with post(world) as client:
        answer = client.ask_for_token(auth=(CONSUMER_KEY, "wrong"))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_a_token_asked_for_without_the_form_is_refused_and_noted(world: World) -> None:
    with post(world) as client:
        answer = client.ask_for_token(data={"grant_type": "password"})
        assert answer.status_code == 400
        assert client.kinds() == ["wrong_content"]


def test_a_token_for_every_call_is_a_storm(world: World) -> None:
    with post(world, VnpostOptions(tokens_per_minute=3)) as client:
        for _ in range(4):
            client.log_in()
        assert client.kinds() == []
        client.log_in()
        assert client.kinds() == ["token_storm"]


def test_the_key_variant_wants_a_bearer_at_the_token_request(world: World) -> None:
    with post(world, VnpostOptions(login="key")) as client:
        assert client.ask_for_token().status_code == 401
        bearer = {"Authorization": f"Bearer {KEY_TOKEN}"}
        assert client.ask_for_token(auth=None, headers=bearer).status_code == 200


def test_the_tttt_variant_wants_an_empty_body_and_a_service_code(world: World) -> None:
    with post(world, VnpostOptions(login="tttt")) as client:
        assert client.ask_for_token().status_code == 400
        token = client.ask_for_token(data=None).json()["access_token"]
        client.http.headers["Authorization"] = f"Bearer {token}"
        assert client.http.get(TRACKING_PATH).status_code == 403
        client.http.headers["service-code"] = SERVICE_CODE
        assert client.http.get(TRACKING_PATH).status_code == 200
        assert client.kinds() == ["wrong_content", "no_service_code"]


def test_the_static_variant_wants_its_own_header_and_no_token(world: World) -> None:
    with post(world, VnpostOptions(login="static")) as client:
        assert client.ask_for_token().status_code == 404
        assert client.http.get(TRACKING_PATH).status_code == 401
        client.http.headers["access_token"] = STATIC_TOKEN
        assert client.http.get(TRACKING_PATH).status_code == 200


def test_a_province_front_uses_other_names_for_the_token(world: World) -> None:
    with post(world, VnpostOptions(front_names=True)) as client:
        answer = client.ask_for_token().json()
    assert answer.keys() == {"token", "refreshToken", "expiryDate"}
    assert answer["expiryDate"] == "2026-08-24T10:30:00"


# --- orders ----------------------------------------------------------------------------------


def test_an_order_is_accepted_and_shows_up_in_the_feed(client: Post) -> None:
    assert client.post() == (100, "Thành công")
    (event,) = [d for d in client.feed() if d["OrderNumber"] == NUMBER]
    assert int(event["StatusCode"]) == 1
    assert event["ItemCode"] is None
    assert client.kinds() == []


def test_an_order_moves_on_to_its_delivery(client: Post) -> None:
    client.post()
    moves = [client.app.advance(NUMBER) for _ in range(5)]
    rows = {event_id(d): d for d in client.feed() if d["OrderNumber"] == NUMBER}
    assert moves == [1, 1, 1, 1, 0]
    assert [int(row["StatusCode"]) for row in rows.values()] == [1, 2, 6, 3, 4]
    assert len({row["ItemCode"] for row in rows.values()} - {None}) == 1


def test_the_same_order_twice_is_answered_101_and_noted(client: Post) -> None:
    client.post()
    assert client.post()[0] == 101
    assert [(v.kind, v.code) for v in client.violations] == [("doubled_order", NUMBER)]


def test_both_ways_of_a_dossier_go_under_one_number(client: Post) -> None:
    assert client.post()[0] == 100
    assert client.post(**collect())[0] == 100
    assert [e.direction for e in client.app.events(NUMBER)] == ["return", "collect"]
    assert client.kinds() == []


def test_an_order_the_post_has_from_before_is_answered_101_without_blame(
    client: Post, world: World
) -> None:
    known = next(e.order for e in post_events(world) if e.direction == "return")
    assert client.post(OrderNumber=known)[0] == 101
    assert client.kinds() == []


@pytest.mark.parametrize(
    "field", ["OrderNumber", "SenderTel", "ReceiverName", "ReceiverAddress", "ReceiverProvince"]
)
def test_an_order_without_a_must_field_is_refused(client: Post, field: str) -> None:
    status, message = client.post(**{field: None})
    assert status == 400
    assert field in message
    assert [(v.kind, v.detail) for v in client.violations] == [("missing_field", field)]
    assert len(client.app.events(NUMBER)) == 0


def test_a_province_as_text_is_understood_and_noted(client: Post) -> None:
    assert client.post(SenderProvince="10", CODAmount="0")[0] == 100
    assert client.kinds() == ["wrong_type", "wrong_type"]


def test_decomposed_names_and_unknown_fields_are_noted(client: Post) -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Văn Mẫu")
    assert client.post(ReceiverName=name, Recipient="x")[0] == 100
    assert client.kinds() == ["unknown_field", "not_nfc"]


def test_another_customer_is_refused(client: Post) -> None:
    assert client.post(CustomerCode="OTHER")[0] == 400


def test_a_form_in_place_of_json_is_refused_and_noted(client: Post) -> None:
    status, _ = said(client.http.post(ORDER_PATH, data={"OrderNumber": NUMBER}))
    assert status == 400
    assert client.kinds() == ["wrong_content"]


def test_cancelling_is_a_get_that_counts_once(client: Post) -> None:
    client.post()
    assert client.cancel()[0] == 100
    assert client.app.events(NUMBER)[-1].code == 5
    assert client.kinds() == []
    assert client.cancel() == (101, "Đơn hàng đã hủy")
    assert client.kinds() == ["repeated_cancel"]


def test_a_cancelled_order_may_be_posted_anew(client: Post) -> None:
    client.post()
    client.cancel()
    assert client.post()[0] == 100
    assert client.cancel()[0] == 100
    assert client.kinds() == []


def test_an_unknown_order_and_one_that_was_fetched_cannot_be_cancelled(
    client: Post, world: World
) -> None:
    assert client.cancel("H99.18.03-260820-9999")[0] == 404
    client.post()
    client.app.advance(NUMBER)
    assert client.cancel()[0] == 102
    assert client.cancel(post_events(world)[0].order)[0] == 102
    assert client.kinds() == []


def test_a_number_with_a_slash_and_a_blank_is_understood_when_encoded(client: Post) -> None:
    number = "000.00.12.H99/2603 18/0005"
    client.post(OrderNumber=number)
    target = f"{CANCEL_PATH}?CustomerCode={CUSTOMER_CODE}"
    encoded = "000.00.12.H99%2F2603%2018%2F0005"
    assert said(client.http.get(f"{target}&OrderNumber={encoded}"))[0] == 100
    assert client.kinds() == []


def test_a_query_that_is_not_encoded_and_personal_data_in_it_are_noted(client: Post) -> None:
    client.http.get(f"{CANCEL_PATH}?CustomerCode={CUSTOMER_CODE}&OrderNumber=H99/1")
    assert client.kinds() == ["unencoded_query"]
    client.cancel("099000000001")
    assert client.kinds()[1:] == ["personal_data_in_url"]


SAMPLES = Path(__file__).parents[1] / "samples" / "vnpost"


def bodies(name: str) -> list[dict[str, Any]]:
    items: list[dict[str, Any]] = json.loads((SAMPLES / name).read_text("utf-8"))
    return [item["body"] for item in items]


def test_the_samples_of_orders_and_documents_are_taken_as_they_are_meant(client: Post) -> None:
    collects = bodies("order-collect-request.json")
    returns = bodies("order-return-request.json")
    answers = [said(client.http.post(ORDER_PATH, json=body)) for body in collects + returns]
    assert {status for status, _ in answers} == {100}
    noted = Counter((v.kind, v.detail) for v in client.violations)
    assert noted == {
        ("not_nfc", "SenderName"): 1,
        ("wrong_type", "CODAmount"): 1,
        ("wrong_type", "SenderProvince"): 1,
        ("wrong_type", "SenderDistrict"): 1,
    }
    number = "H99.01-260318-0001"
    assert [e.direction for e in client.app.events(number)] == ["collect", "return"]
    documents = bodies("document-post-request.json")
    answers = [said(client.http.post(DOCUMENT_PATH, json=body)) for body in documents]
    assert {status for status, _ in answers} == {100}
    assert len(client.violations) == sum(noted.values())


# --- document, price -------------------------------------------------------------------------


def document(**changes: Any) -> dict[str, Any]:
    person = {
        "Name": "Nguyễn Văn Mẫu", "Phone": "0990000001", "ProvinceCode": 10,
        "ProvinceTitle": "Tỉnh Mẫu", "DistrictCode": None, "DistrictTitle": None,
        "Address": "Thôn 1", "Email": None,
    }  # fmt: skip
    procedure = {"Code": "1.001600", "Title": "Đăng ký", "Category": "Hộ tịch", "Elements": ""}
    return {
        "CustomerCode": CUSTOMER_CODE,
        "OrderNumber": NUMBER,
        "Procedure": procedure,
        "IsSendDocument": True,
        "DocumentSender": person,
        "IsReceiveResult": False,
        "ResultReceiver": None,
        "State": 0,
    } | changes


def test_a_document_is_taken_with_one_way_only(client: Post) -> None:
    assert said(client.http.post(DOCUMENT_PATH, json=document()))[0] == 100
    assert client.kinds() == []


@pytest.mark.parametrize(
    ("changes", "kind", "where"),
    [
        ({"IsReceiveResult": True}, "missing_field", "ResultReceiver."),
        ({"IsSendDocument": "true"}, "wrong_type", "IsSendDocument"),
        ({"State": None}, "missing_field", "State"),
        ({"Procedure": {"Code": "1.001600"}}, "missing_field", "Procedure.Title"),
    ],
)
def test_a_document_with_a_gap_is_refused(
    client: Post, changes: dict[str, Any], kind: str, where: str
) -> None:
    assert said(client.http.post(DOCUMENT_PATH, json=document(**changes)))[0] == 400
    assert [(v.kind, v.detail) for v in client.violations] == [(kind, where)]


def test_a_price_is_asked_on_the_bus(client: Post) -> None:
    question = {
        "weight": 250, "mainSrv": "HCC", "isreturn": 1,
        "sender": {"provCode": 10, "distCode": 1110},
        "receiver": {"provCode": 40, "distCode": 4010},
    }  # fmt: skip
    answer = client.http.post(f"{BUS_PATH}?service=getprice", json=question).json()
    assert int(answer["content"]["price"]) == 30_500
    without = client.http.post(f"{BUS_PATH}?service=getprice", json={"weight": 250}).json()
    assert "content" not in without


# --- the feed --------------------------------------------------------------------------------


def test_every_event_is_read_once_whatever_the_page_size(client: Post, world: World) -> None:
    wanted = len(post_events(world))
    for size in (7, 1000):
        rows = {event_id(row) for row in client.feed(size)}
        assert len(rows) == wanted
    assert client.kinds() == []


def test_ids_ascend_and_event_times_do_not(shared_world: World) -> None:
    with post(shared_world) as client:
        client.log_in()
        rows = client.feed()
    ids = [event_id(row) for row in rows]
    assert ids == sorted(ids)
    assert len(set(ids)) < len(ids), "some come twice"
    assert all(len(each) == 24 for each in ids)
    times = [time for row in rows if (time := event_time(row))]
    assert times != sorted(times)


def test_the_odd_forms_come_beside_the_usual_ones(shared_world: World) -> None:
    with post(shared_world) as client:
        client.log_in()
        rows = client.feed()
    assert {type(row["_id"]) for row in rows} == {dict, str}
    assert {type(row["StatusCode"]) for row in rows} == {int, str}
    assert {type(row["EventTime"]) for row in rows} >= {int, dict}
    assert {row["ItemCode"] is None for row in rows} == {True, False}


def test_the_end_of_the_feed_has_no_documents(client: Post) -> None:
    last = event_id(client.feed()[-1])
    ends = [client.page(last) for _ in range(30)]
    assert all(not documents(end) for end in ends)
    assert {"_embedded" in end for end in ends} == {True, False}


def test_a_page_of_more_than_a_thousand_and_a_bad_position_are_noted(client: Post) -> None:
    client.page(size=1001)
    assert client.kinds() == ["page_too_big"]
    assert client.http.get(TRACKING_PATH, params={"lastId": ""}).status_code == 400
    assert client.kinds()[1:] == ["bad_position"]


def test_starting_over_is_noted_where_that_is_minded(world: World) -> None:
    with post(world, VnpostOptions(notes_restarts=True)) as client:
        client.log_in()
        client.feed()
        assert client.kinds() == []
        client.page()
        assert client.kinds() == ["feed_from_start"]


# --- what the post did for the world ---------------------------------------------------------


def by_way(world: World, direction: str) -> dict[str, list[Event]]:
    ways: dict[str, list[Event]] = {}
    for event in post_events(world):
        if event.direction == direction:
            ways.setdefault(event.order, []).append(event)
    return ways


def test_papers_arrive_before_the_dossier_is_received(shared_world: World) -> None:
    ways = by_way(shared_world, "collect")
    assert ways
    for order_number, events in ways.items():
        received = shared_world.speaker(order_number).received
        assert received is not None
        assert all(event.at is None or event.at < received * 1000 for event in events)
        assert DELIVERED in {event.code for event in events}


def test_a_result_leaves_after_the_end_and_is_delivered_no_later_than_returned(
    shared_world: World,
) -> None:
    ways = by_way(shared_world, "return")
    for order_number, events in ways.items():
        d = shared_world.speaker(order_number)
        assert d.finished is not None and d.received is not None
        moments = [event.at for event in events if event.at]
        assert d.received * 1000 <= d.finished * 1000 <= min(moments)
        delivered = [e.at for e in events if e.code == DELIVERED]
        assert bool(delivered) is (d.status == 10)
        if delivered and d.returned is not None:
            assert delivered[0] is not None and delivered[0] <= d.returned * 1000
    assert {shared_world.speaker(number).status for number in ways} == {9, 10}


def test_nothing_is_known_before_it_happened_nor_after_now(shared_world: World) -> None:
    events = post_events(shared_world)
    now = shared_world.now.timestamp() * 1000
    assert all(event.written <= now for event in events)
    assert all(event.at is None or event.at < event.written + 1000 for event in events)
    late = [e for e in events if e.at and e.written - e.at > 24 * 3600 * 1000]
    assert late
    assert {event.code for event in events if not event.at} <= {ON_THE_WAY}


def test_collect_and_return_share_the_number_and_not_the_waybill(shared_world: World) -> None:
    shared = by_way(shared_world, "collect").keys() & by_way(shared_world, "return").keys()
    assert shared
    for number in shared:
        waybills = {
            (event.direction, event.item)
            for event in post_events(shared_world)
            if event.order == number and event.item
        }
        assert len({item for _, item in waybills}) == 2


def test_the_same_world_has_the_same_events(shared_world: World) -> None:
    assert post_events(shared_world) == post_events(shared_world)


def test_a_feed_keeps_its_order_when_an_old_event_comes_late() -> None:
    feed = Feed([Event("A", "return", None, 1, 5_000, 9_000)])
    late = feed.append(Event("A", "return", None, 2, 4_000, 6_000))
    assert [event.code for _, event in feed.after(ZEROS, 10)] == [1, 2]
    assert feed.after(late, 10) == []
    assert feed.left(ZEROS) == 2


# --- faults ----------------------------------------------------------------------------------


def always(*kinds: str) -> Faults:
    return Faults(rate=1.0, kinds=frozenset(kinds))


def test_an_expired_token_ends_for_good(world: World) -> None:
    with post(world, faults=always("expired")) as client:
        token = client.log_in()
        assert refused(client) == "900903"
        assert client.log_in() != token


def test_a_short_page_says_how_much_is_left(world: World) -> None:
    total = len(post_events(world))
    with post(world, faults=always("short_page")) as client:
        client.log_in()
        page = client.page()
        assert page["_size"] == total
        assert 0 < page["_returned"] < total


def test_a_repeated_page_holds_what_was_read_before(world: World) -> None:
    with post(world, faults=always("repeated_page")) as client:
        client.log_in()
        first = documents(client.page(size=5))
        again = documents(client.page(event_id(first[-1]), size=5))
    assert event_id(again[-1]) == event_id(first[-1])


def test_a_late_scan_changes_neither_hand_over_nor_delivery(world: World) -> None:
    before = post_events(world)
    with post(world, faults=always("rows_move")) as client:
        client.log_in()
        rows = client.feed(5)
    known = {(e.order, e.item) for e in before if e.code == DELIVERED}
    added = rows[len(before) :]
    assert added
    assert all(int(row["StatusCode"]) == ON_THE_WAY for row in added[-3:])
    assert all((row["OrderNumber"], row["ItemCode"]) in known for row in added[-3:])


def test_a_strange_code_and_an_older_copy_do_not_touch_deliveries(world: World) -> None:
    truth = {e.item for e in post_events(world) if e.code == DELIVERED}
    with post(world, faults=always("unknown_status")) as client:
        client.log_in()
        rows = documents(client.page())
    assert [row for row in rows if int(row["StatusCode"]) not in MESSAGES]
    assert {row["ItemCode"] for row in rows if int(row["StatusCode"]) == DELIVERED} == truth
    with post(world, faults=always("duplicate_ids")) as client:
        client.log_in()
        copies = [event_id(row) for row in documents(client.page())]
    assert len(copies) == len(set(copies)) + 1


def test_a_write_that_is_cut_off_may_have_taken_effect(world: World) -> None:
    with post(world, faults=always("commit_then_reset")) as client:
        client.log_in()
        with pytest.raises(httpx.HTTPError):
            client.post()
        assert len(client.app.events(NUMBER)) == 1


def test_too_many_calls_and_a_dead_back_end_come_in_the_gateways_words(world: World) -> None:
    with post(world, faults=always("too_many")) as client:
        answers = [client.ask_for_token() for _ in range(20)]
        assert {answer.status_code for answer in answers} == {429}
        assert any("900802" in answer.text for answer in answers)
        assert any(answer.text == "" for answer in answers)
    with post(world, faults=always("server_errors")) as client:
        answers = [client.ask_for_token() for _ in range(20)]
        assert all(answer.status_code >= 500 for answer in answers)
        assert any("fault" in answer.text for answer in answers)
        assert any("<html>" in answer.text for answer in answers)


def test_a_basic_header_that_is_no_base64_is_refused(world: World) -> None:
    with post(world) as client:
        headers = {"Authorization": "Basic %%%"}
        assert client.ask_for_token(auth=None, headers=headers).status_code == 401
        headers = {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}
        assert client.ask_for_token(auth=None, headers=headers).status_code == 401
