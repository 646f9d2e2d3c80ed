"""Deeply nested values in the place of every value."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from contextlib import suppress
from datetime import UTC, datetime
from typing import Any

import pytest

from khop.connectors.answer_words import AnswerWords
from khop.connectors.dvcqg.envelope import judge_read, judge_write, read_text_reply
from khop.connectors.dvcqg.payments import read_start
from khop.connectors.http.answers import Answer, read_json
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome, error_text
from khop.connectors.igate.claims import read_claims
from khop.connectors.igate.page import read_page
from khop.connectors.igate.pushes import read_batch_answer, read_push_answer, read_push_log
from khop.connectors.igate_ministry.answers import MinistryReply, judge_reply, read_upload
from khop.connectors.myvnpost.answers import judge, read_created, read_orders
from khop.connectors.population.json_answers import elements_of
from khop.connectors.vnpost.feed import BEGINNING, read_feed
from khop.connectors.vnpost.results import read_result
from khop.errors import KhopError
from khop.mappings.dvcqg.mapping import DvcqgMapping
from khop.mappings.myvnpost.history import HistoryMapping
from khop.mappings.vnpost.mapping import FeedMapping, OrderNumbers, postal_codes
from tests.fuzz.igate_mappings import MAPPINGS
from tests.fuzz.portal import CATALOGUES, rows_of
from tests.fuzz.samples import bodies
from tests.fuzz.strategies import nested

#: Levels inside the sample; the reader of JSON refuses somewhat less than a thousand.
DEPTHS = (60, 300, 850)
OUTCOME = CallOutcome("src", "ask", False)
PORTAL = DvcqgMapping("dvcqg")
FEED = FeedMapping("post", postal_codes("ngsp"), OrderNumbers())
HISTORY = HistoryMapping("my", postal_codes("myvnpost"), OrderNumbers())


def in_each_place(value: Any, deep: Any) -> Iterator[Any]:
    """The value with ``deep`` in place of it, and in place of each value in it."""
    yield deep
    if isinstance(value, dict):
        for key, item in value.items():
            yield from ({**value, key: changed} for changed in in_each_place(item, deep))
    elif isinstance(value, list):
        for place, item in enumerate(value[:2]):
            for changed in in_each_place(item, deep):
                yield [*value[:place], changed, *value[place + 1 :]]


def answer(value: Any, status: int = 200) -> Answer:
    return Answer(status, {}, json.dumps(value).encode())


READERS: dict[str, tuple[list[Any], tuple[Callable[[Any], object], ...]]] = {
    "igate items": (
        bodies("igate", "det-0[12].json"),
        tuple(
            read
            for mapping in MAPPINGS
            for read in (
                mapping.reading,
                mapping.full,
                lambda item, m=mapping: m.full(item, [item]),
            )
        ),
    ),
    "igate answers": (
        bodies("igate", "list-03.json", "nps-*.json", "tok-08.json"),
        (
            lambda body: read_page(body, 0),
            read_push_log,
            read_batch_answer,
            lambda body: read_claims(body if isinstance(body, dict) else {"permissions": body}),
            lambda body: read_push_answer(answer(body)),
        ),
    ),
    "ministry answers": (
        [{"code": 500, "message": "x", "data": [{"response": {"data": [{"IdTepTin": "1"}]}}]}],
        (
            lambda body: judge_reply(answer(body), OUTCOME),
            lambda body: read_upload(MinistryReply.of(answer(body))),
        ),
    ),
    "portal answers": (
        bodies("dvcqg", "look-0[26].json", "synca-09.json", "pay-05.json"),
        (
            lambda body: judge_read(read_text_reply(answer(body))),
            lambda body: judge_write(read_text_reply(answer(body))),
            lambda body: read_start("src", answer(body)),
        ),
    ),
    "portal rows": (
        [
            rows_of(body)
            for body in bodies("dvcqg", "look-02.json", "cat-0[268].json", "faq-02.json")
        ],
        (*CATALOGUES, lambda rows: PORTAL.record(rows, "H99.12-250114-0007")),
    ),
    "events of the post": (
        [{"_id": {"$oid": "65f7a0c00000000000000001"}, "OrderNumber": "1", "StatusCode": 4}],
        (FEED.record, lambda event: read_feed([event], BEGINNING, 50), read_result),
    ),
    "parcels": (
        bodies("vnpost", "myvnpost.json"),
        (
            lambda body: HISTORY.records("H99.01-260318-0011", [body]),
            lambda body: judge(answer(body), OUTCOME),
            lambda body: read_created(answer(body)),
            lambda body: read_orders(answer(body), AnswerWords()),
        ),
    ),
    "persons": (
        [{"CongDan": [{"SoDinhDanh": "001085012345", "HoVaTen": {"Ten": "MAU"}}]}],
        (
            lambda value: elements_of(value, verdict=False),
            lambda value: elements_of(value, verdict=True),
        ),
    ),
    "gateways": (
        [{"fault": {"code": 900901, "message": "x"}, "type": "Server.x", "detail": "x"}],
        (
            lambda body: gateway_error(answer(body, 500), OUTCOME),
            lambda body: error_text(answer(body, 500)),
            lambda body: OUTCOME.of_status(answer(body, 500), datetime(2026, 3, 18, tzinfo=UTC)),
        ),
    ),
}


@pytest.mark.parametrize("depth", DEPTHS)
@pytest.mark.parametrize("name", READERS)
def test_a_deeply_nested_value_is_read_or_refused(name: str, depth: int) -> None:
    samples, readers = READERS[name]
    for sample in samples:
        for value in in_each_place(sample, nested(depth)):
            for read in readers:
                read_or_refuse(read, value)


def read_or_refuse(read: Callable[[Any], object], value: Any) -> None:
    with suppress(KhopError, ValueError):
        read(value)


@pytest.mark.parametrize("depth", [190, 200, 210, 500, 900, 950, 990, 1_000, 5_000, 100_000])
@pytest.mark.parametrize("unit", [("[", "]"), ('{"a":', "}"), ('[{"a":', "}]")])
@pytest.mark.parametrize("inner", ["1", '"\\ud800"', "NaN"])
def test_any_depth_is_read_or_refused(depth: int, unit: tuple[str, str], inner: str) -> None:
    text = unit[0] * depth + inner + unit[1] * depth
    try:
        value: Any = read_json(text)
    except ValueError:
        assert depth > 200
        return
    for _ in range(depth):
        value = value[0] if isinstance(value, list) else value["a"]
