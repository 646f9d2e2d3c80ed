"""Whether the files and addresses of khop.toml are safe: who may read secrets, what goes over the
network in the clear, passwords that are written where others see them."""

from __future__ import annotations

import os
import re
import stat
from collections.abc import Iterator
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import parse_qsl, urlsplit

from khop.adapters.settings import Secret
from khop.config.addresses import is_this_machine
from khop.config.model import Config
from khop.config.named_files import files_of, secrets_of, texts_of
from khop.errors import ConfigError

#: Schemes of addresses, each with whether what it carries is encrypted.
_CLEAR = ("http",)
_WITH_PASSWORD = ("password", "passwd", "pwd")
#: Keys of addresses that khop calls. A ``dossier_url`` is a link for people.
_CALLED = re.compile(r"(?<!dossier_)url|endpoint", re.ASCII)
_LOCAL = ("localhost", "ip6-localhost")


@dataclass(frozen=True, slots=True)
class Remark:
    """``key``: of the messages ``check.KEY``, with ``where`` (a key of khop.toml or a file).
    ``grave``: to be mended before khop is used."""

    key: str
    where: str
    grave: bool


def remarks(config: Config) -> list[Remark]:
    """What is to be mended, gravest first."""
    found = [*_readable(config), *_passwords(config), *_in_the_clear(config), *_alarms(config)]
    return sorted(dict.fromkeys(found), key=lambda one: (not one.grave, one.key, one.where))


def _readable(config: Config) -> Iterator[Remark]:
    """Secrets, the key and the ledger that other accounts may read."""
    for key, secret in secrets_of(config):
        if secret.file is not None and _others_may_read(config.base_dir / secret.file, config):
            yield Remark("secret_readable", key, grave=True)
    if _others_may_read(config.key_path, config):
        yield Remark("key_readable", str(config.key_path), grave=True)
    url = config.ledger_url
    if url.startswith("sqlite:///"):
        path = Path(url.removeprefix("sqlite:///"))
        for each in sorted(files_of(config)):
            if each.name.startswith(path.name) and _others_may_read(each, config):
                yield Remark("ledger_readable", str(each), grave=True)


def _others_may_read(path: Path, config: Config) -> bool:
    try:
        mode = path.stat().st_mode
    except OSError:
        return False  # that it cannot be read is told where it is needed
    others = stat.S_IRWXO | (stat.S_IWGRP if config.files.group else stat.S_IRWXG)
    return bool(stat.S_ISREG(mode) and mode & others)


def _passwords(config: Config) -> Iterator[Remark]:
    for key, text in texts_of(config):
        parts = _split(text)
        if parts is None:
            continue
        bare = key.endswith("proxy") and "@" in text and "://" not in text  # user:password@host
        asked = {name.lower() for name, _ in parse_qsl(parts.query)}
        if bare or parts.password or asked.intersection(_WITH_PASSWORD):
            yield Remark("password_in_url", key, grave=True)


def _in_the_clear(config: Config) -> Iterator[Remark]:
    for key, text in texts_of(config):
        parts = _split(text)
        if parts is None or not _CALLED.search(key):
            continue
        if parts.scheme in _CLEAR and parts.hostname and not _is_here(parts.hostname):
            yield Remark("clear_text", key, grave=False)


def _alarms(config: Config) -> Iterator[Remark]:
    """E-mail in the clear, secrets and certificates that cannot be read when an alarm has to go
    out, and a command that cannot be started or that others may change."""
    for key, secret in secrets_of(config.alarms, "alarms"):
        if not _can_be_read(secret, config.base_dir):
            yield Remark("alarm_secret", key, grave=True)
    ca_file = config.alarms.ca_file
    if ca_file is not None and not os.access(config.base_dir / ca_file, os.R_OK):
        yield Remark("alarm_file", "alarms.ca_file", grave=True)
    mail, command = config.alarms.email, config.alarms.command
    if mail.host and mail.security == "none" and not is_this_machine(mail.host):
        yield Remark("mail_in_the_clear", "alarms.email.security", grave=False)
    if command and not os.access(command[0], os.X_OK):
        yield Remark("alarm_command", "alarms.command", grave=True)
    elif command and Path(command[0]).stat().st_mode & (stat.S_IWGRP | stat.S_IWOTH):
        yield Remark("alarm_command_writable", "alarms.command", grave=True)


def _can_be_read(secret: Secret, base_dir: Path) -> bool:
    try:
        secret.reveal(base_dir)
    except ConfigError:
        return False
    return True


def _split(text: str) -> _Parts | None:
    try:
        parts = urlsplit(text)
        return _Parts(parts.scheme, parts.hostname, parts.password, parts.query)
    except ValueError:
        return None


@dataclass(frozen=True, slots=True)
class _Parts:
    scheme: str
    hostname: str | None
    password: str | None
    query: str


def _is_here(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host in _LOCAL or host.endswith(".localhost")
