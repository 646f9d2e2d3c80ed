"""How one system is reached: its settings, and the HTTP client made of them."""

from __future__ import annotations

import ssl
from dataclasses import dataclass
from http.cookiejar import CookieJar, DefaultCookiePolicy
from pathlib import Path

import httpx

from khop.connectors.http.bodies import ACCEPTED
from khop.connectors.http.deadlines import DeadlineBackend, Deadlines
from khop.errors import ConfigError
from khop.text.logs import Log

_LONGEST_CONNECT = 10.0
# Below the five seconds after which common servers drop an idle connection: a write sent into
# a connection that is just being dropped has an unknown outcome.
_IDLE_SECONDS = 4.0
# ssl.OP_LEGACY_SERVER_CONNECT, which Python names from 3.12 on.
_LEGACY_SERVER_CONNECT = 0x4

log = Log(__name__)


@dataclass(frozen=True, slots=True)
class TransportSettings:
    """How one system is called.

    ``timeout``: longest time of one whole exchange, from connecting to the last byte of the
    answer, seconds. ``connections``: calls in flight at once. ``calls_per_second``: highest rate.
    ``attempts`` and ``retry_seconds``: tries of one call, and the time for all of them.
    ``ca_file``: PEM file of the authority to trust in place of those of the operating system.
    ``proxy``: address of an HTTP proxy. ``max_body``: longest answer accepted, bytes after
    decompression. ``legacy_tls``: connect to servers without secure renegotiation (RFC 5746),
    which OpenSSL 3 refuses.
    """

    timeout: float = 30.0
    connections: int = 8
    calls_per_second: float = 200.0
    attempts: int = 6
    retry_seconds: float = 60.0
    ca_file: Path | None = None
    proxy: str | None = None
    max_body: int = 32 * 1024 * 1024
    legacy_tls: bool = False


def http_client(settings: TransportSettings, http: httpx.BaseTransport) -> httpx.Client:
    """A client without redirects, cookies and settings of the environment."""
    timeout = httpx.Timeout(settings.timeout, connect=min(settings.timeout, _LONGEST_CONNECT))
    return httpx.Client(
        transport=http,
        timeout=timeout,
        trust_env=False,
        follow_redirects=False,
        cookies=CookieJar(DefaultCookiePolicy(allowed_domains=[])),
        headers={"User-Agent": "khop", "Accept-Encoding": ACCEPTED},
    )


def network(system: str, settings: TransportSettings, deadlines: Deadlines) -> httpx.BaseTransport:
    """The connections to one system. Raises ConfigError for a ca_file or proxy of no use."""
    limits = httpx.Limits(
        max_connections=settings.connections,
        max_keepalive_connections=settings.connections,
        keepalive_expiry=_IDLE_SECONDS,
    )
    try:
        trust = ssl.create_default_context(cafile=settings.ca_file)
    except (OSError, ssl.SSLError):
        raise ConfigError(
            "this file cannot be read as PEM certificates", key=f"sources.{system}.ca_file"
        ) from None
    if settings.legacy_tls:
        log.warning("legacy_tls", source=system)
        trust.options |= _LEGACY_SERVER_CONNECT
    try:
        made = httpx.HTTPTransport(
            verify=trust, limits=limits, trust_env=False, proxy=settings.proxy
        )
    except (ValueError, httpx.InvalidURL, ImportError):
        raise ConfigError(
            "write the proxy as http://host:port", key=f"sources.{system}.proxy"
        ) from None
    # httpx has no argument for it; httpcore has, and uses it for each new connection.
    made._pool._network_backend = DeadlineBackend(deadlines)
    return made
