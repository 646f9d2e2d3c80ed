"""Where the repository and the recorded samples are."""

from pathlib import Path

TESTS = Path(__file__).parent
ROOT = TESTS.parent
SAMPLES = TESTS / "samples"
