"""XML of another system, read without trusting it.

No document type, no entity, no network, no nesting without end: a document that tries any of
it is refused before it costs memory.
"""

from __future__ import annotations

from collections.abc import Iterator

from lxml import etree

from khop.connectors.http.answers import Unusable


def read_xml(body: bytes) -> etree._Element:
    """The root element. Raises Unusable, a ValueError, for anything but plain XML."""
    if not body.strip():
        raise Unusable("an empty answer")
    # Without huge_tree the parser itself refuses 256 levels, and entities that multiply.
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
        raise Unusable("XML with a document type, which no system sends")
    return root


def local_name(element: etree._Element) -> str:
    """The name without its namespace; "" for what is no element."""
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
