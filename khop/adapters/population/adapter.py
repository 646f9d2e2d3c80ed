"""The population database as a check of persons (docs/systems/population.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from khop.adapters.http import clock_skew, transport_of
from khop.adapters.population.settings import OperationSettings, PopulationSettings
from khop.adapters.ports import (
    AdapterType,
    CheckStep,
    Context,
    Health,
    IdentityAnswer,
    Purpose,
    Role,
)
from khop.adapters.settings import Secret, shared_fields
from khop.connectors.http.checks import header_value
from khop.connectors.http.transport import Transport
from khop.connectors.population import (
    AnswerReader,
    Auth,
    CamelFront,
    DateForm,
    DeploymentShape,
    Front,
    NoAuth,
    Operation,
    OperationShape,
    PascalFront,
    PopulationClient,
    PopulationGateway,
    SignedAuth,
    SoapFront,
    TokenAuth,
    check_shape,
)
from khop.connectors.population.tokens import TokenLogin, camel_login, lgsp_login, wso2_login
from khop.connectors.population.wire import PersonAnswer
from khop.errors import ConfigError, ConnectorError
from khop.mappings.facts.packaged import load_table
from khop.mappings.population.mapping import person_record, question_of, verdict_of
from khop.mappings.records import Applicant, IdentityVerdict, Instant

H = TypeVar("H", str, str | None)

#: The form of a header name (RFC 9110 5.6.2).
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: Statuses by which a gateway reports that no service is behind it.
_NOTHING_BEHIND = (502, 503, 504)


class PopulationAdapter:
    """An ``IdentityCheck`` over the population database. Its ``client`` has the other questions."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: PopulationSettings,
        client: PopulationClient[Purpose],
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.client = client
        self._settings = settings
        self._clock = context.clock

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        """Whether an applicant's number, name and birth belong together.

        Raises RecordError, without a call, for a number that no person can have; ConnectorError.
        """
        by_record = self._settings.check_with == "look_up"
        form = self._settings.look_up if by_record else self._settings.authenticate
        today = Instant.of(self._clock()).local_date
        question, warnings = question_of(applicant, today=today, name_form=form.name)
        if by_record:
            answer = self.client.look_up_person(question, purpose)
            persons = [person_record(person) for person in answer.persons]
            verdict = verdict_of(persons, question, complete=_is_complete(answer))
            odd = any("NgayThangNamSinh.Nam" in person.fields_lost for person in persons)
            return IdentityAnswer(verdict, (*warnings, *(["births_disagree"] if odd else [])))
        matches = self.client.authenticate_person(question, purpose)
        verdict = IdentityVerdict.MATCH if matches else IdentityVerdict.MISMATCH
        return IdentityAnswer(verdict, warnings)

    def check(self) -> Health:
        """Reach the gateway and log in where it has a login. There is no harmless read: every
        question about a person is logged under an officer's name."""
        steps = [self._reached()]
        if steps[0].ok:
            steps.append(self._logged_in())
        return Health(tuple(steps), clock_skew(self.client.server_date(), self._clock))

    def close(self) -> None:
        self.client.close()

    def _reached(self) -> CheckStep:
        try:
            status = self.client.reach()
        except (ConnectorError, ConfigError) as error:
            return CheckStep("reach", False, str(error))
        detail = f"answered HTTP {status} to an empty request"
        return CheckStep("reach", status not in _NOTHING_BEHIND, detail)

    def _logged_in(self) -> CheckStep:
        try:
            self.client.log_in()
        except (ConnectorError, ConfigError) as error:
            return CheckStep("login", False, str(error))
        if self.client.has_login:
            return CheckStep("login", True)
        return CheckStep(
            "login", True, "not tried: only a question about a person would show whether it works"
        )


def _is_complete(answer: PersonAnswer) -> bool:
    """Whether no person can be in the unread parts of an answer. Unknown attributes beside
    persons are harmless; in an answer without persons they may report an error."""
    lost = answer.fields_lost
    return not lost or (bool(answer.persons) and all(name.startswith("@") for name in lost))


def _build(name: str, role: Role, settings: Any, context: Context) -> PopulationAdapter:
    transport = transport_of(name, settings, context)
    shape = _shape(name, settings)
    gateway = PopulationGateway(
        settings.url,
        auth=_auth(name, settings, transport, context),
        shape=shape,
        front=_front(settings, shape),
        reader=AnswerReader(settings.answer_namespaces, settings.answers.words()),
        gate_codes=load_table("population_gate")["codes"],
        headers=_headers(name, settings, context),
    )
    spend = _spender(name, settings.daily_quota, context)
    client: PopulationClient[Purpose] = PopulationClient(name, transport, gateway, spend)
    return PopulationAdapter(name, role, settings, client, context)


def _spender(name: str, quota: int, context: Context) -> Callable[[str, Purpose], None]:
    book = context.book

    def spend(operation: str, purpose: Purpose) -> None:
        if book is None:
            raise ConfigError("calls about persons must be counted; build the adapter with a book")
        book.spend(name, operation, purpose, quota=quota)

    return spend


def _shape(name: str, settings: PopulationSettings) -> DeploymentShape:
    tables = {
        Operation.AUTHENTICATE: ("authenticate", settings.authenticate),
        Operation.LOOK_UP: ("look_up", settings.look_up),
        Operation.RELATIVES: ("relatives", settings.relatives),
        Operation.HOUSEHOLD: ("household", settings.household),
    }
    shapes = {}
    for operation, (key, table) in tables.items():
        given = {
            **shared_fields(table, OperationShape),
            "code": table.code.strip(),
            "date": _date_form(table, settings),
            "path": _path(table.path),
        }
        shapes[operation] = OperationShape(operation, **given)
        check_shape(shapes[operation], f"sources.{name}.{key}")
    return DeploymentShape(
        shapes,
        unit=settings.unit_code.strip(),
        phone=settings.phone,
        officers=settings.officers,
        content_type=_one_line(name, "content_type", settings.content_type),
        soap_action=_one_line(name, "soap_action", settings.soap_action),
    )


def _one_line(name: str, key: str, text: H) -> H:
    """A header value that may hold blanks. It is checked before any call, because a call that
    fails for it is already counted as a question. Raises ConfigError."""
    if text and not (text.isascii() and text.isprintable()):
        raise ConfigError("write one line of ASCII characters", key=f"sources.{name}.{key}")
    return text


def _date_form(table: OperationSettings, settings: PopulationSettings) -> DateForm:
    """The camel-case front is only known with dashes."""
    if settings.auth == "json_camel" and "date" not in table.model_fields_set:
        return DateForm.DASHED
    return table.date


def _path(path: str) -> str:
    return f"/{path.strip().lstrip('/')}" if path.strip() else ""


def _headers(
    name: str, settings: PopulationSettings, context: Context
) -> Callable[[], Mapping[str, str]]:
    fixed = {key: header_value(name, "headers", text) for key, text in settings.headers.items()}
    if not all(map(_HEADER_NAME.fullmatch, fixed)):
        raise ConfigError("this is not a valid header name", key=f"sources.{name}.headers")

    def headers() -> Mapping[str, str]:
        if settings.api_key is None:
            return fixed
        key = settings.api_key.reveal(context.base_dir)
        return {**fixed, "ApiKey": header_value(name, "api_key", key)}

    return headers


def _front(settings: PopulationSettings, shape: DeploymentShape) -> Front:
    if settings.auth == "json_pascal":
        return PascalFront()
    if settings.auth == "json_camel":
        words = settings.answers.words()
        return CamelFront(settings.answer_path, settings.service_account, words)
    return SoapFront(shape)


def _auth(name: str, settings: PopulationSettings, transport: Transport, context: Context) -> Auth:
    required = _Required(name, settings, context)
    if settings.auth == "c06":
        return SignedAuth(
            username=required.text("username"),
            secret=required.secret("secret"),
            sign_path=required.text("sign_path"),
            unit=settings.timestamp_unit,
            now=context.clock,
        )
    if settings.auth == "json_pascal" and settings.token_url is None:
        return NoAuth()
    return TokenAuth(name, transport, _login(required, settings), now=context.clock)


def _login(required: _Required, settings: PopulationSettings) -> TokenLogin:
    url, secret = required.text("token_url"), required.secret("secret")
    if settings.auth == "json_camel":
        return camel_login(url, secret)
    if settings.auth != "lgsp":
        return wso2_login(url, required.text("username"), secret)
    application = {
        "AccessKey": required.text("username"),
        "AppName": settings.app_name,
        "PartnerCode": settings.partner_code,
        "PartnerCodeCus": settings.partner_code_cus,
    }
    account = required.secret("service_secret") if settings.service_account else None
    return lgsp_login(url, application, secret, settings.service_account, account)


class _Required:
    """The settings that the chosen login requires."""

    def __init__(self, name: str, settings: PopulationSettings, context: Context) -> None:
        self._name, self._settings, self._context = name, settings, context

    def text(self, key: str) -> str:
        value = (getattr(self._settings, key) or "").strip()
        if not value:
            raise self._missing(key)
        return str(value)

    def secret(self, key: str) -> Callable[[], str]:
        secret: Secret | None = getattr(self._settings, key)
        if secret is None:
            raise self._missing(key)
        return secret.revealed_in(self._context.base_dir)

    def _missing(self, key: str) -> ConfigError:
        return ConfigError(
            f'auth = "{self._settings.auth}" requires this key', key=f"sources.{self._name}.{key}"
        )


ADAPTER = AdapterType(PopulationSettings, frozenset({Role.POPULATION}), _build)
