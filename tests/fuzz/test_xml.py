"""Any XML is a plain document, or refused with a ValueError before it uses memory."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from khop.connectors.http.answers import Answer
from khop.connectors.http.gateways import gateway_error
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.http.xml import children, local_name, namespace, read_xml
from khop.connectors.population.soap import body_elements, fault_in, text_bytes, with_breaks
from khop.errors import ConnectorError
from tests.fuzz.answers import assert_error_fits, assert_nothing_personal
from tests.fuzz.profile import FUZZ
from tests.fuzz.samples import raw
from tests.fuzz.strategies import PERSONAL_NUMBERS, texts, xml_bytes

SAMPLES = raw("population", "*.xml")
READ, WRITE = CallOutcome("src", "ask", False), CallOutcome("src", "send", True)


def root_or_refused(body: bytes) -> etree._Element | None:
    try:
        return read_xml(body)
    except ValueError as refusal:
        assert not any(number in str(refusal) for number in PERSONAL_NUMBERS)
        return None


@FUZZ
@given(xml_bytes(SAMPLES) | st.binary(max_size=200))
def test_any_bytes_are_a_plain_document_or_refused(body: bytes) -> None:
    root = root_or_refused(body)
    if root is not None:
        assert not root.getroottree().docinfo.doctype
        for element in root.iter():
            assert isinstance(element.tag, str)
            assert local_name(element)
            assert isinstance(namespace(element), str)
            assert all(name for name, _ in children(element))


@FUZZ
@given(xml_bytes(SAMPLES), st.integers(100, 599))
def test_any_answer_gives_elements_or_an_error(body: bytes, status: int) -> None:
    for outcome in (READ, WRITE):
        for read in (body_elements, fault_in):
            found: object
            try:
                found = read(body, outcome, status)
            except ConnectorError as error:
                found = error
            except ValueError as refusal:
                assert not any(number in str(refusal) for number in PERSONAL_NUMBERS)
                continue
            if isinstance(found, ConnectorError):
                assert_nothing_personal(found)
                assert_error_fits(found, write=outcome.write)
        failure = gateway_error(Answer(status, {}, body), outcome)
        assert failure is None or isinstance(failure, ConnectorError)


@FUZZ
@given(st.text() | texts)
def test_any_text_from_json_is_a_plain_document_or_refused(text: str) -> None:
    root_or_refused(text_bytes(text))
    root_or_refused(with_breaks(text_bytes(f"<a>{text}</a>")))


@FUZZ
@given(
    st.text(st.characters(exclude_categories=["Cs", "Cc"], exclude_characters="<&\ufffe\uffff")),
    st.sampled_from(["utf-8", "utf-8-sig", "utf-16"]),
)
def test_the_encoding_of_a_document_makes_no_difference(text: str, encoding: str) -> None:
    root = read_xml(f"<a>{text}</a>".encode(encoding))
    assert (root.text or "") == text


@pytest.mark.parametrize(
    "head",
    [
        b'<!DOCTYPE a [<!ENTITY e "e">]><a>&e;</a>',
        b'<!DOCTYPE a [<!ENTITY e SYSTEM "file:///etc/hostname">]><a>&e;</a>',
        b'<!DOCTYPE a SYSTEM "file:///etc/hostname"><a/>',
        b'<!DOCTYPE a PUBLIC "x" "http://127.0.0.1:1/x.dtd"><a/>',
        b'<!DOCTYPE a [<!ENTITY % p SYSTEM "file:///etc/hostname"> %p;]><a/>',
        b'<!DOCTYPE a [<!ATTLIST a x CDATA "y">]><a/>',
        b"<!DOCTYPE a><a/>",
        b"<!doctype html><html></html>",
        b"<a>&e;</a>",
        b'<a xmlns:xi="http://www.w3.org/2001/XInclude"><xi:include href="file:///etc/hostname"',
    ],
)
def test_a_document_with_declarations_is_refused(head: bytes) -> None:
    with pytest.raises(ValueError, match=r"document type|well-formed"):
        read_xml(head)


def test_an_inclusion_is_not_followed() -> None:
    include = b'<xi:include href="file:///etc/hostname" parse="text"/>'
    root = read_xml(b'<a xmlns:xi="http://www.w3.org/2001/XInclude">%b</a>' % include)
    assert [local_name(child) for child in root] == ["include"]
    assert not root[0].text
