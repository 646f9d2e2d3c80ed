"""MyVNPost as an adapter."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from cryptography.hazmat.primitives.asymmetric import padding, rsa
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from structlog.testing import capture_logs

from khop.adapters.myvnpost.adapter import ADAPTER as MYVNPOST
from khop.adapters.myvnpost.adapter import MyVnpostAdapter
from khop.adapters.ports import Context, EvidenceLookup, Role
from khop.errors import ConfigError, RecordError
from khop.mappings.records import StatusKind
from tests.adapters.post import LoopbackPost


@pytest.fixture
def myvnpost(post: LoopbackPost, context: Context) -> Iterator[Callable[..., MyVnpostAdapter]]:
    made: list[MyVnpostAdapter] = []

    def build(**changes: Any) -> MyVnpostAdapter:
        given = {
            "adapter": "myvnpost",
            "role": "post",
            "base_url": post.url,
            "path_prefix": "",
            "username": "demo",
            "password": {"file": "secret"},
            "customer_code": "T000000001",
            **changes,
        }
        settings = MYVNPOST.settings.model_validate(given)
        adapter = MYVNPOST.build("my", Role.POST, settings, context)
        assert isinstance(adapter, MyVnpostAdapter)
        made.append(adapter)
        return adapter

    post.answers["/GetAccessToken"] = lambda query, sent: {"success": True, "token": "t"}
    yield build
    for adapter in made:
        adapter.close()


def _history(query: dict[str, str], sent: Any) -> dict[str, object]:
    if query["code"] != "H99.01-260318-0011-T":
        return {"data": []}
    entry = {"statusCode": 14, "statusName": "Đã giao", "createdDate": "19/03/2026"}
    return {"data": [{"statusHistory": [entry]}]}


def test_a_dossier_is_looked_up_under_all_its_order_numbers(
    myvnpost: Callable[..., MyVnpostAdapter], post: LoopbackPost
) -> None:
    post.answers["/GetStatusHistoryOrder"] = _history
    adapter = myvnpost(collect_suffix="-G", return_suffix="-T")
    assert isinstance(adapter, EvidenceLookup)
    (record,) = adapter.evidence_of("H99.01-260318-0011")
    assert (record.code, record.kind) == ("H99.01-260318-0011", StatusKind.DELIVERED)
    assert [query["code"][-2:] for _, _, query, _ in post.asked[1:]] == ["-T", "-G"]
    assert myvnpost().evidence_of("H99.01-260318-0099") == ()


def test_a_check_looks_up_an_order_that_does_not_exist(
    myvnpost: Callable[..., MyVnpostAdapter], post: LoopbackPost
) -> None:
    post.answers["/GetStatusHistoryOrder"] = lambda query, sent: {"data": []}
    assert myvnpost().check().ok
    assert post.asked[-1][2] == {"type": "2", "code": "KHOP-CHECK-000000-0000"}


def test_the_evidence_of_a_call_uses_the_order_number_from_a_look_up(
    myvnpost: Callable[..., MyVnpostAdapter], post: LoopbackPost, context: Context
) -> None:
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem = key.public_key().public_bytes(Encoding.PEM, PublicFormat.SubjectPublicKeyInfo)
    (context.base_dir / "post.pem").write_bytes(pem)
    adapter = myvnpost(webhook_key_file="post.pem")
    # The number in the call is not signed: here it names another dossier.
    first = {"itemCode": "CH1VN", "status": "14", "saleOrderCode": "H99.01-260318-9999"}
    news = adapter.webhook(_signed(key, [first, {"itemCode": "CH2VN", "status": "14"}]))
    assert [item.item_code for item in news.unconfirmed] == ["CH2VN"]
    assert not post.asked
    order = {"itemCode": "CH1VN", "saleOrderCode": "H99.01-260318-0011"}
    post.answers["/getOrder"] = lambda query, sent: [{"results": [order]}]
    record = adapter.confirmed(news)
    assert record is not None
    assert record.kind is StatusKind.DELIVERED
    assert (record.item, record.code) == ("CH1VN", "H99.01-260318-0011")
    post.answers["/getOrder"] = lambda query, sent: [{"results": [{**order, "itemCode": "CH7VN"}]}]
    assert adapter.confirmed(news) is None
    with pytest.raises(RecordError, match="replay"):
        myvnpost(webhook_key_file="post.pem", webhook_minutes=5).webhook(_signed(key, [first]))


def _signed(key: rsa.RSAPrivateKey, items: list[dict[str, str]]) -> bytes:
    sent = "19/03/2026 09:41:00"
    text = f"MYVNP{sent}{items[0]['itemCode']}{items[0]['status']}"
    signature = key.sign(text.encode(), padding.PKCS1v15(), SHA256())
    body = {"data": items, "sendDate": sent, "signature": base64.b64encode(signature).decode()}
    return json.dumps(body).encode()


@pytest.mark.parametrize("changes", [{}, {"webhook_key_file": "none.pem"}])
def test_a_call_without_a_usable_key_file_is_a_configuration_error(
    myvnpost: Callable[..., MyVnpostAdapter], changes: Any
) -> None:
    with pytest.raises(ConfigError, match=r"sources\.my\.webhook_key_file"):
        myvnpost(**changes).webhook(b"{}")


@pytest.mark.parametrize("legacy", [True, False])
def test_legacy_tls_is_off_by_default_and_logged_when_on(
    myvnpost: Callable[..., MyVnpostAdapter], legacy: Any
) -> None:
    with capture_logs() as logs:
        myvnpost(**({"legacy_tls": True} if legacy else {}))
    assert logs == [{"event": "legacy_tls", "source": "my", "log_level": "warning"}] * legacy
