"""The population database on the wire: signatures, bad requests, and every form of answer."""

from __future__ import annotations

import base64
import hashlib
import json
import unicodedata
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import Any

import httpx
import pytest
from lxml import etree

from khop.sandbox.faults import NONE, Faults
from khop.sandbox.http import Listener
from khop.sandbox.population import FRONT_PATH, Population, PopulationOptions
from khop.sandbox.population_checks import Shape
from khop.sandbox.population_login import (
    CONSUMER_KEY,
    CONSUMER_SECRET,
    FRONT_AUTH,
    LGSP_ACCOUNT,
    LGSP_KEY_NAME,
    LGSP_KEY_PASS,
    SECRET,
    SIGN_PATH,
    TOKEN_PATHS,
    USERNAME,
)
from khop.sandbox.population_people import Person
from khop.sandbox.violations import Violations
from khop.sandbox.world import World

NOW = 1_787_563_800.0
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
BCA = "http://dancuquocgia.bca"
GTEL = "http://gtel.vn/qldc"
MIC = "{http://www.mic.gov.vn/dancu/1.0}"
LOOK_UP, VERIFY = "TraCuuThongTinCongDan", "XacThucThongTinCongDan"
KIN, HOUSEHOLD = "XacMinhThongTinNhanThan", "CungCapThongTinHoGiaDinh"
NUMBERS = {LOOK_UP: "037", VERIFY: "033", KIN: "004", HOUSEHOLD: "034"}

Fields = dict[str, Any]


class Client:
    """A client of one running database, without any retry."""

    def __init__(self, app: Population, http: httpx.Client, violations: Violations) -> None:
        self.app = app
        self.http = http
        self.violations = violations
        self._numbers = count(1)

    def kinds(self) -> list[str]:
        return [violation.kind for violation in self.violations]

    def fields(self, person: Person, operation: str = LOOK_UP, **changes: Any) -> Fields:
        """A request about a person that nothing is wrong with."""
        fields: Fields = {
            "MaYeuCau": f"KHOP-{next(self._numbers):08d}",
            "MaDVC": "1.001193",
            "MaTichHop": NUMBERS[operation],
            "MaCanBo": "motcua.mau",
            "SoDinhDanh": person.number,
            "HoVaTen": person.folded,
            "NgayThangNamSinh": {"NgayThangNam": f"{person.birth:%Y%m%d}"},
        }
        if operation == KIN:
            fields["NgayThangNamSinh"] = f"{person.birth:%Y-%m-%d}"
        known = {name: value for name, value in changes.items() if name in fields}
        return inserted(fields | known, changes)

    def send(
        self, operation: str, fields: Fields, *, space: str = BCA, **headers: str
    ) -> httpx.Response:
        body = message(operation, list(fields.items()), space)
        sent = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed() | headers
        return self.http.post(SIGN_PATH, content=body, headers=sent)

    def ask(self, operation: str, person: Person, **changes: Any) -> Any:
        """The one element in the answer's body, or None."""
        space = GTEL if operation == KIN else BCA
        answer = self.send(operation, self.fields(person, operation, **changes), space=space)
        assert answer.status_code == 200, answer.text
        return content(answer.content)

    def verdict(self, person: Person, **changes: Any) -> bool:
        root = self.ask(VERIFY, person, **changes)
        assert local(root) in ("KetQuaXacThuc", "KetQuaXacThucResponse")
        assert etree.QName(root).namespace == BCA
        return {"true": True, "1": True, "false": False, "0": False}[root[0].text]

    def records(self, operation: str, person: Person, **changes: Any) -> list[Any]:
        root = self.ask(operation, person, **changes)
        return [] if root is None else list(root.findall(f"{MIC}CongDan"))


def inserted(fields: Fields, changes: Fields) -> Fields:
    """The fields with new ones before the name."""
    new = {name: value for name, value in changes.items() if name not in fields}
    rows = list(fields.items())
    place = list(fields).index("HoVaTen")
    return dict([*rows[:place], *new.items(), *rows[place:]])


def signed(
    *, stamp: str | None = None, user: str = USERNAME, secret: str = SECRET
) -> dict[str, str]:
    stamp = stamp or f"{NOW * 1000:.0f}"
    digest = hashlib.sha256(f"{SIGN_PATH}{user}{stamp}{secret}".encode()).hexdigest()
    return {"Authorization": in_basic(user, digest), "Timestamp": stamp}


def in_basic(first: str, second: str) -> str:
    return "Basic " + base64.b64encode(f"{first}:{second}".encode()).decode()


def message(operation: str, fields: list[tuple[str, Any]], space: str = BCA) -> bytes:
    root = etree.Element(f"{SOAP}Envelope", nsmap={"soapenv": SOAP[1:-1], "q": space})
    etree.SubElement(root, f"{SOAP}Header")
    call = etree.SubElement(etree.SubElement(root, f"{SOAP}Body"), f"{{{space}}}{operation}")
    for name, value in fields:
        element = etree.SubElement(call, f"{{{space}}}{name}")
        if isinstance(value, dict):
            for inner, text in value.items():
                etree.SubElement(element, f"{{{space}}}{inner}").text = text
        else:
            element.text = value
    text: bytes = etree.tostring(root, encoding="UTF-8")
    return text


def content(body: bytes) -> Any:
    found = etree.fromstring(body).find(f"{SOAP}Body")
    assert len(found) <= 1
    return found[0] if len(found) else None


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def text(record: Any, *names: str) -> str | None:
    """The text of a nested element, "" where it is empty and None where there is none."""
    found = record.find("/".join(MIC + name for name in names))
    return None if found is None else found.text or ""


@contextmanager
def running(
    world: World, faults: Faults = NONE, clock: Callable[[], float] = lambda: 0.0, **options: Any
) -> Iterator[Client]:
    violations = Violations(world.register)
    app = Population(
        world, violations, PopulationOptions(now=lambda: NOW, **options),
        faults=faults, clock=clock, sleep=lambda _: None,
    )  # fmt: skip
    listener = Listener(app, "127.0.0.1", 0)
    listener.start()
    try:
        with httpx.Client(base_url=listener.url, timeout=5) as http:
            yield Client(app, http, violations)
    finally:
        listener.stop()


@pytest.fixture
def client(world: World) -> Iterator[Client]:
    with running(world) as client:
        yield client


@pytest.fixture
def plain(world: World) -> Iterator[Client]:
    """Answers in the usual form only."""
    with running(world, odd=0.0) as client:
        yield client


def somebody(client: Client, index: int = 0) -> Person:
    """A citizen of the database with a full birth date, the ``index``-th of them."""
    found = [
        person
        for each in range(100)
        if (person := client.app.people.citizen(each)) and not person.year_only
    ]
    return found[index]


# --- who is asked about ----------------------------------------------------------------------


def test_a_right_claim_is_true_and_a_wrong_one_false(client: Client) -> None:
    person = somebody(client)
    assert client.verdict(person) is True
    assert client.verdict(person, HoVaTen="NGUYENVANKHAC") is False
    assert client.verdict(person, NgayThangNamSinh={"NgayThangNam": "19000101"}) is False
    assert client.verdict(person, SoDinhDanh="099999999999") is False
    assert client.kinds() == []


def test_year_and_dashed_day_are_understood(client: Client) -> None:
    person = somebody(client)
    assert client.verdict(person, NgayThangNamSinh={"Nam": f"{person.birth:%Y}"}) is True
    dashed = {"NgayThangNam": f"{person.birth:%Y-%m-%d}"}
    assert client.verdict(person, NgayThangNamSinh=dashed) is True


def test_of_some_only_the_year_is_known(plain: Client) -> None:
    person = plain.app.people.citizen(3)
    assert person is not None and person.year_only
    (record,) = plain.records(LOOK_UP, person)
    assert text(record, "NgayThangNamSinh", "Nam") == f"{person.birth:%Y}"
    assert text(record, "NgayThangNamSinh", "NgayThangNam") is None


def test_some_citizens_are_not_there(client: Client, world: World) -> None:
    missing = [n for n in range(100) if client.app.people.citizen(n) is None]
    assert 0 < len(missing) < 20
    number = world.register.citizen(missing[0]).identity
    assert client.verdict(somebody(client), SoDinhDanh=number) is False


def test_the_birth_is_the_local_day_the_one_stop_keeps_in_utc(client: Client) -> None:
    person = client.app.people.citizen(0)
    assert person is not None
    assert f"{person.birth:%Y-%m-%d}" == "1970-01-02"


def test_two_people_stand_behind_one_old_number(plain: Client) -> None:
    person = plain.app.people.citizen(0)
    assert person is not None
    rows = plain.records(LOOK_UP, person, SoDinhDanh="", SoCMND=person.card)
    assert len(rows) == 2
    assert {text(row, "SoCMND") for row in rows} == {person.card}
    assert len({text(row, "SoDinhDanh") for row in rows}) == 2
    assert len({text(row, "HoVaTen", "Ten") for row in rows}) == 2


def test_both_numbers_must_fit(client: Client) -> None:
    person = somebody(client)
    assert client.verdict(person, SoCMND=person.card) is True
    assert client.verdict(person, SoCMND="299999999") is False


def test_a_number_of_the_test_environment_is_found(plain: Client) -> None:
    person = plain.app.people.by_number("100000000003")
    assert person is not None
    (record,) = plain.records(LOOK_UP, person)
    assert text(record, "SoDinhDanh") == "100000000003"


# --- the forms of an answer ------------------------------------------------------------------


def test_the_usual_record_is_the_live_one(plain: Client) -> None:
    person = somebody(plain, 2)
    (record,) = plain.records(LOOK_UP, person)
    assert record.prefix == "ns1"
    assert [local(child) for child in record] == [
        "SoDinhDanh", "SoCMND", "HoVaTen", "GioiTinh", "DanToc", "TonGiao", "TinhTrangHonNhan",
        "NhomMau", "NgayThangNamSinh", "NoiDangKyKhaiSinh", "QuocTich", "QueQuan", "ThuongTru",
        "NoiOHienTai", "Cha", "Me", "VoChong", "NguoiDaiDien", "ChuHo", "SoSoHoKhau",
    ]  # fmt: skip
    assert text(record, "HoVaTen", "Ten") == person.name.upper()
    assert text(record, "HoVaTen", "Ho") == ""
    birth = text(record, "NgayThangNamSinh", "NgayThangNam")
    assert birth == f"{person.birth:%Y%m%d}"
    assert text(record, "NguoiDaiDien", "HoVaTen") == ""


def test_every_form_of_a_record_comes_and_says_the_same(world: World) -> None:
    seen: Counter[str] = Counter()
    with running(world, odd=0.4) as client:
        person = somebody(client, 5)
        for _ in range(120):
            (record,) = client.records(LOOK_UP, person)
            seen.update(traits(record))
            assert text(record, "SoDinhDanh") == person.number
            assert spelt(record) == unicodedata.normalize("NFC", person.name.upper())
    assert seen.keys() == {
        "ns1", "ns2", "default", "split", "decomposed", "attributes", "dashed", "day alone",
        "both", "absent", "grouped", "zeros lost", "strange", "shuffled",
    }  # fmt: skip


def traits(record: Any) -> Iterator[str]:
    yield record.prefix or "default"
    yield from (("split",) if text(record, "HoVaTen", "Ho") else ())
    full = "".join(record.find(f"{MIC}HoVaTen").itertext())
    yield from (("decomposed",) if not unicodedata.is_normalized("NFC", full) else ())
    yield from (("attributes",) if record.getparent().get("SoCongDan") else ())
    day = text(record, "NgayThangNamSinh", "NgayThangNam") or ""
    year = text(record, "NgayThangNamSinh", "Nam")
    yield "dashed" if "-" in day else "both" if year else "day alone"
    yield from (("absent",) if record.find(f"{MIC}NguoiDaiDien") is None else ())
    yield from (("grouped",) if text(record, "DanToc", "MaDanToc") else ())
    yield from (("zeros lost",) if text(record, "TonGiao") == "0" else ())
    yield from (("strange",) if text(record, "LoaiTaiKhoan") else ())
    yield from (("shuffled",) if local(record[0]) != "SoDinhDanh" else ())


def spelt(record: Any) -> str:
    parts = [text(record, "HoVaTen", name) for name in ("Ho", "ChuDem", "Ten")]
    return unicodedata.normalize("NFC", " ".join(filter(None, parts)).upper())


def test_addresses_have_three_levels_or_two(plain: Client) -> None:
    districts = Counter()
    for index in range(12):
        if person := plain.app.people.citizen(index):
            (record,) = plain.records(LOOK_UP, person)
            districts[bool(text(record, "ThuongTru", "MaQuanHuyen"))] += 1
    assert districts.keys() == {True, False}


def test_nobody_is_said_in_three_ways(client: Client) -> None:
    person = somebody(client)
    roots = [client.ask(LOOK_UP, person, HoVaTen="KHONGCOAI") for _ in range(30)]
    notes = {"no collection" if root is None else root.get("GhiChu") for root in roots}
    assert notes == {"no collection", None, "Không tìm thấy"}
    assert all(root is None or len(root) == 0 for root in roots)


def test_verdicts_come_under_several_prefixes_and_spellings(world: World) -> None:
    with running(world, odd=0.5) as client:
        person = somebody(client)
        roots = [client.ask(VERIFY, person) for _ in range(60)]
    assert {root.prefix for root in roots} == {"dan", "ns2", None}
    assert {root[0].text for root in roots} == {"true", "1"}
    assert {local(root) for root in roots} == {"KetQuaXacThuc", "KetQuaXacThucResponse"}


def test_kin_has_both_parents_or_the_mother_alone(plain: Client) -> None:
    parents = Counter()
    for index in range(30):
        person = plain.app.people.citizen(index)
        if person is not None and not person.year_only:
            (record,) = plain.records(KIN, person)
            fathers = record.find(f"{MIC}Cha") is not None
            assert record.find(f"{MIC}Me") is not None
            parents[fathers] += 1
    assert parents.keys() == {True, False}


def test_a_relative_is_somebody_the_database_knows(plain: Client) -> None:
    person = somebody(plain)
    (record,) = plain.records(KIN, person)
    number = text(record, "Me", "SoDinhDanh") or ""
    card = text(record, "Me", "SoCMND") or ""
    (mother,) = plain.app.people.find(number, card)
    assert text(record, "Me", "HoVaTen") == mother.name.upper()


def test_a_household_names_its_head_in_every_record(plain: Client) -> None:
    sizes = Counter()
    for index in range(30):
        person = plain.app.people.citizen(index)
        if person is not None and not person.year_only:
            rows = plain.records(HOUSEHOLD, person)
            sizes[len(rows)] += 1
            heads = {text(row, "ChuHo", "SoDinhDanh") for row in rows}
            assert heads == {text(rows[0], "SoDinhDanh")}
            assert text(rows[0], "ChuHo", "QuanHe") == "CH01"
            assert person.number in {text(row, "SoDinhDanh") for row in rows}
    assert sizes.keys() == {1, 2, 3}


# --- what a request must be like -------------------------------------------------------------


@pytest.mark.parametrize(
    ("changes", "kind", "where"),
    [
        ({"MaYeuCau": "x" * 41}, "too_long", "MaYeuCau"),
        ({"MaDVC": ""}, "missing_field", "MaDVC"),
        ({"MaTichHop": "033"}, "bad_service_number", "MaTichHop"),
        ({"SoDinhDanh": "99000000000"}, "bad_number", "SoDinhDanh"),
        ({"SoDinhDanh": "", "SoCMND": "12345678"}, "bad_number", "SoCMND"),
        ({"SoDinhDanh": ""}, "missing_field", "SoDinhDanh"),
        ({"NgayThangNamSinh": {}}, "birth_children", "NgayThangNamSinh"),
        (
            {"NgayThangNamSinh": {"Nam": "1985", "NgayThangNam": "19850217"}},
            "birth_children",
            "NgayThangNamSinh",
        ),
        ({"NgayThangNamSinh": "1985-02-17"}, "birth_children", "NgayThangNamSinh"),
        ({"NgayThangNamSinh": {"Nam": "85"}}, "bad_birth", "NgayThangNamSinh.Nam"),
        (
            {"NgayThangNamSinh": {"NgayThangNam": "17021985"}},
            "bad_birth",
            "NgayThangNamSinh.NgayThangNam",
        ),
        ({"Email": "x"}, "unknown_element", "Email"),
    ],
)
def test_a_request_with_a_fault_is_refused_and_noted(
    client: Client, changes: Fields, kind: str, where: str
) -> None:
    fields = client.fields(somebody(client), **changes)
    answer = client.send(LOOK_UP, fields)
    assert answer.status_code == 500
    assert local(content(answer.content)) == "Fault"
    assert [(v.kind, v.detail) for v in client.violations] == [(kind, where)]


def test_elements_out_of_order_are_refused(client: Client) -> None:
    fields = client.fields(somebody(client))
    answer = client.send(LOOK_UP, dict(sorted(fields.items())))
    assert answer.status_code == 500
    assert set(client.kinds()) == {"element_order"}


def test_an_element_that_comes_twice_is_refused(client: Client) -> None:
    fields = list(client.fields(somebody(client)).items())
    body = message(LOOK_UP, [*fields[:6], fields[5], *fields[6:]])
    headers = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed()
    assert client.http.post(SIGN_PATH, content=body, headers=headers).status_code == 500
    assert client.kinds() == ["doubled_element"]


@pytest.mark.parametrize("name", ["Nguyễn Văn Mẫu", "NGUYEN VAN MAU", "nguyenvanmau"])
def test_a_name_that_is_not_folded_is_nobodys(client: Client, name: str) -> None:
    assert client.verdict(somebody(client), HoVaTen=name) is False
    assert client.kinds() == ["name_not_folded"]


def test_the_unit_stands_where_the_deployment_has_it(world: World) -> None:
    with running(world) as client:
        assert unit_after_officer(client) == 200
        assert unit_before_officer(client) == 500
        assert client.kinds() == ["element_order"]
    with running(world, shape=Shape(unit="before_officer")) as client:
        assert unit_before_officer(client) == 200
        assert unit_after_officer(client) == 500
    with running(world, shape=Shape(unit="none")) as client:
        assert unit_after_officer(client) == 500
        assert client.kinds() == ["unknown_element"]


def unit_after_officer(client: Client) -> int:
    rows = list(client.fields(somebody(client)).items())
    later = [("MaDonVi", "H99.01"), ("TaiKhoan", "mau"), ("SoDienThoai", "0")]
    return client.send(LOOK_UP, dict([*rows[:4], *later, *rows[4:]])).status_code


def unit_before_officer(client: Client) -> int:
    rows = list(client.fields(somebody(client)).items())
    return client.send(LOOK_UP, dict([*rows[:3], ("MaDonVi", "H99.01"), *rows[3:]])).status_code


def test_the_older_shape_names_a_service_and_no_birth(world: World) -> None:
    with running(world, shape=Shape(service=True)) as client:
        person = somebody(client)
        fields = {
            "MaYeuCau": "1",
            "MaDichVu": "033",
            "MaCanBo": "VDXP",
            "SoDinhDanh": person.number,
            "SoCMND": "",
            "HoVaTen": "NGUYEN VAN MAU",
        }
        assert person.name == "Nguyễn Văn Mẫu"
        answer = client.send(VERIFY, fields)
        assert content(answer.content)[0].text in ("true", "1")
        assert client.kinds() == []
        assert client.send(VERIFY, client.fields(person, VERIFY)).status_code == 500


def test_kin_has_a_namespace_and_a_flat_birth_of_its_own(world: World) -> None:
    with running(world) as client:
        person = somebody(client)
        fields = client.fields(person, KIN)
        assert client.send(KIN, fields).status_code == 500
        assert client.kinds() == ["wrong_namespace"]
        nested = client.fields(person, KIN, NgayThangNamSinh={"Nam": "1970"})
        assert client.send(KIN, nested, space=GTEL).status_code == 500
        assert client.kinds()[1:] == ["birth_children"]
    with running(world, shape=Shape(kin_space=BCA, kin_flat=False)) as client:
        nested = client.fields(somebody(client), KIN, NgayThangNamSinh={"Nam": "1970"})
        assert client.send(KIN, nested).status_code == 200


def test_a_wrong_namespace_or_operation_and_no_soap_are_refused(client: Client) -> None:
    fields = client.fields(somebody(client))
    assert client.send(LOOK_UP, fields, space="http://example.vn/").status_code == 500
    assert client.send("LayTatCa", fields).status_code == 500
    headers = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed()
    for body in (b"", b"<a>", b"<a/>", b'{"a": 1}'):
        assert client.http.post(SIGN_PATH, content=body, headers=headers).status_code == 500
    assert client.kinds() == ["wrong_namespace", "unknown_operation", *["not_soap"] * 4]


def test_a_number_of_a_request_is_used_once(client: Client) -> None:
    fields = client.fields(somebody(client))
    assert client.send(LOOK_UP, fields).status_code == 200
    assert client.kinds() == []
    assert client.send(LOOK_UP, fields).status_code == 200
    assert client.kinds() == ["request_number_reused"]


def test_headers_are_the_agreed_ones(client: Client, world: World) -> None:
    fields = client.fields(somebody(client))
    headers = {"Content-Type": "text/xml", "SOAPAction": "urn:x"}
    assert client.send(LOOK_UP, fields, **headers).status_code == 200
    assert client.kinds() == ["content_type", "soap_action"]
    with running(world, content_type="text/xml") as other:
        other.send(LOOK_UP, other.fields(somebody(other)), **{"Content-Type": "text/xml"})
        assert other.kinds() == []


def test_personal_data_in_the_address_is_noted(client: Client) -> None:
    client.http.get(SIGN_PATH, params={"cccd": somebody(client).number})
    assert client.kinds() == ["personal_data_in_url"]


SAMPLES = Path(__file__).parents[1] / "samples" / "population"


@pytest.mark.parametrize(
    ("name", "shape", "kinds"),
    [
        ("tracuu-req-01-cccd-fulldate", Shape(), []),
        ("tracuu-req-02-cmnd", Shape(), []),
        ("tracuu-req-04-2025-officer-fields", Shape(), []),
        ("tracuu-req-05-dashed-date-qldc", Shape(), []),
        ("tracuu-req-06-leading-zero-lost", Shape(), ["bad_number"]),
        ("xacthuc-req-01-cccd-fulldate", Shape(), []),
        ("xacthuc-req-03-year-only", Shape(), []),
        ("xacthuc-req-04-madichvu-shape", Shape(service=True), []),
        ("xacthuc-req-06-nfd-accented-name", Shape(), ["name_not_folded"]),
        ("xacthuc-req-07-both-numbers", Shape(), []),
        ("nhanthan-req-01", Shape(), []),
        ("nhanthan-req-02-year", Shape(), []),
        ("nhanthan-req-05-no-madonvi", Shape(), []),
        ("hogiadinh-req-01", Shape(), []),
        ("hogiadinh-req-03", Shape(), []),
    ],
)
def test_the_samples_of_requests_are_taken_as_they_are_meant(
    world: World, name: str, shape: Shape, kinds: list[str]
) -> None:
    with running(world, shape=shape) as client:
        headers = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed()
        body = (SAMPLES / f"{name}.xml").read_bytes()
        answer = client.http.post(SIGN_PATH, content=body, headers=headers)
        assert client.kinds() == kinds
        assert answer.status_code == (500 if kinds == ["bad_number"] else 200)


# --- who may ask -----------------------------------------------------------------------------


def refusal(client: Client, headers: dict[str, str]) -> tuple[int, list[str]]:
    """The status, and what was noted, for a call with these headers of login."""
    before = len(client.violations)
    plain = {"Authorization": "", "Timestamp": ""} | headers
    answer = client.send(LOOK_UP, client.fields(somebody(client)), **plain)
    return answer.status_code, client.kinds()[before:]


def test_a_signature_is_checked_in_every_part(client: Client) -> None:
    assert refusal(client, signed()) == (200, [])
    assert refusal(client, {}) == (401, [])
    assert refusal(client, signed(secret="wrong")) == (401, [])
    assert refusal(client, signed(user="other")) == (401, [])
    assert refusal(client, signed(stamp=f"{NOW:.0f}")) == (401, ["timestamp_unit"])
    late = f"{(NOW - 301) * 1000:.0f}"
    assert refusal(client, signed(stamp=late)) == (401, ["stale_timestamp"])
    assert refusal(client, signed(stamp="today")) == (401, ["bad_timestamp"])
    upper = signed()
    user, digest = base64.b64decode(upper["Authorization"][6:]).decode().split(":")
    upper["Authorization"] = in_basic(user, digest.upper())
    assert refusal(client, upper) == (401, ["hash_not_lower_case"])


def test_a_deployment_may_count_in_seconds_and_sign_another_path(world: World) -> None:
    with running(world, timestamp_unit="s") as client:
        assert refusal(client, signed(stamp=f"{NOW:.0f}")) == (200, [])
        assert refusal(client, signed()) == (401, ["timestamp_unit"])
    with running(world, sign_path="/inner") as client:
        assert refusal(client, signed()) == (401, [])


def lgsp_headers() -> dict[str, str]:
    return {"lgspaccesstoken": base64.b64encode(json.dumps(LGSP_ACCOUNT).encode()).decode()}


def officer() -> dict[str, str]:
    both = f"{LGSP_KEY_NAME}:{LGSP_KEY_PASS}"
    return {"AuthHash": base64.b64encode(both.encode()).decode()}


def test_the_provincial_exchange_wants_its_account_a_token_and_an_officer(world: World) -> None:
    grant = {"grant_type": "client_credentials"}
    with running(world, login="lgsp") as client:
        assert client.http.post(TOKEN_PATHS["lgsp"], data=grant).status_code == 401
        answer = client.http.post(TOKEN_PATHS["lgsp"], data=grant, headers=lgsp_headers())
        bearer = {"Authorization": f"Bearer {answer.json()['access_token']}"}
        assert refusal(client, bearer | lgsp_headers() | officer()) == (200, [])
        assert refusal(client, bearer | officer()) == (401, ["no_lgsp_account"])
        assert refusal(client, bearer | lgsp_headers()) == (401, ["no_officer_account"])
        assert refusal(client, lgsp_headers() | officer()) == (401, [])
        person = somebody(client)
        body = message(VERIFY, list(client.fields(person, VERIFY).items()))
        headers = bearer | lgsp_headers() | officer() | {"Content-Type": "application/xml"}
        own = client.http.post("/lgsp/xacthuc", content=body, headers=headers)
        assert content(own.content)[0].text in ("true", "1")


def test_the_keys_of_the_exchange_account_stand_in_their_order(world: World) -> None:
    turned = json.dumps(dict(reversed(LGSP_ACCOUNT.items()))).encode()
    with running(world, login="lgsp") as client:
        headers = {"lgspaccesstoken": base64.b64encode(turned).decode()}
        grant = {"grant_type": "client_credentials"}
        assert client.http.post("/lgsp/getToken", data=grant, headers=headers).status_code == 401


def test_a_plain_gateway_hands_out_a_token_that_ends(world: World) -> None:
    seconds = [0.0]
    with running(world, clock=lambda: seconds[0], login="wso2", token_seconds=60) as client:
        grant = {"grant_type": "client_credentials"}
        account = (CONSUMER_KEY, CONSUMER_SECRET)
        token = client.http.post("/token", auth=account, data=grant).json()["access_token"]
        assert refusal(client, {"Authorization": f"Bearer {token}"}) == (200, [])
        seconds[0] = 61.0
        headers = {"Authorization": f"Bearer {token}", "Timestamp": ""}
        answer = client.send(LOOK_UP, client.fields(somebody(client)), **headers)
        assert answer.status_code == 401
        assert "900903" in answer.text


# --- JSON fronts -----------------------------------------------------------------------------


def pascal(person: Person, number: str = "1", **changes: str) -> dict[str, str]:
    return {
        "HoVaTen": person.folded, "SoDinhDanh": person.number, "SoCMND": "",
        "NgayThangNam": f"{person.birth:%Y%m%d}", "Nam": "", "MaTichHop": "037",
        "MaDVC": "VPCP", "MaCanBo": "UBND_MAU", "MaYeuCau": number,
    } | changes  # fmt: skip


def test_the_pascal_front_answers_with_soap_as_text(world: World) -> None:
    with running(world, front="pascal", login="none") as client:
        person = somebody(client)
        bodies = [
            client.http.post(FRONT_PATH, json=pascal(person, str(n))).json() for n in range(40)
        ]
    assert {body["error_code"] for body in bodies} == {"0"}
    texts = [body["message"] for body in bodies]
    assert any("u000a" in text for text in texts)
    for text_ in texts:
        root = content(text_.replace("u000a", "\n").encode())
        assert text(root[0], "SoDinhDanh") == person.number
    assert client.kinds() == []


def test_a_front_has_its_own_gate_and_its_own_failure(world: World) -> None:
    with running(world, front="pascal", login="none") as client:
        person = somebody(client)
        for field, code in (("MaDVC", "001"), ("MaCanBo", "003")):
            answer = client.http.post(FRONT_PATH, json=pascal(person, **{field: ""}))
            assert answer.status_code == 400
            assert answer.json() == {"message": "Error", "errorCode": code}
        bad = client.http.post(FRONT_PATH, json=pascal(person, SoDinhDanh="1"))
        assert bad.status_code == 200
        assert bad.json()["error_code"] == "-1"


def test_the_camel_front_has_a_token_of_its_own(world: World) -> None:
    with running(world, front="camel") as client:
        person = somebody(client)
        path = TOKEN_PATHS["camel"]
        assert client.http.post(path).status_code == 401
        granted = client.http.post(path, headers={"Auth": FRONT_AUTH}).json()
        assert granted.keys() == {"token", "refreshToken", "expiryDate"}
        body = {
            "maYeuCau": "1", "maDVC": "1.001193", "maCanBo": "motcua.mau",
            "soDinhDanh": person.number, "soCMND": "", "hoVaTen": person.folded,
            "ngayThangNam": f"{person.birth:%Y-%m-%d}", "userNameService": "SO_MAU",
        }  # fmt: skip
        assert client.http.post(FRONT_PATH, json=body).status_code == 401
        headers = {"Authorization": f"Bearer {granted['token']}"}
        answer = client.http.post(FRONT_PATH, json=body, headers=headers).json()
        assert person.number in answer["message"]
        assert client.kinds() == []


# --- faults ----------------------------------------------------------------------------------


def spoilt(world: World, kind: str, times: int = 40, **options: Any) -> list[httpx.Response]:
    faults = Faults(rate=1.0, kinds=frozenset({kind}))
    with running(world, faults, **options) as client:
        person = somebody(client)
        answers = [client.send(VERIFY, client.fields(person, VERIFY)) for _ in range(times)]
        assert client.kinds() == []
        return answers


def test_an_expired_token_is_told_by_the_gateway(world: World) -> None:
    answers = spoilt(world, "expired")
    assert {answer.status_code for answer in answers} == {401}
    assert all("900903" in answer.text for answer in answers)
    assert {answer.text[0] for answer in answers} == {"{", "<"}


def test_where_there_is_no_login_nothing_expires(world: World) -> None:
    answers = spoilt(world, "expired", 3, login="none")
    assert {answer.status_code for answer in answers} == {200}


def test_a_dead_back_end_has_many_faces(world: World) -> None:
    answers = spoilt(world, "server_errors")
    assert all(answer.status_code >= 500 for answer in answers)
    assert {face(answer) for answer in answers} >= {"soap fault", "exchange", "gateway", "page"}
    exchange = next(answer for answer in answers if "X-Road-Error" in answer.headers)
    assert exchange.json()["type"] == exchange.headers["X-Road-Error"]


def test_an_answer_that_says_nothing_comes_under_200(world: World) -> None:
    answers = spoilt(world, "html_200")
    assert {answer.status_code for answer in answers} == {200}
    assert {face(answer) for answer in answers} == {"soap fault", "page", "empty", "no verdict"}


def test_xml_is_cut_short(world: World) -> None:
    faults = Faults(rate=1.0, kinds=frozenset({"truncated_json"}))
    seen = set()
    with running(world, faults) as client:
        person = somebody(client)
        for _ in range(20):
            try:
                body = client.send(VERIFY, client.fields(person, VERIFY)).content
            except httpx.RemoteProtocolError:
                seen.add("connection")
                continue
            with pytest.raises(etree.XMLSyntaxError):
                etree.fromstring(body)
            seen.add("body")
    assert seen == {"connection", "body"}


def face(answer: httpx.Response) -> str:
    if not answer.text:
        return "empty"
    if "X-Road-Error" in answer.headers:
        return "exchange"
    if "<html>" in answer.text:
        return "page"
    if "soapenv:Fault" in answer.text:
        return "soap fault"
    return "gateway" if "fault" in answer.text else "no verdict"
