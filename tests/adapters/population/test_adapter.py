"""The check of a person."""

from __future__ import annotations

import base64
import hashlib
from typing import Any

import httpx
import pytest
from lxml import etree

from khop.adapters.ports import Context, IdentityAnswer, IdentityCheck, Purpose
from khop.connectors.population import Question
from khop.errors import ConfigError, RecordError, Refused, Unreachable, Unreadable
from khop.mappings.records import Applicant, Birth, IdentityVerdict
from tests.adapters.population.gateway import (
    LAN,
    NOW,
    PURPOSE,
    AdapterOf,
    Book,
    FakePopulationGateway,
    fields_of,
)


def test_an_applicant_is_checked(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book
) -> None:
    adapter = adapter_of(unit_code="H99.01")
    assert isinstance(adapter, IdentityCheck)
    assert adapter.check_identity(LAN, PURPOSE) == IdentityAnswer(IdentityVerdict.MATCH)
    (request,) = gateway.requests
    assert fields_of(request) == {
        "MaYeuCau": fields_of(request)["MaYeuCau"],
        "MaDVC": "1.001193",
        "MaTichHop": "033",
        "MaCanBo": "motcua.demo",
        "MaDonVi": "H99.01",
        "SoDinhDanh": "001185012345",
        "HoVaTen": "TRANTHIMAILAN",
        "NgayThangNam": "19850217",
    }
    assert book.calls == [("population", "XacThucThongTinCongDan", PURPOSE)]


def test_a_call_is_signed_at_the_contexts_time(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    adapter_of(timestamp_unit="s").check_identity(LAN, PURPOSE)
    headers = gateway.requests[0].headers
    stamp = str(int(NOW.timestamp()))
    digest = hashlib.sha256(f"/csdldch99{stamp}not-a-real-secret".encode()).hexdigest()
    signed = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
    assert (headers["timestamp"], signed) == (stamp, f"h99:{digest}")


def test_no_match_is_a_mismatch_with_warnings_beside_it(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    gateway.answer = gateway.sample("xacthuc-res-02-false")
    applicant = Applicant("Trần Thị Mai Lan", "100185012345", birth=Birth(1986))
    answer = adapter_of().check_identity(applicant, PURPOSE)
    assert answer.verdict is IdentityVerdict.MISMATCH
    assert answer.warnings == ("unknown_birth_place", "birth_year_differs")


@pytest.mark.parametrize(
    "applicant",
    [
        Applicant("Trần Thị Mai Lan", "1185012345", birth=Birth(1985)),
        Applicant("Trần Thị Mai Lan", "001185012345"),
        Applicant("", "001185012345", birth=Birth(1985)),
        Applicant("Công ty Mẫu", "001185012345", kind=2, birth=Birth(1985)),
    ],
)
def test_an_applicant_with_unusable_data_causes_no_call(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book, applicant: Any
) -> None:
    with pytest.raises(RecordError):
        adapter_of().check_identity(applicant, PURPOSE)
    assert not gateway.requests
    assert not book.calls


@pytest.mark.parametrize("purpose", [Purpose("", "motcua.demo"), Purpose("1.001193", " ")])
def test_without_a_purpose_no_question_is_sent(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book, purpose: Purpose
) -> None:
    with pytest.raises(RecordError):
        adapter_of().check_identity(LAN, purpose)
    assert not gateway.requests
    assert not book.calls


def test_retries_count_against_the_daily_quota(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, book: Book
) -> None:
    gateway.answer = httpx.Response(503)
    with pytest.raises(Unreachable):
        adapter_of().check_identity(LAN, PURPOSE)
    assert len(gateway.requests) == len(book.calls) == 2
    with pytest.raises(Refused, match="used up"):
        adapter_of(daily_quota=2).check_identity(LAN, PURPOSE)
    assert len(gateway.requests) == 2


def test_without_a_book_of_calls_no_question_is_sent(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, context: Context
) -> None:
    bare = Context(context.key, context.base_dir, context.clock, context.calendar)
    with pytest.raises(ConfigError, match="with a book"):
        adapter_of(bare).check_identity(LAN, PURPOSE)
    assert gateway.requests == []


@pytest.mark.parametrize(
    ("sample", "verdict"),
    [
        ("tracuu-res-01-full-old-three-level", IdentityVerdict.MATCH),
        ("tracuu-res-05-not-found-empty-collection", IdentityVerdict.MISMATCH),
        ("tracuu-res-02-year-only-many-empty", IdentityVerdict.UNKNOWN),
    ],
)
def test_check_with_look_up_compares_the_record(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, sample: str, verdict: IdentityVerdict
) -> None:
    gateway.answer = gateway.sample(sample)
    answer = adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)
    assert answer.verdict is verdict
    assert fields_of(gateway.requests[0])["MaTichHop"] == "037"


@pytest.mark.parametrize(
    "inside",
    [
        "<CongDan/>",
        '<x:CongDan xmlns:x="urn:other"><x:SoDinhDanh>001185012345</x:SoDinhDanh></x:CongDan>',
    ],
)
def test_an_unreadable_look_up_is_no_mismatch(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, inside: Any
) -> None:
    found = gateway.sample("tracuu-res-05-not-found-empty-collection").text
    start = found.index(">", found.index("CongdanCollection")) + 1
    inside = inside if "x:" in inside else inside.replace("<", "<ns1:").replace("<ns1:/", "</ns1:")
    text = found[:start] + inside + found[start:]
    gateway.answer = httpx.Response(200, content=text.encode())
    answer = adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)
    assert answer.verdict is IdentityVerdict.UNKNOWN


def test_an_error_code_in_an_empty_collection_is_no_answer(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    found = gateway.sample("tracuu-res-05-not-found-empty-collection").text
    start = found.index(">", found.index("CongdanCollection")) + 1
    text = f"{found[:start]}<ns1:MaLoi>5</ns1:MaLoi>{found[start:]}"
    gateway.answer = httpx.Response(200, content=text.encode())
    with pytest.raises(Unreadable):
        adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)


@pytest.mark.parametrize(
    ("key", "value"),
    [
        ("headers", {"A B": "x"}),
        ("headers", {"": "x"}),
        ("soap_action", "a\nb"),
        ("soap_action", "é"),
        ("content_type", "application/xml\r\nX: y"),
    ],
)
def test_an_invalid_header_is_refused_before_any_question(
    adapter_of: AdapterOf, key: str, value: object
) -> None:
    with pytest.raises(ConfigError) as wrong:
        adapter_of(**{key: value})
    assert wrong.value.key == f"sources.population.{key}"
    adapter_of(content_type="application/xml; charset=utf-8", soap_action=None)


def test_an_invalid_api_key_counts_no_question(
    adapter_of: AdapterOf, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHOP_TEST_KEY", "two\nlines")
    with pytest.raises(ConfigError, match="api_key"):
        adapter_of(api_key={"env": "KHOP_TEST_KEY"}).check_identity(LAN, PURPOSE)
    assert book.calls == []


def test_an_unknown_attribute_does_not_change_the_verdict(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    found = gateway.sample("tracuu-res-01-full-old-three-level").text
    text = found.replace(":CongdanCollection ", ':CongdanCollection Kieu="1" ', 1)
    assert text != found
    gateway.answer = httpx.Response(200, content=text.encode())
    adapter = adapter_of(check_with="look_up")
    other = Applicant("Trần Thị Mai Lan", "001185012345", birth=Birth(1985, 2, 18))
    assert adapter.check_identity(LAN, PURPOSE).verdict is IdentityVerdict.MATCH
    assert adapter.check_identity(other, PURPOSE).verdict is IdentityVerdict.MISMATCH


def test_contradicting_birth_dates_of_a_record_give_a_warning(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    found = gateway.sample("tracuu-res-01-full-old-three-level").text
    assert "<ns1:Nam>1985" in found
    changed = found.replace("<ns1:Nam>1985", "<ns1:Nam>1986")
    gateway.answer = httpx.Response(200, content=changed.encode())
    answer = adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)
    assert answer.verdict is IdentityVerdict.MATCH
    assert answer.warnings == ("births_disagree",)


@pytest.mark.parametrize("quoted", ["19850217", "1985-02-17", "17/02/1985", "17-02-1985"])
def test_a_quoted_birth_date_is_removed_from_the_error(
    adapter_of: AdapterOf, gateway: FakePopulationGateway, quoted: Any
) -> None:
    fault = "<s:Fault><faultcode>s:Client</faultcode><faultstring>ngay sinh {} sai</faultstring>"
    body = (
        '<s:Envelope xmlns:s="http://schemas.xmlsoap.org/soap/envelope/"><s:Body>'
        f"{fault.format(quoted)}</s:Fault></s:Body></s:Envelope>"
    )
    gateway.answer = httpx.Response(500, content=body.encode())
    with pytest.raises(Refused, match="ngay sinh") as refused:
        adapter_of().check_identity(LAN, PURPOSE)
    assert quoted not in str(refused.value)
    assert "1985" not in str(refused.value)


def test_an_older_form_of_requests_can_be_configured(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    table = {
        "fields": ["MaYeuCau", "MaDichVu", "MaCanBo", "SoDinhDanh", "SoCMND", "HoVaTen"],
        "empty_number": True,
        "name": "spaced",
    }
    adapter_of(authenticate=table).check_identity(Applicant("Võ Ngọc Hân", "079199003210"), PURPOSE)
    root = etree.fromstring(gateway.requests[0].content)
    sent = [etree.QName(e).localname for e in root.find(".//{*}XacThucThongTinCongDan")]
    assert sent == table["fields"]
    assert fields_of(gateway.requests[0])["HoVaTen"] == "VO NGOC HAN"


def test_the_client_offers_the_other_operations(
    adapter_of: AdapterOf, gateway: FakePopulationGateway
) -> None:
    gateway.answer = gateway.sample("nhanthan-res-01-both-parents")
    adapter = adapter_of(relatives={"code": "004"}, unit_code="H99.01")
    found = adapter.client.verify_relatives(
        Question("GIAPTHUHA", "024301005555", birth=2001), PURPOSE
    )
    mother = found.persons[0].Me
    assert mother is not None
    assert mother.SoDinhDanh == "024173000002"
    root = etree.fromstring(gateway.requests[0].content)
    asked = root.find(".//{http://gtel.vn/qldc}XacMinhThongTinNhanThan")
    assert [etree.QName(e).localname for e in asked] == [
        "MaYeuCau", "MaDVC", "MaTichHop", "MaDonVi", "MaCanBo",
        "SoDinhDanh", "SoCMND", "HoVaTen", "NgayThangNamSinh",
    ]  # fmt: skip
    assert asked[-1].text == "2001"
