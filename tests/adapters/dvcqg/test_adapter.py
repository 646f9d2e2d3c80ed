"""The ports of the portal's adapter in the native dialect."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

import pytest
import respx
from structlog.testing import capture_logs

from khop.adapters.ports import CatalogueSource, DossierLookup, DossierSink
from khop.errors import AlreadyExists, OutcomeUnknown, RecordError
from khop.mappings.catalogue_records import CatalogueItem
from khop.mappings.dvcqg.opinion import Votes
from khop.mappings.records import Status, Step
from tests import paths
from tests.adapters.dvcqg.portal import (
    CODE,
    DOSSIER,
    NATIVE,
    Build,
    at,
    bodies,
    portal,
)
from tests.adapters.samples import sample


def test_the_adapter_implements_look_up_sink_and_catalogue(build: Build) -> None:
    adapter = build(NATIVE)
    for port in (DossierLookup, DossierSink, CatalogueSource):
        assert isinstance(adapter, port)
    assert adapter.lookup_budget == 50_000


@respx.mock
@pytest.mark.parametrize("name", ["XrdAdapter", "VXPAdapter"])
def test_default_paths_contain_the_adapter_name(build: Build, name: str) -> None:
    route = portal(respx.mock, {"TraCuuHoSo": sample("dvcqg/look-02")}, name)
    record = build(NATIVE + f'adapter_name = "{name}"').look_up(CODE)
    assert record is not None
    assert record.status is Status.PROCESSING
    assert route.call_count == 1


@respx.mock
def test_a_push_uses_names_of_the_portals_catalogue(build: Build) -> None:
    route = portal(
        respx.mock, {"LayThuTuc": sample("dvcqg/cat-06"), "DongBoHoSoMC": sample("dvcqg/synca-01")}
    )
    adapter = build(NATIVE + 'databases = ["7"]')
    with capture_logs() as logs:
        adapter.create(DOSSIER)
        adapter.update(DOSSIER)
    asked, created, updated = bodies(route)
    assert asked["maTTHC"] == "1.001612"
    assert (created["isUpdating"], updated["isUpdating"]) == ("False", "True")
    (record,) = created["data"]
    assert record["TenLinhVuc"] == "Hộ kinh doanh"
    assert record["DSKetNoiCSDL"] == [{"MaCSDL": "7"}]
    assert logs[0]["fields"] == ["TaiLieuNop[0].DuongDanTaiTepTin"]
    assert logs[0]["code"] == CODE
    assert "Nguyễn" not in str(logs)


@respx.mock
def test_an_invalid_message_is_refused_before_sending(build: Build) -> None:
    route = portal(respx.mock, {"LayThuTuc": sample("dvcqg/cat-06")})
    adapter = build(NATIVE)
    record = replace(DOSSIER.record, channel=None)
    for send in (adapter.create, adapter.update):
        with pytest.raises(RecordError, match="KenhThucHien"):
            send(replace(DOSSIER, record=record))
    assert [body["service"] for body in bodies(route)] == ["LayThuTuc"]


@respx.mock
def test_errors_of_the_connector_are_raised_unchanged(build: Build) -> None:
    answers = {"LayThuTuc": sample("dvcqg/cat-06"), "DongBoHoSoMC": sample("dvcqg/synca-04")}
    portal(respx.mock, answers)
    adapter = build(NATIVE)
    with pytest.raises(AlreadyExists):
        adapter.create(DOSSIER)
    answers["DongBoHoSoMC"] = (paths.SAMPLES / "dvcqg/synca-10.txt").read_bytes()
    with pytest.raises(OutcomeUnknown):
        adapter.create(DOSSIER)


@respx.mock
def test_steps_are_sent_in_order(build: Build) -> None:
    route = portal(respx.mock, {})
    steps = [
        Step(at(2025, 1, 14, 8), Status.RECEIVED, "Tiếp nhận"),
        Step(at(2025, 1, 15, 9), Status.PROCESSING, "Chuyển xử lý"),
    ]
    build(NATIVE).progress(CODE, steps)
    (body,) = bodies(route)
    assert [each["TrangThai"] for each in body["data"]] == ["2", "4"]


@respx.mock
def test_the_state_of_a_dossier_filed_on_the_portal_is_sent(build: Build) -> None:
    route = portal(respx.mock, {"DongBoTrangThaiHoSo": sample("dvcqg/synca-01")})
    born = replace(DOSSIER.record, aliases=("G22.99-250113-0007",), status=Status.FINISHED)
    build(NATIVE).return_status(born, at(2025, 1, 15, 9), "Đã giải quyết")
    (body,) = bodies(route)
    assert body["type"] == "2"
    record = body["data"]
    assert (record["MaHoSo"], record["MaHoSoDonVi"]) == ("G22.99-250113-0007", CODE)
    assert (record["TrangThai"], record["NgayXuLy"]) == ("2", "20250115090000")


@respx.mock
def test_the_state_of_a_dossier_not_filed_on_the_portal_is_refused(build: Build) -> None:
    route = portal(respx.mock, {})
    adapter = build(NATIVE)
    for record in (
        DOSSIER.record,
        replace(DOSSIER.record, aliases=("G22.99-250113-0007",), status=None),
        replace(DOSSIER.record, aliases=("G22.99-250113-0007",), status=Status.NEW),
    ):
        with pytest.raises(RecordError):
            adapter.return_status(record, at(2025, 1, 15, 9))
    assert bodies(route) == []


@respx.mock
def test_votes_of_a_month_are_sent_and_no_votes_make_no_call(build: Build) -> None:
    route = portal(respx.mock, {"DongBoDanhGia": sample("dvcqg/synca-01")})
    adapter = build(NATIVE)
    adapter.rate(date(2025, 1, 1), "Mức độ hài lòng?", Votes(0, 0, 0), "UBND xã Mẫu")
    assert bodies(route) == []
    adapter.rate(date(2025, 1, 1), "Mức độ hài lòng?", Votes(1, 1, 1), "UBND xã Mẫu")
    (body,) = bodies(route)
    (row,) = body["data"]
    assert (row["NgayTongHop"], row["TongSoNguoiDanhGia"]) == ("1-2025", 3)
    assert row["Madonvi"] == body["madonvi"]


@respx.mock
def test_the_catalogues_are_read(build: Build) -> None:
    units = {"error_code": 0, "result": [{"MADONVI": "H99", "TENDONVI": "UBND tỉnh Mẫu"}, {}]}
    sectors = {"error_code": 0, "result": {"data": [{"MALINHVUC": "G05", "TENLINHVUC": "x"}]}}
    peoples = {"error_code": 0, "result": [{"MADANTOC": "01", "TENDANTOC": "Kinh"}]}
    route = portal(
        respx.mock,
        {
            "LayDanhSachTTHC": sample("dvcqg/cat-02"),
            "LayThuTuc": sample("dvcqg/cat-06"),
            "LayDanhMucCoQuan": json.dumps(units).encode(),
            "LayDanhMucLinhVuc": json.dumps(sectors).encode(),
            "LayDanhMucDanToc": json.dumps(peoples).encode(),
        },
    )
    adapter = build(NATIVE + '[sources.dvcqg.procedures]\n"9.000001" = "1.001612"')
    assert adapter.procedure_codes() == ("1.001612", "1.001612.000.00.00.H99")
    entry = adapter.procedure_entry("9.000001")
    assert entry is not None
    assert entry.code == "1.001612"
    assert entry.levels == (3,)
    with capture_logs() as logs:
        assert adapter.unit_entries() == (CatalogueItem("H99", "UBND tỉnh Mẫu"),)
    assert logs[0]["rows"] == 1
    assert adapter.sector_entries() == (CatalogueItem("G05", "x"),)
    assert adapter.dictionary("peoples") == (CatalogueItem("01", "Kinh"),)
    assert bodies(route)[1]["maTTHC"] == "1.001612"
    with pytest.raises(RecordError, match="dictionary"):
        adapter.dictionary("x")


@respx.mock
def test_feedback_is_read_by_the_configured_field_names(build: Build) -> None:
    portal(respx.mock, {"DanhSachPAKNChoXuLy": sample("dvcqg/faq-07")})
    (row,) = build(NATIVE + 'feedback_fields = { id = "MaPAKN" }').feedback()
    assert row.id == "PAKN.20250115.0001"
    assert row.title is None


@respx.mock
def test_a_check_logs_in_and_looks_up(build: Build) -> None:
    portal(respx.mock, {"TraCuuHoSo": sample("dvcqg/look-05")})
    health = build(NATIVE).check()
    assert [(step.name, step.ok) for step in health.steps] == [
        ("reach", True), ("login", True), ("read", True),
    ]  # fmt: skip
