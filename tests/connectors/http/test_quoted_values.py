"""Personal texts of the request are removed from errors."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from khop.connectors.http.quoted_values import personal_texts, redacted
from khop.errors import RateLimited, Refused
from tests.connectors.scripted import Script, TransportTo

NAME = "Nguyễn Văn Mẫu"
DOSSIER = {"MaHoSo": "H99.12-261110-0001", "ChuHoSo": NAME, "TaiLieuNop": [{"Ten": "Đơn.pdf"}]}


def test_personal_texts_are_found_and_codes_are_not() -> None:
    assert list(personal_texts({"data": [DOSSIER], "n": 5, "s": "", "x": None})) == [
        NAME,
        "Đơn.pdf",
    ]


def test_a_quoted_name_is_removed_in_any_case_and_unicode_form() -> None:
    detail = "Hồ sơ H99.12-261110-0001 của NGUYỄN VĂN MẪU không hợp lệ"
    error = redacted(Refused("dvcqg", "DongBoHoSoMC", code="-1", detail=detail), [NAME])
    assert "MẪU" not in str(error)
    assert "H99.12-261110-0001" in str(error)
    assert (error.code, error.operation) == ("-1", "DongBoHoSoMC")


def test_an_error_that_quotes_nothing_is_the_same_error() -> None:
    for error in (Refused("a", "b", detail="không hợp lệ"), Refused("a", "b")):
        assert redacted(error, [NAME]) is error


def test_retry_after_is_kept() -> None:
    error = RateLimited("a", "b", retry_after=7, detail=f"chậm lại, {NAME}")
    assert redacted(error, [NAME]).retry_after == 7


@pytest.mark.parametrize(
    "sent", [{"json": {"data": [DOSSIER]}}, {"form": {"ten": NAME}}, {"private": (NAME,)}]
)
def test_no_call_raises_an_error_with_a_quoted_name(
    script: Script, transport_to: TransportTo, sent: Any
) -> None:
    body = {"message": f"Hồ sơ của {NAME} không hợp lệ"}
    script.replies = [httpx.Response(400, json=body)]
    with pytest.raises(Refused, match="không hợp lệ") as caught:
        transport_to(script).call("op", "POST", "https://x.example.vn/", write=True, **sent)
    assert NAME not in str(caught.value)
    assert caught.value.__context__ is None
