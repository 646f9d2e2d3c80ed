"""Pure conversion between wire messages and khop's records: no input or output, no clock.

Records stand here; the packages hold codes, units, time (calendar, due dates, punctuality),
states and statistics, one package each, and one for each system's wire.
"""

import lazy_loader

__getattr__, __dir__, __all__ = lazy_loader.attach_stub(__name__, __file__)
