"""Reads untrusted XML.

A document with a document type, entities, network references or very deep nesting is refused
before it takes memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from khop.connectors.http.answers import Unusable


def read_xml(body: bytes) -> etree._Element:
    """The root element. Raises Unusable, a ValueError, for anything but plain XML."""
    if not body.strip():
        raise Unusable("an empty answer")
    # Without huge_tree the parser refuses 256 levels of nesting and expanding entities.
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        huge_tree=False,
        remove_comments=True,
        remove_pis=True,
    )
    try:
        root = etree.fromstring(body.lstrip(), parser)
    except etree.XMLSyntaxError:
        raise Unusable("an answer that is no well-formed XML") from None
    except (UnicodeError, LookupError, ValueError):
        raise Unusable("XML that cannot be decoded") from None
    if root is None:
        raise Unusable("an answer that is no well-formed XML")
    if root.getroottree().docinfo.doctype:
        raise Unusable("XML with a document type, which is not accepted")
    return root


def local_name(element: etree._Element) -> str:
    """The name without its namespace; "" for a comment or processing instruction."""
    tag = element.tag
    return etree.QName(tag).localname if isinstance(tag, str) else ""


def namespace(element: etree._Element) -> str:
    """The namespace, "" for none."""
    tag = element.tag
    return (etree.QName(tag).namespace or "") if isinstance(tag, str) else ""


def children(element: etree._Element) -> Iterator[tuple[str, etree._Element]]:
    """(local name, element) of each child, in order."""
    for child in element:
        if name := local_name(child):
            yield name, child
