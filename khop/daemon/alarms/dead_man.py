"""The dead-man address: called while everything critical is well, so that a monitor elsewhere
notices by the silence when it is not, or when khop itself is gone."""

from __future__ import annotations

from khop.config.model import Config
from khop.connectors.http.transport import Transport
from khop.daemon.alarms.webhook import transport_of
from khop.errors import KhopError
from khop.text.logs import Log

log = Log(__name__)


class DeadMan:
    """Calls ``dead_man_url``. One for each process, since it keeps its connection."""

    def __init__(self, config: Config) -> None:
        self._url = config.alarms.dead_man_url
        self._transport: Transport | None = None
        if self._url is not None:
            self._transport = transport_of(config, "dead_man_url")
        self._failed = False

    def beat(self, *, well: bool) -> str | None:
        """Call the address when all is ``well`` and there is one. Why it failed; None otherwise.
        A fault of it is logged when it begins and when it ends."""
        if not well or self._url is None or self._transport is None:
            return None
        try:
            self._transport.call("call", "GET", self._url)
        except KhopError as error:
            if not self._failed:
                log.warning("the dead-man address does not answer", error=str(error))
            self._failed = True
            return str(error)
        if self._failed:
            log.info("the dead-man address answers again")
        self._failed = False
        return None

    def close(self) -> None:
        """Close the connection."""
        if self._transport is not None:
            self._transport.close()
