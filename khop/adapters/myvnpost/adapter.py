"""MyVNPost as a system that can be asked for the history of a dossier's letters
(docs/systems/vnpost.md)."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from khop.adapters.http import checked, transport_of
from khop.adapters.myvnpost.settings import MyVnpostSettings
from khop.adapters.ports import AdapterType, Context, Health, Role
from khop.connectors.myvnpost import MyVnpostClient, WebhookNews, read_webhook, webhook_key
from khop.connectors.myvnpost.answers import sale_order_codes
from khop.errors import ConfigError
from khop.mappings.myvnpost.history import HistoryMapping
from khop.mappings.records import StatusRecord
from khop.mappings.vnpost.mapping import postal_codes
from khop.text.logs import Log

log = Log(__name__)

#: An order number that no order has, for the harmless read of a check.
_NO_ORDER = "KHOP-CHECK-000000-0000"


class MyVnpostAdapter:
    """An ``EvidenceLookup`` over MyVNPost."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: MyVnpostSettings,
        client: MyVnpostClient,
        mapping: HistoryMapping,
        context: Context,
    ) -> None:
        self.name = name
        self.role = role
        self.connections = settings.connections
        self.lookup_budget = settings.lookup_budget
        #: For programs: orders, fees and places of the post.
        self.client = client
        self._settings = settings
        self._mapping = mapping
        self._context = context
        self._numbers = settings.order_numbers()

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        """The history of the orders of a dossier; empty when the post has none."""
        lost: list[str] = []
        found = tuple(
            record
            for number in self._numbers.all_of(code)
            for record in self._mapping.records(number, self.client.history(number), lost)
        )
        if lost:
            log.info("times_of_events_lost", source=self.name, code=code, fields=lost)
        return found

    def webhook(self, body: bytes) -> WebhookNews:
        """The content of a call from the post; no call is made to the post.

        Raises RecordError for a call that is malformed, not signed, or too old; ConfigError
        without ``webhook_key_file``.
        """
        return read_webhook(
            body,
            webhook_key(self._key()),
            now=self._context.clock(),
            longest_age=timedelta(minutes=self._settings.webhook_minutes),
        )

    def confirmed(self, news: WebhookNews) -> StatusRecord | None:
        """The evidence of a call: its signed item, under the order number that the post gives
        when it is asked about the waybill. None when no item is confirmed, when the post has no
        such waybill, or gives several numbers.

        Raises ConnectorError, RecordError.
        """
        item = None if news.confirmed is None else news.confirmed.item_code
        numbers = set() if item is None else sale_order_codes(self.client.order(item), item)
        return self._mapping.news(news, numbers.pop()) if len(numbers) == 1 else None

    def check(self) -> Health:
        """Log in, then ask for the history of an order that does not exist."""
        client = self.client
        return checked(client.login, self._ask, client.server_date, self._context.clock)

    def close(self) -> None:
        self.client.close()

    def _ask(self) -> str:
        self.client.history(_NO_ORDER)
        return "a look-up was answered"

    def _key(self) -> bytes:
        key = f"sources.{self.name}.webhook_key_file"
        if self._settings.webhook_key_file is None:
            raise ConfigError("name the file with the key that signs the post's calls", key=key)
        try:
            return (self._context.base_dir / self._settings.webhook_key_file).read_bytes()
        except OSError as error:
            raise ConfigError(
                f"cannot be read ({type(error).__name__}); let the account of khop read it", key=key
            ) from None


def _build(name: str, role: Role, settings: Any, context: Context) -> MyVnpostAdapter:
    transport = transport_of(name, settings, context)
    deployment, account = settings.deployment(), settings.account(context.base_dir)
    words = settings.answers.words()
    client = MyVnpostClient(name, transport, deployment, account, words)
    codes = postal_codes(settings.codes, settings.delivered_codes, settings.handed_codes)
    mapping = HistoryMapping(name, codes, settings.order_numbers())
    return MyVnpostAdapter(name, role, settings, client, mapping, context)


ADAPTER = AdapterType(MyVnpostSettings, frozenset({Role.POST}), _build)
