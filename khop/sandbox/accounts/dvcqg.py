"""The province's account on the national portal."""

USERNAME = "h99_onegate"
PASSWORD = "sandbox-dvcqg"
DSTCODE = "VN:GOV:000.00.00.G22:vpcpdvcprovider"
