"""Leases: one process at a time does one kind of work on a ledger."""
