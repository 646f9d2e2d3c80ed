"""The tables and keys of khop.toml."""

from __future__ import annotations

import shutil
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Annotated, Literal

from pydantic import (
    AwareDatetime,
    Field,
    field_validator,
    model_validator,
)

from khop.adapters.settings import Secret, SourceSettings
from khop.config.addresses import encrypted_address
from khop.config.alarms import AlarmSettings
from khop.config.daemon import DaemonSettings, TaskSchedule
from khop.config.own_tables import OwnTables, TableModel
from khop.config.repair import RepairSettings
from khop.errors import ConfigError


class Province(TableModel):
    """``[province]``: whose dossiers these are."""

    name: Annotated[str, Field(description="Name shown in reports.")]
    code: Annotated[str, Field(description="Level-1 code of the province, such as H99.")]


class LedgerSettings(TableModel):
    """``[ledger]``: khop's own database."""

    url: Annotated[
        str,
        Field(
            repr=False,
            description="sqlite:///FILE (a relative path starts at khop.toml's folder), or "
            "postgresql+psycopg://user@host/database, without a password: docs/operate.md.",
        ),
    ] = "sqlite:///khop.db"


class PrivacySettings(TableModel):
    """``[privacy]``: the installation's key."""

    key_file: Annotated[
        Path,
        Field(
            description="Secret for matching keys and for quarantined payloads; made by "
            "`khop init`. Keep a copy: without it, stored keys match nothing."
        ),
    ] = Path("khop.key")


class LogSettings(TableModel):
    """``[log]``: where the head of the audit log is noted.

    A log that was written anew or cut off shows by it.
    """

    anchor_file: Annotated[
        Path | None,
        Field(
            description="File that each reconcile adds a line to. It belongs where nobody who can "
            "write to the ledger can change it: a disk of another machine, or append-only."
        ),
    ] = None
    anchor_notice: Annotated[
        bool, Field(description="Whether each new head is a notice too, for `khop notify`.")
    ] = False


class BackupSettings(TableModel):
    """``[backup]``: copies of the ledger."""

    folder: Annotated[
        Path,
        Field(
            description="Folder of the copies. It belongs on another disk, not beside the key, and "
            "to this installation alone."
        ),
    ] = Path("backups")
    keep: Annotated[
        int, Field(ge=1, description="How many copies are kept; the oldest are taken away.")
    ] = 14
    pg_dump: Annotated[
        str,
        Field(
            description="PostgreSQL's program that copies a ledger on a server, of the server's "
            "version or later; pg_restore stands beside it."
        ),
    ] = "pg_dump"


class FileSettings(TableModel):
    """``[files]``: who may read the files that khop makes."""

    group: Annotated[
        str | None,
        Field(
            description="Group whose members may read them (mode 0640). When left out, only "
            "khop's account may (mode 0600)."
        ),
    ] = None

    def settle(self, path: Path) -> None:
        """Give a file its mode and group. Raises OSError, ConfigError."""
        if self.group is not None:
            try:
                shutil.chown(path, group=self.group)
            except LookupError:
                raise ConfigError(f"there is no group {self.group}", key="files.group") from None
        path.chmod(0o600 if self.group is None else 0o640)


class Window(TableModel):
    """A row of ``[[rules.outages]]`` or ``[[rules.migrations]]``."""

    start: Annotated[AwareDatetime, Field(description="The first moment, with a time zone.")]
    end: Annotated[AwareDatetime, Field(description="The last moment.")]
    reason: Annotated[
        str, Field(min_length=1, description="What happened, and the document that says so.")
    ]

    @model_validator(mode="after")
    def _in_order(self) -> Window:
        if self.end < self.start:
            raise ValueError("end is before start")
        return self


class RuleException(TableModel):
    """A row of ``[[rules.exceptions]]``: it holds where all of its conditions are met."""

    rules: Annotated[tuple[str, ...], Field(min_length=1, description="Rules, by id.")]
    procedures: Annotated[
        tuple[str, ...], Field(description="Base codes of procedures; all when left out.")
    ] = ()
    units: Annotated[
        tuple[str, ...],
        Field(description="Units, by the one-stop's name or by code; all when left out."),
    ] = ()
    first: Annotated[date | None, Field(description="First day of reception.")] = None
    last: Annotated[date | None, Field(description="Last day of reception.")] = None
    reason: Annotated[str, Field(min_length=1, description="Why, and who approved it.")]

    @model_validator(mode="after")
    def _not_everything(self) -> RuleException:
        if not (self.procedures or self.units or self.first or self.last):
            raise ValueError("no condition: it would except everything; use rules.off for that")
        return self


class RuleSettings(TableModel):
    """``[rules]``: the numbers of the rules."""

    grace: Annotated[
        int,
        Field(ge=0, le=366, description="Working days a difference may last before a rule fires."),
    ] = 1
    grace_by_rule: Annotated[
        Mapping[str, Annotated[int, Field(ge=0, le=366)]],
        Field(description="The grace of single rules, such as { A7 = 2 }."),
    ] = {}
    differs_minutes: Annotated[
        int,
        Field(
            ge=0, le=1440, description="Two times differ when they are further apart, in minutes."
        ),
    ] = 15
    off: Annotated[
        tuple[str, ...],
        Field(description="Rules that are not run, by id."),
    ] = ()
    numbers: Annotated[
        Mapping[str, Mapping[str, Annotated[int, Field(ge=0)]]],
        Field(description="Numbers of single rules, such as { F1 = { days = 45 } }."),
    ] = {}
    exceptions: Annotated[
        tuple[RuleException, ...],
        Field(description="Approved exceptions: what a rule must not report."),
    ] = ()
    outages: Annotated[
        tuple[Window, ...],
        Field(
            description="When systems were down: late entries are excused until the end of the "
            "next working day."
        ),
    ] = ()
    migrations: Annotated[
        tuple[Window, ...],
        Field(description="When data was moved: entries made then are not late entries."),
    ] = ()


class ReconcileSettings(TableModel):
    """``[reconcile]``: what comparing the sources may take of the machine."""

    memory_mb: Annotated[
        int,
        Field(
            ge=500,
            le=1_000_000,
            description="Memory for it, in MB. Where all cases need more, they are compared in "
            "parts, one after the other, with files beside the ledger.",
        ),
    ] = 1500


class LookUpSettings(TableModel):
    """``[look_ups]``: how old an answer about a dossier may become before it is asked again."""

    open_days: Annotated[
        float,
        Field(
            gt=0,
            le=366,
            description="Of a dossier that is open, or of which the systems do not agree, in days.",
        ),
    ] = 4.0
    ended_days: Annotated[
        float,
        Field(
            gt=0,
            le=3660,
            description="Of a dossier that has ended and on which they agree, in days.",
        ),
    ] = 42.0
    finding_days: Annotated[
        float,
        Field(
            gt=0,
            le=366,
            description="Of a dossier with a finding that is not resolved, in days.",
        ),
    ] = 1.0


class NoticeSettings(TableModel):
    """``[notices]``: where `khop notify` sends notices of findings."""

    url: Annotated[
        str | None,
        Field(description="Address that notices are posted to: https, or http on this machine."),
    ] = None
    secret: Annotated[
        Secret | None,
        Field(description="Secret that signs the notices, 16 characters or more."),
    ] = None
    rules: Annotated[
        tuple[str, ...],
        Field(description="Only findings of these rules, by id; all when left out."),
    ] = ()
    severities: Annotated[
        tuple[Literal["S1", "S2", "S3", "S4"], ...],
        Field(min_length=1, description="Only findings of these severities."),
    ] = ("S1", "S2")
    timeout: Annotated[
        float, Field(gt=0, le=600, description="Longest wait for one answer, in seconds.")
    ] = 30.0
    attempts: Annotated[int, Field(ge=1, description="Attempts to send one notice in one run.")] = 4
    retry_seconds: Annotated[
        float,
        Field(gt=0, description="Longest time for all attempts of one notice, in seconds."),
    ] = 60.0
    ca_file: Annotated[
        Path | None,
        Field(description="PEM file of the authority that signed the receiver's certificate."),
    ] = None
    proxy: Annotated[
        str | None,
        Field(description="HTTP proxy to go through; proxies of the environment are not used."),
    ] = None

    @field_validator("url")
    @classmethod
    def _safe_address(cls, url: str | None) -> str | None:
        return None if url is None else encrypted_address(url)

    @model_validator(mode="after")
    def _signed(self) -> NoticeSettings:
        if self.url is not None and self.secret is None:
            raise ValueError("notices are signed: name the secret beside the url")
        return self


class Installation(TableModel):
    """The tables of khop.toml that every installation has.

    A class of its own, so that they are the first tables in the template and the documentation.
    """

    province: Province
    ledger: LedgerSettings = LedgerSettings()
    privacy: PrivacySettings = PrivacySettings()
    log: LogSettings = LogSettings()
    backup: BackupSettings = BackupSettings()
    files: FileSettings = FileSettings()


class Config(OwnTables, Installation):
    """All of khop.toml. ``base_dir``: its folder, where relative paths start."""

    rules: RuleSettings = RuleSettings()
    repair: RepairSettings = RepairSettings()
    reconcile: ReconcileSettings = ReconcileSettings()
    look_ups: LookUpSettings = LookUpSettings()
    notices: NoticeSettings = NoticeSettings()
    daemon: DaemonSettings = DaemonSettings()
    schedule: Annotated[
        Mapping[str, TaskSchedule],
        Field(
            description="When the daemon's tasks are due, where not at their usual time: a task, "
            "or all of one kind. `khop daemon --explain` lists them."
        ),
    ] = {}
    alarms: AlarmSettings = AlarmSettings()
    sources: Annotated[Mapping[str, SourceSettings], Field(default_factory=dict)]
    base_dir: Path

    @model_validator(mode="after")
    def _anchors_have_a_receiver(self) -> Config:
        if self.log.anchor_notice and self.notices.url is None:
            raise ValueError("log.anchor_notice: there is no receiver; write the url of [notices]")
        return self

    @property
    def ledger_url(self) -> str:
        """The ledger's URL; a relative SQLite path is made absolute."""
        prefix = "sqlite:///"
        url = self.ledger.url
        if url.startswith(prefix) and url != prefix and not url.startswith(prefix + "/"):
            return f"{prefix}{(self.base_dir / url.removeprefix(prefix)).absolute()}"
        return url

    @property
    def key_path(self) -> Path:
        return self.base_dir / self.privacy.key_file
