"""The body of a SOAP answer, or its fault.

An answer may be packed once more: as escaped text or CDATA in the only element of a gateway's own
answer. A namespace may be absent.

A fault may come under any HTTP status, 200 too (docs/systems/population.md)::

    Client, Sender, VersionMismatch, MustUnderstand    Refused
    Server, Receiver, and any other code               Unreachable
"""

from __future__ import annotations

import html
import re
from collections.abc import Sequence

from lxml import etree

from khop.connectors.http.answers import Unusable, read_json
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.xml import children, local_name, namespace, read_xml
from khop.errors import ConnectorError, Refused
from khop.text.masking import short_text

_ENVELOPES = (
    "http://schemas.xmlsoap.org/soap/envelope/",
    "http://www.w3.org/2003/05/soap-envelope",
    "",
)
_DEEPEST = 3
_CDATA = re.compile(r"<!\[CDATA\[(.*)\]\]>", re.DOTALL)
_OF_THE_CALLER = ("client", "sender", "versionmismatch", "mustunderstand")
_LONGEST_CODE = 40
_PAGE = re.compile(rb"\s*<(?:!doctype\s+)?html[\s>]", re.IGNORECASE)
# A gateway lost the backslashes of JSON escapes, so that line breaks arrive as these letters.
_LOST_BREAK = r"\\?u000[9adAD]|\\[nrt]"
_BREAKS_LOST = re.compile(rf">\s*(?:{_LOST_BREAK})".encode())
_LOST_BREAKS = re.compile(_LOST_BREAK.encode())
#: The XML declaration of a text inside JSON names an encoding that the text no longer has.
_DECLARATION = re.compile(r"^\s*<\?xml[^>]*\?>")


def body_elements(
    body: bytes, outcome: CallOutcome, status: int, depth: int = 0
) -> tuple[etree._Element, ...]:
    """The elements of the Body, or the root of an answer without envelope, as some fronts send.

    Raises ConnectorError for a SOAP fault; ValueError for an answer that is no SOAP.
    """
    if _PAGE.match(body):
        raise Unusable("a page of HTML in place of a SOAP answer")
    root = read_xml(with_breaks(body))
    if local_name(root) != "Envelope":
        return _unpacked((root,), outcome, status, depth)
    if namespace(root) not in _ENVELOPES:
        raise Unusable("an envelope that is not SOAP's")
    for name, child in children(root):
        if name == "Body" and namespace(child) == namespace(root):
            found = _without_fault(tuple(e for _, e in children(child)), outcome, status)
            return _unpacked(found, outcome, status, depth)
    raise Unusable("a SOAP answer without a Body")


def xml_within(value: object) -> str | None:
    """The XML in a text, also where it is escaped, in CDATA, or a JSON text; None for no XML."""
    text = value.strip("\ufeff \t\r\n") if isinstance(value, str) else ""
    for _ in range(_DEEPEST):
        if cdata := _CDATA.fullmatch(text):
            text = cdata[1].strip()
        elif text.startswith("&lt;"):
            text = html.unescape(text).strip()
        elif text.startswith('"'):
            text = _json_text(text)
    return text if text.startswith("<") else None


def _json_text(text: str) -> str:
    try:
        inner = read_json(text)
    except ValueError:
        return ""
    return inner.strip() if isinstance(inner, str) else ""


def _unpacked(
    found: tuple[etree._Element, ...], outcome: CallOutcome, status: int, depth: int
) -> tuple[etree._Element, ...]:
    """The elements, or those of the XML that is their only text."""
    texts = [text for text in _texts(found) if text.strip()]
    packed = xml_within(texts[0]) if len(texts) == 1 and depth < _DEEPEST else None
    if packed is None:
        return found
    return body_elements(text_bytes(packed), outcome, status, depth + 1)


def _texts(found: Sequence[etree._Element]) -> list[str]:
    return [str(text) for element in found for text in element.itertext()]


def text_bytes(text: str) -> bytes:
    """The bytes of XML that came as text inside JSON, for the XML reader."""
    return _DECLARATION.sub("", text.lstrip("\ufeff")).encode("utf-8", "replace")


def fault_in(body: bytes, outcome: CallOutcome, status: int) -> ConnectorError | None:
    """The SOAP fault of an answer of any status; None where no fault can be read."""
    if b"Fault" not in body:
        return None
    try:
        body_elements(body, outcome, status)
    except ConnectorError as fault:
        return fault
    except ValueError:
        return None
    return None


def with_breaks(body: bytes) -> bytes:
    """``body`` with white space where a gateway wrote ``u000a`` for a line break."""
    if b"u000" not in body and b"\\" not in body:
        return body
    return _LOST_BREAKS.sub(b" ", body) if _BREAKS_LOST.search(body) else body


def _without_fault(
    found: tuple[etree._Element, ...], outcome: CallOutcome, status: int
) -> tuple[etree._Element, ...]:
    for element in found:
        if local_name(element) == "Fault" and namespace(element) in _ENVELOPES:
            raise _fault(element, outcome, status)
    return found


def _fault(element: etree._Element, outcome: CallOutcome, status: int) -> ConnectorError:
    parts = {name.casefold(): child for name, child in children(element)}
    code = _text(_value_of(parts.get("faultcode", parts.get("code"))))
    reason = short_text(_text(parts.get("faultstring", parts.get("reason")))) or None
    kind = code.rpartition(":")[2]
    shown = short_text(kind)[:_LONGEST_CODE] or None
    if kind.casefold().startswith(_OF_THE_CALLER):
        return outcome.error(Refused, status, reason, shown)
    return outcome.unanswered(status, reason or "the service reported a fault", shown)


def _value_of(code: etree._Element | None) -> etree._Element | None:
    """The element with the code: SOAP 1.2 has it in ``Value``, beside an optional ``Subcode``."""
    if code is None:
        return None
    return next((child for name, child in children(code) if name == "Value"), code)


def _text(element: etree._Element | None) -> str:
    return "" if element is None else "".join(element.itertext()).strip()
