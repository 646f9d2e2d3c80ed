"""Damaged files of khop.toml, and secrets and addresses that cannot be sent."""

from __future__ import annotations

from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import httpx
import pytest
from hypothesis import given
from hypothesis import strategies as st

from khop.config.adapters import adapter_types
from khop.config.load import load_config
from khop.connectors.dvcqg.payments import keypay_checksum
from khop.connectors.igate import Account, IgateClient, IgateDeployment
from khop.connectors.igate_ministry import MinistryClient, MinistryDeployment
from khop.connectors.population import SignedAuth
from khop.connectors.population.tokens import TokenAuth, lgsp_login, wso2_login
from khop.connectors.vnpost import lgsp_key_access, ngsp_access
from khop.connectors.vnpost.client import NgspClient, NgspDeployment
from khop.errors import ConfigError, KhopError
from tests.fuzz.answers import transport
from tests.fuzz.profile import FUZZ
from tests.fuzz.strategies import texts

WORKING = """
[province]
name = "Tỉnh Mẫu"
code = "H99"
[ledger]
url = "sqlite:///khop.db"
[rules]
grace = 2
grace_by_rule = { A7 = 2 }
off = ["B6"]
[calendar]
days_off = [2026-11-23]
sessions = "07:30-11:30, 13:00-17:00"
announced_through = 2030
[[codes.dossier]]
id = "TINH1"
name = "one-stop of the communes"
pattern = '^(H99)/([0-9]{8})/([0-9]{6})$'
parts = ["unit", "date", "serial"]
date_format = "ddMMyyyy"
source = "QĐ 12/QĐ-UBND"
[[level_one]]
code = "G04"
name = "Bộ Giao thông vận tải"
valid_to = 2025-02-28
successor = "G17"
[units]
file = "units.toml"
sessions = "sessions.csv"
[deadlines]
procedures = "procedures.csv"
[deadlines.counting]
due_time = "session_end"
[[deadlines.near_due]]
id = "24h"
hours = 24
[transitions.from.4]
ordinary = { 2 = "sent back to the counter" }
forbidden = [10]
[report.states]
ended = [3, 7, 9, 10]
[repair]
max_share = 0.1
[[repair.policy]]
name = "dates"
rules = ["A7"]
max_per_run = 20
hours = "07:30-16:30"
[sources.igate]
adapter = "igate"
role = "one_stop"
base_url = "http://127.0.0.1:8101"
token_url = "http://127.0.0.1:8101/token"
client_id = "svc-khop"
client_secret = { env = "KHOP_IGATE_SECRET" }
page_size = 500
[sources.igate.status.by_id]
2 = 4
[sources.dvcqg]
adapter = "dvcqg"
role = "portal"
dialect = "native"
base_url = "http://127.0.0.1:8102"
username = "h99_onegate"
password = { file = "secret.txt" }
madonvi = "000.00.00.H99"
dstcode = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
"""
#: The files that WORKING names.
FILES = {
    "units.toml": '[[unit]]\nid = "xa-b"\nname = "UBND xã B"\n',
    "sessions.csv": "unit;sessions\nH44.01;8h-16h\n",
    "procedures.csv": "procedure,cutoff,in_day\n1.000894,15:00,true\n",
}
VALUES = st.sampled_from(
    [
        "1", "-1", "9" * 30, "9" * 5_000, "1e999", "nan", "-inf", "0x1f", "true", '""', '" "',
        '"\\u0000"', '"\\uFFFF"', '"\\ud800"', "[]", "[1, [2]]", "{}", "{ a = 1 }", "1979-05-27",
        "0001-01-01T00:00:00+23:59", "2026-02-30", "'''x", '"http://a:b@c.vn"', '"http://["',
        '"file:///etc/passwd"', "[" * 5_000, "{ a = " * 2_000, "'\x01'",
    ]
)  # fmt: skip


def loaded(path: Path, content: bytes) -> None:
    """Read khop.toml with this content; a ConfigError is accepted."""
    (path / "khop.toml").write_bytes(content)
    try:
        load_config(path / "khop.toml", adapter_types())
    except ConfigError as refusal:
        assert len(str(refusal)) < 20_000


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("khop")
    for name, text in FILES.items():
        (made / name).write_text(text, "utf-8")
    return made


def test_the_unchanged_file_is_read(folder: Path) -> None:
    (folder / "khop.toml").write_text(WORKING, "utf-8")
    assert load_config(folder / "khop.toml", adapter_types()).province.code == "H99"


@FUZZ
@given(data=st.data())
def test_a_changed_file_is_read_or_refused(folder: Path, data: st.DataObject) -> None:
    lines = WORKING.splitlines()
    for _ in range(data.draw(st.integers(1, 3))):
        place = data.draw(st.integers(0, len(lines) - 1))
        key, sign, _ = lines[place].partition(" = ")
        match data.draw(st.integers(0, 3)):
            case 0:
                del lines[place]
            case 1:
                lines.insert(place, data.draw(st.sampled_from(WORKING.splitlines()) | texts))
            case _:
                lines[place] = f"{key}{sign}{data.draw(VALUES)}"
    loaded(folder, "\n".join(lines).encode("utf-8", "surrogatepass"))


@FUZZ
@given(content=st.binary(max_size=200) | st.text().map(lambda text: text.encode(errors="replace")))
def test_a_file_of_random_bytes_is_read_or_refused(folder: Path, content: bytes) -> None:
    loaded(folder, content)


@pytest.mark.parametrize(
    "content",
    [
        b"a = " + b"9" * 5_000,
        b"a = " + b"[" * 5_000,
        b"a = " + b"{ b = " * 5_000,
        b"a" + b".b" * 3_000 + b" = 1",
        b"[a" + b".b" * 3_000 + b"]",
        b'a = "' + b"x" * 1_000_000 + b'"',
        b"\xff\xfea\x00",
        b"sources = 1",
        b"[[sources]]",
        b"[sources]\nx = 1",
        b"[sources.x]\nadapter = [1]",
    ],
    ids=lambda content: content[:14].decode("latin-1"),
)
def test_a_file_that_is_not_toml_is_refused(folder: Path, content: bytes) -> None:
    (folder / "khop.toml").write_bytes(content)
    with pytest.raises(ConfigError):
        load_config(folder / "khop.toml", adapter_types())


def test_a_file_with_a_byte_order_mark_is_read(folder: Path) -> None:
    plain = '[province]\nname = "Tỉnh Mẫu"\ncode = "H99"\n'
    (folder / "khop.toml").write_text(plain, "utf-8-sig")
    assert load_config(folder / "khop.toml", {}).province.code == "H99"


def answering(body: object) -> httpx.MockTransport:
    return httpx.MockTransport(lambda request: httpx.Response(200, json=body))


#: A byte that is not UTF-8 as ``os.environ`` has it, a line break, and a letter that no header may
#: have.
SECRETS = ["caf\udce9", "a\r\nX: y", "mật khẩu", "", "\x00", "x" * 100_000]
HOST = "https://a.example.vn"
APPLICATION = dict.fromkeys(("AccessKey", "AppName", "PartnerCode", "PartnerCodeCus"), "a")
TOKEN = {"access_token": "abc", "token": "abc"}


def call_igate(secret: str) -> None:
    IgateClient(
        "src",
        transport(answering(TOKEN)),
        IgateDeployment(HOST, HOST),
        Account("a", lambda: secret),
    ).login()


def call_igate_as_user(secret: str) -> None:
    IgateClient(
        "src",
        transport(answering(TOKEN)),
        IgateDeployment(HOST, HOST),
        Account("a", username="u", password=lambda: secret),
    ).login()


def call_ministry(secret: str) -> None:
    MinistryClient(
        "src", transport(answering(TOKEN)), MinistryDeployment(HOST, "a", lambda: secret)
    ).login()


def call_post(secret: str) -> None:
    access = ngsp_access("src", HOST, "k", lambda: secret)
    them = transport(answering(TOKEN))
    NgspClient("src", them, access, NgspDeployment({}, "c")).login()


def call_post_by_key(secret: str) -> None:
    access = lgsp_key_access("src", HOST, lambda: secret)
    them = transport(answering(TOKEN))
    NgspClient("src", them, access, NgspDeployment({}, "c")).login()


def call_population(secret: str) -> object:
    TokenAuth("src", transport(answering(TOKEN)), wso2_login(HOST, "k", lambda: secret)).log_in()
    login = lgsp_login(HOST, APPLICATION, lambda: secret, "u", lambda: secret)
    auth = TokenAuth("src", transport(answering(TOKEN)), login)
    return auth.send(lambda headers: headers())


def call_population_signed(secret: str) -> object:
    return SignedAuth(username="u", secret=lambda: secret, sign_path="/p").headers()


def call_payment(secret: str) -> object:
    return keypay_checksum(
        secret, addition_fee="", client_id="", command="", trans_amount="", transaction_id="",
        version="",
    )  # fmt: skip


@pytest.mark.parametrize("secret", SECRETS, ids=ascii)
@pytest.mark.parametrize(
    "use",
    [
        call_igate,
        call_igate_as_user,
        call_ministry,
        call_post,
        call_post_by_key,
        call_population,
        call_population_signed,
        call_payment,
    ],
)
def test_a_secret_that_cannot_be_sent_raises_an_error_without_the_secret(
    use: Callable[[str], object], secret: str
) -> None:
    try:
        use(secret)
    except KhopError as error:
        assert not secret.strip() or secret not in f"{error} {error!r} {vars(error)}"


@FUZZ
@given(host=texts | st.text(), path=texts | st.text(), value=texts | st.text())
def test_any_address_and_parameter_give_a_result_or_an_error(
    host: str, path: str, value: str
) -> None:
    them = transport(answering({}))
    for url in (f"http://a{host}/", f"http://a.vn/{path}", f"http://a.vn:{host}/{path}?{path}"):
        with suppress(KhopError):
            them.call("ask", "GET", url, params={value: value}, headers={"X-Value": value})
            them.call("send", "POST", url, form={value: value}, write=True)
            them.call("send", "POST", url, json={value: value}, write=True)
            them.call("ask", "GET", url, basic=(value, value))


@FUZZ
@given(name=texts | st.text(), kind=texts | st.text(max_size=30), content=st.binary(max_size=20))
def test_any_file_is_uploaded_or_refused(name: str, kind: str, content: bytes) -> None:
    body = {"code": 200, "data": [{"IdTepTin": "1"}], **TOKEN}
    client = MinistryClient(
        "src", transport(answering(body)), MinistryDeployment(HOST, "a", lambda: "s")
    )
    with suppress(KhopError):
        assert client.upload(name, content, kind).native_id == "1"
