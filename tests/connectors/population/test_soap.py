"""SOAP faults, and answers that are no SOAP."""

from __future__ import annotations

from typing import Any

import pytest

from khop.errors import ConnectorError, Refused, Unreachable
from tests.connectors.population.answers import (
    ASKED,
    SOAP,
    collection,
    envelope,
    persons,
    soap_answer,
    verdict,
)
from tests.connectors.scripted import Sample


def test_a_fault_under_200_is_a_fault(sample: Sample) -> None:
    with pytest.raises(Unreachable) as failed:
        verdict(sample("population/xacthuc-res-07-fault-in-200.xml"))
    assert (failed.value.code, failed.value.http_status) == ("Server", 200)
    assert failed.value.detail == "Loi ket noi toi dich vu nguon"


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("soapenv:Client", Refused),
        ("SOAP-ENV:Client.Authentication", Refused),
        ("env:MustUnderstand", Refused),
        ("Server", Unreachable),
        ("soapenv:Server.generalException", Unreachable),
        ("101503", Unreachable),
        ("", Unreachable),
    ],
)
def test_the_code_of_a_soap_fault_decides_its_class(
    code: str | None, kind: type[Exception]
) -> None:
    parts = f"<faultcode>{code}</faultcode><faultstring>So 001185012345</faultstring>"
    fault = f"<e:Fault>{parts}</e:Fault>"
    with pytest.raises(ConnectorError) as failed:
        persons(envelope(fault))
    assert type(failed.value) is kind
    assert "001185012345" not in str(failed.value)


def test_a_fault_of_soap_12_is_read() -> None:
    fault = (
        "<e:Fault><e:Code><e:Value>e:Sender</e:Value><e:Subcode><e:Value>x:y</e:Value></e:Subcode>"
        "</e:Code><e:Reason><e:Text>Sai</e:Text></e:Reason></e:Fault>"
    )
    with pytest.raises(Refused) as failed:
        persons(envelope(fault, "http://www.w3.org/2003/05/soap-envelope"))
    assert (failed.value.code, failed.value.detail) == ("Sender", "Sai")


@pytest.mark.parametrize(
    ("body", "why"),
    [
        (b"", "empty"),
        (b" \n", "empty"),
        (b"Thao tac khong thanh cong", "well-formed"),
        (b"<html><body>Bao tri</body></html>", "HTML"),
        (b"<!DOCTYPE html><html><head><meta></head></html>", "HTML"),
        (b'<Envelope xmlns="urn:x"><Body/></Envelope>', "not SOAP"),
        (b'<e:Envelope xmlns:e="http://schemas.xmlsoap.org/soap/envelope/"/>', "without a Body"),
        (envelope("<KetQua>1</KetQua>"), "KetQua in its place"),
        (envelope("<KetQua/>"), "KetQua in its place"),
        (envelope("<OpResponse><Ma>1</Ma></OpResponse>"), "OpResponse in its place"),
        (collection("<CongDan>")[:-60], "well-formed"),
        (b'<!DOCTYPE x [<!ENTITY a "b">]><x>&a;</x>', "document type"),
    ],
)
def test_other_bodies_are_no_soap_answer(body: Any, why: Any) -> None:
    with pytest.raises(ValueError, match=why):
        persons(body)


def test_a_multipart_answer_is_refused_with_advice() -> None:
    with pytest.raises(ValueError, match="plain XML"):
        SOAP.elements(soap_answer(b"--x", kind='Multipart/Related; type="text/xml"'), ASKED)
