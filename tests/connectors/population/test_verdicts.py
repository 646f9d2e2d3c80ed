"""The answer to an authentication: yes, no, or unreadable."""

from __future__ import annotations

from typing import Any

import pytest

from tests.connectors.population.answers import SERVICE, collection, envelope, persons, verdict
from tests.connectors.scripted import Sample


@pytest.mark.parametrize(
    ("name", "expected"),
    [("01-true", True), ("02-false", False), ("03-prefix-ns2", True)],
)
def test_a_verdict(sample: Sample, name: str, expected: object) -> None:
    assert verdict(sample(f"population/xacthuc-res-{name}.xml")) is expected


@pytest.mark.parametrize(
    ("word", "expected"), [("1", True), ("0", False), (" TRUE\n", True), ("False", False)]
)
@pytest.mark.parametrize("root", ["KetQuaXacThuc", "KetQuaXacThucResponse"])
def test_a_boolean_is_read_in_each_form(word: object, expected: object, root: object) -> None:
    body = f'<d:{root} xmlns:d="{SERVICE}"><d:TonTai>{word}</d:TonTai></d:{root}>'
    assert verdict(envelope(body)) is expected
    assert verdict(envelope(body, "http://www.w3.org/2003/05/soap-envelope")) is expected


def test_a_verdict_without_a_prefix_inside_is_read() -> None:
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
def test_an_answer_that_does_not_say_is_neither_yes_nor_no(inner: object) -> None:
    body = f'<d:KetQuaXacThuc xmlns:d="{SERVICE}">{inner}</d:KetQuaXacThuc>'
    with pytest.raises(ValueError, match="TonTai"):
        verdict(envelope(body))


@pytest.mark.parametrize("body", [envelope(""), collection(""), envelope("<TonTai>true</TonTai>")])
def test_another_answer_is_no_verdict(body: Any) -> None:
    with pytest.raises(ValueError, match="KetQuaXacThuc"):
        verdict(body)


def test_a_verdict_is_no_collection(sample: Sample) -> None:
    with pytest.raises(ValueError, match="KetQuaXacThuc in its place"):
        persons(sample("population/xacthuc-res-01-true.xml"))
