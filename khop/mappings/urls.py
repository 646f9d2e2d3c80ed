"""Addresses of files that another system fetches."""

from __future__ import annotations

import re
from collections.abc import Collection
from ipaddress import ip_address
from urllib.parse import parse_qsl, urlsplit

#: One system writes several addresses into one field (docs/systems/dvcqg.md).
_JOINT = "##"
#: A parameter that changes at each call, so that the portal would see a new file each time.
_ONE_TIME = "t"
_DIGITS = re.compile(r"[0-9]+")
#: RFC 1035 2.3.4.
_LONGEST_HOST = 253
_HOST = re.compile(r"[0-9a-z_.-]+\.[a-z][0-9a-z-]*", re.ASCII)


def public_url(url: str, internal_endings: Collection[str]) -> str:
    """``url`` if the portal can fetch it at any time, else "" (docs/systems/dvcqg.md).

    Not so: private, loopback and bare hosts, hosts that end in one of ``internal_endings``,
    one-time addresses (``?t=<digits>``), addresses with an account, and anything but http(s).
    """
    url = url.split(_JOINT, 1)[0].strip()
    if not url.isprintable() or " " in url:
        return ""
    try:
        parts = urlsplit(url)
        host, port_is_sound = (parts.hostname or "").rstrip("."), parts.port != 0
        query = parse_qsl(parts.query, max_num_fields=100)
    except ValueError:
        return ""
    plain = parts.scheme in ("http", "https") and "@" not in parts.netloc and port_is_sound
    one_time = any(key == _ONE_TIME and _DIGITS.fullmatch(value) for key, value in query)
    if not plain or one_time or not _is_public_host(host, tuple(internal_endings)):
        return ""
    return url


def _is_public_host(host: str, internal_endings: tuple[str, ...]) -> bool:
    try:
        return ip_address(host).is_global
    except ValueError:
        pass
    if len(host) > _LONGEST_HOST:
        return False
    try:
        host = host.encode("idna").decode("ascii")
    except UnicodeError:
        return False
    return _HOST.fullmatch(host) is not None and not host.endswith(internal_endings)
