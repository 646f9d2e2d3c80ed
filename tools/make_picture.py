"""Draws ``docs/img/demo.svg`` and ``demo.vi.svg`` from what ``khop demo`` really prints.

``python -m tools.make_picture`` runs the demo once in each language, in an empty folder, and puts
its output into a picture. Only the name of that folder is taken out; how many seconds it took
differs from run to run.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
from io import StringIO
from pathlib import Path

from rich.console import Console
from rich.terminal_theme import DIMMED_MONOKAI
from rich.text import Text

from tools.generate_docs import ROOT

#: Width of the picture, in characters.
_WIDTH = 100
#: A picture in a repository fetches nothing from anywhere.
_FETCHED_FONT = re.compile(r"@font-face \{.*?\}\s*", re.DOTALL)


def main() -> int:
    """Write both pictures. Raises CalledProcessError when a demo fails."""
    for lang, name in (("en", "demo.svg"), ("vi", "demo.vi.svg")):
        path = ROOT / "docs" / "img" / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(picture(demo_output(lang)), "utf-8")
        print(path.relative_to(ROOT))
    return 0


def demo_output(lang: str) -> str:
    """All that a demo prints, results and notes in the order they come."""
    with tempfile.TemporaryDirectory() as folder:
        done = subprocess.run(
            [sys.executable, "-m", "khop", "--lang", lang, "demo"],
            cwd=folder,
            env=_environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            encoding="utf-8",
            check=True,
        )
        return done.stdout.replace(f"{Path(folder).resolve()}{os.sep}", "")


def _environment() -> dict[str, str]:
    """With this Python's programs in front: the demo then calls itself by its name."""
    programs = os.pathsep.join((str(Path(sys.executable).parent), os.environ.get("PATH", "")))
    return {**os.environ, "COLUMNS": str(_WIDTH), "PYTHONPATH": str(ROOT), "PATH": programs}


def picture(output: str) -> str:
    """The output as an SVG of a terminal."""
    console = Console(width=_WIDTH, record=True, file=StringIO(), highlight=False)
    console.print(Text("$ khop demo", style="bold"))
    console.print(Text(output.rstrip()))
    svg = console.export_svg(title="khop demo", theme=DIMMED_MONOKAI, unique_id="khop-demo")
    return _FETCHED_FONT.sub("", svg)


if __name__ == "__main__":
    sys.exit(main())
