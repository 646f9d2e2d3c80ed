"""Clients of the systems: calls, sessions, retries, errors. They need no engine and no ledger.

One package for each system, ``http`` for what they share, ``spreadsheets`` for office files.
A connector answers with what the wire says; khop.mappings makes records of it.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
