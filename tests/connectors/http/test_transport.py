"""Calls: what is sent, retries, limits, answers without a network."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.connectors.http.answers import Answer
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Transport
from khop.errors import (
    ConfigError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Unreachable,
    Unreadable,
)
from tests.connectors.http.calls import URL, caught, rows
from tests.connectors.scripted import FakeTime, Script, TransportTo


def test_a_read_is_retried_until_it_is_readable(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [
        httpx.Response(503),
        httpx.ReadError(""),
        httpx.Response(200, content=b'{"rows": [1'),
        httpx.Response(200, content=b"<html>"),
        httpx.Response(429),
        httpx.Response(200, json={"rows": [1]}),
    ]
    assert transport_to(script).exchange("op", "GET", URL, rows) == [1]
    assert len(time.slept) == 5


def test_a_write_is_retried_only_when_it_took_no_effect(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [
        httpx.ConnectError(""),
        httpx.Response(429, headers={"Retry-After": "1"}),
        httpx.Response(200, json={"rows": []}),
    ]
    assert transport_to(script).exchange("op", "POST", URL, rows, write=True) == []
    script.replies = [httpx.Response(503), httpx.Response(200, json={"rows": []})]
    assert type(caught(transport_to(script), write=True, attempts=None)) is OutcomeUnknown
    assert len(script.requests) == 4


def test_a_caller_can_limit_the_tries(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(503)]
    caught(transport_to(script), write=False, attempts=1)
    assert len(script.requests) == 1
    assert time.slept == []


def test_the_retry_after_of_a_429_is_reported_and_waited(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(429, headers={"Retry-After": "5"})]
    error = caught(transport_to(script, attempts=3), write=False, attempts=None)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 5.0
    assert time.slept == [5.5, 5.5]
    script.replies = [
        httpx.Response(
            429,
            headers={
                "Retry-After": "Mon, 02 Mar 2026 01:10:00 GMT",
                "Date": "Mon, 02 Mar 2026 01:00:00 GMT",
            },
        )
    ]
    error = caught(transport_to(script), write=False, attempts=None)
    assert isinstance(error, RateLimited)
    assert error.retry_after == 600.0
    assert len(time.slept) == 2


def test_a_dead_host_opens_the_circuit_and_a_probe_closes_it(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.ConnectError("refused")]
    transport = transport_to(script, attempts=2)
    for _ in range(10):
        caught(transport, write=False, attempts=None)
    sent = len(script.requests)
    for write in (False, True):
        error = caught(transport, write=write)
        assert type(error) is Unreachable
        assert "circuit open" in str(error)
    assert len(script.requests) == sent == 20
    time.now += 30
    script.replies = [httpx.Response(200, json={"rows": []})]
    assert transport.exchange("op", "GET", URL, rows) == []
    assert transport.exchange("op", "GET", URL, rows) == []


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_refusals_do_not_open_the_circuit(
    script: Script, transport_to: TransportTo, status: int
) -> None:
    script.replies = [httpx.Response(status)]
    transport = transport_to(script)
    for _ in range(15):
        caught(transport, write=False)
    assert len(script.requests) == 15


def test_a_khop_error_of_the_reader_is_raised_unchanged(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.Response(200, content=b"{}")]

    def read(_: Answer) -> None:
        raise RecordError("MaHoSo", "is missing")

    with pytest.raises(RecordError):
        transport_to(script).exchange("op", "GET", URL, read)
    assert len(script.requests) == 1


def test_the_rate_limit_is_always_on(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(200)]
    transport = transport_to(script, calls_per_second=2.0)
    for _ in range(7):
        transport.call("op", "GET", URL)
    assert time.now - 1000.0 == pytest.approx(3.0)


def test_waiting_for_the_rate_limit_is_no_part_of_the_retry_time(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(200)]
    transport = transport_to(script, calls_per_second=0.01, retry_seconds=5.0)
    transport.call("op", "GET", URL)
    script.replies = [httpx.Response(503), httpx.Response(200)]
    assert transport.call("op", "GET", URL).status == 200


def test_an_answer_beyond_max_body_is_unusable(script: Script, transport_to: TransportTo) -> None:
    script.replies = [httpx.Response(200, content=b'{"rows": "' + b"x" * 1000 + b'"}')]
    transport = transport_to(script, max_body=500)
    assert type(caught(transport, write=False)) is Unreadable
    assert type(caught(transport, write=True)) is OutcomeUnknown


def test_an_answer_that_is_too_slow_is_aborted(
    transport_to: TransportTo, script: Script, time: FakeTime
) -> None:
    class Drip(httpx.SyncByteStream):
        def __iter__(self) -> Iterator[bytes]:
            while True:
                time.now += 10
                yield b" "

    script.replies = [lambda request: httpx.Response(200, stream=Drip())]
    assert type(caught(transport_to(script), write=False)) is Unreachable
    assert type(caught(transport_to(script), write=True)) is OutcomeUnknown


def test_method_address_headers_and_body_are_sent(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.Response(200, headers={"Set-Cookie": "a=b"}, content=b"{}")]
    transport = transport_to(script)
    transport.call("op", "POST", URL + "?a=1", params={"b": "Mẫu"}, json={"tên": "Mẫu"})
    transport.call("op", "POST", URL, form={"grant_type": "x"}, basic=("khop", "mật"))
    first, second = script.requests
    assert str(first.url) == URL + "?a=1&b=M%E1%BA%ABu"
    assert first.content.decode() == '{"tên": "Mẫu"}'
    assert first.headers["content-type"] == "application/json"
    assert first.headers["accept"] == "application/json"
    assert first.headers["user-agent"] == "khop"
    assert second.content == b"grant_type=x"
    assert second.headers["authorization"] == "Basic a2hvcDpt4bqtdA=="
    assert "cookie" not in second.headers


@pytest.mark.parametrize("value", ["\ud800", float("nan"), object(), {1, 2}])
def test_a_value_that_json_cannot_hold_is_a_record_error(
    script: Script, transport_to: TransportTo, value: object
) -> None:
    with pytest.raises(RecordError):
        transport_to(script).call("op", "POST", URL, json={"x": value}, write=True)
    assert script.requests == []


@pytest.mark.parametrize("url", ["http://[::1", "https://h.example.vn:x/", "https://\u2024/"])
def test_an_invalid_address_is_a_configuration_error(
    script: Script, transport_to: TransportTo, url: str
) -> None:
    with pytest.raises(ConfigError):
        transport_to(script).call("op", "GET", url)


def test_another_scheme_is_a_configuration_error(transport_to: TransportTo) -> None:
    with pytest.raises(ConfigError, match="http"):
        transport_to().call("op", "GET", "ftp://h.example.vn/")


def test_an_unusable_ca_file_or_proxy_names_its_key(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    for ca_file in (empty, tmp_path / "absent.pem"):
        with pytest.raises(ConfigError, match=r"sources\.src\.ca_file"):
            Transport("src", TransportSettings(ca_file=ca_file))
    with pytest.raises(ConfigError, match=r"sources\.src\.proxy"):
        Transport("src", TransportSettings(proxy="h.example.vn"))


def test_the_date_header_of_the_latest_answer_is_kept(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [
        httpx.Response(200, headers={"Date": "Mon, 02 Mar 2026 01:00:00 GMT"}),
        httpx.Response(200),
    ]
    transport = transport_to(script)
    assert transport.server_date is None
    answer = transport.call("op", "GET", URL)
    transport.call("op", "GET", URL)
    assert transport.server_date == datetime(2026, 3, 2, 1, tzinfo=UTC) == answer.date


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(
    st.sampled_from([200, 201, 204, 302, 400, 401, 429, 500]),
    st.binary(max_size=80),
    st.text(st.characters(max_codepoint=255, exclude_categories=["Cc"]), max_size=20),
    st.booleans(),
)
def test_any_answer_gives_a_value_or_a_khop_error(
    script: Script,
    transport_to: TransportTo,
    status: int,
    body: Any,
    header: Any,
    write: bool,
) -> None:
    headers = {"Retry-After": header.encode("latin-1"), "Date": header.encode("latin-1")}
    script.replies = [httpx.Response(status, headers=headers, content=body)]
    try:
        transport_to(script).exchange("op", "GET", URL, lambda a: a.json(), write=write, attempts=1)
    except ConnectorError as error:
        assert error.operation == "op"
