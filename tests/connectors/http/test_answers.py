"""Answers: tolerant JSON, Retry-After, dates."""

from __future__ import annotations

import json
from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.http.answers import LONGEST_WAIT, Answer, read_json

NOW = datetime(2026, 3, 2, 1, 0, 0, tzinfo=UTC)


def with_headers(body: bytes = b"", **headers: str) -> Answer:
    named = {name.replace("_", "-"): value for name, value in headers.items()}
    return Answer(200, named, body)


@pytest.mark.parametrize(
    ("body", "value"),
    [
        (b'\xef\xbb\xbf{"a": 1}', {"a": 1}),
        ('{"tên": "Mẫu"}'.encode("utf-16"), {"tên": "Mẫu"}),
        (b'{"a": 1, "a": 2}', {"a": 2}),
        (b'{"a": NaN, "b": Infinity}', {"a": None, "b": None}),
        (b'{"a": 1e999}', {"a": "1e999"}),
        (b"[" + b"9" * 6000 + b"]", ["9" * 6000]),
        (b"[999999999999999999, 9999999999999999999]", [10**18 - 1, "9" * 19]),
        (b'["line\nbreak"]', ["line\nbreak"]),
        (b'["\\ud83d\\ude00 \\ud800x"]', ["\U0001f600 \ufffdx"]),
        (b'{"\\udc00": 1}', {"\ufffd": 1}),
        (b'["Nguy\xe1"]', ["Nguy\ufffd"]),
    ],
)
def test_json_is_read_tolerantly(body: bytes, value: object) -> None:
    assert with_headers(body).json() == value


@pytest.mark.parametrize(
    ("body", "says"),
    [
        (b"", "empty"),
        (b" \r\n", "empty"),
        (b"  <html><body>502</body></html>", "HTML"),
        (b'{"content": [{"id"', "character"),
        (b"OK", "character 0 of 2"),
        (b"[" * 200_000, "nested"),
        (b'{"a":' * 200_000, "nested"),
        (b'{"a":' * 5_000 + b"1" + b"}" * 5_000, "nested"),
    ],
)
def test_other_text_is_a_value_error_that_quotes_nothing(body: bytes, says: str) -> None:
    with pytest.raises(ValueError, match=says) as caught:
        with_headers(body).json()
    assert "id" not in str(caught.value)


@given(st.binary(max_size=300))
def test_any_bytes_are_json_or_a_value_error(body: bytes) -> None:
    try:
        value = Answer(200, {}, body).json()
    except ValueError:
        return
    json.dumps(value, ensure_ascii=False, allow_nan=False).encode()


@given(st.recursive(st.none() | st.text() | st.integers(-(10**17), 10**17), st.lists))
def test_ordinary_json_is_read_unchanged(value: object) -> None:
    assert read_json(json.dumps(value)) == value
    assert read_json(json.dumps(value, ensure_ascii=False).encode()) == value


def test_retry_after_in_seconds() -> None:
    assert with_headers(retry_after="12").retry_after(NOW) == 12.0
    assert with_headers(retry_after=" 1.5 ").retry_after(NOW) == 1.5


def test_retry_after_as_a_date_counts_from_the_servers_own_clock() -> None:
    slow = with_headers(
        retry_after="Mon, 02 Mar 2026 00:01:30 GMT", date="Mon, 02 Mar 2026 00:01:00 GMT"
    )
    assert slow.retry_after(NOW) == 30.0
    assert with_headers(retry_after="Mon, 02 Mar 2026 01:00:40 GMT").retry_after(NOW) == 40.0
    assert with_headers(retry_after="Mon, 02 Mar 2020 01:00:40 GMT").retry_after(NOW) == 0.0


def test_a_very_long_retry_after_is_limited_and_an_invalid_one_ignored() -> None:
    assert with_headers(retry_after="999999999999").retry_after(NOW) == LONGEST_WAIT
    for senseless in ("", "soon", "-5", "1e9", "inf", "Mon, 99 Foo 2026"):
        assert with_headers(retry_after=senseless).retry_after(NOW) is None


def test_the_servers_date_is_aware() -> None:
    date = with_headers(date="Mon, 02 Mar 2026 08:00:00 +0700").date
    assert date == NOW
    assert date.utcoffset() is not None
    assert with_headers(date="Mon, 02 Mar 2026 01:00:00 -0000").date == NOW
    assert with_headers(date="yesterday").date is None
    assert with_headers().date is None


@given(st.text(max_size=40))
def test_any_header_text_is_a_date_or_none(text: str) -> None:
    odd = Answer(200, {"date": text, "retry-after": text}, b"")
    wait = odd.retry_after(NOW)
    assert wait is None or 0 <= wait <= LONGEST_WAIT
    assert odd.date is None or odd.date.tzinfo is not None


def test_an_answer_does_not_show_its_body() -> None:
    assert "Mẫu" not in repr(Answer(200, {"set-cookie": "Mẫu"}, "Mẫu".encode()))


@pytest.mark.parametrize(
    ("body", "charset", "name"),
    [
        ("Lê".encode("windows-1252"), "windows-1252", "Lê"),
        ("Lê".encode("latin-1"), '"ISO-8859-1"', "Lê"),
        ("Lê".encode(), "ISO-8859-1", "Lê"),
        (b"L\xea", "no-such-thing", "L\ufffd"),
        (b"L\xea", "utf-8", "L\ufffd"),
        (b"L\x81", "windows-1252", "L\ufffd"),
    ],
)
def test_a_body_that_is_not_utf_8_is_read_in_the_encoding_it_names(
    body: bytes, charset: str, name: str
) -> None:
    headers = {"content-type": f"application/json;Charset={charset}"}
    assert Answer(200, headers, b'{"ten": "%b"}' % body).json() == {"ten": name}
