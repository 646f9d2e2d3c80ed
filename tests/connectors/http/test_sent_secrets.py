"""No secret that was sent comes back in an error, in whatever form it is quoted."""

from __future__ import annotations

import base64
import html
import json
from collections.abc import Callable
from typing import Any
from urllib.parse import quote, quote_plus
from xml.sax.saxutils import escape

import httpx
import pytest

from khop.connectors.http.answers import Answer
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.sent_secrets import secrets_of, struck, without_secrets
from khop.errors import ConnectorError, Refused, Unauthorised
from tests.connectors.scripted import Script, TransportTo

URL = "https://x.example.vn/token"
#: With letters that every encoding writes otherwise.
SECRET = "B1/m+t&k\"h<ẩ>u=\\7'x y"
PLAIN = "s3cret-of-tests-0099"


def b64(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "percent": lambda text: quote(text, safe=""),
    "percent, lower case": lambda text: quote(text, safe="").lower(),
    "form": quote_plus,
    "percent twice": lambda text: quote(quote(text, safe=""), safe=""),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, not ASCII": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON twice": lambda text: json.dumps(json.dumps(text))[1:-1],
    "JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON of Gson": lambda text: json.dumps(text)[1:-1].replace("<", "\\u003c"),
    "XML": escape,
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "XML, numbers": lambda text: text.encode("ascii", "xmlcharrefreplace").decode(),
    "upper case": str.upper,
    "hexadecimal": lambda text: text.encode().hex(),
    "Base64": b64,
    "Basic header": lambda text: b64(f"client:{text}"),
    "Basic header, other length": lambda text: b64(f"client1:{text}"),
    "Base64 of a body": lambda text: b64(f"grant_type=password&p={text}&scope=openid"),
    "Base64 in an address": lambda text: base64.urlsafe_b64encode(f"ab{text}c".encode()).decode(),
    "Base64, percent": lambda text: quote(b64(f"a{text}"), safe=""),
    "Base64 in lines": lambda text: base64.encodebytes(f"{'x' * 50}{text}".encode()).decode(),
    "percent, each letter": lambda text: "".join(f"%{byte:02X}" for byte in text.encode()),
    "percent twice, each letter": lambda text: "".join(f"%25{byte:02x}" for byte in text.encode()),
    "JSON, each letter": lambda text: "".join(f"\\u{ord(sign):04X}" for sign in text),
    "bytes of C": lambda text: "".join(f"\\x{byte:02x}" for byte in text.encode()),
    "bytes of C, octal": lambda text: "".join(f"\\{byte:03o}" for byte in text.encode()),
    "XML, each letter": lambda text: "".join(f"&#{ord(sign)};" for sign in text),
    "XML, each letter in hexadecimal": lambda text: "".join(f"&#x{ord(sign):X};" for sign in text),
    "bytes in hexadecimal": lambda text: text.encode().hex(" ").upper(),
    "bytes with colons": lambda text: text.encode().hex(":"),
    "a list of bytes": lambda text: str(list(text.encode())),
    "signed bytes": lambda text: str([byte - byte // 128 * 256 for byte in text.encode()]),
    "over two lines": lambda text: f"{text[:7]}\n{text[7:]}",
    "over two lines of JSON": lambda text: json.dumps(f"{text[:7]}\r\n{text[7:]}")[1:-1],
    "with blanks": " ".join,
    "with signs of no width": "\u200b".join,
    "with markup": "<b>".join,
    "in JSON, in an address": lambda text: quote(json.dumps(text)[1:-1], safe=""),
    "its first half, cut": lambda text: text[: len(text) // 2 + 2],
}  # fmt: skip


def leaks(text: str, secret: str, spelt: Callable[[str], str]) -> bool:
    """Whether a part of the quoted form that says something of the secret is still in the text."""
    form, other = spelt(secret), spelt("Q" * len(secret.encode()))
    parts = (form[start : start + 8] for start in range(max(len(form) - 7, 1)))
    return any(part in text for part in parts if part not in other)


@pytest.mark.parametrize("spelt", FORMS.values(), ids=FORMS.keys())
@pytest.mark.parametrize("secret", [SECRET, PLAIN], ids=["odd", "plain"])
def test_a_secret_is_struck_in_every_form(secret: str, spelt: Callable[[str], str]) -> None:
    clean = without_secrets(f"bad request: {spelt(secret)} end", [secret])
    assert "[…]" in clean
    assert clean.startswith("bad request: ")
    assert clean.endswith(" end")
    assert not leaks(clean, secret, spelt)


def test_text_without_a_secret_stays_as_it_is() -> None:
    text = "invalid_client: Mật khẩu không đúng; service s3 is down"
    assert without_secrets(text, [SECRET, PLAIN, "ab", ""]) == text
    answer = Answer(401, {"x": "y"}, text.encode())
    assert struck(answer, [SECRET, PLAIN]) is answer


def test_a_long_token_is_struck() -> None:
    token = "eyJ" + "aB3_-." * 400
    assert without_secrets(f"token {token} expired", [token]) == "token […] expired"


def test_secrets_are_found_by_the_names_of_their_fields() -> None:
    sent = {
        "username": "h99", "password": "p4ss", "client_secret": "c0nf", "code": "H99.1",
        "data": [{"session": "k3y", "MaHoSo": "H99.2"}], "MatKhau": "mk1",
        "Authorization": "Bearer t0k", "n": 5, "token": None, "pin_password": 1234,
    }  # fmt: skip
    assert set(secrets_of(sent)) == {"p4ss", "c0nf", "k3y", "mk1", "Bearer t0k", "t0k", "1234"}


SENT: list[tuple[str, dict[str, Any]]] = [
    (SECRET, {"basic": ("client", SECRET)}),
    (SECRET, {"form": {"grant_type": "password", "password": SECRET}}),
    (SECRET, {"json": {"username": "h99", "password": SECRET}}),
    (PLAIN, {"headers": {"Authorization": f"Bearer {PLAIN}"}}),
    (PLAIN, {"headers": {"token": PLAIN}}),
    (SECRET, {"params": {"session": SECRET}}),
    (SECRET, {"content": SECRET.encode(), "secrets": (SECRET,)}),
]


@pytest.mark.parametrize(("secret", "sent"), SENT)
@pytest.mark.parametrize("key", ["message", "error"])
def test_no_refusal_quotes_what_was_sent(
    script: Script, transport_to: TransportTo, secret: str, sent: dict[str, Any], key: str
) -> None:
    def quoting(request: httpx.Request) -> httpx.Response:
        headers = request.headers.get("Authorization", "") + request.headers.get("token", "")
        opened = "" if "basic" not in sent else base64.b64decode(headers[6:]).decode()
        body = f"{request.content.decode()} {request.url}"
        return httpx.Response(401, json={key: f"{opened} {headers} {body} {secret}"})

    script.replies = [quoting]
    with pytest.raises(Unauthorised) as caught:
        transport_to(script).call("login", "POST", URL, **sent)
    quoted = (quote(secret), quote_plus(secret), b64(f"client:{secret}")[4:], secret[:9])
    for form in (secret, *quoted):
        assert form not in str(caught.value)
        assert form not in repr(vars(caught.value))


def test_a_secret_of_many_digits_is_struck_before_numbers_are_masked(
    script: Script, transport_to: TransportTo
) -> None:
    secret = "khoa-099000000001-bimat"
    script.replies = [httpx.Response(400, json={"message": f"sai {secret}"})]
    with pytest.raises(Refused) as caught:
        transport_to(script).call("login", "POST", URL, form={"password": secret})
    assert caught.value.detail == "sai […]"


def test_an_error_inside_a_good_answer_is_struck_too(
    script: Script, transport_to: TransportTo
) -> None:
    def judge(answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
        return outcome.error(Refused, answer.status, answer.text[:30], answer.text[:12])

    script.replies = [httpx.Response(200, text=f"{PLAIN} is wrong")]
    with pytest.raises(Refused) as caught:
        transport_to(script).call("op", "POST", URL, json={"password": PLAIN}, judge=judge)
    assert (caught.value.detail, caught.value.code) == ("[…] is wrong", "[…] is wrong")


def test_a_refusal_that_reads_otherwise_without_the_secret_says_nothing(
    script: Script, transport_to: TransportTo
) -> None:
    def judge(answer: Answer, outcome: CallOutcome) -> ConnectorError | None:
        kind = Refused if PLAIN in answer.text else Unauthorised
        return outcome.error(kind, answer.status, answer.text, "7")

    script.replies = [httpx.Response(200, text=f"no {PLAIN}")]
    with pytest.raises(Refused) as caught:
        transport_to(script).call("op", "POST", URL, json={"password": PLAIN}, judge=judge)
    assert (caught.value.detail, caught.value.code) == (None, None)


@pytest.mark.parametrize(
    "text", ["\\" * 100_000, "%25" * 20_000, "&amp;" * 12_000, "[1," * 20_000, "aa " * 20_000]
)
def test_a_long_row_of_escapes_takes_no_long_time(text: str) -> None:
    assert without_secrets(text, [SECRET, PLAIN]) == text


def test_a_secret_is_struck_and_the_rest_stays() -> None:
    spelt = "".join(f"%{byte:02X}" for byte in PLAIN.encode())
    assert without_secrets(f"p%C3%A1 <b>{spelt}</b> %20", [PLAIN]) == "p%C3%A1 <b>[…]</b> %20"
