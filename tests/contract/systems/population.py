"""The population database for its contract tests: signed calls, and calls with a token
(docs/systems/population.md)."""

from __future__ import annotations

import itertools
from collections.abc import Mapping
from dataclasses import replace

from khop.adapters.population.adapter import ADAPTER
from khop.adapters.ports import Purpose, Role
from khop.loopback import Handler
from khop.testing import IdentityCase, Login, Request, Response, System
from tests.contract.systems.people import APPLICANT, NAME, PERSONAL, SECRET

_VARIABLE = "KHOP_CONTRACT_POPULATION"
_ENVELOPE = """<?xml version="1.0" encoding="UTF-8"?>
<soapenv:Envelope xmlns:soapenv="http://schemas.xmlsoap.org/soap/envelope/"><soapenv:Body>
{}</soapenv:Body></soapenv:Envelope>"""
_RESULT = '<dan:KetQuaXacThuc xmlns:dan="http://dancuquocgia.bca">{}</dan:KetQuaXacThuc>'


def _soap(body: str, status: int = 200) -> Response:
    return Response.xml(_ENVELOPE.format(body), status)


def verdict(text: str) -> Response:
    return _soap(_RESULT.format(f"<dan:TonTai>{text}</dan:TonTai>"))


def _fault(code: str) -> str:
    return (
        f"<soapenv:Fault><faultcode>soapenv:{code}</faultcode>"
        "<faultstring>Loi ket noi</faultstring></soapenv:Fault>"
    )


def application() -> Handler:
    tokens = itertools.count(1)

    def answer(request: Request) -> Response:
        if request.path == "/token":
            return Response.json({"access_token": f"t-{next(tokens)}", "expires_in": 300})
        return verdict("true") if request.method == "POST" else Response.text("", 405)

    return answer


def _signed(url: str) -> Mapping[str, object]:
    return {
        "url": f"{url}/csdldc",
        "auth": "c06",
        "sign_path": "/csdldc",
        "username": "h99",
        "secret": {"env": _VARIABLE},
    }


def _token(url: str) -> Mapping[str, object]:
    return {
        "url": f"{url}/csdldc",
        "auth": "wso2",
        "token_url": f"{url}/token",
        "username": "h99",
        "secret": {"env": _VARIABLE},
    }


POPULATION = System(
    name="population",
    adapter=ADAPTER,
    role=Role.POPULATION,
    settings=_signed,
    application=application,
    cases=(
        IdentityCase(
            applicant=APPLICANT,
            purpose=Purpose("1.001600", "canbo01"),
            mismatch=verdict("false"),
            invalid_applicant=replace(APPLICANT, identity_number="1080000001"),
            unanswered=(
                verdict(""),
                verdict("có"),
                _soap(_RESULT.format("")),
                _soap(""),
                _soap(_fault("Server")),
                _soap(_fault("Server"), 500),
                _soap(_fault("Client").replace("Loi ket noi", f"Loi {NAME}"[:4])),
            ),
        ),
    ),
    personal=PERSONAL,
    secrets={_VARIABLE: SECRET},
)

POPULATION_TOKEN = replace(
    POPULATION,
    name="population-token",
    variant=True,
    settings=_token,
    login=Login(
        is_login=lambda request: request.path == "/token",
        session=lambda request: request.headers.get("authorization", ""),
        ended=lambda request: Response.xml(
            '<ams:fault xmlns:ams="http://wso2.org/apimanager/security"><ams:code>900903</ams:code>'
            "<ams:message>Access Token Expired</ams:message></ams:fault>",
            401,
        ),
    ),
)
