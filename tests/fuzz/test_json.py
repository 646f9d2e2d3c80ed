"""Any JSON is read or refused with a ValueError, never with another exception."""

from __future__ import annotations

import json
import math
from datetime import UTC, datetime
from typing import Any

from hypothesis import example, given
from hypothesis import strategies as st

from khop.connectors.http.answers import LONGEST_WAIT, Answer, http_date, read_json
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome, error_text
from khop.errors import ConnectorError
from tests.fuzz.answers import assert_error_fits, assert_nothing_personal
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import bodies
from tests.fuzz.strategies import json_bytes, scalars, texts, values

SAMPLES = [*bodies("igate", "*.json"), *bodies("dvcqg", "*.json"), *bodies("vnpost", "*.json")]
NOW = datetime(2026, 3, 18, tzinfo=UTC)
REFUSALS = [
    {"fault": {"code": 900901, "message": "Invalid", "description": "x"}},
    {"type": "Server.ServerProxy.X", "message": "x", "detail": "y"},
    {"error": "invalid_client", "error_description": "x"},
    {"timestamp": "x", "status": 500, "error": "x", "message": "x", "path": "/"},
]


def read_or_refused(body: bytes | str) -> Any:
    try:
        return read_json(body)
    except ValueError as refusal:
        assert "0990000001" not in str(refusal)
        return None


def sound(value: Any) -> bool:
    """Whether the value can be stored, logged and written again."""
    match value:
        case str():
            return value.isascii() or not any("\ud800" <= sign <= "\udfff" for sign in value)
        case bool() | None:
            return True
        case int():
            return -(10**18) < value < 10**18
        case float():
            return math.isfinite(value)
        case list():
            return all(map(sound, value))
        case dict():
            return all(sound(key) and sound(item) for key, item in value.items())
    return False


@FUZZ
@given(st.binary(max_size=200) | json_bytes(SAMPLES))
def test_any_bytes_are_read_as_sound_values_or_refused(body: bytes) -> None:
    assert sound(read_or_refused(body))


@FUZZ
@given(st.text(st.characters(exclude_categories=["Cs"])))
@example("\ufeff[1]")
@example("[" * 100_000)
@example('{"a":' * 5_000 + "1" + "}" * 5_000)
@example("-")
@example("[-Infinity, NaN, 1e999, 123456789012345678901234567890]")
@example('["\\ud800\\udc00", "\\ud800", "\\udc00\\ud800"]')
def test_any_text_is_read_as_sound_values_or_refused(text: str) -> None:
    assert sound(read_or_refused(text))


def test_a_text_with_half_a_surrogate_pair_is_read_or_refused() -> None:
    assert sound(read_or_refused('["a\ud800"]'))


@FUZZ
@given(values)
def test_plain_json_is_read_as_by_the_standard_library(value: Any) -> None:
    text = json.dumps(value)
    try:
        theirs = json.loads(text, parse_constant=lambda name: None)
    except (ValueError, RecursionError):
        return
    if sound(theirs):
        assert read_json(text) == theirs
        assert read_json(text.encode()) == theirs


@FUZZ
@given(st.sampled_from(["utf-8", "utf-8-sig", "utf-16", "utf-16-be", "utf-32"]), values)
def test_the_encoding_of_an_answer_makes_no_difference(encoding: str, value: Any) -> None:
    text = json.dumps(value)
    assert read_json(text.encode(encoding)) == read_json(text.encode())


@FUZZ
@given(
    st.lists(
        st.from_regex(
            r"-?(0|[1-9]\d{0,24})(\.\d{1,24})?([eE][+-]?\d{1,5})?",
            fullmatch=True,
            alphabet=st.characters(codec="ascii"),
        )
        | st.sampled_from(["NaN", "-Infinity", '"0e999,"', "1e309", "-1.5E+00309", "1" * 19]),
        min_size=1,
    ),
    st.sampled_from(["[{}]", '{{"a": {}}}', "[[{}\n]\t]", " {}"]),
)
@example(["1e309", "2"], "[{}]")
@example(["-1.5E+00309"], '{{"a": {}}}')
@example(["-" + "1" * 19], "[{}]")
@example(["NaN"], "[{}]")
def test_bytes_and_text_give_the_same_numbers(numbers: list[str], form: str) -> None:
    text = form.format(" ,".join(numbers) if form.startswith("[") else numbers[0])
    assert repr(read_json(text.encode())) == repr(read_json(text))


@FUZZ
@given(
    st.text() | texts | st.from_regex(r"\w{3}, \d{1,4} \w{3} \d{1,12} \d\d:\d\d:\d\d [+-]?\w{0,9}")
)
def test_any_date_header_is_a_moment_or_none(text: str) -> None:
    moment = http_date(text)
    assert moment is None or moment.utcoffset() is not None


@FUZZ
@given(st.text() | texts | st.integers().map(str) | st.floats().map(str), st.text() | texts)
def test_the_wait_of_any_retry_after_is_within_limits(asked: str, date: str) -> None:
    wait = Answer(429, {"retry-after": asked, "date": date}, b"").retry_after(NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT


@FUZZ
@given(
    st.integers(100, 599),
    json_bytes([*SAMPLES, *REFUSALS]) | st.binary(max_size=60),
    st.dictionaries(st.sampled_from(["retry-after", "date", "x-road-error"]), texts),
    st.booleans(),
)
@example(500, b'{"fault":{"code":"9009%b"}}' % (b"1" * 7_000), {}, False)
@example(500, b'{"fault":{"code":"900801085012345"}}', {}, False)
@example(500, b'{"fault":{"code":"303990000001"}}', {}, True)
def test_any_answer_gives_an_error_of_its_kind_or_none(
    status: int, body: bytes, headers: dict[str, str], write: bool
) -> None:
    answer, outcome = Answer(status, headers, body), CallOutcome("src", "ask", write)
    for error in (gateway_error(answer, outcome), outcome.of_status(answer, NOW)):
        if error is not None:
            assert isinstance(error, ConnectorError)
            assert_error_fits(error, write=write)
            assert_nothing_personal(error)


@FUZZ
@given(st.integers(100, 599))
def test_only_a_success_status_gives_no_error(status: int) -> None:
    error = CallOutcome("src", "ask", False).of_status(Answer(status, {}, b""), NOW)
    assert (error is None) is (200 <= status < 300)


@FUZZ
@given(st.dictionaries(st.sampled_from(["message", "code", "error", "fault"]), scalars))
def test_the_message_of_an_error_is_short(body: dict[str, Any]) -> None:
    code, detail = error_text(Answer(400, {}, json.dumps(body).encode()))
    assert len(code or "") <= 40
    assert len(detail or "") <= 200
