"""Histories and orders of MyVNPost: answers, and answers that say nothing."""

from __future__ import annotations

import pytest

from khop.errors import Refused, Unreadable
from tests.connectors.myvnpost.server import ClientOf, Entries, FakeMyVnpost, refusal


def test_a_history_is_requested_by_our_own_number(
    client_of: ClientOf, post: FakeMyVnpost, entries: Entries
) -> None:
    post.body = entries[4]["body"]
    found = client_of().history("H99.01-260318-0011")
    assert found == tuple(entries[4]["body"]["data"])
    asked = entries[4]["http"]
    assert post.calls[0].url.path == asked["path"]
    assert dict(post.calls[0].url.params) == {k: str(v) for k, v in asked["query"].items()}


@pytest.mark.parametrize("body", [{"data": []}, {"data": None}, []])
def test_an_empty_history_is_an_answer(
    client_of: ClientOf, post: FakeMyVnpost, body: object
) -> None:
    post.body = body
    assert client_of().history("H99.01-260318-0011") == ()


def test_an_unknown_order_differs_from_an_unknown_address(
    client_of: ClientOf, post: FakeMyVnpost
) -> None:
    post.status, post.body = 404, {**refusal(404), "message": "Không tìm thấy đơn hàng"}
    assert client_of().history("H99.01-260318-0011") == ()
    post.status = 200
    assert client_of().history("H99.01-260318-0011") == ()
    post.status, post.body = 404, {"status": 404, "error": "Not Found", "path": "/x"}
    with pytest.raises(Refused):
        client_of().history("H99.01-260318-0011")


@pytest.mark.parametrize(
    "message",
    [
        "No message available",
        "No static resource customer-partner/GetStatusHistoryOrder.",
        "no Route matched with those values",
        "Runtime Error",
        "Không tìm thấy trang",
    ],
)
def test_an_unknown_address_is_never_an_unknown_order(
    client_of: ClientOf, post: FakeMyVnpost, message: object
) -> None:
    post.status, post.body = 404, {**refusal(404), "message": message}
    with pytest.raises(Refused):
        client_of().history("H99.01-260318-0011")
    with pytest.raises(Refused):
        client_of().order("CH000000001VN")


def test_an_unknown_waybill_is_an_answer(client_of: ClientOf, post: FakeMyVnpost) -> None:
    post.status, post.body = 404, {**refusal(404), "message": "Vận đơn không tồn tại"}
    assert client_of().order("CH000000001VN") == ()


ORDER = {"statusHistory": [{"statusCode": 14}]}


@pytest.mark.parametrize(
    "body",
    [
        {"data": [ORDER]},
        {"Data ": [ORDER]},
        {"data": {"data": [ORDER]}},
        {"data": {"results": [ORDER]}},
        {"results": [ORDER]},
        {"result": {"items": [ORDER], "total": 1}},
        {"data": [], "result": [ORDER]},
        {"data": ORDER},
        {"data": '[{"statusHistory": [{"statusCode": 14}]}]'},
        [ORDER],
        {"success": True, "message": "OK", "data": [ORDER]},
    ],
)
def test_a_history_is_read_inside_other_objects(
    client_of: ClientOf, post: FakeMyVnpost, body: object
) -> None:
    post.body = body
    assert client_of().history("H99.01-260318-0011") == (ORDER,)


@pytest.mark.parametrize(
    "body",
    [
        {"data": [], "message": "Hệ thống đang bận"},
        {"data": None, "message": "Session không hợp lệ hoặc đã hết hạn"},
        {"Data": [], "Message": "Không kết nối được máy chủ tra cứu đơn hàng"},
        {"lichSu": [ORDER]},
        {"data": {"lichSu": []}},
        {"data": [], "errorCode": "500"},
        {"data": [], "status": 500},
        {"data": [], "success": "N"},
        {"data": [], "total": 3},
        {"data": [], "message": ["Hệ thống bận"]},
        {"data": [{"itemCode": "CX1VN", "statusHistory": []}], "message": "Hệ thống bận"},
        {"data": {"statusHistory": [], "message": "Hệ thống bận"}},
    ],
)
def test_an_empty_answer_that_says_something_else_is_unreadable(
    client_of: ClientOf, post: FakeMyVnpost, body: object
) -> None:
    post.body = body
    with pytest.raises(Unreadable):
        client_of().history("H99.01-260318-0011")


def test_a_refusal_that_names_an_order_and_a_failure_is_no_unknown_order(
    client_of: ClientOf, post: FakeMyVnpost
) -> None:
    post.status = 404
    post.body = {**refusal(404), "message": "Không kết nối được hệ thống tra cứu đơn hàng"}
    with pytest.raises(Refused):
        client_of().history("H99.01-260318-0011")


@pytest.mark.parametrize("body", [{}, {"message": "OK"}])
def test_a_history_without_data_is_unreadable(
    client_of: ClientOf, post: FakeMyVnpost, body: object
) -> None:
    post.body = body
    with pytest.raises(Unreadable):
        client_of().history("H99.01-260318-0011")
