"""The simulated post: tokens of every kind of login, and refusals of the gateway."""

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
from tests.sandbox.helpers import always
from tests.sandbox.vnpost.client import (
    Time,
    VnpostClient,
    running_vnpost,
)


def test_the_same_token_is_issued_until_it_ends(world: World) -> None:
    clock = Time()
    with running_vnpost(world, VnpostOptions(token_seconds=60), clock=clock) as client:
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
    with running_vnpost(world, VnpostOptions(token_seconds=60), clock=clock) as client:
        client.log_in()
        clock.seconds = 61
        assert refused(client) == "900903"
        client.http.headers["Authorization"] = "Bearer made-up"
        assert refused(client) == "900901"
        del client.http.headers["Authorization"]
        assert refused(client) == "900902"


def refused(client: VnpostClient) -> str:
    answer = client.http.get(TRACKING_PATH)
    assert answer.status_code == 401
    code = next(code for code in ("900901", "900902", "900903") if code in answer.text)
    assert "fault" in answer.text
    assert answer.text[0] in "{<"
    return code


def test_gateway_faults_are_json_or_xml(world: World) -> None:
    with running_vnpost(world) as client:
        bodies = [client.http.get(TRACKING_PATH).text for _ in range(30)]
    assert {body[0] for body in bodies} == {"{", "<"}
    assert {json.loads(body)["fault"]["code"] for body in bodies if body[0] == "{"} == {900902}


def test_a_wrong_secret_is_refused(world: World) -> None:
    with running_vnpost(world) as client:
        answer = client.ask_for_token(auth=(CONSUMER_KEY, "wrong"))
    assert answer.status_code == 401
    assert answer.json()["error"] == "invalid_client"


def test_a_token_request_without_the_form_is_refused_and_a_violation(world: World) -> None:
    with running_vnpost(world) as client:
        answer = client.ask_for_token(data={"grant_type": "password"})
        assert answer.status_code == 400
        assert client.kinds() == ["wrong_content"]


def test_requesting_a_token_for_each_call_is_a_violation(world: World) -> None:
    with running_vnpost(world, VnpostOptions(tokens_per_minute=3)) as client:
        for _ in range(4):
            client.log_in()
        assert client.kinds() == []
        client.log_in()
        assert client.kinds() == ["token_storm"]


def test_the_key_login_requires_a_bearer_token(world: World) -> None:
    with running_vnpost(world, VnpostOptions(login="key")) as client:
        assert client.ask_for_token().status_code == 401
        bearer = {"Authorization": f"Bearer {KEY_TOKEN}"}
        assert client.ask_for_token(auth=None, headers=bearer).status_code == 200


def test_the_tttt_login_requires_an_empty_body_and_a_service_code(world: World) -> None:
    with running_vnpost(world, VnpostOptions(login="tttt")) as client:
        assert client.ask_for_token().status_code == 400
        token = client.ask_for_token(data=None).json()["access_token"]
        client.http.headers["Authorization"] = f"Bearer {token}"
        assert client.http.get(TRACKING_PATH).status_code == 403
        client.http.headers["service-code"] = SERVICE_CODE
        assert client.http.get(TRACKING_PATH).status_code == 200
        assert client.kinds() == ["wrong_content", "no_service_code"]


def test_the_static_login_requires_its_own_header(world: World) -> None:
    with running_vnpost(world, VnpostOptions(login="static")) as client:
        assert client.ask_for_token().status_code == 404
        assert client.http.get(TRACKING_PATH).status_code == 401
        client.http.headers["access_token"] = STATIC_TOKEN
        assert client.http.get(TRACKING_PATH).status_code == 200


def test_a_province_front_has_other_names_for_the_token(world: World) -> None:
    with running_vnpost(world, VnpostOptions(front_names=True)) as client:
        answer = client.ask_for_token().json()
    assert answer.keys() == {"token", "refreshToken", "expiryDate"}
    assert answer["expiryDate"] == "2026-08-24T10:30:00"


def test_a_basic_header_that_is_not_base64_is_refused(world: World) -> None:
    with running_vnpost(world) as client:
        headers = {"Authorization": "Basic %%%"}
        assert client.ask_for_token(auth=None, headers=headers).status_code == 401
        headers = {"Authorization": "Basic " + base64.b64encode(b"no colon").decode()}
        assert client.ask_for_token(auth=None, headers=headers).status_code == 401


def test_an_expired_token_is_never_valid_again(world: World) -> None:
    with running_vnpost(world, faults=always("expired")) as client:
        token = client.log_in()
        assert refused(client) == "900903"
        assert client.log_in() != token


def test_429_and_server_errors_are_gateway_faults(world: World) -> None:
    with running_vnpost(world, faults=always("too_many")) as client:
        answers = [client.ask_for_token() for _ in range(20)]
        assert {answer.status_code for answer in answers} == {429}
        assert any("900802" in answer.text for answer in answers)
        assert any(answer.text == "" for answer in answers)
    with running_vnpost(world, faults=always("server_errors")) as client:
        answers = [client.ask_for_token() for _ in range(20)]
        assert all(answer.status_code >= 500 for answer in answers)
        assert any("fault" in answer.text for answer in answers)
        assert any("<html>" in answer.text for answer in answers)
