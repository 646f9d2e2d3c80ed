"""What adapters over HTTP share: their transport's settings, and the steps of a check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from khop.adapters.ports import CheckStep, Context, Health
from khop.adapters.settings import HttpSettings
from khop.connectors.http.transport import Transport, TransportSettings
from khop.errors import ConfigError, ConnectorError, RecordError, Unreachable


def transport_of(
    name: str, settings: HttpSettings, context: Context, *, legacy_tls: bool = False
) -> Transport:
    """A transport as the settings say. ``legacy_tls``: as in ``TransportSettings``."""
    return Transport(
        name,
        TransportSettings(
            timeout=settings.timeout,
            connections=settings.connections,
            calls_per_second=settings.calls_per_second,
            attempts=settings.attempts,
            retry_seconds=settings.retry_seconds,
            ca_file=settings.ca_file,
            proxy=settings.proxy,
            max_body=int(settings.max_answer_mb * 1024 * 1024),
            legacy_tls=legacy_tls,
        ),
        sleep=context.sleep,
    )


def checked(
    login: Callable[[], None],
    read: Callable[[], str],
    server_date: Callable[[], datetime | None],
    clock: Callable[[], datetime],
) -> Health:
    """Log in, then make one harmless read; ``read`` answers with a word for people."""
    try:
        login()
    except (ConnectorError, ConfigError) as error:
        reached = not isinstance(error, Unreachable | ConfigError)
        steps = [CheckStep("reach", reached, "" if reached else str(error))]
        if reached:
            steps.append(CheckStep("login", False, str(error)))
        return Health(tuple(steps), _skew(server_date(), clock))
    steps = [CheckStep("reach", True), CheckStep("login", True)]
    try:
        steps.append(CheckStep("read", True, read()))
    except (ConnectorError, RecordError) as error:
        steps.append(CheckStep("read", False, str(error)))
    return Health(tuple(steps), _skew(server_date(), clock))


def _skew(theirs: datetime | None, clock: Callable[[], datetime]) -> float | None:
    """Their clock minus ours, in whole seconds: a Date header has no more."""
    return None if theirs is None else float(round((theirs - clock()).total_seconds()))
