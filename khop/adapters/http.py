"""Shared by adapters over HTTP: building their transport, and the steps of a check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import datetime

from khop.adapters.ports import CheckStep, Context, Health
from khop.adapters.settings import HttpSettings, shared_fields
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Timing, Transport
from khop.errors import ConfigError, ConnectorError, RecordError, Unreachable


def transport_of(name: str, settings: HttpSettings, context: Context) -> Transport:
    """The transport of the source ``name``."""
    most = int(settings.max_answer_mb * 1024 * 1024)
    how = TransportSettings(**shared_fields(settings, TransportSettings), max_body=most)
    return Transport(name, how, timing=Timing(sleep=context.sleep))


def checked(
    login: Callable[[], None],
    read: Callable[[], str],
    server_date: Callable[[], datetime | None],
    clock: Callable[[], datetime],
) -> Health:
    """Log in, then make one harmless read; ``read`` returns a text for people about it."""
    try:
        login()
    except (ConnectorError, ConfigError) as error:
        reached = not isinstance(error, Unreachable | ConfigError)
        steps = [CheckStep("reach", reached, "" if reached else str(error))]
        if reached:
            steps.append(CheckStep("login", False, str(error)))
        return Health(tuple(steps), clock_skew(server_date(), clock))
    steps = [CheckStep("reach", True), CheckStep("login", True)]
    try:
        steps.append(CheckStep("read", True, read()))
    except (ConnectorError, RecordError) as error:
        steps.append(CheckStep("read", False, str(error)))
    return Health(tuple(steps), clock_skew(server_date(), clock))


def clock_skew(theirs: datetime | None, clock: Callable[[], datetime]) -> float | None:
    """The system's clock minus khop's, rounded to seconds, the precision of a Date header."""
    return None if theirs is None else float(round((theirs - clock()).total_seconds()))
