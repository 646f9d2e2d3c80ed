"""Alarms that are posted: signed JSON, as notices are (``connectors/notices.py``)."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import datetime

from khop.config.model import Config
from khop.connectors.http.network import TransportSettings
from khop.connectors.http.transport import Transport
from khop.connectors.notices import NoticeClient
from khop.daemon.alarms.batch import Batch
from khop.errors import ConfigError

#: One try for each call: what fails is tried again later, from the ledger.
_TRIES = 1


def post(config: Config, batch: Batch, clock: Callable[[], datetime]) -> None:
    """Post messages to the url of ``[alarms]``. Raises ConfigError, ConnectorError."""
    settings = config.alarms
    assert settings.url is not None
    assert settings.secret is not None
    secret = settings.secret.reveal(config.base_dir)
    transport = transport_of(config, "alarms")
    try:
        client = NoticeClient(transport, settings.url, secret, clock, key="alarms.secret")
        client.send(batch.id, json.dumps(batch.as_json(), ensure_ascii=False).encode())
    finally:
        transport.close()


def transport_of(config: Config, name: str) -> Transport:
    """The way to an address of ``[alarms]``. Raises ConfigError."""
    settings = config.alarms
    ca_file = None if settings.ca_file is None else config.base_dir / settings.ca_file
    how = TransportSettings(
        timeout=settings.timeout,
        connections=1,
        attempts=_TRIES,
        retry_seconds=settings.timeout,
        ca_file=ca_file,
        proxy=settings.proxy,
    )
    try:
        return Transport(name, how)
    except ConfigError as error:
        # the transport names the key of a source
        raise ConfigError(str(error).removeprefix("sources.")) from None
