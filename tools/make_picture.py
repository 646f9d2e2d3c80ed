"""Draws ``docs/img/demo.svg`` and ``demo.vi.svg`` from the output of ``khop demo``.

``python -m tools.make_picture`` runs the demo once in each language, in an empty folder. Only the
name of that folder is removed from the output; the number of seconds differs from run to run.
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

from tools.repository import ROOT

#: Width of the picture, in characters.
_WIDTH = 100
#: The picture must load nothing from the network, so the font is removed.
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
    """The output of a demo: results and notes, in their order."""
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
    """The environment of the demo. This Python's programs come first in PATH, so that the demo
    prints ``khop`` as the name of the program."""
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
