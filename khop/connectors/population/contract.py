"""The contract of one operation in one deployment, and the requests that zeep builds from it.

Deployments differ in the order of the elements, in namespaces, and in whether the birth date is
a group or text. An ``xs:sequence`` has one order, and a schema one namespace. So the package
holds one WSDL with placeholders for the deployment's names, and the request's sequence is written
from the deployment's list. All deployments share the schemas of the answers.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from importlib.resources import files
from io import BytesIO
from string import Template
from typing import Any

from lxml import etree

from khop.connectors.http.xml import read_xml
from khop.connectors.population.fields import Value
from khop.connectors.population.shape import LONGEST, BirthForm, Operation, OperationShape

PERSONS_NAMESPACE = "http://www.mic.gov.vn/dancu/1.0"
SERVICE_NAMESPACE = "http://dancuquocgia.bca"
_XS = "{http://www.w3.org/2001/XMLSchema}"
_SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"


def wsdl_of(shape: OperationShape) -> bytes:
    """The WSDL of one operation in this deployment; ``check_shape`` has accepted ``shape``."""
    verdict = shape.operation is Operation.AUTHENTICATE
    names = {
        "operation": shape.operation.value,
        "namespace": shape.namespace,
        "answer_namespace": SERVICE_NAMESPACE if verdict else PERSONS_NAMESPACE,
        "answer_schema": "verdict.xsd" if verdict else "answers.xsd",
        "answer": "KetQuaXacThuc" if verdict else "CongdanCollection",
    }
    template = Template(_packaged("operation.wsdl").decode())
    root = read_xml(template.substitute(names).encode())
    sequence = next(root.iter(f"{_XS}sequence"))
    for name in shape.fields:
        sequence.append(_particle(name, shape.birth))
    written: bytes = etree.tostring(root, encoding="utf-8", xml_declaration=True)
    return written


def request_writer(shape: OperationShape) -> Callable[[Mapping[str, Value]], bytes]:
    """A function that makes the SOAP message of a request's elements. Importing zeep is slow, so
    it is imported here, for the first request."""
    client = zeep_client(shape)
    service = client.service

    def write(values: Mapping[str, Value]) -> bytes:
        envelope = client.create_message(service, shape.operation.value, **values)
        envelope.insert(0, etree.Element(f"{_SOAP}Header"))
        message: bytes = etree.tostring(envelope, encoding="utf-8", xml_declaration=True)
        return message

    return write


def zeep_client(shape: OperationShape) -> Any:
    """A zeep client of the contract of one operation, without access to a network."""
    import zeep

    untyped: Any = zeep.Client
    client = untyped(
        BytesIO(wsdl_of(shape)),
        transport=_PackagedFiles(),
        settings=zeep.Settings(strict=False, xml_huge_tree=False),
    )
    client.set_ns_prefix(shape.prefix, shape.namespace)
    return client


class _PackagedFiles:
    """zeep's transport: loads the package's schemas, and nothing else."""

    def load(self, url: str) -> bytes:
        return _packaged(url)


def _packaged(name: str) -> bytes:
    return (files("khop.connectors.population") / name).read_bytes()


def _particle(name: str, birth: BirthForm) -> etree._Element:
    element = etree.Element(f"{_XS}element", name=name, minOccurs="0")
    if name == "NgayThangNamSinh" and birth is BirthForm.NESTED:
        choice = etree.SubElement(etree.SubElement(element, f"{_XS}complexType"), f"{_XS}choice")
        for one in ("Nam", "NgayThangNam"):
            choice.append(_text(etree.Element(f"{_XS}element", name=one), LONGEST[name]))
        return element
    return _text(element, LONGEST[name])


def _text(element: etree._Element, longest: int) -> etree._Element:
    simple = etree.SubElement(element, f"{_XS}simpleType")
    restriction = etree.SubElement(simple, f"{_XS}restriction", base="xs:string")
    etree.SubElement(restriction, f"{_XS}maxLength", value=str(longest))
    return element
