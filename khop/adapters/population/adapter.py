"""The population database as a check of persons (docs/systems/population.md)."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from khop.adapters.http import transport_of
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
from khop.adapters.settings import Secret
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

#: What a header may be called (RFC 9110 5.6.2).
_HEADER_NAME = re.compile(r"[!#$%&'*+.^_`|~0-9A-Za-z-]+")
#: Statuses by which a gateway says that nothing stands behind it.
_NOTHING_BEHIND = (502, 503, 504)


class PopulationAdapter:
    """An ``IdentityCheck`` over the population database. ``client`` asks the other questions."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: PopulationSettings,
        client: PopulationClient[Purpose],
        transport: Transport,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.client = client
        self._settings = settings
        self._transport = transport
        self._clock = context.clock

    def check_identity(self, applicant: Applicant, purpose: Purpose) -> IdentityAnswer:
        """Whether an applicant's number, name and birth belong together.

        A number that cannot be anybody's asks nobody. Raises ConnectorError, RecordError.
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
        """Reach the gateway and, where there is one, log in. Nobody is asked about: a question
        would be logged against an officer, so there is no harmless read."""
        steps = [self._reached()]
        if steps[0].ok:
            steps.append(self._logged_in())
        return Health(tuple(steps), self._skew())

    def close(self) -> None:
        self._transport.close()

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
            "login", True, "not tried: this way in is proved only by asking about a person"
        )

    def _skew(self) -> float | None:
        theirs = self.client.server_date()
        return None if theirs is None else float(round((theirs - self._clock()).total_seconds()))


def _is_complete(answer: PersonAnswer) -> bool:
    """Whether nobody can stand in what was lost of an answer. Beside persons an attribute nobody
    knows says nothing of them; in an answer without any it may tell of an error."""
    lost = answer.fields_lost
    return not lost or (bool(answer.persons) and all(name.startswith("@") for name in lost))


def _build(name: str, role: Role, settings: Any, context: Context) -> PopulationAdapter:
    transport = transport_of(name, settings, context)
    shape = _shape(name, settings)
    client: PopulationClient[Purpose] = PopulationClient(
        name,
        transport,
        shape,
        url=settings.url,
        auth=_auth(name, settings, transport, context),
        front=_front(settings, shape),
        spend=_spender(name, settings.daily_quota, context),
        reader=AnswerReader(settings.answer_namespaces),
        gate_codes=load_table("population_gate")["codes"],
        headers=_headers(name, settings, context),
    )
    return PopulationAdapter(name, role, settings, client, transport, context)


def _spender(name: str, quota: int, context: Context) -> Callable[[str, Purpose], None]:
    book = context.book

    def spend(operation: str, purpose: Purpose) -> None:
        if book is None:
            raise ConfigError("without a book of calls nobody may be asked about here")
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
        shapes[operation] = OperationShape(
            operation,
            code=table.code.strip(),
            fields=table.fields,
            namespace=table.namespace,
            prefix=table.prefix,
            birth=table.birth,
            date=_date_form(table, settings),
            empty_number=table.empty_number,
            path=_path(table.path),
        )
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
    """A header that may hold blanks. Found wrong at the call, it would have been counted as a
    question about a person. Raises ConfigError."""
    if text and not (text.isascii() and text.isprintable()):
        raise ConfigError("one line of ASCII may stand here", key=f"sources.{name}.{key}")
    return text


def _date_form(table: OperationSettings, settings: PopulationSettings) -> DateForm:
    """The camel-case front was seen with dashes alone."""
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
        raise ConfigError("this is no name a header can have", key=f"sources.{name}.headers")

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
        return CamelFront(settings.answer_path, settings.service_account)
    return SoapFront(shape)


def _auth(name: str, settings: PopulationSettings, transport: Transport, context: Context) -> Auth:
    given = _Given(name, settings, context)
    if settings.auth == "c06":
        return SignedAuth(
            username=given.text("username"),
            secret=given.secret("secret"),
            sign_path=given.text("sign_path"),
            unit=settings.timestamp_unit,
            now=context.clock,
        )
    if settings.auth == "json_pascal" and settings.token_url is None:
        return NoAuth()
    return TokenAuth(name, transport, _login(given, settings), now=context.clock)


def _login(given: _Given, settings: PopulationSettings) -> TokenLogin:
    url, secret = given.text("token_url"), given.secret("secret")
    if settings.auth == "json_camel":
        return camel_login(url, secret)
    if settings.auth != "lgsp":
        return wso2_login(url, given.text("username"), secret)
    application = {
        "AccessKey": given.text("username"),
        "AppName": settings.app_name,
        "PartnerCode": settings.partner_code,
        "PartnerCodeCus": settings.partner_code_cus,
    }
    account = given.secret("service_secret") if settings.service_account else None
    return lgsp_login(url, application, secret, settings.service_account, account)


class _Given:
    """The settings that one way in cannot do without."""

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
        return lambda: secret.reveal(self._context.base_dir)

    def _missing(self, key: str) -> ConfigError:
        return ConfigError(
            f'auth = "{self._settings.auth}" needs this key', key=f"sources.{self._name}.{key}"
        )


ADAPTER = AdapterType(PopulationSettings, frozenset({Role.POPULATION}), _build)
