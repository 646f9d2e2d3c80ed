"""Settings of the portal by dialect."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.errors import ConfigError
from tests.adapters.dvcqg.portal import NATIVE, QUERY, WRAPPER, Build, configured


@pytest.mark.parametrize("missing", ["username", "password", "madonvi", "dstcode"])
def test_a_missing_key_of_the_native_dialect_is_named(tmp_path: Path, missing: str) -> None:
    text = "\n".join(line for line in NATIVE.splitlines() if not line.startswith(missing))
    with pytest.raises(ConfigError, match=rf"^sources\.dvcqg\.{missing}: this key is missing$"):
        configured(tmp_path, text)


def test_the_query_dialect_requires_madonvi(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sources\.dvcqg\.madonvi: this key is missing"):
        configured(tmp_path, QUERY.replace('madonvi = "000.00.01.H99"', ""))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (NATIVE + 'token_url = "https://x.example.vn"', "token_url"),
        (NATIVE + 'endpoints = { create = "x" }', "endpoints"),
        (NATIVE + 'service_path = "/x"', "service_path"),
        (WRAPPER + 'username = "x"', "username"),
        (WRAPPER + 'dstcode = "x"', "dstcode"),
        (QUERY + 'data_path = "/x"', "data_path"),
    ],
)
def test_a_key_of_another_dialect_is_refused(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.dvcqg\.{key}: .*does not use this key"):
        configured(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('endpoints = { creat = "x" }', r"endpoints: creat is no service"),
        ('token_url = "https://x.example.vn/token"', r"client_id: this key is missing"),
        (
            (
                'token = { env = "A" }\ntoken_url = "https://x.example.vn/token"\n'
                'client_id = "a"\nclient_secret = { env = "B" }'
            ),
            r"token_url: give token or token_url",
        ),
        ('adapter_name = "a/b"', r"adapter_name"),
    ],
)
def test_contradicting_settings_are_refused_with_the_reason(
    tmp_path: Path, text: str, said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        configured(tmp_path, WRAPPER + text)


def test_a_wrong_feedback_field_names_its_key(build: Build) -> None:
    with pytest.raises(ConfigError, match=r"sources\.dvcqg\.feedback_fields\.x"):
        build(NATIVE + 'feedback_fields = { x = "Y" }')
