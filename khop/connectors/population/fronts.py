"""The forms of a request: SOAP, or one of the provinces' JSON fronts (docs/systems/population.md).

::

    SoapFront     the service's own message
    PascalFront   flat JSON; the SOAP answer as text in `message` (Thanh Hóa)
    CamelFront    flat JSON in camel case; a setting tells where the answer is (Đồng Tháp)

Fronts that are called by GET are not supported: a person's number, name and birth date would be
part of the address.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from datetime import date
from typing import Protocol

from lxml import etree

from khop.connectors.answer_remarks import Remarks
from khop.connectors.answer_words import AnswerWords
from khop.connectors.http.answers import Answer, Unusable, json_within
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.transport import CallOptions
from khop.connectors.http.values import bare_keys, first_text
from khop.connectors.population.contract import request_writer
from khop.connectors.population.fields import Fields, Value, birth_text, element_values
from khop.connectors.population.json_answers import elements_of, value_at
from khop.connectors.population.shape import DeploymentShape, Operation, OperationShape
from khop.connectors.population.soap import body_elements, text_bytes, xml_within
from khop.errors import RecordError, Refused
from khop.text.masking import short_text

Elements = tuple[etree._Element, ...]
#: Names of the fields in the JSON of Thanh Hóa; unused ones are sent as empty text.
_PASCAL = ("HoVaTen", "SoDinhDanh", "SoCMND", "MaTichHop", "MaDVC", "MaCanBo", "MaYeuCau")
#: Names of the fields in the JSON of Đồng Tháp, where each begins with a small letter.
_CAMEL = ("MaYeuCau", "MaDVC", "MaCanBo", "SoDinhDanh", "SoCMND", "HoVaTen")
#: Keys besides ``message`` that may hold the SOAP answer, and keys of a text for people.
_HOLDERS = ("result", "data", "response")
_MESSAGES = ("message", "description", "msg")
_DONE = frozenset({"0", "00", "000", "200", "ok", "success"})


class Front(Protocol):
    """The form of a request and of its answer."""

    def options(self, shape: OperationShape, fields: Fields) -> CallOptions:
        """Body and headers of a request. Raises RecordError for a value that cannot be written."""

    def elements(self, answer: Answer, outcome: CallOutcome) -> Elements:
        """The elements of the answer's Body. Raises ConnectorError, ValueError."""


class SoapFront:
    """The service's own SOAP message. Safe for threads."""

    def __init__(self, deployment: DeploymentShape) -> None:
        self._headers = {
            "Content-Type": deployment.content_type,
            "Accept": "application/xml, text/xml, application/json;q=0.5",
        }
        if deployment.soap_action is not None:
            self._headers["SOAPAction"] = deployment.soap_action
        self._writers: dict[Operation, Callable[[Mapping[str, Value]], bytes]] = {}
        self._lock = threading.Lock()

    def options(self, shape: OperationShape, fields: Fields) -> CallOptions:
        writer = self._writer(shape)
        try:
            message = writer(element_values(fields, shape))
        except ValueError:
            raise RecordError("question", "holds characters that XML cannot carry") from None
        return {"content": message, "headers": self._headers}

    def elements(self, answer: Answer, outcome: CallOutcome) -> Elements:
        kind = answer.headers.get("content-type", "").strip().casefold()
        if kind.startswith("multipart/"):
            raise Unusable("an answer in several parts (MTOM); the gateway must send plain XML")
        return body_elements(answer.body, outcome, answer.status)

    def _writer(self, shape: OperationShape) -> Callable[[Mapping[str, Value]], bytes]:
        with self._lock:
            if shape.operation not in self._writers:
                self._writers[shape.operation] = request_writer(shape)
            return self._writers[shape.operation]


class PascalFront:
    """``{error_code, message}``, where ``message`` is the SOAP answer as text."""

    def options(self, shape: OperationShape, fields: Fields) -> CallOptions:
        born = birth_text(fields.birth, shape.date)
        whole = isinstance(fields.birth, date)
        dates = {"NgayThangNam": born if whole else "", "Nam": "" if whole else born}
        return {"json": {**{name: fields.texts[name] for name in _PASCAL}, **dates}}

    def elements(self, answer: Answer, outcome: CallOutcome) -> Elements:
        keys = bare_keys(json_within(answer.json()))
        if not keys:
            raise Unusable("an answer that is no JSON object")
        message, code = keys.get("message"), _code(keys.get("errorcode"))
        refused = code is not None and code.casefold() not in _DONE
        packed = next(filter(None, map(xml_within, (message, *map(keys.get, _HOLDERS)))), None)
        found = body_elements(text_bytes(packed), outcome, answer.status) if packed else ()
        if code is not None and refused:
            raise _refused(outcome, answer.status, code, None if packed else message)
        if not packed:
            raise Unusable("a message that holds no SOAP answer")
        return found


class CamelFront:
    """Flat JSON. ``answer_path``: the keys that lead to the answer, joined by dots; the answer is
    XML as text, or JSON with the names of the message standard. ``service_user``: sent as
    ``userNameService``."""

    def __init__(
        self, answer_path: str, service_user: str, words: AnswerWords | None = None
    ) -> None:
        self._words = words or AnswerWords()
        self._path = tuple(part for part in answer_path.split(".") if part)
        self._user = service_user

    def options(self, shape: OperationShape, fields: Fields) -> CallOptions:
        texts = {name[0].lower() + name[1:]: fields.texts[name] for name in _CAMEL}
        born = birth_text(fields.birth, shape.date)
        return {"json": {**texts, "ngayThangNam": born, "userNameService": self._user}}

    def elements(self, answer: Answer, outcome: CallOutcome) -> Elements:
        body = json_within(answer.json())
        fields = bare_keys(body)
        if _fails(fields):
            code = first_text(fields, "errorcode", "code", "statuscode", "status") or "false"
            raise _refused(outcome, answer.status, code, first_text(fields, *_MESSAGES))
        found = json_within(value_at(body, self._path))
        if packed := xml_within(found):
            return body_elements(text_bytes(packed), outcome, answer.status)
        if found in ([], {}, None) and Remarks(self._words.mean_answered).disagree(body):
            raise Unusable("an empty answer whose message does not say that nobody was found")
        return elements_of(found, verdict=outcome.operation == Operation.AUTHENTICATE)


def _fails(fields: Mapping[str, object]) -> bool:
    """Whether an answer says that the call failed: an error code, a status of HTTP, ``success``."""
    code = _code(fields.get("errorcode"))
    if code is not None and code.casefold() not in _DONE:
        return True
    if str(fields.get("success")).casefold() == "false":
        return True
    numbers = (first_text(fields, key) for key in ("code", "statuscode", "status"))
    return any(number.isdecimal() and int(number[:4]) >= 400 for number in numbers)


def _code(value: object) -> str | None:
    if isinstance(value, bool) or not isinstance(value, str | int):
        return None
    return str(value).strip() or None


def _refused(outcome: CallOutcome, status: int, code: str, message: object) -> Refused:
    detail = short_text(message) if isinstance(message, str) else ""
    shown = short_text(code)[:40]
    return outcome.error(Refused, status, detail or "the front gave no reason", shown)
