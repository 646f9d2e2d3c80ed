"""Personal texts of the request are removed from faults."""

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
    fault = redacted(Refused("dvcqg", "DongBoHoSoMC", code="-1", detail=detail), [NAME])
    assert "MẪU" not in str(fault)
    assert "H99.12-261110-0001" in str(fault)
    assert (fault.code, fault.operation) == ("-1", "DongBoHoSoMC")


def test_a_fault_that_quotes_nothing_is_the_same_fault() -> None:
    for fault in (Refused("a", "b", detail="không hợp lệ"), Refused("a", "b")):
        assert redacted(fault, [NAME]) is fault


def test_retry_after_is_kept() -> None:
    fault = RateLimited("a", "b", retry_after=7, detail=f"chậm lại, {NAME}")
    assert redacted(fault, [NAME]).retry_after == 7


@pytest.mark.parametrize(
    "sent", [{"json": {"data": [DOSSIER]}}, {"form": {"ten": NAME}}, {"private": (NAME,)}]
)
def test_no_call_raises_a_fault_with_a_quoted_name(
    script: Script, transport_to: TransportTo, sent: Any
) -> None:
    body = {"message": f"Hồ sơ của {NAME} không hợp lệ"}
    script.replies = [httpx.Response(400, json=body)]
    with pytest.raises(Refused, match="không hợp lệ") as caught:
        transport_to(script).call("op", "POST", "https://x.example.vn/", write=True, **sent)
    assert NAME not in str(caught.value)
    assert caught.value.__context__ is None
