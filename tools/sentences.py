"""Lists the English sentences of khop's library, and those that have no translation.

``python -m tools.sentences`` prints each sentence without a Vietnamese translation as a line of
``khop/text/translations/vi.toml``. A sentence is a text given to an error, to a step of a check, as
the reason of a refused record or row, or as the description of a key of khop.toml.
"""

from __future__ import annotations

import ast
import json
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import TypeGuard

from khop.text.translation import sentences
from tools.repository import ROOT

#: What a sentence is given to.
TAKERS = frozenset(
    {
        "AdapterError", "AlarmSentence", "AlarmText", "AlreadyExists", "BadAnswer",
        "CellError", "CheckStep", "CircuitOpen", "ConfigError", "ConnectorError",
        "Field", "KhopError", "LedgerError", "OutcomeUnknown", "PushEnded",
        "PydanticCustomError", "RateLimited", "RecordError", "Refused", "Reject",
        "Unauthorised", "Unreachable", "Unreadable", "Unusable", "ValueError",
    }
)  # fmt: skip
#: Names that sentences are assigned to, or given by.
NAMES = frozenset({"counted", "detail", "meaning", "not_read", "reason", "why", "NO_HEADERS"})
#: Where a text that a function answers is the detail of a step of a check.
_CHECKED = "adapters"
#: Endings of the names of the classes that a model of khop.toml derives from.
_SETTINGS = ("BaseModel", "TableModel", "Settings", "Overrides")
#: The sandbox speaks for other systems, the command line has sentences in both languages.
_LEFT_OUT = ("sandbox", "cli", "audit", "testing")


def library_sentences() -> dict[str, Path]:
    """Sentence with gaps -> a file that holds it."""
    found: dict[str, Path] = {}
    for path in sorted((ROOT / "khop").rglob("*.py")):
        if path.relative_to(ROOT / "khop").parts[0] not in _LEFT_OUT:
            checked = _CHECKED in path.parts
            for text in _sentences(ast.parse(path.read_text("utf-8")), checked):
                found.setdefault(text, path)
    return found


def untranslated(lang: str = "vi") -> dict[str, Path]:
    """The sentences without a translation, with a file that holds each."""
    known = sentences(lang)
    return {text: path for text, path in library_sentences().items() if text not in known}


def _sentences(tree: ast.AST, checked: bool) -> Iterator[str]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and _name(node.func) in TAKERS:
            for given in (*node.args, *(keyword.value for keyword in node.keywords)):
                yield from _texts(given)
        elif isinstance(node, ast.ClassDef) and _is_settings(node):
            yield from (ast.get_docstring(node) or "").replace("``", "").splitlines()[:1]
        elif isinstance(node, ast.Assign):
            names = {target.id for target in node.targets if isinstance(target, ast.Name)}
            if names & NAMES:
                yield from _texts(node.value)
        elif _gives_text(node, checked) and node.value is not None:
            yield from _texts(node.value)


def _gives_text(node: ast.AST, checked: bool) -> TypeGuard[ast.keyword | ast.Return | ast.Yield]:
    if isinstance(node, ast.keyword):
        return node.arg in NAMES
    return checked and isinstance(node, ast.Return | ast.Yield)


def _is_settings(node: ast.ClassDef) -> bool:
    """Whether the class is a model of khop.toml, whose first sentence is a comment there."""
    return any(_name(base).endswith(_SETTINGS) for base in node.bases)


def _texts(node: ast.AST) -> Iterator[str]:
    """The texts in an expression that are sentences: several words, one of them a word."""
    text = _with_gaps(node)
    if text is not None:
        if _is_sentence(text):
            yield text
    else:
        for below in ast.iter_child_nodes(node):
            yield from _texts(below)
    if isinstance(node, ast.JoinedStr):
        for part in node.values:
            if isinstance(part, ast.FormattedValue):
                yield from _texts(part.value)


def _with_gaps(node: ast.AST) -> str | None:
    if isinstance(node, ast.Constant) and isinstance(node.value, str):
        return node.value
    if not isinstance(node, ast.JoinedStr):
        return None
    parts, gap = [], 0
    for part in node.values:
        if isinstance(part, ast.Constant):
            parts.append(str(part.value))
        else:
            parts.append(f"{{{gap}}}")
            gap += 1
    return "".join(parts)


def _is_sentence(text: str) -> bool:
    words = text.split()
    return len(words) > 1 and any(word.isalpha() and len(word) > 2 for word in words)


def _name(function: ast.expr) -> str:
    if isinstance(function, ast.Attribute):
        return function.attr
    return function.id if isinstance(function, ast.Name) else ""


def main() -> int:
    """Print what has no translation; 1 when there is something."""
    missing = untranslated()
    for text, path in sorted(missing.items(), key=lambda item: (str(item[1]), item[0])):
        print(f'{json.dumps(text, ensure_ascii=False)} = ""    # {path.relative_to(ROOT)}')
    print(f"{len(missing)} of {len(library_sentences())} sentences", file=sys.stderr)
    return 1 if missing else 0


if __name__ == "__main__":
    sys.exit(main())
