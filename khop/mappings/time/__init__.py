"""Working days and hours, wire times, time limits, due dates, and on-time judgements."""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
