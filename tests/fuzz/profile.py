"""The settings of the fuzz tests."""

from __future__ import annotations

from hypothesis import HealthCheck, settings

from tests.tiers import examples

#: Generated input is large and often rejected. The cost of an example is measured with ``growth``,
#: not with a deadline.
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
