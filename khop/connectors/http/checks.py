"""Checks of what goes into an address or a header, before anything is sent."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from khop.errors import ConfigError, RecordError

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,127}")


def http_address(system: str, key: str, value: str) -> str:
    """An http(s) address of khop.toml without the slash at its end. Raises ConfigError."""
    where = f"sources.{system}.{key}"
    address = value.strip().rstrip("/")
    try:
        parts = urlsplit(address)
        host, _ = parts.hostname, parts.port
    except ValueError:
        raise ConfigError("this is not a valid address", key=where) from None
    if parts.scheme not in ("http", "https") or not host:
        raise ConfigError("write the whole address, such as https://host.example.vn", key=where)
    if parts.username is not None or parts.password is not None:
        raise ConfigError("an address must not hold a user or a password", key=where)
    return address


def header_value(system: str, key: str, value: str) -> str:
    """A setting that is sent as a header. Raises ConfigError."""
    text = value.strip()
    if text and not is_header_safe(text):
        raise ConfigError(
            "only letters, digits and signs of ASCII may stand here", key=f"sources.{system}.{key}"
        )
    return text


def is_header_safe(text: str) -> bool:
    return _VISIBLE.fullmatch(text) is not None


def path_segment(field: str, value: str) -> str:
    """An id that goes into a path. Raises RecordError when it could lead somewhere else."""
    if not _SEGMENT.fullmatch(value):
        raise RecordError(field, "is not an id that can stand in an address")
    return quote(value, safe="")
