"""Answers of the population database in other spellings, and packed once more."""

from __future__ import annotations

import html
import json

import pytest

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.population import AnswerReader, CamelFront, PascalFront
from khop.connectors.population.soap import body_elements
from khop.connectors.population.wire import PersonAnswer
from khop.errors import ConnectorError, Refused
from tests.connectors.scripted import answer
from tests.connectors.test_answer_words import SAY_NOTHING_FOUND, SAY_SOMETHING_ELSE

LOOK_UP = CallOutcome("pop", "TraCuuThongTinCongDan", write=False)
READER = AnswerReader()
NS = "http://www.mic.gov.vn/dancu/1.0"
SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
PERSON = "<CongDan><SoDinhDanh>001185012345</SoDinhDanh></CongDan>"
COLLECTION = f'<CongdanCollection xmlns="{NS}">{PERSON}</CongdanCollection>'
NOBODY = f'<CongdanCollection xmlns="{NS}"/>'


def soap(inner: str, uri: str = SOAP) -> str:
    named = f' xmlns="{uri}"' if uri else ""
    return f"<Envelope{named}><Body>{inner}</Body></Envelope>"


def persons(text: str) -> PersonAnswer:
    return READER.persons(body_elements(text.encode(), LOOK_UP, 200))


def number(found: PersonAnswer) -> str | None:
    (person,) = found.persons
    return person.SoDinhDanh


@pytest.mark.parametrize(
    "text",
    [
        soap(COLLECTION),
        soap(COLLECTION, uri=""),
        soap(f"<CongdanCollection>{PERSON}</CongdanCollection>", uri=""),
        soap(f"<CongDanCollection>{PERSON}</CongDanCollection>", uri=""),
        soap(COLLECTION.replace("CongDan", "Congdan").replace("SoDinhDanh", "SODINHDANH")),
        f"<congdancollection>{PERSON.lower()}</congdancollection>",
        soap(f"<Response><return>{html.escape(COLLECTION)}</return></Response>"),
        soap(f"<Response><return><![CDATA[{COLLECTION}]]></return></Response>"),
        soap(f"<Response>{html.escape(soap(COLLECTION))}</Response>"),
        f"<string xmlns='http://tempuri.org/'>{html.escape(soap(COLLECTION))}</string>",
        f"<string>{html.escape(html.escape(COLLECTION))}</string>",
    ],
)
def test_a_person_is_read_in_every_spelling_and_packing(text: str) -> None:
    assert number(persons(text)) == "001185012345"


def test_nobody_is_found_also_in_a_packed_answer() -> None:
    assert persons(soap(f"<R>{html.escape(NOBODY)}</R>")).persons == ()


@pytest.mark.parametrize(
    "text",
    [
        soap("<Response>Không kết nối được</Response>"),
        soap(f"<R><a>{html.escape(NOBODY)}</a><b>Không kết nối được</b></R>"),
        soap("<DanhSach><CongDan/></DanhSach>"),
        f"<string>{html.escape('<error>Session</error>')}</string>",
        '<CongdanCollection xmlns="http://other.example.vn/"/>',
        "<string>{}</string>",
    ],
)
def test_another_form_is_never_nobody(text: str) -> None:
    with pytest.raises(Unusable, match=r"without CongdanCollection|unknown namespace"):
        persons(text)


def test_a_fault_inside_a_text_is_a_fault() -> None:
    fault = "<Fault><faultcode>Client</faultcode><faultstring>Sai</faultstring></Fault>"
    with pytest.raises(Refused, match="Sai"):
        persons(f"<string>{html.escape(soap(fault))}</string>")


@pytest.mark.parametrize("note", ["", *SAY_NOTHING_FOUND[:6]])
def test_an_empty_collection_may_say_that_nobody_was_found(note: str) -> None:
    found = persons(f'<CongdanCollection xmlns="{NS}" GhiChu="{html.escape(note)}"/>')
    assert found.persons == ()


@pytest.mark.parametrize("note", SAY_SOMETHING_ELSE)
def test_an_empty_collection_with_another_note_is_no_answer(note: str) -> None:
    with pytest.raises(Unusable, match="note"):
        persons(f'<CongdanCollection xmlns="{NS}" GhiChu="{html.escape(note)}"/>')


@pytest.mark.parametrize(
    "answer",
    [
        '<R><MaLoi>500</MaLoi><CongdanCollection xmlns="{0}"/></R>',
        '<R><CongdanCollection xmlns="{0}"/><ThongBao>Hệ thống bận</ThongBao></R>',
        '<CongdanCollection xmlns="{0}">Hệ thống bận</CongdanCollection>',
    ],
)
def test_an_empty_collection_beside_another_text_is_no_answer(answer: str) -> None:
    with pytest.raises(Unusable, match="note"):
        persons(answer.format(NS))


def pascal(body: object) -> PersonAnswer:
    given: Answer = answer(body)
    return READER.persons(PascalFront().elements(given, LOOK_UP))


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": "0", "message": soap(COLLECTION)},
        {"error_code": 0, "message": html.escape(soap(COLLECTION))},
        {"error_code": 0, "message": json.dumps(soap(COLLECTION))},
        {"errorCode": "00", "message": "", "result": soap(COLLECTION)},
        {"ERROR_CODE": "0", "Message ": f"<![CDATA[{COLLECTION}]]>"},
        json.dumps({"error_code": 0, "message": COLLECTION}),
    ],
)
def test_a_front_may_pack_the_answer_in_many_ways(body: object) -> None:
    assert number(pascal(body)) == "001185012345"


@pytest.mark.parametrize(
    "body",
    [
        {"error_code": "-1", "message": soap(NOBODY)},
        {"error_code": "5", "message": "Hệ thống đang bận"},
        {"error_code": 0, "message": "Không tìm thấy trục"},
        {"error_code": 0, "message": ""},
    ],
)
def test_a_front_that_failed_is_never_nobody(body: object) -> None:
    with pytest.raises((ConnectorError, ValueError)):
        pascal(body)


def camel(body: object) -> PersonAnswer:
    return READER.persons(CamelFront("data", "u").elements(answer(body), LOOK_UP))


def test_a_flat_front_is_read_and_may_find_nobody() -> None:
    for data in ({"soDinhDanh": "001185012345"}, '{"soDinhDanh": "001185012345"}', COLLECTION):
        assert number(camel({"code": 200, "data": data})) == "001185012345"
    assert camel({"code": 200, "message": "Không tìm thấy", "data": []}).persons == ()


@pytest.mark.parametrize(
    "body",
    [
        {"code": 500, "message": "Lỗi", "data": []},
        {"errorCode": "003", "data": []},
        {"success": False, "data": []},
        {"status": "503", "data": []},
        {"message": "Hệ thống đang bận", "data": []},
        {"message": "Session không hợp lệ hoặc đã hết hạn", "data": []},
    ],
)
def test_a_flat_front_that_failed_is_never_nobody(body: object) -> None:
    with pytest.raises((ConnectorError, ValueError)):
        camel(body)
