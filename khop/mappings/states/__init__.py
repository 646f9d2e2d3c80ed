"""States of a dossier: tables from each system's labels, and the allowed changes."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
