"""The post on the wire: tokens of every kind of login, and what the gateway refuses."""

from __future__ import annotations

import base64
import json

from khop.sandbox.accounts.vnpost import (
    CONSUMER_KEY,
    KEY_TOKEN,
    SERVICE_CODE,
    STATIC_TOKEN,
    TRACKING_PATH,
)
from khop.sandbox.vnpost.system import VnpostOptions
from khop.sandbox.world.world import World
from tests.sandbox.vnpost.client import (
    Post,
    Time,
    always,
    post,
)


def test_the_same_token_comes_again_until_it_ends(world: World) -> None:
    clock = Time()
    with post(world, VnpostOptions(token_seconds=60), clock=clock) as client:
        first = client.log_in()
        clock.seconds = 50
        again = client.ask_for_token().json()
        clock.seconds = 60
        assert again["access_token"] == first
        assert again["expires_in"] == 10
        assert client.log_in() != first


def test_an_ended_token_is_refused_as_expired_and_an_invented_one_as_invalid(
    world: World,
) -> None:
    clock = Time()
    with post(world, VnpostOptions(token_seconds=60), clock=clock) as client:
        client.log_in()
        clock.seconds = 61
        assert refused(client) == "900903"
        client.http.headers["Authorization"] = "Bearer made-up"
        assert refused(client) == "900901"
        del client.http.headers["Authorization"]
        assert refused(client) == "900902"


def refused(client: Post) -> str:
    answer = client.http.get(TRACKING_PATH)
    assert answer.status_code == 401
    code = next(code for code in ("900901", "900902", "900903") if code in answer.text)
    assert "fault" in answer.text
    assert answer.text[0] in "{<"
    return code


def test_both_forms_of_the_gateway_fault_come(world: World) -> None:
    with post(world) as client:
        bodies = [client.http.get(TRACKING_PATH).text for _ in range(30)]
    assert {body[0] for body in bodies} == {"{", "<"}
    assert {json.loads(body)["fault"]["code"] for body in bodies if body[0] == "{"} == {900902}


def test_a_wrong_secret_is_refused(world: World) -> None:
    with post(world) as client:
        answer = client.ask_for_token(auth=(CONSUMER_KEY, "wrong"))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_a_token_asked_for_without_the_form_is_refused_and_noted(world: World) -> None:
    with post(world) as client:
        answer = client.ask_for_token(data={"grant_type": "password"})
        assert answer.status_code == 400
        assert client.kinds() == ["wrong_content"]


def test_a_token_for_every_call_is_a_storm(world: World) -> None:
    with post(world, VnpostOptions(tokens_per_minute=3)) as client:
        for _ in range(4):
            client.log_in()
        assert client.kinds() == []
        client.log_in()
        assert client.kinds() == ["token_storm"]


def test_the_key_variant_wants_a_bearer_at_the_token_request(world: World) -> None:
    with post(world, VnpostOptions(login="key")) as client:
        assert client.ask_for_token().status_code == 401
        bearer = {"Authorization": f"Bearer {KEY_TOKEN}"}
        assert client.ask_for_token(auth=None, headers=bearer).status_code == 200


def test_the_tttt_variant_wants_an_empty_body_and_a_service_code(world: World) -> None:
    with post(world, VnpostOptions(login="tttt")) as client:
        assert client.ask_for_token().status_code == 400
        token = client.ask_for_token(data=None).json()["access_token"]
        client.http.headers["Authorization"] = f"Bearer {token}"
        assert client.http.get(TRACKING_PATH).status_code == 403
        client.http.headers["service-code"] = SERVICE_CODE
        assert client.http.get(TRACKING_PATH).status_code == 200
        assert client.kinds() == ["wrong_content", "no_service_code"]


def test_the_static_variant_wants_its_own_header_and_no_token(world: World) -> None:
    with post(world, VnpostOptions(login="static")) as client:
        assert client.ask_for_token().status_code == 404
        assert client.http.get(TRACKING_PATH).status_code == 401
        client.http.headers["access_token"] = STATIC_TOKEN
        assert client.http.get(TRACKING_PATH).status_code == 200


def test_a_province_front_uses_other_names_for_the_token(world: World) -> None:
    with post(world, VnpostOptions(front_names=True)) as client:
        answer = client.ask_for_token().json()
    assert answer.keys() == {"token", "refreshToken", "expiryDate"}
    assert answer["expiryDate"] == "2026-08-24T10:30:00"


def test_a_basic_header_that_is_no_base64_is_refused(world: World) -> None:
    with post(world) as client:
        headers = {"Authorization": "Basic %%%"}
        assert client.ask_for_token(auth=None, headers=headers).status_code == 401
        headers = {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}
        assert client.ask_for_token(auth=None, headers=headers).status_code == 401


# --- faults ----------------------------------------------------------------------------------


def test_an_expired_token_ends_for_good(world: World) -> None:
    with post(world, faults=always("expired")) as client:
        token = client.log_in()
        assert refused(client) == "900903"
        assert client.log_in() != token


def test_too_many_calls_and_a_dead_back_end_come_in_the_gateways_words(world: World) -> None:
    with post(world, faults=always("too_many")) as client:
        answers = [client.ask_for_token() for _ in range(20)]
        assert {answer.status_code for answer in answers} == {429}
        assert any("900802" in answer.text for answer in answers)
        assert any(answer.text == "" for answer in answers)
    with post(world, faults=always("server_errors")) as client:
        answers = [client.ask_for_token() for _ in range(20)]
        assert all(answer.status_code >= 500 for answer in answers)
        assert any("fault" in answer.text for answer in answers)
        assert any("<html>" in answer.text for answer in answers)
