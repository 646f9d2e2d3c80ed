"""VNPost: the public-administration post, and the commercial MyVNPost (docs/systems/vnpost.md)."""

from khop.connectors.myvnpost.client import MyVnpostClient
from khop.connectors.myvnpost.webhook import WebhookItem, WebhookNews, read_webhook, webhook_key
from khop.connectors.vnpost.client import NgspClient
from khop.connectors.vnpost.cls import ClsClient
from khop.connectors.vnpost.feed import FeedPage
from khop.connectors.vnpost.tokens import (
    Access,
    FixedToken,
    lgsp_key_access,
    lgsp_tttt_access,
    ngsp_access,
)
from khop.connectors.vnpost.wire import (
    DocumentMessage,
    Order,
    PriceQuestion,
)

__all__ = [
    "Access",
    "ClsClient",
    "DocumentMessage",
    "FeedPage",
    "FixedToken",
    "MyVnpostClient",
    "NgspClient",
    "Order",
    "PriceQuestion",
    "WebhookItem",
    "WebhookNews",
    "lgsp_key_access",
    "lgsp_tttt_access",
    "ngsp_access",
    "read_webhook",
    "webhook_key",
]
