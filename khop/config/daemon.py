"""``[daemon]`` and ``[schedule]`` of khop.toml: how khop runs by itself, and when tasks are due."""

from __future__ import annotations

from ipaddress import ip_address
from pathlib import Path
from typing import Annotated

from pydantic import Field, field_validator, model_validator

from khop.config.own_tables import TableModel
from khop.config.slots import calendar_of


class TaskSchedule(TableModel):
    """One task of ``[schedule]``: a period, a line of cron, or not by time at all."""

    every: Annotated[
        str | None, Field(description="A period: a number and s, m, h or d, such as 15m.")
    ] = None
    cron: Annotated[
        str | None,
        Field(
            description="Minute, hour, day of the month, month, day of the week by name, in local "
            "time, such as '30 2 * * sun'."
        ),
    ] = None
    off: Annotated[bool, Field(description="Whether the task is not called by time.")] = False

    @model_validator(mode="after")
    def _one_of_them(self) -> TaskSchedule:
        if [self.every is not None, self.cron is not None, self.off].count(True) != 1:
            raise ValueError("write one of every, cron and off = true")
        if self.text is not None:
            calendar_of(self.text)
        return self

    @property
    def text(self) -> str | None:
        """As the daemon keeps it, such as ``every 15m``; None when it is off."""
        if self.every is not None:
            return f"every {self.every}"
        return None if self.cron is None else f"cron {self.cron}"


class DaemonSettings(TableModel):
    """``[daemon]``: how khop runs by itself."""

    listen: Annotated[
        str,
        Field(
            description="Address for /healthz, /readyz and /metrics, HOST:PORT; '' for none. They "
            "ask nobody who they are: leave them on this machine, or behind a firewall."
        ),
    ] = "127.0.0.1:8790"
    at_once: Annotated[
        int, Field(ge=1, le=64, description="Tasks that run side by side, at most.")
    ] = 6
    stop_seconds: Annotated[
        float,
        Field(
            ge=1,
            le=600,
            description="How long a page or a push that was begun may take when the daemon is told "
            "to stop.",
        ),
    ] = 25.0
    sweep_days: Annotated[
        int, Field(ge=1, le=3660, description="The days that a nightly sweep reads again.")
    ] = 30
    work_folder: Annotated[
        Path | None,
        Field(
            description="Folder that the task work writes the workbooks of the units into; without "
            "it there is no such task."
        ),
    ] = None
    keep_days: Annotated[
        int,
        Field(
            ge=7,
            le=3660,
            description="How long the ledger keeps what runs and firings left, in days. Findings, "
            "decisions and the audit log are kept for ever.",
        ),
    ] = 400

    @field_validator("listen")
    @classmethod
    def _an_address(cls, listen: str) -> str:
        host, _, port = listen.rpartition(":")
        if listen and not (host and port.isdecimal() and 0 < int(port) < 65_536):
            raise ValueError("write HOST:PORT, such as 127.0.0.1:8790, or '' for none")
        return listen

    @property
    def listens_beyond_this_machine(self) -> bool:
        """Whether other machines may reach ``listen``."""
        host = self.listen.rpartition(":")[0].strip("[]")
        try:
            return bool(host) and not ip_address(host).is_loopback
        except ValueError:
            return host != "localhost"
