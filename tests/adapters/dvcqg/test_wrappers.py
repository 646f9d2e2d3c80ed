"""The portal's adapter behind wrappers."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import httpx
import pytest
import respx

from khop.errors import Refused
from tests.adapters.dvcqg.portal import (
    CODE,
    DOSSIER,
    QUERY,
    SERVICES,
    WRAPPER,
    Build,
    bodies,
)
from tests.adapters.samples import sample


@respx.mock
def test_a_wrapper_takes_pushes_and_has_no_look_up_by_default(build: Build) -> None:
    respx.get(f"{SERVICES}/LayThuTuc").respond(content=sample("dvcqg/cat-06"))
    route = respx.post(f"{SERVICES}/DongBoHoSoMC").respond(content=sample("dvcqg/synca-09"))
    adapter = build(WRAPPER)
    assert adapter.lookup_budget == 0
    adapter.update(DOSSIER)
    (body,) = bodies(route)
    assert [record["MaHoSo"] for record in body] == [CODE]
    with pytest.raises(Refused, match="look_up"):
        adapter.look_up(CODE)


@respx.mock
def test_a_wrapper_with_look_up_and_fixed_token_is_looked_up(
    build: Build, monkeypatch: Any
) -> None:
    monkeypatch.setenv("KHOP_TEST_TOKEN", "abc")
    text = WRAPPER + (
        'service_path = "/kn"\ntoken = { env = "KHOP_TEST_TOKEN" }\n'
        'endpoints = { look_up = "TraCuuHoSo", update = "/cap-nhat" }'
    )
    found = respx.get("https://apidvc.example.vn/kn/TraCuuHoSo").respond(
        content=sample("dvcqg/look-02")
    )
    adapter = build(text)
    assert adapter.lookup_budget == 50_000
    assert adapter.look_up(CODE) is not None
    request = found.calls[0].request
    assert request.headers["authorization"] == "Bearer abc"
    assert request.url.params["mahoso"] == CODE


@respx.mock
def test_a_wrapper_with_oauth_gets_a_token_first(build: Build) -> None:
    token = respx.post("https://sso.example.vn/token").respond(
        json={"access_token": "abc", "expires_in": 3600}
    )
    listed = respx.get(f"{SERVICES}/LayDanhSachTTHC").respond(content=sample("dvcqg/cat-03"))
    text = WRAPPER + (
        'token_url = "https://sso.example.vn/token"\nclient_id = "khop"\n'
        'client_secret = { env = "KHOP_TEST_PORTAL" }'
    )
    assert build(text).procedure_codes() == ("1.001612",)
    assert b"client_secret=not-a-real-secret" in token.calls[0].request.content
    assert listed.calls[0].request.headers["authorization"] == "Bearer abc"


@respx.mock
def test_a_push_in_the_query_dialect_needs_no_catalogue(build: Build) -> None:
    route = respx.post(
        "https://apidvc.example.vn/api/SynsTTHCC/DongBoHoSoMC",
        params={"isUpdating": "True", "MaDinhDanhDV": "000.00.01.H99"},
    ).respond(content=sample("dvcqg/synca-01"))
    build(QUERY).update(replace(DOSSIER, procedure_name="Đăng ký"))
    ((record,),) = bodies(route)
    assert record["TenTTHC"] == "Đăng ký"


@respx.mock
@pytest.mark.parametrize(("text", "read"), [(WRAPPER, "sectors"), (QUERY, "only the address")])
def test_a_check_without_a_look_up_makes_another_read(build: Build, text: str, read: str) -> None:
    respx.get(f"{SERVICES}/LayDanhMucLinhVuc").respond(json={"error_code": "0"})
    respx.get("https://apidvc.example.vn").respond(404)
    health = build(text).check()
    assert health.ok
    assert read in health.steps[-1].detail


@respx.mock
def test_a_check_without_a_server_fails_to_reach(build: Build) -> None:
    respx.get("https://apidvc.example.vn").mock(side_effect=httpx.ConnectError("refused"))
    health = build(WRAPPER).check()
    assert [(step.name, step.ok) for step in health.steps] == [("reach", False)]
