"""How an error is told that ended something the daemon did."""

from __future__ import annotations

import traceback
from pathlib import PurePath

from khop.errors import KhopError


def sentence_of(error: Exception) -> str:
    """What is said of an error. The text of one that khop did not raise may hold anything, so it
    is named only by its kind."""
    return str(error) if isinstance(error, KhopError) else f"khop failed ({type(error).__name__})"


def place_of(error: Exception) -> str | None:
    """The file and line that raised it, for the log."""
    frames = traceback.extract_tb(error.__traceback__)
    return f"{PurePath(frames[-1].filename).name}:{frames[-1].lineno}" if frames else None
