"""Requests equal those of known clients, element by element, in order."""

from __future__ import annotations

import json
import subprocess
import sys
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import date
from typing import Any

import pytest
from lxml import etree

from khop.connectors.population import (
    BirthForm,
    CamelFront,
    DateForm,
    DeploymentShape,
    Operation,
    OperationShape,
    PascalFront,
    Question,
    SoapFront,
    check_shape,
)
from khop.connectors.population.contract import wsdl_of, zeep_client
from khop.connectors.population.fields import fill
from khop.errors import ConfigError, RecordError
from tests import paths
from tests.connectors.population.questions import LAN, PERSON, Asked
from tests.connectors.scripted import Sample

SAMPLES = paths.SAMPLES / "population"
SERVICE, CONTRACTOR = "http://dancuquocgia.bca", "http://gtel.vn/qldc"
FIELDS = ("MaYeuCau", "MaDVC", "MaTichHop", "MaCanBo", "MaDonVi", *PERSON)
AUTHENTICATE = OperationShape(Operation.AUTHENTICATE, "033", FIELDS, SERVICE, "dan")
LOOK_UP = replace(AUTHENTICATE, operation=Operation.LOOK_UP, code="037")
HOUSEHOLD = replace(AUTHENTICATE, operation=Operation.HOUSEHOLD, code="034")
RELATIVES = OperationShape(
    Operation.RELATIVES,
    "004",
    ("MaYeuCau", "MaDVC", "MaTichHop", "MaDonVi", "MaCanBo", *PERSON),
    CONTRACTOR,
    "qldc",
    birth=BirthForm.FLAT,
    date=DateForm.DASHED,
    empty_number=True,
)
MA_DICH_VU = replace(
    AUTHENTICATE,
    fields=("MaYeuCau", "MaDichVu", "MaCanBo", "SoDinhDanh", "SoCMND", "HoVaTen"),
    empty_number=True,
)
OFFICER_FIELDS = replace(
    LOOK_UP,
    fields=(*FIELDS[:5], "TaiKhoan", "SoDienThoai", *PERSON),
)
DASHED = replace(LOOK_UP, prefix="qldc", date=DateForm.DASHED)


VPCP = Asked("VPCP", "UBND_DEMO")
HUY = Question("DINHQUANGHUY", "031202004567", birth=date(2002, 11, 5))
XUAN = Question("HOANGTHIXUAN", "038147000456", birth=1947)
HEAD_BORN = date(1983, 8, 8)
RELATIVES_FOR = Asked("2.000635")
HOUSEHOLD_FOR = Asked("1.004194")

REQUESTS = {
    "xacthuc-req-01-cccd-fulldate": (AUTHENTICATE, LAN, Asked(), {}),
    "xacthuc-req-03-year-only": (AUTHENTICATE, XUAN, Asked(), {}),
    "xacthuc-req-04-madichvu-shape": (
        MA_DICH_VU,
        Question("VO NGOC HAN", "079199003210"),
        Asked(officer="VDXP_DEMO"),
        {},
    ),
    "xacthuc-req-07-both-numbers": (
        AUTHENTICATE,
        Question("PHAMDUCANH", "001078001122", "011998877", date(1978, 7, 3)),
        Asked(),
        {},
    ),
    "tracuu-req-01-cccd-fulldate": (LOOK_UP, LAN, VPCP, {}),
    "tracuu-req-02-cmnd": (
        LOOK_UP,
        Question("LUUVANDUONG", "", "012345670", date(1961, 9, 30)),
        VPCP,
        {},
    ),
    "tracuu-req-04-2025-officer-fields": (
        OFFICER_FIELDS,
        Question("GIAPTHUHA", "024301005555", birth=date(2001, 6, 12)),
        Asked("VPCP", "lan.tt"),
        {"unit": "H99.01", "officers": {"lan.tt": "001080009876"}},
    ),
    "tracuu-req-05-dashed-date-qldc": (DASHED, HUY, VPCP, {}),
    "nhanthan-req-01": (
        RELATIVES,
        Question("VIVANTHU", "100014800021", birth=date(1992, 5, 9)),
        RELATIVES_FOR,
        {"unit": "H99.01"},
    ),
    "nhanthan-req-02-year": (RELATIVES, XUAN, RELATIVES_FOR, {"unit": "H99.01"}),
    "nhanthan-req-05-no-madonvi": (
        replace(RELATIVES, empty_number=False),
        HUY,
        RELATIVES_FOR,
        {},
    ),
    "hogiadinh-req-01": (
        HOUSEHOLD,
        Question("LYQUOCVI", "001083000999", birth=HEAD_BORN),
        HOUSEHOLD_FOR,
        {},
    ),
    "hogiadinh-req-02": (
        HOUSEHOLD,
        Question("TRANTHIMAILAN", "001185012345", birth=HEAD_BORN),
        HOUSEHOLD_FOR,
        {},
    ),
    "hogiadinh-req-03": (
        HOUSEHOLD,
        Question("DOTHITHU", "", "010333444", HEAD_BORN),
        HOUSEHOLD_FOR,
        {},
    ),
}


def tree(element: etree._Element) -> tuple[object, ...]:
    """An element without its prefixes and white space, for comparison."""
    text = (element.text or "").strip()
    return (element.tag, text, [tree(child) for child in element])


def message(shape: Any, question: Any, asker: Any, options: Any, request_id: Any = "MC1") -> bytes:
    deployment = DeploymentShape({shape.operation: shape}, **options)
    fields = fill(deployment, shape, question, asker, request_id)
    content = SoapFront(deployment).options(shape, fields)["content"]
    assert content is not None
    return content


@pytest.mark.parametrize("name", REQUESTS)
def test_a_request_equals_the_sample_in_content_and_order(name: str, sample: Sample) -> None:
    expected = etree.fromstring(sample(f"population/{name}.xml"))
    request_id = next(expected.iter("{*}MaYeuCau")).text
    sent = etree.fromstring(message(*REQUESTS[name], request_id=request_id))
    assert tree(sent) == tree(expected)


def test_every_request_sample_is_used() -> None:
    there = {path.stem for path in SAMPLES.glob("*-req-*.xml")}
    refused = {"tracuu-req-06-leading-zero-lost", "xacthuc-req-06-nfd-accented-name"}
    assert there == {*REQUESTS, *refused}


def test_the_prefix_is_that_of_the_deployment() -> None:
    assert b"<qldc:TraCuuThongTinCongDan>" in message(*REQUESTS["tracuu-req-05-dashed-date-qldc"])


def test_markup_characters_in_a_value_are_escaped() -> None:
    sent = message(AUTHENTICATE, LAN, Asked(officer="a&b<c>'\""), {})
    assert next(etree.fromstring(sent).iter("{*}MaCanBo")).text == "a&b<c>'\""


@pytest.mark.parametrize(
    ("question", "field"),
    [
        (Question("TRANTHIMAILAN", "1185012345", birth=1985), "SoDinhDanh"),
        (Question("TRANTHIMAILAN", "0011850123456", birth=1985), "SoDinhDanh"),
        (Question("TRANTHIMAILAN", "٠٠١١٨٥٠١٢٣٤٥", birth=1985), "SoDinhDanh"),
        (Question("TRANTHIMAILAN", "", "12345678", 1985), "SoCMND"),
        (Question("TRANTHIMAILAN", birth=1985), "SoDinhDanh"),
        (Question(" ", "001185012345", birth=1985), "HoVaTen"),
        (Question("A" * 101, "001185012345", birth=1985), "HoVaTen"),
        (Question("A", "001185012345"), "NgayThangNamSinh"),
        (Question("A", "001185012345", birth=85), "NgayThangNamSinh"),
        ([LAN, HUY], "question"),
        ("001185012345", "question"),
    ],
)
def test_an_invalid_question_is_refused_without_its_values(question: object, field: str) -> None:
    with pytest.raises(RecordError) as refused:
        message(AUTHENTICATE, question, Asked(), {})
    assert refused.value.field == field
    assert "1185" not in str(refused.value)


@pytest.mark.parametrize("asker", [Asked(procedure=" "), Asked(officer=""), None])
def test_a_question_without_a_purpose_is_refused(asker: object) -> None:
    with pytest.raises(RecordError, match="stated purpose"):
        message(AUTHENTICATE, LAN, asker, {})


def test_values_beyond_the_longest_length_are_refused() -> None:
    with pytest.raises(RecordError, match="MaDVC: is longer than 20"):
        message(AUTHENTICATE, LAN, Asked(procedure="1.001193." + "0" * 20), {})


def test_a_character_that_xml_cannot_hold_is_a_record_error() -> None:
    with pytest.raises(RecordError, match="XML cannot carry"):
        message(AUTHENTICATE, LAN, Asked(officer="a\x00b"), {})


@pytest.mark.parametrize(
    ("change", "key"),
    [
        ({"fields": ("MaYeuCau", "HoVaTen", "SoDinhDanh", "HoTen")}, "fields"),
        ({"fields": ("MaYeuCau", "MaYeuCau", "HoVaTen", "SoDinhDanh")}, "fields"),
        ({"fields": ("HoVaTen", "SoDinhDanh")}, "fields"),
        ({"fields": ("MaYeuCau", "HoVaTen")}, "fields"),
        ({"prefix": "1dan"}, "prefix"),
        ({"prefix": "soap-env"}, "prefix"),
        ({"namespace": " "}, "namespace"),
        ({"namespace": "http://a b"}, "namespace"),
        ({"namespace": 'urn:a"b<c'}, "namespace"),
        ({"namespace": "dancuquocgia.bca"}, "namespace"),
        ({"code": "0" * 21}, "code"),
    ],
)
def test_an_invalid_shape_is_a_configuration_error(change: Any, key: str) -> None:
    with pytest.raises(ConfigError) as wrong:
        check_shape(replace(AUTHENTICATE, **change), "sources.population.authenticate")
    assert wrong.value.key == f"sources.population.authenticate.{key}"


def test_known_shapes_pass_the_check() -> None:
    for shape in (AUTHENTICATE, LOOK_UP, HOUSEHOLD, RELATIVES, MA_DICH_VU, OFFICER_FIELDS):
        check_shape(shape, "k")


@pytest.mark.parametrize("shape", [AUTHENTICATE, LOOK_UP, HOUSEHOLD, RELATIVES, MA_DICH_VU])
def test_the_contract_is_a_wsdl_with_the_deployments_order(shape: Any) -> None:
    root = etree.fromstring(wsdl_of(shape))
    names = [e.get("name") for e in root.find(".//{*}schema/{*}element//{*}sequence")]
    assert tuple(names) == shape.fields
    asked = zeep_client(shape).wsdl.types.get_element(
        f"{{{shape.namespace}}}{shape.operation.value}"
    )
    assert [name for name, _ in asked.type.elements] == list(shape.fields)


def test_the_pascal_front_sends_its_names_and_empty_texts(sample: Sample) -> None:
    deployment = DeploymentShape({})
    fields = fill(deployment, LOOK_UP, LAN, VPCP, "DEMO_DVC_42")
    sent = PascalFront().options(LOOK_UP, fields)
    assert sent == {"json": json.loads(sample("population/lgsp-json-req-01-pascal.json"))}


def test_the_pascal_front_keeps_a_year() -> None:
    fields = fill(DeploymentShape({}), LOOK_UP, XUAN, VPCP, "X")
    sent = PascalFront().options(LOOK_UP, fields)["json"]
    assert isinstance(sent, dict)
    assert (sent["Nam"], sent["NgayThangNam"]) == ("1947", "")


def test_the_camel_front_sends_camel_names(sample: Sample) -> None:
    fields = fill(DeploymentShape({}), DASHED, HUY, Asked(), "1773800000999")
    sent = CamelFront("data", "SO_DEMO").options(DASHED, fields)
    assert sent == {"json": json.loads(sample("population/lgsp-json-req-03-camel.json"))}


def test_a_question_shows_no_values_in_repr() -> None:
    assert "TRAN" not in repr(LAN)
    assert "0011" not in repr(LAN)
    fields = fill(DeploymentShape({}), LOOK_UP, LAN, VPCP, "X")
    assert "TRAN" not in repr(fields)
    assert "0011" not in repr(fields)


def test_zeep_is_imported_with_the_first_request() -> None:
    code = "import sys, khop.adapters.population.adapter; print('zeep' in sys.modules)"
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    assert done.stdout.strip() == "False"


def test_threads_can_share_one_front() -> None:
    shapes = {shape.operation: shape for shape in (AUTHENTICATE, RELATIVES)}
    deployment = DeploymentShape(shapes)
    front = SoapFront(deployment)

    def ask(number: int) -> tuple[str, str]:
        shape = RELATIVES if number % 2 else AUTHENTICATE
        fields = fill(deployment, shape, LAN, Asked(), f"MC{number}")
        root = etree.fromstring(front.options(shape, fields)["content"])
        operation = root.find(".//{*}Body")[0]
        return etree.QName(operation).localname, operation[0].text

    with ThreadPoolExecutor(8) as pool:
        found = list(pool.map(ask, range(64)))
    names = (AUTHENTICATE.operation.value, RELATIVES.operation.value)
    assert found == [(names[n % 2], f"MC{n}") for n in range(64)]
