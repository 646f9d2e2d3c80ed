"""What a server does to the exchange itself: names of codings, slow answers, quoted secrets."""

from __future__ import annotations

import base64
import json
import time
from pathlib import Path
from urllib.parse import quote_plus

import pytest

from khop.loopback import Request, Response
from tests.cases.installation import Installation, rules_by_code
from tests.cases.systems import SEARCH_PATH, TOKEN_PATH, row
from tests.connectors.dripping import dripping

CODES = [f"H99.18.03-261110-28{number:02d}" for number in range(1, 4)]
SECRET = "s3cret-of-tests"

SLOW_SOURCE = """
[sources.slow]
adapter = "igate"
role = "one_stop"
base_url = "{url}"
token_url = "{token}"
client_id = "svc"
client_secret = {{ file = "secret" }}
timeout = 1
attempts = 1
"""


@pytest.mark.parametrize("name", ["UTF-8", "utf-8, identity"])
def test_a_name_that_is_no_coding_is_passed_over_in_every_answer(
    installation: Installation, name: str
) -> None:
    one_stop, portal = installation.one_stop, installation.portal
    one_stop.rows = [row(number, code) for number, code in enumerate(CODES)]
    one_stop.headers = portal.headers = {"Content-Encoding": name}
    assert rules_by_code(installation.audit()) == {code: {"A7"} for code in CODES}
    applied = installation.run("apply", "--yes")
    assert {each["MaHoSo"] for each in portal.created} == set(CODES)
    assert "unknown" not in json.dumps(applied)


def test_a_coding_that_was_not_asked_for_is_refused(installation: Installation) -> None:
    one_stop = installation.one_stop
    one_stop.answers[SEARCH_PATH] = lambda request: Response(
        body=b"\x1b\x03\x00", headers={"Content-Encoding": "br"}
    )
    installation.set_key("igate", "attempts = 1")
    installation.khop("init")
    printed = installation.khop("pull")
    assert printed.code == 1
    assert "compression" in printed.text


@pytest.mark.parametrize("of", ["header", "body"])
def test_an_answer_byte_by_byte_is_given_up_within_the_timeout(
    installation: Installation, of: str
) -> None:
    head = b"HTTP/1.1 200 OK\r\nX-A: "
    first = head if of == "header" else b"HTTP/1.1 200 OK\r\nContent-Length: 10000\r\n\r\n"
    token = f"{installation.one_stop_url}{TOKEN_PATH}"
    with dripping(first, b" ") as server:
        installation.configure(SLOW_SOURCE.format(url=server.url, token=token))
        installation.khop("init")
        began = time.monotonic()
        printed = installation.khop("pull", "slow")
    assert time.monotonic() - began < 10
    assert printed.code == 1
    assert "no answer in time" in printed.text


def quoting(request: Request) -> str:
    """The request's body, its header and what is in the header, as careless servers quote them."""
    header = request.headers.get("authorization", "")
    opened = base64.b64decode(header[6:]).decode() if header.startswith("Basic ") else ""
    body = request.body.decode()
    return f"bad request: {body} {opened} {header} {quote_plus(body)} {json.dumps(body)}"


@pytest.mark.parametrize("where", ["basic", "form"])
def test_a_refused_login_of_the_one_stop_is_told_without_the_secret(
    installation: Installation, where: str
) -> None:
    installation.set_key("igate", f'secret_in = "{where}"')
    installation.one_stop.answers[TOKEN_PATH] = lambda request: Response.json(
        {"error": "invalid_client", "error_description": quoting(request)}, 401
    )
    nothing_quotes_the_secret(installation, "invalid_client")


@pytest.mark.parametrize("status", [200, 401, 500])
def test_a_refused_login_of_the_portal_is_told_without_the_secret(
    installation: Installation, status: int
) -> None:
    installation.set_key("dvcqg", "attempts = 1")
    installation.one_stop.rows = [row(1, CODES[0])]
    installation.portal.answers["login"] = lambda request: Response.json(
        {"error_code": -5, "error": "E5", "message": quoting(request)}, status
    )
    nothing_quotes_the_secret(installation, "dvcqg")


def nothing_quotes_the_secret(installation: Installation, told: str) -> None:
    installation.khop("init")
    printed = [
        installation.khop(*command).text
        for command in (("check",), ("pull",), ("pull", "--format", "json"), ("status",))
    ]
    kept = b"".join(
        path.read_bytes()
        for path in Path(installation.folder).iterdir()
        if path.name.startswith("khop.db")
    )
    assert told in "".join(printed)
    coded = base64.b64encode(f"svc:{SECRET}".encode()).decode()
    for form in (SECRET, SECRET[:8], quote_plus(SECRET), coded[6:-4]):
        assert form not in "".join(printed)
        assert form.encode() not in kept
