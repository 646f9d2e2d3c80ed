"""Checks of addresses, header values and ids in paths."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.connectors.http.checks import header_value, http_address, path_segment
from khop.errors import ConfigError, RecordError


def test_an_address_loses_its_trailing_slash() -> None:
    assert http_address("igate", "base_url", " https://h.example.vn/gw/ ") == (
        "https://h.example.vn/gw"
    )


@pytest.mark.parametrize(
    "value",
    [
        "",
        "h.example.vn",
        "ftp://h.example.vn",
        "https://",
        "http://h:99999999",
        "http://[::1",
        "https://u:p@h.example.vn",
        "https:/h.example.vn",
    ],
)
def test_an_invalid_address_names_its_key(value: str) -> None:
    with pytest.raises(ConfigError, match=r"sources\.igate\.base_url"):
        http_address("igate", "base_url", value)


def test_a_header_value_with_a_line_break_is_refused() -> None:
    assert header_value("p", "dstcode", " VN:GOV:x ") == "VN:GOV:x"
    for bad in ("a\r\nX: y", "Mẫu", "a b"):
        with pytest.raises(ConfigError, match="dstcode"):
            header_value("p", "dstcode", bad)


@pytest.mark.parametrize(
    "native", ["", ".", "..", "../x", "a/b", "a?b", "a#b", "a b", "a%2f", "ă", "x" * 129, "a\n"]
)
def test_an_id_that_changes_the_path_is_refused(native: str) -> None:
    with pytest.raises(RecordError) as caught:
        path_segment("id", native)
    assert caught.value.field == "id"


@given(st.text(max_size=30))
def test_an_id_is_used_unchanged_or_refused(native: str) -> None:
    try:
        assert path_segment("id", native) == native
    except RecordError as error:
        assert len(native) < 6 or native not in str(error)
