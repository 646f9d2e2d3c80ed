"""VNPT's adapter for ministries: six steps, and every form of their answers."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import httpx
import pytest

from khop.connectors.igate_ministry import MinistryClient, MinistryDeployment, MinistryPaths
from khop.connectors.igate_ministry.answers import Created, Uploaded
from khop.errors import (
    AlreadyExists,
    ConnectorError,
    OutcomeUnknown,
    RateLimited,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo

ClientOf = Callable[..., MinistryClient]

BASE = "https://bo.example.vn"
TOKEN = {"code": 200, "message": "OK", "data": {"access_token": "fake", "expires_in": 3600}}


def reply(body: object, status: int = 200) -> httpx.Response:
    if isinstance(body, bytes):
        return httpx.Response(status, content=body)
    return httpx.Response(status, json=body)


@pytest.fixture
def client_of(script: Script, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(*replies: Any, **options: Any) -> MinistryClient:
        first = [] if options.pop("bare", False) else [reply(TOKEN)]
        script.replies = [*first, *replies]
        given = {"client_secret": lambda: "not-a-real-secret", **options}
        deployment = MinistryDeployment(BASE, "bo-mau", **given)
        return MinistryClient("bo", transport_to(script), deployment, clock=time.clock)

    return build


def test_the_token_is_sent_as_bearer(client_of: ClientOf, script: Script, sample: Sample) -> None:
    client = client_of(
        reply(json.loads(sample("igate/min-01.json"))), reply({"value": "G"}), bare=True
    )
    client.next_value("x")
    login, call = script.requests
    assert login.url.path == "/api/DvcSync/GetToken"
    assert json.loads(login.content) == {
        "client_id": "bo-mau",
        "client_secret": "not-a-real-secret",
    }
    assert call.headers["authorization"] == "Bearer fake"
    assert "token" not in call.url.params


def test_the_token_may_be_sent_in_the_address(client_of: ClientOf, script: Script) -> None:
    client_of(reply({"value": "G"}), token_in="query").next_value("x")
    assert dict(script.requests[1].url.params) == {"code": "x", "token": "fake"}
    assert "authorization" not in script.requests[1].headers


def test_paths_are_settings(client_of: ClientOf, script: Script) -> None:
    paths = MinistryPaths(token="/sso/token", next_value="pattern/next")
    client_of(reply({"value": "G"}), paths=paths).next_value("x")
    assert [r.url.path for r in script.requests] == ["/sso/token", "/pattern/next"]


def test_a_bare_token_answer_is_read_with_its_lifetime(
    client_of: ClientOf, script: Script, time: FakeTime
) -> None:
    bare = reply({"access_token": "t1", "expires_in": "100"})
    client = client_of(bare, reply({"value": "1"}), reply({"value": "2"}), bare=True)
    client.next_value("x")
    time.now += 89
    client.next_value("x")
    assert len(script.requests) == 3


@pytest.mark.parametrize(
    "refusal",
    [
        reply({"code": 401, "message": "Sai client_id"}),
        reply({"code": "-1", "message": "Sai client_id"}),
        reply({"code": 401, "message": "Sai client_id"}, 401),
        reply({"code": 403, "message": "Sai client_id"}, 403),
    ],
)
def test_a_refused_login_says_what_to_do(client_of: ClientOf, refusal: object) -> None:
    with pytest.raises(Unauthorised, match=r"client_secret.*Sai client_id") as caught:
        client_of(refusal, bare=True).login()
    assert caught.value.at_login
    assert "not-a-real-secret" not in str(caught.value)


def test_a_wrong_path_is_not_a_wrong_account(client_of: ClientOf) -> None:
    with pytest.raises(Refused):
        client_of(reply({"code": 404, "message": "Not Found"}, 404), bare=True).login()
    with pytest.raises(Unreadable):
        client_of(reply({"code": 200, "data": {}}), bare=True).login()


def test_a_refused_token_is_renewed_and_the_write_repeated_once(
    client_of: ClientOf, script: Script
) -> None:
    turned_down = reply({"code": 401, "message": "Token không hợp lệ"})
    client = client_of(turned_down, reply(TOKEN), reply({"code": 200, "data": {"idHoSo": 1}}))
    assert client.create({"MaHoSo": "G"}).native_id == "1"
    steps = [request.url.path.rsplit("/", 1)[-1] for request in script.requests]
    assert steps == ["GetToken", "CreateDossier", "GetToken", "CreateDossier"]


@pytest.mark.parametrize(
    "body",
    [
        {"value": "G09.20-20260609-0092637"},
        {"code": 200, "message": "", "data": {"value": "G09.20-20260609-0092637"}},
        {"code": "200", "data": "G09.20-20260609-0092637"},
        {"Value": " G09.20-20260609-0092637 "},
    ],
)
def test_the_next_value_is_read(client_of: ClientOf, body: object) -> None:
    assert client_of(reply(body)).next_value("x") == "G09.20-20260609-0092637"


@pytest.mark.parametrize(
    "body", [{}, {"value": ""}, {"value": None}, {"value": "a\nb"}, {"value": "9" * 101}, b"OK"]
)
def test_an_unanswered_next_value_is_not_repeated(
    client_of: ClientOf, script: Script, body: object
) -> None:
    with pytest.raises(OutcomeUnknown):
        client_of(reply(body)).next_value("x")
    assert len(script.requests) == 2


@pytest.mark.parametrize(
    "body",
    [
        {"code": 200, "data": [{"response": {"data": [{"IdTepTin": "a1b2", "HashTepTin": "0f"}]}}]},
        {"code": 200, "data": [{"response": {"code": 200, "data": {"idTepTin": "a1b2",
                                                                    "hashTepTin": "0f"}}}]},
        {"data": {"IdTepTin": "a1b2", "HashTepTin": "0f"}},
    ],
)  # fmt: skip
def test_every_form_of_an_upload_answer_is_read(client_of: ClientOf, body: object) -> None:
    stored = client_of(reply(body)).upload("đơn.pdf", b"%PDF", "application/pdf")
    assert stored == Uploaded("a1b2", "0f")


def test_the_upload_is_a_multipart_body(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    client = client_of(reply(json.loads(sample("igate/min-03.json"))))
    assert client.upload("don.pdf", b"%PDF-1", "application/pdf") == Uploaded("a1b2", "0f1e2d")
    request = script.requests[1]
    assert request.headers["content-type"].startswith("multipart/form-data; boundary=")
    assert b'name="files"; filename="don.pdf"' in request.content
    assert b"Content-Type: application/pdf\r\n\r\n%PDF-1\r\n" in request.content


def test_an_upload_answer_without_an_id_is_unknown(client_of: ClientOf) -> None:
    with pytest.raises(OutcomeUnknown, match="file's id"):
        client_of(reply({"code": 200, "data": []})).upload("a", b"", "text/plain")


@pytest.mark.parametrize(
    ("body", "created"),
    [
        ({"code": 200, "data": {"idHoSo": 88001, "maHoSo": "G"}}, Created("88001", "G")),
        ({"code": "200", "data": {"IdHoSo": "88001", "MaHoSo": "G"}}, Created("88001", "G")),
        ({"code": 200, "message": "success", "data": [{"idHoSo": "1"}]}, Created("1", None)),
        ({"code": 0, "data": None}, Created(None, None)),
        ({"idHoSo": "1", "maHoSo": "G"}, Created("1", "G")),
    ],
)
def test_every_form_of_a_create_answer_is_read(
    client_of: ClientOf, body: object, created: object
) -> None:
    assert client_of(reply(body)).create({"MaHoSo": "G"}) == created


def test_a_create_answer_may_lack_the_id(client_of: ClientOf, sample: Sample) -> None:
    found = client_of(reply(json.loads(sample("igate/min-06.json")))).create({})
    assert found == Created(None, "G99.20-20260609-0092637")


@pytest.mark.parametrize("body", [b"OK", b"true", b'{"code": 200}', b"{}", b'"OK"'])
def test_progress_and_status_succeed_by_http_status_and_code(
    client_of: ClientOf, script: Script, body: object
) -> None:
    client_of(reply(body)).progress([{"IDHoSo": "1"}])
    client_of(reply(body)).status([{"IdHoSo": "1"}])
    client_of(httpx.Response(204)).status([{"IdHoSo": "1"}])
    paths = MinistryPaths()
    calls = [(request.url.path, json.loads(request.content)) for request in script.requests]
    assert [call for call in calls if call[0] != paths.token] == [
        (paths.progress, [{"IDHoSo": "1"}]),
        (paths.status, [{"IdHoSo": "1"}]),
        (paths.status, [{"IdHoSo": "1"}]),
    ]


def test_without_steps_or_states_no_call_is_made(client_of: ClientOf, script: Script) -> None:
    client = client_of()
    client.progress([])
    client.status([])
    assert script.requests == []


ERRORS = [
    (reply({"code": 400, "message": "Dữ liệu không hợp lệ"}, 400), Refused),
    (reply({"code": 400, "message": "Dữ liệu không hợp lệ"}), Refused),
    (reply({"code": "E01", "message": "x"}), Refused),
    (reply({"code": 404, "message": "x"}, 404), Refused),
    (reply({"code": 400, "message": "Hồ sơ đã tồn tại"}, 400), AlreadyExists),
    (reply({"code": 409, "message": "Hồ sơ Đã tồn tại"}), AlreadyExists),
    (reply({"code": 502, "message": "x"}, 502), OutcomeUnknown),
    (reply({"code": 502, "message": "x"}), OutcomeUnknown),
    (reply(b"<html>bad gateway", 502), OutcomeUnknown),
    (reply(b"<html>login"), OutcomeUnknown),
    (reply(b""), OutcomeUnknown),
    (reply(b'{"code": 20'), OutcomeUnknown),
    (httpx.ReadTimeout("slow"), OutcomeUnknown),
    (httpx.ReadError("reset"), OutcomeUnknown),
]


@pytest.mark.parametrize(("answer", "kind"), ERRORS)
def test_each_failed_write_has_its_error(
    client_of: ClientOf, script: Script, answer: object, kind: type[Exception]
) -> None:
    with pytest.raises(ConnectorError) as caught:
        client_of(answer).progress([{"IDHoSo": "1"}])
    assert type(caught.value) is kind
    assert len(script.requests) == 2


def test_a_create_answer_without_a_verdict_is_unknown(client_of: ClientOf) -> None:
    with pytest.raises(OutcomeUnknown, match="whether the dossier was accepted"):
        client_of(reply(b"{}")).create({})


@pytest.mark.parametrize("again", [httpx.ConnectError("refused"), httpx.Response(429)])
def test_a_write_without_effect_is_retried(
    client_of: ClientOf, script: Script, again: object
) -> None:
    assert client_of(again, reply({"value": "G"})).next_value("x") == "G"
    assert len(script.requests) == 3


def test_a_refused_account_is_unauthorised(client_of: ClientOf) -> None:
    with pytest.raises(Unauthorised):
        client_of(reply({"code": 403}, 403), reply(TOKEN), reply({"code": 403}, 403)).create({})


def test_rate_limits_and_unreachable_servers_are_errors(client_of: ClientOf) -> None:
    with pytest.raises(RateLimited):
        client_of(httpx.Response(429)).create({})
    with pytest.raises(Unreachable):
        client_of(httpx.ConnectError("refused")).create({})


def test_messages_of_the_platform_are_masked(client_of: ClientOf) -> None:
    body = {"code": 400, "message": "Trùng số 099000000001, mau@example.vn"}
    with pytest.raises(Refused) as caught:
        client_of(reply(body, 400)).create({})
    assert "099000000001" not in str(caught.value)
    assert "mau@" not in str(caught.value)
