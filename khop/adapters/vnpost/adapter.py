"""The public-administration post as a feed of evidence, and as a carrier."""

from __future__ import annotations

from collections.abc import Mapping
from functools import partial
from typing import Any, TypeVar

from khop.adapters.http import checked, transport_of
from khop.adapters.ports import AdapterType, Context, EvidencePage, Health, Role
from khop.adapters.settings import Secret
from khop.adapters.vnpost.settings import PostalCodeSettings, VnpostSettings
from khop.connectors.http.checks import header_value
from khop.connectors.http.transport import Transport
from khop.connectors.vnpost import (
    Access,
    ClsClient,
    FixedToken,
    NgspClient,
    PriceQuestion,
    lgsp_key_access,
    lgsp_tttt_access,
    ngsp_access,
)
from khop.connectors.vnpost.client import OPERATIONS
from khop.connectors.vnpost.feed import BEYOND, object_id
from khop.connectors.vnpost.wire import PricePlace
from khop.errors import ConfigError, RecordError
from khop.mappings.records import FullDossier, Reject, StatusRecord
from khop.mappings.vnpost.mapping import FeedMapping, OrderNumbers, postal_codes
from khop.mappings.vnpost.orders import Office, OrderMapping, OrderRules, cls_notice
from khop.mappings.vnpost.places import Place, PlaceTable

T = TypeVar("T")

_LONGEST_ID = 100


class VnpostAdapter:
    """An ``EvidenceSource`` over the feed; for programs also a way to order journeys."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: VnpostSettings,
        client: NgspClient,
        mapping: FeedMapping,
        transport: Transport,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self._settings = settings
        self._client = client
        self._mapping = mapping
        self._transport = transport
        self._context = context
        self._numbers = _numbers(settings)
        self._places = PlaceTable(settings.provinces, settings.districts, key=f"sources.{name}")

    def events(self, after: str | None) -> EvidencePage:
        """The events that follow the id ``after``, at most ``page_size``."""
        page = self._client.events(after, self._settings.page_size)
        records: list[StatusRecord] = []
        rejects: list[Reject] = []
        for event in page.events:
            try:
                records.append(self._mapping.record(event))
            except RecordError as problem:
                rejects.append(_reject(event, problem))
        return EvidencePage(page.position, page.last, tuple(records), tuple(rejects))

    def replay_event(self, payload: object) -> StatusRecord:
        """Map a quarantined event again."""
        return self._mapping.record(payload)

    def order_collect(
        self, dossier: FullDossier, *, cod_amount: float = 0, item_code: str | None = None
    ) -> None:
        """Have the papers fetched from the applicant. ``cod_amount``: đồng to collect.

        Raises RecordError before anything is sent; AlreadyExists when the number is there,
        perhaps from an earlier try; Refused, OutcomeUnknown, other ConnectorErrors.
        """
        self._client.post_order(
            self._orders().collect(dossier, cod_amount=cod_amount, item_code=item_code)
        )

    def order_return(
        self, dossier: FullDossier, *, cod_amount: float = 0, item_code: str | None = None
    ) -> None:
        """Have the result brought to the applicant. As ``order_collect``."""
        self._client.post_order(
            self._orders().bring_back(dossier, cod_amount=cod_amount, item_code=item_code)
        )

    def cancel(self, code: str, *, collecting: bool) -> None:
        """Take back the order of a dossier. Without suffixes both its orders have one number.

        Raises AlreadyExists when it seems to be cancelled already; Refused, OutcomeUnknown.
        """
        self._client.cancel(self._numbers.of(code, collecting=collecting))

    def announce(
        self, dossier: FullDossier, *, sends: bool, receives: bool, state: int = 0
    ) -> None:
        """Tell the post of a dossier (docs/systems/vnpost.md). Raises as ``order_collect``."""
        orders = self._orders()
        self._client.announce(orders.document(dossier, sends=sends, receives=receives, state=state))

    def price(self, address: str, weight: int) -> int:
        """What a journey from the office to an address costs, in đồng. ``weight``: gram.

        Raises RecordError when the address has no province of the table; ConnectorError.
        """
        if weight <= 0:
            raise RecordError("weight", "is not above 0")
        office = self._settings.office
        place = self._places.of_address(address, "address")
        question = PriceQuestion(
            weight=weight,
            sender=PricePlace(provCode=office.province, distCode=office.district),
            receiver=PricePlace(provCode=place.province, distCode=place.district),
        )
        return self._client.price(question)

    def notify_ready(self, dossier: FullDossier) -> None:
        """Tell the Hanoi post that a result is ready. Raises ConfigError, ConnectorError."""
        cls = self._settings.cls
        key = f"sources.{self.name}.cls"
        if not cls.url or cls.password is None:
            raise ConfigError("write url, username and password", key=key)
        password = cls.password
        client = ClsClient(
            self.name,
            self._transport,
            url=cls.url,
            username=cls.username,
            password=lambda: password.reveal(self._context.base_dir),
        )
        client.notify(
            cls_notice(
                dossier,
                post_office=cls.post_office,
                with_identity=self._settings.send_identity_number,
            )
        )

    def check(self) -> Health:
        """Token, then the feed after an id that nothing can follow."""
        client = self._client
        return checked(client.login, self._ask, client.server_date, self._context.clock)

    def close(self) -> None:
        self._transport.close()

    def _ask(self) -> str:
        self._client.events(BEYOND, 1)
        return "the feed was answered"

    def _orders(self) -> OrderMapping:
        settings, office = self._settings, self._settings.office
        if not (office.name and office.address and office.phone and office.province):
            raise ConfigError(
                "write name, address, phone and province", key=f"sources.{self.name}.office"
            )
        rules = OrderRules(
            customer_code=settings.customer_code,
            numbers=self._numbers,
            longest=settings.description_length,
            with_identity=settings.send_identity_number,
            flag_config=settings.flag_config,
        )
        place = Place(office.province, district=office.district)
        return OrderMapping(
            rules,
            Office(office.name, office.address, office.phone, place, office.email),
            self._places,
        )


def _reject(event: object, problem: RecordError) -> Reject:
    """The event with its reason, and what names it as far as that can be read."""
    named = event if isinstance(event, Mapping) else {}
    code = named.get("OrderNumber")
    short = isinstance(code, str) and 0 < len(code) <= _LONGEST_ID
    return Reject(
        field=problem.field,
        reason=problem.reason,
        native_id=object_id(named.get("_id")),
        code=code if short else None,
        payload=event,
    )


def _numbers(settings: PostalCodeSettings) -> OrderNumbers:
    return OrderNumbers(settings.collect_suffix, settings.return_suffix)


def _access(name: str, settings: VnpostSettings, context: Context) -> Access:
    """The way in; each wants its own keys. Raises ConfigError for one that is missing."""

    def revealed(key: str) -> str:
        secret: Secret | None = getattr(settings, key)
        return _needed(name, key, secret).reveal(context.base_dir)

    if settings.access == "front":
        _needed(name, "access_token", settings.access_token)
        header = header_value(name, "token_header", settings.token_header)
        return FixedToken(partial(revealed, "access_token"), header)
    url = _needed(name, "token_url", settings.token_url)
    if settings.access == "lgsp_key":
        _needed(name, "key_token", settings.key_token)
        return lgsp_key_access(name, url, partial(revealed, "key_token"))
    key = _needed(name, "consumer_key", settings.consumer_key or None)
    _needed(name, "consumer_secret", settings.consumer_secret)
    secret = partial(revealed, "consumer_secret")
    if settings.access == "lgsp_tttt":
        codes = {str(operation): code for operation, code in settings.service_codes.items()}
        return lgsp_tttt_access(name, url, key, secret, settings.service_code, codes)
    return ngsp_access(name, url, key, secret)


def _needed(name: str, key: str, value: T | None) -> T:
    if value is None:
        raise ConfigError("this kind of access needs this key", key=f"sources.{name}.{key}")
    return value


def _build(name: str, role: Role, settings: Any, context: Context) -> VnpostAdapter:
    access = _access(name, settings, context)
    transport = transport_of(name, settings, context)
    urls = {operation: getattr(settings, f"{operation}_url") for operation in OPERATIONS}
    client = NgspClient(
        name,
        transport,
        access,
        urls={operation: url for operation, url in urls.items() if url},
        customer_code=settings.customer_code,
        now=context.clock,
    )
    codes = postal_codes(settings.codes, settings.delivered_codes, settings.handed_codes)
    mapping = FeedMapping(name, codes, _numbers(settings))
    return VnpostAdapter(name, role, settings, client, mapping, transport, context)


ADAPTER = AdapterType(VnpostSettings, frozenset({Role.POST}), _build)
