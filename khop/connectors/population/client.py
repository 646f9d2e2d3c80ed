"""The population database: one question about one person, for a stated purpose.

Every call is logged by the police against officer and procedure, and counts against a quota
(docs/systems/population.md). So each try is counted before it is sent, a repeat as well; there is
no way to ask about many; and nothing is kept of an answer.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from typing import Generic, TypeVar
from uuid import uuid4

from lxml import etree

from khop.connectors.http.answers import Answer
from khop.connectors.http.checks import http_address
from khop.connectors.http.gateways import gateway_fault
from khop.connectors.http.outcomes import Outcome
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
#: Whatever the caller states its purpose with.
P = TypeVar("P", bound=Asker)

#: Statuses that say who was turned away and why, whatever the body adds.
_STATUS_DECIDES = frozenset({401, 403, 429})


class PopulationClient(Generic[P]):
    """Asks about persons. Safe for threads.

    ``spend`` counts one call, given the operation and the purpose, before it is made; it raises
    when no more may be made. ``gate_codes``: what the one-stop's own gate means by its codes
    (1.3). ``request_id`` makes the ``MaYeuCau`` of one try. ``headers``: further ones a gateway
    wants with every question, such as ``X-Road-Client``; asked each time.
    """

    def __init__(
        self,
        system: str,
        transport: Transport,
        shape: DeploymentShape,
        *,
        url: str,
        auth: Auth,
        front: Front,
        spend: Callable[[str, P], None],
        reader: AnswerReader | None = None,
        gate_codes: Mapping[str, str] | None = None,
        request_id: Callable[[], str] = lambda: str(uuid4()),
        headers: Callable[[], Headers] = dict,
    ) -> None:
        self.system = system
        self._transport, self._shape = transport, shape
        self._url = http_address(system, "url", url)
        self._auth, self._front, self._spend = auth, front, spend
        self._reader = reader or AnswerReader()
        self._gate_codes = gate_codes or {}
        self._request_id, self._headers = request_id, headers

    @property
    def has_login(self) -> bool:
        """Whether the account can be tried without asking about anybody."""
        return self._auth.has_login

    def log_in(self) -> None:
        """Try the account, or only find its secret. Raises ConnectorError, ConfigError."""
        self._auth.log_in()

    def reach(self) -> int:
        """The HTTP status of an empty GET, which asks nothing. Raises ConnectorError where no
        HTTP server answered."""
        try:
            return self._transport.call("reach", "GET", self._url, attempts=1).status
        except ConnectorError as fault:
            if fault.http_status is None:
                raise
            return fault.http_status

    def authenticate_person(self, question: Question, purpose: P) -> bool:
        """Whether number, name and birth date belong together (XacThucThongTinCongDan).

        A no gives no reason: a wrong name, a wrong date and an unknown number look alike (2.3).
        Raises ConnectorError when it was not answered, Unreadable where the answer does not
        say; RecordError for a question that cannot be asked, which asks nobody.
        """
        return self._ask(Operation.AUTHENTICATE, question, purpose, self._reader.verdict)

    def look_up_person(self, question: Question, purpose: P) -> PersonAnswer:
        """The records of this person (TraCuuThongTinCongDan); none when not found, several when
        one old number is two people's (3.7). Raises as ``authenticate_person``."""
        return self._ask(Operation.LOOK_UP, question, purpose, self._reader.persons)

    def verify_relatives(self, question: Question, purpose: P) -> PersonAnswer:
        """The person with his parents (XacMinhThongTinNhanThan). As ``look_up_person``."""
        return self._ask(Operation.RELATIVES, question, purpose, self._reader.persons)

    def household(self, question: Question, purpose: P) -> PersonAnswer:
        """The members of the person's household (CungCapThongTinHoGiaDinh).

        Only the operation's name is known; its fields and the reading of the answer, a person
        for each member, are guessed (2.5). As ``look_up_person``.
        """
        return self._ask(Operation.HOUSEHOLD, question, purpose, self._reader.persons)

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def _ask(
        self,
        operation: Operation,
        question: Question,
        purpose: P,
        read: Callable[[Sequence[etree._Element]], T],
    ) -> T:
        shape = self._shape_of(operation)
        outcome = Outcome(self.system, operation.value, write=False)

        def options(proof: Callable[[], Headers]) -> CallOptions:
            fields = fill(self._shape, shape, question, purpose, self._request_id())
            made = self._front.options(shape, fields)
            made["headers"] = {**(made.get("headers") or {}), **self._headers(), **proof()}
            made["private"] = (question.name, *birth_forms(question.birth))
            self._spend(operation.value, purpose)
            return made

        def read_answer(answer: Answer) -> T:
            return read(self._front.elements(answer, outcome))

        # A question that cannot be asked must not open a session either.
        fill(self._shape, shape, question, purpose, "")
        return self._auth.send(
            lambda proof: self._transport.exchange(
                operation.value,
                "POST",
                self._url + shape.path,
                read_answer,
                each_try=lambda: options(proof),
                judge=self._judge,
            )
        )

    def _shape_of(self, operation: Operation) -> OperationShape:
        shape = self._shape.operations.get(operation)
        if shape is None or not shape.code:
            raise ConfigError(
                f"the service number (MaTichHop) of {operation.value} is not set; "
                "ask the gateway for it",
                key=f"sources.{self.system}.{operation.name.lower()}.code",
            )
        return shape

    def _judge(self, answer: Answer, outcome: Outcome) -> ConnectorError | None:
        if fault := gateway_fault(answer, outcome):
            return fault
        if answer.status in _STATUS_DECIDES:
            return None
        return self._gate_fault(answer, outcome) or fault_in(answer.body, outcome, answer.status)

    def _gate_fault(self, answer: Answer, outcome: Outcome) -> ConnectorError | None:
        """The refusal of the one-stop's own gate: ``{message, errorCode}`` under HTTP 400."""
        if answer.status != 400 or b"errorCode" not in answer.body:
            return None
        try:
            said = answer.json()
        except ValueError:
            return None
        code = said.get("errorCode") if isinstance(said, Mapping) else None
        code = str(code).strip().zfill(3) if isinstance(code, str | int) else ""
        if code not in self._gate_codes:
            return None
        return Refused(
            outcome.system,
            outcome.operation,
            http_status=400,
            code=code,
            detail=self._gate_codes[code],
        )
