"""The portal as an adapter: its settings by dialect, and its ports over HTTP."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta, timezone
from pathlib import Path
from typing import Any

import httpx
import pytest
import respx
from structlog.testing import capture_logs

from khop.adapters.dvcqg.adapter import ADAPTER, DvcqgAdapter
from khop.adapters.ports import CatalogueSource, Context, DossierLookup, DossierSink, Role
from khop.config.load import load_config
from khop.errors import AlreadyExists, ConfigError, OutcomeUnknown, RecordError, Refused
from khop.mappings.catalogue_records import CatalogueItem
from khop.mappings.dvcqg.opinion import Votes
from khop.mappings.records import (
    Applicant,
    Attachment,
    Channel,
    DossierRecord,
    FullDossier,
    Instant,
    Status,
    Step,
)
from khop.mappings.time.calendar import WorkingCalendar
from tests import paths

SAMPLES = paths.SAMPLES / "dvcqg"
VIETNAM = timezone(timedelta(hours=7))
CODE = "H99.12-250114-0007"
NATIVE = """
base_url = "http://10.0.0.1:8080"
username = "h99_onegate"
password = { env = "KHOP_TEST_PORTAL" }
madonvi = "000.00.00.H99"
dstcode = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
"""
WRAPPER = """
dialect = "wrapper"
base_url = "https://apidvc.example.vn"
"""
QUERY = """
dialect = "query"
base_url = "https://apidvc.example.vn"
madonvi = "000.00.01.H99"
"""
FORWARD = "http://10.0.0.1:8080/{}/RestService/forward/mapi/{}"
SERVICES = "https://apidvc.example.vn/KetNoiMotCuaQuocGia"

Build = Callable[..., DvcqgAdapter]


def sample(name: str) -> bytes:
    return (SAMPLES / f"{name}.json").read_bytes()


def at(*parts: int) -> Instant:
    return Instant.of(datetime(*parts, tzinfo=VIETNAM))  # type: ignore[arg-type,misc]


DOSSIER = FullDossier(
    DossierRecord(
        source="igate",
        native_id="68a53f0c1d2e3f4a5b6c7d80",
        code=CODE,
        status=Status.PROCESSING,
        received_at=at(2025, 1, 14, 8, 15, 30),
        unit="UBND xã Mẫu",
        procedure="1.001612",
        channel=Channel.ONLINE,
    ),
    Applicant("Nguyễn Văn Mẫu", "099000000001"),
    files=(Attachment("don.pdf", "1", "http://10.0.0.9/don.pdf"),),
)


@pytest.fixture
def build(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Build]:
    monkeypatch.setenv("KHOP_TEST_PORTAL", "not-a-real-secret")
    built: list[DvcqgAdapter] = []

    def make(text: str) -> DvcqgAdapter:
        settings = configured(tmp_path, text)
        context = Context(
            key=b"0" * 32,
            base_dir=tmp_path,
            clock=lambda: datetime(2025, 1, 20, tzinfo=UTC),
            calendar=WorkingCalendar(),
            sleep=lambda seconds: None,
        )
        adapter = ADAPTER.build("dvcqg", Role.PORTAL, settings, context)
        assert isinstance(adapter, DvcqgAdapter)
        built.append(adapter)
        return adapter

    yield make
    for adapter in built:
        adapter.close()


def configured(folder: Path, text: str) -> Any:
    path = folder / "khop.toml"
    path.write_text(
        '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'
        f'[sources.dvcqg]\nadapter = "dvcqg"\nrole = "portal"\n{text}',
        "utf-8",
    )
    return load_config(path, {"dvcqg": ADAPTER}).sources["dvcqg"]


def portal(router: respx.Router, answers: dict[str, bytes], adapter: str = "XrdAdapter") -> Any:
    """The native portal; an answer for each service."""
    router.post(FORWARD.format(adapter, "login")).respond(content=sample("login-02"))

    def answer(request: httpx.Request) -> httpx.Response:
        body = json.loads(request.content)
        return httpx.Response(200, content=answers.get(body["service"], b'{"error_code": 0}'))

    return router.post(FORWARD.format(adapter, "g")).mock(side_effect=answer)


def bodies(route: Any) -> list[Any]:
    return [json.loads(call.request.content) for call in route.calls]


# --- settings -----------------------------------------------------------------------------------


@pytest.mark.parametrize("missing", ["username", "password", "madonvi", "dstcode"])
def test_the_native_dialect_needs_its_keys(tmp_path: Path, missing: str) -> None:
    text = "\n".join(line for line in NATIVE.splitlines() if not line.startswith(missing))
    with pytest.raises(ConfigError, match=rf"^sources\.dvcqg\.{missing}: this key is missing$"):
        configured(tmp_path, text)


def test_the_query_dialect_needs_its_unit(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"sources\.dvcqg\.madonvi: this key is missing"):
        configured(tmp_path, QUERY.replace('madonvi = "000.00.01.H99"', ""))


@pytest.mark.parametrize(
    ("text", "key"),
    [
        (NATIVE + 'token_url = "https://x.example.vn"', "token_url"),
        (NATIVE + 'endpoints = { create = "x" }', "endpoints"),
        (NATIVE + 'service_path = "/x"', "service_path"),
        (WRAPPER + 'username = "x"', "username"),
        (WRAPPER + 'dstcode = "x"', "dstcode"),
        (QUERY + 'data_path = "/x"', "data_path"),
    ],
)
def test_a_key_of_another_dialect_is_refused(tmp_path: Path, text: str, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.dvcqg\.{key}: .*does not use this key"):
        configured(tmp_path, text)


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ('endpoints = { creat = "x" }', r"endpoints: creat is no service"),
        ('token_url = "https://x.example.vn/token"', r"client_id: this key is missing"),
        (
            (
                'token = { env = "A" }\ntoken_url = "https://x.example.vn/token"\n'
                'client_id = "a"\nclient_secret = { env = "B" }'
            ),
            r"token_url: give token or token_url",
        ),
        ('adapter_name = "a/b"', r"adapter_name"),
    ],
)
def test_what_does_not_fit_together_is_said(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        configured(tmp_path, WRAPPER + text)


def test_a_wrong_feedback_field_names_its_key(build: Build) -> None:
    with pytest.raises(ConfigError, match=r"sources\.dvcqg\.feedback_fields\.x"):
        build(NATIVE + 'feedback_fields = { x = "Y" }')


# --- the native dialect -------------------------------------------------------------------------


def test_it_fills_its_ports(build: Build) -> None:
    adapter = build(NATIVE)
    for port in (DossierLookup, DossierSink, CatalogueSource):
        assert isinstance(adapter, port)
    assert adapter.lookup_budget == 20_000


@respx.mock
@pytest.mark.parametrize("name", ["XrdAdapter", "VXPAdapter"])
def test_paths_are_made_from_the_adapters_name(build: Build, name: str) -> None:
    route = portal(respx.mock, {"TraCuuHoSo": sample("look-02")}, name)
    record = build(NATIVE + f'adapter_name = "{name}"').look_up(CODE)
    assert record is not None
    assert record.status is Status.PROCESSING
    assert route.call_count == 1


@respx.mock
def test_a_dossier_is_pushed_with_the_catalogues_names(build: Build) -> None:
    route = portal(respx.mock, {"LayThuTuc": sample("cat-06"), "DongBoHoSoMC": sample("synca-01")})
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
def test_what_does_not_pass_the_gate_is_not_sent(build: Build) -> None:
    route = portal(respx.mock, {"LayThuTuc": sample("cat-06")})
    adapter = build(NATIVE)
    record = replace(DOSSIER.record, channel=None)
    for send in (adapter.create, adapter.update):
        with pytest.raises(RecordError, match="KenhThucHien"):
            send(replace(DOSSIER, record=record))
    assert [body["service"] for body in bodies(route)] == ["LayThuTuc"]


@respx.mock
def test_faults_come_through(build: Build) -> None:
    answers = {"LayThuTuc": sample("cat-06"), "DongBoHoSoMC": sample("synca-04")}
    portal(respx.mock, answers)
    adapter = build(NATIVE)
    with pytest.raises(AlreadyExists):
        adapter.create(DOSSIER)
    answers["DongBoHoSoMC"] = (SAMPLES / "synca-10.txt").read_bytes()
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
def test_the_portal_is_told_what_became_of_its_own_dossier(build: Build) -> None:
    route = portal(respx.mock, {"DongBoTrangThaiHoSo": sample("synca-01")})
    born = replace(DOSSIER.record, aliases=("G22.99-250113-0007",), status=Status.FINISHED)
    build(NATIVE).return_status(born, at(2025, 1, 15, 9), "Đã giải quyết")
    (body,) = bodies(route)
    assert body["type"] == "2"
    told = body["data"]
    assert (told["MaHoSo"], told["MaHoSoDonVi"]) == ("G22.99-250113-0007", CODE)
    assert (told["TrangThai"], told["NgayXuLy"]) == ("2", "20250115090000")


@respx.mock
def test_the_portal_is_told_nothing_of_a_dossier_that_is_not_its_own(build: Build) -> None:
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
def test_a_month_of_votes_is_given_and_an_empty_one_is_not(build: Build) -> None:
    route = portal(respx.mock, {"DongBoDanhGia": sample("synca-01")})
    adapter = build(NATIVE)
    adapter.rate(date(2025, 1, 1), "Mức độ hài lòng?", Votes(0, 0, 0), "UBND xã Mẫu")
    assert bodies(route) == []
    adapter.rate(date(2025, 1, 1), "Mức độ hài lòng?", Votes(1, 1, 1), "UBND xã Mẫu")
    (body,) = bodies(route)
    (row,) = body["data"]
    assert (row["NgayTongHop"], row["TongSoNguoiDanhGia"]) == ("1-2025", 3)
    assert row["Madonvi"] == body["madonvi"]


@respx.mock
def test_the_catalogues(build: Build) -> None:
    units = {"error_code": 0, "result": [{"MADONVI": "H99", "TENDONVI": "UBND tỉnh Mẫu"}, {}]}
    sectors = {"error_code": 0, "result": {"data": [{"MALINHVUC": "G05", "TENLINHVUC": "x"}]}}
    peoples = {"error_code": 0, "result": [{"MADANTOC": "01", "TENDANTOC": "Kinh"}]}
    route = portal(
        respx.mock,
        {
            "LayDanhSachTTHC": sample("cat-02"),
            "LayThuTuc": sample("cat-06"),
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
def test_feedback_by_the_configured_names(build: Build) -> None:
    portal(respx.mock, {"DanhSachPAKNChoXuLy": sample("faq-07")})
    (row,) = build(NATIVE + 'feedback_fields = { id = "MaPAKN" }').feedback()
    assert row.id == "PAKN.20250115.0001"
    assert row.title is None


@respx.mock
def test_a_check_of_the_portal(build: Build) -> None:
    portal(respx.mock, {"TraCuuHoSo": sample("look-05")})
    health = build(NATIVE).check()
    assert [(step.name, step.ok) for step in health.steps] == [
        ("reach", True), ("login", True), ("read", True),
    ]  # fmt: skip


# --- wrappers -----------------------------------------------------------------------------------


@respx.mock
def test_a_wrapper_is_asked_and_pushed_to(build: Build) -> None:
    respx.get(f"{SERVICES}/LayThuTuc").respond(content=sample("cat-06"))
    route = respx.post(f"{SERVICES}/DongBoHoSoMC").respond(content=sample("synca-09"))
    adapter = build(WRAPPER)
    assert adapter.lookup_budget == 0
    adapter.update(DOSSIER)
    (body,) = bodies(route)
    assert [record["MaHoSo"] for record in body] == [CODE]
    with pytest.raises(Refused, match="look_up"):
        adapter.look_up(CODE)


@respx.mock
def test_a_wrapper_with_a_look_up_and_a_token(build: Build, monkeypatch: Any) -> None:
    monkeypatch.setenv("KHOP_TEST_TOKEN", "abc")
    text = WRAPPER + (
        'service_path = "/kn"\ntoken = { env = "KHOP_TEST_TOKEN" }\n'
        'endpoints = { look_up = "TraCuuHoSo", update = "/cap-nhat" }'
    )
    found = respx.get("https://apidvc.example.vn/kn/TraCuuHoSo").respond(content=sample("look-02"))
    adapter = build(text)
    assert adapter.lookup_budget == 20_000
    assert adapter.look_up(CODE) is not None
    request = found.calls[0].request
    assert request.headers["authorization"] == "Bearer abc"
    assert request.url.params["mahoso"] == CODE


@respx.mock
def test_a_wrapper_with_oauth(build: Build) -> None:
    token = respx.post("https://sso.example.vn/token").respond(
        json={"access_token": "abc", "expires_in": 3600}
    )
    listed = respx.get(f"{SERVICES}/LayDanhSachTTHC").respond(content=sample("cat-03"))
    text = WRAPPER + (
        'token_url = "https://sso.example.vn/token"\nclient_id = "khop"\n'
        'client_secret = { env = "KHOP_TEST_PORTAL" }'
    )
    assert build(text).procedure_codes() == ("1.001612",)
    assert b"client_secret=not-a-real-secret" in token.calls[0].request.content
    assert listed.calls[0].request.headers["authorization"] == "Bearer abc"


@respx.mock
def test_a_push_in_the_query_dialect_needs_no_catalogue(build: Build) -> None:
    route = respx.post(
        "https://apidvc.example.vn/api/SynsTTHCC/DongBoHoSoMC",
        params={"isUpdating": "True", "MaDinhDanhDV": "000.00.01.H99"},
    ).respond(content=sample("synca-01"))
    build(QUERY).update(replace(DOSSIER, procedure_name="Đăng ký"))
    ((record,),) = bodies(route)
    assert record["TenTTHC"] == "Đăng ký"


@respx.mock
@pytest.mark.parametrize(("text", "read"), [(WRAPPER, "sectors"), (QUERY, "only the address")])
def test_a_check_without_a_look_up(build: Build, text: str, read: str) -> None:
    respx.get(f"{SERVICES}/LayDanhMucLinhVuc").respond(json={"error_code": "0"})
    respx.get("https://apidvc.example.vn").respond(404)
    health = build(text).check()
    assert health.ok
    assert read in health.steps[-1].detail


@respx.mock
def test_nobody_there(build: Build) -> None:
    respx.get("https://apidvc.example.vn").mock(side_effect=httpx.ConnectError("refused"))
    health = build(WRAPPER).check()
    assert [(step.name, step.ok) for step in health.steps] == [("reach", False)]
