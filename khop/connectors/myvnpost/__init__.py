"""MyVNPost, the commercial interface of the post (docs/systems/vnpost.md)."""

from khop.connectors.myvnpost.answers import CancelAnswer, CreatedOrder
from khop.connectors.myvnpost.client import MyVnpostAccount, MyVnpostClient, MyVnpostDeployment
from khop.connectors.myvnpost.webhook import WebhookItem, WebhookNews, read_webhook, webhook_key
from khop.connectors.myvnpost.wire import AddonService, ParcelOrder

__all__ = [
    "AddonService",
    "CancelAnswer",
    "CreatedOrder",
    "MyVnpostAccount",
    "MyVnpostClient",
    "MyVnpostDeployment",
    "ParcelOrder",
    "WebhookItem",
    "WebhookNews",
    "read_webhook",
    "webhook_key",
]
