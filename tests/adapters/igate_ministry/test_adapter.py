"""VNPT's adapter for ministries as a sink, for programs that use khop as a library."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import httpx
import pytest

from khop.adapters.igate_ministry import adapter as igate_ministry
from khop.adapters.igate_ministry.adapter import ADAPTER, MinistryAdapter
from khop.adapters.ports import Context, DossierLookup, DossierSink, Role
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Transport
from khop.errors import OutcomeUnknown, RecordError, Refused
from khop.mappings.records import (
    Applicant,
    Attachment,
    DossierRecord,
    FullDossier,
    Instant,
    Status,
    Step,
)
from khop.mappings.time.calendar import WorkingCalendar
from tests.adapters.samples import sample_json

NOW = datetime(2026, 6, 10, tzinfo=UTC)
CODE = "H99.18.03-260609-0001"
THEIRS = "G99.20-20260609-0092637"
FILE = Attachment("don.pdf", "f1")
DOSSIER = FullDossier(
    DossierRecord(
        "igate", "n1", CODE, status=Status.PROCESSING, received_at=Instant.of(NOW),
        unit_code="000.03.18.H99", procedure="1.001612",
    ),
    Applicant("Nguyễn Văn Mẫu", "099000000001"),
)  # fmt: skip
STEP = Step(Instant.of(NOW), Status.PROCESSING, "Thẩm định")


class Platform(httpx.BaseTransport):
    """Answers each step with its entries of ``answers`` in turn; the last is repeated."""

    def __init__(self) -> None:
        done = {"code": 200, "message": "success"}
        self.answers: dict[str, list[Any]] = {
            "GetToken": [sample_json("igate/min-01")],
            "GetNextValue": [{"value": THEIRS}, {"value": "G99.20-20260609-0092638"}],
            "UploadFile": [sample_json("igate/min-03")],
            "CreateDossier": [{**done, "data": {"idHoSo": 88001, "maHoSo": THEIRS}}],
            "CapNhatTienTrinh": [done],
            "CapNhatTrangThai": [done],
        }
        self.calls: list[tuple[str, httpx.Request]] = []

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        step = request.url.path.rsplit("/", 1)[-1]
        self.calls.append((step, request))
        replies = self.answers[step]
        reply = replies.pop(0) if len(replies) > 1 else replies[0]
        if isinstance(reply, Exception):
            raise reply
        return reply if isinstance(reply, httpx.Response) else httpx.Response(200, json=reply)

    def sent(self, step: str) -> list[Any]:
        return [json.loads(request.content) for name, request in self.calls if name == step]

    @property
    def steps(self) -> list[str]:
        return [name for name, _ in self.calls if name != "GetToken"]


@pytest.fixture
def platform() -> Platform:
    return Platform()


@pytest.fixture
def adapter_of(
    platform: Platform, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> Callable[..., MinistryAdapter]:
    monkeypatch.setenv("KHOP_TEST_SECRET", "not-a-real-secret")
    transport = Transport("bo", TransportSettings(calls_per_second=1e6), http=platform)
    monkeypatch.setattr(igate_ministry, "transport_of", lambda name, settings, context: transport)
    context = Context(b"k" * 32, tmp_path, lambda: NOW, WorkingCalendar((), ()))
    base = {
        "adapter": "igate_ministry",
        "role": "portal",
        "base_url": "https://bo.example.vn",
        "client_id": "bo-mau",
        "client_secret": {"env": "KHOP_TEST_SECRET"},
    }

    def build(**changes: Any) -> MinistryAdapter:
        settings = ADAPTER.settings.model_validate({**base, **changes})
        built = ADAPTER.build("bo", Role.PORTAL, settings, context)
        assert isinstance(built, MinistryAdapter)
        return built

    return build


def test_the_adapter_is_a_sink_without_look_up(adapter_of: Any) -> None:
    adapter = adapter_of()
    assert isinstance(adapter, DossierSink)
    assert not isinstance(adapter, DossierLookup)


def test_a_dossier_is_filed_from_its_files_to_its_state(
    adapter_of: Any, platform: Platform
) -> None:
    adapter = adapter_of()
    full = FullDossier(DOSSIER.record, DOSSIER.applicant, files=(FILE,))
    adapter.attach(CODE, FILE, b"%PDF", "application/pdf")
    adapter.create(full)
    adapter.progress(CODE, [STEP])
    adapter.update(full)
    assert platform.steps == [
        "UploadFile", "GetNextValue", "CreateDossier", "CapNhatTienTrinh", "CapNhatTrangThai"
    ]  # fmt: skip
    (message,) = platform.sent("CreateDossier")
    assert message["MaHoSo"] == THEIRS
    (paper,) = message["ThanhPhanHoSo"][0]["GiayToDinhKem"]
    assert (paper["IdGiayTo"], paper["HashTepTin"]) == ("a1b2", "0f1e2d")
    ((step,),) = platform.sent("CapNhatTienTrinh")
    assert (step["IDHoSo"], step["MaHoSo"]) == ("88001", THEIRS)
    ((state,),) = platform.sent("CapNhatTrangThai")
    assert (state["IdHoSo"], state["TrangThai"]) == ("88001", 4)
    assert adapter.filed(CODE) == ("88001", THEIRS)


@pytest.mark.parametrize(("whose", "asked"), [("unit", "000.03.18.H99"), ("procedure", "1.001612")])
def test_the_next_value_is_requested_by_unit_or_procedure(
    adapter_of: Any, platform: Platform, whose: str, asked: str
) -> None:
    adapter_of(next_value_for=whose).create(DOSSIER)
    request = next(request for name, request in platform.calls if name == "GetNextValue")
    assert request.url.params["code"] == asked


def test_a_dossier_keeps_its_code_where_configured(adapter_of: Any, platform: Platform) -> None:
    adapter_of(code_from="dossier").create(DOSSIER)
    assert platform.steps == ["CreateDossier"]
    assert platform.sent("CreateDossier")[0]["MaHoSo"] == CODE


def test_a_code_is_reused_when_the_dossier_is_created_again(
    adapter_of: Any, platform: Platform
) -> None:
    platform.answers["CreateDossier"].insert(0, httpx.ReadTimeout("slow"))
    adapter = adapter_of()
    with pytest.raises(OutcomeUnknown):
        adapter.create(DOSSIER)
    adapter.create(DOSSIER)
    assert platform.steps == ["GetNextValue", "CreateDossier", "CreateDossier"]
    assert {message["MaHoSo"] for message in platform.sent("CreateDossier")} == {THEIRS}


def test_an_invalid_dossier_requests_no_code(adapter_of: Any, platform: Platform) -> None:
    with pytest.raises(RecordError, match="not uploaded"):
        adapter_of().create(FullDossier(DOSSIER.record, DOSSIER.applicant, files=(FILE,)))
    with pytest.raises(RecordError, match="LoaiDoiTuong"):
        adapter_of().create(FullDossier(DOSSIER.record, Applicant("Cục Mẫu", kind=3)))
    assert platform.calls == []


def test_an_uploaded_file_belongs_to_one_dossier(adapter_of: Any, platform: Platform) -> None:
    adapter = adapter_of()
    full = FullDossier(DOSSIER.record, DOSSIER.applicant, files=(FILE,))
    adapter.attach("H99.18.03-260609-0002", FILE, b"%PDF")
    with pytest.raises(RecordError, match="not uploaded"):
        adapter.create(full)
    adapter.attach(CODE, FILE, b"%PDF")
    adapter.create(full)
    with pytest.raises(RecordError, match="not uploaded"):
        adapter.create(full)
    assert len(platform.sent("CreateDossier")) == 1


def test_progress_and_state_require_a_created_or_remembered_dossier(
    adapter_of: Any, platform: Platform
) -> None:
    adapter = adapter_of()
    with pytest.raises(RecordError, match=r"IdHoSo.*remember"):
        adapter.update(DOSSIER)
    with pytest.raises(RecordError, match=r"IdHoSo.*remember"):
        adapter.progress(CODE, [STEP])
    assert platform.calls == []
    adapter.remember(CODE, "77", "G99-1")
    adapter.progress(CODE, [STEP])
    assert platform.sent("CapNhatTienTrinh")[0][0]["IDHoSo"] == "77"


def test_a_create_answer_without_an_id_leaves_the_id_unknown(
    adapter_of: Any, platform: Platform
) -> None:
    platform.answers["CreateDossier"] = [sample_json("igate/min-06")]
    adapter = adapter_of()
    adapter.create(DOSSIER)
    assert adapter.filed(CODE) == (None, THEIRS)
    with pytest.raises(RecordError, match="no id"):
        adapter.update(DOSSIER)


def test_a_refusal_is_raised(adapter_of: Any, platform: Platform) -> None:
    platform.answers["CreateDossier"] = [
        httpx.Response(400, json={"code": 400, "message": "Dữ liệu không hợp lệ: MaTTHC"})
    ]
    with pytest.raises(Refused, match="MaTTHC"):
        adapter_of().create(DOSSIER)


def test_paths_and_the_place_of_the_token_are_settings(adapter_of: Any, platform: Platform) -> None:
    platform.answers["noi"] = platform.answers["CreateDossier"]
    adapter_of(paths={"create": "/api/ho-so/noi"}, token_in="query").create(DOSSIER)
    name, request = platform.calls[-1]
    assert (name, request.url.params["token"]) == ("noi", "fake")


def test_a_check_logs_in_and_writes_nothing(adapter_of: Any, platform: Platform) -> None:
    health = adapter_of().check()
    assert health.ok
    assert [name for name, _ in platform.calls] == ["GetToken"]
    platform.answers["GetToken"] = [{"code": 401, "message": "Sai"}]
    health = adapter_of().check()
    assert [(step.name, step.ok) for step in health.steps] == [("reach", True), ("login", False)]


def test_problems_make_no_call(adapter_of: Any, platform: Platform) -> None:
    adapter = adapter_of(units={"Phòng Mẫu": "G99"})
    assert adapter.problems(DOSSIER.record) == ()
    bare = DossierRecord("igate", "n", CODE, unit="Phòng Mẫu")
    assert adapter.problems(bare) == ("status_unknown", "no_procedure")
    assert platform.calls == []
