"""How the fuzz tests run: the same examples each time, more of them when asked.

``KHOP_FUZZ_EXAMPLES`` raises the number of examples of each test.
"""

from __future__ import annotations

import os

from hypothesis import HealthCheck, settings

_ASKED = int(os.environ.get("KHOP_FUZZ_EXAMPLES", "0"))

#: Generated input is large and often thrown away; how long an example takes is judged by sizes
#: (``growth``), never by a clock.
FUZZ = settings(
    max_examples=_ASKED or 70,
    deadline=None,
    derandomize=not _ASKED,
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ],
)
