"""The options that several commands share. Help texts are keys of ``messages/LANG.toml``."""

from __future__ import annotations

from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer


class Format(StrEnum):
    """How a result is printed."""

    TABLE = "table"
    JSON = "json"


class ReportFormat(StrEnum):
    """How findings are printed or written."""

    TABLE = "table"
    JSON = "json"
    JSONL = "jsonl"
    CSV = "csv"
    XLSX = "xlsx"
    HTML = "html"


class Lang(StrEnum):
    """The languages of messages and reports."""

    VI = "vi"
    EN = "en"


#: The smallest simulated province that has room for every kind of difference.
SMALLEST_PROVINCE = 200

ConfigOption = Annotated[
    Path | None, typer.Option("--config", help="option.config", metavar="FILE")
]
FormatOption = Annotated[Format | None, typer.Option("--format", help="option.format")]
ReportFormatOption = Annotated[
    ReportFormat | None, typer.Option("--format", help="option.report_format")
]
LangOption = Annotated[Lang | None, typer.Option("--lang", help="option.lang")]
RulesOption = Annotated[list[str] | None, typer.Option("--rule", help="option.rule", metavar="ID")]

AcceptClockOption = Annotated[bool, typer.Option("--accept-clock", help="option.accept_clock")]

SizeOption = Annotated[
    int, typer.Option("--size", help="option.size", metavar="NUMBER", min=SMALLEST_PROVINCE)
]
SeedOption = Annotated[int, typer.Option("--seed", help="option.seed", metavar="NUMBER", min=0)]
FaultsOption = Annotated[
    float, typer.Option("--faults", help="option.faults", metavar="SHARE", min=0.0, max=1.0)
]
