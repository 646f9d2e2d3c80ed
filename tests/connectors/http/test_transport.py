"""The transport against answers given without a network: classes, retry, reading, limits."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.connectors.http.answers import Answer
from khop.connectors.http.transport import Transport, TransportSettings
from khop.errors import (
    ConfigError,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime, Script, TransportTo

URL = "https://h.example.vn/data"
SECRET = "099000000001"


def rows(answer: Answer) -> object:
    body = answer.json()
    if not isinstance(body, dict):
        raise ValueError(f"unexpected {body!r}")
    return body["rows"]


def caught(transport: Transport, *, write: bool, attempts: int | None = 1) -> ConnectorError:
    with pytest.raises(ConnectorError) as error:
        transport.exchange(
            "op", "POST", URL, rows, params={"cccd": SECRET}, write=write, attempts=attempts
        )
    return error.value


@pytest.mark.parametrize(
    ("status", "read", "write"),
    [
        (301, Refused, Refused),
        (302, Refused, Refused),
        (304, Refused, Refused),
        (400, Refused, Refused),
        (401, Unauthorised, Unauthorised),
        (403, Unauthorised, Unauthorised),
        (404, Refused, Refused),
        (408, Unreachable, OutcomeUnknown),
        (409, Refused, Refused),
        (422, Refused, Refused),
        (429, RateLimited, RateLimited),
        (500, Unreachable, OutcomeUnknown),
        (502, Unreachable, OutcomeUnknown),
        (503, Unreachable, OutcomeUnknown),
        (504, Unreachable, OutcomeUnknown),
        (599, Unreachable, OutcomeUnknown),
    ],
)
def test_a_status_says_what_to_do(
    script: Script, transport_to: TransportTo, status: int, read: Callable[..., object], write: bool
) -> None:
    script.replies = [httpx.Response(status, content=b"<html>x</html>")]
    for is_write, kind in ((False, read), (True, write)):
        fault = caught(transport_to(script), write=is_write)
        assert type(fault) is kind
        assert fault.http_status == status
        assert (fault.system, fault.operation) == ("src", "op")


@pytest.mark.parametrize(
    ("error", "read", "write"),
    [
        (httpx.ConnectError("[Errno 111] Connection refused"), Unreachable, Unreachable),
        (httpx.ConnectTimeout(""), Unreachable, Unreachable),
        (httpx.PoolTimeout(""), Unreachable, Unreachable),
        (httpx.ProxyError("407"), Unreachable, Unreachable),
        (httpx.ReadTimeout(""), Unreachable, OutcomeUnknown),
        (httpx.WriteTimeout(""), Unreachable, OutcomeUnknown),
        (httpx.ReadError(""), Unreachable, OutcomeUnknown),
        (httpx.WriteError(""), Unreachable, OutcomeUnknown),
        (httpx.CloseError(""), Unreachable, OutcomeUnknown),
        (httpx.RemoteProtocolError("?cccd=099000000001"), Unreachable, OutcomeUnknown),
        (httpx.LocalProtocolError(""), Unreachable, OutcomeUnknown),
    ],
)
def test_a_broken_call_says_whether_anything_was_sent(
    script: Script,
    transport_to: TransportTo,
    error: Any,
    read: Callable[..., object],
    write: bool,
) -> None:
    script.replies = [error]
    for is_write, kind in ((False, read), (True, write)):
        fault = caught(transport_to(script), write=is_write)
        assert type(fault) is kind
        assert SECRET not in str(fault)


@pytest.mark.parametrize(
    "body", [b"", b"<html>login</html>", b'{"rows": [', b'"OK"', b"OK", b"\xff\xfe\x00"]
)
def test_a_body_without_meaning(script: Script, transport_to: TransportTo, body: Any) -> None:
    script.replies = [httpx.Response(200, content=body)]
    assert type(caught(transport_to(script), write=False)) is Unreadable
    assert type(caught(transport_to(script), write=True)) is OutcomeUnknown


def test_no_httpx_type_and_no_request_hangs_on_a_fault(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.ReadError("x"), httpx.Response(200, content=b"{")]
    transport = transport_to(script)
    for _ in range(2):
        fault = caught(transport, write=False)
        assert fault.__context__ is None
        assert fault.__cause__ is None


def test_what_a_reader_quotes_does_not_get_out(script: Script, transport_to: TransportTo) -> None:
    script.replies = [httpx.Response(200, json=f"số {SECRET}")]
    fault = caught(transport_to(script), write=False)
    assert SECRET not in str(fault)
    assert fault.detail == "the answer has an unknown shape"


@pytest.mark.parametrize(
    ("body", "code", "detail"),
    [
        ({"status": 404, "error": "Not Found", "message": "", "path": "/x"}, "Not Found", None),
        (
            {"error": "invalid_client", "error_description": "Invalid client secret"},
            "invalid_client",
            "Invalid client secret",
        ),
        ({"error_code": -3, "message": f"số {SECRET} sai"}, "-3", "số ************ sai"),
        ({"errorCode": "9", "Message": "<b>sai</b>"}, "9", "sai"),
        ({"fault": {"code": 900901, "message": "Invalid"}}, "900901", "Invalid"),
        ({"type": "Client.X", "detail": "Unknown"}, "Client.X", "Unknown"),
        ({"title": "One or more errors", "errors": {"x": [SECRET]}}, None, "One or more errors"),
        ([SECRET], None, None),
        (SECRET, None, None),
    ],
)
def test_an_error_body_gives_its_code_and_message(
    script: Script, transport_to: TransportTo, body: object, code: str | None, detail: object
) -> None:
    script.replies = [httpx.Response(400, json=body)]
    fault = caught(transport_to(script), write=True)
    assert (fault.code, fault.detail) == (code, detail)
    assert SECRET not in str(fault)


def test_an_error_page_gives_nothing(script: Script, transport_to: TransportTo) -> None:
    script.replies = [httpx.Response(400, content=f"<h1>{SECRET} cccd</h1>".encode())]
    assert str(caught(transport_to(script), write=False)) == "src op: refused the request; HTTP 400"


def test_a_redirect_is_not_followed_and_says_what_to_write(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.Response(302, headers={"Location": "https://x.example.vn/?t=1"})]
    fault = caught(transport_to(script), write=False)
    assert len(script.requests) == 1
    assert "khop.toml" in str(fault)
    assert "x.example.vn" not in str(fault)


def test_a_read_is_tried_until_it_can_be_read(
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


def test_a_write_is_tried_again_only_when_nothing_took_effect(
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


def test_a_caller_may_ask_for_one_try(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(503)]
    caught(transport_to(script), write=False, attempts=1)
    assert len(script.requests) == 1
    assert time.slept == []


def test_the_wait_of_a_429_is_told_and_kept(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(429, headers={"Retry-After": "5"})]
    fault = caught(transport_to(script, attempts=3), write=False, attempts=None)
    assert isinstance(fault, RateLimited)
    assert fault.retry_after == 5.0
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
    fault = caught(transport_to(script), write=False, attempts=None)
    assert isinstance(fault, RateLimited)
    assert fault.retry_after == 600.0
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
        fault = caught(transport, write=write)
        assert type(fault) is Unreachable
        assert "circuit open" in str(fault)
    assert len(script.requests) == sent == 20
    time.now += 30
    script.replies = [httpx.Response(200, json={"rows": []})]
    assert transport.exchange("op", "GET", URL, rows) == []
    assert transport.exchange("op", "GET", URL, rows) == []


@pytest.mark.parametrize("status", [400, 401, 404, 429])
def test_a_host_that_answers_no_is_not_dead(
    script: Script, transport_to: TransportTo, status: int
) -> None:
    script.replies = [httpx.Response(status)]
    transport = transport_to(script)
    for _ in range(15):
        caught(transport, write=False)
    assert len(script.requests) == 15


def test_a_fault_of_the_reader_goes_on_as_it_is(script: Script, transport_to: TransportTo) -> None:
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


def test_waiting_for_a_turn_does_not_use_up_the_time_for_tries(
    script: Script, transport_to: TransportTo, time: FakeTime
) -> None:
    script.replies = [httpx.Response(200)]
    transport = transport_to(script, calls_per_second=0.01, retry_seconds=5.0)
    transport.call("op", "GET", URL)
    script.replies = [httpx.Response(503), httpx.Response(200)]
    assert transport.call("op", "GET", URL).status == 200


def test_an_answer_longer_than_the_cap(script: Script, transport_to: TransportTo) -> None:
    script.replies = [httpx.Response(200, content=b'{"rows": "' + b"x" * 1000 + b'"}')]
    transport = transport_to(script, max_body=500)
    assert type(caught(transport, write=False)) is Unreadable
    assert type(caught(transport, write=True)) is OutcomeUnknown


def test_an_answer_that_drips_is_given_up(
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


def test_what_is_sent(script: Script, transport_to: TransportTo) -> None:
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
def test_what_json_cannot_carry_is_a_bad_record(
    script: Script, transport_to: TransportTo, value: object
) -> None:
    with pytest.raises(RecordError):
        transport_to(script).call("op", "POST", URL, json={"x": value}, write=True)
    assert script.requests == []


@pytest.mark.parametrize("url", ["http://[::1", "https://h.example.vn:x/", "https://\u2024/"])
def test_an_address_that_is_none_is_a_matter_of_configuration(
    script: Script, transport_to: TransportTo, url: str
) -> None:
    with pytest.raises(ConfigError):
        transport_to(script).call("op", "GET", url)


def test_another_scheme_is_a_matter_of_configuration(transport_to: TransportTo) -> None:
    with pytest.raises(ConfigError, match="http"):
        transport_to().call("op", "GET", "ftp://h.example.vn/")


def test_files_and_proxies_that_cannot_be_used_name_their_key(tmp_path: Path) -> None:
    empty = tmp_path / "ca.pem"
    empty.write_text("nothing")
    for ca_file in (empty, tmp_path / "absent.pem"):
        with pytest.raises(ConfigError, match=r"sources\.src\.ca_file"):
            Transport("src", TransportSettings(ca_file=ca_file))
    with pytest.raises(ConfigError, match=r"sources\.src\.proxy"):
        Transport("src", TransportSettings(proxy="h.example.vn"))


def test_the_servers_clock_is_kept(script: Script, transport_to: TransportTo) -> None:
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
def test_nothing_but_the_fault_tree_gets_out(
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
    except ConnectorError as fault:
        assert fault.operation == "op"
