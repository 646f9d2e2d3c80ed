"""What a list of findings says of itself: as of when, from which sources, with which filters."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from khop.audit.report import Report
from khop.audit.values import in_minutes, show_time
from khop.sync.results import Freshness, SourceFreshness
from khop.text.local_time import LOCAL
from khop.text.safe_display import plain
from khop.text.words import Words


def about_lines(report: Report) -> list[str]:
    """The sentences that stand above or below every list."""
    return [*_state(report), *_sources(report), *_choice(report)]


def counts_line(report: Report) -> str:
    """How many findings, dossiers and rows of paper."""
    return report.words(
        "report.counts",
        findings=report.totals.findings,
        dossiers=report.totals.dossiers,
        rows=report.totals.paper_rows,
    )


def legend_line(report: Report) -> str:
    """What the short names of the severities mean; no line without a finding."""
    meanings = [meaning for _, meaning in report.severities_in_words()]
    return report.words("report.legend", severities=", ".join(meanings)) if meanings else ""


def about_json(report: Report) -> dict[str, Any]:
    """The same for programs."""
    known = {} if report.freshness is None else report.freshness.as_json()
    return {
        "province": report.province,
        "made_at": report.made_at.astimezone(LOCAL).isoformat(),
        **known,
        "filters": {name: list(values) for name, values in report.filters.items()},
        "findings": report.totals.findings,
        "dossiers_with_findings": report.totals.dossiers,
        "paper_rows_with_findings": report.totals.paper_rows,
        "notice": report.words("report.notice"),
        "meanings": {
            "severity": dict(report.severities_in_words()),
            "acts": dict(report.acts_in_words()),
            "rule": {count.name: report.rule_words(count.name).name for count in report.by_rule()},
        },
    }


def _state(report: Report) -> Iterator[str]:
    yield report.words("report.province", name=plain(report.province))
    yield report.words("report.made", time=report.made)
    if report.freshness is not None:
        yield as_of(report.freshness, report.words)


def as_of(known: Freshness, words: Words) -> str:
    """As of when the findings are, and how many dossiers were compared."""
    if known.as_of is None:
        return words("about.never_compared")
    return words(
        "about.as_of",
        time=in_minutes(known.as_of),
        dossiers=known.dossiers,
        unmapped=known.unmapped,
        quarantined=known.quarantined,
    )


def _sources(report: Report) -> Iterator[str]:
    known = report.freshness
    for source in () if known is None else known.sources:
        yield _source(report, source)


def _source(report: Report, source: SourceFreshness) -> str:
    words = report.words
    role = words.get(f"role.{source.role}", source.role or words("about.imported"))
    key = "about.source" if source.last_success else "about.source_never"
    sentence = words(
        key,
        source=plain(source.source),
        role=role,
        time=in_minutes(source.last_success) if source.last_success else "",
        read=source.read,
        known=source.known,
        quarantined=source.quarantined,
    )
    more = [words("about.incomplete")] if source.complete is False else []
    if source.error is not None:
        more.append(words("about.failed", error=plain(words.translated(source.error))))
    return " ".join((sentence, *more))


def _choice(report: Report) -> Iterator[str]:
    words = report.words
    parts = [
        f"{words(f'filter.{name}')}: {', '.join(_named(report, name, text) for text in values)}"
        for name, values in report.filters.items()
        if values
    ]
    yield words("about.filters", filters="; ".join(parts) if parts else words("about.no_filter"))


def _named(report: Report, name: str, text: str) -> str:
    return report.words.get(f"{name}.{text}", plain(show_time(text)))
