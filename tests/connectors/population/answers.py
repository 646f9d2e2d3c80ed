"""Answers about persons, and readers of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from khop.connectors.http.answers import Answer
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.population import AnswerReader, DeploymentShape, Operation, SoapFront

#: Reads a sample. The parts of a person are optional, so the tests take them as Any.
Read = Callable[[str], Any]


SOAP = SoapFront(DeploymentShape({}))


READER = AnswerReader()


DANCU = "http://www.mic.gov.vn/dancu/1.0"


SERVICE = "http://dancuquocgia.bca"


ONE_PERSON = (
    f'<CongdanCollection xmlns="{DANCU}"><CongDan><SoCMND>1</SoCMND></CongDan></CongdanCollection>'
)


ASKED = CallOutcome("population", Operation.LOOK_UP, write=False)


CHECKED = CallOutcome("population", Operation.AUTHENTICATE, write=False)


def soap_answer(body: bytes | str, status: int = 200, kind: str = "text/xml") -> Answer:
    sent = body.encode() if isinstance(body, str) else body
    return Answer(status, {"content-type": kind}, sent)


def envelope(inner: str, ns: str = "http://schemas.xmlsoap.org/soap/envelope/") -> bytes:
    return f'<e:Envelope xmlns:e="{ns}"><e:Body>{inner}</e:Body></e:Envelope>'.encode()


def collection(inner: str, attributes: str = "") -> bytes:
    return envelope(f'<CongdanCollection xmlns="{DANCU}" {attributes}>{inner}</CongdanCollection>')


def persons(body: bytes | str) -> Any:
    return READER.persons(SOAP.elements(soap_answer(body), ASKED))


def verdict(body: bytes | str) -> bool:
    return READER.verdict(SOAP.elements(soap_answer(body), CHECKED))


def only(body: bytes | str) -> Any:
    (person,) = persons(body).persons
    return person
