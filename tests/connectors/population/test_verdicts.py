"""The answer to an authentication: true_answer, no, or unreadable."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.population.answers import SERVICE, collection, envelope, persons, verdict
from tests.connectors.scripted import Sample


@pytest.mark.parametrize(
    ("name", "expected"),
    [("01-true", True), ("02-false", False), ("03-prefix-ns2", True)],
)
def test_each_sample_verdict_is_read(sample: Sample, name: str, expected: object) -> None:
    assert verdict(sample(f"population/xacthuc-res-{name}.xml")) is expected


@pytest.mark.parametrize(
    ("word", "expected"), [("1", True), ("0", False), (" TRUE\n", True), ("False", False)]
)
@pytest.mark.parametrize("root", ["KetQuaXacThuc", "KetQuaXacThucResponse"])
def test_every_form_of_a_boolean_is_read(word: object, expected: object, root: object) -> None:
    body = f'<d:{root} xmlns:d="{SERVICE}"><d:TonTai>{word}</d:TonTai></d:{root}>'
    assert verdict(envelope(body)) is expected
    assert verdict(envelope(body, "http://www.w3.org/2003/05/soap-envelope")) is expected


def test_a_verdict_without_a_namespace_inside_is_read() -> None:
    body = f'<d:KetQuaXacThuc xmlns:d="{SERVICE}"><TonTai>false</TonTai></d:KetQuaXacThuc>'
    assert verdict(envelope(body)) is False


@pytest.mark.parametrize(
    "inner",
    [
        "",
        "<d:TonTai/>",
        "<d:TonTai>co</d:TonTai>",
        "<d:TonTai>2</d:TonTai>",
        "<d:TonTai><d:GiaTri>true</d:GiaTri></d:TonTai>",
        "<d:TonTai>true</d:TonTai><d:TonTai>false</d:TonTai>",
        '<x:TonTai xmlns:x="urn:x">true</x:TonTai>',
    ],
)
def test_an_answer_without_a_clear_verdict_is_a_value_error(inner: object) -> None:
    body = f'<d:KetQuaXacThuc xmlns:d="{SERVICE}">{inner}</d:KetQuaXacThuc>'
    with pytest.raises(ValueError, match="TonTai"):
        verdict(envelope(body))


@pytest.mark.parametrize("body", [envelope(""), collection(""), envelope("<TonTai>true</TonTai>")])
def test_an_answer_of_another_operation_is_no_verdict(body: Any) -> None:
    with pytest.raises(ValueError, match="KetQuaXacThuc"):
        verdict(body)


def test_a_verdict_is_not_read_as_persons(sample: Sample) -> None:
    with pytest.raises(ValueError, match="KetQuaXacThuc in its place"):
        persons(sample("population/xacthuc-res-01-true.xml"))
