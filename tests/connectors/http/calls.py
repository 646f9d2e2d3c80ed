"""Calls of the transport's tests."""

from __future__ import annotations

import pytest

from khop.connectors.http.answers import Answer
from khop.connectors.http.transport import Transport
from khop.errors import (
    ConnectorError,
)

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
