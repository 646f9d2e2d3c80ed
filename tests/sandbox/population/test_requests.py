"""The simulated population database: good and bad requests."""

from __future__ import annotations

import pytest

from khop.sandbox.accounts.population import SIGN_PATH
from khop.sandbox.population.checks import Shape
from khop.sandbox.world.world import World
from tests import paths
from tests.sandbox.population.client import (
    BCA,
    GTEL,
    KIN,
    LOOK_UP,
    VERIFY,
    Fields,
    PopulationClient,
    content,
    local,
    message,
    person_in_database,
    running_population,
    signed,
)

SAMPLES = paths.SAMPLES / "population"


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
def test_a_request_with_a_defect_is_refused_and_a_violation(
    client: PopulationClient, changes: Fields, kind: str, where: str
) -> None:
    fields = client.fields(person_in_database(client), **changes)
    answer = client.send(LOOK_UP, fields)
    assert answer.status_code == 500
    assert local(content(answer.content)) == "Fault"
    assert [(v.kind, v.detail) for v in client.violations] == [(kind, where)]


def test_elements_out_of_order_are_refused(client: PopulationClient) -> None:
    fields = client.fields(person_in_database(client))
    answer = client.send(LOOK_UP, dict(sorted(fields.items())))
    assert answer.status_code == 500
    assert set(client.kinds()) == {"element_order"}


def test_a_repeated_element_is_refused(client: PopulationClient) -> None:
    fields = list(client.fields(person_in_database(client)).items())
    body = message(LOOK_UP, [*fields[:6], fields[5], *fields[6:]])
    headers = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed()
    assert client.http.post(SIGN_PATH, content=body, headers=headers).status_code == 500
    assert client.kinds() == ["doubled_element"]


@pytest.mark.parametrize("name", ["Nguyễn Văn Mẫu", "NGUYEN VAN MAU", "nguyenvanmau"])
def test_a_name_that_is_not_folded_matches_no_person(client: PopulationClient, name: str) -> None:
    assert client.verdict(person_in_database(client), HoVaTen=name) is False
    assert client.kinds() == ["name_not_folded"]


def test_the_position_of_the_unit_can_be_configured(world: World) -> None:
    with running_population(world) as client:
        assert unit_after_officer(client) == 200
        assert unit_before_officer(client) == 500
        assert client.kinds() == ["element_order"]
    with running_population(world, shape=Shape(unit="before_officer")) as client:
        assert unit_before_officer(client) == 200
        assert unit_after_officer(client) == 500
    with running_population(world, shape=Shape(unit="none")) as client:
        assert unit_after_officer(client) == 500
        assert client.kinds() == ["unknown_element"]


def unit_after_officer(client: PopulationClient) -> int:
    rows = list(client.fields(person_in_database(client)).items())
    later = [("MaDonVi", "H99.01"), ("TaiKhoan", "mau"), ("SoDienThoai", "0")]
    return client.send(LOOK_UP, dict([*rows[:4], *later, *rows[4:]])).status_code


def unit_before_officer(client: PopulationClient) -> int:
    rows = list(client.fields(person_in_database(client)).items())
    return client.send(LOOK_UP, dict([*rows[:3], ("MaDonVi", "H99.01"), *rows[3:]])).status_code


def test_the_older_shape_has_a_service_and_no_birth(world: World) -> None:
    with running_population(world, shape=Shape(service=True)) as client:
        person = person_in_database(client)
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


def test_kin_has_its_own_namespace_and_a_flat_birth(world: World) -> None:
    with running_population(world) as client:
        person = person_in_database(client)
        fields = client.fields(person, KIN)
        assert client.send(KIN, fields).status_code == 500
        assert client.kinds() == ["wrong_namespace"]
        nested = client.fields(person, KIN, NgayThangNamSinh={"Nam": "1970"})
        assert client.send(KIN, nested, space=GTEL).status_code == 500
        assert client.kinds()[1:] == ["birth_children"]
    with running_population(world, shape=Shape(kin_space=BCA, kin_flat=False)) as client:
        nested = client.fields(person_in_database(client), KIN, NgayThangNamSinh={"Nam": "1970"})
        assert client.send(KIN, nested).status_code == 200


def test_a_wrong_namespace_or_operation_and_no_soap_are_refused(client: PopulationClient) -> None:
    fields = client.fields(person_in_database(client))
    assert client.send(LOOK_UP, fields, space="http://example.vn/").status_code == 500
    assert client.send("LayTatCa", fields).status_code == 500
    headers = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed()
    for body in (b"", b"<a>", b"<a/>", b'{"a": 1}'):
        assert client.http.post(SIGN_PATH, content=body, headers=headers).status_code == 500
    assert client.kinds() == ["wrong_namespace", "unknown_operation", *["not_soap"] * 4]


def test_a_reused_request_number_is_a_violation(client: PopulationClient) -> None:
    fields = client.fields(person_in_database(client))
    assert client.send(LOOK_UP, fields).status_code == 200
    assert client.kinds() == []
    assert client.send(LOOK_UP, fields).status_code == 200
    assert client.kinds() == ["request_number_reused"]


def test_other_headers_than_agreed_are_violations(client: PopulationClient, world: World) -> None:
    fields = client.fields(person_in_database(client))
    headers = {"Content-Type": "text/xml", "SOAPAction": "urn:x"}
    assert client.send(LOOK_UP, fields, **headers).status_code == 200
    assert client.kinds() == ["content_type", "soap_action"]
    with running_population(world, content_type="text/xml") as other:
        other.send(LOOK_UP, other.fields(person_in_database(other)), **{"Content-Type": "text/xml"})
        assert other.kinds() == []


def test_personal_data_in_the_address_is_a_violation(client: PopulationClient) -> None:
    client.http.get(SIGN_PATH, params={"cccd": person_in_database(client).number})
    assert client.kinds() == ["personal_data_in_url"]


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
def test_sample_requests_have_the_expected_violations(
    world: World, name: str, shape: Shape, kinds: list[str]
) -> None:
    with running_population(world, shape=shape) as client:
        headers = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed()
        body = (SAMPLES / f"{name}.xml").read_bytes()
        answer = client.http.post(SIGN_PATH, content=body, headers=headers)
        assert client.kinds() == kinds
        assert answer.status_code == (500 if kinds == ["bad_number"] else 200)
