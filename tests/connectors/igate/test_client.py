"""The client of iGate: searches, details, fees, forms, renewal of the token."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

import httpx
import pytest

from khop.connectors.igate import Account, IgateClient, IgateDeployment
from khop.errors import (
    ConfigError,
    ConnectorError,
    RecordError,
    Refused,
    Unauthorised,
    Unreachable,
    Unreadable,
)
from tests.connectors.scripted import FakeTime, Sample, TransportTo

ClientOf = Callable[..., IgateClient]

BASE = "https://apiigate.example.vn"
SSO = "https://sso.example.vn/auth/realms/digo/protocol/openid-connect/token"
Secret = Callable[[], str]
NATIVE = "68a53f0c1d2e3f4a5b6c7d80"


class FakeIgate(httpx.BaseTransport):
    """Issues tokens t1, t2, …; ``good`` decides which of them it accepts."""

    def __init__(self) -> None:
        self.token_answer: dict[str, object] = {"expires_in": 300}
        self.login_status = 200
        self.data: Any = {"content": [], "last": True}
        self.refusal = 401
        self.refusal_body: object = {}
        self.good: Callable[[int], bool] = lambda number: True
        self.logins: list[httpx.Request] = []
        self.calls: list[httpx.Request] = []
        self._lock = threading.Lock()

    def handle_request(self, request: httpx.Request) -> httpx.Response:
        request.read()
        if request.url.host == "sso.example.vn":
            return self.token(request)
        with self._lock:
            self.calls.append(request)
        number = int(request.headers["authorization"].removeprefix("Bearer t"))
        if not self.good(number):
            return httpx.Response(self.refusal, json=self.refusal_body)
        date = {"Date": "Mon, 02 Mar 2026 01:00:00 GMT"}
        return httpx.Response(200, json=self.data, headers=date)

    def token(self, request: httpx.Request) -> httpx.Response:
        with self._lock:
            self.logins.append(request)
            token = {"access_token": f"t{len(self.logins)}", **self.token_answer}
        body = token if self.login_status == 200 else self.token_answer
        return httpx.Response(self.login_status, json=body)


@pytest.fixture
def gateway() -> FakeIgate:
    return FakeIgate()


@pytest.fixture
def client_of(gateway: FakeIgate, transport_to: TransportTo, time: FakeTime) -> ClientOf:
    def build(secret: Secret = lambda: "not-a-real-secret", **options: Any) -> IgateClient:
        deployment = IgateDeployment(**{"base_url": BASE + "/", "token_url": SSO, **options})
        account = Account("svc-khop", secret)
        return IgateClient("igate", transport_to(gateway), deployment, account, clock=time.clock)

    return build


def test_a_search_asks_newest_first_from_page_zero(client_of: ClientOf, gateway: FakeIgate) -> None:
    client_of(query={"ancestor-agency-id": "64e0"}, page_size=50).search(0)
    url = gateway.calls[0].url
    assert url.path == "/pa/dossier/search"
    assert dict(url.params) == {
        "ancestor-agency-id": "64e0",
        "page": "0",
        "size": "50",
        "spec": "page",
        "sort": "updatedDate,desc",
    }
    login = gateway.logins[0]
    assert login.headers["authorization"] == "Basic c3ZjLWtob3A6bm90LWEtcmVhbC1zZWNyZXQ="
    assert login.content == b"grant_type=client_credentials"


def test_paths_spec_and_sort_are_settings(client_of: ClientOf, gateway: FakeIgate) -> None:
    client = client_of(search_path="pa/other", detail_path="/pa/x/{id}", spec="slice", sort="")
    client.search(3)
    assert gateway.calls[0].url.path == "/pa/other"
    assert dict(gateway.calls[0].url.params) == {"page": "3", "size": "500", "spec": "slice"}
    gateway.data = {"id": NATIVE}
    client.dossier(NATIVE)
    assert gateway.calls[1].url.path == f"/pa/x/{NATIVE}"


def test_sample_lists_and_details_are_read(
    client_of: ClientOf, gateway: FakeIgate, sample: Sample
) -> None:
    client = client_of()
    gateway.data = json.loads(sample("igate/list-02.json"))
    page = client.search(0)
    assert page.total == 1
    assert page.last
    (item,) = page.items
    assert isinstance(item, dict)
    assert item["id"] == NATIVE
    for name in ("det-01", "det-02"):
        gateway.data = json.loads(sample(f"igate/{name}.json"))
        assert client.dossier(NATIVE)["code"] == "H99.18.03-250820-0012"
    assert gateway.calls[-1].url.path == f"/pa/dossier/{NATIVE}/--online"


def test_filters_apply_to_one_search_only(client_of: ClientOf, gateway: FakeIgate) -> None:
    client = client_of(query={"ancestor-agency-id": "64e0"})
    client.search(2, {"accepted-from": "01/08/2026", "accepted-to": "07/08/2026"})
    url = gateway.calls[0].url
    assert b"accepted-from=01%2F08%2F2026&accepted-to=07%2F08%2F2026" in url.query
    assert url.params["page"] == "2"
    assert url.params["ancestor-agency-id"] == "64e0"
    client.search(0)
    assert "accepted-from" not in gateway.calls[1].url.params


def test_the_fees_of_dossiers_are_read(
    client_of: ClientOf, gateway: FakeIgate, sample: Sample
) -> None:
    gateway.data = json.loads(sample("igate/det-04.json"))
    (row,) = client_of().fees([NATIVE, "other"])
    assert isinstance(row, dict)
    assert row["amount"] == 100_000
    assert gateway.calls[0].url.path == "/pa/dossier-fee/--by-dossiers"
    assert gateway.calls[0].url.params["dossier-ids"] == f"{NATIVE},other"
    gateway.data = {"content": [], "last": True}
    assert client_of().fees([NATIVE]) == ()
    gateway.data = {"status": 500}
    with pytest.raises(Unreadable):
        client_of().fees([NATIVE])


def test_the_forms_of_a_dossier_are_read(
    client_of: ClientOf, gateway: FakeIgate, sample: Sample
) -> None:
    gateway.data = json.loads(sample("igate/det-06.json"))
    found = client_of().form_data("H99.18.03-250820-0012")
    assert found["detailEForm"] == {"tenHoKinhDoanh": "Mẫu"}
    url = gateway.calls[0].url
    assert url.path == "/pa/api-integration/--data"
    assert dict(url.params) == {
        "code": "H99.18.03-250820-0012",
        "fields": "commonEForm,detailEForm",
    }
    answers: tuple[object, ...] = ([], {"status": 404, "error": "Not Found", "path": "/pa"})
    for odd in answers:
        gateway.data = odd
        with pytest.raises(Unreadable):
            client_of().form_data("H99", ["eForm"])


def test_the_log_of_pushes_is_read(client_of: ClientOf, gateway: FakeIgate, sample: Sample) -> None:
    gateway.data = json.loads(sample("igate/nps-04.json"))
    page = client_of().push_log("G22.99-250820-000900")
    assert [row.state for row in page.rows] == [3]
    url = gateway.calls[0].url
    assert url.path == "/ad/api/lienthongDVCLT/getLog"
    assert url.params["nationCode"] == "G22.99-250820-000900"
    assert url.params["api"] == "capNhatTrangThaiHoSoDVCLTHoTich"


def test_an_expired_token_is_unauthorised(
    client_of: ClientOf, gateway: FakeIgate, sample: Sample
) -> None:
    gateway.refusal_body = json.loads(sample("igate/list-10.json"))
    gateway.good = lambda number: False
    with pytest.raises(Unauthorised, match="code Unauthorized") as caught:
        client_of().search(0)
    assert not caught.value.at_login


@pytest.mark.parametrize("data", [[], "OK", {}, {"affectedRows": 1}, {"status": 500}])
def test_a_detail_that_is_no_dossier_is_unreadable(
    client_of: ClientOf, gateway: FakeIgate, data: Any
) -> None:
    gateway.data = data
    with pytest.raises(Unreadable):
        client_of().dossier(NATIVE)


@pytest.mark.parametrize("native", ["../search", "a/b", "", "x?y=1"])
def test_an_id_that_changes_the_path_is_a_record_error(
    client_of: ClientOf, gateway: FakeIgate, native: Any
) -> None:
    with pytest.raises(RecordError):
        client_of().dossier(native)
    assert gateway.calls == [] == gateway.logins


def test_a_list_without_content_is_unreadable(client_of: ClientOf, gateway: FakeIgate) -> None:
    gateway.data = {"content": {"0": {}}}
    with pytest.raises(Unreadable, match="content"):
        client_of().search(0)


@pytest.mark.parametrize(
    ("name", "held"), [("tok-02.json", 86_370), ("tok-03.json", 270), ("tok-04.json", 270)]
)
def test_the_lifetime_of_each_token_sample_is_used(
    client_of: ClientOf, gateway: FakeIgate, time: FakeTime, sample: Sample, name: str, held: float
) -> None:
    answer = json.loads(sample(f"igate/{name}"))
    gateway.token_answer = {k: v for k, v in answer.items() if k != "access_token"}
    client = client_of()
    client.search(0)
    time.now += held - 1
    client.search(0)
    assert len(gateway.logins) == 1
    time.now += 1
    client.search(0)
    assert len(gateway.logins) == 2


@pytest.mark.parametrize(
    ("expires", "held"),
    [
        ("300", 270),
        ("60.0", 54),
        (10, 9),
        (0, 270),
        (-5, 270),
        ("soon", 270),
        (None, 270),
        (True, 270),
        (10**12, 270),
        ("1e400", 270),
        ([300], 270),
        ("9" * 500, 270),
    ],
)
def test_an_unusual_expires_in_is_read_or_replaced(
    client_of: ClientOf, gateway: FakeIgate, time: FakeTime, expires: object, held: float
) -> None:
    gateway.token_answer = {"expires_in": expires}
    client = client_of()
    client.search(0)
    time.now += held - 0.5
    client.search(0)
    assert len(gateway.logins) == 1
    time.now += 0.5
    client.search(0)
    assert len(gateway.logins) == 2


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_refused_token_is_renewed_once(
    client_of: ClientOf, gateway: FakeIgate, refusal: Any
) -> None:
    gateway.refusal, gateway.good = refusal, lambda number: number > 1
    assert client_of().search(0).last
    assert (len(gateway.logins), len(gateway.calls)) == (2, 2)


@pytest.mark.parametrize("refusal", [401, 403])
def test_a_second_refusal_is_final(client_of: ClientOf, gateway: FakeIgate, refusal: Any) -> None:
    gateway.refusal, gateway.good = refusal, lambda number: False
    with pytest.raises(Unauthorised) as caught:
        client_of().search(0)
    assert caught.value.http_status == refusal
    assert (len(gateway.logins), len(gateway.calls)) == (2, 2)


def test_threads_with_an_expired_token_renew_it_once(
    client_of: ClientOf, gateway: FakeIgate
) -> None:
    client = client_of()
    client.login()
    gateway.good = lambda number: number > 1
    pages: list[object] = []
    threads = [threading.Thread(target=lambda: pages.append(client.search(0))) for _ in range(12)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(pages) == 12
    assert len(gateway.logins) == 2


@pytest.mark.parametrize(
    ("status", "body", "kind", "says"),
    [
        (401, {"error": "invalid_client"}, Unauthorised, "client_secret"),
        (400, {"error": "unauthorized_client", "error_description": "Bad"}, Unauthorised, "Bad"),
        (403, {}, Unauthorised, "client_id"),
        (404, {"error": "Realm does not exist"}, Refused, "token_url"),
        (302, {}, Refused, "token_url"),
        (503, {}, Unreachable, "503"),
    ],
)
def test_a_failed_login_says_what_to_do(
    client_of: ClientOf,
    gateway: FakeIgate,
    status: int,
    body: Any,
    kind: type[Exception],
    says: str,
) -> None:
    gateway.login_status, gateway.token_answer = status, body
    with pytest.raises(ConnectorError, match=says) as caught:
        client_of().login()
    assert type(caught.value) is kind
    assert "not-a-real-secret" not in str(caught.value)
    assert gateway.calls == []


@pytest.mark.parametrize("token", [None, "", 7, "a b", "a\nb", "mẫu", ["t"]])
def test_a_token_that_cannot_be_sent_is_unreadable(
    client_of: ClientOf, gateway: FakeIgate, token: object
) -> None:
    gateway.token_answer = {"access_token": token}
    with pytest.raises(Unreadable, match="usable token"):
        client_of().search(0)


def test_the_secret_is_asked_for_at_each_login(client_of: ClientOf) -> None:
    secrets = iter(["a", "b"])
    client = client_of(secret=lambda: next(secrets))
    client.login()
    client.login()
    assert list(secrets) == []


def test_the_date_of_the_latest_answer_is_kept(client_of: ClientOf, gateway: FakeIgate) -> None:
    client = client_of()
    assert client.server_date() is None
    client.search(0)
    assert client.server_date() == datetime(2026, 3, 2, 1, tzinfo=UTC)


@pytest.mark.parametrize(
    ("key", "value"),
    [("base_url", "apiigate.example.vn"), ("token_url", ""), ("detail_path", "/pa/dossier")],
)
def test_a_wrong_setting_names_its_key(client_of: ClientOf, key: str, value: object) -> None:
    with pytest.raises(ConfigError, match=rf"sources\.igate\.{key}"):
        client_of(**{key: value})


def test_a_retry_uses_the_latest_token(client_of: ClientOf, gateway: FakeIgate) -> None:
    client = client_of()

    def busy_then_renewed(number: int) -> bool:
        if len(gateway.calls) == 1:
            client.login()
            raise httpx.ReadError("reset")
        return number == 2

    gateway.good = busy_then_renewed
    assert client.search(0).last
    tokens = [call.headers["authorization"] for call in gateway.calls]
    assert tokens == ["Bearer t1", "Bearer t2"]
