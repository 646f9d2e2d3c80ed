"""MyVNPost as a system that can be asked what happened to a dossier's letter
(docs/systems/vnpost.md)."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Annotated, Any

from pydantic import Field

from khop.adapters.http import checked, transport_of
from khop.adapters.ports import AdapterType, Context, Health, Role
from khop.adapters.settings import Secret
from khop.adapters.vnpost.settings import Channel, PostalCodeSettings
from khop.connectors.http.transport import Transport
from khop.connectors.myvnpost.answers import sale_order_codes
from khop.connectors.myvnpost.client import MyVnpostAccount
from khop.connectors.vnpost import MyVnpostClient, WebhookNews, read_webhook, webhook_key
from khop.errors import ConfigError
from khop.mappings.myvnpost.history import HistoryMapping
from khop.mappings.records import StatusRecord
from khop.mappings.vnpost.mapping import OrderNumbers, postal_codes

#: Shape of a number that no order has: the harmless read of a check.
_NO_ORDER = "KHOP-CHECK-000000-0000"


class MyVnpostSettings(PostalCodeSettings):
    """``[sources.NAME]`` with ``adapter = "myvnpost"``."""

    codes: Annotated[Channel, Field(description="Whose list the states are read by.")] = "myvnpost"
    base_url: Annotated[str, Field(description="The host, such as https://connect-my.vnpost.vn.")]
    path_prefix: Annotated[
        str, Field(description="What stands before every path; empty where nothing does.")
    ] = "/customer-partner"
    username: Annotated[str, Field(description="Account.")]
    password: Annotated[Secret, Field(description="Its password: { env = … } or { file = … }.")]
    customer_code: Annotated[str, Field(description="Customer number.")]
    contract_code: Annotated[str, Field(description="Contract number, written into orders.")] = ""
    session_minutes: Annotated[
        float, Field(gt=0, description="How long a token is used; its end is not told.")
    ] = 30.0
    lookup_budget: Annotated[int, Field(ge=0, description="Look-ups that one pull may make.")] = (
        5_000
    )
    legacy_tls: Annotated[
        bool,
        Field(
            description="Accept a server that cannot renegotiate safely (RFC 5746); a risk: set it "
            "only when the connection fails for that reason."
        ),
    ] = False
    webhook_key_file: Annotated[
        Path | None, Field(description="PEM of the key that signs the post's calls to us.")
    ] = None
    webhook_minutes: Annotated[
        float, Field(gt=0, description="Calls signed longer ago are refused as replays.")
    ] = 1440.0


class MyVnpostAdapter:
    """An ``EvidenceLookup`` over MyVNPost."""

    def __init__(
        self,
        name: str,
        role: Role,
        settings: MyVnpostSettings,
        client: MyVnpostClient,
        mapping: HistoryMapping,
        transport: Transport,
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
        self._transport = transport
        self._context = context
        self._numbers = OrderNumbers(settings.collect_suffix, settings.return_suffix)

    def evidence_of(self, code: str) -> tuple[StatusRecord, ...]:
        """What happened to the orders of a dossier; empty when none is known."""
        return tuple(
            record
            for number in self._numbers.all_of(code)
            for record in self._mapping.records(number, self.client.history(number))
        )

    def webhook(self, body: bytes) -> WebhookNews:
        """What a call of the post says; no call is made for it.

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
        """The evidence of a call: its signed item, under the number that the post names when it
        is asked about the waybill. None when it knows no such waybill, or several numbers.

        Raises ConnectorError, RecordError.
        """
        item = news.confirmed.item_code
        numbers = set() if item is None else sale_order_codes(self.client.order(item), item)
        return self._mapping.news(news, numbers.pop()) if len(numbers) == 1 else None

    def check(self) -> Health:
        """Login, then the history of an order that nobody made."""
        client = self.client
        return checked(client.login, self._ask, client.server_date, self._context.clock)

    def close(self) -> None:
        self._transport.close()

    def _ask(self) -> str:
        self.client.history(_NO_ORDER)
        return "a look-up was answered"

    def _key(self) -> bytes:
        key = f"sources.{self.name}.webhook_key_file"
        if self._settings.webhook_key_file is None:
            raise ConfigError("write where the key of the post's calls is", key=key)
        try:
            return (self._context.base_dir / self._settings.webhook_key_file).read_bytes()
        except OSError as error:
            raise ConfigError(f"cannot be read ({type(error).__name__})", key=key) from None


def _build(name: str, role: Role, settings: Any, context: Context) -> MyVnpostAdapter:
    transport = transport_of(name, settings, context, legacy_tls=settings.legacy_tls)
    account = MyVnpostAccount(
        settings.username,
        lambda: settings.password.reveal(context.base_dir),
        settings.customer_code,
        settings.contract_code,
    )
    client = MyVnpostClient(
        name,
        transport,
        account,
        base_url=settings.base_url,
        path_prefix=settings.path_prefix,
        session_seconds=settings.session_minutes * 60,
    )
    codes = postal_codes(settings.codes, settings.delivered_codes, settings.handed_codes)
    numbers = OrderNumbers(settings.collect_suffix, settings.return_suffix)
    mapping = HistoryMapping(name, codes, numbers)
    return MyVnpostAdapter(name, role, settings, client, mapping, transport, context)


ADAPTER = AdapterType(MyVnpostSettings, frozenset({Role.POST}), _build)
