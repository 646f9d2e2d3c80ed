"""The gateway of the population database: signatures, logins, JSON fronts and faults."""

from __future__ import annotations

import base64
import json
from typing import Any

import httpx
import pytest
from lxml import etree

from khop.sandbox.accounts.population import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    FRONT_AUTH,
    LGSP_ACCOUNT,
    LGSP_KEY_NAME,
    LGSP_KEY_PASS,
)
from khop.sandbox.common.faults import Faults
from khop.sandbox.population.login import TOKEN_PATHS
from khop.sandbox.population.people import Person
from khop.sandbox.population.system import FRONT_PATH
from khop.sandbox.world.world import World
from tests.sandbox.population.client import (
    LOOK_UP,
    NOW,
    VERIFY,
    PopulationClient,
    content,
    in_basic,
    message,
    person_in_database,
    running_population,
    signed,
    text,
)


def refusal(client: PopulationClient, headers: dict[str, str]) -> tuple[int, list[str]]:
    """The status and the violations of a call with these login headers."""
    before = len(client.violations)
    plain = {"Authorization": "", "Timestamp": ""} | headers
    answer = client.send(LOOK_UP, client.fields(person_in_database(client)), **plain)
    return answer.status_code, client.kinds()[before:]


def test_every_part_of_a_signature_is_checked(client: PopulationClient) -> None:
    assert refusal(client, signed()) == (200, [])
    assert refusal(client, {}) == (401, [])
    assert refusal(client, signed(secret="wrong")) == (401, [])
    assert refusal(client, signed(user="other")) == (401, [])
    assert refusal(client, signed(stamp=f"{NOW:.0f}")) == (401, ["timestamp_unit"])
    late = f"{(NOW - 301) * 1000:.0f}"
    assert refusal(client, signed(stamp=late)) == (401, ["stale_timestamp"])
    assert refusal(client, signed(stamp="today")) == (401, ["bad_timestamp"])
    upper = signed()
    user, digest = base64.b64decode(upper["Authorization"][6:]).decode().split(":")
    upper["Authorization"] = in_basic(user, digest.upper())
    assert refusal(client, upper) == (401, ["hash_not_lower_case"])


def test_timestamp_unit_and_signed_path_can_be_configured(world: World) -> None:
    with running_population(world, timestamp_unit="s") as client:
        assert refusal(client, signed(stamp=f"{NOW:.0f}")) == (200, [])
        assert refusal(client, signed()) == (401, ["timestamp_unit"])
    with running_population(world, sign_path="/inner") as client:
        assert refusal(client, signed()) == (401, [])


def lgsp_headers() -> dict[str, str]:
    return {"lgspaccesstoken": base64.b64encode(json.dumps(LGSP_ACCOUNT).encode()).decode()}


def officer() -> dict[str, str]:
    both = f"{LGSP_KEY_NAME}:{LGSP_KEY_PASS}"
    return {"AuthHash": base64.b64encode(both.encode()).decode()}


def test_the_provincial_exchange_requires_account_token_and_officer(world: World) -> None:
    grant = {"grant_type": "client_credentials"}
    with running_population(world, login="lgsp") as client:
        assert client.http.post(TOKEN_PATHS["lgsp"], data=grant).status_code == 401
        answer = client.http.post(TOKEN_PATHS["lgsp"], data=grant, headers=lgsp_headers())
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert refusal(client, bearer | lgsp_headers() | officer()) == (200, [])
        assert refusal(client, bearer | officer()) == (401, ["no_lgsp_account"])
        assert refusal(client, bearer | lgsp_headers()) == (401, ["no_officer_account"])
        assert refusal(client, lgsp_headers() | officer()) == (401, [])
        person = person_in_database(client)
        body = message(VERIFY, list(client.fields(person, VERIFY).items()))
        headers = bearer | lgsp_headers() | officer() | {"Content-Type": "application/xml"}
        own = client.http.post("/lgsp/xacthuc", content=body, headers=headers)
        assert content(own.content)[0].text in ("true", "1")


def test_the_keys_of_the_exchange_account_must_be_in_order(world: World) -> None:
    turned = json.dumps(dict(reversed(LGSP_ACCOUNT.items()))).encode()
    with running_population(world, login="lgsp") as client:
        headers = {"lgspaccesstoken": base64.b64encode(turned).decode()}
        grant = {"grant_type": "client_credentials"}
        assert client.http.post("/lgsp/getToken", data=grant, headers=headers).status_code == 401


def test_a_plain_gateway_issues_a_token_that_ends(world: World) -> None:
    seconds = [0.0]
    with running_population(
        world, clock=lambda: seconds[0], login="wso2", token_seconds=60
    ) as client:
        grant = {"grant_type": "client_credentials"}
        account = (CONSUMER_KEY, CONSUMER_SECRET)
        token = client.http.post("/token", auth=account, data=grant).json()["access_token"]
        assert refusal(client, {"Authorization": f"Bearer {token}"}) == (200, [])
        seconds[0] = 61.0
        headers = {"Authorization": f"Bearer {token}", "Timestamp": ""}
        answer = client.send(LOOK_UP, client.fields(person_in_database(client)), **headers)
        assert answer.status_code == 401
        assert "900903" in answer.text


def pascal(person: Person, number: str = "1", **changes: str) -> dict[str, str]:
    return {
        "HoVaTen": person.folded, "SoDinhDanh": person.number, "SoCMND": "",
        "NgayThangNam": f"{person.birth:%Y%m%d}", "Nam": "", "MaTichHop": "037",
        "MaDVC": "VPCP", "MaCanBo": "UBND_MAU", "MaYeuCau": number,
    } | changes  # fmt: skip


def test_the_pascal_front_answers_with_soap_as_text(world: World) -> None:
    with running_population(world, front="pascal", login="none") as client:
        person = person_in_database(client)
        bodies = [
            client.http.post(FRONT_PATH, json=pascal(person, str(n))).json() for n in range(40)
        ]
    assert {body["error_code"] for body in bodies} == {"0"}
    texts = [body["message"] for body in bodies]
    assert any("u000a" in text for text in texts)
    for text_ in texts:
        root = content(text_.replace("u000a", "\n").encode())
        assert text(root[0], "SoDinhDanh") == person.number
    assert client.kinds() == []


def test_a_front_has_its_own_error_answers(world: World) -> None:
    with running_population(world, front="pascal", login="none") as client:
        person = person_in_database(client)
        for field, code in (("MaDVC", "001"), ("MaCanBo", "003")):
            answer = client.http.post(FRONT_PATH, json=pascal(person, **{field: ""}))
            assert answer.status_code == 400
            assert answer.json() == {"message": "Error", "errorCode": code}
        bad = client.http.post(FRONT_PATH, json=pascal(person, SoDinhDanh="1"))
        assert bad.status_code == 200
        assert bad.json()["error_code"] == "-1"


def test_the_camel_front_has_its_own_token(world: World) -> None:
    with running_population(world, front="camel") as client:
        person = person_in_database(client)
        path = TOKEN_PATHS["camel"]
        assert client.http.post(path).status_code == 401
        granted = client.http.post(path, headers={"Auth": FRONT_AUTH}).json()
        assert granted.keys() == {"token", "refreshToken", "expiryDate"}
        body = {
            "maYeuCau": "1", "maDVC": "1.001193", "maCanBo": "motcua.mau",
            "soDinhDanh": person.number, "soCMND": "", "hoVaTen": person.folded,
            "ngayThangNam": f"{person.birth:%Y-%m-%d}", "userNameService": "SO_MAU",
        }  # fmt: skip
        assert client.http.post(FRONT_PATH, json=body).status_code == 401
        headers = {"Authorization": f"Bearer {granted['token']}"}
        answer = client.http.post(FRONT_PATH, json=body, headers=headers).json()
        assert person.number in answer["message"]
        assert client.kinds() == []


def answers_under(world: World, kind: str, times: int = 40, **options: Any) -> list[httpx.Response]:
    faults = Faults(rate=1.0, kinds=frozenset({kind}))
    with running_population(world, faults, **options) as client:
        person = person_in_database(client)
        answers = [client.send(VERIFY, client.fields(person, VERIFY)) for _ in range(times)]
        assert client.kinds() == []
        return answers


def test_an_expired_token_is_refused_by_the_gateway(world: World) -> None:
    answers = answers_under(world, "expired")
    assert {answer.status_code for answer in answers} == {401}
    assert all("900903" in answer.text for answer in answers)
    assert {answer.text[0] for answer in answers} == {"{", "<"}


def test_nothing_expires_without_a_login(world: World) -> None:
    answers = answers_under(world, "expired", 3, login="none")
    assert {answer.status_code for answer in answers} == {200}


def test_server_errors_have_several_forms(world: World) -> None:
    answers = answers_under(world, "server_errors")
    assert all(answer.status_code >= 500 for answer in answers)
    assert {face(answer) for answer in answers} >= {"soap fault", "exchange", "gateway", "page"}
    exchange = next(answer for answer in answers if "X-Road-Error" in answer.headers)
    assert exchange.json()["type"] == exchange.headers["X-Road-Error"]


def test_empty_answers_have_status_200(world: World) -> None:
    answers = answers_under(world, "html_200")
    assert {answer.status_code for answer in answers} == {200}
    assert {face(answer) for answer in answers} == {"soap fault", "page", "empty", "no verdict"}


def test_truncated_answers_are_not_well_formed(world: World) -> None:
    faults = Faults(rate=1.0, kinds=frozenset({"truncated_json"}))
    seen = set()
    with running_population(world, faults) as client:
        person = person_in_database(client)
        for _ in range(20):
            try:
                body = client.send(VERIFY, client.fields(person, VERIFY)).content
            except httpx.RemoteProtocolError:
                seen.add("connection")
                continue
            with pytest.raises(etree.XMLSyntaxError):
                etree.fromstring(body)
            seen.add("body")
    assert seen == {"connection", "body"}


def face(answer: httpx.Response) -> str:
    if not answer.text:
        return "empty"
    if "X-Road-Error" in answer.headers:
        return "exchange"
    if "<html>" in answer.text:
        return "page"
    if "soapenv:Fault" in answer.text:
        return "soap fault"
    return "gateway" if "fault" in answer.text else "no verdict"
