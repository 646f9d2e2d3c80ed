"""The wrapper and query dialects of the portal (docs/systems/dvcqg.md)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from typing import Any

import httpx
import pytest

from khop.connectors.dvcqg import (
    DvcqgClient,
    FixedLogin,
    OAuthLogin,
    ServiceAddresses,
    query_dialect,
    wrapper_dialect,
)
from khop.errors import (
    AlreadyExists,
    ConfigError,
    OutcomeUnknown,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime, Sample, Script, TransportTo

ClientOf = Callable[..., DvcqgClient]

BASE = "https://apidvc.example.vn"
WRAPPER = f"{BASE}/KetNoiMotCuaQuocGia"
CODE = "H99.12-250114-0007"


def ok(**fields: object) -> httpx.Response:
    return httpx.Response(200, json={"error_code": "0", "message": "Thành công", **fields})


@pytest.fixture
def client_of(script: Script, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(
        dialect: str = "wrapper", endpoints: Mapping[str, str] | None = None, login: Any = None
    ) -> DvcqgClient:
        if dialect == "wrapper":
            addresses = ServiceAddresses(BASE, "/KetNoiMotCuaQuocGia", endpoints or {})
            written = wrapper_dialect("dvcqg", addresses)
        else:
            addresses = ServiceAddresses(BASE, "/api/SynsTTHCC", endpoints or {})
            written = query_dialect("dvcqg", addresses, "000.00.01.H99")
        access = login or FixedLogin("dvcqg")
        return DvcqgClient(transport_to(script), written, access, clock=time.clock)

    script.replies = [ok()]
    return build


def sent(request: httpx.Request) -> tuple[str, str]:
    return request.method, str(request.url)


@pytest.mark.parametrize("name", ["sync-05", "sync-06"])
def test_the_wrapper_gets_a_dossier_as_a_bare_list(
    client_of: ClientOf, script: Script, sample: Sample, name: str
) -> None:
    body = json.loads(sample(f"dvcqg/{name}.json"))
    client = client_of(endpoints={"update": "CapNhatHoSoMC"})
    client.create(body[0])
    client.update(body[0])
    assert script.bodies == [body, body]
    assert [sent(request) for request in script.requests] == [
        ("POST", f"{WRAPPER}/DongBoHoSoMC"),
        ("POST", f"{WRAPPER}/CapNhatHoSoMC"),
    ]
    assert all("authorization" not in request.headers for request in script.requests)


def test_create_and_update_at_one_address_differ_by_the_flag(
    client_of: ClientOf, script: Script
) -> None:
    client = client_of()
    client.create({"MaHoSo": CODE})
    client.update({"MaHoSo": CODE})
    assert [request.url.query for request in script.requests] == [
        b"isUpdating=False",
        b"isUpdating=True",
    ]


def test_the_query_dialect_has_flag_and_unit_in_the_address(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    body = json.loads(sample("dvcqg/sync-07.json"))
    client = client_of("query")
    client.update(body[0])
    client.create(body[0])
    client.progress([{"MaHoSo": CODE}])
    address = f"{BASE}/api/SynsTTHCC/DongBoHoSoMC"
    assert [sent(request) for request in script.requests] == [
        ("POST", f"{address}?isUpdating=True&MaDinhDanhDV=000.00.01.H99"),
        ("POST", f"{address}?isUpdating=False&MaDinhDanhDV=000.00.01.H99"),
        ("POST", f"{BASE}/api/SynsTTHCC/CapNhatTienDoHoSoMC?MaDinhDanhDV=000.00.01.H99"),
    ]
    assert script.bodies[:2] == [body, body]


def test_the_wrapper_gets_steps_as_a_bare_list(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    body = json.loads(sample("dvcqg/prog-03.json"))
    script.replies = [httpx.Response(200, text="Cập nhật thành công")]
    client_of(endpoints={"progress": "https://tiendo.example.vn/api/tien-do"}).progress(body)
    assert script.bodies == [body]
    assert sent(script.requests[0]) == ("POST", "https://tiendo.example.vn/api/tien-do")


def test_reads_of_the_wrapper_have_keys_in_the_query_string(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    script.replies = [httpx.Response(200, content=sample("dvcqg/cat-03.json"))]
    client = client_of()
    assert [row["MATTHC"] for row in client.catalogue.procedures()] == ["1.001612"]
    assert client.procedure("1.001612") == {"MATTHC": "1.001612", "TENTTHC": "Đăng ký"}
    client.catalogue.procedures("H99")
    client.catalogue.decision("77")
    assert [sent(request) for request in script.requests] == [
        ("GET", f"{WRAPPER}/LayDanhSachTTHC"),
        ("GET", f"{WRAPPER}/LayThuTuc?maTTHC=1.001612"),
        ("GET", f"{WRAPPER}/LayDanhSachTTHCDonVi?maDonVi=H99"),
        ("GET", f"{WRAPPER}/LayQDCB?idQDCB=77"),
    ]


def test_a_refusal_keeps_its_plain_text(client_of: ClientOf, script: Script) -> None:
    script.replies = [ok(error_code="-1", message="Không có quyền {")]
    with pytest.raises(Refused, match="Không có quyền"):
        client_of().catalogue.procedures()
    assert len(script.requests) == 1


@pytest.mark.parametrize("name", ["synca-04", "synca-05", "synca-06"])
def test_a_dossier_that_exists_raises_already_exists(
    client_of: ClientOf, script: Script, sample: Sample, name: str
) -> None:
    script.replies = [httpx.Response(200, content=sample(f"dvcqg/{name}.json"))]
    for dialect in ("wrapper", "query"):
        with pytest.raises(AlreadyExists):
            client_of(dialect).create({"MaHoSo": CODE})


def test_a_double_encoded_success_is_accepted(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    script.replies = [httpx.Response(200, content=sample("dvcqg/synca-09.json"))]
    client_of().create({"MaHoSo": CODE})
    (request,) = script.requests
    assert sent(request) == ("POST", f"{WRAPPER}/DongBoHoSoMC?isUpdating=False")
    assert json.loads(request.content) == [{"MaHoSo": CODE}]


@pytest.mark.parametrize("dialect", ["wrapper", "query"])
def test_without_an_address_there_is_no_look_up(
    client_of: ClientOf, script: Script, dialect: object
) -> None:
    client = client_of(dialect)
    assert not client.can_look_up
    with pytest.raises(Refused, match="name one as look_up"):
        client.look_up(CODE)
    assert script.requests == []


def test_a_wrapper_with_a_look_up_address_is_looked_up(
    client_of: ClientOf, script: Script, sample: Sample
) -> None:
    script.replies = [httpx.Response(200, content=sample("dvcqg/look-02.json"))]
    client = client_of(endpoints={"look_up": "/tra-cuu/TraCuuHoSo"})
    assert [row["MaHoSo"] for row in client.look_up(CODE)] == [CODE]
    assert sent(script.requests[0]) == ("GET", f"{BASE}/tra-cuu/TraCuuHoSo?mahoso={CODE}")


def test_the_query_dialect_reads_only_services_with_an_address(
    client_of: ClientOf, script: Script
) -> None:
    client = client_of("query", {"LayThuTuc": "LayThuTuc"})
    with pytest.raises(Refused, match="LayDanhSachTTHC"):
        client.catalogue.procedures()
    assert client.procedure("1.001612") is None
    assert len(script.requests) == 1


def test_an_identity_number_is_never_written_into_an_address(
    client_of: ClientOf, script: Script
) -> None:
    with pytest.raises(Refused, match="identity number") as caught:
        client_of().technical_id("099000000001")
    assert "099000000001" not in str(caught.value)
    assert script.requests == []


def test_a_state_is_sent_under_the_wrappers_name_of_the_service(
    client_of: ClientOf, script: Script
) -> None:
    client_of().return_status({"MaHoSo": "G22.99-250110-000321"})
    assert sent(script.requests[0]) == ("POST", f"{WRAPPER}/DongBoTrangThaiHoSoKM")
    assert script.bodies == [{"MaHoSo": "G22.99-250110-000321"}]


def test_a_fixed_token_is_sent_as_bearer(client_of: ClientOf, script: Script) -> None:
    login = FixedLogin("dvcqg", lambda: "abc.def")
    client_of(login=login).catalogue.procedures()
    assert script.requests[0].headers["authorization"] == "Bearer abc.def"
    script.replies = [httpx.Response(401)]
    with pytest.raises(Unauthorised):
        client_of(login=login).progress([{"MaHoSo": CODE}])
    assert len(script.requests) == 2
    with pytest.raises(ConfigError, match=r"sources\.dvcqg\.token"):
        client_of(login=FixedLogin("dvcqg", lambda: "a\nb")).catalogue.procedures()


def oauth() -> OAuthLogin:
    return OAuthLogin("dvcqg", f"{BASE}/token", "khop", lambda: "not-a-real-secret")


def test_an_oauth_token_is_renewed_when_it_is_refused(client_of: ClientOf, script: Script) -> None:
    tokens = iter(("one", "two"))

    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": next(tokens), "expires_in": "3600"})
        stale = request.headers["authorization"] == "Bearer one"
        return httpx.Response(401) if stale else ok()

    script.replies = [answer]
    client_of(login=oauth()).progress([{"MaHoSo": CODE}])
    paths = [request.url.path for request in script.requests]
    assert [path.rpartition("/")[2] for path in paths] == [
        "token", "CapNhatTienDoHoSoMC", "token", "CapNhatTienDoHoSoMC",
    ]  # fmt: skip
    form = script.requests[0].content
    assert form == b"grant_type=client_credentials&client_id=khop&client_secret=not-a-real-secret"


def test_a_refusal_does_not_renew_the_token(client_of: ClientOf, script: Script) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "one"})
        return ok(error_code="-1")

    script.replies = [answer]
    for write in (DvcqgClient.create, DvcqgClient.update):
        with pytest.raises(Refused):
            write(client_of(login=oauth()), {"MaHoSo": CODE})
    assert len(script.requests) == 4


@pytest.mark.parametrize(("seconds", "held"), [(3600, 3500), (None, 269), ("x", 269), (40, 15)])
def test_a_token_is_used_until_shortly_before_it_expires(
    client_of: ClientOf, script: Script, time: FakeTime, seconds: object, held: float
) -> None:
    def answer(request: httpx.Request) -> httpx.Response:
        if request.url.path == "/token":
            return httpx.Response(200, json={"access_token": "one", "expires_in": seconds})
        return ok()

    script.replies = [answer]
    client = client_of(login=oauth())
    client.catalogue.procedures()
    time.now += held
    client.catalogue.procedures()
    assert len(script.requests) == 3
    time.now += 100
    client.catalogue.procedures()
    assert len(script.requests) == 5


@pytest.mark.parametrize("status", [400, 401])
def test_a_wrong_account_says_what_to_do(client_of: ClientOf, script: Script, status: int) -> None:
    script.replies = [httpx.Response(status, json={"error": "invalid_client"})]
    with pytest.raises(Unauthorised, match="client_secret") as caught:
        client_of(login=oauth()).catalogue.procedures()
    assert caught.value.at_login
    assert "not-a-real-secret" not in str(caught.value)
    assert len(script.requests) == 1


@pytest.mark.parametrize("body", ['{"access_token": ""}', '{"access_token": "a b"}', "[]", "{}"])
def test_a_token_answer_without_a_token_is_unreadable(
    client_of: ClientOf, script: Script, body: Any
) -> None:
    script.replies = [httpx.Response(200, text=body)]
    with pytest.raises(Unreadable):
        client_of(login=oauth()).catalogue.procedures()


@pytest.mark.parametrize("answer", [httpx.ReadTimeout(""), httpx.Response(502)])
def test_an_unanswered_write_is_sent_once(client_of: ClientOf, script: Script, answer: Any) -> None:
    script.replies = [answer]
    for dialect in ("wrapper", "query"):
        client = client_of(dialect)
        for write in (client.create, client.update):
            with pytest.raises(OutcomeUnknown):
                write({"MaHoSo": CODE})
        with pytest.raises(OutcomeUnknown):
            client.progress([{"MaHoSo": CODE}])
    assert len(script.requests) == 6


def test_without_a_login_the_server_must_be_reachable(client_of: ClientOf, script: Script) -> None:
    script.replies = [httpx.Response(404)]
    client_of().login()
    script.replies = [httpx.Response(503)]
    client_of().login()
    script.replies = [httpx.ConnectError("refused")]
    with pytest.raises(Unreachable):
        client_of().login()
    assert {request.url.host for request in script.requests} == {"apidvc.example.vn"}


def test_the_harmless_read_depends_on_the_dialect(client_of: ClientOf, script: Script) -> None:
    assert "sectors" in client_of().try_read()
    assert "look-up" in client_of(endpoints={"look_up": "TraCuu"}).try_read()
    assert "only the address" in client_of("query").try_read()
    assert [request.url.path.rpartition("/")[2] for request in script.requests] == [
        "LayDanhMucLinhVuc",
        "TraCuu",
    ]


@pytest.mark.parametrize(
    ("endpoints", "key"),
    [({"create": "ftp://x"}, "endpoints.create"), ({"look_up": "https://"}, "endpoints.look_up")],
)
def test_a_wrong_address_names_its_key(client_of: ClientOf, endpoints: object, key: str) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.dvcqg\.{key}"):
        client_of(endpoints=endpoints)
