"""The error of each way a call can end."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from khop.errors import (
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.http.calls import SECRET, caught
from tests.connectors.scripted import Script, TransportTo


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
def test_each_status_has_its_error(
    script: Script,
    transport_to: TransportTo,
    status: int,
    read: type[ConnectorError],
    write: type[ConnectorError],
) -> None:
    script.replies = [httpx.Response(status, content=b"<html>x</html>")]
    for is_write, kind in ((False, read), (True, write)):
        failure = caught(transport_to(script), write=is_write)
        assert type(failure) is kind
        assert failure.http_status == status
        assert (failure.system, failure.operation) == ("src", "op")


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
def test_each_broken_call_has_its_error(
    script: Script,
    transport_to: TransportTo,
    error: Any,
    read: type[ConnectorError],
    write: type[ConnectorError],
) -> None:
    script.replies = [error]
    for is_write, kind in ((False, read), (True, write)):
        failure = caught(transport_to(script), write=is_write)
        assert type(failure) is kind
        assert SECRET not in str(failure)


@pytest.mark.parametrize(
    "body", [b"", b"<html>login</html>", b'{"rows": [', b'"OK"', b"OK", b"\xff\xfe\x00"]
)
def test_an_unusable_body_is_unreadable(
    script: Script, transport_to: TransportTo, body: Any
) -> None:
    script.replies = [httpx.Response(200, content=body)]
    assert type(caught(transport_to(script), write=False)) is Unreadable
    assert type(caught(transport_to(script), write=True)) is OutcomeUnknown


def test_an_error_holds_no_httpx_object(script: Script, transport_to: TransportTo) -> None:
    script.replies = [httpx.ReadError("x"), httpx.Response(200, content=b"{")]
    transport = transport_to(script)
    for _ in range(2):
        failure = caught(transport, write=False)
        assert failure.__context__ is None
        assert failure.__cause__ is None


def test_a_value_error_of_the_reader_is_not_quoted(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.Response(200, json=f"số {SECRET}")]
    failure = caught(transport_to(script), write=False)
    assert SECRET not in str(failure)
    assert failure.detail == "the answer has an unknown shape"


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
    failure = caught(transport_to(script), write=True)
    assert (failure.code, failure.detail) == (code, detail)
    assert SECRET not in str(failure)


def test_an_error_page_gives_no_code_or_message(script: Script, transport_to: TransportTo) -> None:
    script.replies = [httpx.Response(400, content=f"<h1>{SECRET} cccd</h1>".encode())]
    assert str(caught(transport_to(script), write=False)) == "src op: refused the request; HTTP 400"


def test_a_redirect_is_not_followed_and_says_what_to_write(
    script: Script, transport_to: TransportTo
) -> None:
    script.replies = [httpx.Response(302, headers={"Location": "https://x.example.vn/?t=1"})]
    failure = caught(transport_to(script), write=False)
    assert len(script.requests) == 1
    assert "khop.toml" in str(failure)
    assert "x.example.vn" not in str(failure)
