"""What a Status 100 and a message say of an order, and what an empty page says of the feed."""

from __future__ import annotations

from typing import Any

import pytest

from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Unusable
from khop.connectors.vnpost.feed import BEGINNING, read_feed
from khop.connectors.vnpost.results import check_accepted
from khop.errors import AlreadyExists, Refused
from tests.connectors.scripted import answer
from tests.connectors.test_answer_words import SAY_NOTHING_FOUND, SAY_SOMETHING_ELSE, SAY_SUCCESS

WORDS = AnswerWords()
EVENT = {"_id": {"$oid": "0" * 23 + "1"}, "OrderNumber": "H99"}


def accepted(body: object) -> None:
    check_accepted(answer(body), "post", "order", WORDS)


@pytest.mark.parametrize("message", ["", None, *SAY_SUCCESS])
def test_an_order_is_accepted_by_its_status_and_message(message: str | None) -> None:
    accepted({"Status": 100, "Message": message})
    accepted({"data": {"Status": "100", "Message": message}})
    accepted({"result": '{"status": 100}'})


@pytest.mark.parametrize("message", [*SAY_SOMETHING_ELSE, *SAY_NOTHING_FOUND[:4]])
def test_another_message_leaves_the_outcome_unknown(message: str) -> None:
    with pytest.raises(Unusable, match="neither success nor failure"):
        accepted({"Status": 100, "Message": message})


@pytest.mark.parametrize(
    "more",
    [
        {"Message": ["Hệ thống bận"]},
        {"Errors": ["x"]},
        {"ErrorMessage": "Sai dữ liệu"},
        {"Success": False},
        {"Data": {"Status": "99"}},
    ],
)
def test_a_failure_beside_status_100_leaves_the_outcome_unknown(more: dict[str, object]) -> None:
    with pytest.raises(Unusable, match="neither success nor failure"):
        accepted({"Status": 100, **more})


def test_another_status_needs_no_message() -> None:
    with pytest.raises(AlreadyExists):
        accepted({"Status": 101, "Message": "Thành công"})
    with pytest.raises(Refused):
        accepted({"Status": 99, "Message": "Thành công"})


PAGES: list[Any] = [
    {"_embedded": {"rh:doc": [EVENT]}, "_returned": 1},
    {"_EMBEDDED": {"RH:DOC": [EVENT]}},
    {"_embedded ": {"rh:doc ": [EVENT]}},
    {"data": {"_embedded": {"rh:doc": [EVENT]}}},
    {"result": {"data": {"_embedded": [EVENT]}}},
    {"data": [EVENT], "message": "Thành công"},
    {"result": '{"_embedded": {"rh:doc": [{"_id": {"$oid": "000000000000000000000001"}}]}}'},
    [EVENT],
]


@pytest.mark.parametrize("page", PAGES)
def test_a_page_is_read_inside_other_objects(page: object) -> None:
    assert read_feed(page, BEGINNING, 10).position == "0" * 23 + "1"


@pytest.mark.parametrize("message", SAY_SOMETHING_ELSE)
def test_an_empty_page_with_another_message_is_no_page(message: str) -> None:
    with pytest.raises(Unusable, match="does not say"):
        read_feed({"_returned": 0, "message": message}, BEGINNING, 10)


@pytest.mark.parametrize(
    "more", [{"errorMessage": "Hệ thống bận"}, {"status": 500}, {"data": {"msg": "Hệ thống bận"}}]
)
def test_an_empty_page_with_a_failure_beside_it_is_no_page(more: dict[str, object]) -> None:
    with pytest.raises(Unusable, match="does not say"):
        read_feed({"_embedded": {"rh:doc": []}, **more}, BEGINNING, 10)


@pytest.mark.parametrize("page", [{"events": [EVENT]}, {"data": {"events": []}}, {}])
def test_events_under_an_unknown_key_are_no_page(page: object) -> None:
    with pytest.raises(Unusable):
        read_feed(page, BEGINNING, 10)
