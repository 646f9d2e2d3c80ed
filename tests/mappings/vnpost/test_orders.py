"""Orders, documents and notices to the post, and barcodes (docs/systems/vnpost.md)."""

from __future__ import annotations

import json
import unicodedata
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from khop.errors import ConfigError, RecordError
from khop.mappings.records import (
    Applicant,
    Attachment,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Precision,
)
from khop.mappings.vnpost.barcode import (
    Barcode,
    CounterDossier,
    answer_lookup,
    answer_wish,
    read_barcode,
)
from khop.mappings.vnpost.mapping import OrderNumbers
from khop.mappings.vnpost.orders import (
    Office,
    OrderMapping,
    OrderRules,
    cls_notice,
    month_first,
    phone_number,
)
from khop.mappings.vnpost.places import Place, PlaceTable
from tests import paths

SAMPLES = paths.SAMPLES / "vnpost"
PLACES = PlaceTable(
    {"Hà Nội": 10, "Thành phố Hồ Chí Minh": 70, "Bà Rịa - Vũng Tàu": 79, "Thanh Hóa": 40},
    {"Hà Nội/Ba Đình": 1110, "Quận 1": 7110},
)
OFFICE = Office(
    "UBND phường Ví Dụ",
    "Bộ phận Một cửa, số 1 phố Ví Dụ, Hà Nội",
    "024 0000 0001",
    Place(10, district=1110),
)
DOSSIER = FullDossier(
    record=DossierRecord(
        source="igate",
        native_id="105533",
        code="H99.01-260318-0001",
        procedure="1.001193",
        received_at=Instant.of(datetime(2026, 3, 18, 2, 0, tzinfo=UTC)),
    ),
    applicant=Applicant(
        name="Nguyễn Văn Mẫu",
        identity_number="099085012345",
        phone="+84 990.000.001",
        email="mau@example.vn",
        address="12 ngõ Ví Dụ, phường Mẫu, quận Ba Đình, TP. Hà Nội, Việt Nam",
    ),
    procedure_name="Đăng ký khai sinh",
    sector_name="Hộ tịch",
    files=(Attachment("Giấy chứng sinh"), Attachment(" "), Attachment("Tờ khai")),
    results=(Attachment("Giấy khai sinh"),),
    fees=(Fee("Lệ phí", 5000), Fee("Phí", 3000)),
)


def orders(**rules: Any) -> OrderMapping:
    return OrderMapping(OrderRules(customer_code="DEMOCUST", **rules), OFFICE, PLACES)


def applicant(**changes: Any) -> FullDossier:
    return replace(DOSSIER, applicant=replace(DOSSIER.applicant, **changes))


def samples(name: str) -> list[Any]:
    loaded: list[Any] = json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))
    return loaded


def test_collecting_goes_from_the_citizen_to_the_office() -> None:
    sent = orders().collect(DOSSIER).message()
    assert list(sent) == list(samples("order-collect-request")[0]["body"])
    assert sent["CustomerCode"] == "DEMOCUST"
    assert sent["OrderNumber"] == "H99.01-260318-0001"
    assert (sent["SenderProvince"], sent["SenderDistrict"]) == (10, 1110)
    assert (sent["SenderName"], sent["SenderTel"]) == ("Nguyễn Văn Mẫu", "0990000001")
    assert (sent["ReceiverName"], sent["ReceiverTel"]) == ("UBND phường Ví Dụ", "02400000001")
    assert sent["CODAmount"] == 0.0
    assert sent["ReceiverEmail"] is None
    assert sent["SenderDesc"] == (
        "Mã hồ sơ: H99.01-260318-0001||Tên thủ tục: Đăng ký khai sinh"
        "||Thành phần hồ sơ 1: Giấy chứng sinh||Thành phần hồ sơ 2: Tờ khai"
        "||Tên dịch vụ: Thu gom hồ sơ tại nhà"
    )


def test_returning_goes_from_the_office_to_the_citizen() -> None:
    sent = orders(with_identity=True).bring_back(DOSSIER, cod_amount=30500).message()
    assert (sent["SenderName"], sent["ReceiverName"]) == ("UBND phường Ví Dụ", "Nguyễn Văn Mẫu")
    assert sent["CODAmount"] == 30500
    assert sent["ReceiverEmail"] == "mau@example.vn"
    assert sent["SenderDesc"].endswith(
        "||Thành phần hồ sơ 1: Giấy khai sinh||Tên dịch vụ: Trả hồ sơ tại nhà||CMND: 099085012345"
    )


def test_the_description_is_that_of_the_samples() -> None:
    written = orders(with_identity=True).collect(DOSSIER).SenderDesc or ""
    sample = samples("order-collect-request")[0]["body"]["SenderDesc"]
    assert written.replace("099085012345", "001185012345") == sample


def test_waybill_and_flag_are_sent_when_given() -> None:
    sent = orders(flag_config=2).bring_back(DOSSIER, item_code="HC000000015VN").message()
    assert list(sent) == list(samples("order-return-request")[2]["body"])
    assert sent["ItemCode"] == "HC000000015VN"
    assert sent["FlagConfig"] == 2


def test_agreed_suffixes_distinguish_the_two_orders() -> None:
    mapping = orders(numbers=OrderNumbers("-G", "-T"))
    assert mapping.collect(DOSSIER).OrderNumber == "H99.01-260318-0001-G"
    assert mapping.bring_back(DOSSIER).OrderNumber == "H99.01-260318-0001-T"
    assert "0001-G" not in (mapping.collect(DOSSIER).SenderDesc or "")


def test_names_are_sent_composed() -> None:
    name = unicodedata.normalize("NFD", "Nguyễn Hoà  Thuận")
    assert orders().collect(applicant(name=name)).SenderName == "Nguyễn Hoà Thuận"


def test_too_long_a_description_loses_papers_and_keeps_the_direction() -> None:
    many = replace(DOSSIER, files=tuple(Attachment(f"Giấy tờ số {n}") for n in range(30)))
    text = orders(longest=200).collect(many).SenderDesc or ""
    assert len(text) <= 200
    assert text.endswith("||Tên dịch vụ: Thu gom hồ sơ tại nhà")
    assert "Thành phần hồ sơ 1: Giấy tờ số 0" in text
    long = replace(DOSSIER, procedure_name="Thủ tục " * 60)
    text = orders(longest=120).collect(long).SenderDesc or ""
    assert len(text) <= 120
    assert text.endswith("...||Tên dịch vụ: Thu gom hồ sơ tại nhà")
    assert len(orders(longest=40).collect(long).SenderDesc or "") <= 40


def test_a_name_cannot_add_a_part_to_the_description() -> None:
    text = orders().collect(replace(DOSSIER, procedure_name="A||B")).SenderDesc or ""
    assert "Tên thủ tục: A|B||" in text


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"name": " "}, "applicant.name"),
        ({"address": ""}, "applicant.address"),
        ({"address": "12 ngõ Ví Dụ, tỉnh Khác"}, "applicant.address"),
        ({"phone": ""}, "applicant.phone"),
        ({"phone": "không có"}, "applicant.phone"),
    ],
)
def test_a_missing_required_value_is_refused_before_sending(
    changes: dict[str, str], field: str
) -> None:
    for order in (orders().collect, orders().bring_back):
        with pytest.raises(RecordError) as caught:
            order(applicant(**changes))
        assert caught.value.field == field
        assert "Ví Dụ" not in str(caught.value)


@pytest.mark.parametrize("cod", [-1, float("nan"), float("inf")])
def test_an_impossible_amount_of_money_is_refused(cod: float) -> None:
    with pytest.raises(RecordError, match="CODAmount"):
        orders().collect(DOSSIER, cod_amount=cod)


@pytest.mark.parametrize(
    ("written", "dialled"),
    [
        ("0990000001", "0990000001"),
        ("0990.000.001", "0990000001"),
        ("+84990000001", "0990000001"),
        ("84990000001", "0990000001"),
        ("0084 (0)990 000 001", "0990000001"),
        ("990000001", "0990000001"),
        ("0990000001; 0990000002", "0990000001"),
        ("nhà / 0990000002", "0990000002"),
        ("(024) 0000-0001", "02400000001"),
        ("19001234", "19001234"),
    ],
)
def test_a_telephone_number_is_sent_as_it_is_dialled(written: str, dialled: str) -> None:
    assert phone_number(written, "phone") == dialled


@pytest.mark.parametrize("written", ["", "0", "abc", "12345", "0990000001234567"])
def test_a_number_that_cannot_be_dialled_is_refused(written: str) -> None:
    with pytest.raises(RecordError):
        phone_number(written, "phone")


@pytest.mark.parametrize(
    ("address", "place"),
    [
        ("Số 1, Ba Đình, Hà Nội", (10, 1110)),
        ("Số 1, Q. Ba Đình, TP.Hà Nội.", (10, 1110)),
        ("Số 1, phường Mẫu, thành phố Hà Nội", (10, 0)),
        ("Hà Nội", (10, 0)),
        ("Số 1, Quận 1, TP Hồ Chí Minh", (70, 7110)),
        ("Số 1, phường Mẫu, tỉnh Bà Rịa - Vũng Tàu", (79, 0)),
        ("Số 1, phường Mẫu, Bà Rịa-Vũng Tàu", (79, 0)),
        ("Làng Mẫu - xã Thử - Thanh Hoá", (40, 0)),
    ],
)
def test_a_place_is_found_by_its_name(address: str, place: tuple[int, int]) -> None:
    found = PLACES.of_address(address, "address")
    assert (found.province, found.district) == place


@pytest.mark.parametrize("address", ["", "Số 1", "Hà Nội, xã Mẫu", "Số 10 Hà Nội", "Việt Nam"])
def test_a_place_missing_from_the_table_is_refused(address: str) -> None:
    with pytest.raises(RecordError):
        PLACES.of_address(address, "address")


def test_two_numbers_for_one_place_raise_a_config_error() -> None:
    with pytest.raises(ConfigError, match=r"places\.provinces"):
        PlaceTable({"Hà Nội": 10, "thành phố HÀ NỘI": 11}, {}, key="places")


def test_a_document_announces_one_way_or_both() -> None:
    sent = orders().document(DOSSIER, sends=True, receives=True).message()
    sample = samples("document-post-request")[0]["body"]
    assert list(sent) == list(sample)
    assert list(sent["DocumentSender"]) == list(sample["DocumentSender"])
    assert sent["Procedure"] == {
        "Code": "1.001193",
        "Title": "Đăng ký khai sinh",
        "Category": "Hộ tịch",
        "Elements": "Giấy chứng sinh; Tờ khai",
    }
    person = sent["ResultReceiver"]
    assert person == sent["DocumentSender"]
    assert person["DistrictCode"] == 1110
    assert person["Phone"] == "0990000001"
    only = orders().document(DOSSIER, sends=False, receives=True, state=1).message()
    assert only["DocumentSender"] is None
    assert only["State"] == 1
    assert only["ResultReceiver"] is not None


def test_an_unknown_district_of_a_document_is_null() -> None:
    far = applicant(address="Làng Mẫu, Thanh Hóa")
    person = orders().document(far, sends=True, receives=False).DocumentSender
    assert person is not None
    assert (person.DistrictCode, person.DistrictTitle) == (None, None)
    assert (person.ProvinceCode, person.ProvinceTitle) == (40, "Thanh Hóa")


def test_the_notice_to_the_hanoi_post_is_written() -> None:
    sent = cls_notice(DOSSIER, post_office="Bưu cục Ví Dụ").message()
    assert [*sent] == [*samples("cls-notify-request")[0]["body"]][2:]
    assert sent["NgayTiepNhan"] == "03/18/2026"
    assert sent["LePhi"] == 8000
    assert sent["dossierId"] == 105533
    assert sent["CMT"] == ""
    assert cls_notice(DOSSIER, with_identity=True).CMT == "099085012345"
    text_id = replace(DOSSIER, record=replace(DOSSIER.record, native_id="68a5"))
    assert cls_notice(text_id).dossierId == "68a5"


def test_the_month_comes_first() -> None:
    notices = samples("cls-notify-request")
    day = Instant.of(datetime(2026, 3, 3, 17, 0, tzinfo=UTC), Precision.DAY)
    assert month_first(day) == notices[1]["body"]["NgayTiepNhan"] == "03/04/2026"
    assert month_first(None) == notices[2]["body"]["NgayTiepNhan"] == ""


def find(dossier_id: str) -> CounterDossier | None:
    asked, found = samples("barcode-lookup")[:2]
    if dossier_id not in asked["http"]["query"]["ma_bien_nhan"]:
        return None
    body = found["body"]
    return CounterDossier("4821", body["dossierNo"], body["applicantName"], body["serviceName"])


def test_the_sample_barcode_is_answered() -> None:
    asked, found, gone = samples("barcode-lookup")[:3]
    barcode = asked["http"]["query"]["ma_bien_nhan"]
    assert read_barcode(barcode) == Barcode("4821", "105533", 1)
    assert answer_lookup(barcode, find) == (found["status"], found["body"])
    for wrong in ("D-4822-105533-1", "D-4821-105534-1", "105533", "D-4821-105533", ""):
        assert answer_lookup(wrong, find) == (gone["status"], None)


def test_a_dossier_without_security_part_is_not_shown() -> None:
    bare = CounterDossier("", "H99", "Mẫu", "X")
    assert answer_lookup("D-0-105533-1", lambda _: bare) == (204, None)


def test_a_wish_is_kept_only_with_a_good_barcode() -> None:
    kept: list[str] = []

    def keep(dossier: CounterDossier) -> bool:
        kept.append(dossier.code)
        return len(kept) == 1

    taken, refused = samples("barcode-lookup")[3:]
    assert answer_wish("D-4821-105533-1", find, keep) == (taken["status"], taken["body"])
    assert answer_wish("D-4821-105533-1", find, keep) == (refused["status"], refused["body"])
    assert answer_wish("D-0000-105533-1", find, keep) == (refused["status"], refused["body"])
    assert kept == ["H99.01-260318-0001"] * 2


def test_the_repr_of_a_barcode_shows_no_secret() -> None:
    shown = f"{read_barcode('D-4821-105533-1')}{find('105533')}"
    assert "4821" not in shown
    assert "Lan" not in shown


OTHER = Applicant("Lê Văn Nhận", "099085099999", phone="0900000009", address="Số 9 phố Mẫu, Hà Nội")


def test_the_result_goes_to_the_receiver_when_the_dossier_names_one() -> None:
    named = replace(DOSSIER, receiver=OTHER)
    assert orders().bring_back(named).ReceiverName == "Lê Văn Nhận"
    assert orders().collect(named).SenderName == DOSSIER.applicant.name
    sent = orders().document(named, sends=True, receives=True)
    assert sent.DocumentSender is not None
    assert sent.ResultReceiver is not None
    assert sent.DocumentSender.Name == DOSSIER.applicant.name
    assert (sent.ResultReceiver.Name, sent.ResultReceiver.Phone) == ("Lê Văn Nhận", "0900000009")


def test_the_hanoi_post_is_told_owner_and_submitter() -> None:
    notice = cls_notice(replace(DOSSIER, owner=OTHER), with_identity=True)
    assert (notice.ChuHoSo, notice.NguoiNop) == ("Lê Văn Nhận", DOSSIER.applicant.name)
    assert notice.CMT == "099085099999"


def test_fees_that_were_not_read_are_left_out() -> None:
    unread = cls_notice(replace(DOSSIER, fees=None)).message()
    assert "LePhi" not in unread
    assert cls_notice(replace(DOSSIER, fees=())).message()["LePhi"] == 0


@pytest.mark.parametrize("number", ["99085012345", "85012345"])
def test_a_number_that_lost_a_zero_is_not_sent(number: str) -> None:
    short = applicant(identity_number=number)
    with pytest.raises(RecordError, match="leading zero"):
        orders(with_identity=True).collect(short)
    with pytest.raises(RecordError, match="leading zero"):
        cls_notice(short, with_identity=True)
    assert number not in str(orders().collect(short).message())
