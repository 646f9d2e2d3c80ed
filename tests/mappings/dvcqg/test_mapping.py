"""The portal's look-ups in, dossiers and steps out (docs/systems/dvcqg.md)."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from khop.errors import RecordError
from khop.mappings.dvcqg.mapping import DvcqgMapping, problems_before_sending
from khop.mappings.dvcqg.wire import LookupItem
from khop.mappings.records import (
    Applicant,
    Attachment,
    Channel,
    DossierRecord,
    Fee,
    FullDossier,
    Instant,
    Precision,
    Status,
    Step,
)
from khop.mappings.states.status import portal_statuses
from tests import paths

SAMPLES = paths.SAMPLES / "dvcqg"
VIETNAM = timezone(timedelta(hours=7))
MAPPING = DvcqgMapping("dvcqg")
CODE = "H99.12-250114-0007"


def sample(name: str) -> Any:
    return json.loads((SAMPLES / f"{name}.json").read_text("utf-8"))


def at(*parts: int) -> Instant:
    return Instant.of(datetime(*parts, tzinfo=VIETNAM))  # type: ignore[arg-type,misc]


def found(**fields: Any) -> dict[str, Any]:
    return {"MaHoSo": CODE, "MaTrangThai": "4", **fields}


# --- reading ------------------------------------------------------------------------------------


def test_a_dossier_found() -> None:
    record = MAPPING.record(sample("look-02")["result"], CODE)
    assert record == DossierRecord(
        source="dvcqg",
        native_id=CODE,
        code=CODE,
        status=Status.PROCESSING,
        status_raw="Đang xử lý",
        received_at=at(2025, 1, 14, 8, 15, 30),
        due_at=at(2025, 1, 17, 17),
        unit="UBND xã Mẫu",
        unit_code="000.12.00.H99",
        procedure="1.001612",
    )


def test_the_neighbouring_service() -> None:
    record = MAPPING.record(sample("look-06")["data"], "h99.02-250110-0003 ")
    assert record is not None
    assert (record.code, record.status) == ("H99.02-250110-0003", Status.RECEIVED)


def test_the_provinces_own_answer() -> None:
    record = MAPPING.record([sample("look-08")], CODE)
    assert record is not None
    assert (record.status, record.procedure) == (Status.PROCESSING, "1.001612")


def test_no_item_is_no_dossier() -> None:
    assert MAPPING.record([], CODE) is None


def test_the_only_item_may_leave_the_code_out() -> None:
    record = MAPPING.record([{"TrangThaiHoSo": "Đã trả kết quả"}], CODE)
    assert record is not None
    assert (record.code, record.status) == (CODE, Status.RETURNED)


@pytest.mark.parametrize(
    "items",
    [
        [{"MaHoSo": "H99.12-250114-0008", "MaTrangThai": "4"}],
        [{"MaTrangThai": "4"}, {"MaTrangThai": "5"}],
        [{"MaTrangThai": "4"}, {"MaHoSo": "H99.12-250114-0008"}],
        [{}],
        [{"MaHoSo": "", "NgayTiepNhan": None}],
        [{"LyDo": "x"}],
    ],
)
def test_an_answer_about_something_else_is_no_absence(items: list[dict[str, Any]]) -> None:
    with pytest.raises(RecordError, match="MaHoSo"):
        MAPPING.record(items, CODE)


def test_items_of_other_dossiers_are_passed_over() -> None:
    items = [{"MaHoSo": "H99.12-250114-0070", "MaTrangThai": "9"}, found(), {"MaTrangThai": "5"}]
    record = MAPPING.record(items, CODE)
    assert record is not None
    assert (record.status, record.fields_lost) == (Status.PROCESSING, ())


def test_keys_in_any_case() -> None:
    fields = {"mahoso": CODE.lower(), "MATRANGTHAI": 9, "ngaytiepnhan": "14/01/2025"}
    record = MAPPING.record([fields], CODE)
    assert record is not None
    assert record.status is Status.FINISHED
    assert record.received_at == replace(at(2025, 1, 14), precision=Precision.DAY)


def test_the_exact_spelling_goes_first() -> None:
    for fields in (
        {"MaTrangThai": "4", "MATRANGTHAI": "9"},
        {"MATRANGTHAI": "9", "MaTrangThai": "4"},
    ):
        record = MAPPING.record([{"MaHoSo": CODE, **fields}], CODE)
        assert record is not None
        assert record.status is Status.PROCESSING


@pytest.mark.parametrize(
    ("fields", "status", "raw"),
    [
        ({"MaTrangThai": "4"}, 4, "4"),
        ({"MaTrangThai": 10}, 10, "10"),
        ({"MaTrangThai": "04"}, 4, "04"),
        ({"MaTrangThai": "Đang xử lý"}, 4, "Đang xử lý"),
        ({"MaTrangThai": "", "TrangThaiHoSo": "5"}, 5, "5"),
        ({"MaTrangThai": None, "TrangThaiHoSo": "ĐÃ XỬ LÝ XONG"}, 9, "ĐÃ XỬ LÝ XONG"),
        ({"MaTrangThai": "4", "TrangThaiHoSo": "9"}, 4, "4"),
        ({"MaTrangThai": "11", "TrangThaiHoSo": "Đang xử lý"}, 4, "Đang xử lý"),
        ({"MaTrangThai": "11", "TrangThaiHoSo": "Trạng thái lạ"}, None, "Trạng thái lạ"),
        ({"MaTrangThai": "0"}, None, "0"),
        ({"MaTrangThai": "", "TrangThaiHoSo": ""}, None, None),
        ({}, None, None),
    ],
)
def test_the_state_as_code_or_label(
    fields: dict[str, Any], status: int | None, raw: str | None
) -> None:
    record = MAPPING.record([{"MaHoSo": CODE, **fields}], CODE)
    assert record is not None
    assert (record.status, record.status_raw) == (status, raw)


def test_a_deployments_labels() -> None:
    mapping = DvcqgMapping("dvcqg", portal_statuses({"11": 3}, {"Từ chối": 3}))
    record = mapping.record([found(MaTrangThai="11")], CODE)
    assert record is not None
    assert record.status is Status.NOT_RECEIVED


def test_every_date_that_may_be_sent() -> None:
    record = MAPPING.record(
        [
            found(
                NgayNop="2025-01-13T20:00:00+07:00",
                NgayTiepNhan="20250114081530",
                NgayHenTra="17/01/2025",
                NgayKetThucXuLy="20250116",
                NgayTra="0001-01-01T00:00:00",
                KenhThucHien=2,
            )
        ],
        CODE,
    )
    assert record is not None
    assert record.submitted_at == at(2025, 1, 13, 20)
    assert record.due_at == Instant(at(2025, 1, 17).us, Precision.DAY)
    assert record.finished_at == Instant(at(2025, 1, 16).us, Precision.DAY)
    assert record.returned_at is None
    assert record.channel is Channel.ONLINE
    assert record.fields_lost == ()


def test_a_bad_date_is_lost_alone() -> None:
    record = MAPPING.record([found(NgayHenTra="31/02/2025", NgayTiepNhan="20250114")], CODE)
    assert record is not None
    assert record.due_at is None
    assert record.received_at is not None
    assert record.fields_lost == ("NgayHenTra",)


def test_items_that_agree_fill_each_others_gaps() -> None:
    one = found(NgayTiepNhan="20250114081530", TrangThaiHoSo="Đang xử lý")
    other = found(NgayHenTra="20250117170000", NgayTiepNhan="2025-01-14T08:15:30")
    record = MAPPING.record([one, other], CODE)
    assert record is not None
    assert (record.status, record.status_raw) == (Status.PROCESSING, "Đang xử lý")
    assert (record.received_at, record.due_at) == (at(2025, 1, 14, 8, 15, 30), at(2025, 1, 17, 17))
    assert record.fields_lost == ()


@pytest.mark.parametrize("third", [[], [found(NgayTiepNhan="20250114")], [found(MaTrangThai="11")]])
def test_items_that_contradict_leave_the_field_open(third: list[dict[str, Any]]) -> None:
    one = found(NgayTiepNhan="20250114", DonViXuLy="UBND xã Mẫu")
    other = found(MaTrangThai="9", NgayTiepNhan="20250115", DonViXuLy="UBND xã Mẫu")
    record = MAPPING.record([one, other, *third], CODE)
    assert record is not None
    assert (record.status, record.status_raw, record.received_at) == (None, None, None)
    assert record.unit == "UBND xã Mẫu"
    assert set(record.fields_lost) == {"TrangThaiHoSo", "NgayTiepNhan"}


def test_two_states_nobody_knows_contradict() -> None:
    record = MAPPING.record([found(MaTrangThai="11"), found(MaTrangThai="12")], CODE)
    assert record is not None
    assert (record.status_raw, record.fields_lost) == (None, ("TrangThaiHoSo",))


SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(st.characters(exclude_categories=()), max_size=10)
    | st.sampled_from([CODE, "4", "20250114", {}, [], [4]])
)
ITEMS = st.lists(
    st.dictionaries(st.sampled_from(sorted(LookupItem.model_fields)) | st.text(max_size=3), SCALARS)
    | SCALARS,
    max_size=3,
)


@settings(max_examples=200, suppress_health_check=[HealthCheck.too_slow], deadline=None)
@given(ITEMS)
def test_any_answer_is_read_or_refused(items: list[Any]) -> None:
    try:
        record = MAPPING.record(items, CODE)
    except RecordError as error:
        assert len(str(error)) < 300
    else:
        assert (record is None) == (not items)


# --- writing ------------------------------------------------------------------------------------

RECORD = DossierRecord(
    source="igate",
    native_id="68a53f0c1d2e3f4a5b6c7d80",
    code=CODE,
    status=Status.PROCESSING,
    status_raw="Đang xử lý",
    submitted_at=at(2025, 1, 14, 8, 15, 30),
    received_at=at(2025, 1, 14, 8, 15, 30),
    due_at=at(2025, 1, 17, 17),
    unit="UBND xã Mẫu",
    unit_code="000.12.00.H99",
    procedure="1.001612",
    channel=Channel.ONLINE,
)
URL = "https://motcua.example.vn/file?path=/2025/01/don-dang-ky.pdf"
DOSSIER = FullDossier(
    record=RECORD,
    applicant=Applicant("Nguyễn Văn Mẫu", "099000000001", phone="0900000001"),
    procedure_name="Đăng ký thành lập hộ kinh doanh",
    sector_code="G05-KH02",
    sector_name="Thành lập và hoạt động của hộ kinh doanh",
    summary="Đăng ký hộ kinh doanh Mẫu",
    files=(Attachment("don-dang-ky.pdf", "", URL, digitised=True),),
    fees=(Fee("Lệ phí đăng ký", 100_000, paid=True),),
)


def with_record(**changes: Any) -> FullDossier:
    return replace(DOSSIER, record=replace(RECORD, **changes))


def test_the_record_of_the_sample() -> None:
    """The sample's own values for what iGate cannot know stand apart."""
    expected = sample("sync-01")["data"][0]
    unknown = {
        "SoBienNhan": "",
        "MaDoiTuong": "",
        "DuocThanhToanTrucTuyen": "0",
        "NgayTuChoi": "",
        "DSKetNoiCSDL": [],
    }
    assert MAPPING.write(DOSSIER) == {**expected, **unknown}


def test_the_order_is_the_tables() -> None:
    written = list(MAPPING.write(DOSSIER))
    assert written[:7] == [
        "MaHoSo",
        "MaTTHC",
        "TenTTHC",
        "MaLinhVuc",
        "TenLinhVuc",
        "SoBienNhan",
        "KenhThucHien",
    ]
    assert written[-3:] == ["DinhDanhCHS", "NgayNopHoSo", "DSKetNoiCSDL"]
    sent = [key for key in sample("sync-01")["data"][0] if key in written]
    assert sent == [key for key in written if key != "SoBienNhan"]


def test_every_scalar_is_text_and_every_list_a_list() -> None:
    bare = FullDossier(DossierRecord("igate", "n", CODE, status=Status.NEW), Applicant())

    def check(value: Any) -> None:
        if isinstance(value, dict):
            for each in value.values():
                check(each)
        elif isinstance(value, list):
            for each in value:
                check(each)
        else:
            assert isinstance(value, str)

    for dossier in (DOSSIER, bare):
        written = MAPPING.write(dossier)
        check(written)
        assert json.loads(json.dumps(written)) == written


def test_a_blank_state_is_never_written() -> None:
    with pytest.raises(RecordError, match="TrangThaiHoSo"):
        MAPPING.write(with_record(status=None))


def test_names_come_from_the_catalogue() -> None:
    written = MAPPING.write(
        replace(DOSSIER, results=(Attachment("gcn.pdf", "88", "https://a.example.vn/gcn.pdf"),)),
        sample("cat-06")["result"][0],
    )
    assert written["TenLinhVuc"] == "Hộ kinh doanh"
    assert written["MaLinhVuc"] == "G05-KH02"
    (paper,) = written["DanhSachGiayToKetQua"]
    assert paper == {
        "TenGiayTo": "gcn.pdf",
        "MaThanhPhanHoSo": "",
        "GiayToId": "88",
        "DuongDanTepTinKetQua": "https://a.example.vn/gcn.pdf",
        "MaGiayToKetQua": "KQ.G05.000777",
    }


@pytest.mark.parametrize(
    "sector",
    [
        {"MaLinhVuc": "G05-KH02", "tenlinhvuc": "Hộ kinh doanh"},
        [{"MALINHVUC": "G05-KH02", "TENLINHVUC": "Hộ kinh doanh"}],
    ],
)
def test_the_catalogue_in_other_shapes(sector: Any) -> None:
    procedure = {"tentthc": "Đăng ký", "LinhVucThucHien": sector, "KETQUATHUCHIEN": None}
    written = MAPPING.write(DOSSIER, procedure)
    assert (written["TenTTHC"], written["TenLinhVuc"]) == ("Đăng ký", "Hộ kinh doanh")


@pytest.mark.parametrize("procedure", [{}, {"LINHVUCTHUCHIEN": [], "TENTTHC": ""}, {"TENTTHC": []}])
def test_an_empty_catalogue_leaves_the_dossiers_own_names(procedure: dict[str, object]) -> None:
    written = MAPPING.write(DOSSIER, procedure)
    assert (written["TenTTHC"], written["MaLinhVuc"]) == (DOSSIER.procedure_name, "G05-KH02")


def test_which_of_several_results_it_is_nobody_knows() -> None:
    procedure = {"KETQUATHUCHIEN": [{"MAKETQUA": "KQ.1"}, {"MAKETQUA": "KQ.2"}]}
    dossier = replace(DOSSIER, results=(Attachment("a", "1"), Attachment("b", "2", code="KQ.2")))
    papers = MAPPING.write(dossier, procedure)["DanhSachGiayToKetQua"]
    assert [paper["MaGiayToKetQua"] for paper in papers] == ["", "KQ.2"]


def test_a_submitted_file_is_no_result() -> None:
    again = Attachment("don-dang-ky.pdf", "", f" {URL}")
    same_id = Attachment("x", "f1", "https://motcua.example.vn/other.pdf")
    dossier = replace(
        DOSSIER,
        files=(*DOSSIER.files, Attachment("y", "f1")),
        results=(again, same_id, Attachment("gcn", "r1")),
    )
    papers = MAPPING.write(dossier)["DanhSachGiayToKetQua"]
    assert [paper["TenGiayTo"] for paper in papers] == ["gcn"]


@pytest.mark.parametrize(
    "url",
    [
        "http://10.0.0.15:8080/documents/gcn.pdf",
        "http://127.0.0.1/gcn.pdf",
        "http://192.168.1.4/gcn.pdf",
        "http://172.16.0.1/gcn.pdf",
        "http://172.31.255.1/gcn.pdf",
        "http://169.254.1.1/gcn.pdf",
        "http://[::1]/gcn.pdf",
        "http://localhost/gcn.pdf",
        "http://fileserver/gcn.pdf",
        "http://files.local/gcn.pdf",
        "HTTP://FILES.LOCAL./gcn.pdf",
        "http://2130706433/gcn.pdf",
        "http://0x7f.1/gcn.pdf",
        "https://motcua.example.vn/gcn.pdf?t=1663901400123&download=true",
        "https://motcua.example.vn/gcn.pdf?download=true&t=1663901400123",
        "https://user:secret@motcua.example.vn/gcn.pdf",
        "ftp://motcua.example.vn/gcn.pdf",
        "file:///etc/passwd",
        "/2025/01/gcn.pdf",
        "https://motcua.example.vn:99999/gcn.pdf",
        "https://[bad/gcn.pdf",
        "https:///gcn.pdf",
        "https://motcua.example.vn/g cn.pdf",
        "",
    ],
)
def test_addresses_the_portal_cannot_fetch_are_left_out(url: str) -> None:
    dossier = replace(
        DOSSIER, files=(Attachment("đơn", "f", url),), results=(Attachment("gcn", "r", url + " "),)
    )
    written = MAPPING.write(dossier)
    assert written["TaiLieuNop"][0]["DuongDanTaiTepTin"] == ""
    assert written["TaiLieuNop"][0]["TenTepDinhKem"] == "đơn"
    assert all(paper["DuongDanTepTinKetQua"] == "" for paper in written["DanhSachGiayToKetQua"])


@pytest.mark.parametrize(
    ("url", "sent"),
    [
        (URL, URL),
        ("https://motcua.example.vn/f?t=abc", "https://motcua.example.vn/f?t=abc"),
        ("http://172.32.0.1/f", "http://172.32.0.1/f"),
        ("https://tệp.example.vn/f", "https://tệp.example.vn/f"),
        (f"{URL}##http://10.0.0.1/b", URL),
    ],
)
def test_addresses_the_portal_can_fetch(url: str, sent: str) -> None:
    written = MAPPING.write(replace(DOSSIER, files=(Attachment("đơn", "f", url),)))
    assert written["TaiLieuNop"][0]["DuongDanTaiTepTin"] == sent


def test_long_texts_are_cut() -> None:
    long = "Hồ sơ " * 2000
    dossier = replace(
        DOSSIER, summary=long, files=(Attachment(long),), results=(Attachment(long, "r"),)
    )
    written = MAPPING.write(dossier)
    assert len(written["TrichYeuHoSo"]) <= 1000
    assert written["TrichYeuHoSo"].endswith("...")
    assert len(written["TaiLieuNop"][0]["TenTepDinhKem"]) <= 4000
    assert len(written["DanhSachGiayToKetQua"][0]["TenGiayTo"]) <= 2000


def test_a_file_without_a_name_has_the_usual_one() -> None:
    written = MAPPING.write(replace(DOSSIER, files=(Attachment(" "),)))
    assert written["TaiLieuNop"][0]["TenTepDinhKem"] == "Dinhkem"


def test_the_summary_falls_back_to_the_procedure() -> None:
    assert MAPPING.write(replace(DOSSIER, summary=""))["TrichYeuHoSo"] == DOSSIER.procedure_name


@pytest.mark.parametrize(
    ("number", "sent"),
    [
        ("099000000001", [{"LoaiDinhDanh": "1", "SoDinhDanh": "099000000001"}]),
        ("123456789", [{"LoaiDinhDanh": "2", "SoDinhDanh": "123456789"}]),
        ("B1234567", []),
        ("0312345678", []),
        ("ABCDEFGHI", []),
        ("", []),
    ],
)
def test_only_a_real_identity_number_is_sent(number: str, sent: list[dict[str, str]]) -> None:
    dossier = replace(DOSSIER, applicant=Applicant("Nguyễn Văn Mẫu", number))
    assert MAPPING.write(dossier)["DinhDanhCHS"] == sent


def test_dates_are_local_and_days_their_midnight() -> None:
    written = MAPPING.write(
        with_record(
            status=Status.RETURNED,
            submitted_at=None,
            due_at=None,
            finished_at=at(2025, 1, 16, 15, 5),
            returned_at=Instant(at(2025, 1, 17).us, Precision.DAY),
        )
    )
    assert written["NgayNopHoSo"] == written["NgayTiepNhan"] == "20250114081530"
    assert written["NgayHenTra"] == ""
    assert written["NgayKetThucXuLy"] == "20250116150500"
    assert written["NgayTra"] == "20250117000000"
    assert written["TrangThaiHoSo"] == "10"


def test_a_refusal_has_its_day() -> None:
    refusal = Step(at(2025, 1, 15, 9), Status.NOT_RECEIVED, "Từ chối")
    dossier = replace(with_record(status=Status.NOT_RECEIVED), steps=(refusal,))
    assert MAPPING.write(dossier)["NgayTuChoi"] == "20250115090000"
    assert MAPPING.write(replace(DOSSIER, steps=(refusal,)))["NgayTuChoi"] == ""


def test_return_by_post_and_free_fees() -> None:
    dossier = replace(DOSSIER, return_by_post=True, fees=(Fee("", 0),))
    written = MAPPING.write(dossier)
    assert written["HinhThuc"] == "1"
    assert written["DanhSachLePhi"] == [
        {
            "TenPhiLePhi": CODE,
            "MaPhiLePhi": "1",
            "HinhThucThu": "1",
            "Gia": "0",
            "LoaiPhiLePhi": "1",
        }
    ]


@pytest.mark.parametrize("key", ["000.12.00.H99", "ubnd xã  mẫu"])
def test_units_by_the_name_the_portal_knows(key: str) -> None:
    mapping = DvcqgMapping("dvcqg", units={key: "Ủy ban nhân dân xã Mẫu"})
    assert mapping.write(DOSSIER)["DonViXuLy"] == "Ủy ban nhân dân xã Mẫu"


@pytest.mark.parametrize("key", ["1.001612", "1.001612.000.00.00.H99"])
def test_procedures_by_their_national_code(key: str) -> None:
    mapping = DvcqgMapping("dvcqg", procedures={key: "2.000123"})
    assert mapping.write(DOSSIER)["MaTTHC"] == "2.000123"


def test_what_is_written_is_read_back() -> None:
    dossier = with_record(
        status=Status.FINISHED, finished_at=at(2025, 1, 16, 10, 15), returned_at=None
    )
    record = MAPPING.record([MAPPING.write(dossier)], CODE)
    sent = dossier.record
    assert record is not None
    for field in ("code", "status", "submitted_at", "received_at", "due_at", "finished_at"):
        assert getattr(record, field) == getattr(sent, field)
    assert (record.unit, record.procedure, record.channel) == (sent.unit, "1.001612", sent.channel)
    assert record.fields_lost == ()


@pytest.mark.parametrize("name", ["sync-01", "sync-03", "sync-04", "sync-06", "sync-07", "sync-10"])
def test_what_others_sent_can_be_read(name: str) -> None:
    message = sample(name)
    (item,) = message["data"] if isinstance(message, dict) else message
    record = MAPPING.record([item], item["MaHoSo"])
    assert record is not None
    assert record.received_at is not None
    assert record.fields_lost == ()


# --- steps --------------------------------------------------------------------------------------


def step(status: int, text: str = "Chuyển xử lý", actor: str = "", minute: int = 0) -> Step:
    return Step(at(2025, 1, 15, 9, minute, 12), Status(status), text, actor=actor)


def test_a_step_of_the_sample() -> None:
    sent = replace(step(4, actor="Trần Thị Cán Bộ", minute=30), due_at=at(2025, 1, 17, 17))
    assert MAPPING.write_steps(CODE, [sent]) == sample("prog-01")["data"]


def test_steps_keep_their_order_and_nothing_is_null() -> None:
    written = MAPPING.write_steps(CODE, [step(9), step(4, text="")])
    assert [each["TrangThai"] for each in written] == ["9", "4"]
    assert written[1]["NoiDungXuLy"] == ""
    assert {each["NguoiXuLy"] for each in written} == {"Cán bộ một cửa"}
    assert all(isinstance(value, str) for each in written for value in each.values())


@pytest.mark.parametrize("actor", ["Nguyễn Thị Tên Rất Dài " * 4, "x" * 51, "x" * 50])
def test_long_names_of_officers_are_cut(actor: str) -> None:
    (written,) = MAPPING.write_steps(CODE, [step(4, actor=actor)])
    name = written["NguoiXuLy"]
    assert len(name) <= 50
    assert name.endswith("...") == (len(actor.strip()) > 50)


def test_a_long_name_is_cut_as_the_portal_has_seen_it() -> None:
    (written,) = MAPPING.write_steps(CODE, [step(4, actor="x" * 60)])
    assert written["NguoiXuLy"] == "x" * 46 + "..."


# --- before sending -----------------------------------------------------------------------------


def test_a_sound_dossier_has_no_problem() -> None:
    assert problems_before_sending(RECORD, [step(2), step(4)]) == ()


@pytest.mark.parametrize(
    ("changes", "problem"),
    [
        ({"aliases": ("G22.99-250820-000777",)}, "portal_born"),
        ({"status": None, "status_raw": "Lạ"}, "status_unknown"),
        ({"status": Status.FINISHED}, "done_without_end"),
        ({"status": Status.RETURNED}, "done_without_end"),
        ({"received_at": None}, "no_reception"),
        ({"channel": None}, "channel_unknown"),
        ({"procedure": None}, "no_procedure"),
        ({"unit": None, "unit_code": None}, "no_unit"),
    ],
)
def test_what_keeps_a_dossier_from_being_sent(changes: dict[str, Any], problem: str) -> None:
    assert problems_before_sending(replace(RECORD, **changes)) == (problem,)


@pytest.mark.parametrize("status", [Status.NEW, Status.NOT_RECEIVED, Status.SUPPLEMENT])
def test_states_that_need_no_reception(status: Status) -> None:
    assert problems_before_sending(replace(RECORD, status=status, received_at=None)) == ()


def test_asking_twice_needs_a_reason() -> None:
    first, reasoned = step(5, text=""), step(5, text="Thiếu bản sao", minute=5)
    silent = step(5, text=" - ", minute=9)
    assert problems_before_sending(RECORD, [first, reasoned]) == ()
    assert problems_before_sending(RECORD, [silent, first]) == ("supplement_without_reason",)
