"""SOAP 1.1 of the population database: requests, answers and faults.

Source: docs/systems/population.md.
"""

from __future__ import annotations

from collections.abc import Iterable
from random import Random
from typing import Any

from lxml import etree

from khop.loopback import Response

SOAP = "http://schemas.xmlsoap.org/soap/envelope/"
BCA = "http://dancuquocgia.bca"
GTEL = "http://gtel.vn/qldc"
MIC = "http://www.mic.gov.vn/dancu/1.0"

#: The elements of a message: (local name, text or children), in order.
Tree = list[tuple[str, "str | Tree"]]


class NotSoap(Exception):
    """The body is no SOAP 1.1 message with exactly one element."""


def read_call(body: bytes) -> Any:
    """The element of the operation in a request. Raises NotSoap."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, remove_comments=True)
    try:
        envelope = etree.fromstring(body, parser)
    except (etree.XMLSyntaxError, ValueError):
        raise NotSoap from None
    found = envelope.find(f"{{{SOAP}}}Body")
    if envelope.tag != f"{{{SOAP}}}Envelope" or found is None or len(found) != 1:
        raise NotSoap
    return found[0]


def local_name(element: Any) -> str:
    """An element's name without its namespace."""
    return str(etree.QName(element).localname)


def as_tree(element: Any) -> Tree:
    """The elements under an element, without their namespaces."""
    return [
        (local_name(child), as_tree(child) if len(child) else (child.text or ""))
        for child in element
    ]


def spaces(element: Any) -> set[str]:
    """The namespaces of an element and of all elements under it."""
    return {etree.QName(each).namespace or "" for each in element.iter(etree.Element)}


def build(
    space: str, prefix: str | None, name: str, tree: Tree, attributes: dict[str, str] | None = None
) -> Any:
    """An element of one namespace with ``prefix``; None: the default namespace."""
    element = etree.Element(f"{{{space}}}{name}", nsmap={prefix: space})
    for key, value in (attributes or {}).items():
        element.set(key, value)
    _fill(element, space, tree)
    return element


def envelope(contents: Iterable[Any], rng: Random) -> bytes:
    """A message as the exchange writes it: with an unused namespace on header and body.

    The contents are serialised one by one, because under the body they would get its prefix.
    """
    pretty = rng.random() < 0.8
    written = b"".join(
        etree.tostring(element, encoding="UTF-8", pretty_print=pretty, xml_declaration=False)
        for element in contents
    )
    head = '<?xml version="1.0" encoding="UTF-8"?>\n' if rng.random() < 0.8 else ""
    head += f'<soapenv:Envelope xmlns:soapenv="{SOAP}"><soapenv:Header xmlns:dan="{BCA}"/>'
    body = f'<soapenv:Body xmlns:dan="{BCA}">'
    return f"{head}{body}".encode() + written + b"</soapenv:Body></soapenv:Envelope>"


def fault(status: int, side: str, text: str, rng: Random) -> Response:
    """A SOAP fault. ``side``: Client or Server. ``status``: 500, or 200 as some servers send."""
    element = etree.Element(f"{{{SOAP}}}Fault", nsmap={"soapenv": SOAP})
    etree.SubElement(element, "faultcode").text = f"soapenv:{side}"
    etree.SubElement(element, "faultstring").text = text
    etree.SubElement(element, "detail")
    return Response.of(envelope([element], rng), "text/xml;charset=UTF-8", status)


def _fill(element: Any, space: str, tree: Tree) -> None:
    for name, value in tree:
        child = etree.SubElement(element, f"{{{space}}}{name}")
        if isinstance(value, str):
            child.text = value or None
        else:
            _fill(child, space, value)
