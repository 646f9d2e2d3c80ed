"""Look-ups, pushes and catalogues in the native dialect."""

from __future__ import annotations

import json

import httpx
import pytest

from khop.errors import ConfigError, Refused, Unreadable
from tests.connectors.dvcqg.portal import (
    CODE,
    DATA,
    DSTCODE,
    LOGIN,
    RECORD,
    STEPS,
    ClientOf,
    NativePortal,
)
from tests.connectors.scripted import Sample


def test_login_and_look_up_are_sent_as_in_the_samples(
    client_of: ClientOf, portal: NativePortal, sample: Sample
) -> None:
    portal.answer = lambda body: json.loads(sample("dvcqg/look-02.json"))
    found = client_of().look_up(CODE)
    assert [row["MaHoSo"] for row in found] == [CODE]
    assert portal.logins[0].url.path == LOGIN
    assert json.loads(portal.logins[0].content) == json.loads(sample("dvcqg/login-01.json"))
    call = portal.calls[0]
    assert call.url.path == DATA
    assert portal.bodies == [{**json.loads(sample("dvcqg/look-01.json")), "session": "s1"}]
    assert call.headers["dstcode"] == DSTCODE
    assert call.headers["content-type"] == call.headers["accept"] == "application/json"
    assert call.headers["charset"] == "utf-8"
    assert CODE not in str(call.url)


@pytest.mark.parametrize("name", ["look-04", "look-05"])
def test_no_rows_are_an_empty_answer(
    client_of: ClientOf, portal: NativePortal, sample: Sample, name: str
) -> None:
    portal.answer = lambda body: json.loads(sample(f"dvcqg/{name}.json"))
    assert client_of().look_up(CODE) == ()
    assert len(portal.logins) == 1


def test_the_destination_may_travel_in_the_query(client_of: ClientOf, portal: NativePortal) -> None:
    client_of(dstcode_in="query", providerurl="http://provider.example.vn/api").look_up(CODE)
    for request in (*portal.logins, *portal.calls):
        assert dict(request.url.params) == {
            "dstcode": DSTCODE,
            "providerurl": "http://provider.example.vn/api",
        }
        assert "dstcode" not in request.headers


def test_the_login_may_omit_the_destination(client_of: ClientOf, portal: NativePortal) -> None:
    for where in ("header", "query"):
        client_of(dstcode_in=where, dstcode_at_login=False).look_up(CODE)
        login, call = portal.logins.pop(), portal.calls.pop()
        assert "dstcode" not in login.headers
        assert "dstcode" not in login.url.params
        assert (call.headers if where == "header" else call.url.params)["dstcode"] == DSTCODE


def test_a_blank_destination_is_not_sent(client_of: ClientOf, portal: NativePortal) -> None:
    client_of(dstcode=" ").look_up(CODE)
    assert "dstcode" not in portal.calls[0].headers
    assert str(portal.calls[0].url).endswith(DATA)


def test_create_and_update_send_one_dossier_with_the_flag_as_text(
    client_of: ClientOf, portal: NativePortal
) -> None:
    client = client_of()
    client.create(RECORD)
    client.update(RECORD)
    same = {"session": "s1", "madonvi": "000.00.00.H99", "service": "DongBoHoSoMC"}
    assert portal.bodies == [
        {**same, "isUpdating": "False", "data": [RECORD]},
        {**same, "isUpdating": "True", "data": [RECORD]},
    ]


def test_progress_sends_steps_in_order_without_the_flag(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.answer = lambda body: httpx.Response(200, text="Cập nhật tiến độ thành công")
    client_of().progress(STEPS)
    assert portal.bodies == [
        {
            "session": "s1",
            "madonvi": "000.00.00.H99",
            "service": "CapNhatTienDoHoSoMC",
            "data": STEPS,
        }
    ]


def test_without_steps_no_call_is_made(client_of: ClientOf, portal: NativePortal) -> None:
    client_of().progress([])
    assert portal.calls == [] == portal.logins


def test_the_list_of_procedures_and_one_procedure_are_read(
    client_of: ClientOf, portal: NativePortal, sample: Sample
) -> None:
    client = client_of(share_path="/share")
    portal.answer = lambda body: json.loads(sample("dvcqg/cat-02.json"))
    assert [row["MATTHC"] for row in client.catalogue.procedures()] == [
        "1.001612",
        "1.001612.000.00.00.H99",
    ]
    portal.answer = lambda body: json.loads(sample("dvcqg/cat-06.json"))
    procedure = client.procedure("1.001612")
    assert procedure is not None
    assert procedure["MATTHC"] == "1.001612"
    portal.answer = lambda body: {"error_code": 0, "result": []}
    assert client.procedure("9.999999") is None
    assert [call.url.path for call in portal.calls] == ["/share", DATA, DATA]
    listed, asked, _ = portal.bodies
    assert listed == {**json.loads(sample("dvcqg/cat-01.json")), "session": "s1"}
    assert (asked["service"], asked["maTTHC"]) == ("LayThuTuc", "1.001612")


def test_a_refusal_carries_code_and_masked_message(
    client_of: ClientOf, portal: NativePortal
) -> None:
    message = "Số 099000000001 của mau@example.vn sai " + "dài " * 100
    portal.answer = lambda body: {"error_code": "-12", "message": message}
    with pytest.raises(Refused) as caught:
        client_of().create(RECORD)
    error = caught.value
    assert (error.operation, error.code, error.http_status) == ("DongBoHoSoMC", "-12", 200)
    assert error.detail is not None
    assert error.detail.startswith("Số ************ của [e-mail] sai")
    assert len(error.detail) <= 200


def test_a_result_of_an_unknown_kind_is_unreadable(
    client_of: ClientOf, portal: NativePortal
) -> None:
    portal.answer = lambda body: {"error_code": 0, "result": "không rõ"}
    with pytest.raises(Unreadable):
        client_of().look_up(CODE)


@pytest.mark.parametrize(
    ("key", "value"),
    [("base_url", "trucdulieu"), ("dstcode", "a\r\nb: c"), ("providerurl", "provider")],
)
def test_a_wrong_setting_names_its_key(client_of: ClientOf, key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.dvcqg\.{key}"):
        client_of(**{key: value})


def test_the_date_of_the_latest_answer_is_kept(client_of: ClientOf, portal: NativePortal) -> None:
    client = client_of()
    assert client.server_date() is None
    portal.answer = lambda body: httpx.Response(
        200, json={"error_code": 0}, headers={"Date": "Mon, 02 Mar 2026 01:00:00 GMT"}
    )
    client.look_up(CODE)
    seen = client.server_date()
    assert seen is not None
    assert seen.isoformat() == "2026-03-02T01:00:00+00:00"
