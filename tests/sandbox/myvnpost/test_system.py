"""The simulated commercial post: token, orders, history, code lists, and webhook calls."""

from __future__ import annotations

import base64
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Any

import httpx
import pytest
from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import load_pem_public_key

from khop.loopback import LoopbackServer
from khop.sandbox.accounts.myvnpost import CUSTOMER_CODE, PASSWORD, USERNAME
from khop.sandbox.common.application import Environment
from khop.sandbox.common.faults import NONE, Faults
from khop.sandbox.common.violations import Violations
from khop.sandbox.myvnpost.system import MyVnpost, MyVnpostOptions
from khop.sandbox.world.post_events import DELIVERED
from khop.sandbox.world.world import World

NUMBER = "H99.18.03-260820-9001"


class MyVnpostClient:
    """A client of one running server, without retries."""

    def __init__(self, app: MyVnpost, http: httpx.Client, violations: Violations) -> None:
        self.app = app
        self.http = http
        self.violations = violations

    def kinds(self) -> list[str]:
        return [violation.kind for violation in self.violations]

    def log_in(self, **changes: str) -> Any:
        account = {"username": USERNAME, "password": PASSWORD, "customerCode": CUSTOMER_CODE}
        answer = self.http.post("/customer-partner/GetAccessToken", json=account | changes)
        assert answer.status_code == 200
        self.http.headers["token"] = answer.json()["token"] or ""
        return answer.json()

    def create(self, **changes: Any) -> httpx.Response:
        return self.http.post("/customer-partner/CreateOrder", json=parcel_order(**changes))

    def history(self, code: str, kind: int = 2) -> list[Any]:
        query: dict[str, int | str] = {"type": kind, "code": code}
        answer = self.http.get("/GetStatusHistoryOrder", params=query)
        assert answer.status_code == 200
        rows: list[Any] = answer.json()["data"]
        return [{key.strip(): value for key, value in row.items()} for row in rows]


def parcel_order(**changes: Any) -> dict[str, Any]:
    """A valid order, with ``changes`` of its information."""
    information: dict[str, Any] = {
        "serviceCode": "CTN009", "saleOrderCode": NUMBER, "weight": "250", "vehicle": "BO",
        "sendType": "2", "isBroken": "0", "deliveryTime": "N", "deliveryRequire": "1",
    }  # fmt: skip
    for party, name in (("sender", "UBND xã Mẫu 3"), ("receiver", "Nguyễn Văn Mẫu")):
        information |= {
            f"{party}Name": name,
            f"{party}Phone": "0990000001",
            f"{party}Address": "Thôn 1",
            f"{party}ProvinceCode": "49",
            f"{party}ProvinceName": "Thừa Thiên Huế",
            f"{party}DistrictCode": "VNPOST",
            f"{party}CommuneCode": "49115",
            f"{party}CommuneName": "Phường Ví Dụ",
        }
    return {
        "orderCreationStatus": 1,
        "type": "GUI",
        "customerCode": CUSTOMER_CODE,
        "contractCode": "",
        "informationOrder": information | changes,
    }


@contextmanager
def running_myvnpost(
    world: World, options: MyVnpostOptions | None = None, faults: Faults = NONE
) -> Iterator[MyVnpostClient]:
    violations = Violations(world.register)
    app = MyVnpost(
        Environment(world, violations, faults, lambda: 0.0, lambda _: None),
        options or MyVnpostOptions(),
    )
    with LoopbackServer(app.answer) as server, httpx.Client(base_url=server.url, timeout=5) as http:
        yield MyVnpostClient(app, http, violations)


@pytest.fixture
def client(world: World) -> Iterator[MyVnpostClient]:
    with running_myvnpost(world) as client:
        client.log_in()
        yield client


def test_a_wrong_password_gets_no_token(world: World) -> None:
    with running_myvnpost(world) as client:
        assert client.log_in(password="wrong") == {"success": False, "token": None}


def test_without_a_token_calls_are_refused_with_401_or_403(world: World) -> None:
    with running_myvnpost(world) as client:
        answers = [client.http.get("/getAllProvince") for _ in range(20)]
    assert {answer.status_code for answer in answers} == {401, 403}
    keys = {"status", "timestamp", "error", "message", "description", "path"}
    assert all(answer.json().keys() == keys for answer in answers)
    assert answers[0].json()["path"] == "/getAllProvince"


def test_a_token_ends_after_its_calls(world: World) -> None:
    with running_myvnpost(world, MyVnpostOptions(token_calls=1, refusals=(403,))) as client:
        client.log_in()
        statuses = [client.http.get("/getAllProvince").status_code for _ in range(2)]
        client.log_in()
        statuses.append(client.http.get("/getAllProvince").status_code)
    assert statuses == [200, 403, 200]


@pytest.mark.parametrize("prefix", ["", "/customer-partner", "/MYVNP_API/customer-partner"])
def test_paths_exist_with_and_without_their_prefixes(client: MyVnpostClient, prefix: str) -> None:
    answer = client.http.get(f"{prefix}/getAllDistrict")
    assert answer.status_code == 200
    assert {"provinceCode": "70", "districtCode": "7270"}.items() <= answer.json()[2].items()


def test_new_communes_have_the_constant_district(client: MyVnpostClient) -> None:
    rows = client.http.get("/getNewCommuneAll").json()
    assert {row["districtCode"] for row in rows} == {"VNPOST"}


def test_an_order_is_created_read_and_tracked(client: MyVnpostClient) -> None:
    made = client.create().json()
    assert made["status"] == 1
    query = {"type": 1, "code": made["itemCode"]}
    assert client.http.get("/getOrder", params=query).json() == [{"results": [made]}]
    assert [client.app.advance(made["itemCode"]) for _ in range(4)] == [6, 10, 12, 14]
    (row,) = client.history(NUMBER)
    assert [step["statusCode"] for step in row["statusHistory"]] == [1, 6, 10, 12, 14]
    assert row["statusHistory"][0]["createdDate"] == "24/08/2026"
    assert row["statusHistory"][0]["createHour"] == "16:30:00"


def test_a_draft_has_status_zero(client: MyVnpostClient) -> None:
    body = parcel_order() | {"orderCreationStatus": 0}
    assert client.http.post("/CreateOrder", json=body).json()["status"] == 0


def test_a_second_order_is_refused_and_a_violation(client: MyVnpostClient) -> None:
    client.create()
    answer = client.create()
    assert answer.status_code == 400
    assert [(v.kind, v.code) for v in client.violations] == [("doubled_order", NUMBER)]


@pytest.mark.parametrize(
    ("changes", "kind"),
    [
        ({"receiverPhone": ""}, "missing_field"),
        ({"receiverCommuneCode": None}, "missing_field"),
        ({"weight": 250}, "wrong_type"),
        ({"deliveryTime": "X"}, "bad_code_value"),
        ({"receiverDistrictCode": "0001"}, "bad_code_value"),
    ],
)
def test_an_order_with_a_defect_is_refused(
    client: MyVnpostClient, changes: dict[str, Any], kind: str
) -> None:
    answer = client.create(**changes)
    assert answer.status_code == 400
    assert [(v.kind, v.detail) for v in client.violations] == [(kind, next(iter(changes)))]


def test_a_correction_is_checked_like_the_order_and_changes_the_fee(client: MyVnpostClient) -> None:
    made = client.create().json()
    change = parcel_order() | {
        "OriginalId": made["originalID"],
        "informationOrder": {"weight": "1200"},
    }
    assert client.http.post("/orderCorrection", json=change).json()["totalFee"] == 40_500
    change["informationOrder"] = {"receiverName": ""}
    assert client.http.post("/orderCorrection", json=change).status_code == 400
    client.app.advance(made["itemCode"])
    change["informationOrder"] = {}
    assert client.http.post("/orderCorrection", json=change).status_code == 400


def test_an_order_can_be_cancelled_only_before_pick_up(
    client: MyVnpostClient,
) -> None:
    first = client.create().json()
    body = {"OriginalId": first["originalID"]}
    (done,) = client.http.post("/orderCancel", json=body).json()
    assert (done["message"], done["originalId"]) == ("OK", first["originalID"])
    (again,) = client.http.post("/orderCancel", json=body).json()
    assert again["type"] == "ERROR"
    assert client.kinds() == ["repeated_cancel"]
    second = client.create().json()
    client.app.advance(second["itemCode"])
    (late,) = client.http.post("/orderCancel", json={"OriginalId": second["originalID"]}).json()
    assert late["type"] == "ERROR"


def test_the_fee_depends_on_the_weight(client: MyVnpostClient) -> None:
    answer = client.http.post("/ServicesCharge", json={"serviceCode": "CTN009", "weight": "500"})
    assert answer.json() == {"totalFee": 35_500}
    assert client.http.post("/ServicesCharge", json={"weight": "500"}).status_code == 400


def test_the_worlds_own_results_have_a_history(client: MyVnpostClient, world: World) -> None:
    event = next(e for e in world.post if e.direction == "return" and e.code == DELIVERED)
    (row,) = client.history(event.order)
    assert row["statusHistory"][-1]["statusCode"] == 14
    assert client.history("H99-260101-0000") == []


def test_an_unknown_path_and_a_wrong_method_are_refused(client: MyVnpostClient) -> None:
    assert client.http.get("/getEverything").status_code == 404
    assert client.http.get("/CreateOrder").status_code == 405
    assert client.http.get("/getOrder").status_code == 400
    assert client.http.post("/CreateOrder", data={"type": "GUI"}).status_code == 400


def test_personal_data_in_a_query_is_a_violation(client: MyVnpostClient) -> None:
    client.history("099000000001")
    assert client.kinds() == ["personal_data_in_url"]


def test_an_expired_token_is_refused_and_a_new_one_is_issued(world: World) -> None:
    with running_myvnpost(world, faults=Faults(rate=1.0, kinds=frozenset({"expired"}))) as client:
        client.log_in()
        assert client.http.get("/getAllProvince").status_code in (401, 403)


def test_a_webhook_call_is_signed_over_its_first_item(client: MyVnpostClient) -> None:
    items = [client.create(saleOrderCode=f"{NUMBER}{n}").json()["itemCode"] for n in range(2)]
    body = client.app.webhook(*items)
    key = load_pem_public_key(client.app.signer.public_key.encode())
    assert isinstance(key, rsa.RSAPublicKey)
    signature = base64.b64decode(body["signature"])
    text = f"MYVNP24/08/2026 16:30:00{items[0]}1"
    key.verify(signature, text.encode(), padding.PKCS1v15(), SHA256())
    with pytest.raises(InvalidSignature):
        key.verify(signature, text.replace(*items).encode(), padding.PKCS1v15(), SHA256())
    assert [item["itemCode"] for item in body["data"]] == items


def test_a_webhook_call_needs_a_known_item(client: MyVnpostClient) -> None:
    with pytest.raises(ValueError, match="at least one"):
        client.app.webhook()
    with pytest.raises(KeyError):
        client.app.webhook("CH999999999VN")
