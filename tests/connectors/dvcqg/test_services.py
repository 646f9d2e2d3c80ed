"""The portal's other services, as the samples write them (docs/systems/dvcqg.md)."""

from __future__ import annotations

import json
from typing import Any

import httpx
import pytest

from khop.connectors.dvcqg import DvcqgClient, NativeDeployment, NativeDialect, PortalLogin
from khop.errors import Refused
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo

DATA = "/XrdAdapter/RestService/forward/mapi/g"


@pytest.fixture
def client(script: Script, transport_to: TransportTo, time: FakeTime) -> DvcqgClient:
    deployment = NativeDeployment(
        base_url="http://trucdulieu.example.vn:8080",
        login_path="/login",
        data_path=DATA,
        share_path="/share",
        madonvi="000.00.00.H99",
        dstcode="VN:GOV:000.00.00.G22:vpcpdvcprovider",
    )
    dialect = NativeDialect("dvcqg", deployment)
    login = PortalLogin(dialect, "h99_onegate", lambda: "not-a-real-secret")
    session = {"error_code": 0, "session": "b7c1f0de93aa4d0e8c55a1d2e3f40911"}
    script.replies = [
        httpx.Response(200, json=session),
        httpx.Response(200, json={"error_code": 0}),
    ]
    return DvcqgClient(transport_to(script), dialect, login, clock=time.clock)


def answered(script: Script, body: bytes) -> None:
    script.replies[-1] = httpx.Response(200, content=body)


def request_of(sample: Sample, name: str) -> Any:
    body: dict[str, object] = json.loads(sample(f"dvcqg/{name}.json"))
    return {**body, "session": "b7c1f0de93aa4d0e8c55a1d2e3f40911"}


@pytest.mark.parametrize(
    ("name", "send"),
    [
        ("sync-01", lambda client, data: client.create(data[0])),
        ("prog-01", lambda client, data: client.progress(data)),
        ("prog-02", lambda client, data: client.progress(data)),
        ("prog-09", lambda client, data: client.progress(data)),
    ],
)
def test_a_push_is_written_as_the_sample(
    client: DvcqgClient, script: Script, sample: Sample, name: str, send: Any
) -> None:
    message = request_of(sample, name)
    send(client, message["data"])
    assert script.bodies[1] == message


def test_questions_of_the_portal_are_read(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    answered(script, sample("dvcqg/faq-02.json"))
    rows = client.public_opinion.questions_from_portal()
    assert [row["HOIDAPID"] for row in rows] == [51234, "51235"]
    assert script.bodies[1] == request_of(sample, "faq-01")


def test_the_answers_to_a_question_are_read(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    answered(script, sample("dvcqg/faq-03.json"))
    assert client.public_opinion.answers("51235")[0]["TRALOIID"] == "887"
    assert script.bodies[1]["cauhoiid"] == "51235"
    assert script.bodies[1]["service"] == "LayNoiDungTraLoiTheoCauHoi"


def test_an_answer_is_sent_as_the_sample(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    message = request_of(sample, "faq-05")
    client.public_opinion.send_answers(message["data"])
    assert script.bodies[1] == message


def test_questions_are_sent_and_listed(client: DvcqgClient, script: Script) -> None:
    row = {"HOIDAPID": 7, "MaLinhVuc": "G05-KH02", "NOIDUNG": "?", "MADONVI": "", "TENDONVI": ""}
    client.public_opinion.send_questions([row])
    client.public_opinion.questions_of_unit()
    assert [body["service"] for body in script.bodies[1:]] == [
        "DongBoHoiDap",
        "LayDanhSachHoiDapBoCoQuan",
    ]
    assert script.bodies[1]["data"] == [row]


def test_feedback_is_read(client: DvcqgClient, script: Script, sample: Sample) -> None:
    answered(script, sample("dvcqg/faq-07.json"))
    assert client.public_opinion.feedback()[0]["MaPAKN"] == "PAKN.20250115.0001"
    head = ("session", "madonvi", "service")
    assert tuple(script.bodies[1]) == head
    assert script.bodies[1]["service"] == "DanhSachPAKNChoXuLy"


def test_ratings_are_sent_as_the_sample(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    message = request_of(sample, "rate-01")
    client.public_opinion.rate(message["data"])
    assert script.bodies[1] == message


def test_without_votes_or_answers_no_call_is_made(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    client.public_opinion.rate(json.loads(sample("dvcqg/rate-02.json"))["data"])
    client.public_opinion.send_answers([])
    assert script.requests == []


def test_invalid_ratings_are_refused(client: DvcqgClient, script: Script, sample: Sample) -> None:
    answered(script, sample("dvcqg/rate-06.json"))
    script.replies = [script.replies[0], script.replies[1], script.replies[0], script.replies[1]]
    with pytest.raises(Refused, match="Dữ liệu không hợp lệ"):
        client.public_opinion.rate([{"NgayTongHop": "1-2025"}])


def test_a_state_is_sent_as_one_object(client: DvcqgClient, script: Script) -> None:
    message = {"MaHoSo": "G22.99-250110-000321", "TrangThai": "2"}
    client.return_status(message)
    body = script.bodies[1]
    assert (body["service"], body["type"], body["data"]) == ("DongBoTrangThaiHoSo", "2", message)
    assert "isUpdating" not in body


def test_the_account_of_a_citizen_is_looked_up(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    answered(script, sample("dvcqg/cat-09.json"))
    (account,) = client.technical_id("099000000001")
    assert str(account["TECHNICALID"]).startswith("3f1c9a52")
    body = script.bodies[1]
    assert (body["mstorcmnd"], body["provider"]) == ("099000000001", "wso2is")
    assert "099000000001" not in str(script.requests[1].url)


def test_catalogues_are_read_from_the_share_path(
    client: DvcqgClient, script: Script, sample: Sample
) -> None:
    answered(script, sample("dvcqg/cat-08.json"))
    assert client.catalogue.online_services()[0]["MADVC"] == "2.000123"
    client.catalogue.units()
    client.catalogue.sectors()
    client.catalogue.dictionary("LayDanhMucDanToc")
    client.catalogue.procedures()
    client.catalogue.procedure("1.001612")
    called = [
        (request.url.path, body["service"])
        for request, body in zip(script.requests[1:], script.bodies[1:], strict=True)
    ]
    assert called == [
        (DATA, "LayDVC"),
        ("/share", "LayDanhMucCoQuan"),
        ("/share", "LayDanhMucLinhVuc"),
        ("/share", "LayDanhMucDanToc"),
        ("/share", "LayDanhSachTTHC"),
        (DATA, "LayThuTuc"),
    ]


@pytest.mark.parametrize("service", ["XoaHoSo", "LayDanhMuc", "LayDanhMuc/../x", ""])
def test_a_dictionary_needs_the_name_of_its_service(
    client: DvcqgClient, script: Script, service: str
) -> None:
    with pytest.raises(Refused, match="LayDanhMuc"):
        client.catalogue.dictionary(service)
    assert script.requests == []


def test_the_native_dialect_cannot_list_procedures_of_a_unit(
    client: DvcqgClient, script: Script
) -> None:
    with pytest.raises(Refused, match="only wrappers"):
        client.catalogue.procedures("H99")
    assert script.requests == []
