"""A plain client of the simulated population database, and its signed messages."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from typing import Any

import httpx
from lxml import etree

from khop.loopback import LoopbackServer
from khop.sandbox.accounts.population import SECRET, SIGN_PATH, USERNAME
from khop.sandbox.common.application import Environment
from khop.sandbox.common.faults import NONE, Faults
from khop.sandbox.common.violations import Violations
from khop.sandbox.population.people import Person
from khop.sandbox.population.system import Population, PopulationOptions
from khop.sandbox.world.world import World

NOW = 1_787_563_800.0
SOAP = "{http://schemas.xmlsoap.org/soap/envelope/}"
BCA = "http://dancuquocgia.bca"
GTEL = "http://gtel.vn/qldc"
MIC = "{http://www.mic.gov.vn/dancu/1.0}"
LOOK_UP, VERIFY = "TraCuuThongTinCongDan", "XacThucThongTinCongDan"
KIN, HOUSEHOLD = "XacMinhThongTinNhanThan", "CungCapThongTinHoGiaDinh"
NUMBERS = {LOOK_UP: "037", VERIFY: "033", KIN: "004", HOUSEHOLD: "034"}

Fields = dict[str, Any]


class PopulationClient:
    """A client of one running server, without retries."""

    def __init__(self, app: Population, http: httpx.Client, violations: Violations) -> None:
        self.app = app
        self.http = http
        self.violations = violations
        self._numbers = count(1)

    def kinds(self) -> list[str]:
        return [violation.kind for violation in self.violations]

    def fields(self, person: Person, operation: str = LOOK_UP, **changes: Any) -> Fields:
        """A valid request about a person."""
        fields: Fields = {
            "MaYeuCau": f"KHOP-{next(self._numbers):08d}",
            "MaDVC": "1.001193",
            "MaTichHop": NUMBERS[operation],
            "MaCanBo": "motcua.mau",
            "SoDinhDanh": person.number,
            "HoVaTen": person.folded,
            "NgayThangNamSinh": {"NgayThangNam": f"{person.birth:%Y%m%d}"},
        }
        if operation == KIN:
            fields["NgayThangNamSinh"] = f"{person.birth:%Y-%m-%d}"
        known = {name: value for name, value in changes.items() if name in fields}
        return inserted(fields | known, changes)

    def send(
        self, operation: str, fields: Fields, *, space: str = BCA, **headers: str
    ) -> httpx.Response:
        body = message(operation, list(fields.items()), space)
        sent = {"Content-Type": "application/xml", "SOAPAction": '""'} | signed() | headers
        return self.http.post(SIGN_PATH, content=body, headers=sent)

    def ask(self, operation: str, person: Person, **changes: Any) -> Any:
        """The one element in the answer's body, or None."""
        space = GTEL if operation == KIN else BCA
        answer = self.send(operation, self.fields(person, operation, **changes), space=space)
        assert answer.status_code == 200, answer.text
        return content(answer.content)

    def verdict(self, person: Person, **changes: Any) -> bool:
        root = self.ask(VERIFY, person, **changes)
        assert local(root) in ("KetQuaXacThuc", "KetQuaXacThucResponse")
        assert etree.QName(root).namespace == BCA
        return {"true": True, "1": True, "false": False, "0": False}[root[0].text]

    def records(self, operation: str, person: Person, **changes: Any) -> list[Any]:
        root = self.ask(operation, person, **changes)
        return [] if root is None else list(root.findall(f"{MIC}CongDan"))


def inserted(fields: Fields, changes: Fields) -> Fields:
    """The fields with new ones before the name."""
    new = {name: value for name, value in changes.items() if name not in fields}
    rows = list(fields.items())
    place = list(fields).index("HoVaTen")
    return dict([*rows[:place], *new.items(), *rows[place:]])


def signed(
    *, stamp: str | None = None, user: str = USERNAME, secret: str = SECRET
) -> dict[str, str]:
    stamp = stamp or f"{NOW * 1000:.0f}"
    digest = hashlib.sha256(f"{SIGN_PATH}{user}{stamp}{secret}".encode()).hexdigest()
    return {"Authorization": in_basic(user, digest), "Timestamp": stamp}


def in_basic(first: str, second: str) -> str:
    return "Basic " + base64.b64encode(f"{first}:{second}".encode()).decode()


def message(operation: str, fields: list[tuple[str, Any]], space: str = BCA) -> bytes:
    root = etree.Element(f"{SOAP}Envelope", nsmap={"soapenv": SOAP[1:-1], "q": space})
    etree.SubElement(root, f"{SOAP}Header")
    call = etree.SubElement(etree.SubElement(root, f"{SOAP}Body"), f"{{{space}}}{operation}")
    for name, value in fields:
        element = etree.SubElement(call, f"{{{space}}}{name}")
        if isinstance(value, dict):
            for inner, content in value.items():
                etree.SubElement(element, f"{{{space}}}{inner}").text = content
        else:
            element.text = value
    written: bytes = etree.tostring(root, encoding="UTF-8")
    return written


def content(body: bytes) -> Any:
    found = etree.fromstring(body).find(f"{SOAP}Body")
    assert len(found) <= 1
    return found[0] if len(found) else None


def local(element: Any) -> str:
    return str(etree.QName(element).localname)


def text(record: Any, *names: str) -> str | None:
    """The text of a nested element; "" if it is empty, None if it is missing."""
    found = record.find("/".join(MIC + name for name in names))
    return None if found is None else found.text or ""


@contextmanager
def running_population(
    world: World, faults: Faults = NONE, clock: Callable[[], float] = lambda: 0.0, **options: Any
) -> Iterator[PopulationClient]:
    violations = Violations(world.register)
    app = Population(
        Environment(world, violations, faults, clock, lambda _: None),
        PopulationOptions(now=lambda: NOW, **options),
    )
    with LoopbackServer(app.answer) as server, httpx.Client(base_url=server.url, timeout=5) as http:
        yield PopulationClient(app, http, violations)


def person_in_database(client: PopulationClient, index: int = 0) -> Person:
    """A citizen of the database with a full birth date, the ``index``-th of them."""
    found = [
        person
        for each in range(100)
        if (person := client.app.people.citizen(each)) and not person.year_only
    ]
    return found[index]
