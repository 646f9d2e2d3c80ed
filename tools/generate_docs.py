"""Writes the generated blocks of the documentation.

``python -m tools.generate_docs`` (``make docs``) fills every block between
``<!-- generated: NAME -->`` and ``<!-- end: NAME -->`` in the pages. ``tests/docs`` checks that the
blocks are up to date.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping

from khop.testing import fault_matrix
from tests.contract.systems.all_systems import SYSTEMS
from tools.blocks.commands import commands_page
from tools.blocks.configuration import configuration_page
from tools.blocks.rules import rule_numbers, rules_in_full, rules_in_short
from tools.repository import ROOT, pages

_BLOCK = re.compile(r"(<!-- generated: (\S+) -->\n).*?(<!-- end: \2 -->)", re.DOTALL)

BLOCKS: Mapping[str, Callable[[], str]] = {
    "commands": commands_page,
    "faults": lambda: fault_matrix(SYSTEMS),
    "configuration": configuration_page,
    "rules": rules_in_full,
    "rule-numbers": rule_numbers,
    "rules-en": lambda: rules_in_short("en"),
    "rules-vi": lambda: rules_in_short("vi"),
}


def filled(text: str) -> str:
    """A page with its generated blocks as they must be. Raises KeyError for an unknown block."""
    return _BLOCK.sub(lambda m: f"{m[1]}\n{BLOCKS[m[2]]().strip()}\n\n{m[3]}", text)


def main() -> int:
    """Write every page that is out of date, and print its name."""
    for page in pages():
        text = page.read_text("utf-8")
        if filled(text) != text:
            page.write_text(filled(text), "utf-8")
            print(page.relative_to(ROOT))
    return 0


if __name__ == "__main__":
    sys.exit(main())
