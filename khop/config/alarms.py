"""``[alarms]`` of khop.toml: who is told when the daemon finds something wrong, and how."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Annotated, Literal

from pydantic import Field, field_validator, model_validator

from khop.adapters.settings import Secret
from khop.config.addresses import checked_address, encrypted_address, is_this_machine
from khop.config.own_tables import TableModel

#: The usual port of each kind of connection.
_PORTS = {"tls": 465, "starttls": 587, "none": 25}

_Address = Annotated[str, Field(pattern=r"^[^\s@<>,;]+@[^\s@<>,;]+$")]


class EmailSettings(TableModel):
    """``[alarms.email]``: the mail server, and who gets the e-mail."""

    host: Annotated[str | None, Field(min_length=1, description="Name of the mail server.")] = None
    port: Annotated[
        int | None,
        Field(
            ge=1,
            le=65535,
            description="Its port; 465 with tls, 587 with starttls, 25 with none when left out.",
        ),
    ] = None
    security: Annotated[
        Literal["tls", "starttls", "none"],
        Field(description="How the connection is encrypted."),
    ] = "starttls"
    user: Annotated[
        str | None, Field(description="Account at the mail server, where it asks for one.")
    ] = None
    password: Annotated[
        Secret | None, Field(description="Its password: { env = … } or { file = … }.")
    ] = None
    sender: Annotated[_Address | None, Field(description="Address the e-mail comes from.")] = None
    to: Annotated[tuple[_Address, ...], Field(description="Addresses it goes to.")] = ()

    @model_validator(mode="after")
    def _whole(self) -> EmailSettings:
        if self.host is None and (self.sender or self.to or self.user):
            raise ValueError("there is no mail server: write the host of [alarms.email]")
        if self.host is not None and not (self.sender and self.to):
            raise ValueError("name the sender and the addresses it goes to")
        if (self.user is None) != (self.password is None):
            raise ValueError("user and password belong together")
        if self.user and self.security == "none" and not is_this_machine(self.host or ""):
            raise ValueError("a password leaves this machine only with tls or starttls")
        return self

    @property
    def port_in_use(self) -> int:
        return self.port or _PORTS[self.security]


class AlarmSettings(TableModel):
    """``[alarms]``: who is told when the daemon finds something wrong."""

    language: Annotated[Literal["vi", "en"], Field(description="Language of the texts.")] = "vi"
    remind_hours: Annotated[
        float,
        Field(ge=1, le=24 * 31, description="Hours between two reminders of what is still wrong."),
    ] = 24.0
    late_after: Annotated[
        Mapping[str, Annotated[float, Field(gt=0, le=24 * 366)]],
        Field(
            description="Hours without a run that ended well after which a source or a step is "
            "late, such as { igate = 2, reconcile = 12 }; the daemon's own where left out."
        ),
    ] = {}
    url: Annotated[
        str | None,
        Field(description="Address that alarms are posted to: https, or http on this machine."),
    ] = None
    secret: Annotated[
        Secret | None,
        Field(description="Secret that signs them as notices are, 16 characters or more."),
    ] = None
    command: Annotated[
        tuple[str, ...],
        Field(
            description="Program that is started with each alarm as JSON on its standard input, "
            "and its arguments, such as ['/usr/local/bin/send-sms']. No shell reads it."
        ),
    ] = ()
    dead_man_url: Annotated[
        str | None,
        Field(
            repr=False,
            description="Address that is called every minute while everything critical is well, "
            "so that a monitor elsewhere notices when khop itself is gone.",
        ),
    ] = None
    timeout: Annotated[
        float, Field(gt=0, le=120, description="Longest wait for one answer, in seconds.")
    ] = 30.0
    ca_file: Annotated[
        Path | None,
        Field(description="PEM file of the authority that signed the servers' certificates."),
    ] = None
    proxy: Annotated[
        str | None,
        Field(description="HTTP proxy to go through; proxies of the environment are not used."),
    ] = None
    email: Annotated[EmailSettings, Field(description="")] = EmailSettings()

    @field_validator("url")
    @classmethod
    def _safe_address(cls, url: str | None) -> str | None:
        return None if url is None else encrypted_address(url)

    @field_validator("dead_man_url")
    @classmethod
    def _whole_address(cls, url: str | None) -> str | None:
        return None if url is None else checked_address(url)

    @field_validator("command")
    @classmethod
    def _whole_path(cls, command: tuple[str, ...]) -> tuple[str, ...]:
        if command and not Path(command[0]).is_absolute():
            raise ValueError("write the whole path of the program, such as /usr/local/bin/send-sms")
        return command

    @model_validator(mode="after")
    def _signed(self) -> AlarmSettings:
        if (self.url is None) != (self.secret is None):
            raise ValueError("alarms that are posted are signed: name both the url and the secret")
        return self

    @property
    def channels(self) -> tuple[str, ...]:
        """The ways that are configured, by name."""
        used = {
            "email": self.email.host is not None,
            "webhook": self.url is not None,
            "command": bool(self.command),
        }
        return tuple(name for name, there in used.items() if there)
