"""What all tests share."""

from __future__ import annotations

import os

from hypothesis import settings

# The same examples every time, so that a change is to blame for what fails; new ones are drawn
# where KHOP_FUZZ_EXAMPLES is set. A busy machine takes its time over one: that is no failure.
settings.register_profile("khop", deadline=None, derandomize="KHOP_FUZZ_EXAMPLES" not in os.environ)
settings.load_profile("khop")
