"""The address of a dossier's page, as a pattern of khop.toml."""

from __future__ import annotations

import pytest
from pydantic import ValidationError

from khop.adapters.igate.settings import IgateSettings
from khop.adapters.links import DossierPages, dossier_link

PAGE = "https://motcua.example.vn/dossier/"


@pytest.mark.parametrize(
    "pattern",
    [
        PAGE + "{code}",
        "http://10.0.0.1:8080/#/dossier/{native_id}?tab=1",
        PAGE + "?c={code}&i={native_id}",
    ],
)
def test_a_pattern_with_a_placeholder_is_accepted(pattern: str) -> None:
    assert DossierPages(dossier_url=pattern).dossier_url == pattern


@pytest.mark.parametrize(
    ("pattern", "reason"),
    [
        (PAGE, "names no dossier"),
        (PAGE + "{{code}}", "names no dossier"),
        (PAGE + "{id}", "only {code} and {native_id}"),
        (PAGE + "{code.x}", "only {code} and {native_id}"),
        (PAGE + "{code!r}", "only {code} and {native_id}"),
        (PAGE + "{code:>9}", "only {code} and {native_id}"),
        (PAGE + "{}", "only {code} and {native_id}"),
        (PAGE + "{code", "expected '}'"),
        ("javascript:alert('{code}')", "write the whole address"),
        ("ftp://motcua.example.vn/{code}", "write the whole address"),
        ("motcua.example.vn/{code}", "write the whole address"),
        ("https://{code}.example.vn/", "write the whole address"),
        ("https://a:b@motcua.example.vn/{code}", "user or a password"),
        (PAGE + "{code} x", "holds no blank"),
        (PAGE + "{code}\n", "holds no blank"),
    ],
)
def test_another_pattern_is_refused(pattern: str, reason: str) -> None:
    with pytest.raises(ValidationError) as caught:
        DossierPages(dossier_url=pattern)
    assert reason in str(caught.value)


def test_values_of_placeholders_are_percent_encoded() -> None:
    link = dossier_link(PAGE + "{code}", code="H99/../x?y#z 1&à", native_id=None)
    assert link == PAGE + "H99%2F..%2Fx%3Fy%23z%201%26%C3%A0"


def test_without_the_value_of_a_placeholder_there_is_no_link() -> None:
    assert dossier_link(PAGE + "{native_id}", code="H99-1", native_id=None) is None
    assert dossier_link(PAGE + "{code}", code="", native_id="68a5") is None


def test_the_settings_of_a_one_stop_have_a_page_pattern() -> None:
    assert IgateSettings.model_fields["dossier_url"].default is None
