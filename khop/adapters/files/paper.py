"""Files of paper rows: the logbook, the register of results, apologies, slips.

A source is one file, a folder whose files are all read, or a pattern. A file that is still being
written is read the next time.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date, datetime
from pathlib import Path
from typing import Annotated, Any, Literal

from pydantic import Field, field_validator

from khop.adapters.files.spreadsheet_files import ChosenSheets, TableFiles, chosen_sheets
from khop.adapters.ports import (
    AdapterType,
    CheckStep,
    Context,
    Health,
    PaperFile,
    Role,
    UnusableRow,
)
from khop.adapters.settings import SourceSettings, StatusOverrides
from khop.errors import ConfigError
from khop.mappings.paper.documents import ResultRule
from khop.mappings.paper.items import AnyRow, NoRow, PaperItem, SheetRead
from khop.mappings.paper.meanings import refuse_unknown_columns
from khop.mappings.paper.office.rows import Satisfaction
from khop.mappings.paper.reader import PaperReader
from khop.mappings.records import PaperKind, Reject
from khop.mappings.states.status import StatusTable, portal_statuses
from khop.text.local_time import LOCAL

ROLES: Mapping[PaperKind, Role] = {
    PaperKind.LOGBOOK: Role.LOGBOOK,
    PaperKind.REGISTER: Role.REGISTER,
    PaperKind.APOLOGY: Role.APOLOGY,
    PaperKind.SLIPS: Role.SLIPS,
    PaperKind.REPORT: Role.REPORT,
    PaperKind.COUNTS: Role.COUNTS,
    PaperKind.FEEDBACK: Role.FEEDBACK,
    PaperKind.RATINGS: Role.RATINGS,
    PaperKind.MINISTRY: Role.MINISTRY,
}


class PaperFileSettings(SourceSettings):
    """``[sources.NAME]`` of a file, or a folder of files, with rows kept on paper."""

    path: Annotated[
        Path,
        Field(
            description="Workbook (.xlsx, .xls, .ods) or CSV file in UTF-8; a folder, all of whose "
            "files are read; or a pattern such as so/*.xlsx."
        ),
    ]
    sheet: Annotated[
        str | None,
        Field(description="The one sheet to read; by default every one that has the headers."),
    ] = None
    unit: Annotated[
        str | None,
        Field(
            description="Name or code of the unit of rows that name none; by default what a line "
            "above the headers says ('Đơn vị: …')."
        ),
    ] = None
    columns: Annotated[
        Mapping[str, str],
        Field(
            description="Headers of this file that khop does not know: meaning = header, such as "
            '{ received = "Ngày vào sổ" }.'
        ),
    ] = {}

    @field_validator("columns")
    @classmethod
    def _are_known(cls, columns: Mapping[str, str]) -> Mapping[str, str]:
        refuse_unknown_columns(columns)
        return columns


class RegisterFileSettings(PaperFileSettings):
    """``[sources.NAME]`` with ``adapter = "register_file"``."""

    result_column: Annotated[
        str | None,
        Field(
            description="Of a register of all outgoing documents: the header of a column that has "
            "something in the rows of results, or that result_pattern is looked for in."
        ),
    ] = None
    result_pattern: Annotated[
        str | None,
        Field(
            description="Of a register of all outgoing documents: a regular expression found, "
            "capital letters or not, in the rows of results; without result_column in number, "
            "symbol and summary. Rows without it are no evidence."
        ),
    ] = None

    @field_validator("result_pattern")
    @classmethod
    def _is_a_pattern(cls, pattern: str | None) -> str | None:
        try:
            re.compile(pattern or "")
        except re.error as error:
            raise ValueError(f"is no regular expression: {error}") from None
        return pattern

    @property
    def results(self) -> ResultRule:
        """Which rows are results."""
        pattern = self.result_pattern
        found = None if pattern is None else re.compile(pattern, re.IGNORECASE)
        return ResultRule(self.result_column, found)


class SlipsFileSettings(PaperFileSettings):
    """``[sources.NAME]`` with ``adapter = "slips_file"``."""

    form: Annotated[
        Literal["02", "03", "05", "notice"] | None,
        Field(
            description="The form of slips that name none; by default what a line above them or "
            "the sheet's name says."
        ),
    ] = None


class RatedFileSettings(PaperFileSettings):
    """``[sources.NAME]`` of a file with ratings: ``feedback_file``, ``ratings_file``."""

    scores: Annotated[
        Mapping[str, Satisfaction],
        Field(
            description="What the ratings of this file mean, where it writes others than 'Rất hài "
            "lòng', 'Hài lòng' and 'Không hài lòng': text or number = rating, such as "
            '{ 5 = "very_satisfied" }.'
        ),
    ] = {}


class MinistryFileSettings(PaperFileSettings):
    """``[sources.NAME]`` with ``adapter = "ministry_file"``."""

    status: Annotated[
        StatusOverrides,
        Field(description="States of this file that are none of the portal's."),
    ] = StatusOverrides()


_SETTINGS: Mapping[PaperKind, type[PaperFileSettings]] = {
    PaperKind.REGISTER: RegisterFileSettings,
    PaperKind.SLIPS: SlipsFileSettings,
    PaperKind.FEEDBACK: RatedFileSettings,
    PaperKind.RATINGS: RatedFileSettings,
    PaperKind.MINISTRY: MinistryFileSettings,
}


class PaperFileAdapter:
    """A ``PaperSource`` over files."""

    def __init__(
        self,
        name: str,
        role: Role,
        files: TableFiles,
        reader: PaperReader,
        sheet: str | None,
        clock: Callable[[], datetime],
    ) -> None:
        self.name = name
        self.role = role
        self.kind = reader.kind
        self._files = files
        self._reader = reader
        self._sheet = sheet
        self._clock = clock

    def files(self) -> Sequence[PaperFile]:
        """The present files, by name. Raises ConfigError."""
        return self._files.present()

    def rows(self, file: PaperFile) -> Iterator[PaperItem]:
        """The lines of a file, in order; a ``SheetRead`` for each sheet, also for one that is
        passed over. Raises ConfigError, also when the file has changed."""
        sheets = self._chosen(file)
        yield from self._reader.read(sheets, file.name, self._today())
        for skipped in sheets.skipped:
            yield SheetRead(skipped.name, not_read=skipped.why.value)

    def replay_row(self, payload: object) -> AnyRow:
        """Map a quarantined row again. Raises RecordError."""
        return self._reader.replay(payload, self._today())

    def check(self) -> Health:
        """For each file: its headers, what of it is not read, and the number of its rows, of
        unusable rows and of lines that are no rows. Which rows are unusable, and why."""
        try:
            files = self.files()
        except ConfigError as error:
            return Health((CheckStep("reach", False, str(error)),))
        found = CheckStep("reach", True, f"{len(files)} files")
        unusable: list[UnusableRow] = []
        steps = [step for file in files for step in self._checked(file, unusable)]
        return Health((found, *steps), unusable=tuple(unusable))

    def close(self) -> None:
        """Nothing to do: files are closed after they are read."""

    def _today(self) -> date:
        return self._clock().astimezone(LOCAL).date()

    def _checked(self, file: PaperFile, unusable: list[UnusableRow]) -> Iterator[CheckStep]:
        found: Counter[str] = Counter()
        try:
            for item in self.rows(file):
                if isinstance(item, SheetRead):
                    where = f"{file.name}, sheet {item.sheet}" if item.sheet else file.name
                    for text in _sheet_texts(item):
                        yield CheckStep("read", True, f"{where}: {text}")
                    continue
                found[_name_of(item)] += 1
                if isinstance(item, Reject):
                    unusable.append(unusable_row(item))
            yield CheckStep("read", True, f"{file.name}: {_counted(found)}")
        except ConfigError as error:
            yield CheckStep("read", False, str(error))

    def _chosen(self, file: PaperFile) -> ChosenSheets:
        return chosen_sheets(
            self._files.read(file), file.name, self._sheet, self._reader.has_headers
        )


def unusable_row(reject: Reject) -> UnusableRow:
    """Where it is and what is wrong with it, without what it says."""
    return UnusableRow(reject.native_id or "", reject.field, reject.reason)


def _sheet_texts(sheet: SheetRead) -> Iterator[str]:
    if sheet.not_read:
        yield f"not read ({sheet.not_read})"
    yield from map("; ".join, sheet.tables)
    if sheet.columns_unread:
        yield f"columns not read: {'; '.join(sheet.columns_unread)}"


def _name_of(item: AnyRow | Reject | NoRow) -> str:
    if isinstance(item, NoRow):
        return item.kind.value
    return "unusable" if isinstance(item, Reject) else "rows"


def _counted(found: Counter[str]) -> str:
    rows, unusable = found.pop("rows", 0), found.pop("unusable", 0)
    others = ", ".join(f"{kind} {count}" for kind, count in found.items())
    return f"{rows} rows, {unusable} unusable" + (f"; no rows: {others}" if others else "")


def _statuses(name: str, settings: PaperFileSettings) -> StatusTable | None:
    if not isinstance(settings, MinistryFileSettings):
        return None
    own, key = settings.status, f"sources.{name}.status"
    return portal_statuses(own.by_id, own.by_name, preset=own.preset, key=key)


def _adapter_type(kind: PaperKind) -> AdapterType:
    def build(name: str, role: Role, settings: Any, context: Context) -> PaperFileAdapter:
        files = TableFiles(context.base_dir / settings.path, f"sources.{name}.path")
        results = settings.results if isinstance(settings, RegisterFileSettings) else None
        reader = PaperReader(
            kind,
            context.key,
            unit=settings.unit,
            columns=settings.columns,
            grammar=context.codes,
            results=results,
            form=settings.form if isinstance(settings, SlipsFileSettings) else None,
            scores=settings.scores if isinstance(settings, RatedFileSettings) else None,
            statuses=_statuses(name, settings),
        )
        return PaperFileAdapter(name, role, files, reader, settings.sheet, context.clock)

    return AdapterType(_SETTINGS.get(kind, PaperFileSettings), frozenset({ROLES[kind]}), build)


LOGBOOK_FILE = _adapter_type(PaperKind.LOGBOOK)
REGISTER_FILE = _adapter_type(PaperKind.REGISTER)
APOLOGY_FILE = _adapter_type(PaperKind.APOLOGY)
SLIPS_FILE = _adapter_type(PaperKind.SLIPS)
REPORT_FILE = _adapter_type(PaperKind.REPORT)
COUNTS_FILE = _adapter_type(PaperKind.COUNTS)
FEEDBACK_FILE = _adapter_type(PaperKind.FEEDBACK)
RATINGS_FILE = _adapter_type(PaperKind.RATINGS)
MINISTRY_FILE = _adapter_type(PaperKind.MINISTRY)
