"""The post and MyVNPost with answers and calls that are in no specification."""

from __future__ import annotations

import base64
import json
from collections.abc import Callable, Mapping
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import Any

import httpx
import pytest
from cryptography.hazmat.primitives.asymmetric.padding import PKCS1v15
from cryptography.hazmat.primitives.asymmetric.rsa import RSAPrivateKey, generate_private_key
from cryptography.hazmat.primitives.hashes import SHA256
from hypothesis import example, given
from hypothesis import strategies as st

from khop.connectors.myvnpost import (
    MyVnpostAccount,
    MyVnpostClient,
    MyVnpostDeployment,
    read_webhook,
    webhook_key,
)
from khop.connectors.myvnpost.wire import ParcelOrder
from khop.connectors.vnpost import (
    ClsAccount,
    FixedToken,
    NgspClient,
    NgspDeployment,
    Order,
    PriceQuestion,
    lgsp_key_access,
    lgsp_tttt_access,
    ngsp_access,
    send_cls_notice,
)
from khop.connectors.vnpost.client import OPERATIONS
from khop.connectors.vnpost.feed import BEGINNING, read_feed
from khop.connectors.vnpost.results import read_result
from khop.connectors.vnpost.tokens import Access
from khop.connectors.vnpost.wire import ClsNotice
from khop.errors import AlreadyExists, ConfigError, ConnectorError, RecordError
from khop.mappings.igate.mapping import IgateMapping
from khop.mappings.myvnpost.history import HistoryMapping
from khop.mappings.states.status import igate_channels, igate_statuses
from khop.mappings.vnpost.mapping import FeedMapping, OrderNumbers, postal_codes
from khop.mappings.vnpost.orders import Office, OrderMapping, OrderRules, cls_notice
from khop.mappings.vnpost.places import Place, PlaceTable
from tests.fuzz.answers import (
    FuzzedAnswer,
    Scripted,
    assert_error_fits,
    fuzzed_answers,
    result_or_error,
    transport,
)
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import bodies
from tests.fuzz.strategies import PERSONAL_NUMBERS, damaged, json_bytes, texts, values

HOST, NUMBER = "https://lgsp.example.vn", "H99.01-260318-0011"
NOW = datetime(2026, 3, 19, 3, 0, tzinfo=UTC)
PAGES = bodies("vnpost", "tracking-response.json")
EVENTS = [
    event
    for page in PAGES
    if isinstance(page, dict) and isinstance(page.get("_embedded"), dict)
    for event in page["_embedded"].get("rh:doc") or []
]
EVENTS += [event for page in PAGES if isinstance(page, list) for event in page]
RESULTS = bodies("vnpost", "order-response.json", "order-cancel.json", "price.json")
PARCELS, TOKENS = bodies("vnpost", "myvnpost.json"), bodies("vnpost", "token.json")
CALLS = bodies("vnpost", "myvnpost-webhook.json")
ANY = [*PAGES, *RESULTS, *PARCELS, *TOKENS]
ORDER = Order.model_validate(bodies("vnpost", "order-collect-request.json")[0])
_BOTH: dict[str, Any] = {
    f"{who}{key}": "1"
    for who in ("sender", "receiver")
    for key in ("Name", "Phone", "Address", "ProvinceCode", "ProvinceName", "CommuneCode")
}
PARCEL = ParcelOrder(
    **_BOTH,
    senderCommuneName="1",
    receiverCommuneName="1",
    serviceCode="CTN009",
    saleOrderCode=NUMBER,
    weight="250",
)
NOTICE = ClsNotice(
    dossierId=1,
    MaThuTuc="1",
    TenThuTuc="1",
    MaHoSo=NUMBER,
    ChuHoSo="1",
    NguoiNop="1",
    DiaChi="1",
)
#: A personal number in place of a state.
LONG_STATUS = FuzzedAnswer(200, (), b'{"Status": "001085012345"}')


def post_login_answer(request: httpx.Request) -> Mapping[str, Any] | None:
    path = request.url.path
    if path == "/token":
        return {"access_token": "abc", "token_type": "Bearer"}
    return {"token": "abc"} if path == "/customer-partner/GetAccessToken" else None


def post_client(answer: FuzzedAnswer, way: str = "ngsp", token: str = "/token") -> NgspClient:
    url = f"{HOST}{token}"
    makers: dict[str, Callable[[], Access]] = {
        "ngsp": lambda: ngsp_access("src", url, "k", lambda: "s"),
        "key": lambda: lgsp_key_access("src", url, lambda: "s"),
        "tttt": lambda: lgsp_tttt_access("src", url, "k", lambda: "s", "1"),
        "fixed": lambda: FixedToken(lambda: "abc"),
    }
    return NgspClient(
        "src",
        transport(Scripted(answer, post_login_answer)),
        makers[way](),
        NgspDeployment({name: f"{HOST}/{name}" for name in OPERATIONS}, "DEMOCUST"),
        clock=lambda: 0.0,
        now=lambda: NOW,
    )


def parcels(answer: FuzzedAnswer, prefix: str = "/customer-partner") -> MyVnpostClient:
    account = MyVnpostAccount("demo", lambda: "<secret>", "T000000001")
    them = transport(Scripted(answer, post_login_answer))
    deployment = MyVnpostDeployment(HOST, prefix)
    return MyVnpostClient("src", them, deployment, account, clock=lambda: 0.0)


def notify(answer: FuzzedAnswer) -> None:
    them = transport(Scripted(answer, post_login_answer))
    send_cls_notice(them, ClsAccount(f"{HOST}/cls", "u", lambda: "p"), NOTICE)


PRICE = PriceQuestion.model_validate(
    {"weight": 1, "sender": {"provCode": 10}, "receiver": {"provCode": 40}}
)
READS: Mapping[str, Callable[[FuzzedAnswer], object]] = {
    "events": lambda answer: post_client(answer).events(None, 50),
    "events by key": lambda answer: post_client(answer, "fixed").events(
        "65f7a0c00000000000000001", 2
    ),
    "price": lambda answer: post_client(answer, "key").price(PRICE),
    "order": lambda answer: parcels(answer).order("CH000000001VN"),
    "history": lambda answer: parcels(answer).history(NUMBER),
    "charge": lambda answer: parcels(answer).charge({"weight": 1}),
    "places": lambda answer: parcels(answer).places("getAllProvince"),
}
WRITES: Mapping[str, Callable[[FuzzedAnswer], object]] = {
    "post_order": lambda answer: post_client(answer).post_order(ORDER),
    "cancel": lambda answer: post_client(answer, "tttt").cancel(NUMBER),
    "create": lambda answer: parcels(answer).create(PARCEL),
    "correct": lambda answer: parcels(answer).correct("0000-demo", PARCEL),
    "cancel parcel": lambda answer: parcels(answer).cancel("0000-demo"),
    "notify": notify,
}


@pytest.mark.parametrize("name", READS)
@FUZZ
@given(answer=fuzzed_answers(json_bytes(ANY)))
@example(LONG_STATUS)
def test_a_read_gives_the_answer_or_raises_an_error_of_a_read(
    name: str, answer: FuzzedAnswer
) -> None:
    found = result_or_error(lambda: READS[name](answer), ConnectorError)
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=False)
        return
    assert found is not None
    assert answer.whole
    # The answer to an unknown order may be 404 with a message of the interface.
    assert 200 <= answer.status < 300 or (found == () and name == "history")


@pytest.mark.parametrize("name", WRITES)
@FUZZ
@given(answer=fuzzed_answers(json_bytes(ANY)))
@example(LONG_STATUS)
def test_a_write_succeeds_or_raises_an_error_of_a_write(name: str, answer: FuzzedAnswer) -> None:
    found = result_or_error(lambda: WRITES[name](answer), ConnectorError)
    if isinstance(found, ConnectorError):
        assert_error_fits(found, write=True)
        assert not (isinstance(found, AlreadyExists) and name == "create")
    else:
        assert answer.whole
        assert 200 <= answer.status < 300


@FUZZ
@given(answer=fuzzed_answers(json_bytes([*TOKENS, *PARCELS])))
def test_a_login_succeeds_or_raises_an_error_of_a_read(answer: FuzzedAnswer) -> None:
    logins = [post_client(answer, way, "/elsewhere").login for way in ("ngsp", "key", "tttt")]
    for log_in in (*logins, parcels(answer, "/elsewhere").login):
        found = result_or_error(log_in, ConnectorError)
        if isinstance(found, ConnectorError):
            assert_error_fits(found, write=False)


@pytest.mark.parametrize(
    "end",
    [
        "9999-12-31T23:59:59-12:00",
        "0001-01-01T00:00:00+14:00",
        "9999-12-31T23:59:59.999999",
        "2026-03-18",
        "20260318T100000",
        "2026-W12",
    ],
)
def test_a_login_succeeds_with_any_expiry_of_the_token(end: str) -> None:
    body = json.dumps({"access_token": "abc", "expiryDate": end}).encode()
    post_client(FuzzedAnswer(200, (), body), token="/elsewhere").login()


MAPPING = FeedMapping("post", postal_codes("ngsp"), OrderNumbers("-G", "-T"))
HISTORY = HistoryMapping("my", postal_codes("myvnpost"), OrderNumbers())


@FUZZ
@given(event=damaged(EVENTS) | values)
def test_an_event_becomes_a_record_or_a_reason(event: object) -> None:
    record = result_or_error(lambda: MAPPING.record(event), RecordError)
    if not isinstance(record, RecordError):
        assert record.code
        assert len(record.entry_id) == 24
        assert record.event_at is None or 1989 <= record.event_at.utc.year <= 2100


@FUZZ
@given(body=damaged(PAGES) | values, size=st.integers(1, 1000), after=texts)
def test_a_page_of_the_feed_is_read_or_refused(body: object, size: int, after: str) -> None:
    try:
        page = read_feed(body, BEGINNING, size)
    except ValueError as refusal:
        assert not any(number in str(refusal) for number in PERSONAL_NUMBERS)
        return
    assert page.position is None or page.position > BEGINNING
    # The position changes if there is another page, so that reading ends.
    assert page.last or page.position is not None
    result_or_error(
        lambda: post_client(FuzzedAnswer(200, (), b"[]")).events(after, size), RecordError
    )


@FUZZ
@given(orders=damaged([[each] for each in PARCELS]) | st.lists(values, max_size=3))
def test_a_history_becomes_records_or_a_reason(orders: object) -> None:
    listed = orders if isinstance(orders, list) else [orders]
    records = result_or_error(lambda: HISTORY.records(NUMBER, listed), RecordError)
    if not isinstance(records, RecordError):
        assert all(record.code for record in records)


@FUZZ
@given(body=damaged(RESULTS) | values)
def test_a_result_has_a_code_or_is_refused(body: object) -> None:
    try:
        code, message = read_result(body)
    except ValueError:
        return
    assert 0 < len(code) <= 40
    assert len(message) <= 200


@pytest.fixture(scope="module")
def sender() -> RSAPrivateKey:
    return generate_private_key(65537, 2048)


@FUZZ
@given(body=damaged(CALLS), signs=st.booleans(), send_date=texts | st.none())
def test_a_call_of_the_post_is_read_or_refused(
    sender: RSAPrivateKey, body: Any, signs: bool, send_date: str | None
) -> None:
    if signs and isinstance(body, dict):
        body = signed_body(sender, body, send_date)
    sent = json.dumps(body).encode("utf-8", "surrogatepass")
    ages = (None, timedelta(days=36_500))
    for age in ages:
        read = partial(read_webhook, sent, sender.public_key(), now=NOW, longest_age=age)
        news = result_or_error(read, RecordError)
        if not isinstance(news, RecordError):
            first = news.confirmed or news.unconfirmed[0]
            assert first.item_code or first.number
            result_or_error(partial(HISTORY.news, news, NUMBER), RecordError)


def signed_body(key: RSAPrivateKey, body: dict[str, Any], send_date: str | None) -> dict[str, Any]:
    """The body with a valid signature, if its items can be signed."""
    when = body.get("sendDate") if send_date is None else send_date
    items = body.get("data")
    first = items[0] if isinstance(items, list) and items else items
    parts = [first.get(k) for k in ("itemCode", "status")] if isinstance(first, dict) else []
    text = "".join(["MYVNP", str(when or ""), *(str(p) for p in parts if p is not None)])
    made = key.sign(text.encode("utf-8", "replace"), PKCS1v15(), SHA256())
    return {**body, "sendDate": when, "signature": base64.b64encode(made).decode()}


@FUZZ
@given(body=st.binary(max_size=80) | json_bytes(CALLS))
def test_unsigned_bytes_are_never_accepted(sender: RSAPrivateKey, body: bytes) -> None:
    with pytest.raises(RecordError):
        read_webhook(body, sender.public_key(), now=NOW)


@FUZZ
@given(
    pem=st.binary(max_size=80)
    | st.binary(max_size=40).map(
        lambda inner: (
            b"-----BEGIN CERTIFICATE-----\n%b\n-----END CERTIFICATE-----\n"
            % base64.b64encode(inner)
        )
    )
    | st.binary(max_size=40).map(
        lambda inner: (
            b"-----BEGIN PUBLIC KEY-----\n%b\n-----END PUBLIC KEY-----\n" % base64.b64encode(inner)
        )
    )
)
def test_any_key_file_is_read_or_refused(pem: bytes) -> None:
    with pytest.raises(ConfigError):
        webhook_key(pem)


ONE_STOP = IgateMapping("igate", b"0" * 32, igate_statuses({}, {}), igate_channels({}, {}))
DOSSIERS = [
    each for each in bodies("igate", "det-*.json") if isinstance(each, dict) and "id" in each
]
OFFICE = Office("UBND phường Mẫu", "Số 1 phố Mẫu", "02400000001", Place(10, "Hà Nội"))
PLACES = PlaceTable({"Mẫu": 10, "Tỉnh Mẫu": 10, "Hà Nội": 10}, {})


@FUZZ
@given(item=damaged(DOSSIERS), longest=st.none() | st.integers(10, 400), amount=st.floats())
def test_a_record_of_the_one_stop_is_ordered_or_refused(
    item: object, longest: int | None, amount: float
) -> None:
    rules = OrderRules("DEMOCUST", OrderNumbers("-G", "-T"), longest=longest, with_identity=True)
    orders = OrderMapping(rules, OFFICE, PLACES)
    dossier = result_or_error(lambda: ONE_STOP.full(item), RecordError)
    if isinstance(dossier, RecordError):
        return
    writes: tuple[Callable[[], Any], ...] = (
        lambda: orders.collect(dossier, cod_amount=amount).message(),
        lambda: orders.bring_back(dossier).message(),
        lambda: orders.document(dossier, sends=True, receives=True).message(),
        lambda: cls_notice(dossier).message(),
    )
    for write in writes:
        message = result_or_error(write, RecordError)
        if not isinstance(message, RecordError):
            json.dumps(message, allow_nan=False)
            described = message.get("SenderDesc")
            assert longest is None or described is None or len(described) <= longest


def test_samples_exist() -> None:
    assert len(EVENTS) >= 5
    assert len(PARCELS) > 3
    assert len(CALLS) >= 3
