"""Checks of the parts of an address and of header values, before anything is sent."""

from __future__ import annotations

import re
from urllib.parse import quote, urlsplit

from khop.errors import ConfigError, RecordError

_VISIBLE = re.compile(r"[\x21-\x7e]+")
_SEGMENT = re.compile(r"[A-Za-z0-9_~-][A-Za-z0-9_.~-]{0,127}")


def http_address(system: str, key: str, value: str) -> str:
    """An http(s) address of khop.toml without its trailing slash. Raises ConfigError."""
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
            "write only visible ASCII characters, without blanks", key=f"sources.{system}.{key}"
        )
    return text


def joined_url(base: str, path: str) -> str:
    """The address of ``path`` below ``base``, whether or not the path begins with a slash."""
    return f"{base}/{path.lstrip('/')}"


def is_header_safe(text: str) -> bool:
    return _VISIBLE.fullmatch(text) is not None


def path_segment(field: str, value: str) -> str:
    """An id as one segment of a path. Raises RecordError when it could change the path."""
    if not _SEGMENT.fullmatch(value):
        raise RecordError(field, "is not an id that can be part of an address")
    return quote(value, safe="")
