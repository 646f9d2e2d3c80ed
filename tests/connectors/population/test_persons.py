"""Persons of an answer: every known element is read, every other one is reported."""

from __future__ import annotations

from typing import Any

import pytest

from khop.connectors.population import AnswerReader, PersonAnswer
from khop.connectors.population.wire import PersonName
from tests.connectors.population.answers import (
    ASKED,
    ONE_PERSON,
    SERVICE,
    SOAP,
    Read,
    collection,
    envelope,
    only,
    persons,
    soap_answer,
)
from tests.connectors.scripted import Sample


def test_a_full_record_is_read(read: Read) -> None:
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


def test_a_year_without_date_and_blank_elements_are_read(read: Read) -> None:
    (person,) = read("tracuu-res-02-year-only-many-empty").persons
    assert person.NgayThangNamSinh.Nam == "1947"
    assert person.NgayThangNamSinh.NgayThangNam is None
    assert (person.Cha, person.Me, person.VoChong, person.SoSoHoKhau) == (None,) * 4
    assert person.NoiDangKyKhaiSinh.model_dump(exclude_none=True) == {"QuocGia": "VN"}


@pytest.mark.parametrize(
    "name", ["tracuu-res-03-two-level-2025-sparse", "tracuu-res-12-default-namespace"]
)
def test_an_address_of_two_levels_is_read_under_any_prefix(read: Read, name: str) -> None:
    (person,) = read(name).persons
    assert person.SoDinhDanh == "024301005555"
    assert (person.SoCMND, person.TonGiao, person.Cha, person.ChuHo) == (None,) * 4
    assert person.NoiOHienTai.MaPhuongXa == "00070"
    assert person.NoiOHienTai.MaQuanHuyen is None


def test_split_names_in_another_order_and_attributes_are_read(
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


def test_an_empty_collection_means_not_found(read: Read) -> None:
    assert read("tracuu-res-05-not-found-empty-collection") == PersonAnswer(())


def test_not_found_may_have_a_note(read: Read) -> None:
    found = read("nhanthan-res-05-not-found")
    assert (found.persons, found.count, found.note) == ((), "0", "Không tìm thấy")


@pytest.mark.parametrize(
    "body",
    [envelope(""), envelope(f'<x:TraCuuThongTinCongDanResponse xmlns:x="{SERVICE}"/>')],
)
def test_an_empty_body_means_not_found(body: Any) -> None:
    assert persons(body) == PersonAnswer(())


@pytest.mark.parametrize(
    "inside",
    [
        '<ErrorResponse xmlns="urn:gateway"/>',
        f'<x:TraCuuThongTinCongDanResponse xmlns:x="{SERVICE}" errorCode="5"/>',
    ],
)
def test_an_empty_element_of_another_name_is_unreadable(inside: Any) -> None:
    for body in (envelope(inside), inside.encode()):
        with pytest.raises(ValueError, match="without CongdanCollection"):
            persons(body)


def test_two_people_with_one_old_number_are_both_read(
    read: Read,
) -> None:
    found = read("tracuu-res-07-two-records")
    assert [p.SoDinhDanh for p in found.persons] == ["001061000670", "027061000671"]
    assert found.count == "2"
    assert found.fields_lost == ()


def test_parents_are_read(read: Read) -> None:
    (person,) = read("nhanthan-res-01-both-parents").persons
    assert (person.Cha.SoDinhDanh, person.Me.SoDinhDanh) == ("024070000001", "024173000002")
    (person,) = read("nhanthan-res-02-mother-only").persons
    assert person.Cha is None
    assert person.Me.HoVaTen.Ten == "Ví"


def test_a_household_is_read_as_several_persons(read: Read) -> None:
    members = read("hogiadinh-res-01-three-members").persons
    assert [m.ChuHo.QuanHe for m in members] == ["CH01", "VC", "CON"]
    assert len(read("hogiadinh-res-02-single").persons) == 1
    members = read("hogiadinh-res-04-no-quanhe").persons
    assert [m.ChuHo.QuanHe for m in members] == ["CH01", None]


def test_an_unknown_element_is_reported_and_later_ones_are_read() -> None:
    person = only(
        collection(
            "<CongDan><TrangThai>1</TrangThai><SoDinhDanh>001185012345</SoDinhDanh>"
            "<Cha><Tuoi>70</Tuoi><SoDinhDanh>001052000111</SoDinhDanh></Cha></CongDan>"
        )
    )
    assert person.SoDinhDanh == "001185012345"
    assert person.Cha.SoDinhDanh == "001052000111"
    assert person.fields_lost == ("TrangThai", "Cha.Tuoi")


def test_repeated_elements_and_other_forms_are_reported() -> None:
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


def test_an_element_of_another_namespace_is_reported() -> None:
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


def test_a_wrong_count_and_unknown_parts_of_a_collection_are_reported() -> None:
    found = persons(collection("<CongDan/><Trang>1</Trang>", 'SoCongDan="2" nguon="x"'))
    assert found.persons == ()
    assert found.fields_lost == ("CongDan", "Trang", "@nguon", "SoCongDan")


def test_a_collection_inside_an_element_of_an_esb_is_read() -> None:
    assert only(envelope(f"<Response><return>{ONE_PERSON}</return></Response>")).SoCMND == "1"


def test_an_answer_without_envelope_is_read() -> None:
    assert only(ONE_PERSON).SoCMND == "1"


def test_line_breaks_lost_by_a_gateway_are_white_space(sample: Sample) -> None:
    text = sample("population/tracuu-res-01-full-old-three-level.xml").decode()
    broken = text.replace("\n", "u000a").replace("12 ngõ", "12u000angõ")
    assert persons(broken.encode()).persons[0].ThuongTru.ChiTiet.startswith("12 ngõ Ví Dụ")
    assert persons(broken.replace("12u000a", "12 ").encode()) == persons(text.encode())


def test_the_same_letters_elsewhere_are_kept() -> None:
    assert only(collection("<CongDan><SoSoHoKhau>xu000a</SoSoHoKhau></CongDan>")).SoSoHoKhau == (
        "xu000a"
    )


def test_a_collection_in_an_unknown_namespace_is_unreadable() -> None:
    body = envelope('<CongdanCollection xmlns="urn:other"/>')
    with pytest.raises(ValueError, match="answer_namespaces"):
        persons(body)
    reader = AnswerReader(("urn:other",))
    assert reader.persons(SOAP.elements(soap_answer(body), ASKED)) == PersonAnswer(())


def test_a_person_shows_no_values_in_repr_or_errors(read: Read) -> None:
    found = read("tracuu-res-01-full-old-three-level")
    for shown in (repr(found), str(found.persons[0]), f"{found.persons[0].Cha}"):
        assert "LAN" not in shown
        assert "0011" not in shown
        assert "MẪU" not in shown
