"""A population database behind its port: settings, one question at a time, a check that asks
about nobody."""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree
from pydantic import ValidationError

from khop.adapters.population import adapter as population
from khop.adapters.population.adapter import ADAPTER, PopulationAdapter
from khop.adapters.population.settings import PopulationSettings
from khop.adapters.ports import Context, IdentityAnswer, IdentityCheck, Purpose, Role
from khop.config.load import load_config
from khop.connectors.http.transport import Timing, Transport, TransportSettings
from khop.connectors.population import Question
from khop.errors import ConfigError, RecordError, Refused, Unauthorised, Unreachable
from khop.mappings.records import Applicant, Birth, IdentityVerdict
from khop.mappings.time.calendar import WorkingCalendar
from tests import paths

AdapterOf = Callable[..., PopulationAdapter]

SAMPLES = paths.SAMPLES / "population"
NOW = datetime(2026, 3, 18, 2, 15, 30, tzinfo=UTC)
SECRET = {"env": "KHOP_TEST_SECRET"}
BASE: dict[str, Any] = {
    "adapter": "population",
    "role": "population",
    "url": "https://trucdulieu.example.vn/csdldc",
    "sign_path": "/csdldc",
    "username": "h99",
    "secret": SECRET,
}
TOKEN = {"token_url": "https://trucdulieu.example.vn/token"}
PURPOSE = Purpose("1.001193", "motcua.demo", "H99.12-260318-0001")
LAN = Applicant("Trần Thị Mai Lan", "001185012345", birth=Birth(1985, 2, 17))


class Gateway(httpx.BaseTransport):
    """Gives a token at /token, and ``answer`` to every question."""

    def __init__(self) -> None:
        self.answer: httpx.Response | Exception = self.sample("xacthuc-res-01-true")
        self.login: httpx.Response = httpx.Response(200, json={"access_token": "t"})
        self.requests: list[httpx.Request] = []

    def sample(self, name: str) -> httpx.Response:
        return httpx.Response(200, content=(SAMPLES / f"{name}.xml").read_bytes())

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        self.requests.append(request)
        given = self.login if request.url.path == "/token" else self.answer
        if isinstance(given, Exception):
            raise given
        headers = {**given.headers, "Date": "Wed, 18 Mar 2026 02:15:37 GMT"}
        return httpx.Response(given.status_code, headers=headers, content=given.content)


class Book:
    """A book of calls in memory."""

    def __init__(self) -> None:
        self.calls: list[tuple[str, str, Purpose]] = []

    def spend(self, source: str, operation: str, purpose: Purpose, *, quota: int) -> None:
        if len(self.calls) >= quota:
            raise Refused(source, operation, detail="the quota of today is used up")
        self.calls.append((source, operation, purpose))


@pytest.fixture
def gateway() -> Gateway:
    return Gateway()


@pytest.fixture
def book() -> Book:
    return Book()


@pytest.fixture
def context(tmp_path: Path, book: Book, monkeypatch: pytest.MonkeyPatch) -> Context:
    monkeypatch.setenv("KHOP_TEST_SECRET", "not-a-real-secret")
    calendar = WorkingCalendar((), ())
    return Context(b"key", tmp_path, lambda: NOW, calendar, book, sleep=lambda seconds: None)


@pytest.fixture
def adapter_of(gateway: Gateway, context: Context, monkeypatch: pytest.MonkeyPatch) -> AdapterOf:
    def transport(name: str, settings: Any, _: Context) -> Transport:
        given = TransportSettings(attempts=settings.attempts, calls_per_second=1e6)
        return Transport(name, given, timing=Timing(sleep=lambda seconds: None), http=gateway)

    monkeypatch.setattr(population, "transport_of", transport)

    def build(context: Context = context, **options: object) -> PopulationAdapter:
        settings = ADAPTER.settings.model_validate({**BASE, **options})
        adapter = ADAPTER.build("population", Role.POPULATION, settings, context)
        assert isinstance(adapter, PopulationAdapter)
        return adapter

    return build


def told(request: httpx.Request) -> dict[str, str]:
    root = etree.fromstring(request.content)
    return {etree.QName(e).localname: e.text for e in root.iter() if e.text and e.text.strip()}


# --- one question -------------------------------------------------------------------------------


def test_an_applicant_is_checked(adapter_of: AdapterOf, gateway: Gateway, book: Book) -> None:
    adapter = adapter_of(unit_code="H99.01")
    assert isinstance(adapter, IdentityCheck)
    assert adapter.check_identity(LAN, PURPOSE) == IdentityAnswer(IdentityVerdict.MATCH)
    (request,) = gateway.requests
    assert told(request) == {
        "MaYeuCau": told(request)["MaYeuCau"],
        "MaDVC": "1.001193",
        "MaTichHop": "033",
        "MaCanBo": "motcua.demo",
        "MaDonVi": "H99.01",
        "SoDinhDanh": "001185012345",
        "HoVaTen": "TRANTHIMAILAN",
        "NgayThangNam": "19850217",
    }
    assert book.calls == [("population", "XacThucThongTinCongDan", PURPOSE)]


def test_a_call_is_signed_at_the_contexts_time(adapter_of: AdapterOf, gateway: Gateway) -> None:
    adapter_of(timestamp_unit="s").check_identity(LAN, PURPOSE)
    headers = gateway.requests[0].headers
    stamp = str(int(NOW.timestamp()))
    digest = hashlib.sha256(f"/csdldch99{stamp}not-a-real-secret".encode()).hexdigest()
    signed = base64.b64decode(headers["authorization"].removeprefix("Basic ")).decode()
    assert (headers["timestamp"], signed) == (stamp, f"h99:{digest}")


def test_no_match_is_a_mismatch_and_oddities_go_beside_it(
    adapter_of: AdapterOf, gateway: Gateway
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
def test_an_applicant_who_cannot_be_found_costs_nothing(
    adapter_of: AdapterOf, gateway: Gateway, book: Book, applicant: Any
) -> None:
    with pytest.raises(RecordError):
        adapter_of().check_identity(applicant, PURPOSE)
    assert not gateway.requests
    assert not book.calls


@pytest.mark.parametrize("purpose", [Purpose("", "motcua.demo"), Purpose("1.001193", " ")])
def test_no_purpose_no_question(
    adapter_of: AdapterOf, gateway: Gateway, book: Book, purpose: Purpose
) -> None:
    with pytest.raises(RecordError):
        adapter_of().check_identity(LAN, purpose)
    assert not gateway.requests
    assert not book.calls


def test_the_quota_of_a_day_holds_for_repeats_too(
    adapter_of: AdapterOf, gateway: Gateway, book: Book
) -> None:
    gateway.answer = httpx.Response(503)
    with pytest.raises(Unreachable):
        adapter_of().check_identity(LAN, PURPOSE)
    assert len(gateway.requests) == len(book.calls) == 2
    with pytest.raises(Refused, match="used up"):
        adapter_of(daily_quota=2).check_identity(LAN, PURPOSE)
    assert len(gateway.requests) == 2


def test_without_a_book_nobody_is_asked_about(
    adapter_of: AdapterOf, gateway: Gateway, context: Context
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
        ("tracuu-res-02-year-only-many-empty", IdentityVerdict.MISMATCH),
    ],
)
def test_a_record_may_be_compared_where_there_is_no_yes_or_no(
    adapter_of: AdapterOf, gateway: Gateway, sample: str, verdict: IdentityVerdict
) -> None:
    gateway.answer = gateway.sample(sample)
    answer = adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)
    assert answer.verdict is verdict
    assert told(gateway.requests[0])["MaTichHop"] == "037"


@pytest.mark.parametrize(
    "inside",
    [
        "<MaLoi>5</MaLoi>",
        "<CongDan/>",
        '<x:CongDan xmlns:x="urn:other"><x:SoDinhDanh>001185012345</x:SoDinhDanh></x:CongDan>',
    ],
)
def test_a_look_up_that_cannot_be_read_finds_nobody_wrong(
    adapter_of: AdapterOf, gateway: Gateway, inside: Any
) -> None:
    found = gateway.sample("tracuu-res-05-not-found-empty-collection").text
    start = found.index(">", found.index("CongdanCollection")) + 1
    inside = inside if "x:" in inside else inside.replace("<", "<ns1:").replace("<ns1:/", "</ns1:")
    text = found[:start] + inside + found[start:]
    gateway.answer = httpx.Response(200, content=text.encode())
    answer = adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)
    assert answer.verdict is IdentityVerdict.UNKNOWN


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
def test_a_header_that_cannot_be_sent_is_found_before_anybody_is_asked_about(
    adapter_of: AdapterOf, key: str, value: object
) -> None:
    with pytest.raises(ConfigError) as wrong:
        adapter_of(**{key: value})
    assert wrong.value.key == f"sources.population.{key}"
    adapter_of(content_type="application/xml; charset=utf-8", soap_action=None)


def test_an_api_key_that_cannot_be_sent_counts_no_question(
    adapter_of: AdapterOf, book: Book, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("KHOP_TEST_KEY", "two\nlines")
    with pytest.raises(ConfigError, match="api_key"):
        adapter_of(api_key={"env": "KHOP_TEST_KEY"}).check_identity(LAN, PURPOSE)
    assert book.calls == []


def test_an_attribute_nobody_knows_takes_no_verdict_away(
    adapter_of: AdapterOf, gateway: Gateway
) -> None:
    found = gateway.sample("tracuu-res-01-full-old-three-level").text
    text = found.replace(":CongdanCollection ", ':CongdanCollection Kieu="1" ', 1)
    assert text != found
    gateway.answer = httpx.Response(200, content=text.encode())
    adapter = adapter_of(check_with="look_up")
    other = Applicant("Trần Thị Mai Lan", "001185012345", birth=Birth(1985, 2, 18))
    assert adapter.check_identity(LAN, PURPOSE).verdict is IdentityVerdict.MATCH
    assert adapter.check_identity(other, PURPOSE).verdict is IdentityVerdict.MISMATCH


def test_births_of_a_record_that_disagree_are_told(adapter_of: AdapterOf, gateway: Gateway) -> None:
    found = gateway.sample("tracuu-res-01-full-old-three-level").text
    assert "<ns1:Nam>1985" in found
    changed = found.replace("<ns1:Nam>1985", "<ns1:Nam>1986")
    gateway.answer = httpx.Response(200, content=changed.encode())
    answer = adapter_of(check_with="look_up").check_identity(LAN, PURPOSE)
    assert answer.verdict is IdentityVerdict.MATCH
    assert answer.warnings == ("births_disagree",)


@pytest.mark.parametrize("quoted", ["19850217", "1985-02-17", "17/02/1985", "17-02-1985"])
def test_a_refusal_that_quotes_the_birth_date_does_not_tell_it(
    adapter_of: AdapterOf, gateway: Gateway, quoted: Any
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


def test_an_older_shape_is_a_matter_of_settings(adapter_of: AdapterOf, gateway: Gateway) -> None:
    table = {
        "fields": ["MaYeuCau", "MaDichVu", "MaCanBo", "SoDinhDanh", "SoCMND", "HoVaTen"],
        "empty_number": True,
        "name": "spaced",
    }
    adapter_of(authenticate=table).check_identity(Applicant("Võ Ngọc Hân", "079199003210"), PURPOSE)
    root = etree.fromstring(gateway.requests[0].content)
    sent = [etree.QName(e).localname for e in root.find(".//{*}XacThucThongTinCongDan")]
    assert sent == table["fields"]
    assert told(gateway.requests[0])["HoVaTen"] == "VO NGOC HAN"


def test_the_client_asks_the_other_questions(adapter_of: AdapterOf, gateway: Gateway) -> None:
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


# --- ways in ------------------------------------------------------------------------------------


def test_a_plain_token(adapter_of: AdapterOf, gateway: Gateway) -> None:
    adapter_of(auth="wso2", **TOKEN).check_identity(LAN, PURPOSE)
    assert [r.url.path for r in gateway.requests] == ["/token", "/csdldc"]
    assert gateway.requests[1].headers["authorization"] == "Bearer t"


def test_a_provincial_lgsp(adapter_of: AdapterOf, gateway: Gateway) -> None:
    adapter_of(
        auth="lgsp",
        app_name="motcua",
        partner_code="H99",
        service_account="canbo",
        service_secret=SECRET,
        authenticate={"path": "xacthuc"},
        **TOKEN,
    ).check_identity(LAN, PURPOSE)
    call = gateway.requests[1]
    assert call.url.path == "/csdldc/xacthuc"
    keys = json.loads(base64.b64decode(call.headers["lgspaccesstoken"]))
    assert keys == {
        "AccessKey": "h99",
        "SecretKey": "not-a-real-secret",
        "AppName": "motcua",
        "PartnerCode": "H99",
        "PartnerCodeCus": "",
    }
    assert base64.b64decode(call.headers["authhash"]) == b"canbo:not-a-real-secret"


@pytest.mark.parametrize("token", [{}, TOKEN])
def test_a_front_in_pascal_names_with_and_without_a_token(
    adapter_of: AdapterOf, gateway: Gateway, token: Any
) -> None:
    message = (SAMPLES / "xacthuc-res-01-true.xml").read_text("utf-8")
    gateway.answer = httpx.Response(200, json={"error_code": "0", "message": message})
    answer = adapter_of(auth="json_pascal", **token).check_identity(LAN, PURPOSE)
    assert answer.verdict is IdentityVerdict.MATCH
    assert ("authorization" in gateway.requests[-1].headers) is bool(token)


def test_a_front_in_camel_names(adapter_of: AdapterOf, gateway: Gateway) -> None:
    gateway.login = httpx.Response(200, json={"token": "t"})
    gateway.answer = httpx.Response(200, json={"data": {"tonTai": False}})
    adapter = adapter_of(auth="json_camel", answer_path="data", service_account="SO_DEMO", **TOKEN)
    assert adapter.check_identity(LAN, PURPOSE).verdict is IdentityVerdict.MISMATCH
    asked = json.loads(gateway.requests[1].content)
    assert (asked["userNameService"], asked["ngayThangNam"]) == ("SO_DEMO", "1985-02-17")
    assert gateway.requests[0].headers["auth"] == "not-a-real-secret"


def test_further_headers_and_the_api_key_travel_with_each_question(
    adapter_of: AdapterOf, gateway: Gateway
) -> None:
    adapter_of(headers={"X-Road-Client": "VN/GOV/H99/x"}, api_key=SECRET).check_identity(
        LAN, PURPOSE
    )
    headers = gateway.requests[0].headers
    assert (headers["x-road-client"], headers["apikey"]) == ("VN/GOV/H99/x", "not-a-real-secret")


# --- khop check ---------------------------------------------------------------------------------


def test_a_check_asks_about_nobody(adapter_of: AdapterOf, gateway: Gateway, book: Book) -> None:
    gateway.answer = httpx.Response(401)
    health = adapter_of().check()
    assert health.ok
    assert health.clock_skew == 7.0
    assert [(r.method, r.content) for r in gateway.requests] == [("GET", b"")]
    assert [step.name for step in health.steps] == ["reach", "login"]
    assert "not tried" in health.steps[1].detail
    assert book.calls == []


def test_a_check_logs_in_where_there_is_a_login(
    adapter_of: AdapterOf, gateway: Gateway, book: Book
) -> None:
    gateway.answer = httpx.Response(405)
    health = adapter_of(auth="wso2", **TOKEN).check()
    assert health.ok
    assert health.steps[1].detail == ""
    gateway.login = httpx.Response(401)
    health = adapter_of(auth="wso2", **TOKEN).check()
    assert [step.ok for step in health.steps] == [True, False]
    assert {r.method for r in gateway.requests if r.url.path == "/csdldc"} == {"GET"}
    assert book.calls == []


@pytest.mark.parametrize("answer", [httpx.ConnectError("no route"), httpx.Response(503)])
def test_a_gateway_with_nothing_behind_it_is_not_reached(
    adapter_of: AdapterOf, gateway: Gateway, answer: Any
) -> None:
    gateway.answer = answer
    health = adapter_of().check()
    assert [(step.name, step.ok) for step in health.steps] == [("reach", False)]


def test_a_secret_that_is_not_there_fails_the_check(
    adapter_of: AdapterOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    adapter = adapter_of()
    monkeypatch.delenv("KHOP_TEST_SECRET")
    health = adapter.check()
    assert not health.ok
    assert "KHOP_TEST_SECRET" in health.steps[1].detail


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("options", "key"),
    [
        ({"sign_path": None}, "sign_path"),
        ({"username": " "}, "username"),
        ({"secret": None}, "secret"),
        ({"auth": "wso2"}, "token_url"),
        ({"auth": "lgsp", "service_account": "a", **TOKEN}, "service_secret"),
        ({"auth": "json_camel"}, "token_url"),
        ({"url": "trucdulieu.example.vn"}, "url"),
        ({"authenticate": {"fields": ["HoVaTen"]}}, "authenticate.fields"),
        ({"household": {"prefix": "1x"}}, "household.prefix"),
        ({"headers": {"X": "a\nb"}}, "headers"),
        ({"auth": "wso2", "token_url": "x"}, "token_url"),
    ],
)
def test_a_setting_that_is_missing_or_wrong_is_named(
    adapter_of: AdapterOf, options: Any, key: str
) -> None:
    with pytest.raises(ConfigError) as wrong:
        adapter_of(**options)
    assert wrong.value.key == f"sources.population.{key}"


@pytest.mark.parametrize(
    "options", [{"auth": "get"}, {"daily_quota": 0}, {"secret": "text"}, {"x": 1}]
)
def test_what_the_settings_do_not_know_is_refused(options: Any) -> None:
    with pytest.raises(ValidationError):
        ADAPTER.settings.model_validate({**BASE, **options})


def test_a_configuration_file_loads(tmp_path: Path) -> None:
    path = tmp_path / "khop.toml"
    path.write_text(
        """
[province]
name = "Tỉnh Mẫu"
code = "H99"

[sources.population]
adapter = "population"
role = "population"
url = "http://127.0.0.1:8104/csdldc"
sign_path = "/csdldc"
username = "h99"
secret = { env = "KHOP_POPULATION_SECRET" }
timestamp_unit = "ms"

[sources.population.authenticate]
code = "003"
""",
        "utf-8",
    )
    settings = load_config(path, {"population": ADAPTER}).sources["population"]
    assert isinstance(settings, PopulationSettings)
    assert (settings.authenticate.code, settings.attempts, settings.daily_quota) == ("003", 2, 1000)
    assert settings.relatives.namespace == "http://gtel.vn/qldc"


def test_a_token_that_was_turned_down_is_renewed_once(
    adapter_of: AdapterOf, gateway: Gateway, book: Book
) -> None:
    gateway.answer = httpx.Response(401)
    with pytest.raises(Unauthorised):
        adapter_of(auth="wso2", **TOKEN).check_identity(LAN, PURPOSE)
    paths = [r.url.path for r in gateway.requests]
    assert paths == ["/token", "/csdldc", "/token", "/csdldc"]
    assert len(book.calls) == 2
