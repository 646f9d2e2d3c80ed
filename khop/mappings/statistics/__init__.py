"""Report form II.06a and the list of statistics errors: how dossiers are counted."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
