"""Secrets as editors and programs write them."""

from __future__ import annotations

from pathlib import Path

import pytest

from khop.adapters.settings import Secret
from khop.errors import ConfigError

SECRET = "mật-khẩu 7"


@pytest.mark.parametrize(
    "content",
    [
        SECRET.encode(),
        f"{SECRET}\n".encode(),
        f"{SECRET}\r\n".encode(),
        f"{SECRET}\r".encode(),
        f"\n{SECRET}\n\n".encode(),
        f"\ufeff{SECRET}\r\n".encode(),
        f"\ufeff\ufeff{SECRET}".encode(),
        f"\ufeff{SECRET}\r\n".encode("utf-16-le"),
        f"\ufeff{SECRET}".encode("utf-16-be"),
    ],
)
def test_marks_and_line_ends_are_taken_off(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content)
    assert Secret(file="secret").reveal(tmp_path) == SECRET


@pytest.mark.parametrize("value", [SECRET, f"{SECRET}\n", f"{SECRET}\r\n", f"\ufeff{SECRET}"])
def test_they_are_taken_off_the_environment_too(
    value: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHOP_TEST_SECRET", value)
    assert Secret(env="KHOP_TEST_SECRET").reveal(tmp_path) == SECRET


@pytest.mark.parametrize("content", [b"", b"\n", b"\xef\xbb\xbf", b"\xef\xbb\xbf\r\n", b"\xff\xfe"])
def test_a_file_without_a_secret_is_an_error(content: bytes, tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(content)
    with pytest.raises(ConfigError, match="is empty"):
        Secret(file="secret").reveal(tmp_path)


def test_a_file_that_is_no_text_is_an_error(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ConfigError, match="cannot be read"):
        Secret(file="secret").reveal(tmp_path)


def test_lines_within_a_secret_stay(tmp_path: Path) -> None:
    (tmp_path / "secret").write_bytes(b"-----BEGIN-----\nabc\n-----END-----\n")
    assert Secret(file="secret").reveal(tmp_path) == "-----BEGIN-----\nabc\n-----END-----"
