"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples every time, so that a change is to blame for what fails. KHOP_FUZZ_EXAMPLES
# draws new ones, so many for each test. A busy machine takes its time over one: no failure.
EXAMPLES = os.environ.get("KHOP_FUZZ_EXAMPLES")
settings.register_profile(
    "khop", deadline=None, derandomize=EXAMPLES is None, max_examples=int(EXAMPLES or 100)
)
settings.load_profile("khop")
