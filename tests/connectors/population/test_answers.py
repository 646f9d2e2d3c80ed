"""Answers: what stands there is read, what is not understood is named, nothing is guessed."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest

from khop.connectors.http.answers import Answer, Unusable
from khop.connectors.http.outcomes import Outcome
from khop.connectors.population import (
    AnswerReader,
    CamelFront,
    DeploymentShape,
    Operation,
    PascalFront,
    PersonAnswer,
    SoapFront,
)
from khop.connectors.population.wire import BirthDate, PersonName
from khop.errors import ConnectorError, Refused, Unreachable
from tests.connectors.scripted import Sample

#: Reads a sample. The parts of a person are optional, so the tests take them as Any.
Read = Callable[[str], Any]
SOAP = SoapFront(DeploymentShape({}))
READER = AnswerReader()
DANCU = "http://www.mic.gov.vn/dancu/1.0"
SERVICE = "http://dancuquocgia.bca"
ONE_PERSON = (
    f'<CongdanCollection xmlns="{DANCU}"><CongDan><SoCMND>1</SoCMND></CongDan></CongdanCollection>'
)
ASKED = Outcome("population", Operation.LOOK_UP, write=False)
CHECKED = Outcome("population", Operation.AUTHENTICATE, write=False)


def answer(body: bytes | str, status: int = 200, kind: str = "text/xml") -> Answer:
    sent = body.encode() if isinstance(body, str) else body
    return Answer(status, {"content-type": kind}, sent)


def envelope(inner: str, ns: str = "http://schemas.xmlsoap.org/soap/envelope/") -> bytes:
    return f'<e:Envelope xmlns:e="{ns}"><e:Body>{inner}</e:Body></e:Envelope>'.encode()


def collection(inner: str, attributes: str = "") -> bytes:
    return envelope(f'<CongdanCollection xmlns="{DANCU}" {attributes}>{inner}</CongdanCollection>')


def persons(body: bytes | str) -> Any:
    return READER.persons(SOAP.elements(answer(body), ASKED))


def verdict(body: bytes | str) -> bool:
    return READER.verdict(SOAP.elements(answer(body), CHECKED))


def only(body: bytes | str) -> Any:
    (person,) = persons(body).persons
    return person


@pytest.fixture
def read(sample: Sample) -> Read:
    return lambda name: persons(sample(f"population/{name}.xml"))


# --- persons ------------------------------------------------------------------------------------


def test_a_full_record(read: Read) -> None:
    found = read("tracuu-res-01-full-old-three-level")
    (person,) = found.persons
    assert found.fields_lost == person.fields_lost == ()
    assert (person.SoDinhDanh, person.SoCMND) == ("001185012345", "011223340")
    assert person.HoVaTen == PersonName(Ten="TRẦN THỊ MAI LAN")
    assert (person.GioiTinh, person.DanToc, person.TonGiao) == ("2", "01", "00")
    assert (person.TinhTrangHonNhan, person.NhomMau) == ("2", "00")
    assert person.NgayThangNamSinh.Nam == "1985"
    assert person.NgayThangNamSinh.NgayThangNam == "19850217"
    assert person.QueQuan.model_dump(exclude_none=True) == {
        "MaTinhThanh": "36",
        "MaQuanHuyen": "361",
        "MaPhuongXa": "13795",
        "ChiTiet": "Xã Ví Dụ, Huyện Vụ Bản, Tỉnh Nam Định",
        "QuocGia": "VN",
    }
    assert person.Cha.HoVaTen == "TRẦN VĂN MẪU"
    assert person.Cha.SoCMND == "010111222"
    assert person.Me.SoDinhDanh is None
    assert person.VoChong.SoCMND is None
    assert person.NguoiDaiDien is None
    assert (person.ChuHo.QuanHe, person.ChuHo.SoDinhDanh) == ("VC", "001083000999")
    assert person.SoSoHoKhau == "100200300"


def test_a_year_alone_and_blank_elements(read: Read) -> None:
    (person,) = read("tracuu-res-02-year-only-many-empty").persons
    assert person.NgayThangNamSinh.Nam == "1947"
    assert person.NgayThangNamSinh.NgayThangNam is None
    assert (person.Cha, person.Me, person.VoChong, person.SoSoHoKhau) == (None,) * 4
    assert person.NoiDangKyKhaiSinh.model_dump(exclude_none=True) == {"QuocGia": "VN"}


@pytest.mark.parametrize(
    "name", ["tracuu-res-03-two-level-2025-sparse", "tracuu-res-12-default-namespace"]
)
def test_two_levels_and_no_relatives_under_any_prefix(read: Read, name: str) -> None:
    (person,) = read(name).persons
    assert person.SoDinhDanh == "024301005555"
    assert (person.SoCMND, person.TonGiao, person.Cha, person.ChuHo) == (None,) * 4
    assert person.NoiOHienTai.MaPhuongXa == "00070"
    assert person.NoiOHienTai.MaQuanHuyen is None


def test_split_names_another_order_and_the_collections_attributes(
    read: Read,
) -> None:
    found = read("tracuu-res-04-structured-names-test-env")
    (person,) = found.persons
    assert person.HoVaTen == PersonName(Ho="Vi", ChuDem="Văn", Ten="Thử")
    assert person.Cha.HoVaTen == PersonName(Ho="Vi", ChuDem="Văn", Ten="Mẫu")
    assert person.Me.SoDinhDanh == "100014800020"
    assert (found.count, found.note) == ("1", None)
    assert found.as_of == "2026-03-18T09:15:30.000+07:00"
    assert found.answer_id == "7d0f3c11-0000-4000-8000-000000000001"
    assert found.fields_lost == person.fields_lost == ()


def test_an_empty_collection_is_not_found(read: Read) -> None:
    assert read("tracuu-res-05-not-found-empty-collection") == PersonAnswer(())


def test_not_found_may_carry_a_note(read: Read) -> None:
    found = read("nhanthan-res-05-not-found")
    assert (found.persons, found.count, found.note) == ((), "0", "Không tìm thấy")


@pytest.mark.parametrize(
    "body",
    [envelope(""), envelope(f'<x:TraCuuThongTinCongDanResponse xmlns:x="{SERVICE}"/>')],
)
def test_a_body_without_any_collection_is_not_found(body: Any) -> None:
    assert persons(body) == PersonAnswer(())


@pytest.mark.parametrize(
    "inside",
    [
        '<ErrorResponse xmlns="urn:gateway"/>',
        f'<x:TraCuuThongTinCongDanResponse xmlns:x="{SERVICE}" errorCode="5"/>',
    ],
)
def test_an_empty_element_that_may_tell_of_an_error_is_not_not_found(inside: Any) -> None:
    for body in (envelope(inside), inside.encode()):
        with pytest.raises(ValueError, match="without CongdanCollection"):
            persons(body)


def test_two_people_behind_one_old_number_are_both_there(
    read: Read,
) -> None:
    found = read("tracuu-res-07-two-records")
    assert [p.SoDinhDanh for p in found.persons] == ["001061000670", "027061000671"]
    assert found.count == "2"
    assert found.fields_lost == ()


def test_parents(read: Read) -> None:
    (person,) = read("nhanthan-res-01-both-parents").persons
    assert (person.Cha.SoDinhDanh, person.Me.SoDinhDanh) == ("024070000001", "024173000002")
    (person,) = read("nhanthan-res-02-mother-only").persons
    assert person.Cha is None
    assert person.Me.HoVaTen.Ten == "Ví"


def test_a_household_is_several_persons(read: Read) -> None:
    members = read("hogiadinh-res-01-three-members").persons
    assert [m.ChuHo.QuanHe for m in members] == ["CH01", "VC", "CON"]
    assert len(read("hogiadinh-res-02-single").persons) == 1
    members = read("hogiadinh-res-04-no-quanhe").persons
    assert [m.ChuHo.QuanHe for m in members] == ["CH01", None]


def test_an_unknown_element_is_named_and_nothing_after_it_is_lost() -> None:
    person = only(
        collection(
            "<CongDan><TrangThai>1</TrangThai><SoDinhDanh>001185012345</SoDinhDanh>"
            "<Cha><Tuoi>70</Tuoi><SoDinhDanh>001052000111</SoDinhDanh></Cha></CongDan>"
        )
    )
    assert person.SoDinhDanh == "001185012345"
    assert person.Cha.SoDinhDanh == "001052000111"
    assert person.fields_lost == ("TrangThai", "Cha.Tuoi")


def test_what_is_given_twice_or_has_a_shape_of_its_own_is_named() -> None:
    person = only(
        collection(
            "<CongDan><SoDinhDanh>1</SoDinhDanh><SoDinhDanh>2</SoDinhDanh>"
            "<GioiTinh><Ma>1</Ma></GioiTinh><ThuongTru>Hà Nội</ThuongTru>"
            f"<SoSoHoKhau>{'x' * 4001}</SoSoHoKhau><HoVaTen>thừa<Ten>THỬ</Ten></HoVaTen></CongDan>"
        )
    )
    assert person.SoDinhDanh == "1"
    assert (person.GioiTinh, person.ThuongTru, person.SoSoHoKhau) == (None,) * 3
    assert person.HoVaTen == PersonName(Ten="THỬ")
    assert person.fields_lost == ("SoDinhDanh", "GioiTinh", "ThuongTru", "SoSoHoKhau", "HoVaTen")


def test_an_element_of_another_namespace_is_another_element() -> None:
    person = only(
        collection(
            '<CongDan><x:SoDinhDanh xmlns:x="urn:x">9</x:SoDinhDanh>'
            '<SoCMND xmlns="">012345670</SoCMND></CongDan>'
        )
    )
    assert person.SoDinhDanh is None
    assert person.SoCMND == "012345670"
    assert person.fields_lost == ("SoDinhDanh",)


def test_codes_may_be_groups_and_addresses_one_code() -> None:
    person = only(
        collection(
            "<CongDan><DanToc><MaDanToc>03</MaDanToc><TenGoi>Thái</TenGoi></DanToc>"
            "<TonGiao><MaTonGiao>99</MaTonGiao></TonGiao><HoVaTen>VI VĂN THỬ</HoVaTen>"
            "<NgayThangNamSinh>1992-05-09</NgayThangNamSinh>"
            "<QueQuan><MaDonViHanhChinh>13795</MaDonViHanhChinh></QueQuan></CongDan>"
        )
    )
    assert (person.DanToc.MaDanToc, person.DanToc.TenGoi) == ("03", "Thái")
    assert person.TonGiao.MaTonGiao == "99"
    assert person.HoVaTen == "VI VĂN THỬ"
    assert person.NgayThangNamSinh == "1992-05-09"
    assert person.QueQuan.MaDonViHanhChinh == "13795"
    assert person.fields_lost == ()


def test_a_count_that_is_not_true_and_what_else_the_collection_says_are_named() -> None:
    found = persons(collection("<CongDan/><Trang>1</Trang>", 'SoCongDan="2" nguon="x"'))
    assert found.persons == ()
    assert found.fields_lost == ("CongDan", "Trang", "@nguon", "SoCongDan")


def test_the_collection_is_found_inside_what_an_esb_put_around_it() -> None:
    assert only(envelope(f"<Response><return>{ONE_PERSON}</return></Response>")).SoCMND == "1"


def test_an_answer_without_envelope_is_read() -> None:
    assert only(ONE_PERSON).SoCMND == "1"


def test_line_breaks_a_gateway_lost_are_white_space(sample: Sample) -> None:
    text = sample("population/tracuu-res-01-full-old-three-level.xml").decode()
    broken = text.replace("\n", "u000a").replace("12 ngõ", "12u000angõ")
    assert persons(broken.encode()).persons[0].ThuongTru.ChiTiet.startswith("12 ngõ Ví Dụ")
    assert persons(broken.replace("12u000a", "12 ").encode()) == persons(text.encode())


def test_the_same_letters_stay_where_no_line_break_was_lost() -> None:
    assert only(collection("<CongDan><SoSoHoKhau>xu000a</SoSoHoKhau></CongDan>")).SoSoHoKhau == (
        "xu000a"
    )


def test_a_collection_in_a_namespace_of_its_own_is_not_guessed_at() -> None:
    body = envelope('<CongdanCollection xmlns="urn:other"/>')
    with pytest.raises(ValueError, match="answer_namespaces"):
        persons(body)
    reader = AnswerReader(("urn:other",))
    assert reader.persons(SOAP.elements(answer(body), ASKED)) == PersonAnswer(())


def test_a_person_shows_nothing_of_himself(read: Read) -> None:
    found = read("tracuu-res-01-full-old-three-level")
    for shown in (repr(found), str(found.persons[0]), f"{found.persons[0].Cha}"):
        assert "LAN" not in shown
        assert "0011" not in shown
        assert "MẪU" not in shown


# --- yes or no ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "expected"),
    [("01-true", True), ("02-false", False), ("03-prefix-ns2", True)],
)
def test_a_verdict(sample: Sample, name: str, expected: object) -> None:
    assert verdict(sample(f"population/xacthuc-res-{name}.xml")) is expected


@pytest.mark.parametrize(
    ("word", "expected"), [("1", True), ("0", False), (" TRUE\n", True), ("False", False)]
)
@pytest.mark.parametrize("root", ["KetQuaXacThuc", "KetQuaXacThucResponse"])
def test_a_boolean_is_read_in_each_form(word: object, expected: object, root: object) -> None:
    body = f'<d:{root} xmlns:d="{SERVICE}"><d:TonTai>{word}</d:TonTai></d:{root}>'
    assert verdict(envelope(body)) is expected
    assert verdict(envelope(body, "http://www.w3.org/2003/05/soap-envelope")) is expected


def test_a_verdict_without_a_prefix_inside_is_read() -> None:
    body = f'<d:KetQuaXacThuc xmlns:d="{SERVICE}"><TonTai>false</TonTai></d:KetQuaXacThuc>'
    assert verdict(envelope(body)) is False


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<d:TonTai/>",
        "<d:TonTai>co</d:TonTai>",
        "<d:TonTai>2</d:TonTai>",
        "<d:TonTai><d:GiaTri>true</d:GiaTri></d:TonTai>",
        "<d:TonTai>true</d:TonTai><d:TonTai>false</d:TonTai>",
        '<x:TonTai xmlns:x="urn:x">true</x:TonTai>',
    ],
)
def test_an_answer_that_does_not_say_is_neither_yes_nor_no(inner: object) -> None:
    body = f'<d:KetQuaXacThuc xmlns:d="{SERVICE}">{inner}</d:KetQuaXacThuc>'
    with pytest.raises(ValueError, match="TonTai"):
        verdict(envelope(body))


@pytest.mark.parametrize("body", [envelope(""), collection(""), envelope("<TonTai>true</TonTai>")])
def test_another_answer_is_no_verdict(body: Any) -> None:
    with pytest.raises(ValueError, match="KetQuaXacThuc"):
        verdict(body)


def test_a_verdict_is_no_collection(sample: Sample) -> None:
    with pytest.raises(ValueError, match="KetQuaXacThuc in its place"):
        persons(sample("population/xacthuc-res-01-true.xml"))


# --- faults -------------------------------------------------------------------------------------


def test_a_fault_under_200_is_a_fault(sample: Sample) -> None:
    with pytest.raises(Unreachable) as failed:
        verdict(sample("population/xacthuc-res-07-fault-in-200.xml"))
    assert (failed.value.code, failed.value.http_status) == ("Server", 200)
    assert failed.value.detail == "Loi ket noi toi dich vu nguon"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("soapenv:Client", Refused),
        ("SOAP-ENV:Client.Authentication", Refused),
        ("env:MustUnderstand", Refused),
        ("Server", Unreachable),
        ("soapenv:Server.generalException", Unreachable),
        ("101503", Unreachable),
        ("", Unreachable),
    ],
)
def test_who_is_to_blame_decides_what_a_fault_is(code: str | None, kind: type[Exception]) -> None:
    said = f"<faultcode>{code}</faultcode><faultstring>So 001185012345</faultstring>"
    fault = f"<e:Fault>{said}</e:Fault>"
    with pytest.raises(ConnectorError) as failed:
        persons(envelope(fault))
    assert type(failed.value) is kind
    assert "001185012345" not in str(failed.value)


def test_a_fault_of_soap_12_is_read() -> None:
    fault = (
        "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>x:y</e:Value></e:Subcode>"
        "</e:Code><e:Reason><e:Text>Sai</e:Text></e:Reason></e:Fault>"
    )
    with pytest.raises(Refused) as failed:
        persons(envelope(fault, "http://www.w3.org/2003/05/soap-envelope"))
    assert (failed.value.code, failed.value.detail) == ("Sender", "Sai")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"Thao tac khong thanh cong", "well-formed"),
        (b"<html><body>Bao tri</body></html>", "HTML"),
        (b"<!DOCTYPE html><html><head><meta></head></html>", "HTML"),
        (b'<Envelope xmlns="urn:x"><Body/></Envelope>', "not SOAP"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>', "without a Body"),
        (envelope("<KetQua>1</KetQua>"), "KetQua in its place"),
        (envelope("<KetQua/>"), "KetQua in its place"),
        (envelope("<OpResponse><Ma>1</Ma></OpResponse>"), "OpResponse in its place"),
        (collection("<CongDan>")[:-60], "well-formed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
    ],
)
def test_what_is_no_answer_is_said_to_be_none(body: Any, why: Any) -> None:
    with pytest.raises(ValueError, match=why):
        persons(body)


def test_an_answer_in_parts_is_refused_with_a_hint() -> None:
    with pytest.raises(ValueError, match="plain XML"):
        SOAP.elements(answer(b"--x", kind='Multipart/Related; type="text/xml"'), ASKED)


# --- JSON fronts --------------------------------------------------------------------------------

PASCAL = PascalFront()


def in_message(text: str, **more: object) -> Answer:
    return answer(json.dumps({"error_code": "0", "message": text, **more}))


def test_the_soap_answer_stands_in_the_message(sample: Sample) -> None:
    text = sample("population/tracuu-res-01-full-old-three-level.xml").decode()
    found = READER.persons(PASCAL.elements(in_message(text), ASKED))
    assert found == persons(text)
    declared = text.replace("UTF-8", "UTF-16")
    assert READER.persons(PASCAL.elements(in_message(declared), ASKED)) == found


def test_a_soap_fault_in_the_message_is_a_fault(sample: Sample) -> None:
    text = sample("population/xacthuc-res-07-fault-in-200.xml").decode()
    with pytest.raises(Unreachable):
        PASCAL.elements(in_message(text), CHECKED)


def test_a_front_that_cannot_serve_refuses(sample: Sample) -> None:
    with pytest.raises(Refused) as refused:
        PASCAL.elements(answer(sample("population/lgsp-json-res-02-error.json")), ASKED)
    assert (refused.value.code, refused.value.detail) == ("-1", "Thao tac khong thanh cong")
    with pytest.raises(Refused) as refused:
        PASCAL.elements(in_message("Khong tim thay 001185012345", error_code=-1), ASKED)
    assert "001185012345" not in str(refused.value)


@pytest.mark.parametrize(
    "body", ['{"error_code": "0", "message": "OK"}', '{"message": null}', "[]", "{}", "", "<html/>"]
)
def test_a_front_that_says_nothing_is_unreadable(body: Any) -> None:
    with pytest.raises(Unusable):
        PASCAL.elements(answer(body), ASKED)


@pytest.mark.parametrize(
    ("said", "expected"),
    [
        ({"data": {"result": True}}, True),
        ({"Data": {"Result": {"tonTai": "false"}}}, False),
        ({"data": {"result": {"ketQuaXacThuc": {"TonTai": True}}}}, True),
    ],
)
def test_a_verdict_may_stand_where_the_settings_say(said: object, expected: object) -> None:
    front = CamelFront("data.result", "")
    assert READER.verdict(front.elements(answer(json.dumps(said)), CHECKED)) is expected


def test_persons_may_be_json_with_the_standards_names() -> None:
    said = {
        "data": [
            {
                "soDinhDanh": "001185012345",
                "hoVaTen": {"ten": "TRẦN THỊ MAI LAN"},
                "ngayThangNamSinh": {"nam": 1985},
                "la lung": 1,
                "tuoi": 40,
                "cha": None,
            }
        ]
    }
    front = CamelFront("data", "")
    (person,) = READER.persons(front.elements(answer(json.dumps(said)), ASKED)).persons
    assert person.SoDinhDanh == "001185012345"
    assert person.HoVaTen == PersonName(Ten="TRẦN THỊ MAI LAN")
    assert person.NgayThangNamSinh == BirthDate(Nam="1985", NgayThangNam=None)
    assert person.fields_lost == ("key", "tuoi")


def test_xml_may_stand_where_the_settings_say(sample: Sample) -> None:
    text = sample("population/tracuu-res-07-two-records.xml").decode()
    front = CamelFront("result", "")
    found = READER.persons(front.elements(answer(json.dumps({"result": text})), ASKED))
    assert len(found.persons) == 2


@pytest.mark.parametrize(
    "said", [{}, {"data": None}, {"data": 7}, {"data": "x"}, {"data": [1]}, []]
)
def test_json_that_is_no_answer_is_unreadable(said: object) -> None:
    with pytest.raises(ValueError, match="answer_path"):
        CamelFront("data", "").elements(answer(json.dumps(said)), ASKED)


def test_an_empty_list_where_persons_stand_is_not_found() -> None:
    found = CamelFront("data", "").elements(answer('{"data": []}'), ASKED)
    assert READER.persons(found) == PersonAnswer(())
