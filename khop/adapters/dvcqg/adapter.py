"""The national public-service portal as a system to ask and to push to (docs/systems/dvcqg.md)."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from khop.adapters.dvcqg.settings import DvcqgSettings, dialect_of
from khop.adapters.http import checked, transport_of
from khop.adapters.ports import AdapterType, Context, Health, Role
from khop.connectors.dvcqg import DvcqgClient
from khop.errors import ConnectorError, RateLimited, RecordError, Unauthorised
from khop.mappings.catalogue_records import CatalogueItem, ProcedureEntry
from khop.mappings.dvcqg import catalogue
from khop.mappings.dvcqg.checks import check_dossier, check_steps
from khop.mappings.dvcqg.mapping import DvcqgMapping, problems_before_sending
from khop.mappings.dvcqg.opinion import Feedback, FeedbackReader, Votes, rating_rows
from khop.mappings.records import DossierRecord, FullDossier, Instant, Step
from khop.mappings.states.status import portal_channels, portal_statuses
from khop.text.logs import Log

log = Log(__name__)


class DvcqgAdapter:
    """A ``DossierLookup``, ``DossierSink`` and ``CatalogueSource`` over the national portal.

    In a dialect without a look-up, ``lookup_budget`` is 0 and ``look_up`` is Refused: it is then
    not known whether the portal has a dossier, and the engine creates none there.
    """

    def __init__(
        self,
        name: str,
        role: Role,
        settings: DvcqgSettings,
        client: DvcqgClient,
        mapping: DvcqgMapping,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.connections = settings.connections
        self.lookup_budget = settings.lookup_budget if client.can_look_up else 0
        self.progress_chunk = settings.progress_chunk
        #: The portal's other services, for programs that use them (ratings, questions, …).
        self.client = client
        self._mapping = mapping
        self._madonvi = settings.madonvi or ""
        key = f"sources.{name}.feedback_fields"
        self._feedback = FeedbackReader(settings.feedback_fields, key=key)
        self._clock = context.clock
        self._procedures: dict[str, Mapping[str, object] | None] = {}
        self._lock = threading.Lock()

    def look_up(self, code: str) -> DossierRecord | None:
        """The portal's dossier of this code; None when it answered that it has none."""
        return self._mapping.record(self.client.look_up(code), code)

    def problems(self, record: DossierRecord, steps: Sequence[Step] = ()) -> tuple[str, ...]:
        """Why this dossier may not be sent (docs/systems/dvcqg.md)."""
        return problems_before_sending(record, steps)

    def create(self, dossier: FullDossier) -> None:
        self.client.create(self._message(dossier))

    def update(self, dossier: FullDossier) -> None:
        self.client.update(self._message(dossier))

    def progress(self, code: str, steps: Sequence[Step]) -> None:
        """Send steps of one dossier, oldest first."""
        messages = self._mapping.write_steps(code, steps)
        check_steps(messages)
        self.client.progress(messages)

    def return_status(self, record: DossierRecord, at: Instant, text: str = "") -> None:
        """Send the state of a dossier that was filed on the portal, which has its own code for it.

        ``at``: when the state was reached. Raises RecordError for a dossier that was not filed
        there, and for a state the portal does not accept (docs/systems/dvcqg.md); ConnectorError.
        """
        if not record.aliases or record.status is None:
            raise RecordError("MaHoSo", "was not filed on the portal, or its state is unknown")
        self.client.return_status(
            self._mapping.write_return(record.aliases[0], record.code, record.status, at, text)
        )

    def rate(self, month: date, question: str, votes: Votes, unit: str) -> None:
        """Send a month's votes on one question, for the unit named ``unit``; without votes nothing
        is sent (docs/systems/dvcqg.md). Raises ConnectorError, RecordError."""
        rows = rating_rows(month, question, votes, madonvi=self._madonvi, unit=unit)
        self.client.public_opinion.rate(rows)

    def procedure_codes(self) -> tuple[str, ...]:
        """Codes of all procedures, as the portal writes them. Raises RecordError when no row
        has a code."""
        return catalogue.procedure_codes(self.client.catalogue.procedures())

    def procedure_entry(self, code: str) -> ProcedureEntry | None:
        """One procedure; None when the portal answered that it has no such procedure."""
        rows = self.client.catalogue.procedure(self._mapping.national(code))
        return catalogue.procedure_entry(rows, self._mapping.national(code), self._mapping.channels)

    def unit_entries(self) -> tuple[CatalogueItem, ...]:
        return self._listed(self.client.catalogue.units(), catalogue.unit_items)

    def sector_entries(self) -> tuple[CatalogueItem, ...]:
        return self._listed(self.client.catalogue.sectors(), catalogue.sector_items)

    def dictionary(self, name: str) -> tuple[CatalogueItem, ...]:
        """A list of codes by its short name (``data/dvcqg_catalogue.toml``) or its service.

        Raises RecordError when there is no such list, or when its code and name columns
        cannot be identified.
        """
        service = catalogue.dictionary_service(name)
        return catalogue.dictionary_items(self.client.catalogue.dictionary(service))

    def feedback(self) -> tuple[Feedback, ...]:
        """Pending feedback (PAKN), read by ``feedback_fields``."""
        return self._feedback.read(self.client.public_opinion.feedback())

    def check(self) -> Health:
        """Log in, then look up a code that no dossier has, or make another harmless read."""
        client = self.client
        return checked(client.login, client.try_read, client.server_date, self._clock)

    def close(self) -> None:
        self.client.close()

    def _message(self, dossier: FullDossier) -> dict[str, Any]:
        national = self._mapping.national(dossier.record.procedure)
        composed = self._mapping.compose(dossier, self._procedure(national))
        check_dossier(composed.message)
        if composed.left_out:
            code, fields = dossier.record.code, list(composed.left_out)
            log.info("left_out_of_push", source=self.name, code=code, fields=fields)
        return composed.message

    def _procedure(self, code: str) -> Mapping[str, object] | None:
        """The portal's description of a procedure, read once; None when it has none or does not
        answer: the one-stop's names are then sent."""
        if not code:
            return None
        with self._lock:
            if code in self._procedures:
                return self._procedures[code]
        try:
            found = self.client.procedure(code)
        except (Unauthorised, RateLimited):
            # The push would fail for the same reason, and a refused account is not tried twice.
            raise
        except ConnectorError as error:
            if error.operation == "login":
                raise
            return None
        with self._lock:
            self._procedures[code] = found
        return found

    def _listed(
        self, rows: Sequence[object], read: Callable[[Sequence[object]], tuple[CatalogueItem, ...]]
    ) -> tuple[CatalogueItem, ...]:
        items = read(rows)
        if len(items) < len(rows):
            log.warning("catalogue_rows_unread", source=self.name, rows=len(rows) - len(items))
        return items


def _build(name: str, role: Role, settings: Any, context: Context) -> DvcqgAdapter:
    dialect, login = dialect_of(name, settings, context)
    transport = transport_of(name, settings, context)
    client = DvcqgClient(transport, dialect, login, settings.answers.words())
    key = f"sources.{name}"
    mapping = DvcqgMapping(
        name,
        portal_statuses(
            settings.status.by_id,
            settings.status.by_name,
            preset=settings.status.preset,
            key=f"{key}.status",
        ),
        portal_channels(settings.channel.by_id, settings.channel.by_name, key=f"{key}.channel"),
        units=settings.units,
        procedures=settings.procedures,
        databases=settings.databases,
    )
    return DvcqgAdapter(name, role, settings, client, mapping, context)


ADAPTER = AdapterType(DvcqgSettings, frozenset({Role.PORTAL}), _build)
