"""The account of one office with MyVNPost."""

USERNAME = "h99"
PASSWORD = "sandbox-myvnpost"
CUSTOMER_CODE = "T000000001"
