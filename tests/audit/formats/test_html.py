"""Findings as an HTML page."""

from __future__ import annotations

import io
from typing import Any

import pytest
from lxml import html

from khop.audit.formats.html import findings_html
from khop.audit.report import Report
from khop.sync.results import FindingState
from tests.audit.made import make_report
from tests.findings import make_finding


def _page(report: Report) -> Any:
    out = io.StringIO()
    findings_html(report, out)
    return html.document_fromstring(out.getvalue())


@pytest.mark.parametrize(
    ("lang", "notice"), [("en", "not a verdict"), ("vi", "không phải là kết luận vi phạm")]
)
def test_the_page_says_that_a_finding_is_not_a_verdict(lang: str, notice: str) -> None:
    page = _page(make_report(make_finding(), lang=lang))
    assert page.get("lang") == lang
    assert notice in page.find_class("notice")[0].text_content()


def test_foreign_text_is_never_markup() -> None:
    evil = "<script>alert(1)</script><img src=x>"
    page = _page(
        make_report(make_finding(code=evil, unit=evil, rule=evil, severity=evil), province=evil)
    )
    assert page.xpath("//script | //img") == []
    assert page.find_class("code")[0].text_content() == evil


def test_the_page_loads_nothing_from_the_network() -> None:
    page = _page(make_report(make_finding()))
    assert page.xpath("//link | //@src | //@href[not(starts-with(., '#'))]") == []
    assert "default-src 'none'" in page.xpath("//meta[@http-equiv]/@content")[0]


def test_sections_are_ordered_by_severity_and_the_summary_links_to_them() -> None:
    made = make_report(
        make_finding(rule="B1", severity="S1"),
        make_finding(),
        make_finding(),
        make_finding(rule="C5"),
    )
    page = _page(made)
    sections = page.xpath("//section/@id")
    assert sections == ["B1-S1", "B6-S2", "C5-S2"]
    assert [link.removeprefix("#") for link in page.xpath("//table//a/@href")] == sections
    assert len(page.xpath("//section[@id='B6-S2']//tbody/tr")) == 2


def test_a_row_has_the_first_day_and_the_state() -> None:
    page = _page(make_report(make_finding(state=FindingState.RESOLVED, event="2026-11-12")))
    cells = [cell.text_content() for cell in page.xpath("//section//tbody/tr/td")]
    assert cells[3] == "Resolved"
    assert cells[4:6] == ["12/11/2026", "21/11/2026"]


def test_a_report_without_findings_states_that_there_are_none() -> None:
    page = _page(make_report())
    assert page.xpath("//section") == []
    assert "No finding" in page.text_content()
