"""The calls of the portal to a province."""

from __future__ import annotations

import base64
import json
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import pytest

from khop.loopback import LoopbackServer, Request, Response
from khop.sandbox import PortalCalls
from khop.sandbox.dvcqg.portal_calls import amendment, promotion, tax_notice, tax_payment
from tests.sandbox.dvcqg.client import CODE


class Province:
    """A province that keeps the calls and accepts them, and refuses bodies that are not JSON."""

    def __init__(self) -> None:
        self.asked: list[tuple[str, str, Any]] = []

    def answer(self, request: Request) -> Response:
        if request.method == "GET":
            return Response.of(b"%PDF", "application/pdf")
        try:
            body = json.loads(request.body)
        except ValueError:
            return Response.of(b"request body incorrect", "text/plain", 500)
        self.asked.append((request.method, request.path, body))
        return Response.json({"error_code": 0, "message": "success"})


@contextmanager
def province() -> Iterator[tuple[Province, str]]:
    system = Province()
    with LoopbackServer(system.answer) as server:
        yield system, server.url


def test_the_portal_calls_with_each_adapter_and_without_one() -> None:
    with province() as (system, url):
        for adapter in ("XrdAdapter", "VXPAdapter"):
            assert PortalCalls(url, adapter=adapter).look_up(CODE).value["error_code"] == 0
        plain = PortalCalls(url, adapter=None)
        plain.promotion(promotion("G22.99-260820-000321", "2.000033"))
        plain.amendment(amendment("G22.99-260820-000321", service="SuaDoi", updating="true"))
        plain.amendment(tax_payment(CODE, updating=True))
        plain.tax_notice(tax_notice(CODE))
        with pytest.raises(ValueError, match="adapter"):
            plain.look_up(CODE)

    assert [path for _, path, _ in system.asked] == [
        "/XrdAdapter/RestService/forward/search/call",
        "/VXPAdapter/RestService/forward/search/call",
        "/addtthcKhuyenMai",
        "/nhanhsdvcqg",
        "/nhanhsdvcqg",
        "/nhantbthuedvcqg",
    ]
    look_up, filed, amended, paid, noticed = (body for _, _, body in system.asked[1:])
    assert look_up == {"madonvi": "000.00.00.H99", "service": "TraCuuHoSo", "masohoso": CODE}
    assert base64.b64decode(filed["TepDonDangKy"]).startswith(b"%PDF")
    assert (amended["isUpdating"], amended["data"]["MaHoSoQG"]) == ("true", "G22.99-260820-000321")
    assert paid["service"] == "NhanChungTuThueDat"
    assert paid["data"]["ThongTinThanhToan"]["TrangThaiThanhToan"] == "1"
    assert b"<ROW_LIST>" in base64.b64decode(noticed["data"]["FileThongBaoThue"])


def test_the_answer_to_an_unreadable_body_is_returned() -> None:
    with province() as (_, url):
        calls = PortalCalls(url)
        unread = calls.send("nhanhsdvcqg", b"{")
        assert (unread.status, unread.body, unread.value) == (500, b"request body incorrect", None)
        assert calls.download("0" * 36).body == b"%PDF"
        assert calls.payment(CODE).value["message"] == "success"
