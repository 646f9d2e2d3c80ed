"""Findings as one HTML page that can be printed: no script, nothing loaded from the network."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import groupby, starmap
from typing import TextIO

from jinja2 import Environment, PackageLoader, StrictUndefined

from khop.audit.about import about_lines, counts_line
from khop.audit.formats.columns import PAGE_COLUMNS
from khop.audit.report import FindingRow, Report

#: Pieces of the template that are written at once.
_CHUNK = 512


def findings_html(report: Report, out: TextIO) -> None:
    """Write the page piece by piece: a report of any length needs little memory."""
    environment = Environment(
        loader=PackageLoader("khop.audit", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    before, after = PAGE_COLUMNS
    stream = environment.get_template("findings.html").stream(
        report=report,
        words=report.words,
        groups=_groups(report),
        about=about_lines(report),
        counts=counts_line(report),
        columns=(
            *report.changes_column,
            *before,
            *report.resolved_column,
            *report.answers,
            *after,
        ),
    )
    stream.enable_buffering(_CHUNK)
    out.writelines(stream)


def _groups(report: Report) -> Iterator[tuple[str, str, Iterator[FindingRow]]]:
    """(rule, severity, its rows), the gravest severity first."""
    listed = groupby(report.listed(), key=lambda item: (item[0].severity, item[0].rule))
    for (severity, rule), group in listed:
        yield rule, severity, starmap(report.row, group)
