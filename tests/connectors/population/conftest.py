"""Fixtures of the population database."""

from __future__ import annotations

from typing import Any

import httpx
import pytest

from khop.connectors.population import NoAuth, PopulationClient, PopulationGateway, SoapFront
from tests.connectors.population.answers import Read, persons
from tests.connectors.population.questions import GATE, SHAPE, URL, Client, ClientOf, Spent
from tests.connectors.scripted import Sample, Script, TransportTo


@pytest.fixture
def spent() -> Spent:
    return []


@pytest.fixture
def client_of(script: Script, transport_to: TransportTo, spent: Spent) -> ClientOf:
    def build(**options: Any) -> Client:
        request_id = {k: options.pop(k) for k in ("request_id",) if k in options}
        spend = options.pop("spend", lambda operation, purpose: spent.append((operation, purpose)))
        given = {"auth": NoAuth(), "front": SoapFront(SHAPE), "gate_codes": GATE, **options}
        gateway = PopulationGateway(url=URL, shape=SHAPE, **given)
        return PopulationClient(
            "population", transport_to(script, attempts=2), gateway, spend, **request_id
        )

    return build


@pytest.fixture
def true_answer(sample: Sample) -> httpx.Response:
    return httpx.Response(200, content=sample("population/xacthuc-res-01-true.xml"))


@pytest.fixture
def read(sample: Sample) -> Read:
    return lambda name: persons(sample(f"population/{name}.xml"))
