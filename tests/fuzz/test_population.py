"""The population database and its fronts with answers that are in no specification."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import replace
from datetime import UTC, date, datetime
from functools import partial
from typing import Any

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from khop.connectors.http.xml import read_xml
from khop.connectors.population import (
    AnswerReader,
    Auth,
    CamelFront,
    DeploymentShape,
    Front,
    NoAuth,
    Operation,
    OperationShape,
    PascalFront,
    Person,
    PersonAnswer,
    PopulationClient,
    PopulationGateway,
    Question,
    SoapFront,
    TokenAuth,
)
from khop.connectors.population.json_answers import elements_of
from khop.connectors.population.tokens import camel_login, lgsp_login, wso2_login
from khop.errors import ConnectorError, RecordError
from khop.mappings.population.mapping import person_record, question_of, verdict_of
from khop.mappings.population.names import asked_name
from khop.mappings.records import Applicant, Birth, IdentityVerdict
from tests.connectors.population.questions import LAN, Asked
from tests.fuzz.answers import (
    FuzzedAnswer,
    Scripted,
    assert_error_fits,
    fuzzed_answers,
    result_or_error,
    transport,
)
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import bodies, raw
from tests.fuzz.strategies import (
    PERSONAL_NAME,
    PERSONAL_NUMBERS,
    damaged,
    json_bytes,
    texts,
    values,
    xml_bytes,
)

HOST = "https://trucdulieu.example.vn"
ANSWERS = raw("population", "*-res-*.xml", "err-*.xml")
ALL_XML = raw("population", "*.xml")
LOOK = OperationShape(
    Operation.LOOK_UP,
    "037",
    ("MaYeuCau", "MaDVC", "MaTichHop", "MaCanBo", "SoDinhDanh", "SoCMND", "HoVaTen"),
    "http://dancuquocgia.bca",
    "dan",
)
SHAPE = DeploymentShape({each: replace(LOOK, operation=each) for each in Operation})
SAID_OF_LAN = {"SoDinhDanh": "001185012345", "HoVaTen": {"Ten": PERSONAL_NAME}, "GioiTinh": "2"}
FRONTED = [
    *bodies("population", "*.json"),
    *({"error_code": "0", "message": each.decode("utf-8", "replace")} for each in ANSWERS),
    *({"data": {"result": each.decode("utf-8", "replace")}} for each in ANSWERS),
    {"data": {"result": {"CongdanCollection": {"CongDan": [SAID_OF_LAN]}}}},
    {"data": {"result": [SAID_OF_LAN]}},
    {"data": {"result": {"KetQuaXacThuc": {"TonTai": True}}}},
]
TOKENS = [
    {"access_token": "abc", "expires_in": 3600},
    {"Token": "abc", "expiryDate": "9999-12-31T23:59:59-12:00"},
]


BIRTHS = st.builds(
    Birth, st.integers(1, 9999), st.none() | st.integers(0, 13), st.none() | st.integers(0, 32)
)


def nothing(request: httpx.Request) -> Mapping[str, Any] | None:
    return None


def population_client(
    answer: FuzzedAnswer, front: Front, auth: Auth | None = None
) -> PopulationClient[Asked]:
    return PopulationClient(
        "src",
        transport(Scripted(answer, nothing)),
        PopulationGateway(
            f"{HOST}/csdldc",
            auth or NoAuth(),
            SHAPE,
            front,
            gate_codes={"004": "this procedure is not allowed"},
        ),
        lambda operation, purpose: None,
        request_id=lambda: "MC1",
    )


QUESTIONS: Mapping[str, Callable[[PopulationClient[Asked]], Any]] = {
    "authenticate": lambda them: them.authenticate_person(LAN, Asked()),
    "look_up": lambda them: them.look_up_person(LAN, Asked()),
    "relatives": lambda them: them.verify_relatives(LAN, Asked()),
    "household": lambda them: them.household(LAN, Asked()),
}
SOAP = SoapFront(SHAPE)


def ask_service(ask: str, answer: FuzzedAnswer, front: Front) -> None:
    found = result_or_error(
        lambda: QUESTIONS[ask](population_client(answer, front)), ConnectorError
    )
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=False)
        assert PERSONAL_NAME not in str(found) or b"ault" in answer.body or b"essage" in answer.body
        return
    assert answer.whole
    assert 200 <= answer.status < 300
    if ask == "authenticate":
        assert found in (True, False)
    else:
        assert_found(found, answer)


def assert_found(found: PersonAnswer, answer: FuzzedAnswer) -> None:
    for person in found.persons:
        record = person_record(person)
        assert not any(number in repr(record) for number in PERSONAL_NUMBERS)
        assert not any(n in name for name in record.fields_lost for n in PERSONAL_NUMBERS)
        assert verdict_of([record], LAN) in IdentityVerdict
        assert record.male is None or (record.sex and record.sex.meaning)
    # Only a Body or a collection can mean "not found".
    said_so = (b"ody", b"ollection", b"esult", b"B\x00", b"C\x00", b"o\x00", b"[]")
    assert found.persons or any(word in answer.body for word in said_so)


@pytest.mark.parametrize("ask", QUESTIONS)
@FUZZ
@given(answer=fuzzed_answers(xml_bytes(ANSWERS)))
def test_the_service_gives_an_answer_or_an_error_of_a_read(ask: str, answer: FuzzedAnswer) -> None:
    ask_service(ask, answer, SOAP)


@pytest.mark.parametrize("front", [PascalFront(), CamelFront("data.result", "u")], ids=["P", "c"])
@FUZZ
@given(
    ask=st.sampled_from(sorted(QUESTIONS)),
    answer=fuzzed_answers(json_bytes(FRONTED) | xml_bytes(ANSWERS)),
)
def test_a_front_gives_an_answer_or_an_error_of_a_read(
    front: Front, ask: str, answer: FuzzedAnswer
) -> None:
    ask_service(ask, answer, front)


@FUZZ
@given(answer=fuzzed_answers(json_bytes(TOKENS) | xml_bytes(ANSWERS)))
def test_a_login_succeeds_or_raises_an_error_of_a_read(answer: FuzzedAnswer) -> None:
    url = f"{HOST}/token"
    application = dict.fromkeys(("AccessKey", "AppName", "PartnerCode", "PartnerCodeCus"), "a")
    logins = (
        wso2_login(url, "k", lambda: "not-a-real-secret"),
        lgsp_login(url, application, lambda: "s", "u", lambda: "p"),
        camel_login(url, lambda: "s"),
    )
    for login in logins:
        auth = TokenAuth(
            "src",
            transport(Scripted(answer, nothing)),
            login,
            clock=lambda: 0.0,
            now=lambda: datetime(2026, 3, 18, tzinfo=UTC),
        )
        found = result_or_error(auth.log_in, ConnectorError)
        if isinstance(found, ConnectorError):
            assert_error_fits(found, write=False)


@FUZZ
@given(body=xml_bytes(ALL_XML))
def test_elements_of_any_document_are_persons_or_refused(body: bytes) -> None:
    reader = AnswerReader()
    try:
        root = read_xml(body)
    except ValueError:
        return
    for read in (reader.persons, reader.verdict):
        for elements in ((root,), tuple(root), tuple(root.iter())[:3]):
            try:
                read([each for each in elements if isinstance(each.tag, str)])
            except ValueError as refusal:
                assert not any(number in str(refusal) for number in PERSONAL_NUMBERS)


@FUZZ
@given(value=damaged([SAID_OF_LAN, {"CongDan": [SAID_OF_LAN]}, True, {"TonTai": "1"}]) | values)
def test_json_in_place_of_elements_is_converted_or_refused(value: object) -> None:
    for verdict in (True, False):
        try:
            (root,) = elements_of(value, verdict=verdict)
        except ValueError:
            continue
        assert etree.fromstring(etree.tostring(root)) is not None


@FUZZ
@given(
    name=texts | st.text(),
    number=texts | st.sampled_from(["001085012345", "012345678", "01185012345"]),
    birth=BIRTHS,
    kind=st.integers(0, 5),
)  # fmt: skip
def test_a_question_about_any_applicant_is_made_or_refused(
    name: str, number: str, birth: Birth, kind: int
) -> None:
    applicant = Applicant(name=name, identity_number=number, kind=kind, birth=birth)
    asked = result_or_error(lambda: question_of(applicant, today=date(2026, 3, 18)), RecordError)
    if isinstance(asked, RecordError):
        return
    question, _ = asked
    assert question.name == asked_name(name)
    assert question.number or question.old_number
    result_or_error(lambda: client_options(question), RecordError)


def client_options(question: Question) -> None:
    """A question that is accepted can be written as XML."""
    sent = FuzzedAnswer(200, (), ANSWERS[-1])
    result_or_error(
        lambda: population_client(sent, SOAP).look_up_person(question, Asked()), ConnectorError
    )


@FUZZ
@given(
    name=texts | st.text(),
    officer=texts | st.text(),
    procedure=texts | st.text(),
    number=st.sampled_from(["001085012345", "1", "", "٣" * 12, "00118501234\n"]),
)
def test_any_question_is_sent_or_refused(
    name: str, officer: str, procedure: str, number: str
) -> None:
    question = Question(name, number, birth=1985)
    asked = Asked(procedure, officer)
    for front in (SOAP, PascalFront(), CamelFront("data", "u")):
        them = population_client(FuzzedAnswer(200, (), ANSWERS[-1]), front)
        ask = partial(them.look_up_person, question, asked)
        result_or_error(ask, ConnectorError, RecordError)


def test_an_empty_person_gives_an_empty_record() -> None:
    record = person_record(Person())
    assert record.name == ""
    assert record.birth is None
    assert record.fields_lost == ()


def test_samples_exist() -> None:
    assert len(ANSWERS) > 15
    assert json.dumps(FRONTED)
