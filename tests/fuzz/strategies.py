"""Strategies for damaged input: values that no system should send, and samples with such values."""

from __future__ import annotations

import json
import math
from collections.abc import Callable, Sequence
from typing import Any

from hypothesis import strategies as st

#: Invented personal data, which must not be in an error, whatever field has it.
PERSONAL_NUMBERS = ("001085012345", "0990000001", "+84990000001", "012345678")
PERSONAL_MAIL = "nguyen.van.mau@example.vn"
PERSONAL_NAME = "Nguyễn Văn Mẫu Thử"

TEXTS = (
    "",
    " ",
    "\t\r\n",
    "\x00",
    "a\x00b\x1b[31m\x85",
    "\ud800",
    "x\udfffy",
    "\ufeff",
    "\u200b\u2060\u00ad",
    "\u202eabc\u202c",
    "\U0010ffff\ufffe",
    "é\u0301\u0323" * 20,
    "٣٤٥",
    "²³",
    "Ⅷ",
    "ŉǰΐ" * 8,
    "İı",
    "NaN",
    "-Infinity",
    "1e999",
    "0x10",
    "1_000",
    "9" * 18,
    "9" * 19,
    "9" * 400,
    "-1",
    "+0",
    "00",
    "0.0",
    "true",
    "null",
    "undefined",
    "[object Object]",
    "{}",
    "[[[[",
    '{"error_code":0,"result":[]}',
    '"\\ud800"',
    "<a/>",
    "<html>",
    "../../etc/passwd",
    "%00%zz",
    "${jndi:x}",
    "{0.__class__}",
    "https://[::1",
    "http://xn--/",
    "0001-01-01T00:00:00",
    "9999-12-31T23:59:59-12:00",
    "9999-12-31T23:59:59.9999999Z",
    "2025-02-30",
    "20250230",
    "00/00/0000",
    "2025-01-14T08:15:30+99:99",
    "31/12/2099 24:61:61",
    "a" * 5_000,
    "ệ" * 3_000,
    *PERSONAL_NUMBERS,
    PERSONAL_MAIL,
    PERSONAL_NAME,
)
_NUMBERS = (0, -1, 1, 2**31, 2**63, -(2**63) - 1, 10**18, 10**25, 10**400, 1e308, -0.0, 0.1, 1e-320)
_NO_NUMBERS = (math.nan, math.inf, -math.inf)

texts = st.sampled_from(TEXTS) | st.text(max_size=20)
scalars = (
    st.none()
    | st.booleans()
    | st.sampled_from(_NUMBERS)
    | st.sampled_from(_NO_NUMBERS)
    | st.integers()
    | st.floats()
    | texts
)
values = st.recursive(
    scalars,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=6,
)


def nested(depth: int, inner: Any = None) -> list[Any]:
    """Nested lists."""
    value = inner
    for _ in range(depth):
        value = [value]
    return [value]


def _paths(value: Any, here: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    found = [here]
    if isinstance(value, dict):
        for key in value:
            found += _paths(value[key], (*here, key))
    elif isinstance(value, list):
        for place in range(len(value)):
            found += _paths(value[place], (*here, place))
    return found


def _changed(value: Any, path: Sequence[Any], change: Callable[[Any], Any]) -> Any:
    if not path:
        return change(value)
    copy = value.copy()
    copy[path[0]] = _changed(value[path[0]], path[1:], change)
    return copy


def _without(value: Any, path: Sequence[Any]) -> Any:
    if not path:
        return None

    def drop(parent: Any) -> Any:
        copy = parent.copy()
        del copy[path[-1]]
        return copy

    return _changed(value, path[:-1], drop)


def _renamed(value: Any, path: Sequence[Any], name: str) -> Any:
    if not path or not isinstance(path[-1], str):
        return value

    def rename(parent: Any) -> Any:
        return {(name if key == path[-1] else key): item for key, item in parent.items()}

    return _changed(value, path[:-1], rename)


_SPELLINGS: tuple[Callable[[str], str], ...] = (
    str.upper,
    str.lower,
    str.swapcase,
    lambda key: f" {key} ",
    lambda key: f"{key}_",
    lambda key: key[::-1],
    lambda key: f"\ufeff{key}",
)


@st.composite
def damaged(draw: st.DrawFn, samples: Sequence[Any], most: int = 4) -> Any:
    """A sample with up to ``most`` of its values dropped, renamed, replaced, wrapped, repeated or
    written as text."""
    value = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, most))):
        path = draw(st.sampled_from(_paths(value)))
        value = draw(st.sampled_from(_DAMAGES))(draw, value, path)
    return value


def _replace(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    other = draw(values)
    return _changed(value, path, lambda _: other)


def _plant(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    other = draw(st.sampled_from((*PERSONAL_NUMBERS, PERSONAL_MAIL, PERSONAL_NAME)))
    return _changed(value, path, lambda _: other)


def _drop(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    return _without(value, path)


def _rename(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    if not path or not isinstance(path[-1], str):
        return value
    return _renamed(value, path, draw(st.sampled_from(_SPELLINGS))(path[-1]))


def _wrap(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    key = draw(st.sampled_from(("", "data", "result", "content", "id", "name", "$oid")))
    return _changed(value, path, lambda old: {key: old} if key else [old])


def _double(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    return _changed(value, path, lambda old: [*old, *old] if isinstance(old, list) else [old, old])


def _as_text(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    return _changed(value, path, lambda old: json.dumps(old, ensure_ascii=True))


def _deepen(draw: st.DrawFn, value: Any, path: Sequence[Any]) -> Any:
    depth = draw(st.sampled_from((5, 40, 150, 300)))
    return _changed(value, path, lambda old: nested(depth, old))


_DAMAGES = (_replace, _replace, _plant, _drop, _rename, _wrap, _double, _as_text, _deepen)


@st.composite
def json_bytes(draw: st.DrawFn, samples: Sequence[Any]) -> bytes:
    """A damaged sample as bytes: in unusual encodings, truncated, or with repeated keys."""
    value = draw(damaged(samples))
    text = json.dumps(value, ensure_ascii=draw(st.booleans()))
    if draw(st.integers(0, 9)) == 0:
        text = text.replace('{"', '{"id": 1, "id": null, "', 1)
    encoding = draw(st.sampled_from(("utf-8",) * 6 + ("utf-8-sig", "utf-16", "utf-32-le")))
    return draw(_torn(text.encode(encoding, "surrogatepass")))


@st.composite
def _torn(draw: st.DrawFn, body: bytes) -> bytes:
    """Mostly the whole body; sometimes truncated, or with other bytes in it."""
    match draw(st.integers(0, 11)):
        case 0:
            return body[: draw(st.integers(0, len(body)))]
        case 1:
            place = draw(st.integers(0, len(body)))
            return body[:place] + draw(st.binary(max_size=8)) + body[place:]
        case 2:
            return body + draw(st.sampled_from((b"\x00", b"}", b" \n", b"null", b"<!-- -->")))
    return body


_INSERTS = (
    b"<!-- c -->",
    b"<?pi x?>",
    b"<![CDATA[<x>&]]>",
    b"<x/>",
    b"<TonTai>true</TonTai>",
    b"<CongDan/>",
    b"&amp;",
    b"&nope;",
    b"&#0;",
    b"&#xD800;",
    b"&#65;",
    b"<a:b/>",
    b'<b xmlns="urn:x"/>',
    b"001085012345",
    "Nguyễn Văn Mẫu Thử".encode(),
    b"\x00",
    b"\xff",
    b"u000a",
    b"\\n",
)
_HEADS = (
    b"",
    b"\xef\xbb\xbf",
    b" \n",
    b'<?xml version="1.0"?>',
    b'<?xml version="1.1" encoding="UTF-8"?>',
    b'<?xml version="1.0" encoding="utf-16"?>',
    b'<?xml version="1.0" encoding="nope"?>',
    b"<!DOCTYPE x>",
    b'<!DOCTYPE x [<!ENTITY e "e">]>',
    b'<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/hostname">]>',
    b'<!DOCTYPE x SYSTEM "http://127.0.0.1:1/x.dtd">',
    b'<?xml-stylesheet href="x"?>',
    b"HTTP/1.1 200 OK\r\n\r\n",
)
_SWAPS = (
    (b"Envelope", b"envelope"),
    (b"Body", b"Header"),
    (b"http://schemas.xmlsoap.org/soap/envelope/", b"http://www.w3.org/2003/05/soap-envelope"),
    (b"http://schemas.xmlsoap.org/soap/envelope/", b"urn:none"),
    (b"http://www.mic.gov.vn/dancu/1.0", b"http://gtel.vn/qldc"),
    (b"http://www.mic.gov.vn/dancu/1.0", b"urn:none"),
    (b"http://dancuquocgia.bca", b""),
    (b"CongdanCollection", b"CongDan"),
    (b"CongDan>", b"CongdanCollection>"),
    (b"TonTai>", b"tontai>"),
    (b"true", b"TRUE"),
    (b"true", b"001085012345"),
    (b"HoVaTen>", b"SoDinhDanh>"),
    (b"SoDinhDanh>", b"Ten>"),
    (b"soapenv:", b""),
    (b"faultcode", b"faultstring"),
    (b"</", b"< /"),
    (b">", b"> "),
)


@st.composite
def xml_bytes(draw: st.DrawFn, samples: Sequence[bytes]) -> bytes:
    """A sample document with other names, inserted text, or another head."""
    body = draw(st.sampled_from(samples))
    for _ in range(draw(st.integers(0, 3))):
        old, new = draw(st.sampled_from(_SWAPS))
        body = body.replace(old, new)
    for _ in range(draw(st.integers(0, 3))):
        body = _inserted(draw, body)
    if draw(st.integers(0, 3)) == 0:
        if body.startswith(b"<?xml"):
            body = body[body.find(b">") + 1 :]
        body = draw(st.sampled_from(_HEADS)) + body
    return draw(_torn(body))


def _inserted(draw: st.DrawFn, body: bytes) -> bytes:
    """The body with text inserted after a tag, or with a part between tags repeated or removed."""
    ends = [place + 1 for place, sign in enumerate(body) if sign == 0x3E]
    if not ends:
        return body
    place = draw(st.sampled_from(ends))
    match draw(st.integers(0, 4)):
        case 0:
            other = draw(st.sampled_from(ends))
            return body[: min(place, other)] + body[max(place, other) :]
        case 1:
            other = draw(st.sampled_from(ends))
            first, last = min(place, other), max(place, other)
            return body[:last] + body[first:last] + body[last:]
        case 2:
            depth = draw(st.sampled_from((3, 100, 300)))
            return body[:place] + b"<n>" * depth + b"</n>" * depth + body[place:]
    return body[:place] + draw(st.sampled_from(_INSERTS)) + body[place:]
