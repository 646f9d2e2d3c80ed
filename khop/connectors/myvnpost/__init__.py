"""MyVNPost, the commercial interface of the post (docs/systems/vnpost.md)."""

from khop.connectors.myvnpost.client import MyVnpostAccount, MyVnpostClient, MyVnpostDeployment
from khop.connectors.myvnpost.webhook import WebhookItem, WebhookNews, read_webhook, webhook_key

__all__ = [
    "MyVnpostAccount",
    "MyVnpostClient",
    "MyVnpostDeployment",
    "WebhookItem",
    "WebhookNews",
    "read_webhook",
    "webhook_key",
]
