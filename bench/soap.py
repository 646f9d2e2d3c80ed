"""Answers of the population database: khop's reader and zeep's on the same bytes.

Both must read equal values, or the run ends with an error. Their speed is measured.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from statistics import median
from typing import Any

from bench.measure import ROOT, Spent, alternated, keep
from khop.connectors.http.answers import Answer
from khop.connectors.http.outcomes import CallOutcome
from khop.connectors.population import (
    AnswerReader,
    DeploymentShape,
    Operation,
    OperationShape,
    SoapFront,
)
from khop.connectors.population.contract import zeep_client

SAMPLES = ROOT / "tests" / "samples" / "population"
#: Shapes of a record: all fields; many of them empty; two levels and few fields; split names.
SHAPES = (
    "tracuu-res-01-full-old-three-level",
    "tracuu-res-02-year-only-many-empty",
    "tracuu-res-03-two-level-2025-sparse",
    "tracuu-res-04-structured-names-test-env",
)
_SHAPE = OperationShape(
    Operation.LOOK_UP,
    "037",
    ("MaYeuCau", "SoDinhDanh", "HoVaTen"),
    "http://dancuquocgia.bca",
    "dan",
)
Peer = Callable[[bytes], list[tuple[Any, ...]]]


@dataclass(frozen=True)
class _Response:
    """The attributes of an HTTP response that zeep uses."""

    content: bytes
    status_code: int = 200
    encoding: str = "utf-8"
    headers: dict[str, str] = field(default_factory=lambda: {"Content-Type": "text/xml"})


def answers(records: int, each: int) -> list[bytes]:
    """``records`` records in answers of ``each`` records, the shapes in turn."""
    persons = [_person(name) for name in SHAPES]
    head, tail = _around(SHAPES[0])
    found = []
    for first in range(0, records, each):
        inside = [persons[n % len(persons)] for n in range(first, min(first + each, records))]
        found.append(head + b"\n".join(inside) + tail)
    return found


def khop_reader() -> Peer:
    """khop's reader as its client uses it: bytes to typed persons."""
    front, reader = SoapFront(DeploymentShape({})), AnswerReader()
    outcome = CallOutcome("population", Operation.LOOK_UP, write=False)

    def read(body: bytes) -> list[tuple[Any, ...]]:
        found = reader.persons(front.elements(Answer(200, {}, body), outcome))
        return [
            (p.SoDinhDanh, p.SoCMND, p.GioiTinh, p.ThuongTru and p.ThuongTru.MaPhuongXa)
            for p in found.persons
        ]

    return read


def zeep_reader() -> Peer:
    """zeep with khop's contract, not strict, so that it accepts what deployments send."""
    client = zeep_client(_SHAPE)
    binding = client.service._binding
    operation = binding.get(Operation.LOOK_UP.value)

    def read(body: bytes) -> list[tuple[Any, ...]]:
        # Under a single element zeep gives its value instead of the element.
        found = binding.process_reply(client, operation, _Response(body))
        persons = getattr(found, "CongDan", found)
        return [
            (p.SoDinhDanh, p.SoCMND, p.GioiTinh, p.ThuongTru and p.ThuongTru.MaPhuongXa)
            for p in persons
        ]

    return read


PEERS: dict[str, Callable[[], Peer]] = {"khop": khop_reader, "zeep": zeep_reader}


def measure(records: int, rounds: int) -> dict[str, Any]:
    """Records per second of each peer, in answers of 500 records and of one."""
    peers = {name: make() for name, make in PEERS.items()}
    return {
        "records": records,
        "rounds": rounds,
        **{f"answers_of_{each}": _compared(peers, records, each, rounds) for each in (500, 1)},
    }


def _compared(peers: dict[str, Peer], records: int, each: int, rounds: int) -> dict[str, Any]:
    bodies = answers(records, each)
    for body in bodies[: len(SHAPES)]:
        if peers["khop"](body) != peers["zeep"](body):
            raise RuntimeError("khop and zeep read different things")
    spent: dict[str, list[Spent]] = {name: [] for name in peers}
    for number in range(rounds):
        for name in alternated(list(peers), number):
            spent[name].append(_read_all(peers[name], bodies))
    rates = {name: records / median(s.seconds for s in all_of) for name, all_of in spent.items()}
    cpu = {name: median(s.cpu for s in all_of) for name, all_of in spent.items()}
    return {
        "records_per_second": {name: round(rate) for name, rate in rates.items()},
        "khop_to_zeep": round(rates["khop"] / rates["zeep"], 2),
        "khop_to_zeep_by_processor_time": round(cpu["zeep"] / cpu["khop"], 2),
    }


def _read_all(read: Peer, bodies: Sequence[bytes]) -> Spent:
    with Spent() as spent:
        for body in bodies:
            read(body)
    return spent


def _person(name: str) -> bytes:
    body = (SAMPLES / f"{name}.xml").read_bytes()
    return body[body.index(b"<ns1:CongDan>") : body.index(b"</ns1:CongDan>")] + b"</ns1:CongDan>"


def _around(name: str) -> tuple[bytes, bytes]:
    body = (SAMPLES / f"{name}.xml").read_bytes()
    end = body.index(b"</ns1:CongDan>") + len(b"</ns1:CongDan>")
    return body[: body.index(b"<ns1:CongDan>")], body[end:]


def main(arguments: Sequence[str] | None = None) -> None:
    parser = argparse.ArgumentParser(prog="bench.soap", description=__doc__)
    parser.add_argument("--records", type=int, default=20_000, help="records in all")
    parser.add_argument("--rounds", type=int, default=3, help="rounds; the median counts")
    chosen = parser.parse_args(arguments)
    measured = measure(chosen.records, chosen.rounds)
    keep("soap", measured)
    for name, value in measured.items():
        print(f"{name}: {value}")


if __name__ == "__main__":
    main()
