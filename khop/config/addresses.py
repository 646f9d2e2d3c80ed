"""Addresses in khop.toml that khop sends something to."""

from __future__ import annotations

from ipaddress import ip_address
from urllib.parse import urlsplit


def checked_address(url: str) -> str:
    """A whole http or https address without an account in it. Raises ValueError."""
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.port == 0:
        raise ValueError("write the whole address, such as https://host.example.vn/notices")
    if parts.username is not None or parts.password is not None:
        raise ValueError("an address must not hold a user or a password")
    return url


def encrypted_address(url: str) -> str:
    """A checked address that leaves this machine only over https. Raises ValueError."""
    parts = urlsplit(checked_address(url))
    if parts.scheme == "http" and not is_this_machine(parts.hostname or ""):
        raise ValueError("notices leave this machine only over https")
    return url


def is_this_machine(host: str) -> bool:
    """Whether a host is the loopback interface."""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
