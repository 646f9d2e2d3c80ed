"""Copies of a ledger: made, put back, and moved to another database."""
