"""The digest that ledger and plans store: a changed value would make every stored one differ."""

from __future__ import annotations

import pytest

from khop.text.digest import hex_digest


@pytest.mark.parametrize(
    ("content", "digest"),
    [
        (b"", "cae66941d9efbd404e4d88758ea67670"),
        (b"abc", "cf4ab791c62b8d2b2109c90275287816"),
        ("hồ sơ\x1fH05.1".encode(), "1ab9e1fc6fe17cbb90c69e7b20e24ba2"),
    ],
)
def test_a_digest_is_equal_to_the_one_stored_by_earlier_versions(
    content: bytes, digest: str
) -> None:
    assert hex_digest(content) == digest
