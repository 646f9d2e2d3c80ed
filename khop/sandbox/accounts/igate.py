"""The accounts of the one-stop."""

CLIENT_ID = "svc-khop"
CLIENT_SECRET = "sandbox-igate"
PUBLIC_CLIENT = "test-public"
OFFICER = "canbo.mau"
OFFICER_PASSWORD = "sandbox-officer"
#: A service account without the right to read.
BLIND_CLIENT = "svc-blind"

TOKEN_PATH = "/auth/realms/digo/protocol/openid-connect/token"
