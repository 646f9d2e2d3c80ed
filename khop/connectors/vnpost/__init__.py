"""VNPost, the public-administration post (docs/systems/vnpost.md)."""

from khop.connectors.vnpost.client import NgspClient, NgspDeployment
from khop.connectors.vnpost.cls import ClsAccount, send_cls_notice
from khop.connectors.vnpost.feed import FeedPage
from khop.connectors.vnpost.tokens import (
    Access,
    FixedToken,
    TokenAccess,
    lgsp_key_access,
    lgsp_tttt_access,
    ngsp_access,
)
from khop.connectors.vnpost.wire import (
    ClsNotice,
    DocumentMessage,
    DocumentPerson,
    DocumentProcedure,
    Order,
    PricePlace,
    PriceQuestion,
)

__all__ = [
    "Access",
    "ClsAccount",
    "ClsNotice",
    "DocumentMessage",
    "DocumentPerson",
    "DocumentProcedure",
    "FeedPage",
    "FixedToken",
    "NgspClient",
    "NgspDeployment",
    "Order",
    "PricePlace",
    "PriceQuestion",
    "TokenAccess",
    "lgsp_key_access",
    "lgsp_tttt_access",
    "ngsp_access",
    "send_cls_notice",
]
