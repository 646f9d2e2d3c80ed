"""The population database: SOAP over HTTP, and the JSON fronts that some provinces use.

Source: docs/systems/population.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from random import Random
from typing import Any, Literal

from khop.loopback import Request, Response
from khop.sandbox.accounts.population import SIGN_PATH
from khop.sandbox.common.application import Environment
from khop.sandbox.common.faults import Purpose
from khop.sandbox.common.records import json_object
from khop.sandbox.common.wso2_gateway import (
    EXPIRED,
    GatewayApplication,
    Tokens,
    gateway_fault,
    media_type,
)
from khop.sandbox.population import wire
from khop.sandbox.population.checks import (
    HOUSEHOLD,
    KIN,
    LOOK_UP,
    OPERATIONS,
    VERIFY,
    Query,
    Shape,
    check,
    space_of,
)
from khop.sandbox.population.login import (
    TOKEN_PATHS,
    Gate,
    Login,
    Signing,
    TimestampUnit,
)
from khop.sandbox.population.people import People, Person
from khop.sandbox.population.soap import (
    NotSoap,
    Tree,
    as_tree,
    envelope,
    fault,
    local_name,
    read_call,
    spaces,
)

Front = Literal["soap", "pascal", "camel"]

FRONT_PATH = "/ChiaSeThongTinCongDan"
#: The path of the provincial exchange, before the operation.
LGSP_PREFIX = "/lgsp/"
_XML = ("application/xml", "text/xml")
_TOKENS_PER_MINUTE = 120
#: The fields of a request to a front in Pascal case, and camel case -> the field of the message.
_PASCAL = ("MaYeuCau", "MaDVC", "MaTichHop", "MaCanBo", "SoDinhDanh", "SoCMND", "HoVaTen")
_CAMEL = {
    "maYeuCau": "MaYeuCau", "maDVC": "MaDVC", "maCanBo": "MaCanBo", "soDinhDanh": "SoDinhDanh",
    "soCMND": "SoCMND", "hoVaTen": "HoVaTen",
}  # fmt: skip
#: Missing field -> error code of the one-stop's gate (docs/systems/population.md).
_GATE_CODES = {"MaDVC": "001", "MaCanBo": "003"}


@dataclass(frozen=True, slots=True)
class PopulationOptions:
    """How this deployment behaves.

    ``path``: of SOAP calls; ``sign_path``: the path in their signature. ``login``: the kind of
    login; a camel front has its own token. ``timestamp_unit`` and ``skew_seconds``: of the header
    Timestamp, which is compared with ``now`` (seconds of UTC since 1970). ``front``: SOAP, or
    JSON in one of two cases. ``shape``: of requests. ``content_type``: of requests.
    ``token_seconds``, ``token_calls``: a token ends after so many seconds, or so many calls
    (None: no limit). ``odd``: the part of answers with each rarer trait.
    """

    path: str = SIGN_PATH
    sign_path: str = SIGN_PATH
    login: Login = "signed"
    timestamp_unit: TimestampUnit = "ms"
    skew_seconds: float = 300.0
    front: Front = "soap"
    shape: Shape = field(default_factory=Shape)
    content_type: str = "application/xml"
    token_seconds: float = 3600.0
    token_calls: int | None = None
    odd: float = 0.25
    now: Callable[[], float] = field(default=time.time)


class Population(GatewayApplication):
    name = "population"

    def __init__(self, environment: Environment, options: PopulationOptions) -> None:
        super().__init__(environment)
        self._options = options
        self._login: Login = "camel" if options.front == "camel" else options.login
        signing = Signing(
            options.sign_path, options.timestamp_unit, options.skew_seconds, options.now
        )
        tokens = Tokens(self._clock, options.token_seconds, options.token_calls, _TOKENS_PER_MINUTE)
        self._gate = Gate(self._login, signing, tokens, self._violate)
        self._asked: set[str] = set()
        self.people = People(self._world.register)

    def classify(self, request: Request) -> tuple[str, Purpose]:
        if request.path == TOKEN_PATHS.get(self._login):
            return "token", "login"
        if not self._has(request.path):
            return "other", "read"
        if self._options.front != "soap":
            return self._operation_of_front(json_object(request)), "read"
        try:
            name = local_name(read_call(request.body))
        except NotSoap:
            return "other", "read"
        return (name if name in OPERATIONS else "other"), "read"

    def respond(self, request: Request, operation: str, rng: Random) -> Response:
        if operation == "token":
            with self.lock:
                return self._gate.token(request, rng)
        if not self._has(request.path):
            return Response.json({"code": "404", "message": "No matching resource found"}, 404)
        if request.method != "POST":
            return Response.json({"code": "405", "message": "Method not allowed"}, 405)
        with self.lock:
            if (refused := self._gate.refusal(request, rng)) is not None:
                return refused
        if self._options.front == "soap":
            return self._soap(request, rng)
        return self._front(request, rng)

    def expire(self, operation: str, rng: Random) -> Response | None:
        if self._login == "none":
            return None
        with self.lock:
            self._gate.expire()
        return gateway_fault(EXPIRED, rng)

    def server_error(self, rng: Random) -> Response | None:
        """A fault of the service, of the exchange or of the gateway; None for a proxy's page."""
        match rng.randrange(4):
            case 0:
                return fault(500, "Server", "Loi ket noi toi dich vu nguon", rng)
            case 1:
                return _exchange_error(rng)
            case 2:
                return super().server_error(rng)
        return None

    def empty_answer(self, operation: str, rng: Random) -> Response | None:
        """An answer with HTTP 200 and without a result; None for a proxy's page."""
        if self._options.front != "soap" and rng.random() < 0.5:
            failed = {"error_code": "-1", "message": "Thao tac khong thanh cong"}
            return Response.json(failed)
        match rng.randrange(4):
            case 0:
                return fault(200, "Server", "Loi ket noi toi dich vu nguon", rng)
            case 1:
                return Response.of(b"", _XML[0])
            case 2 if operation == VERIFY:
                return _written([wire.verdict(None, rng, self._options.odd)], rng)
        return None

    def _after_effect(
        self, request: Request, operation: str, fault: str, rng: Random, variant: Random
    ) -> Response:
        empty = None
        if fault == "html_200" and operation in OPERATIONS:
            empty = self.empty_answer(operation, rng)
        return empty or super()._after_effect(request, operation, fault, rng, variant)

    def _soap(self, request: Request, rng: Random) -> Response:
        self._inspect_headers(request)
        try:
            call = read_call(request.body)
        except NotSoap:
            self._violate("not_soap")
            return fault(500, "Client", "Not a SOAP message", rng)
        operation = local_name(call)
        if operation not in OPERATIONS:
            self._violate("unknown_operation")
            return fault(500, "Client", "Unknown operation", rng)
        if spaces(call) != {space_of(operation, self._options.shape)}:
            self._violate("wrong_namespace", detail=operation)
            return fault(500, "Client", "Unknown namespace", rng)
        return self._answer(operation, as_tree(call), rng)

    def _inspect_headers(self, request: Request) -> None:
        if media_type(request) != self._options.content_type:
            self._violate("content_type", detail=media_type(request))
        if request.headers.get("soapaction") not in ('""', ""):
            self._violate("soap_action")

    def _answer(self, operation: str, tree: Tree, rng: Random) -> Response:
        query, defects = check(operation, tree, self._options.shape)
        for each in defects:
            self._violate(each.kind, detail=each.where)
        self._note_number(tree)
        refused = [each.where for each in defects if each.refused]
        if refused:
            return fault(500, "Client", f"Invalid element {refused[0]}", rng)
        return _written(self._contents(operation, query, rng), rng)

    def _note_number(self, tree: Tree) -> None:
        """The number of a request must be used once (docs/systems/population.md)."""
        number = dict(tree).get("MaYeuCau")
        with self.lock:
            if isinstance(number, str) and number:
                if number in self._asked:
                    self._violate("request_number_reused", detail="MaYeuCau")
                self._asked.add(number)

    def _contents(self, operation: str, query: Query, rng: Random) -> list[Any]:
        people = self._found(query)
        odd = self._options.odd
        if operation == VERIFY:
            return [wire.verdict(bool(people), rng, odd)]
        if not people:
            return wire.not_found(rng)
        form = wire.draw_form(rng, odd)
        return [wire.collection(self._records(operation, people, form), form, rng)]

    def _records(self, operation: str, people: list[Person], form: wire.Form) -> list[Tree]:
        if operation == KIN:
            return [wire.kin_record(person, self.people, form) for person in people]
        if operation == HOUSEHOLD:
            household = self.people.household(people[0])
            head = household[0].person
            return [wire.member_record(member, head, form) for member in household]
        return [wire.record(person, self.people, form) for person in people]

    def _found(self, query: Query) -> list[Person]:
        """All persons with this number, name and birth."""
        return [
            person
            for person in self.people.find(query.number, query.card)
            if person.folded == query.name and (not query.birth or person.born(query.birth))
        ]

    def _front(self, request: Request, rng: Random) -> Response:
        body = json_object(request)
        if body is None or media_type(request) != "application/json":
            self._violate("wrong_content")
            return Response.json({"message": "Error", "errorCode": "000"}, 400)
        tree = _front_tree(body, camel=self._options.front == "camel")
        for name, code in _GATE_CODES.items():
            if not dict(tree).get(name):
                self._violate("missing_field", detail=name)
                return Response.json({"message": "Error", "errorCode": code}, 400)
        answer = self._answer(self._operation_of_front(body), tree, rng)
        if answer.status != 200:
            failed = {"error_code": "-1", "message": "Thao tac khong thanh cong"}
            return Response.json(failed)
        text = answer.body.decode()
        if rng.random() < self._options.odd / 2:  # a gateway that drops backslashes
            text = text.replace("\n", "u000a")
        return Response.json({"error_code": "0", "message": text})

    def _operation_of_front(self, body: dict[str, Any] | None) -> str:
        """The Pascal front selects by the service number; the camel front only looks up."""
        number = (body or {}).get("MaTichHop")
        pascal = self._options.front == "pascal"
        return VERIFY if pascal and number in ("033", "003") else LOOK_UP

    def _has(self, path: str) -> bool:
        if self._options.front != "soap":
            return path == FRONT_PATH
        exchange = self._login == "lgsp" and path.startswith(LGSP_PREFIX)
        return path == self._options.path or exchange


def _front_tree(body: dict[str, Any], *, camel: bool) -> Tree:
    """The message that a front makes of its request; unused fields are empty text."""
    names = _CAMEL if camel else {name: name for name in _PASCAL}
    given = {ours: str(body.get(theirs) or "") for theirs, ours in names.items()}
    if camel:
        given["MaTichHop"] = "037"
    birth: Tree = [
        (ours, str(body[theirs]))
        for theirs, ours in (
            ("ngayThangNam" if camel else "NgayThangNam", "NgayThangNam"),
            ("nam" if camel else "Nam", "Nam"),
        )
        if body.get(theirs)
    ]
    fields: Tree = [(name, given[name]) for name in _PASCAL]
    return [*fields, ("NgayThangNamSinh", birth)]


def _exchange_error(rng: Random) -> Response:
    """An error of the exchange layer, in the form of X-Road."""
    kind = rng.choice(
        ("Server.ServerProxy.ServiceFailed.HttpError", "Server.ClientProxy.NetworkError")
    )
    detail = f"00000000-0000-4000-8000-{rng.getrandbits(48):012x}"
    body = {"type": kind, "message": "Service failed", "detail": detail}
    answer = Response.json(body, 500)
    return replace(answer, headers={**answer.headers, "X-Road-Error": kind})


def _written(contents: list[Any], rng: Random) -> Response:
    kind = _XML[0] if rng.random() < 0.7 else _XML[1]
    return Response.of(envelope(contents, rng), f"{kind};charset=UTF-8")
