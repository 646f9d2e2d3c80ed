"""VNPT iGate as a source of dossiers (docs/systems/igate.md)."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from khop.adapters.http import checked, transport_of
from khop.adapters.igate.settings import IgateSettings
from khop.adapters.ports import AdapterType, Context, Health, Role, SourcePage
from khop.connectors.igate import IgateClient, SearchPage
from khop.errors import ConfigError, RecordError
from khop.mappings.codes.spelling import canonical_code
from khop.mappings.facts.packaged import load_table
from khop.mappings.igate.mapping import IgateMapping, IgateOptions
from khop.mappings.igate.references import texts_of
from khop.mappings.records import DossierReading, FullDossier, Reject
from khop.mappings.states.status import igate_channels, igate_statuses

_LONGEST = 100


class IgateAdapter:
    """A ``DossierSource`` and ``WindowSource`` over one deployment of iGate."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: IgateSettings,
        client: IgateClient,
        mapping: IgateMapping,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.detail_mode: str = settings.detail
        self.connections = settings.connections
        self.overlap_seconds = settings.overlap_minutes * 60
        self._client = client
        self._mapping = mapping
        self._clock = context.clock
        self._has_ids = False
        self._with_fees = settings.fees
        table = load_table("igate_search")
        self._date_format: str = table["date_format"]
        windows = {**table["windows"], **settings.windows}
        self._windows = {field: (pair[0], pair[1]) for field, pair in windows.items() if pair}
        self.window_fields: tuple[str, ...] = tuple(self._windows)

    def page(self, number: int) -> SourcePage:
        """The zero-based page ``number`` of the list, newest change first."""
        return self._page(self._client.search(number), number)

    def window_page(self, field: str, first: date, last: date, number: int) -> SourcePage:
        """The zero-based page ``number`` of the dossiers whose date ``field`` lies on a local
        day from ``first`` to ``last``. Raises ConfigError for an unknown field."""
        if field not in self._windows:
            known = ", ".join(self._windows)
            raise ConfigError(
                f"{self.name}: the list cannot be filtered by {field!r}; known are {known}"
            )
        days = (day.strftime(self._date_format) for day in (first, last))
        filters = dict(zip(self._windows[field], days, strict=True))
        return self._page(self._client.search(number, filters), number)

    def _page(self, found: SearchPage, number: int) -> SourcePage:
        readings: list[DossierReading] = []
        rejects: list[Reject] = []
        self._has_ids = self._has_ids or any(map(_has_id, found.items))
        for item in found.items:
            try:
                readings.append(self._mapping.reading(self._named(item)))
            except RecordError as problem:
                rejects.append(_reject(item, problem))
        return SourcePage(
            asked=number,
            number=found.number,
            size=found.size,
            last=found.last,
            total=found.total,
            readings=tuple(readings),
            rejects=tuple(rejects),
        )

    def _named(self, item: object) -> object:
        """The item; of a list that has no ids at all, with the code in the place of its id."""
        if self._has_ids or not isinstance(item, Mapping) or _has_id(item) or "code" not in item:
            return item
        return {**item, "id": item.get("code")}

    def detail(self, native_id: str) -> DossierReading:
        """One dossier with its history."""
        return self._mapping.reading(self._dossier(native_id), detail=True)

    def _dossier(self, native_id: str) -> Mapping[str, object]:
        """A detail, under the id that it was asked for where that is its code."""
        found = self._client.dossier(native_id)
        return {**found, "id": native_id} if found.get("code") == native_id else found

    def full(self, native_id: str) -> FullDossier:
        """One dossier with its personal data, and its fees where the settings ask for them."""
        detail = self._dossier(native_id)
        fees = self._client.fees([native_id]) if self._with_fees else None
        return self._mapping.full(detail, fees)

    def replay(self, payload: object) -> DossierReading:
        """Map a quarantined list item again."""
        return self._mapping.reading(payload)

    def check(self) -> Health:
        """Token, then the first page of the list."""
        return checked(self._client.login, self._first_page, self._client.server_date, self._clock)

    def close(self) -> None:
        self._client.close()

    def _first_page(self) -> str:
        page = self.page(0)
        total = "" if page.total is None else f" of {page.total}"
        bad = f", {len(page.rejects)} of them unusable" if page.rejects else ""
        return f"{page.fetched}{total} dossiers{bad}"


def _reject(item: object, problem: RecordError) -> Reject:
    """The item with its reason, and its id and code where they are readable."""
    named = item if isinstance(item, Mapping) else {}
    return Reject(
        field=problem.field,
        reason=problem.reason,
        native_id=_first_text(named.get("id")),
        code=_first_code(named),
        payload=item,
    )


def _has_id(item: object) -> bool:
    return isinstance(item, Mapping) and item.get("id") not in (None, "")


def _first_code(item: Mapping[Any, object]) -> str | None:
    """A code that the item holds in whatever form: what it names is not missing."""
    for value in (item.get("code"), item.get("nationCode")):
        if found := _first_text(value):
            return canonical_code(found) or None
    return None


def _first_text(value: object) -> str | None:
    return next((text for text in texts_of(value) if 0 < len(text) <= _LONGEST), None)


def _build(name: str, role: Role, settings: Any, context: Context) -> IgateAdapter:
    transport = transport_of(name, settings, context)
    deployment, account = settings.deployment(), settings.account(context.base_dir)
    client = IgateClient(name, transport, deployment, account)
    key = f"sources.{name}"
    mapping = IgateMapping(
        name,
        context.key,
        igate_statuses(
            settings.status.by_id,
            settings.status.by_name,
            preset=settings.status.preset,
            key=f"{key}.status",
        ),
        igate_channels(settings.channel.by_id, settings.channel.by_name, key=f"{key}.channel"),
        IgateOptions(settings.task.rules(), settings.state, settings.file_url),
    )
    return IgateAdapter(name, role, settings, client, mapping, context)


ADAPTER = AdapterType(IgateSettings, frozenset({Role.ONE_STOP, Role.MINISTRY}), _build)
