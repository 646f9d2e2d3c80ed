"""The public-administration post as a feed of evidence, and as the carrier of papers."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, TypeVar

from khop.adapters.http import checked, transport_of
from khop.adapters.ports import AdapterType, Context, EvidencePage, Health, Role
from khop.adapters.settings import Secret
from khop.adapters.vnpost.settings import VnpostSettings
from khop.connectors.http.checks import header_value
from khop.connectors.vnpost import (
    Access,
    ClsAccount,
    FixedToken,
    NgspClient,
    PriceQuestion,
    lgsp_key_access,
    lgsp_tttt_access,
    ngsp_access,
    send_cls_notice,
)
from khop.connectors.vnpost.feed import BEYOND, object_id
from khop.connectors.vnpost.wire import PricePlace
from khop.errors import ConfigError, RecordError
from khop.mappings.records import FullDossier, Reject, StatusRecord
from khop.mappings.vnpost.mapping import FeedMapping, postal_codes
from khop.mappings.vnpost.orders import Office, OrderMapping, OrderRules, cls_notice
from khop.mappings.vnpost.places import Place, PlaceTable
from khop.text.logs import Log

log = Log(__name__)

T = TypeVar("T")

_LONGEST_ID = 100


class VnpostAdapter:
    """An ``EvidenceSource`` over the feed; for programs also a way to order transport."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: VnpostSettings,
        client: NgspClient,
        mapping: FeedMapping,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self._settings = settings
        self._client = client
        self._mapping = mapping
        self._context = context
        self._numbers = settings.order_numbers()
        self._places = PlaceTable(settings.provinces, settings.districts, key=f"sources.{name}")

    def events(self, after: str | None) -> EvidencePage:
        """The events that follow the id ``after``, at most ``page_size``."""
        page = self._client.events(after, self._settings.page_size)
        records: list[StatusRecord] = []
        rejects: list[Reject] = []
        lost: list[str] = []
        for event in page.events:
            try:
                records.append(self._mapping.record(event, lost))
            except RecordError as problem:
                rejects.append(_reject(event, problem))
        if lost:
            log.info("times_of_events_lost", source=self.name, events=len(lost))
        return EvidencePage(page.position, page.last, tuple(records), tuple(rejects))

    def replay_event(self, payload: object) -> StatusRecord:
        """Map a quarantined event again."""
        return self._mapping.record(payload)

    def order_collect(
        self, dossier: FullDossier, *, cod_amount: float = 0, item_code: str | None = None
    ) -> None:
        """Order the collection of papers from the applicant. ``cod_amount``: đồng to collect.

        Raises RecordError before anything is sent; AlreadyExists when the post has this order
        number, perhaps from an earlier try; Refused, OutcomeUnknown, other ConnectorErrors.
        """
        self._client.post_order(
            self._orders().collect(dossier, cod_amount=cod_amount, item_code=item_code)
        )

    def order_return(
        self, dossier: FullDossier, *, cod_amount: float = 0, item_code: str | None = None
    ) -> None:
        """Order the delivery of the result to the applicant. As ``order_collect``."""
        self._client.post_order(
            self._orders().bring_back(dossier, cod_amount=cod_amount, item_code=item_code)
        )

    def cancel(self, code: str, *, collecting: bool) -> None:
        """Cancel an order of a dossier. Without suffixes both its orders have the same number.

        Raises AlreadyExists when it was probably cancelled before; Refused, OutcomeUnknown.
        """
        self._client.cancel(self._numbers.of(code, collecting=collecting))

    def announce(
        self, dossier: FullDossier, *, sends: bool, receives: bool, state: int = 0
    ) -> None:
        """Announce a dossier to the post (docs/systems/vnpost.md). Raises as
        ``order_collect``."""
        orders = self._orders()
        self._client.announce(orders.document(dossier, sends=sends, receives=receives, state=state))

    def price(self, address: str, weight: int) -> int:
        """The price from the office to an address, in đồng. ``weight``: gram.

        Raises RecordError when the address names no province of the table; ConnectorError.
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
        """Notify the Hanoi post that a result is ready. Raises ConfigError, ConnectorError."""
        cls = self._settings.cls
        key = f"sources.{self.name}.cls"
        if not cls.url or cls.password is None:
            raise ConfigError("write url, username and password", key=key)
        password = cls.password.revealed_in(self._context.base_dir)
        notice = cls_notice(
            dossier,
            post_office=cls.post_office,
            with_identity=self._settings.send_identity_number,
        )
        account = ClsAccount(cls.url, cls.username, password)
        words = self._settings.answers.words()
        send_cls_notice(self._client.transport, account, notice, words)

    def check(self) -> Health:
        """Log in, then ask the feed for the events after an id that no event can follow."""
        client = self._client
        return checked(client.login, self._ask, client.server_date, self._context.clock)

    def close(self) -> None:
        self._client.close()

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
    """The event with its reason, and its id and order number where they are readable."""
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


def _access(name: str, settings: VnpostSettings, context: Context) -> Access:
    """How calls authenticate. Raises ConfigError for a key that this kind of access requires."""

    def secret_of(key: str, value: Secret | None) -> Callable[[], str]:
        return _needed(name, key, value).revealed_in(context.base_dir)

    if settings.access == "front":
        token = secret_of("access_token", settings.access_token)
        return FixedToken(token, header_value(name, "token_header", settings.token_header))
    url = _needed(name, "token_url", settings.token_url)
    if settings.access == "lgsp_key":
        return lgsp_key_access(name, url, secret_of("key_token", settings.key_token))
    key = _needed(name, "consumer_key", settings.consumer_key or None)
    secret = secret_of("consumer_secret", settings.consumer_secret)
    if settings.access == "lgsp_tttt":
        codes = {str(operation): code for operation, code in settings.service_codes.items()}
        return lgsp_tttt_access(name, url, key, secret, settings.service_code, codes)
    return ngsp_access(name, url, key, secret)


def _needed(name: str, key: str, value: T | None) -> T:
    if value is None:
        raise ConfigError("this kind of access requires this key", key=f"sources.{name}.{key}")
    return value


def _build(name: str, role: Role, settings: Any, context: Context) -> VnpostAdapter:
    access = _access(name, settings, context)
    transport = transport_of(name, settings, context)
    words = settings.answers.words()
    client = NgspClient(name, transport, access, settings.deployment(), words, now=context.clock)
    codes = postal_codes(settings.codes, settings.delivered_codes, settings.handed_codes)
    mapping = FeedMapping(name, codes, settings.order_numbers())
    return VnpostAdapter(name, role, settings, client, mapping, context)


ADAPTER = AdapterType(VnpostSettings, frozenset({Role.POST}), _build)
