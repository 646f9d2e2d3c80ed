"""Ports that a system fills, and what an adapter of your own is built from.

An adapter joins a connector and a mapping behind one or more ports. One folder for each system,
``files`` for office files. docs/extend.md says how to add one.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
