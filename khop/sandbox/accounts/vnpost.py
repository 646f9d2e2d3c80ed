"""The province's account with the post, behind each of its gateways."""

CONSUMER_KEY = "khop"
CONSUMER_SECRET = "sandbox-vnpost"
CUSTOMER_CODE = "DEMOCUST"
KEY_TOKEN = "sandbox-lgsp-key"
STATIC_TOKEN = "sandbox-front-token"
SERVICE_CODE = "vnpost_post_order"

TOKEN_PATH = "/token"
ORDER_PATH = "/apiVNPostNGSP/p1.0/order/post"
CANCEL_PATH = "/apiVNPostNGSP/p1.0/order/cancel"
TRACKING_PATH = "/apiVNPostNGSP/p1.0/order/tracking"
DOCUMENT_PATH = "/apiVNPostNGSP/p1.0/document/post"
