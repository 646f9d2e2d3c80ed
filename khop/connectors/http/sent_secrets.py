"""Strikes the secrets and tokens of a request from the answer that quotes them.

A refusal such as "bad request: client_secret=…" would carry the secret into an error, a log and the
ledger. A secret is struck in any form in which programs quote it: as it is, percent-encoded, in
JSON or XML escapes (of some letters or of all), in hexadecimal, over several lines, with markup or
signs of no width between its letters, and in Base64 at any place of a longer text, such as a whole
Basic header or body. So is its beginning, where a text was cut.
"""

from __future__ import annotations

import base64
import json
import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import replace

from khop.connectors.http.answers import Answer
from khop.connectors.http.unescaped import unescaped

_STRUCK = "[…]"
_SHORTEST = 3
#: Shorter ones are not looked for across blanks: they could stand there by chance.
_SHORTEST_BARE = 6
#: The longest text, in characters, that is searched without its escapes; refusals are shorter.
_LONGEST_ESCAPED = 64 * 1024
#: Of a longer secret the encodings of each single letter are not looked for: it is a token, whose
#: letters need none.
_LONGEST_SPELT = 200
_SHORTEST_CORE = 4
#: A longer answer is not a refusal; what an error says of it is struck all the same.
_LONGEST_ANSWER = 1024 * 1024
#: Names of fields and headers that carry a secret.
_SECRET_NAME = re.compile(
    r"pass|pwd|mat_?khau|secret|token|session|credential|api_?-?key|auth|cookie|sign|assertion"
    r"|^key$",
    re.IGNORECASE,
)
_NAMED = {"&": "amp", "<": "lt", ">": "gt", '"': "quot", "'": "apos"}
#: A letter of Base64 that holds bits of the secret and of its neighbour.
_EDGE = r"[\w+/-]?"
_GAPS = r"(?:\\+[rn]|%0[ad]|\s)*"


def secrets_of(value: object, *, named: bool = False) -> Iterator[str]:
    """The texts of a form, a JSON value or headers whose field has the name of a secret.
    ``named``: ``value`` itself is the value of such a field."""
    match value:
        case str() if named:
            yield from _with_scheme(value)
        case int() if named and not isinstance(value, bool):
            yield str(value)
        case Mapping():
            for name, item in value.items():
                secret = named or _SECRET_NAME.search(str(name)) is not None
                yield from secrets_of(item, named=secret)
        case list() | tuple():
            for item in value:
                yield from secrets_of(item, named=named)


def struck(answer: Answer, secrets: Iterable[str]) -> Answer:
    """The answer without these texts in its body and headers; the same object where it has none."""
    secrets = tuple(secrets)
    if len(answer.body) > _LONGEST_ANSWER:
        return answer
    text = answer.body.decode(json.detect_encoding(answer.body), "replace")
    clean = without_secrets(text, secrets)
    headers = {name: without_secrets(value, secrets) for name, value in answer.headers.items()}
    if clean == text and headers == dict(answer.headers):
        return answer
    return replace(answer, headers=headers, body=answer.body if clean == text else clean.encode())


def without_secrets(text: str, secrets: Iterable[str]) -> str:
    """The text without these texts in any form."""
    wanted = {secret for secret in map(str.strip, secrets) if len(secret) >= _SHORTEST}
    if (pattern := _pattern(wanted)) is not None:
        text = pattern.sub(_STRUCK, text)
    bare = {kept for secret in wanted if len(kept := unescaped(secret).text) >= _SHORTEST_BARE}
    pattern = _pattern(bare)
    if pattern is None or len(text) > _LONGEST_ESCAPED:
        return text
    found = unescaped(text)
    for start, end in reversed([found.place(each) for each in pattern.finditer(found.text)]):
        text = f"{text[:start]}{_STRUCK}{text[end:]}"
    return text


def _with_scheme(value: str) -> Iterator[str]:
    """The value of a header or field, and what follows ``Bearer``, ``Basic`` and the like."""
    yield value
    _, blank, rest = value.strip().partition(" ")
    if blank:
        yield rest.strip()


def _pattern(secrets: Collection[str]) -> re.Pattern[str] | None:
    """The expression of all forms of these secrets, the longest first."""
    forms = [form for text in sorted(secrets, key=len, reverse=True) for form in _forms(text)]
    return re.compile("|".join(forms), re.IGNORECASE) if forms else None


def _forms(secret: str) -> Iterator[str]:
    spelt = len(secret) <= _LONGEST_SPELT
    yield _begun([_letter(letter, spelt=spelt) for letter in secret])
    raw = secret.encode("utf-8", "surrogatepass")
    yield raw.hex()
    for offset in range(3):
        # Of the letter before and after these some bits belong to the neighbours of the secret.
        coded = base64.b64encode(b"\0" * offset + raw).decode().rstrip("=")
        first = -(-offset * 8 // 6)
        last = (offset + len(raw)) * 8 // 6
        core = coded[first:last]
        if len(core) >= _SHORTEST_CORE:
            gap = _GAPS if spelt else ""
            letters = [(gap if place else "") + _letter(each) for place, each in enumerate(core)]
            yield _EDGE * bool(offset) + _begun(letters) + _EDGE


def _begun(letters: list[str]) -> str:
    """All letters, or the first half of them and as many more as there are."""
    need = max(6, -(-len(letters) // 2))
    if len(letters) <= need or len(letters) > _LONGEST_SPELT:
        return "".join(letters)
    more = letters[need:]
    return "".join(letters[:need]) + "".join(f"(?:{each}" for each in more) + ")?" * len(more)


def _letter(letter: str, *, spelt: bool = True) -> str:
    """One letter in every encoding of it."""
    plain = re.escape(letter)
    if not spelt or (letter.isascii() and letter.isalnum()):
        return plain
    code = ord(letter)
    raw = letter.encode("utf-8", "surrogatepass")
    utf16 = letter.encode("utf-16-be", "surrogatepass")
    units = [utf16[start : start + 2].hex() for start in range(0, len(utf16), 2)]
    forms = [
        "".join(f"%(?:25)*{byte:02x}" for byte in raw),
        "".join(rf"\\{{1,8}}u{unit}" for unit in units),
        rf"&(?:amp;)*#0*{code};",
        rf"&(?:amp;)*#x0*{code:x};",
        plain,
    ]
    if letter == " ":
        forms.append(r"\+")
    if letter in "+/":
        forms.append("-" if letter == "+" else "_")
    if letter in _NAMED:
        forms.insert(0, f"&(?:amp;)*{_NAMED[letter]};")
    if letter == "\\":
        return rf"(?:\\{{1,8}}|{'|'.join(forms[:-1])})"
    return rf"(?:\\{{0,8}}(?:{'|'.join(forms)}))"
