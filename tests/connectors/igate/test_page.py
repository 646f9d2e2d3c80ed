"""Pages of the dossier list in every known form."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.http.answers import Answer, Unusable, read_json
from khop.connectors.igate.page import SearchPage, read_page, rows_of, unwrapped
from tests.connectors.scripted import Sample


@pytest.mark.parametrize(
    ("name", "number", "size", "last", "total", "rows"),
    [
        ("list-01", 0, 1, False, None, 1),
        ("list-02", 0, 10, True, 1, 1),
        ("list-03", 0, 10, True, None, 0),
        ("list-04", None, None, True, None, 1),
        ("list-07", None, None, True, None, 1),
        ("list-08", None, None, True, None, 1),
    ],
)
def test_every_sample_page_is_read(
    sample: Sample,
    name: str,
    number: object,
    size: object,
    last: object,
    total: object,
    rows: object,
) -> None:
    page = read_page(read_json(sample(f"igate/{name}.json")), 0)
    assert (page.number, page.size, page.last, page.total) == (number, size, last, total)
    assert len(page.items) == rows


@pytest.mark.parametrize(
    ("envelope", "asked", "last"),
    [
        ({"last": "true"}, 0, True),
        ({"last": "FALSE", "totalPages": 1}, 0, False),
        ({"last": 0}, 0, False),
        ({"totalPages": 3}, 1, False),
        ({"totalPages": "3", "number": "2"}, 2, True),
        ({"totalPages": 3}, 2, True),
        ({"totalPages": 0}, 0, True),
        ({"size": 2}, 0, False),
        ({"size": "3"}, 0, True),
        ({"size": 3, "last": None, "totalPages": None}, 0, True),
    ],
)
def test_the_end_of_the_list_is_found_in_every_form(envelope: Any, asked: Any, last: Any) -> None:
    assert read_page({"content": [{}, {}], **envelope}, asked).last is last


@pytest.mark.parametrize(
    ("envelope", "last"),
    [
        ({"last": True, "totalPages": 4, "totalElements": 7}, False),
        ({"last": True, "totalPages": 1, "totalElements": 2}, True),
        ({"totalPages": 1, "totalElements": 1, "size": 2}, False),
        ({"totalPages": 0, "totalElements": 0, "size": 2}, False),
        ({"size": 5000}, False),
        ({"size": 1}, False),
    ],
)
def test_a_full_page_is_not_the_last_where_the_answer_contradicts_itself(
    envelope: Any, last: bool
) -> None:
    assert read_page({"content": [{}, {}], **envelope}, 0, 2).last is last


@pytest.mark.parametrize(
    "said",
    [
        {"message": "Hệ thống đang bận"},
        {"status": 500},
        {"error": "timeout"},
        {"success": False},
        {"data": {"content": [], "thongBao": "Lỗi kết nối"}, "content": None},
    ],
)
def test_an_empty_page_beside_a_failure_is_no_page(said: dict[str, Any]) -> None:
    with pytest.raises(Unusable, match="does not say"):
        read_page({"content": [], "last": True, **said}, 0)


def test_an_empty_page_may_say_that_there_is_nothing() -> None:
    about = {"sort": "updatedDate: DESC", "status": 200, "message": "Không có dữ liệu"}
    assert read_page({"content": [], "last": True, **about}, 0).items == ()


def test_a_page_without_a_size_is_not_the_last() -> None:
    assert read_page({"content": [{}]}, 0).last is False
    assert read_page({"content": []}, 7).last is True


def test_numbers_may_be_text_and_other_values_are_unknown() -> None:
    body: dict[str, object] = {"content": [], "number": " 4 ", "size": 20.0, "totalElements": "99"}
    assert read_page(body, 4) == SearchPage(4, 20, True, 99, ())
    nonsense: tuple[object, ...] = (-1, True, "x", "-2", 1.5, None, [], float("inf"), "9" * 40, "²")
    for odd in nonsense:
        body = {"content": [], "number": odd, "size": odd, "totalElements": odd}
        assert read_page(body, 0) == SearchPage(None, None, True, None, ())


def test_the_newer_envelope_of_spring_is_read() -> None:
    page = {"size": 2, "number": 1, "totalElements": "4", "totalPages": 2}
    assert read_page({"content": [{}, {}], "page": page}, 1) == SearchPage(1, 2, True, 4, ({}, {}))
    assert read_page({"content": [{}], "page": 3, "last": False}, 3).number is None


def test_items_are_returned_unchecked() -> None:
    items: list[object] = [None, 1, "x", {"id": {"nested": []}}, []]
    assert read_page({"content": items, "last": True}, 0).items == tuple(items)


@pytest.mark.parametrize(
    "body",
    [
        None,
        [],
        "x",
        3,
        {},
        {"content": None},
        {"content": {}},
        {"content": "[]"},
        {"status": 401, "error": "Unauthorized"},
    ],
)
def test_other_bodies_are_no_page(body: object) -> None:
    with pytest.raises(ValueError, match="list"):
        read_page(body, 0)


json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=3), inner),
    max_leaves=8,
)


@given(
    st.dictionaries(
        st.sampled_from(["content", "last", "number", "size", "totalPages", "totalElements"]),
        json_values,
    )
)
def test_any_envelope_is_a_page_or_a_value_error(body: Any) -> None:
    try:
        page = read_page(body, 0)
    except ValueError:
        assert not isinstance(body.get("content"), list)
    else:
        assert len(page.items) == len(body["content"])


@given(st.binary(max_size=200))
def test_any_bytes_are_a_page_or_a_value_error(body: Any) -> None:
    try:
        read_page(Answer(200, {}, body).json(), 0)
    except ValueError as error:
        assert str(error)


ROWS = [{"id": "a"}, {"id": "b"}]


@pytest.mark.parametrize(
    "body",
    [
        {"data": {"content": ROWS, "last": True}},
        {"code": 200, "message": "OK", "data": {"data": ROWS, "last": "true"}},
        {"Content ": ROWS, "Last": True},
        {"results": ROWS, "last": True},
        {"result": {"items": ROWS}, "last": True},
        {"data": ROWS, "totalPages": "1"},
        {"data": {"page": {"totalPages": 1, "totalElements": "2"}, "Rows": ROWS}},
    ],
)
def test_a_page_under_other_names_and_inside_other_objects_is_read(body: object) -> None:
    page = read_page(body, 0)
    assert list(page.items) == ROWS
    assert page.last


@pytest.mark.parametrize(
    "body",
    [
        {"hoSo": ROWS, "last": True},
        {"data": None, "message": "Không kết nối được trục"},
        {"data": {"data": {"data": {"data": {"content": ROWS}}}}},
        {"content": ROWS, "items": ROWS},
        {"data": {"a": 1}, "result": {"content": ROWS}},
        {"content": "[]"},
        [ROWS],
        ROWS,
        "",
    ],
)
def test_an_unknown_nesting_is_unreadable_and_no_empty_page(body: object) -> None:
    with pytest.raises(ValueError, match="list answer"):
        read_page(body, 0)


@pytest.mark.parametrize(
    ("body", "found"),
    [
        ({"id": "a"}, True),
        ({"code": "H99"}, True),
        ({"code": 200, "data": {"id": "a"}}, True),
        ({"Data": [{"ID": "a"}]}, True),
        ([{"id": "a"}], True),
        ({"status": 404, "error": "Not Found"}, False),
        ({"data": None}, False),
        ({"data": {"x": 1}}, False),
        ([{"id": "a"}, {"id": "b"}], False),
        ("a", False),
    ],
)
def test_a_dossier_is_found_inside_other_objects(body: object, found: bool) -> None:
    assert (unwrapped(body, ("id", "code")) is not None) is found


def test_rows_are_found_in_a_list_or_a_page() -> None:
    for body in (ROWS, {"content": ROWS}, {"data": {"items": ROWS}}):
        assert rows_of(body) == ROWS
    assert rows_of({"x": ROWS}) is None
