"""The population database: one question about one person, for a stated purpose.

The police logs every call by officer and procedure, and calls count against a quota
(docs/systems/population.md). So each try is counted before it is sent, retries too; no call asks
about several persons; and no answer is stored.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Generic, TypeVar
from uuid import uuid4

from lxml import etree

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.transport import CallOptions, Transport
from khop.connectors.population.auth import Auth, Headers
from khop.connectors.population.fields import Asker, birth_forms, fill
from khop.connectors.population.fronts import Front
from khop.connectors.population.reading import AnswerReader
from khop.connectors.population.shape import DeploymentShape, Operation, OperationShape
from khop.connectors.population.soap import fault_in
from khop.connectors.population.wire import PersonAnswer, Question
from khop.errors import ConfigError, ConnectorError, Refused

T = TypeVar("T")
#: The type with which the caller states its purpose.
P = TypeVar("P", bound=Asker)

#: Statuses that give the error by themselves, whatever the body says.
_STATUS_DECIDES = frozenset({401, 403, 429})


@dataclass(frozen=True, slots=True)
class PopulationGateway:
    """One gateway to the service: its address, its login, and the form of its messages.

    ``gate_codes``: meaning of the codes by which the one-stop's own gate refuses calls.
    ``headers``: further headers of each question, such as ``X-Road-Client``; made at each try.
    """

    url: str
    auth: Auth
    shape: DeploymentShape
    front: Front
    reader: AnswerReader = field(default_factory=AnswerReader)
    gate_codes: Mapping[str, str] = field(default_factory=dict)
    headers: Callable[[], Headers] = field(default=dict, repr=False)


class PopulationClient(Generic[P]):
    """Asks about persons. Safe for threads.

    ``spend`` counts one call, given the operation and the purpose, before it is sent; it raises
    when the quota is used up. ``request_id`` makes the ``MaYeuCau`` of one try.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        gateway: PopulationGateway,
        spend: Callable[[str, P], None],
        *,
        request_id: Callable[[], str] = lambda: str(uuid4()),
    ) -> None:
        self.system = system
        self._transport, self._gateway = transport, gateway
        self._url = http_address(system, "url", gateway.url)
        self._spend, self._request_id = spend, request_id

    @property
    def has_login(self) -> bool:
        """Whether the account can be tried without a question about a person."""
        return self._gateway.auth.has_login

    def log_in(self) -> None:
        """Try the account, or only look up its secret. Raises ConnectorError, ConfigError."""
        self._gateway.auth.log_in()

    def reach(self) -> int:
        """The HTTP status of an empty GET, which contains no question about a person. Raises
        ConnectorError where no HTTP server answered."""
        try:
            return self._transport.call("reach", "GET", self._url, attempts=1).status
        except ConnectorError as error:
            if error.http_status is None:
                raise
            return error.http_status

    def authenticate_person(self, question: Question, purpose: P) -> bool:
        """Whether number, name and birth date belong together (XacThucThongTinCongDan).

        False has no reason: a wrong name, a wrong date and an unknown number look alike. Raises
        ConnectorError when no answer came, Unreadable where the answer has no verdict;
        RecordError, without a call, for a question that cannot be asked.
        """
        reader = self._gateway.reader
        return self._ask(Operation.AUTHENTICATE, question, purpose, reader.verdict)

    def look_up_person(self, question: Question, purpose: P) -> PersonAnswer:
        """The records of this person (TraCuuThongTinCongDan); none when not found, several when
        two people had the same old number. Raises as ``authenticate_person``."""
        return self._ask(Operation.LOOK_UP, question, purpose, self._gateway.reader.persons)

    def verify_relatives(self, question: Question, purpose: P) -> PersonAnswer:
        """The person with the parents (XacMinhThongTinNhanThan). As ``look_up_person``."""
        return self._ask(Operation.RELATIVES, question, purpose, self._gateway.reader.persons)

    def household(self, question: Question, purpose: P) -> PersonAnswer:
        """The members of the person's household (CungCapThongTinHoGiaDinh).

        Only the operation's name is known; its fields and the form of the answer, one person for
        each member, are assumed. As ``look_up_person``.
        """
        return self._ask(Operation.HOUSEHOLD, question, purpose, self._gateway.reader.persons)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()

    def _ask(
        self,
        operation: Operation,
        question: Question,
        purpose: P,
        read: Callable[[Sequence[etree._Element]], T],
    ) -> T:
        gateway, shape = self._gateway, self._shape_of(operation)
        outcome = CallOutcome(self.system, operation.value, write=False)

        def options(authorisation: Callable[[], Headers]) -> CallOptions:
            fields = fill(gateway.shape, shape, question, purpose, self._request_id())
            made = gateway.front.options(shape, fields)
            headers = {**(made.get("headers") or {}), **gateway.headers(), **authorisation()}
            made["headers"] = headers
            made["private"] = (question.name, *birth_forms(question.birth))
            self._spend(operation.value, purpose)
            return made

        # A question that cannot be asked is refused before there is a login for it.
        fill(gateway.shape, shape, question, purpose, "")
        return gateway.auth.send(
            lambda authorisation: self._transport.exchange(
                operation.value,
                "POST",
                self._url + shape.path,
                lambda answer: read(gateway.front.elements(answer, outcome)),
                each_try=lambda: options(authorisation),
                judge=self._judge,
            )
        )

    def _shape_of(self, operation: Operation) -> OperationShape:
        shape = self._gateway.shape.operations.get(operation)
        if shape is None or not shape.code:
            raise ConfigError(
                f"the service number (MaTichHop) of {operation.value} is not set; "
                "ask the gateway for it",
                key=f"sources.{self.system}.{operation.name.lower()}.code",
            )
        return shape

    def _judge(self, answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
        if error := gateway_error(answer, outcome):
            return error
        if answer.status in _STATUS_DECIDES:
            return None
        return self._gate_error(answer, outcome) or fault_in(answer.body, outcome, answer.status)

    def _gate_error(self, answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
        """The refusal of the one-stop's own gate: ``{message, errorCode}`` under HTTP 400."""
        if answer.status != 400 or b"errorCode" not in answer.body:
            return None
        try:
            body = answer.json()
        except ValueError:
            return None
        code = body.get("errorCode") if isinstance(body, Mapping) else None
        code = str(code).strip().zfill(3) if isinstance(code, str | int) else ""
        meaning = self._gateway.gate_codes.get(code)
        return None if meaning is None else outcome.error(Refused, 400, meaning, code)
