"""The national portal DVCQG: its services by name, in any dialect (docs/systems/dvcqg.md).

``DvcqgClient``      dossiers: look-ups, pushes, progress, states of the portal's own dossiers
``.catalogue``       procedures, services, units, sectors, dictionaries
``.public_opinion``  questions and answers, feedback (PAKN), ratings
"""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime

from khop.connectors.answer_words import AnswerWords
from khop.connectors.dvcqg.access import Login
from khop.connectors.dvcqg.catalogue import Catalogue
from khop.connectors.dvcqg.dialects import LOOK_UP, Call, Dialect
from khop.connectors.dvcqg.exchange import NO_DOSSIER, Exchange
from khop.connectors.dvcqg.opinion import PublicOpinion
from khop.connectors.http.transport import Transport

Row = Mapping[str, object]


class DvcqgClient:
    """Looks dossiers up and sends them. Safe for threads.

    ``words``: the messages of this portal that mean success, or that nothing was found.

    Every method raises ConnectorError; Refused also where the dialect has no address for a
    service.
    """

    def __init__(
        self,
        transport: Transport,
        dialect: Dialect,
        login: Login,
        words: AnswerWords | None = None,
        *,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self.system = transport.system
        self._transport = transport
        self._exchange = Exchange(transport, dialect, login, words or AnswerWords(), clock=clock)
        self.catalogue = Catalogue(self._exchange)
        self.public_opinion = PublicOpinion(self._exchange)

    def login(self) -> None:
        """Open a new session; Unauthorised says what to do. Where no session is needed, see
        whether a server answers at the address."""
        self._exchange.log_in()

    @property
    def can_look_up(self) -> bool:
        """Whether the dialect has an address for look-ups."""
        return self._exchange.dialect.offers(LOOK_UP)

    def try_read(self) -> str:
        """Make one harmless read; the answer is a text for people about it."""
        if self.can_look_up:
            self.look_up(NO_DOSSIER)
            return "a look-up was answered"
        if self._exchange.dialect.offers("LayDanhMucLinhVuc"):
            self.catalogue.sectors()
            return "the list of sectors was answered; there is no look-up"
        return "no read is configured; only the address was tried"

    def look_up(self, code: str) -> tuple[Row, ...]:
        """The portal's rows of a dossier code; empty when it answered that it has none."""
        return self._exchange.found(Call("TraCuuHoSo", {"mahoso": code}))

    def procedure(self, code: str) -> Row | None:
        """The portal's description of a procedure; None when it has no such procedure."""
        found = self.catalogue.procedure(code)
        return found[0] if found else None

    def create(self, record: Row) -> None:
        """Send one dossier that the portal does not have.

        Raises AlreadyExists, Refused, OutcomeUnknown, other ConnectorErrors.
        """
        self._exchange.send(Call("DongBoHoSoMC", data=[record], updating=False))

    def update(self, record: Row) -> None:
        """Send a dossier that the portal has. Raises as ``create``."""
        self._exchange.send(Call("DongBoHoSoMC", data=[record], updating=True))

    def progress(self, steps: Sequence[Row]) -> None:
        """Send progress steps, oldest first, in one call. To send them again would double them.

        Raises Refused, OutcomeUnknown, other ConnectorErrors.
        """
        if steps:
            self._exchange.send_once(Call("CapNhatTienDoHoSoMC", data=list(steps)))

    def return_status(self, message: Row) -> None:
        """Send the state of a dossier that was filed on the portal (docs/systems/dvcqg.md)."""
        self._exchange.send(Call("DongBoTrangThaiHoSo", {"type": "2"}, data=message))

    def technical_id(self, number: str) -> tuple[Row, ...]:
        """The portal account of an identity or tax number: ``TECHNICALID``; empty where there is
        none."""
        keys = {"mstorcmnd": number, "provider": "wso2is"}
        return self._exchange.found(Call("TraCuuTechID", keys, personal=True))

    def server_date(self) -> datetime | None:
        """The server's clock in its latest answer."""
        return self._transport.server_date

    def close(self) -> None:
        """Close the connections."""
        self._transport.close()
