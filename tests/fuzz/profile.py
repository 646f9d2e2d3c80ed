"""How the fuzz tests run."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.tiers import examples

#: Generated input is large and often thrown away; how long an example takes is judged by sizes
#: (``growth``), never by a clock.
FUZZ = settings(
    max_examples=examples(fast=20, full=80),
    database=None,
    suppress_health_check=[
        HealthCheck.too_slow,
        HealthCheck.data_too_large,
        HealthCheck.large_base_example,
        HealthCheck.filter_too_much,
    ],
)
