"""The public face: few names, all of them there, and no import that does work."""

from __future__ import annotations

import ast
import re
import subprocess
import sys
from pathlib import Path

import pytest

import khop

SOURCE = Path(khop.__file__)


def test_the_names_are_sorted_and_each_has_a_home() -> None:
    assert khop.__all__ == sorted(khop.__all__)
    assert set(khop.__all__) - {"__version__"} == set(khop._HOMES)  # noqa: SLF001
    assert dir(khop) == khop.__all__


@pytest.mark.parametrize("name", khop.__all__)
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(khop, name) is not None


def test_the_type_checker_sees_what_the_program_sees() -> None:
    typed = {
        alias.name: node.module
        for node in ast.walk(ast.parse(SOURCE.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("khop.")
        for alias in node.names
    }
    assert typed == khop._HOMES | {"__version__": "khop.version"}  # noqa: SLF001


def test_a_name_that_is_not_there_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = khop.nothing_here


def test_the_version_is_one_of_semantic_versioning() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", khop.__version__)


def test_importing_khop_imports_nothing_else() -> None:
    code = "import sys, khop; print(sorted(m for m in sys.modules if m.startswith('khop.')))"
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=SOURCE.parents[1],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    assert done.stdout.strip() == "['khop.version']"


def test_every_exception_is_of_one_tree() -> None:
    faults = [
        value
        for name in khop.__all__
        if isinstance(value := getattr(khop, name), type) and issubclass(value, BaseException)
    ]
    assert len(faults) == 12
    assert all(issubclass(fault, khop.KhopError) for fault in faults)
