"""The province's account with the population database, on each way that leads to it."""

USERNAME = "h99"
SECRET = "sandbox-population"
CONSUMER_KEY = "khop"
CONSUMER_SECRET = "sandbox-population-gateway"
#: The members of the header ``lgspaccesstoken``, in the order that the exchange demands.
LGSP_ACCOUNT = {
    "AccessKey": "sandbox-access",
    "SecretKey": "sandbox-exchange",
    "AppName": "khop",
    "PartnerCode": "H99",
    "PartnerCodeCus": "H99",
}
LGSP_KEY_NAME = "canbo.mau"
LGSP_KEY_PASS = "sandbox-officer"
FRONT_AUTH = "sandbox-front"

SIGN_PATH = "/csdldc"
