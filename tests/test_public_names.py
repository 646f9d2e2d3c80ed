"""The public face: one list of names, each there, and no import that does work."""

from __future__ import annotations

import ast
import io
import pickle
import pydoc
import re
import subprocess
import sys
import tomllib
from contextlib import redirect_stdout
from importlib.metadata import requires
from pathlib import Path

import pytest

import khop
from khop import extras
from tests import paths

STUB = Path(khop.__file__).with_suffix(".pyi")

#: A terminal's lines, with room for a prompt.
SCREEN = 60


def listed() -> list[str]:
    return [
        alias.asname or alias.name
        for node in ast.walk(ast.parse(STUB.read_text("utf-8")))
        if isinstance(node, ast.ImportFrom)
        for alias in node.names
    ]


def test_the_stub_and_the_program_list_the_same_names() -> None:
    assert dir(khop) == sorted([*listed(), "__version__"])
    assert len(set(listed())) == len(listed())


@pytest.mark.parametrize("name", listed())
def test_every_public_name_is_there(name: str) -> None:
    assert getattr(khop, name) is not None


def test_a_name_that_does_not_exist_is_an_attribute_error() -> None:
    with pytest.raises(AttributeError, match="nothing_here"):
        _ = khop.nothing_here  # type: ignore[attr-defined]


def test_the_version_is_one_of_semantic_versioning() -> None:
    assert re.fullmatch(r"\d+\.\d+\.\d+", khop.__version__)


def test_importing_khop_imports_no_room_of_it() -> None:
    code = "import sys, khop; print(*sorted(m for m in sys.modules if m.startswith('khop.')))"
    assert run(code) == "khop.extras khop.version"


def test_importing_the_engine_leaves_what_only_a_reconcile_needs() -> None:
    heavy = ("duckdb", "holidays", "ibis", "pyarrow", "sqlglot")
    assert (
        run(f"import sys, khop; khop.open_engine; print(set({heavy}) & sys.modules.keys())")
        == "set()"
    )


def run(code: str) -> str:
    done = subprocess.run(
        [sys.executable, "-c", code],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
    )
    return done.stdout.strip()


def test_every_exception_is_of_one_tree() -> None:
    errors = [
        value
        for name in listed()
        if isinstance(value := getattr(khop, name), type) and issubclass(value, BaseException)
    ]
    assert len(errors) == 14
    assert all(issubclass(error, khop.KhopError) for error in errors)


@pytest.mark.parametrize(
    "error",
    [
        khop.KhopError("no"),
        khop.ConfigError("unknown key", key="rules.grce"),
        khop.Unreachable("igate", "search", http_status=503, code="E1", detail="later"),
        khop.RateLimited("igate", "search", retry_after=2.5),
        khop.RecordError("acceptedDate", "is no date"),
        khop.LedgerError("locked"),
    ],
    ids=lambda error: type(error).__name__,
)
def test_an_error_comes_back_from_pickle_as_it_was(error: khop.KhopError) -> None:
    back = pickle.loads(pickle.dumps(error))
    assert (type(back), str(back), vars(back)) == (type(error), str(error), vars(error))


def test_the_help_of_khop_fits_a_screen_and_names_where_to_go_on() -> None:
    shown = io.StringIO()
    with redirect_stdout(shown):
        pydoc.Helper(output=shown).help(khop)
    text = shown.getvalue()
    assert text.count("\n") <= SCREEN
    for room in ("khop.connectors", "khop.mappings", "khop.adapters", "khop.testing"):
        assert room in text


@pytest.mark.slow  # mypy reads the whole package
def test_a_type_checker_refuses_a_misspelt_name(tmp_path: Path) -> None:
    program = tmp_path / "program.py"
    program.write_text("from khop import opne_engine\n", "utf-8")
    done = subprocess.run(
        [sys.executable, "-m", "mypy", "--strict", "--cache-dir", tmp_path / "cache", program],
        cwd=paths.ROOT,
        capture_output=True,
        text=True,
        timeout=600,
        check=False,
    )
    assert done.returncode == 1
    assert 'Module "khop" has no attribute "opne_engine"' in done.stdout


# What is not installed


def test_a_name_whose_libraries_are_not_installed_says_which_extra_brings_them() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "import khop\n"
        "try: khop.open_engine\n"
        "except ModuleNotFoundError as error: print(error)"
    )
    assert run(code) == "khop.open_engine needs more: pip install 'khop[engine]'"


def test_without_the_engine_the_names_of_the_other_rooms_are_listed() -> None:
    code = (
        "import sys; sys.modules['sqlalchemy'] = None\n"
        "import khop\n"
        "print('DossierRecord' in dir(khop), 'open_engine' in dir(khop))"
    )
    assert run(code) == "True False"


def test_each_extra_names_the_modules_of_its_distributions() -> None:
    project = tomllib.loads((paths.ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    named = {
        # an extra may bring another one of khop
        extra: {_module(line) for line in lines if not line.startswith("khop[")}
        for extra, lines in project["optional-dependencies"].items()
        if extra not in ("all", "dev", "mutation")
    }
    known = {extra: set[str]() for extra in named}
    for module, extra in extras.EXTRA_OF.items():
        known[extra].add(module)
    assert known == named
    assert requires("khop"), "the distribution is installed"


def _module(requirement: str) -> str:
    name = re.split(r"[\[<>=~ ]", requirement, maxsplit=1)[0]
    return {"ibis-framework": "ibis", "pyspark-client": "pyspark"}.get(name, name.replace("-", "_"))
