"""The province's account on a ministry's one-stop."""

CLIENT = "svc-ministry"
SECRET = "sandbox-ministry"
